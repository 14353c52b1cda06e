//! Every statement filters by workspace, or stands in [`CROSSING`] with its reason. Held over the SQL that the service
//! really sends while the whole suite runs: each connection of the service is watched, and a statement that breaks the rule
//! panics where it is sent, so that its request fails.
use std::collections::HashMap;
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{LazyLock, Mutex, Once};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use crate::migrations::GLOBAL;

/// Statements that cross workspaces by nature, as they begin, and why. All run with the owner's rights.
const CROSSING: &[(&str, &str)] = &[
    (
        "select members.workspace_id from members where ( members.user_id = $1 )",
        "members::lock_roles: an account that is deleted leaves all of its workspaces",
    ),
    (
        "select workspaces.id , workspaces.version , workspaces.created_at , workspaces.updated_at , workspaces.name , \
         members.role from ( members inner join workspaces on ( members.workspace_id = workspaces.id ) ) \
         where ( members.user_id = $1 )",
        "workspaces::list_mine: a user's own workspaces, from which a credential's is chosen",
    ),
    (
        "select workspaces.id , workspaces.version , workspaces.created_at , workspaces.updated_at , workspaces.name , \
         members.role from ( members inner join workspaces on ( members.workspace_id = workspaces.id ) ) \
         where ( ( members.user_id = $1 ) and ( members.workspace_id > $2 ) )",
        "workspaces::list_mine: the next page of a user's own workspaces",
    ),
    (
        "select imports.workspace_id , imports.id from imports where ( imports.state = $1 )",
        "transfer: housekeeping looks for interrupted imports, and settles each in its workspace",
    ),
    (
        "select distinct invitations.workspace_id from invitations where ( invitations.expires_at < = $1 )",
        "invitations::with_expired: housekeeping, which deletes in each workspace by itself",
    ),
    (
        "select trash.workspace_id , trash.id from trash where ( trash.purge_at < = $1 )",
        "trash::due: housekeeping, which purges in each workspace by itself",
    ),
    (
        "delete from idempotency_keys where ( idempotency_keys.created_at < $1 )",
        "idempotency::forget_old: housekeeping of all workspaces alike, by age alone",
    ),
    (
        "select changes.workspace_id , changes.seq from changes where ( changes.occurred_at < $1 )",
        "changes::forget: housekeeping, which forgets in each workspace by itself",
    ),
    (
        "select workspaces.id , workspaces.change_seq from workspaces where ( workspaces.id = any ( $1 ) )",
        "changes::heads: one look for all who listen, each of whom is told of their own workspace",
    ),
    (
        "select contact_merges.workspace_id , contact_merges.id from contact_merges where ( contact_merges.undo_until < $1 )",
        "merges: housekeeping looks for merges that cannot be undone any more, and forgets each in its workspace",
    ),
    (
        "select introductions.workspace_id , introductions.id from introductions where ( ( ( introductions.state = $1 ) \
         and ( introductions.deleted_at is null ) ) and ( introductions.promised_at < = $2 ) )",
        "introductions: housekeeping looks for old promises, and gives each up in its workspace",
    ),
    (
        "select follow_ups.workspace_id , follow_ups.id from follow_ups where",
        "follow_ups: housekeeping looks for confirmations of meetings that may have begun, and closes each in its workspace",
    ),
    (
        "select follow_up_digests.workspace_id , follow_up_digests.user_id from follow_up_digests where \
         ( follow_up_digests.enabled and ( follow_up_digests.next_at < = $1 ) )",
        "digest::due: housekeeping, which tells each member in their workspace",
    ),
    (
        "select busy_calendars.workspace_id , busy_calendars.id from busy_calendars where ( busy_calendars.expanded_until < $1 )",
        "busy::behind: housekeeping, which follows each calendar further in its workspace",
    ),
    (
        "select busy_calendars.workspace_id , busy_calendars.id from busy_calendars where ( busy_calendars.next_fetch_at < = $1 )",
        "busy::take_due: housekeeping, which fetches each calendar in its workspace",
    ),
    (
        "update busy_calendars set next_fetch_at = $1 where ( busy_calendars.id = any ( $2 ) )",
        "busy::take_due, of the rows that it has locked",
    ),
    (
        "select busy_calendars.workspace_id , busy_calendars.id , busy_calendars.source_url from busy_calendars",
        "busy::rekey: an operator's command, for the whole service",
    ),
    (
        "select feeds.workspace_id , feeds.id , feeds.url , feeds.host , feeds.etag , feeds.last_modified , feeds.digest , feeds.ttl_minutes from feeds \
         where ( ( ( ( feeds.enabled and ( feeds.next_poll_at < = $1 ) )",
        "feeds::take_due: housekeeping, which asks each feed in its workspace",
    ),
    (
        "update feeds set next_poll_at = $1 where ( ( feeds.workspace_id = any ( $2 ) )",
        "feeds::put_off, of the rows that take_due has locked",
    ),
    (
        "select alert_digests.workspace_id , alert_digests.user_id from alert_digests where",
        "digest::due: housekeeping, which tells each member in their workspace",
    ),
    (
        "select alerts.workspace_id from alerts where",
        "alerts::with_old: housekeeping, which removes them in each workspace",
    ),
    (
        "select webhook_endpoints.workspace_id , webhook_endpoints.id from ( webhook_endpoints inner join workspaces",
        "webhooks::behind: the log is looked through for each endpoint in its workspace",
    ),
    (
        "select e.workspace_id , e.id , e.failing_since is not null as failing from webhook_endpoints e",
        "webhooks::due: each endpoint is told in its workspace",
    ),
    (
        "select coalesce ( sum ( d.pending ) , 0 ) : : bigint as pending , coalesce ( sum ( w.change_seq - e.reached ) , 0 ) \
         : : bigint as behind , min ( least ( d.oldest , c.occurred_at ) ) as oldest_due_at from webhook_endpoints e",
        "webhooks::backlog: what waits over all workspaces, for operators",
    ),
    (
        "select webhook_deliveries.id from webhook_deliveries where ( webhook_deliveries.created_at < $1 )",
        "webhooks::forget: housekeeping, for the whole service",
    ),
    (
        "delete from webhook_deliveries where ( ( webhook_deliveries.created_at < $1 ) and ( webhook_deliveries.id = any ( $2 ) ) )",
        "webhooks::forget, as above",
    ),
    (
        "select inbound_addresses.workspace_id , inbound_addresses.id , inbound_addresses.version , \
         inbound_addresses.created_at , inbound_addresses.updated_at , inbound_addresses.name , inbound_addresses.secret , \
         inbound_addresses.last_used_at from inbound_addresses where ( inbound_addresses.id = $1 )",
        "inbound: a mail hook names its address, which says whose it is",
    ),
    (
        "select api_keys.workspace_id , api_keys.id , api_keys.version , api_keys.created_at , api_keys.updated_at , \
         api_keys.name , api_keys.scopes , api_keys.created_by , api_keys.hint , api_keys.expires_at , \
         api_keys.rotated_until , api_keys.last_used_at , api_key_secrets.valid_until from \
         ( api_key_secrets inner join api_keys on",
        "api_keys::credential: a program says only its secret, which says whose it is",
    ),
    (
        "delete from inbound_mails where ( inbound_mails.received_at < $1 )",
        "inbound: housekeeping of all workspaces alike, by age alone",
    ),
    (
        "select distinct audit_log.workspace_id from audit_log where ( audit_log.occurred_at < $1 )",
        "audit::with_entries_before: housekeeping, which lets go chain by chain",
    ),
    (
        "update audit_log set origin_salt = $1 , ip_address = $2 , user_agent = $3 where ( ( audit_log.occurred_at < $4 )",
        "audit::forget_origins: housekeeping of all workspaces alike, by age alone",
    ),
    (
        "select walked.workspace_id , walked.id from contacts as walked",
        "search::behind: housekeeping of all workspaces alike, which writes in each by itself",
    ),
    (
        "select walked.workspace_id , walked.id from companies as walked",
        "search::behind: housekeeping of all workspaces alike, which writes in each by itself",
    ),
    (
        "select walked.workspace_id , walked.id from messages as walked",
        "search::behind: housekeeping of all workspaces alike, which writes in each by itself",
    ),
    (
        "select walked.workspace_id , walked.id from meetings as walked",
        "search::behind: housekeeping of all workspaces alike, which writes in each by itself",
    ),
    (
        "select walked.workspace_id , walked.id from templates as walked",
        "search::behind: housekeeping of all workspaces alike, which writes in each by itself",
    ),
    (
        "select walked.workspace_id , walked.id from goals as walked",
        "search::behind: housekeeping of all workspaces alike, which writes in each by itself",
    ),
    (
        "select walked.workspace_id , walked.id from insights as walked",
        "search::behind: housekeeping of all workspaces alike, which writes in each by itself",
    ),
    (
        "update attachment_files set state = $1 , updated_at = $2 where",
        "attachments::find_left: housekeeping looks for files of workspaces that are gone",
    ),
    (
        "select attachment_files.workspace_id , attachment_files.id from attachment_files where",
        "attachments::unsettled: housekeeping, which removes each file by itself",
    ),
    (
        "select walked.workspace_id , walked.id from research_notes as walked",
        "search::behind: housekeeping of all workspaces alike, which writes in each by itself",
    ),
    (
        "select workspace_id from ( select workspace_id from audit_heads union select workspace_id from audit_log )",
        "audit::chains: the operator verifies all of them",
    ),
];

