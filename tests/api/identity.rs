//! Whatever is imported, merged, undone, connected and deleted, in any order: nobody is lost, doubled or turned in on
//! themselves.
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

/// One thing that happens. Numbers choose among what is there at that moment.
#[derive(Debug, Clone)]
enum Step {
    Import(usize),
    UndoImport(usize),
    Merge(usize, usize, usize),
    UndoMerge(usize),
    Connect(usize, usize),
    Introduce(usize, usize),
    Edit(usize),
    Delete(usize),
    Restore(usize),
}

const FILES: [&str; 3] = [
    "Ada,Lovelace,https://www.linkedin.com/in/ada,ada@a.example,Engines,Analyst,12 Mar 2025
Augusta,Lovelace,https://www.linkedin.com/in/augusta,,Engines,,
Bob,Noyce,https://www.linkedin.com/in/bob,bob@b.example,Intel,,01 Jan 2024",
    "Ada,King,https://www.linkedin.com/in/ada,ada@king.example,Home,Countess,
Robert,Noyce,,bob@b.example,Intel,Founder,
Carl,Zuse,https://www.linkedin.com/in/carl,,Zuse KG,,",
    "Carl,Zuse,,carl@z.example,Zuse KG,Builder,
Dora,Ex,https://www.linkedin.com/in/dora,,,,",
];

/// What must never be found, each with what it would mean.
const NEVER: [(&str, &str); 9] = [
    (
        "introductions i JOIN contact_redirects r ON r.workspace_id = i.workspace_id
         AND r.id IN (i.introducer_id, i.introduced_id) WHERE i.deleted_at IS NULL",
        "an introduction by or to somebody who was merged",
    ),
    (
        "contacts c JOIN contact_redirects r ON r.workspace_id = c.workspace_id AND r.id = c.connector_id
         WHERE c.deleted_at IS NULL",
        "a connector who was merged",
    ),
    ("contacts WHERE connector_id = id", "somebody who introduces themselves"),
    (
        "contacts c JOIN contact_redirects r ON r.workspace_id = c.workspace_id AND r.id = c.id
         WHERE c.deleted_at IS NULL",
        "somebody who is there and was merged",
    ),
    (
        "contact_redirects one JOIN contact_redirects two ON two.workspace_id = one.workspace_id AND two.id = one.survivor_id",
        "a redirect to a redirect",
    ),
    (
        "import_keys k JOIN contact_redirects r ON r.workspace_id = k.workspace_id AND r.id = k.contact_id",
        "a source that knows somebody who was merged",
    ),
    (
        "contacts c, jsonb_each(c.profile || jsonb_build_object('emails', c.emails)) AS field
         WHERE c.deleted_at IS NULL AND field.key IN ('emails', 'phones', 'links', 'addresses')
         AND jsonb_array_length(field.value) > 0
         AND jsonb_array_length(jsonb_path_query_array(field.value, '$[*] ? (@.is_primary == true)')) <> 1",
        "a list without its one primary item",
    ),
    (
        "contacts c WHERE c.deleted_at IS NOT NULL AND NOT EXISTS (SELECT FROM trash t WHERE t.id = c.id)
         AND NOT EXISTS (SELECT FROM contact_redirects r WHERE r.id = c.id)",
        "somebody who is deleted and neither in the trash nor merged",
    ),
    (
        "external_ids e WHERE e.resource = 'contact' AND NOT EXISTS (SELECT FROM contacts c WHERE c.id = e.resource_id)",
        "an external id of nobody",
    ),
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..FILES.len()).prop_map(Step::Import),
        1 => any::<usize>().prop_map(Step::UndoImport),
        4 => (any::<usize>(), any::<usize>(), any::<usize>()).prop_map(|(a, b, c)| Step::Merge(a, b, c)),
        3 => any::<usize>().prop_map(Step::UndoMerge),
        3 => (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Step::Connect(a, b)),
        3 => (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Step::Introduce(a, b)),
        1 => any::<usize>().prop_map(Step::Edit),
        1 => any::<usize>().prop_map(Step::Delete),
        1 => any::<usize>().prop_map(Step::Restore),
    ];
    prop::collection::vec(step, 16).prop_map(|rest| [vec![Step::Import(0), Step::Import(1)], rest].concat())
}

/// A workspace in which steps happen.
struct World<'a> {
    app: &'a TestApp,
    member: Member,
    imports: Vec<String>,
    merges: Vec<String>,
}

