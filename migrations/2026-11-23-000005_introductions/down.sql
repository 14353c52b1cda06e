DROP INDEX import_rows_contact_idx, changes_contact_idx;
DROP TABLE stage_moves, introductions, circle_requests;
