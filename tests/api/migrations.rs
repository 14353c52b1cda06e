//! The rules that let the schema live on PostgreSQL's own engines, and the second wall of tenancy, read from the
//! migrations and from a live catalog.
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use inroad::db::{Connector, migrate};
use uuid::Uuid;

use crate::support::{TestApp, empty_database};
use crate::walk::root;

/// Tables that belong to no workspace, with what the tenants' role may do there. Where the database is spread over
/// several servers, they are kept whole on each.
pub const GLOBAL: &[(&str, &[&str])] = &[
    // Some columns, which are not among the grants of tables; never the password.
    ("users", &[]),
    ("workspaces", &["SELECT"]),
    ("sessions", &[]),
    ("refresh_tokens", &[]),
    ("one_time_tokens", &[]),
    ("throttles", &[]),
    ("signing_keys", &[]),
    ("stream_tickets", &[]),
    ("jobs", &["INSERT"]),
    ("periodic_tasks", &[]),
    ("search_walks", &[]),
    ("__diesel_schema_migrations", &[]),
];

fn is_global(table: &str) -> bool {
    GLOBAL.iter().any(|(name, _)| *name == table)
}

#[derive(QueryableByName)]
struct Cell {
    #[diesel(sql_type = Text)]
    value: String,
}

/// A query of one text column, `value`.
async fn column(conn: &mut AsyncPgConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Cell> = sql_query(sql).load(conn).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter().map(|row| row.value).collect()
}

async fn number(conn: &mut AsyncPgConnection, sql: &str) -> u32 {
    column(conn, &format!("SELECT ({sql})::text AS value")).await[0].parse().unwrap()
}

async fn tables(conn: &mut AsyncPgConnection) -> Vec<String> {
    let sql = "SELECT relname::text AS value FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY 1";
    column(conn, sql).await
}

async fn tenant_tables(conn: &mut AsyncPgConnection) -> Vec<String> {
    tables(conn).await.into_iter().filter(|table| !is_global(table)).collect()
}

/// The statements of all migrations, without comments and texts, in lower case.
fn statements() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(root().join("migrations")).unwrap().flatten().filter(|entry| entry.path().is_dir())
    {
        for name in ["up.sql", "down.sql"] {
            let path = folder.path().join(name);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let lines = text.lines().map(|line| line.split("--").next().unwrap_or_default());
            let place = format!("{}/{name}", folder.file_name().to_string_lossy());
            found.push((place, lines.collect::<Vec<_>>().join(" ").to_lowercase()));
        }
    }
    found
}

#[test]
fn migrations_use_nothing_that_cannot_be_spread() {
    const FORBIDDEN: [&str; 19] = [
        "trigger",
        "rule",
        "enum",
        "serial",
        "bigserial",
        "smallserial",
        "sequence",
        "identity",
        "timestamp",
        "citext",
        "pgcrypto",
        "materialized",
        "listen",
        "notify",
        "unlogged",
        "inherits",
        "pg_advisory_lock",
        "money",
        "oid",
    ];
    for (place, text) in statements() {
        let words: Vec<&str> =
            text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
        for word in FORBIDDEN {
            assert!(!words.contains(&word), "{place}: {word}");
        }
        let joined = words.join(" ");
        for phrase in ["on delete set null", "on delete set default", "on update cascade", "disable row level security"]
        {
            assert!(!joined.contains(phrase), "{place}: {phrase}");
        }
    }
}

