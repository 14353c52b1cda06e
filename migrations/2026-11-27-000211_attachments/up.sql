-- Files that belong to research notes. What they hold is in a store of its own, by the ids of the workspace and the file.

CREATE TABLE attachments (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    research_note_id uuid NOT NULL,
    file_name text NOT NULL,
    media_type text NOT NULL,
    size_bytes integer NOT NULL,
    sha256 text NOT NULL,
    text_state text NOT NULL CONSTRAINT attachments_text_state_check
        CHECK (text_state IN ('none', 'waiting', 'read', 'failed')),
    words text,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT attachments_note_fkey FOREIGN KEY (workspace_id, research_note_id)
        REFERENCES research_notes (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX attachments_note_idx ON attachments (workspace_id, research_note_id, id);

-- Every file that is in the store, or may be: the row is there before its file, and goes after it, even when its workspace
-- is gone. It points to nothing, so that it can say what is left of what.
CREATE TABLE attachment_files (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL CONSTRAINT attachment_files_state_check CHECK (state IN ('uploading', 'stored', 'removed')),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX attachment_files_unsettled_idx ON attachment_files (updated_at) WHERE state <> 'stored';

GRANT SELECT, INSERT, UPDATE, DELETE ON attachments, attachment_files TO inroad_tenant;

ALTER TABLE attachments ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON attachments TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE attachment_files ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON attachment_files TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
