ALTER TABLE companies DROP COLUMN search_words;
ALTER TABLE contacts DROP COLUMN search_words;
