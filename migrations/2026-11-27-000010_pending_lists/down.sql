ALTER INDEX contacts_search_idx RESET (gin_pending_list_limit);
ALTER INDEX contacts_words_idx RESET (gin_pending_list_limit);
ALTER INDEX contacts_keys_idx RESET (gin_pending_list_limit);
ALTER INDEX companies_search_idx RESET (gin_pending_list_limit);
ALTER INDEX companies_words_idx RESET (gin_pending_list_limit);
