-- Meetings under way, what was learned in them, and what other systems call them.

ALTER TABLE meetings
    -- When it began and was over, by the client's clock.
    ADD COLUMN started_at timestamptz,
    ADD COLUMN finished_at timestamptz,
    -- What the seeker noted afterwards.
    ADD COLUMN debrief jsonb,
    ADD COLUMN external_ids jsonb NOT NULL DEFAULT '{}',
    ADD CONSTRAINT meetings_finished_check CHECK (finished_at >= started_at);

ALTER TABLE external_ids
    DROP CONSTRAINT external_ids_resource_check,
    ADD CONSTRAINT external_ids_resource_check CHECK (resource IN ('contact', 'company', 'meeting'));

-- What a change tells beside its fields, such as how much time a meeting has left.
ALTER TABLE changes ADD COLUMN details jsonb;
