-- The mail account through which a workspace sends, if it does not send through the service's.

CREATE TABLE mail_accounts (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    host text NOT NULL,
    port integer NOT NULL,
    security text NOT NULL CONSTRAINT mail_accounts_security_check CHECK (security IN ('tls', 'starttls', 'none')),
    username text NOT NULL,
    -- Encrypted under the key ring.
    password bytea NOT NULL,
    address text NOT NULL,
    name text,
    -- When a test mail went through; until then it is not used.
    verified_at timestamptz,
    -- Why the last one did not.
    failure text,
    PRIMARY KEY (workspace_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON mail_accounts TO inroad_tenant;

ALTER TABLE mail_accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON mail_accounts TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
