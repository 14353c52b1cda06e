-- What was found out about people, companies, industries and meetings, searched in the language that it is written in.

-- The text search configuration for a BCP 47 tag, of those that PostgreSQL 14 brings.
CREATE FUNCTION inroad_search_language(tag text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE lower(split_part(tag, '-', 1))
        WHEN 'ar' THEN 'arabic' WHEN 'hy' THEN 'armenian' WHEN 'eu' THEN 'basque' WHEN 'ca' THEN 'catalan'
        WHEN 'da' THEN 'danish' WHEN 'nl' THEN 'dutch' WHEN 'en' THEN 'english' WHEN 'fi' THEN 'finnish'
        WHEN 'fr' THEN 'french' WHEN 'de' THEN 'german' WHEN 'el' THEN 'greek' WHEN 'hi' THEN 'hindi'
        WHEN 'hu' THEN 'hungarian' WHEN 'id' THEN 'indonesian' WHEN 'ga' THEN 'irish' WHEN 'it' THEN 'italian'
        WHEN 'lt' THEN 'lithuanian' WHEN 'ne' THEN 'nepali' WHEN 'no' THEN 'norwegian' WHEN 'nb' THEN 'norwegian'
        WHEN 'nn' THEN 'norwegian' WHEN 'pt' THEN 'portuguese' WHEN 'ro' THEN 'romanian' WHEN 'ru' THEN 'russian'
        WHEN 'sr' THEN 'serbian' WHEN 'es' THEN 'spanish' WHEN 'sv' THEN 'swedish' WHEN 'ta' THEN 'tamil'
        WHEN 'tr' THEN 'turkish' WHEN 'yi' THEN 'yiddish' ELSE 'simple' END $$;

-- Angle brackets are blanked, so that the parser takes nothing for a tag of HTML: what stands in one is text as well.
CREATE FUNCTION inroad_language_words(search_language text, words text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT to_tsvector(('pg_catalog.' || search_language)::regconfig, translate(coalesce(words, ''), '<>', '  ')) $$;

CREATE FUNCTION inroad_language_query(search_language text, words text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT websearch_to_tsquery(('pg_catalog.' || search_language)::regconfig, translate(words, '<>', '  ')) $$;

-- The whole text, with U+0001 before and U+0002 behind each word that was found. Every other character keeps its place.
CREATE FUNCTION inroad_language_marks(search_language text, words text, wanted text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT ts_headline(('pg_catalog.' || search_language)::regconfig,
        translate(words, E'<>\x01\x02', '    '), inroad_language_query(search_language, wanted),
        E'HighlightAll=true, StartSel="\x01", StopSel="\x02"') $$;

GRANT EXECUTE ON FUNCTION inroad_search_language(text), inroad_language_words(text, text),
    inroad_language_query(text, text), inroad_language_marks(text, text, text) TO inroad_tenant;

CREATE TABLE research_notes (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    contact_id uuid,
    company_id uuid,
    meeting_id uuid,
    industry text,
    kind text NOT NULL CONSTRAINT research_notes_kind_check CHECK (kind IN ('about_page', 'biography', 'portfolio',
        'press_release', 'brochure', 'annual_report', 'news', 'social_profile', 'publication', 'talk', 'salary_data',
        'own_thought', 'other')),
    title text NOT NULL,
    body text,
    excerpt text,
    source_url text,
    site text,
    author text,
    published_on date,
    accessed_on date,
    importance text NOT NULL CONSTRAINT research_notes_importance_check CHECK (importance IN ('low', 'normal', 'high')),
    pinned boolean NOT NULL,
    tags text[] NOT NULL,
    language text,
    -- The words of what is attached.
    attached_words text,
    search_words tsvector NOT NULL DEFAULT '',
    search_language text NOT NULL GENERATED ALWAYS AS (inroad_search_language(language)) STORED,
    language_words tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(inroad_language_words(inroad_search_language(language), title), 'A')
        || setweight(inroad_language_words(inroad_search_language(language),
            coalesce(industry, '') || ' ' || coalesce(author, '') || ' ' || coalesce(site, '')), 'B')
        || setweight(inroad_language_words(inroad_search_language(language), excerpt), 'C')
        || setweight(inroad_language_words(inroad_search_language(language), body), 'D')
        || setweight(inroad_language_words(inroad_search_language(language), attached_words), 'D')
    ) STORED,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT research_notes_about_check CHECK (num_nonnulls(contact_id, company_id, meeting_id, industry) > 0),
    CONSTRAINT research_notes_contact_fkey FOREIGN KEY (workspace_id, contact_id)
        REFERENCES contacts (workspace_id, id),
    CONSTRAINT research_notes_company_fkey FOREIGN KEY (workspace_id, company_id)
        REFERENCES companies (workspace_id, id),
    CONSTRAINT research_notes_meeting_fkey FOREIGN KEY (workspace_id, meeting_id)
        REFERENCES meetings (workspace_id, id)
);
CREATE INDEX research_notes_live_idx ON research_notes (workspace_id, id) WHERE deleted_at IS NULL;
CREATE INDEX research_notes_updated_idx ON research_notes (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX research_notes_published_idx ON research_notes (workspace_id, published_on, id)
    WHERE deleted_at IS NULL AND published_on IS NOT NULL;
CREATE INDEX research_notes_contact_idx ON research_notes (workspace_id, contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX research_notes_company_idx ON research_notes (workspace_id, company_id, id) WHERE company_id IS NOT NULL;
CREATE INDEX research_notes_meeting_idx ON research_notes (workspace_id, meeting_id, id) WHERE meeting_id IS NOT NULL;
CREATE INDEX research_notes_industry_idx ON research_notes (workspace_id, inroad_lower(industry), id)
    WHERE deleted_at IS NULL AND industry IS NOT NULL;
CREATE INDEX research_notes_kind_idx ON research_notes (workspace_id, kind, id) WHERE deleted_at IS NULL;
CREATE INDEX research_notes_language_idx ON research_notes (workspace_id, search_language) WHERE deleted_at IS NULL;
CREATE INDEX research_notes_tag_keys_idx ON research_notes USING gin (workspace_id, inroad_lowered(tags))
    WHERE tags <> '{}';
CREATE INDEX research_notes_words_idx ON research_notes USING gin (workspace_id, search_words)
    WHERE deleted_at IS NULL;
CREATE INDEX research_notes_language_words_idx ON research_notes USING gin (workspace_id, language_words)
    WHERE deleted_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON research_notes TO inroad_tenant;

ALTER TABLE research_notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON research_notes TO inroad_tenant
    USING (workspace_id = nullif(current_setting('inroad.workspace_id', true), '')::uuid);
