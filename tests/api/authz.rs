//! Nobody gets at anything without a scope, and nobody at another workspace. Both walk the document.
use inroad::auth::{Role, Scopes};
use inroad::server;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Member, Reply, TestApp};
use crate::walk::{Operation, There, creating, minimal, operations, valid, with_body};

const NONSENSE: &str = "{\"nonsense\": [";

/// Requests with nothing right about them but the path.
fn nonsense(app: &TestApp, operation: &Operation) -> Vec<RequestBuilder> {
    let url = operation.nowhere();
    let mut requests = vec![app.request(operation.method.clone(), &format!("{url}?nonsense=1"))];
    if operation.method != Method::GET {
        requests.push(with_body(app, operation, &url, NONSENSE));
        requests.push(app.request(operation.method.clone(), &url).header("content-type", "text/nonsense").body("x"));
    }
    if !operation.row_ids().is_empty() {
        let ids = operation.path.replace('{', "not-").replace('}', "");
        requests.push(app.request(operation.method.clone(), &ids));
    }
    requests
}

#[actix_web::test]
async fn no_operation_answers_without_its_scope() {
    let app = TestApp::new().await;
    let powerless = app.member(None, Role::Owner, Scopes::NONE).await;
    for operation in operations(&server::document()).iter().filter(|operation| !operation.is_public()) {
        let scope = operation.scope().unwrap_or_else(|| panic!("{operation} names no scope"));
        for request in nonsense(&app, operation) {
            let missing = app.send(request).await;
            assert_eq!((missing.status, missing.code()), (401, "credential_missing"), "{operation}: {}", missing.text);
            let challenge = missing.header("www-authenticate");
            assert!(challenge.starts_with("Bearer ") && challenge.contains("resource_metadata="), "{challenge}");
        }
        for request in nonsense(&app, operation) {
            let refused = app.send(request.bearer_auth(&powerless.token)).await;
            assert_eq!((refused.status, refused.code()), (403, "scope_missing"), "{operation}: {}", refused.text);
            let detail = refused.json["detail"].as_str().unwrap();
            assert!(detail.contains(&format!("`{scope}`")), "{operation} documents {scope}, but: {detail}");
        }
    }
}

#[actix_web::test]
async fn all_other_scopes_are_not_enough() {
    let app = TestApp::new().await;
    let all = Scopes::all().to_string();
    for operation in operations(&server::document()).iter().filter(|operation| !operation.is_public()) {
        let scope = operation.scope().unwrap();
        let others: Vec<&str> = all.split(' ').filter(|name| *name != scope).collect();
        assert!(others.len() + 1 == all.split(' ').count(), "{operation}: {scope} is not one of auth::ALL");
        let member = app.member(None, Role::Owner, Scopes::parse(&others.join(" "))).await;
        let request = with_body(&app, operation, &operation.nowhere(), NONSENSE).bearer_auth(&member.token);
        app.send(request).await.expect(403);
    }
}

#[actix_web::test]
async fn a_viewer_changes_nothing_but_the_own_account() {
    let app = TestApp::new().await;
    let viewer = app.member(None, Role::Viewer, Scopes::all()).await;
    for operation in operations(&server::document()).iter().filter(|operation| !operation.is_public()) {
        let scope = operation.scope().unwrap();
        if scope.ends_with(":write") && scope != "account:write" {
            let request = with_body(&app, operation, &operation.nowhere(), NONSENSE).bearer_auth(&viewer.token);
            let refused = app.send(request).await;
            assert_eq!((refused.status, refused.code()), (403, "scope_missing"), "{operation}: {}", refused.text);
        }
    }
}

#[actix_web::test]
async fn public_operations_ask_for_no_credential() {
    let app = TestApp::new().await;
    let document = server::document();
    for operation in operations(&document).iter().filter(|operation| operation.is_public()) {
        for request in nonsense(&app, operation) {
            let reply = app.send(request).await;
            let refused = ["credential_missing", "invalid_token", "scope_missing"].contains(&reply.code());
            assert!(!refused, "{operation} is public: {}", reply.text);
        }
    }
    for public in inroad::auth::PUBLIC {
        let known = operations(&document).iter().any(|operation| operation.to_string() == *public);
        assert!(known, "auth::PUBLIC names {public}, which is not there");
    }
}

#[actix_web::test]
async fn another_workspace_is_not_there() {
    foreign_rows(&TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await).await;
}

#[actix_web::test]
async fn another_workspace_is_not_there_in_strict_mode() {
    foreign_rows(&TestApp::with(&["--row-security", "strict", "--outgoing-hosts", "127.0.0.1"]).await).await;
}

/// A row of A's, and how it looked.
struct Row {
    location: String,
    before: Reply,
}

