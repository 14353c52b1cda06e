DROP TABLE import_rows, imports;
