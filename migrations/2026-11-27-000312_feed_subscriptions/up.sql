-- One address may be watched for two companies: what is the same subscription, the service says.
CREATE INDEX feeds_url_idx ON feeds (workspace_id, url_key);
ALTER TABLE feeds DROP CONSTRAINT feeds_url_key;
