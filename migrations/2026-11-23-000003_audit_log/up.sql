-- Who did what that matters for security. One chain of entries per workspace, and one for accounts under the nil UUID:
-- no foreign key, for that is no workspace, and since the log outlives the workspace whose deletion it tells.

CREATE TABLE audit_log (
    workspace_id uuid NOT NULL,
    seq bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    kind text NOT NULL,
    actor_kind text NOT NULL
        CONSTRAINT audit_log_actor_check CHECK (actor_kind IN ('user', 'anonymous', 'job', 'operator')),
    actor_id uuid,
    subject_id uuid,
    fields text[] NOT NULL,
    operation text,
    reason text,
    -- How many events of its kind the entry stands for.
    repeated integer NOT NULL,
    -- What stands in the chain of the two columns after: they can be forgotten, and the chain still holds.
    origin_digest bytea,
    origin_salt bytea,
    ip_address text,
    user_agent text,
    hash bytea NOT NULL,
    PRIMARY KEY (workspace_id, seq)
);
CREATE INDEX audit_log_time_idx ON audit_log (workspace_id, occurred_at, seq);
CREATE INDEX audit_log_kind_idx ON audit_log (workspace_id, kind, occurred_at, seq);
CREATE INDEX audit_log_actor_idx ON audit_log (workspace_id, actor_id, occurred_at, seq) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_log_occurred_idx ON audit_log (occurred_at);
CREATE INDEX audit_log_origin_idx ON audit_log (occurred_at) WHERE origin_salt IS NOT NULL;

-- The newest entry of each chain, and the last one that was let go: what the first one kept has hashed.
CREATE TABLE audit_heads (
    workspace_id uuid PRIMARY KEY,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    floor_seq bigint NOT NULL,
    floor_hash bytea NOT NULL
);

GRANT SELECT, INSERT ON audit_log TO inroad_tenant;
GRANT SELECT, INSERT ON audit_heads TO inroad_tenant;
GRANT UPDATE (seq, hash) ON audit_heads TO inroad_tenant;

ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_log TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE audit_heads ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_heads TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
