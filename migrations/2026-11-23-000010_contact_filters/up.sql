-- Filters of contacts and companies: labels whatever their case, and an index for each filter that may find few of many.

-- Labels (tags, industries) in lower case. By ICU, so that it is the same whatever the database's own locale.
CREATE FUNCTION inroad_lowered(labels text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT array_agg(lower(label COLLATE "und-x-icu")) FROM unnest(labels) AS label $$;
GRANT EXECUTE ON FUNCTION inroad_lowered(text[]) TO inroad_tenant;

-- Most contacts have no labels: those cost nothing.
CREATE INDEX contacts_tag_keys_idx ON contacts USING gin (workspace_id, inroad_lowered(tags)) WHERE tags <> '{}';
CREATE INDEX contacts_industry_keys_idx ON contacts USING gin (workspace_id, inroad_lowered(industries))
    WHERE industries <> '{}';
CREATE INDEX companies_tag_keys_idx ON companies USING gin (workspace_id, inroad_lowered(tags)) WHERE tags <> '{}';
CREATE INDEX companies_industry_keys_idx ON companies USING gin (workspace_id, inroad_lowered(industries))
    WHERE industries <> '{}';

CREATE INDEX contacts_created_idx ON contacts (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_how_found_idx ON contacts (workspace_id, how_found, id)
    WHERE deleted_at IS NULL AND how_found IS NOT NULL;
CREATE INDEX contacts_relationship_idx ON contacts (workspace_id, relationship, id)
    WHERE deleted_at IS NULL AND relationship IS NOT NULL;
CREATE INDEX contacts_do_not_contact_idx ON contacts (workspace_id, id) WHERE deleted_at IS NULL AND do_not_contact;
