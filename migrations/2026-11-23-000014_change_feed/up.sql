-- The change log is kept for some weeks; tickets open its stream from a browser.

-- The number of the newest change that is no longer kept: whoever has not read further must list everything again.
ALTER TABLE workspaces ADD COLUMN change_seq_forgotten bigint NOT NULL DEFAULT 0;

-- Small, and cheap to keep: it serves nothing but the forgetting.
CREATE INDEX changes_age_idx ON changes USING brin (occurred_at);

-- A browser's EventSource sends no header: such a ticket, good once and for half a minute, stands in the URL instead.
CREATE TABLE stream_tickets (
    token_hash bytea PRIMARY KEY,
    -- The credential that asked for it, as it was understood.
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    credential uuid NOT NULL,
    scopes text NOT NULL,
    credential_expires_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX stream_tickets_expires_idx ON stream_tickets (expires_at);
