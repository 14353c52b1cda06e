DROP INDEX contacts_email_keys_idx;
CREATE INDEX contacts_keys_idx ON contacts USING gin (workspace_id, email_keys, tags, industries);
CREATE INDEX companies_tags_idx ON companies USING gin (workspace_id, tags);
