//! Requests of one kind over many connections, beside pgbench with the same statements.
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use serde_json::{Value, json};

use crate::client::{drive, once};
use crate::data::{CONTACTS, ID_PREFIX, SEARCHED};
use crate::pgbench::{self, Script, Statement, capture};
use crate::server::{Server, Usage};
use crate::short;
use crate::user::{JSON, User, text};

pub const HEADING: &str = "| | requests/s | p50 | p99 | server CPU per 1,000 | resident, after / peak | pgbench/s | statements | ratio |\n\
    | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |";
const CONNECTIONS: usize = 16;
const WARM_UP: Duration = Duration::from_millis(500);

pub struct Bench<'a> {
    pub server: &'a Server,
    pub user: &'a User,
    pub over: Duration,
    /// Also print the statements.
    pub show: bool,
}

/// A number from a hat, the same in every run.
pub fn scattered(index: usize, turn: usize) -> usize {
    let mixed = ((index + 1) * 1_000_003 + turn).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) % CONTACTS
}

impl Bench<'_> {
    /// A line of the table; none when this is no figure of it.
    pub fn requests(&self, figure: &str) -> Result<Option<String>> {
        match figure {
            "get" => self.get(),
            "list" => self.list(),
            "search" => self.search("search", "/v1/contacts"),
            "everything" => self.search("search everything", "/v1/search"),
            "brief" => self.brief(),
            "create" => self.create(),
            _ => return Ok(None),
        }
        .map(Some)
    }

    fn get(&self) -> Result<String> {
        let requests: Vec<_> =
            (0..CONTACTS).map(|n| self.user.get(&format!("/v1/contacts/{ID_PREFIX}{}", 1000 + n))).collect();
        let probed = format!("{ID_PREFIX}1500");
        let statements = self.capture(&requests[500])?;
        let script = Script::new("get", "\\set n random(1000, 1999)", &statements, true, |_, _, value| {
            by_id(value, &probed, &format!("'{ID_PREFIX}'::text || :n"))
        })?;
        self.measure("get one", &[script], statements.len(), |index, turn| requests[scattered(index, turn)].clone())
    }

    fn list(&self) -> Result<String> {
        let list = self.user.get("/v1/contacts");
        let statements = self.capture(&list)?;
        let script = Script::new("list", "", &statements, false, |_, _, _| None)?;
        self.measure("list 50", &[script], statements.len(), |_, _| list.clone())
    }

    fn search(&self, title: &str, path: &str) -> Result<String> {
        let requests: Vec<_> = SEARCHED.iter().map(|name| self.user.get(&format!("{path}?q={name}"))).collect();
        let mut scripts = Vec::new();
        let mut count = 0;
        for (search, name) in requests.iter().zip(SEARCHED) {
            let statements = self.capture(search)?;
            count = statements.len();
            scripts.push(Script::new(name, "", &statements, false, |_, _, _| None)?);
        }
        let pick = |index, turn| requests[scattered(index, turn) % requests.len()].clone();
        self.measure(title, &scripts, count, pick)
    }

    fn create(&self) -> Result<String> {
        let body = json!({
            "given_name": "Nora", "family_name": "Sørensen", "headline": "Lead Engineer at Harbor Labs",
            "emails": [{ "address": "nora.sorensen@example.com", "label": "work" }],
            "positions": [{ "company_name": "Harbor Labs", "title": "Lead Engineer", "started_on": "2024-02-01" }],
            "links": [{ "url": "https://www.linkedin.com/in/nora-sorensen" }],
            "tags": ["mentor"], "how_found": "event", "notes": "Met at the meetup; asks to be called in the morning.",
        });
        let body = body.to_string();
        // Keys of an earlier run in the same database would be answered from memory.
        let run = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let create = |number: u64| {
            let headers = format!("{JSON}Idempotency-Key: \"load-{run}-{number}\"\r\n");
            self.user.post("/v1/contacts", &headers, body.as_bytes())
        };
        let captured = format!("load-{run}-1");
        let number = AtomicU64::new(2);
        let next = |_, _| create(number.fetch_add(1, Ordering::Relaxed));
        self.warm_up(&next)?;
        let mut made = Value::Null;
        let statements = capture(self.server, "INSERT INTO \"contacts\"", || {
            made = once(self.server.address, &create(1))?;
            Ok(())
        })?;
        self.tell("create", &statements);
        let (contact, position) = (text(&made["id"])?, text(&made["positions"][0]["id"])?);
        let prelude = "\\set turn :turn + 1\n\\set own 100000000000 + :client_id * 1000000000 + :turn";
        let mut script = Script::new("create", prelude, &statements, false, |statement, _, value| {
            let fresh = |prefix: &str| format!("'{prefix}-{:04x}-7000-8000-'::text || :own", run / 1000 % 65536);
            if value == captured {
                return Some(format!("('load-pgbench-{run}-'::text || :own)"));
            }
            if statement.text.contains("pg_try_advisory_xact_lock") {
                return Some(":own".into());
            }
            by_id(value, &contact, &fresh("01a00000")).or_else(|| by_id(value, &position, &fresh("01a00001")))
        })?;
        script.set("turn", "0");
        self.measure("create", &[script], statements.len(), next)
    }

    /// Of a meeting that is prepared well, in a workspace that has a note about each contact.
    fn brief(&self) -> Result<String> {
        let meeting = self.prepare()?;
        let request = self.user.get(&format!("/v1/meetings/{meeting}/brief"));
        self.warm_up(&|_, _| request.clone())?;
        let read = || once(self.server.address, &request).map(drop);
        let mut statements = capture(self.server, "FROM \"research_notes\"", read)?;
        statements.retain(|statement| !statement.text.contains("\"sessions\""));
        self.tell("brief", &statements);
        let script = Script::new("brief", "", &statements, false, |_, _, _| None)?;
        self.measure("brief", &[script], statements.len(), |_, _| request.clone())
    }

    fn prepare(&self) -> Result<String> {
        let make = |path: &str, body: Value| -> Result<String> {
            let body = body.to_string();
            text(&once(self.server.address, &self.user.post(path, JSON, body.as_bytes()))?["id"])
        };
        let (tom, other) = (format!("{ID_PREFIX}1500"), format!("{ID_PREFIX}1501"));
        let talk = json!({ "contact_ids": [tom], "medium": "phone", "starts_at": "2026-01-10T10:00:00Z" });
        let talk = make("/v1/meetings", talk)?;
        make(&format!("/v1/meetings/{talk}/confirm"), json!({}))?;
        make(&format!("/v1/meetings/{talk}/complete"), json!({}))?;
        let place = json!({ "name": "Café Landtmann", "address": "Universitätsring 4, Wien" });
        let body = json!({ "contact_ids": [tom], "medium": "coffee", "place": place });
        let meeting = make("/v1/meetings", body)?;
        for number in 1..=5 {
            let text = format!("What is harder than it looks, the {number}. time?");
            let goal = make("/v1/goals", json!({ "meeting_id": meeting, "text": text }))?;
            make("/v1/meeting-questions", json!({ "meeting_id": meeting, "text": text, "goal_id": goal }))?;
            let body = json!({ "contact_id": tom, "channel": "email", "subject": text, "body": text.repeat(20) });
            let message = make("/v1/messages", body)?;
            make(&format!("/v1/messages/{message}/mark-sent"), json!({}))?;
            let insight = json!({ "meeting_id": talk, "topic": "nights", "text": text });
            make("/v1/insights", insight)?;
            let kind = ["news", "biography", "annual_report", "talk", "other"][number - 1];
            let body = json!({ "contact_id": tom, "kind": kind, "title": text, "body": text.repeat(100) });
            make("/v1/research-notes", body)?;
        }
        let tie =
            json!({ "introducer_id": other, "introduced_name": format!("Somebody {meeting}"), "may_use_name": true });
        let tie = make("/v1/introductions", tie)?;
        let body = json!({ "introduced_id": tom }).to_string();
        let patch = self.user.patch(&format!("/v1/introductions/{tie}"), JSON, body.as_bytes());
        // Of an earlier run in the same database it is there already.
        let _ = once(self.server.address, &patch);
        let agenda = self.user.post(&format!("/v1/meetings/{meeting}/agenda/preset"), JSON, b"{}");
        once(self.server.address, &agenda)?;
        Ok(meeting)
    }

    /// What the service sends for a read. Before, all of its connections are opened and know the statements.
    fn capture(&self, request: &[u8]) -> Result<Vec<Statement>> {
        self.warm_up(&|_, _| request.to_vec())?;
        let mut statements =
            capture(self.server, "FROM \"contacts\"", || once(self.server.address, request).map(drop))?;
        statements.retain(|statement| !statement.text.contains("\"sessions\""));
        self.tell("read", &statements);
        Ok(statements)
    }

    fn warm_up(&self, make: &(impl Fn(usize, usize) -> Vec<u8> + Sync)) -> Result<()> {
        drive(self.server.address, CONNECTIONS, WARM_UP, make).map(drop)
    }

    fn tell(&self, name: &str, statements: &[Statement]) {
        for statement in statements.iter().filter(|_| self.show) {
            let how = if statement.prepared { "prepared" } else { "each time" };
            eprintln!("{name}, {how}: {}", statement.text);
        }
    }

    fn measure(
        &self,
        name: &str,
        scripts: &[Script],
        statements: usize,
        make: impl Fn(usize, usize) -> Vec<u8> + Sync,
    ) -> Result<String> {
        let tps = pgbench::run(self.server, CONNECTIONS, self.over, scripts)?;
        self.warm_up(&make)?;
        let before = self.server.usage()?;
        let timings = drive(self.server.address, CONNECTIONS, self.over, &make)?;
        let Usage { cpu, resident_kib, peak_kib } = self.server.usage()?;
        let cpu = (cpu - before.cpu).as_secs_f64() * 1e6 / timings.count() as f64;
        Ok(format!(
            "| {name} | {:.0} | {} | {} | {cpu:.0} ms | {} / {} MiB | {tps:.0} | {statements} | {:.2} |",
            timings.per_second(),
            short(timings.percentile(50)),
            short(timings.percentile(99)),
            resident_kib / 1024,
            peak_kib / 1024,
            timings.per_second() / tps,
        ))
    }
}

/// The expression in place of the id `probed`, alone or as the only one of an array.
fn by_id(value: &str, probed: &str, expression: &str) -> Option<String> {
    if value == probed {
        return Some(format!("({expression})::uuid"));
    }
    let array = value.strip_prefix('{').and_then(|value| value.strip_suffix('}')) == Some(probed);
    array.then(|| format!("('{{' || {expression} || '}}')::uuid[]"))
}
