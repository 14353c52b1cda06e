-- What somebody who was invited says besides yes and no, and to which mails they may still answer.

ALTER TABLE meeting_invites
    -- The number of the first mail that told the time that the last one told: answers to those before are about another.
    ADD COLUMN time_revision integer NOT NULL DEFAULT 0,
    -- When their calendar wrote the answer: mails overtake each other.
    ADD COLUMN answer_stamped_at timestamptz,
    -- The time that they would rather have.
    ADD COLUMN proposed_starts_at timestamptz;
UPDATE meeting_invites SET time_revision = revision;
CREATE INDEX meeting_invites_uid_idx ON meeting_invites (workspace_id, uid);