tokio::task_local! {
    static UNWATCHED: ();
}

/// A connection of a test's own, which may look at everything.
pub async fn unwatched<T>(connecting: impl Future<Output = T>) -> T {
    UNWATCHED.scope((), connecting).await
}

/// From now on every connection is watched.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_default_instrumentation(|| {
            let watched = UNWATCHED.try_with(|()| ()).is_err();
            watched.then(|| Box::new(hold) as Box<dyn Instrumentation>)
        })
        .unwrap();
    });
}

fn hold(event: InstrumentationEvent<'_>) {
    static KNOWN: LazyLock<Mutex<HashMap<u64, Option<String>>>> = LazyLock::new(Mutex::default);
    let InstrumentationEvent::StartQuery { query, .. } = event else { return };
    let mut text = Text(String::new());
    // It stops the writing before the values.
    let _ = write!(text, "{query}");
    let mut hasher = DefaultHasher::new();
    text.0.hash(&mut hasher);
    let fault = KNOWN.lock().unwrap().entry(hasher.finish()).or_insert_with(|| fault(&text.0)).clone();
    if let Some(fault) = fault {
        panic!("{fault}");
    }
}

fn fault(sql: &str) -> Option<String> {
    let words = words(sql);
    let line = words.join(" ");
    if CROSSING.iter().any(|(beginning, _)| line.starts_with(beginning)) {
        return None;
    }
    unfiltered(&words).map(|table| format!("{table} is not filtered by its workspace in: {line}"))
}

