-- Each touch to and from a contact, and whom not to write to.

CREATE TABLE messages (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    contact_id uuid NOT NULL,
    direction text NOT NULL CONSTRAINT messages_direction_check CHECK (direction IN ('outgoing', 'incoming')),
    channel text NOT NULL CONSTRAINT messages_channel_check CHECK (channel IN (
        'email', 'linkedin_note', 'linkedin_message', 'phone_script', 'voicemail_script', 'text_message', 'in_person'
    )),
    purpose text CONSTRAINT messages_purpose_check CHECK (purpose IN (
        'introduction', 'follow_up', 'confirmation', 'reschedule', 'thank_you', 'introduction_request', 'update',
        'close_the_loop', 'congratulation'
    )),
    state text NOT NULL CONSTRAINT messages_state_check CHECK (state IN (
        'draft', 'scheduled', 'sent', 'replied', 'bounced', 'failed', 'cancelled', 'received'
    )),
    subject text,
    body text NOT NULL,
    -- Whom an e-mail goes to or came from.
    address text,
    -- What the text was made from; the text itself is kept here, whatever becomes of the template.
    template_id uuid,
    template_version integer,
    -- Which try this is: 1, and one more for each message sent since the contact last answered.
    attempt smallint NOT NULL,
    in_reply_to_id uuid,
    reply_kind text CONSTRAINT messages_reply_kind_check CHECK (reply_kind IN (
        'yes', 'no', 'later', 'referred', 'out_of_office'
    )),
    -- The Message-ID of RFC 5322, without its angle brackets.
    rfc_message_id text,
    scheduled_at timestamptz,
    sent_at timestamptz,
    received_at timestamptz,
    -- When it was sent or received; until then, when it shall be sent, or was written.
    occurred_at timestamptz NOT NULL,
    lint jsonb,
    -- Why it failed or bounced, in the words of whoever refused it.
    failure text,
    source text NOT NULL CONSTRAINT messages_source_check CHECK (source IN ('manual', 'import', 'inbound')),
    -- By what an import knows it again.
    external_key text,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT messages_contact_fkey FOREIGN KEY (workspace_id, contact_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT messages_in_reply_to_fkey FOREIGN KEY (workspace_id, in_reply_to_id)
        REFERENCES messages (workspace_id, id)
);
CREATE UNIQUE INDEX messages_external_key ON messages (workspace_id, external_key);
CREATE UNIQUE INDEX messages_rfc_message_id_key ON messages (workspace_id, rfc_message_id);
CREATE INDEX messages_live_idx ON messages (workspace_id, id) WHERE deleted_at IS NULL;
CREATE INDEX messages_contact_idx ON messages (workspace_id, contact_id, occurred_at, id);
CREATE INDEX messages_occurred_idx ON messages (workspace_id, occurred_at, id) WHERE deleted_at IS NULL;
CREATE INDEX messages_updated_idx ON messages (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX messages_state_idx ON messages (workspace_id, state, id) WHERE deleted_at IS NULL;
CREATE INDEX messages_in_reply_to_idx ON messages (workspace_id, in_reply_to_id) WHERE in_reply_to_id IS NOT NULL;
-- What is due, over all workspaces.
CREATE INDEX messages_due_idx ON messages (scheduled_at) WHERE state = 'scheduled' AND deleted_at IS NULL;

CREATE TABLE do_not_contact (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    kind text NOT NULL CONSTRAINT do_not_contact_kind_check CHECK (kind IN ('address', 'domain')),
    value text NOT NULL,
    -- The value in lower case, its domain in ASCII.
    value_key text NOT NULL,
    note text,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX do_not_contact_value_key ON do_not_contact (workspace_id, value_key);

GRANT SELECT, INSERT, UPDATE, DELETE ON messages, do_not_contact TO inroad_tenant;

ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON messages TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE do_not_contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON do_not_contact TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