impl World<'_> {
    async fn people(&self) -> Vec<String> {
        let page = self.app.get("/v1/contacts?limit=200", &self.member).await.expect(200);
        page.json["data"].as_array().unwrap().iter().map(|contact| contact["id"].as_str().unwrap().to_owned()).collect()
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.app.post(path, &self.member, body).await
    }

    async fn happen(&mut self, step: &Step) -> Option<Reply> {
        let people = self.people().await;
        let who = |number: usize| people.get(number % people.len().max(1)).cloned();
        let reply = match step {
            Step::Import(file) => {
                let header = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";
                let request = self.app.request(Method::POST, "/v1/imports").bearer_auth(&self.member.token);
                let request = request.header("content-type", "text/csv").body(format!("{header}{}\n", FILES[*file]));
                let reply = self.app.send(request).await.expect(201);
                self.imports.push(reply.id());
                reply
            }
            Step::UndoImport(number) => {
                let import = self.imports.get(number % self.imports.len().max(1))?;
                self.post(&format!("/v1/imports/{import}/undo"), json!({})).await
            }
            Step::Merge(survivor, one, two) => {
                let merged = if one % 3 == 0 { vec![who(*one)?, who(*two)?] } else { vec![who(*one)?] };
                let reply = self
                    .post("/v1/contacts/merge", json!({ "survivor_id": who(*survivor)?, "merged_ids": merged }))
                    .await;
                if reply.status == 200 {
                    self.merges.push(reply.id());
                }
                reply
            }
            Step::UndoMerge(number) => {
                let merge = self.merges.get(number % self.merges.len().max(1))?;
                self.post(&format!("/v1/contacts/merges/{merge}/undo"), json!({})).await
            }
            Step::Connect(one, two) => {
                let path = format!("/v1/contacts/{}", who(*one)?);
                self.app.patch(&path, &self.member, json!({ "connector_id": who(*two)? })).await
            }
            Step::Introduce(one, two) => {
                let body = json!({ "introducer_id": who(*one)?, "introduced_id": who(*two)? });
                self.post("/v1/introductions", body).await
            }
            Step::Edit(number) => {
                let edit =
                    json!({ "emails": [], "links": [], "notes": format!("edited {number}"), "tags": ["edited"] });
                self.app.patch(&format!("/v1/contacts/{}", who(*number)?), &self.member, edit).await
            }
            Step::Delete(number) => self.app.delete(&format!("/v1/contacts/{}", who(*number)?), &self.member).await,
            Step::Restore(number) => {
                let page = self.app.get("/v1/trash", &self.member).await.expect(200).json;
                let entries = page["data"].as_array().unwrap();
                let entry = entries.get(number % entries.len().max(1))?["id"].as_str().unwrap().to_owned();
                self.post(&format!("/v1/trash/{entry}/restore"), json!({})).await
            }
        };
        Some(reply)
    }
}

#[actix_web::test]
async fn no_order_of_events_breaks_who_is_who() {
    let app = TestApp::new().await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..10 {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        let mut world = World { app: &app, member: app.seeker().await, imports: Vec::new(), merges: Vec::new() };
        for (at, step) in steps.iter().enumerate() {
            let reply = world.happen(step).await;
            let so_far = &steps[..=at];
            if let Some(reply) = reply {
                assert!(matches!(reply.status, 200 | 201 | 204 | 404 | 409 | 422), "{so_far:?}: {}", reply.text);
            }
            for (never, meaning) in NEVER {
                assert_eq!(app.count(never).await, 0, "{meaning} after {so_far:?}");
            }
        }
        // Undone from the last to the first, all merges are gone, but for those whose survivor lies in the trash.
        for merge in world.merges.iter().rev() {
            let reply = world.post(&format!("/v1/contacts/merges/{merge}/undo"), json!({})).await;
            assert!(matches!(reply.status, 200 | 409), "{steps:?}: {}", reply.text);
        }
        for (never, meaning) in NEVER {
            assert_eq!(app.count(never).await, 0, "{meaning} after undoing {steps:?}");
        }
        let left = format!(
            "contact_redirects r JOIN contacts c ON c.workspace_id = r.workspace_id AND c.id = r.survivor_id
             WHERE c.deleted_at IS NULL AND r.workspace_id = '{}'",
            world.member.workspace
        );
        assert_eq!(app.count(&left).await, 0, "{steps:?}");
    }
}
