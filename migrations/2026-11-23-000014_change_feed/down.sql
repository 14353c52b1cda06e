DROP TABLE stream_tickets;
DROP INDEX changes_age_idx;
ALTER TABLE workspaces DROP COLUMN change_seq_forgotten;
