-- Messages are searched, too; and all that was there before its texts were kept for a search is read again.

ALTER TABLE messages ADD COLUMN search_words tsvector NOT NULL DEFAULT '';
CREATE INDEX messages_words_idx ON messages USING gin (workspace_id, search_words) WHERE deleted_at IS NULL;

-- How far the words of each kind of resource are written by the present rules.
CREATE TABLE search_walks (
    kind text PRIMARY KEY,
    -- The number of these rules.
    rules smallint NOT NULL,
    -- How often all was read by them.
    rounds smallint NOT NULL,
    -- Behind which one to go on; at the beginning where there is none.
    after_workspace_id uuid,
    after_id uuid,
    -- When to go on; never where it is over.
    due_at timestamptz
);
