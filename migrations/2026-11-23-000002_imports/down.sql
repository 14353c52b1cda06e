DROP TABLE import_keys, import_rows, imports;
