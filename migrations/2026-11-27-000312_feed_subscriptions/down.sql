-- Of several feeds at one address only the first stays.
DELETE FROM feeds AS later USING feeds AS first WHERE first.workspace_id = later.workspace_id
    AND first.url_key = later.url_key AND first.id < later.id;
ALTER TABLE feeds ADD CONSTRAINT feeds_url_key UNIQUE (workspace_id, url_key);
DROP INDEX feeds_url_idx;
