CREATE INDEX contacts_stage_idx ON contacts (workspace_id, stage, id) WHERE deleted_at IS NULL;
DROP INDEX contacts_stage_age_idx, follow_up_runs_age_idx, messages_state_age_idx;
