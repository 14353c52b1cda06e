//! Whatever is done to people, in whatever order, leaves a network that hangs together: imports, merges, undos, edits,
//! deletions, erasures. What comes of each is brought into another workspace as an archive, too. The sequences are made
//! anew by a fixed seed; `PROPTEST_CASES` asks for more of them, by seeds of their own.
use std::collections::{HashMap, HashSet};

use chrono::Duration;
use inroad::auth::{Role, Scopes};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};

use crate::exports::{archive, difference, restore};
use crate::support::{Member, Reply, TestApp};

/// Something that is done. Numbers choose among what there is, whatever became of it.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Add {
        name: u8,
        email: u8,
        company: u8,
        connector: Option<usize>,
    },
    Import {
        kind: u8,
        rows: Vec<(u8, u8, u8)>,
    },
    UndoImport(usize),
    Merge {
        survivor: usize,
        merged: Vec<usize>,
    },
    /// A merge, and its undo at once: nothing has changed.
    Try {
        survivor: usize,
        merged: Vec<usize>,
    },
    UndoMerge(usize),
    Edit {
        contact: usize,
        email: u8,
        connector: Option<usize>,
        stage: u8,
    },
    Delete(usize),
    Restore(usize),
    Purge(usize),
    Erase(usize),
    Introduce {
        by: usize,
        whom: usize,
        state: u8,
        meeting: Option<usize>,
    },
    Meet(Vec<usize>),
    CallOff(usize),
    Due {
        whom: usize,
        done: bool,
    },
    Name {
        by: usize,
        name: u8,
        state: u8,
    },
    Link {
        introduction: usize,
        whom: usize,
    },
    Forget(usize),
    Ask {
        whom: usize,
        names: Vec<u8>,
        knows: Option<usize>,
    },
    Write {
        to: usize,
        incoming: bool,
    },
    Dismiss(usize, usize),
    Rename {
        from: u8,
        to: u8,
    },
    /// Thirty-one days go by, and what comes round comes round.
    Wait,
}

const NAMES: [(&str, &str); 5] =
    [("Ada", "Lovelace"), ("Grace", "Hopper"), ("Will", "Mark"), ("小龍", "李"), ("Jon", "Smith")];
const COMPANIES: [&str; 3] = ["Engines Ltd", "Navy", "Northwind"];
const STAGES: [&str; 4] = ["identified", "contacted", "met", "closed"];
const STATES: [&str; 4] = ["named", "promised", "made", "declined"];
const TAGS: [&str; 4] = ["alumni", "Alumni", "energy", "wind"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (n, c) = (|| 0u8..5, || 0usize..12);
    let few = move || vec(c(), 1..4);
    let maybe = move || prop::option::of(c());
    let step = prop_oneof![
        4 => (n(), n(), n(), maybe())
            .prop_map(|(name, email, company, connector)| Step::Add { name, email, company, connector }),
        2 => (n(), vec((n(), n(), n()), 1..4)).prop_map(|(kind, rows)| Step::Import { kind, rows }),
        1 => c().prop_map(Step::UndoImport),
        4 => (c(), few()).prop_map(|(survivor, merged)| Step::Merge { survivor, merged }),
        3 => (c(), few()).prop_map(|(survivor, merged)| Step::Try { survivor, merged }),
        3 => c().prop_map(Step::UndoMerge),
        2 => (c(), n(), maybe(), n())
            .prop_map(|(contact, email, connector, stage)| Step::Edit { contact, email, connector, stage }),
        1 => c().prop_map(Step::Delete),
        1 => c().prop_map(Step::Restore),
        1 => c().prop_map(Step::Purge),
        1 => c().prop_map(Step::Erase),
        4 => (c(), c(), n(), maybe())
            .prop_map(|(by, whom, state, meeting)| Step::Introduce { by, whom, state, meeting }),
        2 => few().prop_map(Step::Meet),
        1 => c().prop_map(Step::CallOff),
        1 => (c(), any::<bool>()).prop_map(|(whom, done)| Step::Due { whom, done }),
        2 => (c(), n(), n()).prop_map(|(by, name, state)| Step::Name { by, name, state }),
        1 => (c(), c()).prop_map(|(introduction, whom)| Step::Link { introduction, whom }),
        1 => c().prop_map(Step::Forget),
        1 => (c(), vec(n(), 0..3), maybe()).prop_map(|(whom, names, knows)| Step::Ask { whom, names, knows }),
        1 => (c(), any::<bool>()).prop_map(|(to, incoming)| Step::Write { to, incoming }),
        1 => (c(), c()).prop_map(|(one, two)| Step::Dismiss(one, two)),
        1 => (n(), n()).prop_map(|(from, to)| Step::Rename { from, to }),
        1 => Just(Step::Wait),
    ];
    // An import between a merge and its undo, and a merge between an import and its: these would seldom come by themselves.
    let between = (vec((n(), n(), n()), 2..4), n(), n(), c(), few(), any::<bool>());
    let between = between.prop_map(|(rows, one, other, survivor, merged, import_first)| {
        let import = |kind| Step::Import { kind, rows: rows.clone() };
        let (merge, last) = (Step::Merge { survivor, merged }, usize::MAX);
        let undo = match import_first {
            true => [Step::UndoImport(last), Step::UndoMerge(last)],
            false => [Step::UndoMerge(last), Step::UndoImport(last)],
        };
        [import(one), merge, import(other)].into_iter().chain(undo).collect::<Vec<_>>()
    });
    let steps = prop_oneof![9 => step.prop_map(|step| vec![step]), 1 => between];
    vec(steps, 8..40).prop_map(|steps| steps.concat())
}

