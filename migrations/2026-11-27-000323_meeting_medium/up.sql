CREATE INDEX meetings_medium_idx ON meetings (workspace_id, medium, id) WHERE deleted_at IS NULL;
