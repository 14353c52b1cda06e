-- In which meeting an introduction came up.

ALTER TABLE introductions ADD COLUMN meeting_id uuid,
    ADD CONSTRAINT introductions_meeting_fkey FOREIGN KEY (workspace_id, meeting_id)
        REFERENCES meetings (workspace_id, id);
CREATE INDEX introductions_meeting_idx ON introductions (workspace_id, meeting_id, id) WHERE meeting_id IS NOT NULL;
