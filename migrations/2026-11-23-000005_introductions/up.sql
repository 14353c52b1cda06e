-- Who led to whom: requests to connectors, the introductions that came of them or otherwise, and what a contact's
-- timeline is read by.

CREATE TABLE circle_requests (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    connector_id uuid NOT NULL,
    topic text NOT NULL,
    message text,
    channel text CONSTRAINT circle_requests_channel_check CHECK (channel IN (
        'email', 'linkedin', 'phone', 'text_message', 'video', 'in_person', 'other'
    )),
    asked_at timestamptz NOT NULL,
    answer text CONSTRAINT circle_requests_answer_check CHECK (answer IN ('none', 'names', 'later')),
    answered_at timestamptz,
    answer_text text,
    notes text,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT circle_requests_connector_fkey FOREIGN KEY (workspace_id, connector_id)
        REFERENCES contacts (workspace_id, id),
    CONSTRAINT circle_requests_answered_check CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX circle_requests_updated_idx ON circle_requests (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX circle_requests_asked_idx ON circle_requests (workspace_id, asked_at, id) WHERE deleted_at IS NULL;
CREATE INDEX circle_requests_connector_idx ON circle_requests (workspace_id, connector_id, id);

CREATE TABLE introductions (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    -- A contact; or, once that contact is gone for good, an id that nobody else has, so that the shape of the network
    -- stays when the person does not.
    introducer_id uuid,
    introducer_ghost uuid,
    -- A contact, a name until there is a contact, or a ghost.
    introduced_id uuid,
    introduced_ghost uuid,
    introduced_name text,
    -- The name folded for comparison, and the company: nobody names the same person twice.
    introduced_key text,
    introduced_company_id uuid,
    -- Only when the company is gone for good: what it was called.
    introduced_company_name text,
    introduced_title text,
    introduced_email text,
    circle_request_id uuid,
    may_use_name boolean NOT NULL,
    state text NOT NULL CONSTRAINT introductions_state_check
        CHECK (state IN ('named', 'promised', 'made', 'declined', 'stale')),
    named_at timestamptz NOT NULL,
    promised_at timestamptz,
    made_at timestamptz,
    declined_at timestamptz,
    stale_at timestamptz,
    thanked_at timestamptz,
    loop_closed_at timestamptz,
    notes text,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT introductions_introducer_fkey FOREIGN KEY (workspace_id, introducer_id)
        REFERENCES contacts (workspace_id, id),
    CONSTRAINT introductions_introduced_fkey FOREIGN KEY (workspace_id, introduced_id)
        REFERENCES contacts (workspace_id, id),
    CONSTRAINT introductions_company_fkey FOREIGN KEY (workspace_id, introduced_company_id)
        REFERENCES companies (workspace_id, id),
    CONSTRAINT introductions_request_fkey FOREIGN KEY (workspace_id, circle_request_id)
        REFERENCES circle_requests (workspace_id, id),
    CONSTRAINT introductions_introducer_check CHECK ((introducer_id IS NULL) <> (introducer_ghost IS NULL)),
    CONSTRAINT introductions_introduced_check CHECK (num_nonnulls(introduced_id, introduced_ghost) <= 1
        AND num_nonnulls(introduced_id, introduced_ghost, introduced_name) >= 1),
    CONSTRAINT introductions_self_check CHECK (introducer_id <> introduced_id)
);
CREATE UNIQUE INDEX introductions_pair_key ON introductions (workspace_id, introducer_id, introduced_id)
    WHERE deleted_at IS NULL AND introduced_id IS NOT NULL;
CREATE UNIQUE INDEX introductions_name_key ON introductions (workspace_id, introducer_id, introduced_key)
    WHERE deleted_at IS NULL AND introduced_id IS NULL AND introduced_key IS NOT NULL;
-- Newest first is the order of the primary key: ids are made in the order of creation.
CREATE INDEX introductions_updated_idx ON introductions (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX introductions_state_idx ON introductions (workspace_id, state, id) WHERE deleted_at IS NULL;
CREATE INDEX introductions_introducer_idx ON introductions (workspace_id, introducer_id, id);
CREATE INDEX introductions_introduced_idx ON introductions (workspace_id, introduced_id, id)
    WHERE introduced_id IS NOT NULL;
CREATE INDEX introductions_company_idx ON introductions (workspace_id, introduced_company_id, id)
    WHERE introduced_company_id IS NOT NULL;
CREATE INDEX introductions_request_idx ON introductions (workspace_id, circle_request_id, id)
    WHERE circle_request_id IS NOT NULL;
CREATE INDEX introductions_promised_idx ON introductions (promised_at)
    WHERE state = 'promised' AND deleted_at IS NULL;

-- From which stage to which a contact moved, by the version that the move made.
CREATE TABLE stage_moves (
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    version integer NOT NULL,
    moved_at timestamptz NOT NULL,
    from_stage text NOT NULL,
    to_stage text NOT NULL,
    reason text,
    PRIMARY KEY (workspace_id, contact_id, version),
    CONSTRAINT stage_moves_contact_fkey FOREIGN KEY (workspace_id, contact_id)
        REFERENCES contacts (workspace_id, id) ON DELETE CASCADE
);

-- For the timeline of one contact. Creations, of which imports write many, are not among them.
CREATE INDEX changes_contact_idx ON changes (workspace_id, resource_id, occurred_at, seq)
    WHERE kind IN ('contact.updated', 'contact.stage_changed', 'contact.deleted', 'contact.restored');
CREATE INDEX import_rows_contact_idx ON import_rows (workspace_id, contact_id, import_id, line)
    WHERE outcome IN ('created', 'updated');

GRANT SELECT, INSERT, UPDATE, DELETE ON circle_requests, introductions, stage_moves TO inroad_tenant;

ALTER TABLE circle_requests ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON circle_requests TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE introductions ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON introductions TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE stage_moves ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON stage_moves TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
