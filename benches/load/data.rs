//! What the database is filled with, and the file that is imported.
use std::fmt::Write;

use anyhow::Result;

use crate::server::Server;

/// Contacts of one workspace; their ids end in 1000 to 1999.
pub const CONTACTS: usize = 1000;
/// The id of contact `n` of the measured workspace, but for the last four digits: 1000 + n.
pub const ID_PREFIX: &str = "0190a000-0000-7000-8000-00000000";
/// Family names that are searched for, each some twenty times in a workspace.
pub const SEARCHED: [&str; 8] = ["okafor", "lindqvist", "moreau", "tanaka", "rossi", "novak", "garcia", "nielsen"];
const GIVEN: &str = "Amara,Björn,Chloé,Daniel,Elena,Farid,Greta,Hiro,Inés,Jonas,Kamala,Léa,Mateo,Nadia,Oskar,Priya,Quentin,\
     Rosa,Sofía,Tomás,Uma,Viktor,Wanda,Ximena,Yusuf,Zoë,Ada,Bruno,Carmen,Dmitri,Esther,Finn,Gloria,Hassan,Ivy,Jakob,\
     Keiko,Lars,Maya,Noah";
const FAMILY: &str = "Okafor,Lindqvist,Moreau,Tanaka,Rossi,Novak,García,Nielsen,Abebe,Bauer,Chen,Dubois,Eriksen,Fernández,\
     Gruber,Haddad,Ivanova,Jensen,Kowalski,Larsen,Müller,Nguyen,Ortiz,Papadopoulos,Quinn,Ramírez,Schmidt,Takahashi,\
     Usman,Varga,Weber,Xu,Yilmaz,Zhang,Andersson,Brown,Costa,Diaz,Evans,Fischer,Green,Hughes,Ibrahim,Jones,Kim,Lopez,\
     Martin,Nowak,Olsen,Patel";

