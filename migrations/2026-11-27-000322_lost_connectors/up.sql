-- A connector that lies in the trash is none until it is restored. Who it was is kept aside, so that no reader has to look.

CREATE TABLE lost_connectors (
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    connector_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, contact_id),
    CONSTRAINT lost_connectors_contact_fkey FOREIGN KEY (workspace_id, contact_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT lost_connectors_connector_fkey FOREIGN KEY (workspace_id, connector_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX lost_connectors_connector_idx ON lost_connectors (workspace_id, connector_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON lost_connectors TO inroad_tenant;

ALTER TABLE lost_connectors ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON lost_connectors TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);

INSERT INTO lost_connectors (workspace_id, contact_id, connector_id)
SELECT contacts.workspace_id, contacts.id, contacts.connector_id
FROM contacts JOIN trash ON trash.workspace_id = contacts.workspace_id AND trash.id = contacts.connector_id;
UPDATE contacts SET connector_id = NULL
FROM lost_connectors AS lost
WHERE lost.workspace_id = contacts.workspace_id AND lost.contact_id = contacts.id;
