-- What is due for whom, and how the workspace counts its days.

CREATE TABLE follow_ups (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    contact_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT follow_ups_kind_check CHECK (kind IN (
        'nudge', 'thank_you', 'promise_mine', 'promise_theirs', 'keep_in_touch', 'close_the_loop', 'confirm', 'other'
    )),
    state text NOT NULL CONSTRAINT follow_ups_state_check CHECK (state IN ('open', 'done', 'dismissed', 'closed')),
    source text NOT NULL CONSTRAINT follow_ups_source_check CHECK (source IN ('manual', 'plan', 'automatic')),
    title text,
    notes text,
    -- What it is about besides the contact. These are no foreign keys: what they name may go, and the follow-up stays.
    message_id uuid,
    meeting_id uuid,
    introduction_id uuid,
    -- The plan at work that made it, and which nudge it is.
    run_id uuid,
    attempt smallint,
    due_on date NOT NULL,
    due_time time,
    -- In which zone the two are meant, and, without one, the workspace's.
    own_time_zone text,
    time_zone text NOT NULL,
    -- The instants that they are.
    due_at timestamptz NOT NULL,
    overdue_at timestamptz NOT NULL,
    -- Of keeping in touch: days after the last touch, and of the one that follows.
    after_days integer,
    repeat_after_days integer,
    snoozes smallint NOT NULL,
    settled_at timestamptz,
    closed_reason text CONSTRAINT follow_ups_closed_reason_check CHECK (closed_reason IN (
        'replied', 'bounced', 'do_not_contact', 'meeting', 'contact_closed', 'contact_deleted', 'message_sent',
        'touched', 'introduction_made', 'introduction_declined', 'loop_closed', 'plan_stopped', 'meeting_cancelled',
        'superseded'
    )),
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT follow_ups_contact_fkey FOREIGN KEY (workspace_id, contact_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT follow_ups_settled_check CHECK ((state = 'open') = (settled_at IS NULL)),
    CONSTRAINT follow_ups_reason_check CHECK ((state = 'closed') = (closed_reason IS NOT NULL))
);
CREATE INDEX follow_ups_live_idx ON follow_ups (workspace_id, id) WHERE deleted_at IS NULL;
CREATE INDEX follow_ups_due_idx ON follow_ups (workspace_id, due_at, id) WHERE deleted_at IS NULL;
CREATE INDEX follow_ups_open_idx ON follow_ups (workspace_id, due_at, id) WHERE deleted_at IS NULL AND state = 'open';
CREATE INDEX follow_ups_updated_idx ON follow_ups (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX follow_ups_contact_idx ON follow_ups (workspace_id, contact_id, id);
CREATE INDEX follow_ups_message_idx ON follow_ups (workspace_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX follow_ups_meeting_idx ON follow_ups (workspace_id, meeting_id) WHERE meeting_id IS NOT NULL;
CREATE INDEX follow_ups_introduction_idx ON follow_ups (workspace_id, introduction_id)
    WHERE introduction_id IS NOT NULL;
CREATE INDEX follow_ups_run_idx ON follow_ups (workspace_id, run_id) WHERE run_id IS NOT NULL;

CREATE TABLE follow_up_settings (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    settings jsonb NOT NULL,
    PRIMARY KEY (workspace_id)
);

-- The zone of the workspace's owner is what its days are counted in unless the settings say otherwise.
GRANT SELECT (time_zone) ON users TO inroad_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON follow_ups, follow_up_settings TO inroad_tenant;

ALTER TABLE follow_ups ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON follow_ups TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE follow_up_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON follow_up_settings TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
