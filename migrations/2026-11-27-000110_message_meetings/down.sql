DROP INDEX follow_ups_confirm_idx;
UPDATE follow_ups SET closed_reason = 'meeting' WHERE closed_reason IN ('meeting_confirmed', 'meeting_over');
ALTER TABLE follow_ups DROP CONSTRAINT follow_ups_closed_reason_check;
ALTER TABLE follow_ups ADD CONSTRAINT follow_ups_closed_reason_check CHECK (closed_reason IN (
    'replied', 'bounced', 'do_not_contact', 'meeting', 'contact_closed', 'contact_deleted', 'message_sent',
    'touched', 'introduction_made', 'introduction_declined', 'loop_closed', 'plan_stopped', 'meeting_cancelled',
    'superseded'
));

ALTER TABLE messages DROP COLUMN follow_up_plan_id, DROP COLUMN meeting_id;