/// The file of an import.
fn file(kind: u8, rows: &[(u8, u8, u8)]) -> (&'static str, String) {
    let people = rows.iter().map(|(name, email, company)| {
        let (given, family) = NAMES[usize::from(*name) % NAMES.len()];
        (given, family, email, chosen(&COMPANIES, *company))
    });
    match kind % 3 {
        0 => {
            let line = |(given, family, email, company)| {
                let url = format!("https://www.linkedin.com/in/p{email}");
                format!("{given},{family},{url},p{email}@x.example,{company},Analyst,12 Mar 2025\n")
            };
            let head = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";
            ("text/csv", head.to_owned() + &people.map(line).collect::<String>())
        }
        1 => {
            let card = |(given, family, email, company)| {
                format!(
                    "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:card-{email}\r\nN:{family};{given};;;\r\nEMAIL:p{email}@x.example\r\n\
                     ORG:{company}\r\nBDAY:199{email}-01-01\r\nEND:VCARD\r\n"
                )
            };
            ("text/vcard", people.map(card).collect())
        }
        _ => {
            let line = |(given, family, email, company)| {
                format!("00000000-0000-7000-8000-00000000000{email},{given},{family},p{email}@x.example,{company},,\n")
            };
            let head = "id,given_name,family_name,emails,company,stage_reason,do_not_contact\n";
            ("text/csv", head.to_owned() + &people.map(line).collect::<String>())
        }
    }
}

/// A workspace in which things are done, with the ids of all that there ever was.
struct World<'a> {
    app: &'a TestApp,
    owner: Member,
    contacts: Vec<String>,
    introductions: Vec<String>,
    meetings: Vec<String>,
    merges: Vec<String>,
    imports: Vec<String>,
    /// How many imports there had been when each merge was made.
    before_merge: HashMap<String, usize>,
    seen: HashSet<Seen>,
}

/// What the sequences are about, and must have come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Seen {
    MergeUndoneAfterImport,
    ImportUndoneAfterMerge,
}

impl Seen {
    const ALL: [Self; 2] = [Self::MergeUndoneAfterImport, Self::ImportUndoneAfterMerge];
}

/// The last one for `usize::MAX`.
fn one(list: &[String], number: usize) -> Option<&str> {
    if number == usize::MAX { list.last() } else { list.get(number % list.len().max(1)) }.map(String::as_str)
}

fn chosen<'a>(list: &[&'a str], number: u8) -> &'a str {
    list[usize::from(number) % list.len()]
}

