-- Columns of an imported table that nothing was read from.
ALTER TABLE imports ADD COLUMN ignored_columns text[] NOT NULL DEFAULT '{}';
