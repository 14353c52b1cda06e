-- What was learned in meetings.

-- In lower case, in every language, whatever the database's own rules are.
CREATE FUNCTION inroad_lower(label text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(label COLLATE "und-x-icu") $$;
GRANT EXECUTE ON FUNCTION inroad_lower(text) TO inroad_tenant;

CREATE TABLE insights (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    meeting_id uuid NOT NULL,
    question_id uuid,
    goal_id uuid,
    topic text NOT NULL,
    stance text NOT NULL CONSTRAINT insights_stance_check
        CHECK (stance IN ('positive', 'negative', 'mixed', 'neutral')),
    confidence text NOT NULL CONSTRAINT insights_confidence_check CHECK (confidence IN ('low', 'medium', 'high')),
    text text NOT NULL,
    quote text,
    search_words tsvector NOT NULL DEFAULT '',
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT insights_meeting_fkey FOREIGN KEY (workspace_id, meeting_id)
        REFERENCES meetings (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT insights_question_fkey FOREIGN KEY (workspace_id, question_id)
        REFERENCES meeting_questions (workspace_id, id),
    CONSTRAINT insights_goal_fkey FOREIGN KEY (workspace_id, goal_id) REFERENCES goals (workspace_id, id)
);
CREATE INDEX insights_live_idx ON insights (workspace_id, id) WHERE deleted_at IS NULL;
CREATE INDEX insights_updated_idx ON insights (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX insights_meeting_idx ON insights (workspace_id, meeting_id, id);
CREATE INDEX insights_goal_idx ON insights (workspace_id, goal_id, id) WHERE goal_id IS NOT NULL;
CREATE INDEX insights_question_idx ON insights (workspace_id, question_id, id) WHERE question_id IS NOT NULL;
CREATE INDEX insights_topic_idx ON insights (workspace_id, inroad_lower(topic), id) WHERE deleted_at IS NULL;
CREATE INDEX insights_words_idx ON insights USING gin (workspace_id, search_words) WHERE deleted_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON insights TO inroad_tenant;

ALTER TABLE insights ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON insights TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
