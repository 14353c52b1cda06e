-- What moves when the workspace's clock does: the open follow-ups without a zone of their own, few of many.
CREATE INDEX follow_ups_moving_idx ON follow_ups (workspace_id, id)
    WHERE deleted_at IS NULL AND own_time_zone IS NULL AND state = 'open';
