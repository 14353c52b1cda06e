-- While few workspaces are there, statistics name each of them, and one that they do not know is planned as if it had a row:
-- a list of 50 in a workspace with a thousand new contacts read all its companies fifty times. By default tables are looked
-- at anew when a tenth has changed, which a new workspace beside a large one never brings about.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT c.relname FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format(
            'ALTER TABLE %I SET (autovacuum_analyze_threshold = 300, autovacuum_analyze_scale_factor = 0.002)', name);
    END LOOP;
END
$$;
