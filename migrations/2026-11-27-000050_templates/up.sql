-- Texts to be used again, in versions, and the seeker whom they speak for.

CREATE TABLE seeker_profiles (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    profile jsonb NOT NULL,
    PRIMARY KEY (workspace_id)
);

CREATE TABLE templates (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    archived_at timestamptz,
    -- The version that last changed what it says: the newest of template_versions.
    text_version integer NOT NULL,
    name text COLLATE "und-x-icu" NOT NULL,
    purpose text NOT NULL CONSTRAINT templates_purpose_check CHECK (purpose IN (
        'introduction', 'follow_up', 'confirmation', 'reschedule', 'thank_you', 'introduction_request', 'update',
        'close_the_loop', 'congratulation'
    )),
    channel text NOT NULL CONSTRAINT templates_channel_check CHECK (channel IN (
        'email', 'linkedin_note', 'linkedin_message', 'phone_script', 'voicemail_script', 'text_message', 'in_person'
    )),
    language text NOT NULL,
    audience text CONSTRAINT templates_audience_check CHECK (audience IN ('alumni', 'referred', 'warm', 'cold')),
    description text,
    subject text,
    body text NOT NULL,
    -- The entry of the library that it was copied from.
    library_slug text,
    search_text text NOT NULL,
    search_words tsvector NOT NULL DEFAULT '',
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX templates_live_idx ON templates (workspace_id, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_updated_idx ON templates (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_name_idx ON templates (workspace_id, name, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_words_idx ON templates USING gin (workspace_id, search_words) WHERE deleted_at IS NULL;

-- What a template said at each of its versions.
CREATE TABLE template_versions (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    template_id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    name text NOT NULL,
    purpose text NOT NULL,
    channel text NOT NULL,
    language text NOT NULL,
    audience text,
    description text,
    subject text,
    body text NOT NULL,
    PRIMARY KEY (workspace_id, template_id, version),
    CONSTRAINT template_versions_template_fkey FOREIGN KEY (workspace_id, template_id)
        REFERENCES templates (workspace_id, id) ON DELETE CASCADE
);

-- A message remembers the version that it was made from. Added first and looked through afterwards, so that nobody waits.
ALTER TABLE messages ADD CONSTRAINT messages_template_fkey FOREIGN KEY (workspace_id, template_id, template_version)
    REFERENCES template_versions (workspace_id, template_id, version) NOT VALID;
ALTER TABLE messages ADD CONSTRAINT messages_template_check
    CHECK ((template_id IS NULL) = (template_version IS NULL)) NOT VALID;
ALTER TABLE messages VALIDATE CONSTRAINT messages_template_fkey;
ALTER TABLE messages VALIDATE CONSTRAINT messages_template_check;
CREATE INDEX messages_template_idx ON messages (workspace_id, template_id, template_version)
    WHERE template_id IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON seeker_profiles, templates, template_versions TO inroad_tenant;

ALTER TABLE seeker_profiles ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON seeker_profiles TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE templates ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON templates TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE template_versions ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON template_versions TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
