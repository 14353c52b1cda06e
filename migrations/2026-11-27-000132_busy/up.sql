-- Calendars that were imported, so that offers avoid what is in them.

CREATE TABLE busy_calendars (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    -- The file: recurring events are followed further as time goes on.
    content text NOT NULL,
    events integer NOT NULL,
    spans integer NOT NULL,
    faults jsonb NOT NULL,
    expanded_until timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX busy_calendars_expanded_idx ON busy_calendars (expanded_until);

-- When they keep the seeker busy. Times of one calendar neither touch nor overlap.
CREATE TABLE busy_times (
    workspace_id uuid NOT NULL,
    calendar_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, calendar_id, starts_at),
    CONSTRAINT busy_times_calendar_fkey FOREIGN KEY (workspace_id, calendar_id)
        REFERENCES busy_calendars (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX busy_times_ends_idx ON busy_times (workspace_id, ends_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON busy_calendars, busy_times TO inroad_tenant;

ALTER TABLE busy_calendars ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON busy_calendars TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE busy_times ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON busy_times TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
