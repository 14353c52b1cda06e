-- Tags and industries have indexes of their lower-case forms. What is looked for by addresses has some: most contacts of a
-- LinkedIn import have none, and cost this index nothing now.
DROP INDEX companies_tags_idx;
DROP INDEX contacts_keys_idx;
CREATE INDEX contacts_email_keys_idx ON contacts USING gin (workspace_id, email_keys) WHERE email_keys <> '{}';
