-- Messages on their way out: who had them sent, how far they came, and how a workspace wants it.

ALTER TABLE messages ADD COLUMN waits_for text
    CONSTRAINT messages_waits_for_check CHECK (waits_for IN ('retry', 'daily_limit', 'waking_hours'));

-- How the sending of a message goes. Written before and after each thing that cannot be taken back.
CREATE TABLE deliveries (
    workspace_id uuid NOT NULL,
    message_id uuid NOT NULL,
    -- The job that may send it; any other has been overtaken.
    job_id uuid NOT NULL,
    -- The user in whose name it goes.
    sender_id uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    -- Also outside of the hours in which the contact is awake.
    any_hour boolean NOT NULL,
    -- Attempts that began: the fencing number of the one in hand.
    attempts integer NOT NULL,
    first_attempt_at timestamptz,
    attempted_at timestamptz,
    -- An attempt began, and how it ended is not written yet.
    attempting boolean NOT NULL,
    -- The text of the last attempt went to the server: from here on it may have it.
    handed_over_at timestamptz,
    next_attempt_at timestamptz,
    ended_at timestamptz,
    -- In the words of the mail server.
    last_answer text,
    -- The sender's day to whose limit it counts.
    counted_on date,
    PRIMARY KEY (workspace_id, message_id),
    CONSTRAINT deliveries_message_fkey FOREIGN KEY (workspace_id, message_id)
        REFERENCES messages (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX deliveries_counted_idx ON deliveries (workspace_id, counted_on) WHERE counted_on IS NOT NULL;

CREATE TABLE sending_settings (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    daily_limit integer,
    -- Wall times of the contact's zone, such as 08:00.
    hours_from text NOT NULL,
    hours_until text NOT NULL,
    PRIMARY KEY (workspace_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON deliveries, sending_settings TO inroad_tenant;

ALTER TABLE deliveries ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON deliveries TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE sending_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sending_settings TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
