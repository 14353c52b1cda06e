//! `docs/errors.md` and `docs/changes.md` are what the code says. `UPDATE=1 cargo test --test api errors` writes them.
use std::collections::HashSet;
use std::fmt::Write;

use inroad::changes::Kind;
use inroad::error::Code;
use inroad::http::schema;
use reqwest::Method;

use crate::support::TestApp;
use crate::walk::hold;

#[test]
fn the_pages_are_current() {
    let mut page = String::from(
        "# Errors\n\n<!-- Generated from src/error.rs: `UPDATE=1 cargo test --test api errors`. -->\n\n\
         Everything that is not a success is a problem document (RFC 9457, `application/problem+json`): `type`, `title`, \
         `status`, `detail`, `instance`,\n`code` and `errors`. Decide by `code`: it is one of this list, is never renamed \
         and never reused, and new ones may come. `type` is a URL\nthat leads to the text below. `errors` has all faults \
         at once, each with a `pointer` into the body, a `parameter` or a `header`.\n",
    );
    let mut status = 0;
    for code in sorted() {
        if code.status().as_u16() != status {
            status = code.status().as_u16();
            let _ = write!(page, "\n## {}\n", code.status());
        }
        let _ = write!(page, "\n### `{}`\n\n{}. {}\n", code.name(), code.title(), one_line(code.explanation()));
    }
    page.push_str("\n## Codes of faults\n\nThe `code` of an entry of `errors`; more may come.\n\n");
    for code in schema::CODES {
        let _ = writeln!(page, "- `{code}`");
    }
    hold("docs/errors.md", &page);
}

#[test]
fn the_page_of_changes_is_current() {
    let mut page = String::from(
        "# Changes\n\n<!-- Generated from src/changes/kinds.rs: `UPDATE=1 cargo test --test api errors`. -->\n\n\
         Every write adds entries to the change log of its workspace, in the same transaction. The kind of an entry is one \
         of these;\nnone is ever renamed, new ones may come.\n\n\
         To keep a copy: take the cursor of `GET /v1/changes/latest`, list what you need, then ask\n\
         `GET /v1/changes?cursor=…` again and again, and read each resource that it names; `404` means that it is gone.\n\
         Changes come in the order of commit, without gaps, and are kept for 30 days; then `410 changes_expired`, and you\n\
         begin again. `GET /v1/changes/stream` tells them at once (Server-Sent Events). In a browser:\n\n\
         ```js\n\
         let last = \"\";\n\
         async function follow() {\n\
         \x20 const { ticket } = await (await fetch(\"/v1/changes/stream-tickets\", { method: \"POST\", headers })).json();\n\
         \x20 const events = new EventSource(`/v1/changes/stream?ticket=${ticket}${last && `&cursor=${last}`}`);\n\
         \x20 events.addEventListener(\"contact.updated\", event => { last = event.lastEventId; show(JSON.parse(event.data)); });\n\
         \x20 events.onerror = () => { events.close(); setTimeout(follow, 2000); };\n\
         }\n\
         ```\n\n| kind | is written when |\n| --- | --- |\n",
    );
    for kind in Kind::ALL {
        let _ = writeln!(page, "| `{}` | {} |", kind.name(), one_line(kind.explanation()));
    }
    hold("docs/changes.md", &page);
}

fn sorted() -> Vec<Code> {
    let mut codes = Code::ALL.to_vec();
    codes.sort_by_key(|code| code.status().as_u16());
    codes
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn codes_are_unique_and_in_snake_case() {
    let mut names = HashSet::new();
    for code in Code::ALL {
        let name = code.name();
        assert!(names.insert(name), "{name} is there twice");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        assert_eq!(serde_json::to_value(code).unwrap(), name, "the wire has another name");
        assert!(code.status().is_client_error() || code.status().is_server_error(), "{name}");
        assert!(!code.explanation().trim().is_empty() && !code.title().ends_with('.'), "{name}");
    }
    let mut names = HashSet::new();
    for kind in Kind::ALL {
        let name = kind.name();
        assert!(names.insert(name), "{name} is there twice");
        let (resource, verb) = name.split_once('.').expect(name);
        assert!((resource.to_owned() + verb).bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
    }
}

#[actix_web::test]
async fn every_code_has_its_page() {
    let app = TestApp::new().await;
    for code in Code::ALL {
        let page = app.send(app.request(Method::GET, &format!("/problems/{}", code.name()))).await.expect(200);
        assert!(page.header("content-type").starts_with("text/html"), "{}", code.name());
        assert!(page.text.contains(code.title()), "{}", code.name());
    }
    let unknown = app.send(app.request(Method::GET, "/problems/no_such_code")).await.expect(404);
    assert_eq!(unknown.code(), "not_found");
}
