-- What the seeker wants to learn, and what to ask for it.

CREATE TABLE goals (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    -- None is a goal of the whole search.
    meeting_id uuid,
    -- The goal of the search that this one of a meeting serves.
    serves_id uuid,
    text text NOT NULL,
    how_known text,
    -- The most important is 1.
    rank smallint NOT NULL,
    outcome text CONSTRAINT goals_outcome_check CHECK (outcome IN ('met', 'partly', 'not_met')),
    outcome_note text,
    outcome_at timestamptz,
    decision text,
    decided_at timestamptz,
    search_words tsvector NOT NULL DEFAULT '',
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT goals_meeting_fkey FOREIGN KEY (workspace_id, meeting_id)
        REFERENCES meetings (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT goals_serves_fkey FOREIGN KEY (workspace_id, serves_id) REFERENCES goals (workspace_id, id)
);
CREATE INDEX goals_live_idx ON goals (workspace_id, id) WHERE deleted_at IS NULL;
CREATE INDEX goals_updated_idx ON goals (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX goals_rank_idx ON goals (workspace_id, rank, id) WHERE deleted_at IS NULL;
CREATE INDEX goals_meeting_idx ON goals (workspace_id, meeting_id, rank, id);
CREATE INDEX goals_serves_idx ON goals (workspace_id, serves_id) WHERE serves_id IS NOT NULL;
CREATE INDEX goals_words_idx ON goals USING gin (workspace_id, search_words) WHERE deleted_at IS NULL;

-- The seeker's own questions. Those of the bank are part of the program.
CREATE TABLE questions (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    -- The question of the bank that it was made from.
    based_on_id uuid,
    category text NOT NULL CONSTRAINT questions_category_check CHECK (category IN (
        'trends', 'insights', 'advice', 'resources', 'assignments', 'career_path', 'daily_work', 'skills', 'culture',
        'entry', 'pay', 'who_else'
    )),
    text text NOT NULL,
    stage text NOT NULL CONSTRAINT questions_stage_check CHECK (stage IN ('opening', 'core', 'closing')),
    audience text[] NOT NULL,
    tags text[] NOT NULL,
    follow_up text,
    -- The text without accents and case, to look for a part of it.
    folded text NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX questions_live_idx ON questions (workspace_id, id) WHERE deleted_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON goals, questions TO inroad_tenant;

ALTER TABLE goals ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON goals TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE questions ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON questions TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