/// Fills workspaces: number 0 is `mine`, the others are made.
pub fn fill(server: &Server, mine: &str, workspaces: usize) -> Result<()> {
    let sql = FILL
        .replace("{mine}", mine)
        .replace("{workspaces}", &workspaces.to_string())
        .replace("{contacts}", &CONTACTS.to_string())
        .replace("{given}", GIVEN)
        .replace("{family}", FAMILY);
    server.psql(&sql).map(drop)
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
SELECT n, CASE n WHEN 0 THEN '{mine}'::uuid ELSE gen_random_uuid() END AS id
FROM generate_series(0::bigint, {workspaces} - 1) n;
INSERT INTO workspaces (id, version, created_at, updated_at, name)
SELECT id, 1, now(), now(), 'Workspace ' || n FROM load.workspaces WHERE n > 0;

INSERT INTO companies (workspace_id, id, version, created_at, updated_at, name, name_key, sort_name, search_text,
    industries, is_target, links, tags, custom_fields, external_ids)
SELECT w.id, load.id('7001', w.n, (1000 + c)::text), 1, now(), now(), name, lower(name), name, lower(name),
    '{}', c % 10 = 0, '[]', '{}', '{}', '{}'
FROM load.workspaces w, generate_series(0, 99) c, load.company(c) name;

CREATE TABLE load.people AS
SELECT w.id AS workspace, w.n AS w, c AS n, seed, load.id('7000', w.n, (1000 + c)::text) AS id,
    load.one_of('{given}', load.pick(seed, 1, 40)) AS given, load.one_of('{family}', load.pick(seed, 2, 50)) AS family,
    load.pick(seed, 3, 100) AS company, load.pick(seed, 4, 100) AS former, load.pick(seed, 5, 30) AS title,
    load.pick(seed, 6, 30) AS former_title, load.pick(seed, 7, 2) AS more
FROM load.workspaces w, generate_series(0, {contacts} - 1) c, LATERAL (SELECT w.n * 100000 + c AS seed) s;

INSERT INTO contacts (workspace_id, id, version, created_at, updated_at, display_name, sort_name, search_text,
    given_name, family_name, profile, emails, email_keys, linkedin_slug, industries, tags, how_found, connector_id,
    relationship, strength, stage, stage_changed_at, do_not_contact, last_touch_at, custom_fields, external_ids)
SELECT workspace, id, 1, added, added + load.pick(seed, 8, 1000) * interval '1 minute',
    given || ' ' || family, family || ' ' || given,
    E'\n' || load.fold(given || ' ' || family) || E'\n' || coalesce(email || E'\n', '')
        || lower(load.company(company)) || E'\n'
        || CASE WHEN more = 1 AND former <> company THEN lower(load.company(former)) || E'\n' ELSE '' END
        || lower(load.title(title)) || E'\n'
        || CASE WHEN more = 1 AND former_title <> title THEN lower(load.title(former_title)) || E'\n' ELSE '' END
        || lower(headline) || E'\n',
    given, family,
    jsonb_build_object('additional_name', null, 'name_prefix', null, 'name_suffix', null, 'preferred_name', null,
        'pronunciation', null, 'pronouns', null, 'headline', headline, 'location', 'Vienna, Austria',
        'time_zone', 'Europe/Vienna', 'phones', '[]'::jsonb, 'addresses', '[]'::jsonb,
        'links', jsonb_build_array(jsonb_build_object('url', 'https://www.linkedin.com/in/' || slug,
            'label', 'linkedin', 'is_primary', true)),
        'education', jsonb_build_array(jsonb_build_object('school', 'University of Vienna', 'degree', 'MSc',
            'field_of_study', 'Economics', 'start_year', 2009, 'end_year', 2012 + load.pick(seed, 9, 4))),
        'expertise', '["pricing", "hiring"]'::jsonb, 'how_found_detail', null, 'how_found_on', '2025-03-12',
        'shared_ground', '["the same university"]'::jsonb, 'preferred_channel', null),
    CASE WHEN email IS NULL THEN '[]' ELSE jsonb_build_array(
        jsonb_build_object('address', email, 'label', 'work', 'is_primary', true)) END,
    CASE WHEN email IS NULL THEN '{}' ELSE ARRAY[email] END, slug,
    ARRAY[load.one_of('energy,health,media,finance,software,education,retail,transport', load.pick(seed, 10, 8))],
    ARRAY[load.one_of('berlin,mentor,climate,follow-up,alumni,design', load.pick(seed, 11, 6))],
    load.one_of('linkedin,linkedin,alumni,event,referral', load.pick(seed, 12, 5)),
    CASE WHEN n > 0 AND n % 10 = 0 THEN load.id('7000', w, '1000') END,
    load.one_of('colleague,alumni,acquaintance,friend', load.pick(seed, 13, 4)),
    nullif(load.pick(seed, 14, 6), 0),
    load.one_of('identified,identified,researching,contacted,replied,scheduled,met,thanked,in_touch',
        load.pick(seed, 15, 9)),
    added, false, CASE WHEN load.pick(seed, 16, 2) = 1 THEN added + interval '3 days' END, '{}', '{}'
FROM load.people,
    LATERAL (SELECT timestamptz '2025-01-01 00:00:00+00' + n * interval '1 hour' AS added,
        load.title(title) || ' at ' || load.company(company) AS headline,
        replace(load.fold(given || '-' || family), ' ', '-') || '-' || n AS slug,
        CASE WHEN load.pick(seed, 17, 5) < 3 THEN load.fold(given || '.' || family) || n || '@example.com' END AS email
    ) more_of_them
ORDER BY w, n;

-- As the service writes them, but for the phrases.
UPDATE contacts SET search_words = array_to_tsvector(ARRAY(
    SELECT DISTINCT place || right(workspace_id::text, 6) || word
    FROM (VALUES ('n', split_part(search_text, E'\n', 2)), ('h', search_text), ('o', lower(concat_ws(' ',
            array_to_string(tags, ' '), array_to_string(industries, ' '), profile ->> 'location', profile ->> 'expertise',
            profile ->> 'shared_ground', profile #>> '{education,0,school}')))) AS lines (place, line),
        string_to_table(translate(line, E'\n.@-[]",', '        '), ' ') AS word
    WHERE word <> ''
));
UPDATE companies SET search_words = array_to_tsvector(ARRAY(
    SELECT DISTINCT place || right(workspace_id::text, 6) || word
    FROM (VALUES ('n'), ('h')) AS places (place), string_to_table(search_text, ' ') AS word WHERE word <> ''
));
VACUUM FULL contacts, companies;

INSERT INTO positions (workspace_id, id, contact_id, company_id, title, started_on, ended_on, is_current, ordinal)
SELECT workspace, load.id('7002', w, p::text || (1000 + n)), id,
    load.id('7001', w, (1000 + CASE p WHEN 0 THEN company ELSE former END)::text),
    load.title(CASE p WHEN 0 THEN title ELSE former_title END),
    date '2020-05-01' - 1500 * p, CASE p WHEN 1 THEN date '2020-04-30' END, p = 0, p
FROM load.people, generate_series(0, more) p
ORDER BY w, n, p;

DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT * FROM load.indexes LOOP EXECUTE found.definition; END LOOP;
END $$;
DROP SCHEMA load CASCADE;
VACUUM ANALYZE;
CHECKPOINT;
"#;

/// A `Connections.csv` as LinkedIn gives it.
pub fn connections(rows: usize) -> String {
    let (given, family): (Vec<_>, Vec<_>) = (GIVEN.split(',').collect(), FAMILY.split(',').collect());
    let mut csv = String::from(
        "Notes:\n\"When exporting your connection data, you may notice that some of the email addresses are missing.\"\n\n\
         First Name,Last Name,URL,Email Address,Company,Position,Connected On\n",
    );
    for row in 0..rows {
        // Nearly every one has a name of their own, as in life.
        let other = family[row / 2000 % family.len()];
        let (given, family) = (given[row % given.len()], family[row / 40 % family.len()]);
        let email = if row % 20 == 0 { format!("person{row}@example.com") } else { String::new() };
        let company = row * 7919 % (rows / 10 + 1);
        // Writing into a string cannot fail.
        let _ = writeln!(
            csv,
            "{given},{family}-{other},https://www.linkedin.com/in/person-{row},{email},\"Company {company}, Inc.\",\
             Product Manager,{:02} Mar 20{:02}",
            row % 28 + 1,
            row % 15 + 10,
        );
    }
    csv
}
