-- A message belongs to a meeting, and says which plan begins when it goes out; meetings close follow-ups.

ALTER TABLE messages
    ADD COLUMN meeting_id uuid,
    -- No foreign key: some plans are built in, and one that is gone is as good as the default.
    ADD COLUMN follow_up_plan_id uuid;
-- Added first and looked through afterwards, so that nobody waits.
ALTER TABLE messages ADD CONSTRAINT messages_meeting_fkey FOREIGN KEY (workspace_id, meeting_id)
    REFERENCES meetings (workspace_id, id) NOT VALID;
ALTER TABLE messages VALIDATE CONSTRAINT messages_meeting_fkey;
CREATE INDEX messages_meeting_idx ON messages (workspace_id, meeting_id) WHERE meeting_id IS NOT NULL;

ALTER TABLE follow_ups DROP CONSTRAINT follow_ups_closed_reason_check;
ALTER TABLE follow_ups ADD CONSTRAINT follow_ups_closed_reason_check CHECK (closed_reason IN (
    'replied', 'bounced', 'do_not_contact', 'meeting', 'contact_closed', 'contact_deleted', 'message_sent',
    'touched', 'introduction_made', 'introduction_declined', 'loop_closed', 'plan_stopped', 'meeting_cancelled',
    'meeting_confirmed', 'meeting_over', 'superseded'
)) NOT VALID;
ALTER TABLE follow_ups VALIDATE CONSTRAINT follow_ups_closed_reason_check;
-- Confirmations whose day is over, in all workspaces.
CREATE INDEX follow_ups_confirm_idx ON follow_ups (overdue_at)
    WHERE kind = 'confirm' AND state = 'open' AND deleted_at IS NULL AND meeting_id IS NOT NULL;
