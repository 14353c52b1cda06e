-- Mail on its way in: who may hand it in for a workspace, and what came in already.

CREATE TABLE inbound_addresses (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name text NOT NULL,
    -- Encrypted under the key ring.
    secret bytea NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
-- A hook says only the id.
CREATE INDEX inbound_addresses_id_idx ON inbound_addresses (id);

-- By what a mail is known again, and what became of it.
CREATE TABLE inbound_mails (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    digest bytea NOT NULL,
    received_at timestamptz NOT NULL,
    outcome text NOT NULL,
    message_id uuid,
    PRIMARY KEY (workspace_id, digest)
);
CREATE INDEX inbound_mails_received_idx ON inbound_mails (received_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON inbound_addresses, inbound_mails TO inroad_tenant;

ALTER TABLE inbound_addresses ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON inbound_addresses TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE inbound_mails ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON inbound_mails TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
