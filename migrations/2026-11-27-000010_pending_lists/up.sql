-- A GIN index keeps what is new in a list that every search looks through, and that some unlucky write merges once it
-- is 4 MiB long: until then a search took five times as long. A short one costs imports a tenth.
ALTER INDEX contacts_search_idx SET (gin_pending_list_limit = 256);
ALTER INDEX contacts_words_idx SET (gin_pending_list_limit = 256);
ALTER INDEX contacts_keys_idx SET (gin_pending_list_limit = 256);
ALTER INDEX companies_search_idx SET (gin_pending_list_limit = 256);
ALTER INDEX companies_words_idx SET (gin_pending_list_limit = 256);
