ALTER TABLE changes DROP COLUMN details;
DELETE FROM external_ids WHERE resource = 'meeting';
ALTER TABLE external_ids
    DROP CONSTRAINT external_ids_resource_check,
    ADD CONSTRAINT external_ids_resource_check CHECK (resource IN ('contact', 'company'));
ALTER TABLE meetings
    DROP CONSTRAINT meetings_finished_check,
    DROP COLUMN started_at,
    DROP COLUMN finished_at,
    DROP COLUMN debrief,
    DROP COLUMN external_ids;
