-- How many jobs of a workspace runners have in hand.
CREATE INDEX jobs_in_hand_idx ON jobs (workspace_id, claimed_until) WHERE claimed_until IS NOT NULL AND dead_at IS NULL;