#[actix_web::test]
async fn keys_start_with_the_workspace() {
    let app = TestApp::new().await;
    let mut conn = app.connection().await;
    let all = tables(&mut conn).await;
    for (name, _) in GLOBAL {
        assert!(all.contains(&(*name).to_owned()), "{name} is on the list of global tables, but not there");
    }
    // Primary, unique and exclusion constraints, and unique indexes without one.
    let first_columns = "SELECT c.relname || ' ' || i.relname || ' ' || coalesce(a.attname, '(expression)') AS value
        FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
        WHERE c.relnamespace = 'public'::regnamespace AND (x.indisunique OR x.indisexclusion)";
    for line in column(&mut conn, first_columns).await {
        let parts: Vec<&str> = line.split(' ').collect();
        assert!(
            is_global(parts[0]) || parts[2] == "workspace_id",
            "{} of {} starts with {}",
            parts[1],
            parts[0],
            parts[2]
        );
    }
    // Between tables of workspaces, on both sides; to a global table with any column.
    let foreign = "SELECT c.relname || ' ' || k.conname || ' ' || r.relname || ' ' || a.attname || ' ' || b.attname
            || ' ' || k.confdeltype::text AS value
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
        JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = k.confkey[1]
        WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace";
    for line in column(&mut conn, foreign).await {
        let [table, name, target, from, to, on_delete] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        assert!(matches!(on_delete, "a" | "r" | "c"), "{name}: sets to null or default on delete");
        if !is_global(target) {
            assert!(!is_global(table), "{name}: the global {table} points into a workspace");
            assert_eq!((from, to), ("workspace_id", "workspace_id"), "{name}");
        }
    }
    for table in tenant_tables(&mut conn).await {
        let sql = format!(
            "SELECT attnotnull::text || format_type(atttypid, atttypmod) AS value FROM pg_attribute
             WHERE attrelid = '{table}'::regclass AND attname = 'workspace_id'"
        );
        assert_eq!(column(&mut conn, &sql).await, ["trueuuid"], "{table} belongs to no workspace: is it global?");
        let keyed = format!("SELECT count(*) FROM pg_index WHERE indrelid = '{table}'::regclass AND indisprimary");
        assert_eq!(number(&mut conn, &keyed).await, 1, "{table} has no primary key");
    }
}

#[actix_web::test]
async fn the_catalog_holds_nothing_forbidden() {
    let app = TestApp::new().await;
    let mut conn = app.connection().await;
    let queries = [
        "SELECT tgname::text AS value FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT rulename::text AS value FROM pg_rules WHERE schemaname = 'public'",
        "SELECT typname::text AS value FROM pg_type WHERE typtype = 'e' AND typnamespace = 'public'::regnamespace",
        "SELECT relname::text AS value FROM pg_class
            WHERE relkind IN ('S', 'm') AND relnamespace = 'public'::regnamespace",
        "SELECT table_name || '.' || column_name AS value FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'
            AND data_type IN ('timestamp without time zone', 'time with time zone', 'real', 'double precision')",
        "SELECT conrelid::regclass::text || '.' || conname AS value FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f') AND NOT convalidated",
        // A workspace that the statistics do not know yet is planned as if it were empty.
        "SELECT c.relname::text AS value FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
            AND coalesce(array_to_string(c.reloptions, ','), '') NOT LIKE '%autovacuum_analyze_scale_factor=0.002%'",
        // What an import sets for itself would be overruled.
        "SELECT relname::text AS value FROM pg_class WHERE array_to_string(reloptions, ',') LIKE '%gin_pending_list%'",
    ];
    for sql in queries {
        assert_eq!(column(&mut conn, sql).await, Vec::<String>::new(), "{sql}");
    }
}

/// Deleting a workspace deletes from the tables that point at it first, and then from those that point at these. What
/// is of the second kind and keeps something of the first kind from going must be able to wait until all are gone.
#[actix_web::test]
async fn nothing_keeps_a_workspace_from_being_deleted() {
    let app = TestApp::new().await;
    let mut conn = app.connection().await;
    let sql = "SELECT conrelid::regclass || '.' || conname AS value FROM pg_constraint AS k
        WHERE connamespace = 'public'::regnamespace AND contype = 'f' AND confdeltype <> 'c' AND NOT condeferrable
            AND NOT EXISTS (SELECT FROM pg_constraint AS direct WHERE direct.conrelid = k.conrelid
                AND direct.contype = 'f' AND direct.confrelid = 'workspaces'::regclass AND direct.confdeltype = 'c')";
    let stuck = column(&mut conn, sql).await;
    assert!(
        stuck.is_empty(),
        "make them DEFERRABLE INITIALLY IMMEDIATE, or let the table refer to workspaces: {stuck:?}"
    );
}

