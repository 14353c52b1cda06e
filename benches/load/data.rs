//! What the database is filled with.
use anyhow::Result;

use crate::server::Server;
use crate::user::User;

/// Contacts of one workspace; their ids end in 1000 to 1999.
pub const CONTACTS: usize = 1000;
/// The id of contact `n` of the measured workspace, but for the last four digits: 1000 + n.
pub const ID_PREFIX: &str = "0190a000-0000-7000-8000-00000000";
/// Family names that are searched for, each some twenty times in a workspace.
pub const SEARCHED: [&str; 8] = ["okafor", "lindqvist", "moreau", "tanaka", "rossi", "novak", "garcia", "nielsen"];
pub const GIVEN: &str = "Amara,Björn,Chloé,Daniel,Elena,Farid,Greta,Hiro,Inés,Jonas,Kamala,Léa,Mateo,Nadia,Oskar,Priya,Quentin,\
     Rosa,Sofía,Tomás,Uma,Viktor,Wanda,Ximena,Yusuf,Zoë,Ada,Bruno,Carmen,Dmitri,Esther,Finn,Gloria,Hassan,Ivy,Jakob,\
     Keiko,Lars,Maya,Noah";
pub const FAMILY: &str = "Okafor,Lindqvist,Moreau,Tanaka,Rossi,Novak,García,Nielsen,Abebe,Bauer,Chen,Dubois,Eriksen,Fernández,\
     Gruber,Haddad,Ivanova,Jensen,Kowalski,Larsen,Müller,Nguyen,Ortiz,Papadopoulos,Quinn,Ramírez,Schmidt,Takahashi,\
     Usman,Varga,Weber,Xu,Yilmaz,Zhang,Andersson,Brown,Costa,Diaz,Evans,Fischer,Green,Hughes,Ibrahim,Jones,Kim,Lopez,\
     Martin,Nowak,Olsen,Patel";

/// How much there is of what.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Of [`CONTACTS`] contacts.
    pub workspaces: usize,
    /// Contacts of the workspace in which duplicates are looked for.
    pub middle: usize,
    /// Contacts of the workspace that is exported.
    pub big: usize,
    /// Rows of a file that is imported.
    pub rows: usize,
    /// Idle listeners.
    pub streams: usize,
}

impl Size {
    pub const USUAL: Self = Self { workspaces: 200, middle: 50_000, big: 100_000, rows: 30_000, streams: 2_000 };
    pub const QUICK: Self = Self { workspaces: 10, middle: 2_000, big: 4_000, rows: 3_000, streams: 100 };

    pub fn contacts(&self) -> usize {
        self.workspaces * CONTACTS + self.middle + self.big
    }
}

/// Fills the workspaces, of which the three belong to these users; false when that was done before.
pub fn fill(server: &Server, [mine, middle, big]: [&User; 3], size: &Size) -> Result<bool> {
    if server.psql("SELECT count(*) FROM (SELECT FROM contacts LIMIT 1) any_contact")? != "0" {
        return Ok(false);
    }
    let sql = FILL
        .replace("{mine}", &mine.workspace)
        .replace("{middle}", &middle.workspace)
        .replace("{big}", &big.workspace)
        .replace("{workspaces}", &size.workspaces.to_string())
        .replace("{middle_contacts}", &size.middle.to_string())
        .replace("{big_contacts}", &size.big.to_string())
        .replace("{contacts}", &CONTACTS.to_string())
        .replace("{given}", GIVEN)
        .replace("{family}", FAMILY);
    server.psql(&sql)?;
    Ok(true)
}

/// Indexes that are no constraints are made after the rows, as a restore would.
const FILL: &str = r#"
SET client_min_messages = warning;
SET synchronous_commit = off;
SET maintenance_work_mem = '256MB';
CREATE SCHEMA load;
CREATE TABLE load.indexes AS SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
FROM pg_index WHERE indrelid IN ('contacts'::regclass, 'positions'::regclass) AND NOT indisprimary;
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT * FROM load.indexes LOOP EXECUTE 'DROP INDEX ' || found.name; END LOOP;
END $$;

