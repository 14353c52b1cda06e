-- Who is mailed the alerts of a workspace, and when.

CREATE TABLE alert_digests (
    workspace_id uuid NOT NULL,
    user_id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    frequency text NOT NULL CONSTRAINT alert_digests_frequency_check CHECK (frequency IN ('off', 'daily', 'weekly')),
    -- Of a weekly one: Monday is 1, Sunday is 7.
    weekday smallint NOT NULL,
    send_time time NOT NULL,
    -- Without one, the member's own.
    time_zone text,
    -- Moved forward in the transaction that enqueues the mail: whoever comes second finds it moved.
    next_at timestamptz NOT NULL,
    -- What was found later is told next.
    told_until timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, user_id),
    CONSTRAINT alert_digests_member_fkey FOREIGN KEY (workspace_id, user_id)
        REFERENCES members (workspace_id, user_id) ON DELETE CASCADE
);
-- What is due, over all workspaces.
CREATE INDEX alert_digests_next_idx ON alert_digests (next_at) WHERE frequency <> 'off';

GRANT SELECT, INSERT, UPDATE, DELETE ON alert_digests TO inroad_tenant;

ALTER TABLE alert_digests ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON alert_digests TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
