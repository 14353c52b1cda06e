DROP TABLE import_mappings;
DROP TABLE contact_extras;

UPDATE import_keys SET base = jsonb_strip_nulls(jsonb_build_object(
    'given_name', base -> 'given_name',
    'family_name', base -> 'family_name',
    'name_prefix', base -> 'name_prefix',
    'name_suffix', base -> 'name_suffix',
    'url', base -> 'links' -> 0 -> 'url',
    'email', base -> 'emails' -> 0 -> 'address',
    'company', base -> 'positions' -> 0 -> 'company_name',
    'title', base -> 'positions' -> 0 -> 'title'
)) WHERE source = 'linkedin';

ALTER TABLE imports DROP COLUMN cancel_requested_at;
UPDATE imports SET state = 'failed' WHERE state = 'cancelled';
ALTER TABLE imports DROP CONSTRAINT imports_state_check;
ALTER TABLE imports ADD CONSTRAINT imports_state_check
    CHECK (state IN ('running', 'finished', 'failed', 'undone'));
