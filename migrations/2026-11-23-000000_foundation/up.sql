-- Accounts, workspaces, and what every slice writes: changes, jobs, idempotency keys, the trash.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- The second wall of tenancy: every transaction of a workspace runs as this role, which owns
-- nothing and may not bypass row security. Roles belong to the server, not to one database.
DO $$
BEGIN
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'inroad_tenant') THEN
            CREATE ROLE inroad_tenant NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
        END IF;
        EXECUTE format('GRANT inroad_tenant TO %I', current_user);
    EXCEPTION WHEN insufficient_privilege THEN
        -- Enough is that an administrator has done so.
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'inroad_tenant' AND pg_has_role(rolname, 'MEMBER')) THEN
            RAISE EXCEPTION 'the database user % may neither make the role inroad_tenant nor use it. Let an '
                'administrator run: CREATE ROLE inroad_tenant NOLOGIN; GRANT inroad_tenant TO %;  (the first only '
                'where that role is not there yet), or give the user CREATEROLE', current_user, quote_ident(current_user);
        END IF;
    END;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO inroad_tenant', current_schema());
END $$;

CREATE TABLE users (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL CONSTRAINT users_email_key UNIQUE,
    email_verified_at timestamptz,
    name text NOT NULL,
    password_hash text NOT NULL,
    time_zone text NOT NULL,
    locale text NOT NULL
);

CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name text NOT NULL,
    -- The number of the workspace's newest change. Its row lock puts changes in commit order.
    change_seq bigint NOT NULL DEFAULT 0
);

CREATE TABLE members (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    role text NOT NULL CONSTRAINT members_role_check CHECK (role IN ('owner', 'editor', 'viewer')),
    PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX members_user_idx ON members (user_id, workspace_id);

CREATE TABLE invitations (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    role text NOT NULL CONSTRAINT invitations_role_check CHECK (role IN ('owner', 'editor', 'viewer')),
    token_hash bytea NOT NULL,
    invited_by uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT invitations_email_key UNIQUE (workspace_id, email_key)
);

-- One sign-in on one device. Its refresh tokens are one family.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    workspace_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    signed_in_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ip_address text,
    user_agent text
);
CREATE INDEX sessions_user_idx ON sessions (user_id, id DESC) WHERE ended_at IS NULL;
CREATE INDEX sessions_expires_idx ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_session_idx ON refresh_tokens (session_id);

-- Links sent by mail: password reset, address verification.
CREATE TABLE one_time_tokens (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    purpose text NOT NULL
        CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN ('verify_email', 'reset_password')),
    email_key text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX one_time_tokens_user_idx ON one_time_tokens (user_id);
CREATE INDEX one_time_tokens_expires_idx ON one_time_tokens (expires_at);

-- Failed sign-ins per account and attempts per address, exact across instances.
CREATE TABLE throttles (
    key text PRIMARY KEY,
    hits integer NOT NULL,
    window_started_at timestamptz NOT NULL,
    blocked_until timestamptz
);
CREATE INDEX throttles_window_idx ON throttles (window_started_at);

CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    algorithm text NOT NULL
        CONSTRAINT signing_keys_algorithm_check CHECK (algorithm IN ('ES256', 'EdDSA', 'RS256')),
    private_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    signs_from timestamptz NOT NULL,
    published_until timestamptz
);

-- The append-only change log. `seq` is taken from workspaces.change_seq, in commit order.
CREATE TABLE changes (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    seq bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    kind text NOT NULL,
    resource_id uuid NOT NULL,
    resource_version integer NOT NULL,
    fields text[] NOT NULL,
    actor_kind text NOT NULL CONSTRAINT changes_actor_check CHECK (actor_kind IN ('member', 'job')),
    actor_id uuid,
    PRIMARY KEY (workspace_id, seq)
);

CREATE TABLE idempotency_keys (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    credential uuid NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (workspace_id, credential, route, key)
);
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys (created_at);

CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    workspace_id uuid,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    -- When it may be claimed next: moving it forward is the lease.
    run_at timestamptz NOT NULL,
    -- Claims so far: the fencing number of the lease.
    attempts integer NOT NULL DEFAULT 0,
    dead_at timestamptz,
    last_error text
);
CREATE INDEX jobs_due_idx ON jobs (run_at) WHERE dead_at IS NULL;
CREATE INDEX jobs_dead_idx ON jobs (dead_at) WHERE dead_at IS NOT NULL;

-- Periodic work: whoever moves `next_run_at` forward does it.
CREATE TABLE periodic_tasks (
    name text PRIMARY KEY,
    next_run_at timestamptz NOT NULL
);

CREATE TABLE trash (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    deleted_at timestamptz NOT NULL,
    deleted_by uuid,
    purge_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX trash_purge_idx ON trash (purge_at);

-- Never the password: a workspace shows who its members are, and no more of their accounts.
GRANT SELECT (id, version, created_at, updated_at, email, email_key, email_verified_at, name) ON users TO inroad_tenant;
GRANT SELECT ON workspaces TO inroad_tenant;
GRANT UPDATE (version, updated_at, name, change_seq) ON workspaces TO inroad_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON members, invitations, idempotency_keys, trash TO inroad_tenant;
GRANT SELECT, INSERT ON changes TO inroad_tenant;
GRANT INSERT ON jobs TO inroad_tenant;

ALTER TABLE workspaces ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON workspaces TO inroad_tenant
    USING (id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON members TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invitations TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON changes TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON idempotency_keys TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE trash ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON trash TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
