-- Conversations: when, where and with whom, and what became of them.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE meetings (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    state text NOT NULL CONSTRAINT meetings_state_check
        CHECK (state IN ('proposed', 'confirmed', 'completed', 'cancelled', 'no_show')),
    medium text NOT NULL CONSTRAINT meetings_medium_check
        CHECK (medium IN ('phone', 'video', 'coffee', 'on_site', 'other')),
    title text,
    -- Where, and what to think of: nothing filters or sorts by it.
    details jsonb NOT NULL,
    starts_at timestamptz,
    duration_minutes smallint NOT NULL,
    seeker_zone text NOT NULL,
    contact_zone text NOT NULL,
    -- The meeting with the way there and back, as the workspace's settings had it when the time was set.
    busy_from timestamptz,
    busy_until timestamptz,
    allow_overlap boolean NOT NULL,
    payer text NOT NULL CONSTRAINT meetings_payer_check CHECK (payer IN ('seeker', 'contact', 'each', 'nobody')),
    cost_minor bigint,
    cost_currency text,
    notes text,
    -- The other side said so, the day before.
    reconfirmed_at timestamptz,
    -- Each time, state and reason that it has had.
    history jsonb NOT NULL,
    -- What iCalendar counts (RFC 5545, 3.8.7.4): +1 for whatever invited people have to be told.
    revision integer NOT NULL,
    search_words tsvector NOT NULL DEFAULT '',
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT meetings_time_check CHECK (num_nonnulls(starts_at, busy_from, busy_until) IN (0, 3)
        AND (starts_at IS NOT NULL OR state IN ('proposed', 'cancelled'))),
    CONSTRAINT meetings_cost_check CHECK ((cost_minor IS NULL) = (cost_currency IS NULL)),
    CONSTRAINT meetings_overlap_excl EXCLUDE USING gist
        (workspace_id WITH =, tstzrange(busy_from, busy_until) WITH &&)
        WHERE (state = 'confirmed' AND NOT allow_overlap AND deleted_at IS NULL)
);
CREATE INDEX meetings_live_idx ON meetings (workspace_id, id) WHERE deleted_at IS NULL;
CREATE INDEX meetings_starts_idx ON meetings (workspace_id, starts_at, id)
    WHERE deleted_at IS NULL AND starts_at IS NOT NULL;
CREATE INDEX meetings_updated_idx ON meetings (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX meetings_state_idx ON meetings (workspace_id, state, id) WHERE deleted_at IS NULL;
-- All that is confirmed, those that may overlap among them.
CREATE INDEX meetings_busy_idx ON meetings USING gist (workspace_id, tstzrange(busy_from, busy_until))
    WHERE state = 'confirmed' AND deleted_at IS NULL;
CREATE INDEX meetings_words_idx ON meetings USING gin (workspace_id, search_words) WHERE deleted_at IS NULL;

-- With whom, the first of them first.
CREATE TABLE meeting_contacts (
    workspace_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    PRIMARY KEY (workspace_id, meeting_id, contact_id),
    CONSTRAINT meeting_contacts_meeting_fkey FOREIGN KEY (workspace_id, meeting_id)
        REFERENCES meetings (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT meeting_contacts_contact_fkey FOREIGN KEY (workspace_id, contact_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX meeting_contacts_contact_idx ON meeting_contacts (workspace_id, contact_id, meeting_id);

-- How a workspace wants its meetings, where it differs from the defaults.
CREATE TABLE meeting_settings (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    preferences jsonb NOT NULL,
    PRIMARY KEY (workspace_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON meetings, meeting_contacts, meeting_settings TO inroad_tenant;
-- The seeker's zone is that of the workspace's owner.
GRANT SELECT (time_zone) ON users TO inroad_tenant;

ALTER TABLE meetings ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON meetings TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE meeting_contacts ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON meeting_contacts TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE meeting_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON meeting_settings TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
