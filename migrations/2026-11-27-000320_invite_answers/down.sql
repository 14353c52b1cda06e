DROP INDEX meeting_invites_uid_idx;
ALTER TABLE meeting_invites DROP COLUMN time_revision, DROP COLUMN answer_stamped_at, DROP COLUMN proposed_starts_at;