#[actix_web::test]
async fn every_table_of_a_workspace_has_its_wall() {
    const POLICY: &str = "(NULLIF(current_setting('inroad.workspace_id'::text, true), ''::text))::uuid)";
    let app = TestApp::new().await;
    let mut conn = app.connection().await;
    let walled: Vec<String> = tenant_tables(&mut conn).await.into_iter().chain(["workspaces".to_owned()]).collect();
    for table in &walled {
        let enabled = format!("SELECT relrowsecurity::text AS value FROM pg_class WHERE oid = '{table}'::regclass");
        assert_eq!(column(&mut conn, &enabled).await, ["true"], "{table} has no row security");
        let policies = format!(
            "SELECT policyname || ' ' || permissive || ' ' || roles::text || ' ' || cmd || ' ' || qual
                || coalesce(' and ' || with_check, '') AS value FROM pg_policies WHERE tablename = '{table}'"
        );
        let column_name = if table == "workspaces" { "id" } else { "workspace_id" };
        let wanted = format!("tenant PERMISSIVE {{inroad_tenant}} ALL ({column_name} = {POLICY}");
        assert_eq!(column(&mut conn, &policies).await, [wanted], "{table}");
        let readable = format!("SELECT has_table_privilege('inroad_tenant', '{table}', 'SELECT')::text AS value");
        assert_eq!(column(&mut conn, &readable).await, ["true"], "{table} is granted to nobody");
    }
    for (table, allowed) in GLOBAL {
        let granted = format!(
            "SELECT privilege_type::text AS value FROM information_schema.role_table_grants
             WHERE grantee IN ('inroad_tenant', 'PUBLIC') AND table_name = '{table}' ORDER BY 1"
        );
        assert_eq!(column(&mut conn, &granted).await, *allowed, "{table}");
    }
    let excessive = "SELECT table_name || ' ' || privilege_type AS value FROM information_schema.role_table_grants
        WHERE grantee IN ('inroad_tenant', 'PUBLIC') AND table_schema = 'public'
        AND privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')";
    assert_eq!(column(&mut conn, excessive).await, Vec::<String>::new());
}

#[derive(QueryableByName)]
struct Role {
    #[diesel(sql_type = Bool)]
    harmless: bool,
    #[diesel(sql_type = Bool)]
    owns: bool,
    #[diesel(sql_type = Bool)]
    belongs: bool,
}

#[actix_web::test]
async fn the_tenants_role_owns_nothing_and_bypasses_nothing() {
    let app = TestApp::new().await;
    let mut conn = app.connection().await;
    let sql = "SELECT NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolcanlogin)
            AS harmless,
        EXISTS (SELECT FROM pg_shdepend WHERE refobjid = r.oid AND deptype = 'o') AS owns,
        EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid) AS belongs
        FROM pg_roles r WHERE rolname = 'inroad_tenant'";
    let role: Role = sql_query(sql).get_result(&mut conn).await.unwrap();
    assert!(role.harmless && !role.owns && !role.belongs);
}

