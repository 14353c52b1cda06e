-- More formats of files to import: mappings of columns, what a file has and Inroad has no field for, and imports that
-- tell how far they are and can be stopped.

ALTER TABLE imports DROP CONSTRAINT imports_state_check;
ALTER TABLE imports ADD CONSTRAINT imports_state_check
    CHECK (state IN ('running', 'finished', 'failed', 'cancelled', 'undone'));
-- Somebody wants it to stop; whoever runs it looks at this between two chunks, and before the end.
ALTER TABLE imports ADD COLUMN cancel_requested_at timestamptz;

-- What a source says of a person is kept in the shape of a contact now.
UPDATE import_keys SET base = jsonb_strip_nulls(jsonb_build_object(
    'given_name', base -> 'given_name',
    'family_name', base -> 'family_name',
    'name_prefix', base -> 'name_prefix',
    'name_suffix', base -> 'name_suffix',
    'links', CASE WHEN jsonb_typeof(base -> 'url') = 'string'
        THEN jsonb_build_array(jsonb_build_object('url', base -> 'url', 'label', 'linkedin')) END,
    'emails', CASE WHEN jsonb_typeof(base -> 'email') = 'string'
        THEN jsonb_build_array(jsonb_build_object('address', base -> 'email')) END,
    'positions', CASE WHEN coalesce(base ->> 'company', base ->> 'title') IS NOT NULL
        THEN jsonb_build_array(jsonb_build_object('company_name', base -> 'company', 'title', base -> 'title')) END
)) WHERE source = 'linkedin';

CREATE TABLE contact_extras (
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    -- A list, as the file has them: of a vCard the properties with their groups and parameters.
    properties jsonb NOT NULL,
    PRIMARY KEY (workspace_id, contact_id, source, key),
    CONSTRAINT contact_extras_contact_fkey FOREIGN KEY (workspace_id, contact_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE import_mappings (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name text NOT NULL,
    -- The name folded for comparison.
    name_key text NOT NULL,
    has_header boolean NOT NULL,
    delimiter text,
    encoding text,
    date_order text,
    mapped_columns jsonb NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT import_mappings_name_key UNIQUE (workspace_id, name_key)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON contact_extras, import_mappings TO inroad_tenant;

ALTER TABLE contact_extras ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contact_extras TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE import_mappings ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON import_mappings TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
