-- What `GET /v1/search` looks into: the words of each resource, as `src/search/words.rs` makes them.

ALTER TABLE contacts ADD COLUMN search_words tsvector NOT NULL DEFAULT '';
ALTER TABLE companies ADD COLUMN search_words tsvector NOT NULL DEFAULT '';
CREATE INDEX contacts_words_idx ON contacts USING gin (workspace_id, search_words) WHERE deleted_at IS NULL;
CREATE INDEX companies_words_idx ON companies USING gin (workspace_id, search_words) WHERE deleted_at IS NULL;

-- Those that are there already: by what `q` of the lists finds them; the rest comes with their next change. Words are
-- what stands between characters that are neither letters nor digits.
UPDATE contacts SET search_words = array_to_tsvector(ARRAY(
    SELECT DISTINCT place || right(workspace_id::text, 6) || left(word, 64)
    FROM (VALUES ('n', split_part(search_text, E'\n', 2)), ('h', search_text)) AS lines (place, line),
        regexp_split_to_table(line, '[^a-z0-9]+') AS word
    WHERE word <> ''
));
UPDATE companies SET search_words = array_to_tsvector(ARRAY(
    SELECT DISTINCT place || right(workspace_id::text, 6) || left(word, 64)
    FROM (VALUES ('n'), ('h')) AS places (place), regexp_split_to_table(search_text, '[^a-z0-9]+') AS word
    WHERE word <> ''
));
