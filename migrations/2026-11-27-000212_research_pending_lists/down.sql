ALTER INDEX research_notes_tag_keys_idx RESET (gin_pending_list_limit);
ALTER INDEX research_notes_language_words_idx RESET (gin_pending_list_limit);
ALTER INDEX research_notes_words_idx RESET (gin_pending_list_limit);