impl World<'_> {
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<Reply, String> {
        let shown = format!("{method} {path} {}", body.clone().unwrap_or_default());
        let request = self.app.request(method, path).bearer_auth(&self.owner.token);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let reply = self.app.send(request).await;
        if reply.status >= 500 { Err(format!("{shown}: {}", reply.text)) } else { Ok(reply) }
    }

    async fn post(&self, path: &str, body: Value) -> Result<Reply, String> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Whoever else was made meanwhile is found in the lists.
    async fn learn(&mut self, reply: &Reply, made: fn(&mut Self) -> &mut Vec<String>) {
        if let Some(id) = reply.json["id"].as_str().filter(|_| reply.status < 300) {
            let list = made(self);
            if !list.iter().any(|known| known == id) {
                list.push(id.to_owned());
            }
        }
    }

    fn ids(&self, numbers: &[usize]) -> Vec<&str> {
        numbers.iter().filter_map(|number| one(&self.contacts, *number)).collect()
    }

    async fn take(&mut self, step: &Step) -> Result<(), String> {
        let contact = |number: usize| one(&self.contacts, number).unwrap_or("00000000-0000-7000-8000-000000000000");
        match step {
            Step::Add { name, email, company, connector } => {
                let (given, family) = NAMES[usize::from(*name) % NAMES.len()];
                let body = json!({
                    "given_name": given, "family_name": family, "connector_id": connector.map(contact),
                    "emails": [{ "address": format!("p{email}@x.example") }, { "address": format!("q{name}@y.example") }],
                    "phones": [{ "number": format!("+43 1 23456{email}") }], "tags": [chosen(&TAGS, *company)],
                    "positions": [{ "company_name": chosen(&COMPANIES, *company) }], "notes": "knows Ada Lovelace",
                    "external_ids": { "crm": format!("{name}-{email}-{company}") },
                });
                let added = self.post("/v1/contacts", body).await?;
                self.learn(&added, |world| &mut world.contacts).await;
            }
            Step::Import { kind, rows } => {
                let (media_type, file) = file(*kind, rows);
                let request = self.app.request(Method::POST, "/v1/imports").bearer_auth(&self.owner.token);
                let done = self.app.send(request.header("content-type", media_type).body(file)).await;
                if done.status != 201 {
                    return Err(done.text);
                }
                for row in done.json["rows"].as_array().into_iter().flatten() {
                    let id = row["contact_id"].as_str().map(str::to_owned);
                    let fresh = id.filter(|id| !self.contacts.contains(id));
                    self.contacts.extend(fresh);
                }
                self.learn(&done, |world| &mut world.imports).await;
            }
            Step::UndoImport(number) => {
                if let Some(id) = one(&self.imports, *number) {
                    let undone = self.post(&format!("/v1/imports/{id}/undo"), json!({})).await?;
                    if undone.status == 200 && !self.merges.is_empty() {
                        self.seen.insert(Seen::ImportUndoneAfterMerge);
                    }
                }
            }
            Step::Merge { survivor, merged } => {
                let body = json!({ "survivor_id": contact(*survivor), "merged_ids": self.ids(merged) });
                let done = self.post("/v1/contacts/merge", body).await?;
                if done.status == 200 {
                    self.before_merge.insert(done.id(), self.imports.len());
                }
                self.learn(&done, |world| &mut world.merges).await;
            }
            Step::Try { survivor, merged } => self.try_merge(*survivor, merged).await?,
            Step::UndoMerge(number) => {
                if let Some(id) = one(&self.merges, *number) {
                    let undone = self.post(&format!("/v1/contacts/merges/{id}/undo"), json!({})).await?;
                    if undone.status == 200 && self.before_merge[id] < self.imports.len() {
                        self.seen.insert(Seen::MergeUndoneAfterImport);
                    }
                }
            }
            Step::Edit { contact: number, email, connector, stage } => {
                let stage = chosen(&STAGES, *stage);
                let reason = (stage == "closed").then_some("declined");
                let body = json!({
                    "emails": [{ "address": format!("p{email}@x.example"), "is_primary": true }],
                    "connector_id": connector.map(contact), "stage": stage, "stage_reason": reason,
                });
                self.send(Method::PATCH, &format!("/v1/contacts/{}", contact(*number)), Some(body)).await?;
            }
            Step::Delete(number) => {
                self.send(Method::DELETE, &format!("/v1/contacts/{}", contact(*number)), None).await?;
            }
            Step::Restore(number) => {
                if let Some(id) = self.trashed(*number).await? {
                    self.post(&format!("/v1/trash/{id}/restore"), json!({})).await?;
                }
            }
            Step::Purge(number) => {
                if let Some(id) = self.trashed(*number).await? {
                    self.send(Method::DELETE, &format!("/v1/trash/{id}"), None).await?;
                }
            }
            Step::Erase(number) => {
                self.post(&format!("/v1/contacts/{}/erase", contact(*number)), json!({})).await?;
            }
            Step::Introduce { by, whom, state, meeting } => {
                let body = json!({
                    "introducer_id": contact(*by), "introduced_id": contact(*whom), "state": chosen(&STATES, *state),
                    "meeting_id": meeting.and_then(|number| one(&self.meetings, number)), "may_use_name": state % 2 == 0, "notes": format!("said {state}"),
                });
                let made = self.post("/v1/introductions", body).await?;
                self.learn(&made, |world| &mut world.introductions).await;
            }
            Step::Meet(with) => {
                let body = json!({ "contact_ids": self.ids(with), "medium": "coffee" });
                let met = self.post("/v1/meetings", body).await?;
                self.learn(&met, |world| &mut world.meetings).await;
            }
            Step::CallOff(meeting) => {
                if let Some(id) = one(&self.meetings, *meeting) {
                    self.send(Method::DELETE, &format!("/v1/meetings/{id}"), None).await?;
                }
            }
            Step::Due { whom, done } => {
                let body = json!({ "contact_id": contact(*whom), "kind": "promise_mine", "due_on": "2026-04-01" });
                let due = self.post("/v1/follow-ups", body).await?;
                if due.status == 201 && *done {
                    self.post(&format!("/v1/follow-ups/{}/done", due.id()), json!({})).await?;
                }
            }
            Step::Name { by, name, state } => {
                let body = json!({
                    "introducer_id": contact(*by), "introduced_name": NAMES[usize::from(*name) % NAMES.len()].1,
                    "introduced_company_name": chosen(&COMPANIES, *name), "state": chosen(&STATES, *state),
                });
                let made = self.post("/v1/introductions", body).await?;
                self.learn(&made, |world| &mut world.introductions).await;
            }
            Step::Link { introduction, whom } => {
                if let Some(id) = one(&self.introductions, *introduction) {
                    let body = json!({ "introduced_id": contact(*whom) });
                    self.send(Method::PATCH, &format!("/v1/introductions/{id}"), Some(body)).await?;
                }
            }
            Step::Forget(introduction) => {
                if let Some(id) = one(&self.introductions, *introduction) {
                    self.send(Method::DELETE, &format!("/v1/introductions/{id}"), None).await?;
                }
            }
            Step::Ask { whom, names, knows } => {
                let body = json!({ "connector_id": contact(*whom), "topic": "energy" });
                let asked = self.post("/v1/circle-requests", body).await?;
                if asked.status == 201 && !(names.is_empty() && knows.is_none()) {
                    let names = names.iter().map(|name| json!({ "introduced_name": format!("Name {name}") }));
                    let names = names.chain(knows.map(|knows| json!({ "introduced_id": contact(knows) })));
                    let body = json!({ "answer": "names", "names": names.collect::<Vec<_>>() });
                    self.post(&format!("/v1/circle-requests/{}/answer", asked.id()), body).await?;
                }
            }
            Step::Write { to, incoming } => {
                let direction = if *incoming { "incoming" } else { "outgoing" };
                let body = json!({ "contact_id": contact(*to), "channel": "phone_script", "direction": direction,
                    "body": "Dear Ada, may I ask you about wind?" });
                self.post("/v1/messages", body).await?;
            }
            Step::Dismiss(one, two) => {
                let body = json!({ "contact_ids": [contact(*one), contact(*two)] });
                self.post("/v1/contacts/duplicates/dismiss", body).await?;
            }
            Step::Rename { from, to } => {
                let body = json!({ "from": [chosen(&TAGS, *from)], "into": chosen(&TAGS, *to) });
                self.post("/v1/tags/merge", body).await?;
            }
            Step::Wait => {
                self.app.pass(Duration::days(31));
                let app = &self.app.app;
                inroad::merges::purge_old(app).await.map_err(|error| error.to_string())?;
                inroad::trash::purge_old(app).await.map_err(|error| error.to_string())?;
                inroad::introductions::let_go_stale(app).await.map_err(|error| error.to_string())?;
                // The token is of the day before yesterday.
                self.owner = self.app.member_again(&self.owner).await;
            }
        }
        Ok(())
    }

    async fn trashed(&self, number: usize) -> Result<Option<String>, String> {
        let trash = self.send(Method::GET, "/v1/trash", None).await?;
        let entries = trash.json["data"].as_array().map_or(0, Vec::len);
        let entry = &trash.json["data"][number % entries.max(1)];
        Ok(entry["id"].as_str().map(str::to_owned))
    }

    async fn try_merge(&self, survivor: usize, merged: &[usize]) -> Result<(), String> {
        let before = self.shown().await?;
        let survivor = one(&self.contacts, survivor).unwrap_or_default();
        let body = json!({ "survivor_id": survivor, "merged_ids": self.ids(merged) });
        let done = self.post("/v1/contacts/merge", body.clone()).await?;
        if done.status != 200 {
            return Ok(());
        }
        let undone = self.post(&format!("/v1/contacts/merges/{}/undo", done.id()), json!({})).await?;
        let after = self.shown().await?;
        match undone.status == 200 && undone.json["not_restored"] == json!([]) && before == after {
            true => Ok(()),
            false => Err(format!("the undo of {body}: {}\nbefore {before:#?}\nafter {after:#?}", undone.text)),
        }
    }

    /// All that lists show, but for what every write changes.
    async fn shown(&self) -> Result<Vec<Value>, String> {
        let mut shown = Vec::new();
        for path in [
            "/v1/contacts",
            "/v1/introductions",
            "/v1/circle-requests",
            "/v1/messages",
            "/v1/meetings",
            "/v1/follow-ups",
            "/v1/trash",
        ] {
            let reply = self.send(Method::GET, &format!("{path}?limit=200"), None).await?;
            for mut item in reply.json["data"].as_array().cloned().unwrap_or_default() {
                for field in ["version", "updated_at", "stage_changed_at"] {
                    item[field] = Value::Null;
                }
                shown.push(item);
            }
        }
        Ok(shown)
    }

    /// What has to be so after each step.
    async fn check(&self) -> Result<(), String> {
        let own = self.owner.workspace;
        let hidden = format!("(SELECT id FROM contact_redirects WHERE workspace_id = '{own}')");
        let rules = [
            (
                "an introduction leads from or to a contact that was merged into another",
                format!("introductions WHERE (introducer_id IN {hidden} OR introduced_id IN {hidden})"),
            ),
            ("somebody introduced themselves", "introductions WHERE introducer_id = introduced_id".to_owned()),
            ("somebody is their own connector", "contacts WHERE connector_id = id".to_owned()),
            (
                "a connector was merged into another",
                format!("contacts WHERE deleted_at IS NULL AND connector_id IN {hidden}"),
            ),
            (
                "a connector lies in the trash, and is shown",
                "contacts WHERE connector_id IN (SELECT id FROM trash) AND deleted_at IS NULL".to_owned(),
            ),
            (
                "a connector is there, and was lost",
                "lost_connectors WHERE connector_id IN (SELECT id FROM contacts WHERE deleted_at IS NULL)".to_owned(),
            ),
            ("a merged contact was asked", format!("circle_requests WHERE connector_id IN {hidden}")),
            ("a message belongs to a merged contact", format!("messages WHERE contact_id IN {hidden}")),
            ("an import knows a merged contact", format!("import_keys WHERE contact_id IN {hidden}")),
            ("an old id leads to an old id", format!("contact_redirects WHERE survivor_id IN {hidden}")),
            (
                "an old id is that of a contact that is there",
                format!("contacts WHERE deleted_at IS NULL AND id IN {hidden}"),
            ),
            ("a merged contact lies in the trash", format!("trash WHERE id IN {hidden}")),
            (
                "a deleted contact is neither in the trash nor merged",
                format!(
                    "contacts WHERE deleted_at IS NOT NULL AND id NOT IN {hidden}
                     AND id NOT IN (SELECT id FROM trash WHERE workspace_id = '{own}')"
                ),
            ),
            (
                "what lies in the trash is there",
                format!(
                    "trash WHERE id IN (SELECT id FROM contacts WHERE workspace_id = '{own}' AND deleted_at IS NULL
                     UNION ALL SELECT id FROM introductions WHERE workspace_id = '{own}' AND deleted_at IS NULL)"
                ),
            ),
            (
                "a list has no primary item, or several",
                "contacts, LATERAL (VALUES (emails), (coalesce(profile -> 'phones', '[]'))) AS lists (list)
                 WHERE jsonb_array_length(list) > 0
                 AND jsonb_array_length(jsonb_path_query_array(list, '$[*] ? (@.is_primary == true)')) <> 1"
                    .to_owned(),
            ),
            (
                "an introduction that is not made has the date of one",
                "introductions WHERE (state = 'made') <> (made_at IS NOT NULL)
                 OR state = 'named' AND (promised_at IS NOT NULL OR declined_at IS NOT NULL)"
                    .to_owned(),
            ),
        ];
        let broken = rules.map(|(what, sql)| {
            let (table, condition) = sql.split_once(" WHERE ").unwrap();
            let name = table.split([',', ' ']).next().unwrap();
            format!(
                "SELECT '{what}' AS text
                 WHERE EXISTS (SELECT FROM {table} WHERE {name}.workspace_id = '{own}' AND ({condition}))"
            )
        });
        let broken = self.app.texts(&broken.join(" UNION ALL ")).await;
        if !broken.is_empty() {
            return Err(broken.join("; "));
        }
        self.ask_all().await
    }

    /// Whatever shows people can do so.
    async fn ask_all(&self) -> Result<(), String> {
        for path in
            ["/v1/contacts", "/v1/network/graph", "/v1/network/graph?format=svg", "/v1/contacts/duplicates?min_score=1"]
        {
            let reply = self.send(Method::GET, path, None).await?;
            if reply.status != 200 {
                return Err(format!("{path}: {}", reply.text));
            }
        }
        for id in &self.contacts {
            let reply = self.send(Method::GET, &format!("/v1/contacts/{id}"), None).await?;
            match reply.status {
                200 => {
                    let told = self.send(Method::GET, &format!("/v1/contacts/{id}/timeline"), None).await?;
                    if told.status != 200 || told.json["data"].as_array().is_none_or(Vec::is_empty) {
                        return Err(format!("the timeline of {id}: {}", told.text));
                    }
                }
                308 => {
                    let survivor = reply.header("location").to_owned();
                    let there = self.send(Method::GET, &survivor, None).await?;
                    if there.status != 200 {
                        return Err(format!("{id} leads to {survivor}: {}", there.text));
                    }
                }
                404 => {}
                _ => return Err(format!("{id}: {}", reply.text)),
            }
        }
        Ok(())
    }
}

