-- What came in from a file, row by row, so that it can be told and undone.

CREATE TABLE imports (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    kind text NOT NULL,
    dry_run boolean NOT NULL,
    state text NOT NULL
        CONSTRAINT imports_state_check CHECK (state IN ('running', 'finished', 'failed', 'undone')),
    file_name text,
    file_size bigint NOT NULL,
    file_sha256 bytea NOT NULL,
    encoding text,
    created_by uuid NOT NULL,
    created_count integer NOT NULL DEFAULT 0,
    updated_count integer NOT NULL DEFAULT 0,
    unchanged_count integer NOT NULL DEFAULT 0,
    skipped_count integer NOT NULL DEFAULT 0,
    failed_count integer NOT NULL DEFAULT 0,
    -- Companies that the import added, for an undo.
    created_companies uuid[] NOT NULL DEFAULT '{}',
    failure_code text,
    failure_detail text,
    finished_at timestamptz,
    undone_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX imports_running_idx ON imports (created_at) WHERE state = 'running';

CREATE TABLE import_rows (
    workspace_id uuid NOT NULL,
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    outcome text NOT NULL CONSTRAINT import_rows_outcome_check
        CHECK (outcome IN ('created', 'updated', 'unchanged', 'skipped', 'failed')),
    name text,
    contact_id uuid,
    -- The contact's version as this row left it: an undo keeps what was edited since.
    contact_version integer,
    -- What an updated contact was before: as it can be written, and what the source had said of it.
    before jsonb,
    problems jsonb NOT NULL,
    PRIMARY KEY (workspace_id, import_id, line),
    CONSTRAINT import_rows_import_fkey FOREIGN KEY (workspace_id, import_id)
        REFERENCES imports (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX import_rows_outcome_idx ON import_rows (workspace_id, import_id, outcome, line);

-- Whom a key of a source (a profile, an address) stands for, and what the source said of them last: what a later
-- import of the same source is compared with, so that it tells its own news from what a person has changed.
CREATE TABLE import_keys (
    workspace_id uuid NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    contact_id uuid NOT NULL,
    base jsonb NOT NULL,
    PRIMARY KEY (workspace_id, source, key),
    CONSTRAINT import_keys_contact_fkey FOREIGN KEY (workspace_id, contact_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX import_keys_contact_idx ON import_keys (workspace_id, contact_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON imports, import_rows, import_keys TO inroad_tenant;

ALTER TABLE imports ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON imports TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE import_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON import_keys TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE import_rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON import_rows TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
