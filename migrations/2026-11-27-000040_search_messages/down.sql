DROP TABLE search_walks;
DROP INDEX messages_words_idx;
ALTER TABLE messages DROP COLUMN search_words;
