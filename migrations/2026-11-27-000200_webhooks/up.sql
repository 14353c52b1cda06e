-- Webhooks: who is told of changes by HTTP, and what became of each telling.

CREATE TABLE webhook_endpoints (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    url text NOT NULL,
    description text,
    -- Kinds of change, or beginnings such as contact.*; none for all.
    events text[] NOT NULL,
    enabled boolean NOT NULL,
    -- Why the service itself has turned it off.
    disabled_reason text CONSTRAINT webhook_endpoints_reason_check CHECK (disabled_reason IN ('gone', 'failing')),
    ordered boolean NOT NULL,
    -- Encrypted, as the secrets are: they may hold a credential.
    headers bytea,
    secret bytea NOT NULL,
    previous_secret bytea,
    previous_until timestamptz,
    made_by uuid NOT NULL,
    -- How far the log was looked through for it. Here and below: written by the service alone, without a version.
    reached bigint NOT NULL,
    failing_since timestamptz,
    last_success_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT webhook_endpoints_previous_check CHECK (num_nonnulls(previous_secret, previous_until) IN (0, 2))
);
-- Who is behind, and who is due, is asked over all workspaces.
CREATE INDEX webhook_endpoints_enabled_idx ON webhook_endpoints (workspace_id, id) WHERE enabled;

CREATE TABLE webhook_deliveries (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    -- The change's number in the log, from which the body is made.
    seq bigint NOT NULL,
    kind text NOT NULL,
    resource_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT webhook_deliveries_state_check CHECK (state IN ('pending', 'delivered', 'failed')),
    created_at timestamptz NOT NULL,
    -- When it is tried next; while it is tried, when somebody else takes it over.
    next_attempt_at timestamptz NOT NULL,
    -- The fencing number, too: whoever has a lower one has lost it.
    attempts integer NOT NULL,
    last_attempt_at timestamptz,
    delivered_at timestamptz,
    status integer,
    latency_ms integer,
    error text,
    -- The beginning of what was answered.
    answer text,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT webhook_deliveries_seq_key UNIQUE (workspace_id, endpoint_id, seq),
    CONSTRAINT webhook_deliveries_endpoint_fkey FOREIGN KEY (workspace_id, endpoint_id)
        REFERENCES webhook_endpoints (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (workspace_id, endpoint_id, next_attempt_at)
    WHERE state = 'pending';
-- Whether an earlier change of the same resource waits.
CREATE INDEX webhook_deliveries_order_idx ON webhook_deliveries (workspace_id, endpoint_id, resource_id, seq)
    WHERE state = 'pending';
CREATE INDEX webhook_deliveries_state_idx ON webhook_deliveries (workspace_id, endpoint_id, state, seq);
-- What is old is forgotten.
CREATE INDEX webhook_deliveries_created_idx ON webhook_deliveries (created_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints, webhook_deliveries TO inroad_tenant;

ALTER TABLE webhook_endpoints ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON webhook_endpoints TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON webhook_deliveries TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