/// The second wall alone: one row of A's and one of B's in each table, and no filter but the policies.
#[actix_web::test]
async fn row_security_hides_other_workspaces_by_itself() {
    let app = TestApp::new().await;
    let mut conn = app.connection().await;
    drop_constraints(&mut conn).await;
    let (a, b) = (Uuid::now_v7(), Uuid::now_v7());
    let mut walled = tenant_tables(&mut conn).await;
    walled.push("workspaces".to_owned());
    for table in &walled {
        for workspace in [a, b] {
            let row = row_of(&mut conn, table, workspace).await;
            conn.batch_execute(&row).await.unwrap_or_else(|error| panic!("{row}: {error}"));
        }
    }
    for table in &walled {
        let count = format!("SELECT count(*) FROM {table}");
        for setting in ["", "SET LOCAL inroad.workspace_id = '';"] {
            begin(&mut conn, setting).await;
            assert_eq!(number(&mut conn, &count).await, 0, "{table} shows rows without a workspace");
            let row = row_of(&mut conn, table, a).await;
            assert!(conn.batch_execute(&row).await.is_err(), "{table} takes rows without a workspace");
            conn.batch_execute("ROLLBACK").await.unwrap();
        }
        let setting = format!("SET LOCAL inroad.workspace_id = '{a}';");
        let owner = if table == "workspaces" { "id" } else { "workspace_id" };
        begin(&mut conn, &setting).await;
        assert_eq!(number(&mut conn, &count).await, 1, "{table}");
        assert_eq!(number(&mut conn, &format!("{count} WHERE {owner} = '{b}'")).await, 0, "{table} shows B's");
        conn.batch_execute("ROLLBACK").await.unwrap();
        // Where A may write at all, it may write its own, and nothing of B's.
        if may(&mut conn, table, "INSERT").await {
            let own = row_of(&mut conn, table, a).await;
            // Of what a workspace has one of, the row above was it.
            let twice = format!("duplicate key value violates unique constraint \"{table}_pkey\"");
            write(&mut conn, &setting, &own)
                .await
                .or_else(|error| error.contains(&twice).then_some(()).ok_or(error))
                .unwrap();
            let foreign = row_of(&mut conn, table, b).await;
            let error = write(&mut conn, &setting, &foreign).await.unwrap_err();
            assert!(error.contains("row-level security"), "{table}: {error}");
        }
        if may(&mut conn, table, "UPDATE").await && table != "workspaces" {
            let away = format!("UPDATE {table} SET {owner} = '{b}'");
            let error = write(&mut conn, &setting, &away).await.unwrap_err();
            assert!(error.contains("row-level security"), "{table}: {error}");
        }
        if may(&mut conn, table, "DELETE").await {
            begin(&mut conn, &setting).await;
            conn.batch_execute(&format!("DELETE FROM {table}; RESET ROLE")).await.unwrap();
            assert_eq!(number(&mut conn, &format!("{count} WHERE {owner} = '{b}'")).await, 1, "{table} lost B's");
            assert_eq!(number(&mut conn, &format!("{count} WHERE {owner} = '{a}'")).await, 0, "{table}");
            conn.batch_execute("ROLLBACK").await.unwrap();
        }
    }
}

async fn begin(conn: &mut AsyncPgConnection, setting: &str) {
    conn.batch_execute(&format!("BEGIN; SET LOCAL ROLE inroad_tenant; {setting}")).await.unwrap();
}

/// Tries a statement as a tenant, and takes it back.
async fn write(conn: &mut AsyncPgConnection, setting: &str, sql: &str) -> Result<(), String> {
    begin(conn, setting).await;
    let outcome = conn.batch_execute(sql).await.map_err(|error| error.to_string());
    conn.batch_execute("ROLLBACK").await.unwrap();
    outcome
}

async fn may(conn: &mut AsyncPgConnection, table: &str, what: &str) -> bool {
    let sql = format!("SELECT has_table_privilege('inroad_tenant', '{table}', '{what}')::text AS value");
    column(conn, &sql).await == ["true"]
}

/// Rows here are about workspaces only: what else they hold need not make sense.
async fn drop_constraints(conn: &mut AsyncPgConnection) {
    let sql = "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS value
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f')";
    for statement in column(conn, sql).await {
        conn.batch_execute(&statement).await.unwrap();
    }
}

