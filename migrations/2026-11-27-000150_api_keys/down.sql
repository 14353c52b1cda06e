ALTER TABLE changes DROP CONSTRAINT changes_actor_check;
ALTER TABLE changes ADD CONSTRAINT changes_actor_check CHECK (actor_kind IN ('member', 'job', 'invited_person')) NOT VALID;
ALTER TABLE audit_log DROP CONSTRAINT audit_log_actor_check;
ALTER TABLE audit_log ADD CONSTRAINT audit_log_actor_check
    CHECK (actor_kind IN ('user', 'anonymous', 'job', 'operator')) NOT VALID;
DROP TABLE api_key_secrets;
DROP TABLE api_keys;