/// What came of it.
async fn play(steps: &[Step]) -> Result<HashSet<Seen>, String> {
    let app = TestApp::new().await;
    let owner = app.seeker().await;
    let mut world = World {
        app: &app,
        owner,
        contacts: Vec::new(),
        introductions: Vec::new(),
        meetings: Vec::new(),
        merges: Vec::new(),
        imports: Vec::new(),
        before_merge: HashMap::new(),
        seen: HashSet::new(),
    };
    for (number, step) in steps.iter().enumerate() {
        world.take(step).await.map_err(|why| format!("step {number}, {step:?}: {why}"))?;
        world.check().await.map_err(|why| format!("after step {number}, {step:?}: {why}"))?;
    }
    // Exports ask for a fresh sign-in.
    let owner = app.member(Some(world.owner.workspace), Role::Owner, Scopes::all()).await;
    let copy = app.seeker().await;
    let first = archive(&app, &owner).await;
    restore(&app, &copy, &first).await.map_err(|error| format!("the archive: {error}: {:?}", error.errors))?;
    match difference(&first, &archive(&app, &copy).await) {
        None => Ok(world.seen),
        Some(file) => Err(format!("the copy has another {file}")),
    }
}

#[actix_web::test]
async fn any_sequence_leaves_a_network_that_hangs_together() {
    #[expect(clippy::disallowed_methods, reason = "a test reads its own environment")]
    let more = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let mut runner = match more {
        Some(_) => TestRunner::new(Config::default()),
        None => TestRunner::deterministic(),
    };
    let mut seen = HashSet::new();
    for _ in 0..more.unwrap_or(6) {
        let mut tree = steps().new_tree(&mut runner).unwrap();
        let mut why = match play(&tree.current()).await {
            Ok(came) => {
                seen.extend(came);
                continue;
            }
            Err(why) => why,
        };
        let mut least = tree.current();
        while tree.simplify() {
            loop {
                match play(&tree.current()).await {
                    Err(again) => {
                        (why, least) = (again, tree.current());
                        break;
                    }
                    Ok(_) if !tree.complicate() => break,
                    Ok(_) => {}
                }
            }
        }
        panic!("{why}\n{least:#?}");
    }
    assert!(Seen::ALL.iter().all(|what| seen.contains(what)), "all that came of them: {seen:?}");
}
