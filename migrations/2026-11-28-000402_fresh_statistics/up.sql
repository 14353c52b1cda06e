-- While few workspaces are there, statistics name each of them, and one that they do not know is planned as if it had a row:
-- a list of 50 in a workspace with a thousand new contacts read all its companies fifty times. By default tables are looked
-- at anew when a tenth has changed, which a new workspace beside a large one never brings about.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND column_name = 'workspace_id'
    LOOP
        EXECUTE format(
            'ALTER TABLE %I SET (autovacuum_analyze_threshold = 300, autovacuum_analyze_scale_factor = 0.002)', name);
    END LOOP;
END
$$;