/// The SQL without what diesel writes behind it.
struct Text(String);

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if part.contains("-- binds") || self.0.len() > 100_000 {
            return Err(fmt::Error);
        }
        self.0.push_str(part);
        Ok(())
    }
}

/// Tables whose rows belong to a workspace, with the column that says to which.
static TENANTS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let schema = include_str!("../../src/db/schema.rs");
    let blocks = schema.split("diesel::table! {").skip(1).filter_map(|block| block.split("\n}").next());
    let owned = blocks.filter(|block| block.contains(" workspace_id ->"));
    // The head of a table stands behind what it imports: `contacts (workspace_id, id) {`.
    let head = |block: &'static str| block.lines().find(|line| line.ends_with(") {"));
    let names = owned.filter_map(|block| head(block)?.trim().split(' ').next());
    let tenants = names.filter(|name| !GLOBAL.iter().any(|(global, _)| global == name));
    tenants.map(|name| (name, "workspace_id")).chain([("workspaces", "id")]).collect()
});

/// Lower case, with names unquoted, texts left out, and signs apart.
fn words(sql: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_text = false;
    for c in sql.to_lowercase().chars() {
        match c {
            '\'' => is_text = !is_text,
            _ if is_text => {}
            c if c.is_alphanumeric() || matches!(c, '_' | '$' | '.') => words.last_mut().unwrap().push(c),
            '"' => {}
            c if c.is_whitespace() => words.push(String::new()),
            c => words.extend([c.to_string(), String::new()]),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The first table of workspaces that a statement reads or writes without naming the workspace.
fn unfiltered(words: &[String]) -> Option<String> {
    const VERBS: [&str; 5] = ["select", "insert", "update", "delete", "with"];
    const NO_ALIAS: [&str; 24] = [
        "where",
        "set",
        "inner",
        "left",
        "right",
        "full",
        "cross",
        "join",
        "on",
        "order",
        "group",
        "limit",
        "for",
        "using",
        "union",
        "returning",
        "values",
        "having",
        "offset",
        "default",
        "do",
        "select",
        "natural",
        "lateral",
    ];
    // What diesel sends for an insert of no rows.
    if words.ends_with(&["where", "1", "=", "0"].map(str::to_owned)) {
        return None;
    }
    if !words.first().is_some_and(|word| VERBS.contains(&word.as_str())) {
        return None;
    }
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    // Whether names are those of tables, in each pair of brackets around.
    let mut lists = vec![false];
    for at in 1..words.len() {
        let mut before = word(at - 1);
        match before {
            // Behind any other word stand the arguments of a function or the names of columns.
            "(" => {
                let opens = at >= 2 && ["from", "join", ",", "(", "using", "lateral"].contains(&word(at - 2));
                lists.push(opens && *lists.last()?);
            }
            ")" => drop(lists.pop()),
            "from" | "join" | "update" | "into" | "using" => *lists.last_mut()? = true,
            "," | "as" => {}
            word if VERBS.contains(&word) || NO_ALIAS.contains(&word) => *lists.last_mut()? = false,
            _ => {}
        }
        if [",", "("].contains(&before) && *lists.last()? {
            before = "from";
        }
        if !["from", "join", "update", "into", "using"].contains(&before) {
            continue;
        }
        let Some((table, column)) = TENANTS.iter().find(|(table, _)| *table == word(at)) else { continue };
        if before == "into" {
            // What follows is a list of columns.
            *lists.last_mut()? = false;
            let columns = words[at..].iter().skip_while(|word| *word != "(").take_while(|word| *word != ")");
            if !columns.into_iter().any(|word| word == column) {
                return Some((*table).to_owned());
            }
            continue;
        }
        let behind = if word(at + 1) == "as" { at + 2 } else { at + 1 };
        let is_name = word(behind).starts_with(|c: char| c.is_alphabetic()) && !NO_ALIAS.contains(&word(behind));
        let alias = if is_name { word(behind) } else { *table };
        if !is_bound(words, alias, column) {
            return Some(format!("{table} ({alias})"));
        }
    }
    None
}

/// Whether the column is compared with a value, or with the column of another table that is.
fn is_bound(words: &[String], alias: &str, column: &str) -> bool {
    let own = format!("{alias}.{column}");
    let is_own = |word: &String| *word == own || word == column && column == "workspace_id";
    let is_value = |word: &String| word.starts_with('$');
    let is_other = |word: &String| word.ends_with(".workspace_id") || word == "workspaces.id";
    let pairs = || words.windows(3).filter(|three| three[1] == "=").map(|three| (&three[0], &three[2]));
    let anchored = pairs().any(|(a, b)| {
        let names = |word: &String| word == "workspace_id" || is_other(word);
        names(a) && is_value(b) || is_value(a) && names(b)
    });
    let either = |test: &dyn Fn(&String) -> bool| pairs().any(|(a, b)| is_own(a) && test(b) || is_own(b) && test(a));
    anchored && either(&|other| is_value(other) || is_other(other)) || either(&is_value)
}

/// All of them: what is not known here is not watched.
#[actix_web::test]
async fn every_table_of_a_workspace_is_watched() {
    let app = crate::support::TestApp::new().await;
    let there = "SELECT table_name::text AS text FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'workspace_id' ORDER BY 1";
    let mut there = app.texts(there).await;
    there.retain(|table| !GLOBAL.iter().any(|(global, _)| global == table));
    let mut watched: Vec<&str> =
        TENANTS.iter().filter(|(_, column)| *column == "workspace_id").map(|(name, _)| *name).collect();
    watched.sort_unstable();
    assert_eq!(watched, there);
}

#[test]
fn a_missing_filter_is_seen() {
    let faulty = |sql: &str| unfiltered(&words(sql)).is_some();
    for right in [
        r#"SELECT "contacts"."id" FROM "contacts" WHERE (("contacts"."workspace_id" = $1) AND ("contacts"."id" = $2))"#,
        r#"SELECT 1 FROM "positions" INNER JOIN "companies" ON (("positions"."workspace_id" = "companies"."workspace_id")
            AND ("positions"."company_id" = "companies"."id")) WHERE ("positions"."workspace_id" = $1)"#,
        r#"UPDATE "workspaces" SET "change_seq" = $1 WHERE ("workspaces"."id" = $2)"#,
        r#"INSERT INTO "contacts" ("workspace_id", "id") VALUES ($1, $2)"#,
        "DELETE FROM contacts AS c WHERE c.workspace_id = $1 AND c.id = $2",
        "SELECT id FROM users WHERE email_key = 'from contacts'",
        "SELECT 1 FROM jobs FOR UPDATE",
        r#"SELECT 1 FROM "contacts" WHERE 1=0"#,
        "SET LOCAL ROLE inroad_tenant",
        r#"INSERT INTO "companies" ("workspace_id", "id", "external_ids") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"#,
        r#"UPDATE "companies" SET "tags" = $1, "external_ids" = $2 WHERE ("companies"."workspace_id" = $3)"#,
        "INSERT INTO contacts (workspace_id, external_ids) SELECT * FROM unnest($1, $2) AS rows (workspace_id, external_ids)",
        r#"SELECT "companies"."id", "companies"."external_ids" FROM "companies" WHERE "companies"."workspace_id" = $1"#,
    ] {
        assert!(!faulty(right), "{right}");
    }
    for wrong in [
        r#"SELECT "contacts"."id" FROM "contacts" WHERE ("contacts"."id" = $1)"#,
        r#"SELECT 1 FROM "positions" INNER JOIN "companies" ON ("positions"."company_id" = "companies"."id")
            WHERE ("positions"."workspace_id" = $1)"#,
        r#"SELECT 1 FROM "positions" INNER JOIN "companies" ON ("positions"."workspace_id" = "companies"."workspace_id")"#,
        r#"SELECT 1 FROM contacts c WHERE c.workspace_id <> $1"#,
        r#"UPDATE "workspaces" SET "name" = $1"#,
        r#"DELETE FROM "contacts" WHERE "contacts"."id" IN (SELECT 1)"#,
        r#"INSERT INTO "contacts" ("id") VALUES ($1)"#,
        "WITH old AS (DELETE FROM trash RETURNING id) SELECT * FROM old",
        "SELECT 1 FROM users, members WHERE members.user_id = $1",
        r#"SELECT 1 FROM ("members" INNER JOIN "users" ON ("members"."user_id" = "users"."id")) WHERE ("members"."user_id" = $1)"#,
        "SELECT 1 FROM (SELECT id FROM users WHERE id = $1) AS u, members",
    ] {
        assert!(faulty(wrong), "{wrong}");
    }
}

/// A reason that no statement needs any more would hide the next fault. The suite need not have run all of it, so that
/// this only holds the list to what it says of itself.
#[test]
fn every_exception_has_a_reason_and_is_one() {
    for (beginning, reason) in CROSSING {
        assert!(reason.len() > 20, "{beginning}: {reason}");
        assert!(unfiltered(&words(beginning)).is_some(), "{beginning} is filtered: take it off the list");
    }
}
