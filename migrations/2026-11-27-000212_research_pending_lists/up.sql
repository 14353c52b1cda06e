-- As for contacts and companies: a search looks through what an index has not sorted in yet, which is to be little.
ALTER INDEX research_notes_words_idx SET (gin_pending_list_limit = 256);
ALTER INDEX research_notes_language_words_idx SET (gin_pending_list_limit = 256);
ALTER INDEX research_notes_tag_keys_idx SET (gin_pending_list_limit = 256);
