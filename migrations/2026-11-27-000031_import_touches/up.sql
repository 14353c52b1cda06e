-- Rows of a file that brought messages of the past: by what these are known, for an undo.
ALTER TABLE import_rows ADD COLUMN touches text[] NOT NULL DEFAULT '{}';