/// An `INSERT` of a row of this workspace, with something in each column that needs it.
async fn row_of(conn: &mut AsyncPgConnection, table: &str, workspace: Uuid) -> String {
    let owner = if table == "workspaces" { "id" } else { "workspace_id" };
    let sql = format!(
        "SELECT format('%I %s', attname, format_type(atttypid, NULL)) AS value FROM pg_attribute
         WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attnotnull AND attgenerated = ''
         AND NOT atthasdef AND attname <> '{owner}'"
    );
    let mut names = vec![owner.to_owned()];
    let mut values = vec![format!("'{workspace}'")];
    for line in column(conn, &sql).await {
        let (name, kind) = line.split_once(' ').unwrap();
        names.push(name.to_owned());
        values.push(match kind {
            "uuid" => format!("'{}'", Uuid::now_v7()),
            "text" => format!("'{}'", Uuid::now_v7()),
            "integer" | "bigint" | "smallint" => (Uuid::now_v7().as_u128() % 30_000).to_string(),
            "boolean" => "false".to_owned(),
            "timestamp with time zone" => "now()".to_owned(),
            "date" => "current_date".to_owned(),
            "time without time zone" => "'09:00'".to_owned(),
            "bytea" => format!("'\\x{}'", Uuid::now_v7().simple()),
            "jsonb" => "'{}'".to_owned(),
            list if list.ends_with("[]") => "'{}'".to_owned(),
            other => panic!("{table}.{name}: say here what a value of {other} looks like"),
        });
    }
    format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "))
}

/// Everything about the schema that a migration can change.
async fn fingerprint(conn: &mut AsyncPgConnection) -> Vec<String> {
    let sql =
        "SELECT table_name || '.' || column_name || ' ' || ordinal_position || ' ' || udt_name || ' ' || is_nullable
            || coalesce(' ' || column_default, '') || coalesce(' ' || generation_expression, '') AS value
            FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT tablename || ' ' || policyname || ' ' || qual FROM pg_policies
        UNION ALL SELECT table_name || ' ' || privilege_type FROM information_schema.role_table_grants
            WHERE grantee = 'inroad_tenant'
        UNION ALL SELECT extname FROM pg_extension
        ORDER BY 1";
    column(conn, sql).await
}

#[actix_web::test]
async fn a_database_user_that_may_not_make_roles_is_told_what_to_do() {
    let app = TestApp::new().await;
    let user = format!("plain_{}", Uuid::now_v7().simple());
    let name = format!("{user}_db");
    for sql in [format!("CREATE ROLE {user} LOGIN"), format!("CREATE DATABASE {name} OWNER {user} TEMPLATE template0")]
    {
        app.sql(&sql).await;
    }
    let database = app.url.rsplit_once('/').map(|(_, rest)| rest.split('?').next().unwrap().to_owned()).unwrap();
    let url = app.url.replacen(&database, &name, 1);
    let joint = if url.contains('?') { '&' } else { '?' };
    let connector = Connector::new(&format!("{url}{joint}options=-c%20role%3D{user}"), true).unwrap();
    let refused = migrate::run(&connector).unwrap_err().to_string();
    assert!(refused.contains(&format!("GRANT inroad_tenant TO {user};")), "{refused}");
    app.sql(&format!("GRANT inroad_tenant TO {user}")).await;
    assert!(migrate::run(&connector).unwrap() > 0);
    app.sql(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
    app.sql(&format!("DROP ROLE {user}")).await;
}

#[actix_web::test]
async fn migrations_go_up_down_and_up_again() {
    let connector = empty_database().await;
    let applied = migrate::run(&connector).unwrap();
    let mut conn = connector.connect().await.unwrap();
    let first = fingerprint(&mut conn).await;
    for left in (0..applied).rev() {
        migrate::revert(&connector).unwrap();
        assert!(left > 0 || tables(&mut conn).await == ["__diesel_schema_migrations"], "a table is left over");
    }
    assert_eq!(column(&mut conn, "SELECT extname::text AS value FROM pg_extension").await, ["plpgsql"]);
    assert_eq!(migrate::run(&connector).unwrap(), applied);
    assert_eq!(fingerprint(&mut conn).await, first);
    assert_eq!(migrate::run(&connector).unwrap(), 0);
}

/// Columns in their order, as `name type`, with `Nullable<…>` around what may be null.
type Columns = BTreeMap<String, Vec<String>>;

/// What src/db/schema.rs says; the key of each table under `<table> key`.
fn declared() -> Columns {
    let text = std::fs::read_to_string(root().join("src/db/schema.rs")).unwrap();
    let mut tables = Columns::new();
    for block in text.split("diesel::table! {").skip(1) {
        let block = block.split("\n}").next().unwrap();
        let (head, body) = block.trim().split_once(" {").unwrap();
        // Imports of types that are not diesel's own stand above.
        let head = head.rsplit('\n').next().unwrap().trim();
        let (name, key) = head.trim_end_matches(')').split_once(" (").unwrap();
        let mut renamed = None;
        let mut columns = Vec::new();
        for line in body.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix("#[sql_name = \"") {
                renamed = rest.split('"').next();
            } else if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
                columns.push(format!("{} {}", renamed.take().unwrap_or(column), kind.to_lowercase()));
            }
        }
        tables.insert(name.to_owned(), columns);
        tables.insert(format!("{name} key"), key.split(", ").map(str::to_owned).collect());
    }
    tables
}

