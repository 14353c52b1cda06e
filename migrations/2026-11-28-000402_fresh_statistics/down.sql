DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND column_name = 'workspace_id'
    LOOP
        EXECUTE format('ALTER TABLE %I RESET (autovacuum_analyze_threshold, autovacuum_analyze_scale_factor)', name);
    END LOOP;
END
$$;
