ALTER TABLE introductions DROP COLUMN meeting_id;
