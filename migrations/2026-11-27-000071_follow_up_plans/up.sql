-- When to ask again, and the plans that are at work.

CREATE TABLE follow_up_plans (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name text NOT NULL,
    -- The name folded for comparison.
    name_key text NOT NULL,
    steps jsonb NOT NULL,
    alternative_after integer,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX follow_up_plans_name_key ON follow_up_plans (workspace_id, name_key);

CREATE TABLE follow_up_runs (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    contact_id uuid NOT NULL,
    -- No foreign key: the message may go for good, and the run stays.
    message_id uuid,
    -- The plan as it was when it was attached; it may have changed or gone since.
    plan_id uuid NOT NULL,
    plan_name text NOT NULL,
    steps jsonb NOT NULL,
    alternative_after integer,
    state text NOT NULL CONSTRAINT follow_up_runs_state_check
        CHECK (state IN ('waiting', 'running', 'stopped', 'finished')),
    -- Messages that were sent, the first among them, and steps that were taken.
    attempt smallint NOT NULL,
    step smallint NOT NULL,
    started_at timestamptz,
    alternative_on date,
    ended_at timestamptz,
    stopped_reason text CONSTRAINT follow_up_runs_reason_check CHECK (stopped_reason IN (
        'replied', 'bounced', 'do_not_contact', 'meeting', 'contact_closed', 'contact_deleted', 'message_sent',
        'touched', 'introduction_made', 'introduction_declined', 'loop_closed', 'plan_stopped', 'meeting_cancelled',
        'superseded'
    )),
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT follow_up_runs_contact_fkey FOREIGN KEY (workspace_id, contact_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX follow_up_runs_message_key ON follow_up_runs (workspace_id, message_id);
CREATE INDEX follow_up_runs_contact_idx ON follow_up_runs (workspace_id, contact_id, id);
CREATE INDEX follow_up_runs_updated_idx ON follow_up_runs (workspace_id, updated_at, id);
CREATE INDEX follow_up_runs_state_idx ON follow_up_runs (workspace_id, state, id);

GRANT SELECT, INSERT, UPDATE, DELETE ON follow_up_plans, follow_up_runs TO inroad_tenant;

ALTER TABLE follow_up_plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON follow_up_plans TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE follow_up_runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON follow_up_runs TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