/// A fills its workspace with a row of each kind; B, who may do everything in a workspace of its own, sees none of it.
pub async fn foreign_rows(app: &TestApp) {
    let document = server::document();
    let (a, b) = (app.seeker().await, app.seeker().await);
    let all: Vec<Operation> = operations(&document).into_iter().filter(|operation| !operation.is_public()).collect();
    let (rows, mut ids) = fill(app, &document, &all, &a).await;
    ids.extend([a.workspace, a.user, a.session]);
    let lists = all.iter().filter(|operation| operation.method == Method::GET && !operation.path.contains('{'));
    // A stream has no end that could be waited for.
    let lists: Vec<&Operation> = lists.filter(|operation| !operation.is_stream()).collect();
    // A's own exports are entered in A's audit log.
    let quiet: Vec<&Operation> = lists.iter().copied().filter(|list| list.path != "/v1/audit-log").collect();
    let before = read_all(app, &document, &quiet, &a).await;

    for operation in all.iter().filter(|operation| !operation.row_ids().is_empty()) {
        let unknown = app.send(valid(app, &document, operation, &operation.nowhere(), &b)).await;
        assert_eq!((unknown.status, unknown.code()), (404, "not_found"), "{operation}: {}", unknown.text);
        for first in &ids {
            let others = if operation.row_ids().len() > 1 { &ids[..] } else { &ids[..1] };
            for second in others {
                let request = valid(app, &document, operation, &operation.url(&[*first, *second]), &b);
                let reply = app.send(request).await;
                assert_eq!(told(&reply), told(&unknown), "{operation} tells a foreign {first} from an unknown one");
            }
        }
    }
    for (operation, text) in lists.iter().zip(read_all(app, &document, &lists, &b).await) {
        for id in &ids {
            assert!(!text.contains(&id.to_string()), "{operation} shows a foreign {id}: {text}");
        }
    }
    for operation in all.iter().filter(|operation| matches!(operation.method, Method::POST | Method::PUT)) {
        refer(app, &document, operation, &ids, &b).await;
    }
    for row in &rows {
        let after = app.get(&row.location, &a).await.expect(200);
        assert_eq!(after.header("etag"), row.before.header("etag"), "{} has changed", row.location);
        assert_eq!(after.text, row.before.text, "{} has changed", row.location);
    }
    assert_eq!(read_all(app, &document, &quiet, &a).await, before, "a list of A's has changed");
}

async fn read_all(app: &TestApp, document: &Value, lists: &[&Operation], member: &Member) -> Vec<String> {
    let mut texts = Vec::new();
    for operation in lists {
        texts.push(app.send(valid(app, document, operation, &operation.path, member)).await.expect(200).text);
    }
    texts
}

/// One row by each operation that creates, and one more that is then deleted, with the ids of both.
async fn fill(app: &TestApp, document: &Value, all: &[Operation], member: &Member) -> (Vec<Row>, Vec<Uuid>) {
    let (mut rows, mut ids) = (Vec::new(), Vec::new());
    let creates = |operation: &&Operation| {
        let made = operation.method == Method::POST && operation.documents("201") && !operation.path.contains('{');
        // What it makes is a note like others, of a page that would have to be there.
        made && operation.path != "/v1/research-notes/from-url"
    };
    let contact = app.post("/v1/contacts", member, json!({ "given_name": "Somebody" })).await.expect(201);
    let contact: Uuid = contact.id().parse().unwrap();
    let message = json!({ "contact_id": contact, "channel": "phone_script" });
    let message: Uuid = app.post("/v1/messages", member, message).await.expect(201).id().parse().unwrap();
    let meeting = json!({ "contact_ids": [contact], "medium": "phone" });
    let meeting: Uuid = app.post("/v1/meetings", member, meeting).await.expect(201).id().parse().unwrap();
    let note = json!({ "contact_id": contact, "kind": "news", "title": "Three new sites" });
    let note: Uuid = app.post("/v1/research-notes", member, note).await.expect(201).id().parse().unwrap();
    ids.extend([contact, message, meeting, note]);
    let there = There { contact, message, meeting, note };
    for operation in all.iter().filter(creates) {
        let make = async || {
            let reply = app.send(creating(app, document, operation, member, &there)).await;
            assert_eq!(reply.status, 201, "{operation}: say in walk::special what it takes: {}", reply.text);
            reply
        };
        let created = make().await;
        let location = created.header("location").to_owned();
        ids.push(created.id().parse().unwrap());
        let before = app.get(&location, member).await;
        // A new workspace can be read by its maker, but it is not the one that the token is for.
        if before.status != 200 || location.starts_with("/v1/workspaces/") {
            continue;
        }
        rows.push(Row { location, before });
        let deletes = format!("{}/{{id}}", operation.path);
        if all.iter().any(|other| other.method == Method::DELETE && other.path == deletes) {
            let second = make().await;
            app.delete(second.header("location"), member).await.expect(204);
            ids.push(second.id().parse().unwrap());
        }
    }
    (rows, ids)
}

/// A body that names another workspace's row is refused.
async fn refer(app: &TestApp, document: &Value, operation: &Operation, ids: &[Uuid], member: &Member) {
    let Some((_, schema)) = operation.json_body() else { return };
    if !operation.row_ids().is_empty() {
        return;
    }
    let name = schema["$ref"].as_str().unwrap_or_default().rsplit('/').next().unwrap();
    let properties = document["components"]["schemas"][name]["properties"].as_object();
    for (property, _) in properties.into_iter().flatten().filter(|(_, schema)| schema["format"] == "uuid") {
        for id in ids {
            let mut body = minimal(document, schema);
            body[property] = json!(id);
            let request = with_body(app, operation, &operation.nowhere(), body.to_string());
            let reply = app.send(request.bearer_auth(&member.token)).await;
            assert!(reply.status >= 400, "{operation} takes a foreign {id} as {property}: {}", reply.text);
        }
    }
}

/// All that a client learns from an answer, but for the id of the request.
fn told(reply: &Reply) -> (u16, Value) {
    let mut body = reply.json.clone();
    body["instance"] = Value::Null;
    (reply.status, body)
}
