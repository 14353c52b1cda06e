-- Feeds of meetings, to which calendars subscribe by an address with a secret in it.

CREATE TABLE calendar_feeds (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- Who made it: it ends when they leave.
    user_id uuid NOT NULL,
    name text NOT NULL,
    follow_ups text NOT NULL CONSTRAINT calendar_feeds_follow_ups_check
        CHECK (follow_ups IN ('leave', 'all_day', 'todo')),
    -- SHA-256 of the secret in the address.
    token_hash bytea NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT calendar_feeds_member_fkey FOREIGN KEY (workspace_id, user_id)
        REFERENCES members (workspace_id, user_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX calendar_feeds_token_key ON calendar_feeds (workspace_id, token_hash);
CREATE INDEX calendar_feeds_member_idx ON calendar_feeds (workspace_id, user_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_feeds TO inroad_tenant;

ALTER TABLE calendar_feeds ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON calendar_feeds TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
