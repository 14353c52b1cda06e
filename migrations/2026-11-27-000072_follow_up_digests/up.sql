-- Which members want to be told by mail what is due, and when they are told next.

CREATE TABLE follow_up_digests (
    workspace_id uuid NOT NULL,
    user_id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    enabled boolean NOT NULL,
    send_time time NOT NULL,
    -- Without one, the member's own.
    time_zone text,
    -- Moved forward in the transaction that enqueues the mail: whoever comes second finds it moved.
    next_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, user_id),
    CONSTRAINT follow_up_digests_member_fkey FOREIGN KEY (workspace_id, user_id)
        REFERENCES members (workspace_id, user_id) ON DELETE CASCADE
);
-- What is due, over all workspaces.
CREATE INDEX follow_up_digests_next_idx ON follow_up_digests (next_at) WHERE enabled;

GRANT SELECT, INSERT, UPDATE, DELETE ON follow_up_digests TO inroad_tenant;

ALTER TABLE follow_up_digests ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON follow_up_digests TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
