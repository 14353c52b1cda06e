DROP TABLE sending_settings;
DROP TABLE deliveries;
ALTER TABLE messages DROP COLUMN waits_for;
