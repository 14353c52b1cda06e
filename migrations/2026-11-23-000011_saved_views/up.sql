-- Filters and orders of lists, by name.

CREATE TABLE saved_views (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name text COLLATE "und-x-icu" NOT NULL,
    -- The name as it is compared: one view of a name per resource.
    name_key text NOT NULL,
    resource text NOT NULL CONSTRAINT saved_views_resource_check CHECK (resource IN ('contacts', 'companies')),
    filter jsonb NOT NULL,
    sort text,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT saved_views_name_key UNIQUE (workspace_id, resource, name_key)
);
CREATE INDEX saved_views_name_idx ON saved_views (workspace_id, name, id);

GRANT SELECT, INSERT, UPDATE, DELETE ON saved_views TO inroad_tenant;

ALTER TABLE saved_views ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON saved_views TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
