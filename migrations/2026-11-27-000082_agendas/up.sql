-- What is meant to be asked in a meeting, what was, and what came back.
CREATE TABLE meeting_questions (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    meeting_id uuid NOT NULL,
    -- Of the bank, or one of the seeker's own; it says the same here, whatever becomes of it there.
    question_id uuid,
    goal_id uuid,
    text text NOT NULL,
    position smallint NOT NULL,
    asked_at timestamptz,
    answered_at timestamptz,
    answer text,
    usefulness smallint CONSTRAINT meeting_questions_usefulness_check CHECK (usefulness BETWEEN 1 AND 5),
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT meeting_questions_meeting_fkey FOREIGN KEY (workspace_id, meeting_id)
        REFERENCES meetings (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT meeting_questions_goal_fkey FOREIGN KEY (workspace_id, goal_id) REFERENCES goals (workspace_id, id)
);
CREATE INDEX meeting_questions_meeting_idx ON meeting_questions (workspace_id, meeting_id, position, id);
CREATE INDEX meeting_questions_position_idx ON meeting_questions (workspace_id, position, id);
CREATE INDEX meeting_questions_goal_idx ON meeting_questions (workspace_id, goal_id, id) WHERE goal_id IS NOT NULL;
CREATE INDEX meeting_questions_question_idx ON meeting_questions (workspace_id, question_id)
    WHERE question_id IS NOT NULL;

CREATE TABLE agendas (
    workspace_id uuid NOT NULL,
    meeting_id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    items jsonb NOT NULL,
    PRIMARY KEY (workspace_id, meeting_id),
    CONSTRAINT agendas_meeting_fkey FOREIGN KEY (workspace_id, meeting_id)
        REFERENCES meetings (workspace_id, id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE, DELETE ON meeting_questions, agendas TO inroad_tenant;

ALTER TABLE meeting_questions ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON meeting_questions TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
ALTER TABLE agendas ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON agendas TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
