-- Who is whom: pairs that are two people after all, contacts that became one, and whom nobody may bring back.

-- Two contacts that look alike and are not the same person.
CREATE TABLE duplicate_dismissals (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    dismissed_by uuid,
    first_id uuid NOT NULL,
    second_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT duplicate_dismissals_first_fkey FOREIGN KEY (workspace_id, first_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT duplicate_dismissals_second_fkey FOREIGN KEY (workspace_id, second_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT duplicate_dismissals_pair_key UNIQUE (workspace_id, first_id, second_id),
    CONSTRAINT duplicate_dismissals_order_check CHECK (first_id < second_id)
);
CREATE INDEX duplicate_dismissals_second_idx ON duplicate_dismissals (workspace_id, second_id);

-- A merge, with what its undo needs. The merged contacts stay in their table, deleted, until it is over.
CREATE TABLE contact_merges (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    merged_by uuid,
    survivor_id uuid NOT NULL,
    merged_ids uuid[] NOT NULL,
    -- The survivor as it can be written, before and after.
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    -- What pointed at the merged ones, by table.
    moved jsonb NOT NULL,
    undo_until timestamptz NOT NULL,
    undone_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT contact_merges_survivor_fkey FOREIGN KEY (workspace_id, survivor_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_merges_survivor_idx ON contact_merges (workspace_id, survivor_id);
CREATE INDEX contact_merges_over_idx ON contact_merges (undo_until);

-- Which contact an old id stands for, at the end of all merges.
CREATE TABLE contact_redirects (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    survivor_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT contact_redirects_survivor_fkey FOREIGN KEY (workspace_id, survivor_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_redirects_survivor_idx ON contact_redirects (workspace_id, survivor_id);

-- Digests of what a file may know erased people by, so that no import brings them back.
CREATE TABLE erased_keys (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    digest bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, digest)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON duplicate_dismissals, contact_merges, contact_redirects, erased_keys
    TO inroad_tenant;

ALTER TABLE duplicate_dismissals ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON duplicate_dismissals TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE contact_merges ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_merges TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE contact_redirects ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_redirects TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE erased_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON erased_keys TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
