-- Whom meetings were sent to by mail (RFC 6047), and what they answered.

CREATE TABLE meeting_invites (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    meeting_id uuid NOT NULL,
    -- In whose name: answers go there.
    sender_id uuid NOT NULL,
    -- How calendars call the meeting.
    uid text NOT NULL,
    title text NOT NULL,
    note text,
    name text,
    address text NOT NULL,
    address_key text NOT NULL,
    -- What the last mail said, and its number (RFC 5545, 3.8.7.4).
    method text NOT NULL CONSTRAINT meeting_invites_method_check CHECK (method IN ('request', 'cancel')),
    revision integer NOT NULL,
    sent_at timestamptz NOT NULL,
    -- How many there were on that day (UTC).
    sent_count integer NOT NULL,
    -- What the last mail told: the meeting's own number, and its time.
    told_revision integer NOT NULL,
    told_starts_at timestamptz,
    answer text NOT NULL CONSTRAINT meeting_invites_answer_check
        CHECK (answer IN ('needs_action', 'accepted', 'declined', 'tentative')),
    answered_at timestamptz,
    comment text,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT meeting_invites_meeting_fkey FOREIGN KEY (workspace_id, meeting_id)
        REFERENCES meetings (workspace_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX meeting_invites_address_key ON meeting_invites (workspace_id, meeting_id, address_key);
CREATE INDEX meeting_invites_person_idx ON meeting_invites (workspace_id, address_key);
CREATE INDEX meeting_invites_sent_idx ON meeting_invites (workspace_id, sent_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON meeting_invites TO inroad_tenant;

ALTER TABLE meeting_invites ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON meeting_invites TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
