-- Times offered to somebody who has no account: a link for one booking.

CREATE TABLE meeting_offers (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    meeting_id uuid NOT NULL,
    -- SHA-256 of the secret in the link.
    token_hash bytea NOT NULL,
    state text NOT NULL CONSTRAINT meeting_offers_state_check
        CHECK (state IN ('open', 'booked', 'declined', 'revoked')),
    expires_at timestamptz NOT NULL,
    -- What the invited person is shown, the times among it: nothing filters or sorts by it.
    invitation jsonb NOT NULL,
    booked_at timestamptz,
    -- What they said instead of booking: that no time suits, or no.
    answer text,
    answered_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT meeting_offers_meeting_fkey FOREIGN KEY (workspace_id, meeting_id)
        REFERENCES meetings (workspace_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX meeting_offers_token_key ON meeting_offers (workspace_id, token_hash);
CREATE INDEX meeting_offers_meeting_idx ON meeting_offers (workspace_id, meeting_id, id);

GRANT SELECT, INSERT, UPDATE, DELETE ON meeting_offers TO inroad_tenant;

ALTER TABLE meeting_offers ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON meeting_offers TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);

-- Whoever opens the link writes, too.
ALTER TABLE changes DROP CONSTRAINT changes_actor_check;
ALTER TABLE changes ADD CONSTRAINT changes_actor_check
    CHECK (actor_kind IN ('member', 'job', 'invited_person')) NOT VALID;
ALTER TABLE changes VALIDATE CONSTRAINT changes_actor_check;