#[actix_web::test]
async fn the_schema_in_the_code_is_the_schema_of_the_database() {
    let app = TestApp::new().await;
    let mut conn = app.connection().await;
    let declared = declared();
    let mut there = Columns::new();
    for table in tables(&mut conn).await.into_iter().filter(|table| !table.starts_with("__")) {
        let sql = format!(
            "SELECT column_name || ' ' || CASE is_nullable WHEN 'YES' THEN 'nullable<' ELSE '' END
                || CASE WHEN udt_name LIKE '\\_%' THEN 'array<' || substr(udt_name, 2) || '>' ELSE udt_name END
                || CASE is_nullable WHEN 'YES' THEN '>' ELSE '' END AS value
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'
             ORDER BY ordinal_position"
        );
        there.insert(table.clone(), column(&mut conn, &sql).await);
        let sql = format!(
            "SELECT a.attname::text AS value FROM pg_index x CROSS JOIN unnest(x.indkey) WITH ORDINALITY AS k (n, at)
             JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.n
             WHERE x.indrelid = '{table}'::regclass AND x.indisprimary ORDER BY k.at"
        );
        there.insert(format!("{table} key"), column(&mut conn, &sql).await);
    }
    let names: BTreeSet<&String> = declared.keys().chain(there.keys()).collect();
    for name in names {
        assert_eq!(declared.get(name), there.get(name), "{name} (left: src/db/schema.rs)");
    }
}

/// Table and columns of each statement of `insert_columns!`.
fn inserted_by_columns() -> Vec<(String, BTreeSet<String>)> {
    let sources = walk(&root().join("src"));
    let blocks = sources.iter().flat_map(|text| text.split("insert_columns!(&mut conn, \"").skip(1));
    blocks
        .map(|block| {
            let (table, rest) = block.split_once('"').unwrap();
            let lines = rest.lines().skip(1).take_while(|line| !line.trim_start().starts_with('}'));
            let columns = lines.map(|line| line.trim().split([':', ' ']).next().unwrap().to_owned());
            (table.to_owned(), columns.collect())
        })
        .collect()
}

fn walk(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { walk(&path) } else { vec![std::fs::read_to_string(path).unwrap()] })
        .collect()
}

#[actix_web::test]
async fn inserts_by_columns_name_every_column() {
    let app = TestApp::new().await;
    let mut conn = app.connection().await;
    let inserted = inserted_by_columns();
    assert!(inserted.len() >= 3, "{inserted:?}");
    for (table, columns) in inserted {
        let sql = format!(
            "SELECT column_name::text AS value FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = '{table}' AND is_generated = 'NEVER'"
        );
        assert_eq!(columns, column(&mut conn, &sql).await.into_iter().collect(), "{table}");
    }
}
