-- Feeds that are watched, and what of them matched.

CREATE TABLE feeds (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    url text NOT NULL,
    -- The address by which feeds are the same, and that of the address which was given for it.
    url_key text NOT NULL,
    given_key text NOT NULL,
    -- Whom a request goes to: such requests are few at once.
    host text NOT NULL,
    name text,
    title text,
    site_url text,
    kind text NOT NULL CONSTRAINT feeds_kind_check CHECK (kind IN ('news', 'jobs')),
    company_id uuid,
    contact_id uuid,
    industry text,
    saved_search text,
    rules jsonb NOT NULL,
    enabled boolean NOT NULL,
    disabled_reason text,
    -- What the server said of the file that was read last, for conditional requests, and the file's digest.
    etag text,
    last_modified text,
    digest bytea,
    polled_at timestamptz,
    next_poll_at timestamptz NOT NULL,
    failures integer NOT NULL,
    failing_since timestamptz,
    error text,
    redirected_to text,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT feeds_url_key UNIQUE (workspace_id, url_key),
    CONSTRAINT feeds_company_fkey FOREIGN KEY (workspace_id, company_id) REFERENCES companies (workspace_id, id),
    CONSTRAINT feeds_contact_fkey FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id)
);
CREATE INDEX feeds_given_idx ON feeds (workspace_id, given_key);
CREATE INDEX feeds_company_idx ON feeds (workspace_id, company_id) WHERE company_id IS NOT NULL;
CREATE INDEX feeds_contact_idx ON feeds (workspace_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX feeds_due_idx ON feeds (next_poll_at) WHERE enabled;

-- By what the items of a feed are known, matched or not.
CREATE TABLE feed_items (
    workspace_id uuid NOT NULL,
    feed_id uuid NOT NULL,
    -- A digest of the guid, of the link or of the title.
    key bytea NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, feed_id, key),
    CONSTRAINT feed_items_feed_fkey FOREIGN KEY (workspace_id, feed_id)
        REFERENCES feeds (workspace_id, id) ON DELETE CASCADE
);

CREATE TABLE alerts (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    feed_id uuid NOT NULL,
    state text NOT NULL CONSTRAINT alerts_state_check CHECK (state IN ('unread', 'read', 'kept', 'dismissed')),
    title text NOT NULL,
    url text,
    author text,
    summary text NOT NULL,
    published_at timestamptz,
    -- When it was published, or found, where that is not said.
    dated_at timestamptz NOT NULL,
    matched text[] NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT alerts_feed_fkey FOREIGN KEY (workspace_id, feed_id)
        REFERENCES feeds (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX alerts_state_idx ON alerts (workspace_id, state, dated_at, id);
CREATE INDEX alerts_feed_idx ON alerts (workspace_id, feed_id, dated_at);
CREATE INDEX alerts_dated_idx ON alerts (workspace_id, dated_at, id);
-- What nobody kept goes after a while.
CREATE INDEX alerts_old_idx ON alerts (created_at) WHERE state <> 'kept';

GRANT SELECT, INSERT, UPDATE, DELETE ON feeds, feed_items, alerts TO inroad_tenant;

ALTER TABLE feeds ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON feeds TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE feed_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON feed_items TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE alerts ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON alerts TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
