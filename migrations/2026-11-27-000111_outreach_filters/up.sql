-- What lists are filtered by and what hardly any row has: without these, a hundred thousand rows are read to find none.

CREATE INDEX messages_reply_kind_idx ON messages (workspace_id, reply_kind, id)
    WHERE deleted_at IS NULL AND reply_kind IS NOT NULL;
CREATE INDEX messages_scheduled_idx ON messages (workspace_id, scheduled_at, id)
    WHERE deleted_at IS NULL AND scheduled_at IS NOT NULL;
CREATE INDEX messages_direction_idx ON messages (workspace_id, direction, id) WHERE deleted_at IS NULL;
CREATE INDEX messages_channel_idx ON messages (workspace_id, channel, id) WHERE deleted_at IS NULL;
CREATE INDEX messages_purpose_idx ON messages (workspace_id, purpose, id) WHERE deleted_at IS NULL;
CREATE INDEX follow_ups_kind_idx ON follow_ups (workspace_id, kind, state, id) WHERE deleted_at IS NULL;
CREATE INDEX templates_search_idx ON templates USING gin (workspace_id, search_text gin_trgm_ops)
    WITH (gin_pending_list_limit = 256);
