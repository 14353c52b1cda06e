DROP TABLE trash, periodic_tasks, jobs, idempotency_keys, changes, signing_keys, throttles,
    one_time_tokens, refresh_tokens, sessions, invitations, members, workspaces, users;
DO $$
BEGIN
    EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM inroad_tenant', current_schema());
END $$;
DROP EXTENSION btree_gin;
DROP EXTENSION pg_trgm;
-- The role stays: it belongs to the server, and another database of it may use it.
