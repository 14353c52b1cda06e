-- How a workspace wants the rules of outreach, where it differs from the catalogue.

CREATE TABLE lint_settings (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    rules jsonb NOT NULL,
    thresholds jsonb NOT NULL,
    PRIMARY KEY (workspace_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON lint_settings TO inroad_tenant;

ALTER TABLE lint_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON lint_settings TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
