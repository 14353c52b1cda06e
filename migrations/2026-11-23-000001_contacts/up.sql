-- The people, the companies, and who works or worked where.

CREATE TABLE companies (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    name text NOT NULL,
    -- The name folded for comparison: one company of a name per workspace.
    name_key text NOT NULL,
    sort_name text COLLATE "und-x-icu" NOT NULL,
    search_text text NOT NULL,
    website text,
    industries text[] NOT NULL,
    size text CONSTRAINT companies_size_check CHECK (size IN (
        'self_employed', '1_10', '11_50', '51_200', '201_500', '501_1000', '1001_5000', '5001_10000', '10001_plus'
    )),
    location text,
    country text,
    description text,
    notes text,
    is_target boolean NOT NULL,
    links jsonb NOT NULL,
    tags text[] NOT NULL,
    custom_fields jsonb NOT NULL,
    external_ids jsonb NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX companies_name_key ON companies (workspace_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX companies_updated_idx ON companies (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX companies_name_idx ON companies (workspace_id, sort_name, id) WHERE deleted_at IS NULL;
CREATE INDEX companies_search_idx ON companies USING gin (workspace_id, search_text gin_trgm_ops);
CREATE INDEX companies_tags_idx ON companies USING gin (workspace_id, tags);

CREATE TABLE contacts (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    display_name text NOT NULL,
    sort_name text COLLATE "und-x-icu" NOT NULL,
    search_text text NOT NULL,
    given_name text,
    family_name text,
    -- The fields that nothing filters or sorts by, as one document (model::Profile).
    profile jsonb NOT NULL,
    emails jsonb NOT NULL,
    email_keys text[] NOT NULL,
    linkedin_slug text,
    industries text[] NOT NULL,
    tags text[] NOT NULL,
    how_found text CONSTRAINT contacts_how_found_check CHECK (how_found IN (
        'linkedin', 'alumni', 'social_network', 'newspaper', 'business_publication', 'event', 'referral', 'cold',
        'import', 'other'
    )),
    connector_id uuid,
    relationship text CONSTRAINT contacts_relationship_check CHECK (relationship IN (
        'family', 'friend', 'neighbour', 'colleague', 'former_colleague', 'teacher', 'classmate', 'alumni',
        'acquaintance', 'none'
    )),
    strength smallint CONSTRAINT contacts_strength_check CHECK (strength BETWEEN 1 AND 5),
    strength_rank smallint NOT NULL GENERATED ALWAYS AS (coalesce(strength, 0::smallint)) STORED,
    stage text NOT NULL CONSTRAINT contacts_stage_check CHECK (stage IN (
        'identified', 'researching', 'contacted', 'replied', 'scheduled', 'met', 'thanked', 'in_touch', 'closed'
    )),
    stage_reason text CONSTRAINT contacts_stage_reason_check CHECK (stage_reason IN (
        'declined', 'no_response', 'not_relevant', 'do_not_contact'
    )),
    stage_changed_at timestamptz NOT NULL,
    do_not_contact boolean NOT NULL,
    last_touch_at timestamptz,
    touch_rank timestamptz NOT NULL
        GENERATED ALWAYS AS (coalesce(last_touch_at, timestamptz '0001-01-01 00:00:00+00')) STORED,
    notes text,
    custom_fields jsonb NOT NULL,
    external_ids jsonb NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT contacts_connector_fkey FOREIGN KEY (workspace_id, connector_id)
        REFERENCES contacts (workspace_id, id),
    CONSTRAINT contacts_connector_self_check CHECK (connector_id <> id),
    CONSTRAINT contacts_closed_reason_check CHECK ((stage = 'closed') = (stage_reason IS NOT NULL))
);
-- Newest first is the order of the primary key: ids are made in the order of creation.
CREATE INDEX contacts_updated_idx ON contacts (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_name_idx ON contacts (workspace_id, sort_name, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_touch_idx ON contacts (workspace_id, touch_rank, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_strength_idx ON contacts (workspace_id, strength_rank, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_stage_idx ON contacts (workspace_id, stage, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_connector_idx ON contacts (workspace_id, connector_id) WHERE connector_id IS NOT NULL;
CREATE INDEX contacts_slug_idx ON contacts (workspace_id, linkedin_slug) WHERE linkedin_slug IS NOT NULL;
CREATE INDEX contacts_search_idx ON contacts USING gin (workspace_id, search_text gin_trgm_ops);
CREATE INDEX contacts_keys_idx ON contacts USING gin (workspace_id, email_keys, tags, industries);

CREATE TABLE positions (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    company_id uuid,
    -- Only when the company is gone for good: what it was called.
    company_name text,
    title text,
    started_on date,
    ended_on date,
    is_current boolean NOT NULL,
    ordinal integer NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT positions_contact_fkey FOREIGN KEY (workspace_id, contact_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT positions_company_fkey FOREIGN KEY (workspace_id, company_id)
        REFERENCES companies (workspace_id, id),
    CONSTRAINT positions_dates_check CHECK (ended_on >= started_on)
);
CREATE INDEX positions_contact_idx ON positions (workspace_id, contact_id, ordinal);
CREATE INDEX positions_company_idx ON positions (workspace_id, company_id, contact_id);

-- Other systems' ids of our rows: one row per system and id.
CREATE TABLE external_ids (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    resource text NOT NULL CONSTRAINT external_ids_resource_check CHECK (resource IN ('contact', 'company')),
    system text NOT NULL,
    external_id text NOT NULL,
    resource_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, resource, system, external_id)
);
CREATE INDEX external_ids_resource_idx ON external_ids (workspace_id, resource_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON companies, contacts, positions, external_ids TO inroad_tenant;

ALTER TABLE companies ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON companies TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE contacts ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contacts TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE positions ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON positions TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE external_ids ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON external_ids TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
