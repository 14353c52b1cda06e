DROP INDEX lost_connectors_connector_idx;
UPDATE contacts SET connector_id = lost.connector_id
FROM lost_connectors AS lost
WHERE contacts.workspace_id = lost.workspace_id AND contacts.id = lost.contact_id AND contacts.connector_id IS NULL;
DROP TABLE lost_connectors;