-- The same number for the same place in every run.
CREATE FUNCTION load.pick(seed bigint, salt int, choices int) RETURNS int IMMUTABLE
RETURN (abs(hashint8extended(seed, salt) % choices))::int;
CREATE FUNCTION load.id(kind text, workspace bigint, ending text) RETURNS uuid IMMUTABLE
RETURN ('0190a000-' || lpad(to_hex(workspace), 4, '0') || '-' || kind || '-8000-' || lpad(ending, 12, '0'))::uuid;
CREATE FUNCTION load.one_of(list text, number int) RETURNS text IMMUTABLE RETURN split_part(list, ',', number + 1);
CREATE FUNCTION load.fold(name text) RETURNS text IMMUTABLE
RETURN lower(translate(name, 'áéíóúñüöäëå', 'aeiounuoaea'));
CREATE FUNCTION load.company(number int) RETURNS text IMMUTABLE RETURN
    load.one_of('Northwind,Contoso,Fabrikam,Meridian,Bluebird,Harbor,Granite,Juniper,Lumen,Solstice', number / 10)
    || ' ' || load.one_of('Labs,Systems,Partners,Energy,Health,Media,Logistics,Robotics,Capital,Foods', number % 10);
CREATE FUNCTION load.title(number int) RETURNS text IMMUTABLE RETURN
    load.one_of('Junior,Senior,Lead,Principal,Head of', number / 6) || ' '
    || load.one_of('Engineer,Designer,Analyst,Product,Research,Marketing', number % 6);

CREATE TABLE load.workspaces AS
SELECT n, CASE n WHEN 0 THEN '{mine}'::uuid ELSE gen_random_uuid() END AS id, {contacts} AS contacts
FROM generate_series(0::bigint, {workspaces} - 1) n;
INSERT INTO workspaces (id, version, created_at, updated_at, name)
SELECT id, 1, now(), now(), 'Workspace ' || n FROM load.workspaces WHERE n > 0;
INSERT INTO load.workspaces VALUES (60001, '{middle}', {middle_contacts}), (60002, '{big}', {big_contacts});

-- Search words as the service makes them, but for the phrases.
CREATE FUNCTION load.words(workspace uuid, name text, head text, other text) RETURNS tsvector IMMUTABLE
RETURN array_to_tsvector(ARRAY(
    SELECT DISTINCT place || right(workspace::text, 6) || word
    FROM (VALUES ('n', name), ('h', head), ('o', lower(other))) AS lines (place, line),
        string_to_table(translate(line, E'\n.@-[]",', '        '), ' ') AS word
    WHERE word <> ''
));

INSERT INTO companies (workspace_id, id, version, created_at, updated_at, name, name_key, sort_name, search_text,
    industries, is_target, links, tags, custom_fields, external_ids, search_words)
SELECT w.id, load.id('7001', w.n, (1000 + c)::text), 1, now(), now(), name, lower(name), name, lower(name),
    '{}', c % 10 = 0, '[]', '{}', '{}', '{}', load.words(w.id, lower(name), lower(name), '')
FROM load.workspaces w, generate_series(0, 99) c, load.company(c) name;

CREATE TABLE load.people AS
SELECT w.id AS workspace, w.n AS w, c AS n, seed, load.id('7000', w.n, (1000 + c)::text) AS id,
    load.one_of('{given}', load.pick(seed, 1, 40)) AS given,
    load.one_of('{family}', load.pick(seed, 2, 50))
        -- Where there are many, nearly every one has a name of their own, as in life.
        || CASE WHEN w.contacts > {contacts} THEN '-' || load.one_of('{family}', c / 2000 % 50) ELSE '' END AS family,
    load.pick(seed, 3, 100) AS company, load.pick(seed, 4, 100) AS former, load.pick(seed, 5, 30) AS title,
    load.pick(seed, 6, 30) AS former_title, load.pick(seed, 7, 2) AS more
FROM load.workspaces w, generate_series(0, w.contacts - 1) c, LATERAL (SELECT w.n * 100000 + c AS seed) s
ORDER BY w, n;

INSERT INTO contacts (workspace_id, id, version, created_at, updated_at, display_name, sort_name, search_text,
    given_name, family_name, profile, emails, email_keys, linkedin_slug, industries, tags, how_found, connector_id,
    relationship, strength, stage, stage_changed_at, do_not_contact, last_touch_at, custom_fields, external_ids,
    search_words)
