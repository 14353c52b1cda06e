-- The address as it was given: the feed may have been found, or have moved, elsewhere.
ALTER TABLE feeds ADD COLUMN given_url text;
-- A feed that is deleted lies in the trash. One that has gone for good stays, hidden, as long as alerts of it are kept.
ALTER TABLE feeds ADD COLUMN deleted_at timestamptz;
