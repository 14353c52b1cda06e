-- Transactions set how long the lists of new entries may become: an option of the index overruled what imports set.
ALTER INDEX contacts_search_idx RESET (gin_pending_list_limit);
ALTER INDEX contacts_words_idx RESET (gin_pending_list_limit);
ALTER INDEX contacts_keys_idx RESET (gin_pending_list_limit);
ALTER INDEX companies_search_idx RESET (gin_pending_list_limit);
ALTER INDEX companies_words_idx RESET (gin_pending_list_limit);
ALTER INDEX templates_search_idx RESET (gin_pending_list_limit);
ALTER INDEX research_notes_words_idx RESET (gin_pending_list_limit);
ALTER INDEX research_notes_language_words_idx RESET (gin_pending_list_limit);
ALTER INDEX research_notes_tag_keys_idx RESET (gin_pending_list_limit);