SELECT workspace, id, 1, added, added + load.pick(seed, 8, 1000) * interval '1 minute',
    given || ' ' || family, family || ' ' || given,
    searched,
    given, family,
    jsonb_build_object('headline', headline, 'location', 'Vienna, Austria', 'time_zone', 'Europe/Vienna',
        'links', jsonb_build_array(jsonb_build_object('url', 'https://www.linkedin.com/in/' || slug,
            'label', 'linkedin', 'is_primary', true)),
        'education', jsonb_build_array(jsonb_build_object('school', 'University of Vienna', 'degree', 'MSc',
            'field_of_study', 'Economics', 'start_year', 2009, 'end_year', 2012 + load.pick(seed, 9, 4))),
        'expertise', '["pricing", "hiring"]'::jsonb, 'how_found_on', '2025-03-12',
        'shared_ground', '["the same university"]'::jsonb),
    CASE WHEN email IS NULL THEN '[]' ELSE jsonb_build_array(
        jsonb_build_object('address', email, 'label', 'work', 'is_primary', true)) END,
    CASE WHEN email IS NULL THEN '{}' ELSE ARRAY[email] END, slug,
    ARRAY[industry], ARRAY[tag],
    load.one_of('linkedin,linkedin,alumni,event,referral', load.pick(seed, 12, 5)),
    CASE WHEN n > 0 AND n % 10 = 0 THEN load.id('7000', w, '1000') END,
    load.one_of('colleague,alumni,acquaintance,friend', load.pick(seed, 13, 4)),
    nullif(load.pick(seed, 14, 6), 0),
    load.one_of('identified,identified,researching,contacted,replied,scheduled,met,thanked,in_touch',
        load.pick(seed, 15, 9)),
    added, false, CASE WHEN load.pick(seed, 16, 2) = 1 THEN added + interval '3 days' END, '{}', '{}',
    load.words(workspace, load.fold(given || ' ' || family), searched, concat_ws(' ', tag, industry, 'Vienna, Austria',
        'pricing hiring the same university', 'University of Vienna'))
FROM load.people,
    LATERAL (SELECT timestamptz '2025-01-01 00:00:00+00' + n * interval '1 hour' AS added,
        load.title(title) || ' at ' || load.company(company) AS headline,
        load.one_of('energy,health,media,finance,software,education,retail,transport', load.pick(seed, 10, 8)) AS industry,
        load.one_of('berlin,mentor,climate,follow-up,alumni,design', load.pick(seed, 11, 6)) AS tag,
        replace(load.fold(given || '-' || family), ' ', '-') || '-' || n AS slug,
        CASE WHEN load.pick(seed, 17, 5) < 3 THEN load.fold(given || '.' || family) || n || '@example.com' END AS email
    ) more_of_them,
    LATERAL (SELECT E'\n' || load.fold(given || ' ' || family) || E'\n' || coalesce(email || E'\n', '')
            || lower(load.company(company)) || E'\n'
            || CASE WHEN more = 1 AND former <> company THEN lower(load.company(former)) || E'\n' ELSE '' END
            || lower(load.title(title)) || E'\n'
            || CASE WHEN more = 1 AND former_title <> title THEN lower(load.title(former_title)) || E'\n' ELSE '' END
            || lower(headline) || E'\n' AS searched) text_of_them;

INSERT INTO positions (workspace_id, id, contact_id, company_id, title, started_on, ended_on, is_current, ordinal)
SELECT workspace, load.id('7002', w, p::text || lpad((1000 + n)::text, 7, '0')), id,
    load.id('7001', w, (1000 + CASE p WHEN 0 THEN company ELSE former END)::text),
    load.title(CASE p WHEN 0 THEN title ELSE former_title END),
    date '2020-05-01' - 1500 * p, CASE p WHEN 1 THEN date '2020-04-30' END, p = 0, p
FROM load.people, generate_series(0, more) p;

INSERT INTO research_notes (workspace_id, id, version, created_at, updated_at, contact_id, kind, title, body, importance,
    pinned, tags, language)
SELECT workspace, load.id('7003', w, (1000 + n)::text), 1, now(), now(), id, 'biography', given || ' ' || family,
    repeat('Worked on storage and wind before. ', 20), 'normal', false, '{}', 'en'
FROM load.people WHERE w = 0;

DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT * FROM load.indexes LOOP EXECUTE found.definition; END LOOP;
END $$;
DROP SCHEMA load CASCADE;
VACUUM ANALYZE;
CHECKPOINT;
"#;
