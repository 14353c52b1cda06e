UPDATE contacts SET connector_id = lost.connector_id
FROM lost_connectors AS lost
WHERE lost.workspace_id = contacts.workspace_id AND lost.contact_id = contacts.id AND contacts.connector_id IS NULL;
DROP TABLE lost_connectors;
