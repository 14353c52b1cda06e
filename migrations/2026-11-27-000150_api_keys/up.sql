-- Keys of programs: what a member may do, without signing in.

CREATE TABLE api_keys (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    -- Whose rights bound the key's.
    created_by uuid NOT NULL,
    -- How the secret begins, to know it again by.
    hint text NOT NULL,
    expires_at timestamptz,
    -- Until when the secret before works.
    rotated_until timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT api_keys_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES members
);
CREATE INDEX api_keys_created_by_idx ON api_keys (workspace_id, created_by, id);

-- The hashes of their secrets: two while one that was replaced still works.
CREATE TABLE api_key_secrets (
    workspace_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    api_key_id uuid NOT NULL,
    -- Of one that was replaced.
    valid_until timestamptz,
    PRIMARY KEY (workspace_id, token_hash),
    CONSTRAINT api_key_secrets_key_fkey FOREIGN KEY (workspace_id, api_key_id) REFERENCES api_keys ON DELETE CASCADE
);
CREATE INDEX api_key_secrets_key_idx ON api_key_secrets (workspace_id, api_key_id);
-- A program says only its secret.
CREATE INDEX api_key_secrets_token_idx ON api_key_secrets (token_hash);

GRANT SELECT, INSERT, UPDATE, DELETE ON api_keys, api_key_secrets TO inroad_tenant;

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_keys TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE api_key_secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_key_secrets TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);

-- Keys do things, too.
ALTER TABLE changes DROP CONSTRAINT changes_actor_check;
ALTER TABLE changes ADD CONSTRAINT changes_actor_check CHECK (actor_kind IN ('member', 'key', 'job', 'invited_person'));
ALTER TABLE audit_log DROP CONSTRAINT audit_log_actor_check;
ALTER TABLE audit_log ADD CONSTRAINT audit_log_actor_check
    CHECK (actor_kind IN ('user', 'key', 'anonymous', 'job', 'operator'));
