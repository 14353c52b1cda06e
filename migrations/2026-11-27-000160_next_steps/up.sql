-- What to do next is asked for by how long it waits: without these, all that is in a state is sorted for the first page.

CREATE INDEX messages_state_age_idx ON messages (workspace_id, state, occurred_at, id) WHERE deleted_at IS NULL;
CREATE INDEX follow_up_runs_age_idx ON follow_up_runs (workspace_id, started_at, id) WHERE state = 'running';
-- Serves the filter by stage, too, in the place of the one before.
CREATE INDEX contacts_stage_age_idx ON contacts (workspace_id, stage, stage_changed_at, id) WHERE deleted_at IS NULL;
DROP INDEX contacts_stage_idx;
