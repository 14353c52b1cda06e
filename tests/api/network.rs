use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

async fn contact(app: &TestApp, member: &Member, body: Value) -> String {
    app.post("/v1/contacts", member, body).await.expect(201).id()
}

async fn introduce(app: &TestApp, member: &Member, from: &str, to: &str, state: &str) -> String {
    let body = json!({ "introducer_id": from, "introduced_id": to, "state": state });
    app.post("/v1/introductions", member, body).await.expect(201).id()
}

fn names(reply: &Reply) -> Vec<&str> {
    reply.json["nodes"].as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap_or("?")).collect()
}

/// Aunt → Tom → Ingrid, Aunt → "Seun" (a name), Con is Chloe's connector.
async fn story(app: &TestApp, member: &Member) -> [String; 5] {
    let aunt = contact(app, member, json!({ "given_name": "Aunt", "tags": ["circle"] })).await;
    let acme = json!([{ "company_name": "Acme" }]);
    let tom = contact(app, member, json!({ "given_name": "Tom", "stage": "met", "positions": acme })).await;
    let ingrid = contact(app, member, json!({ "given_name": "Ingrid", "stage": "met" })).await;
    let con = contact(app, member, json!({ "given_name": "Con" })).await;
    let chloe = contact(app, member, json!({ "given_name": "Chloe", "connector_id": con })).await;
    introduce(app, member, &aunt, &tom, "made").await;
    introduce(app, member, &tom, &ingrid, "promised").await;
    let seun = json!({ "introducer_id": aunt, "introduced_name": "Seun", "introduced_company_name": "Acme" });
    app.post("/v1/introductions", member, seun).await.expect(201);
    [aunt, tom, ingrid, con, chloe]
}

#[actix_web::test]
async fn the_graph_tells_depth_and_yield() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let [aunt, tom, ingrid, con, chloe] = story(&app, &ada).await;
    let graph = app.get("/v1/network/graph", &ada).await.expect(200);
    assert_eq!(names(&graph), ["Aunt", "Con", "Tom", "Chloe", "Seun", "Ingrid"]);
    assert_eq!(graph.json["truncated"], false);
    let node = |id: &str| graph.json["nodes"].as_array().unwrap().iter().find(|node| node["id"] == id).unwrap().clone();
    assert_eq!(node(&aunt)["yield"], json!({ "introductions": 2, "made": 1, "people": 3, "met": 2 }));
    assert_eq!(node(&tom)["yield"], json!({ "introductions": 1, "made": 0, "people": 1, "met": 1 }));
    assert_eq!([&aunt, &tom, &ingrid].map(|id| node(id)["chain_depth"].clone()), [json!(0), json!(1), json!(2)]);
    let edges = graph.json["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 4);
    let connector = edges.iter().find(|edge| edge["kind"] == "connector").unwrap();
    assert_eq!((&connector["from"], &connector["to"]), (&json!(con), &json!(chloe)));
    // Tom got his connector by the introduction: that is one edge, not two.
    assert_eq!(edges.iter().filter(|edge| edge["to"] == json!(tom)).count(), 1);
    let other = app.get("/v1/network/graph", &bob).await.expect(200);
    assert_eq!(other.json, json!({ "nodes": [], "edges": [], "truncated": false }));
}

#[actix_web::test]
async fn a_part_of_the_graph_is_chosen_by_person_company_tag_and_depth() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let [_, tom, ingrid, _, _] = story(&app, &ada).await;
    let lonely = contact(&app, &ada, json!({ "given_name": "Lonely" })).await;
    let acme = app.get("/v1/companies", &ada).await.json["data"][0]["id"].as_str().unwrap().to_owned();
    let part = async |query: &str| {
        let graph = app.get(&format!("/v1/network/graph?{query}"), &ada).await.expect(200);
        let mut names: Vec<String> = names(&graph).into_iter().map(str::to_owned).collect();
        names.sort();
        names
    };
    assert_eq!(part(&format!("contact_id={ingrid}&depth=1")).await, ["Ingrid", "Tom"]);
    assert_eq!(part(&format!("contact_id={ingrid}")).await, ["Aunt", "Ingrid", "Tom"]);
    assert_eq!(part(&format!("contact_id={lonely}")).await, ["Lonely"]);
    assert_eq!(part(&format!("company_id={acme}&depth=0")).await, ["Seun", "Tom"]);
    assert_eq!(part(&format!("company_id={acme}&contact_id={tom}&depth=0")).await, ["Tom"]);
    assert_eq!(part("tag=circle&depth=1").await, ["Aunt", "Seun", "Tom"]);
    assert_eq!(part("tag=CIRCLE&depth=1").await, ["Aunt", "Seun", "Tom"], "whatever its case, as in lists");
    assert_eq!(part("tag=nobody").await, [""; 0]);
    assert_eq!(part(&format!("contact_id={}", uuid::Uuid::now_v7())).await, [""; 0]);
    assert_eq!(part("depth=0").await, ["Aunt", "Con"]);
    let some = app.get("/v1/network/graph?limit=2", &ada).await.expect(200);
    assert_eq!((some.json["nodes"].as_array().unwrap().len(), &some.json["truncated"]), (2, &json!(true)));
    for wrong in ["limit=0", "limit=1001", "depth=-1", "format=png", "contact_id=x", "root=1"] {
        app.get(&format!("/v1/network/graph?{wrong}"), &ada).await.expect(400);
    }
}

#[actix_web::test]
async fn whoever_is_deleted_is_an_anonymous_node() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let [_, tom, ..] = story(&app, &ada).await;
    let shape = async || {
        let graph = app.get("/v1/network/graph?format=json", &ada).await.expect(200);
        let nodes = graph.json["nodes"].as_array().unwrap();
        let anonymous: Vec<&Value> = nodes.iter().filter(|node| node["kind"] == "anonymous").collect();
        assert_eq!(
            (anonymous.len(), &anonymous[0]["name"], &anonymous[0]["contact_id"]),
            (1, &Value::Null, &Value::Null)
        );
        assert_eq!(anonymous[0]["yield"]["people"], 1);
        (nodes.len(), graph.json["edges"].as_array().unwrap().len())
    };
    app.delete(&format!("/v1/contacts/{tom}"), &ada).await.expect(204);
    assert_eq!(shape().await, (6, 4));
    app.delete(&format!("/v1/trash/{tom}"), &ada).await.expect(204);
    assert_eq!(shape().await, (6, 4));
    for format in ["dot", "svg"] {
        let drawn = app.get(&format!("/v1/network/graph?format={format}"), &ada).await.expect(200);
        assert!(drawn.text.contains("(anonymous)") && !drawn.text.contains(">Tom<"), "{}", drawn.text);
    }
}

#[actix_web::test]
async fn odd_circles_neither_hang_nor_repeat() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(contact(&app, &ada, json!({ "given_name": format!("P{n}") })).await);
    }
    for (from, to) in [(0, 1), (1, 2), (2, 0), (2, 1), (3, 4), (4, 3), (2, 3)] {
        introduce(&app, &ada, &ids[from], &ids[to], "made").await;
    }
    app.patch(&format!("/v1/contacts/{}", ids[0]), &ada, json!({ "connector_id": ids[4] })).await.expect(200);
    let graph = app.get(&format!("/v1/network/graph?contact_id={}&depth=100", ids[4]), &ada).await.expect(200);
    assert_eq!(graph.json["nodes"].as_array().unwrap().len(), 5);
    assert!(graph.json["nodes"].as_array().unwrap().iter().all(|node| node["yield"]["people"] == 4), "{}", graph.text);
    for format in ["dot", "svg"] {
        app.get(&format!("/v1/network/graph?format={format}"), &ada).await.expect(200);
    }
}

#[actix_web::test]
async fn the_graph_is_drawn_and_told_in_dot() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let evil = contact(&app, &ada, json!({ "given_name": "<script>\"&' \\" })).await;
    let tom = contact(&app, &ada, json!({ "given_name": "李 Zoë" })).await;
    introduce(&app, &ada, &evil, &tom, "promised").await;
    let with = async |accept: &str, query: &str| {
        let request = app.request(Method::GET, &format!("/v1/network/graph{query}")).bearer_auth(&ada.token);
        app.send(request.header("accept", accept)).await
    };
    let svg = with("image/svg+xml", "").await.expect(200);
    assert_eq!((svg.header("content-type"), svg.header("vary").contains("accept")), ("image/svg+xml", true));
    assert!(svg.text.starts_with("<svg ") && svg.text.contains("<title id=\"title\">"), "{}", svg.text);
    assert!(svg.text.contains("&lt;script&gt;") && !svg.text.contains("<script"), "{}", svg.text);
    let dot = with("text/vnd.graphviz", "").await.expect(200);
    assert_eq!(dot.header("content-type"), "text/vnd.graphviz");
    assert!(dot.text.contains(&format!("\"{evil}\" -> \"{tom}\" [label=promised")), "{}", dot.text);
    assert!(dot.text.contains(r#"[label="<script>\"&amp;' \\""#), "{}", dot.text);
    for (accept, kind) in [
        ("*/*", "application/json"),
        ("text/html, image/svg+xml;q=0.9, */*;q=0.1", "image/svg+xml"),
        ("application/json;q=0.2, text/vnd.graphviz;q=0.8", "text/vnd.graphviz"),
    ] {
        assert_eq!(with(accept, "").await.expect(200).header("content-type"), kind, "{accept}");
    }
    assert_eq!(with("image/svg+xml", "?format=json").await.expect(200).header("content-type"), "application/json");
    assert_eq!(with("text/html", "").await.expect(406).code(), "not_acceptable");
}

async fn paths(app: &TestApp, member: &Member, company: &str) -> Vec<(String, String, String)> {
    let page = app.get(&format!("/v1/companies/{company}/paths"), member).await.expect(200);
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let way = |way: &Value| (text(&way["name"]), text(&way["employment"]), text(&way["introducer"]["name"]));
    page.json["data"].as_array().unwrap().iter().map(way).collect()
}

#[actix_web::test]
async fn ways_into_a_company_come_best_first_with_their_reasons() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let company = app.post("/v1/companies", &ada, json!({ "name": "Meta" })).await.expect(201).id();
    app.post("/v1/companies", &ada, json!({ "name": "Metalworks Ltd" })).await.expect(201);
    assert_eq!(app.get(&format!("/v1/companies/{company}/paths"), &ada).await.expect(200).json["data"], json!([]));
    let similar = json!({ "given_name": "Similar", "positions": [{ "company_name": "Metalworks Ltd" }] });
    contact(&app, &ada, similar).await;

    let at = |ended: Value| json!([{ "company_id": company, "title": "Engineer", "ended_on": ended }]);
    let now = contact(&app, &ada, json!({ "given_name": "Now", "positions": at(Value::Null) })).await;
    contact(&app, &ada, json!({ "given_name": "Then", "positions": at(json!("2020-01-01")) })).await;
    let silent = json!({ "given_name": "Silent", "do_not_contact": true, "strength": 5, "positions": at(Value::Null) });
    contact(&app, &ada, silent).await;
    let friend = contact(&app, &ada, json!({ "given_name": "Friend", "strength": 4, "relationship": "friend" })).await;
    introduce(&app, &ada, &friend, &now, "made").await;
    let aunt = contact(&app, &ada, json!({ "given_name": "Aunt" })).await;
    let tom = json!({ "introducer_id": aunt, "introduced_name": "Tom", "introduced_company_id": company });
    app.post("/v1/introductions", &ada, tom).await.expect(201);
    let con = contact(&app, &ada, json!({ "given_name": "Con" })).await;
    let led = json!({ "given_name": "Led", "connector_id": con, "positions": at(json!("2021-01-01")) });
    contact(&app, &ada, led).await;
    let declined = contact(&app, &ada, json!({ "given_name": "Declined" })).await;
    introduce(&app, &ada, &declined, &now, "declined").await;

    let found = paths(&app, &ada, &company).await;
    let found: Vec<[&str; 3]> = found.iter().map(|(a, b, c)| [a.as_str(), b.as_str(), c.as_str()]).collect();
    assert_eq!(
        found,
        [
            ["Now", "current", "Friend"],
            ["Now", "current", "-"],
            ["Then", "former", "-"],
            ["Led", "former", "-"],
            ["Tom", "current", "Aunt"],
            ["Led", "former", "Con"],
            ["Silent", "current", "-"],
        ]
    );
    let page = app.get(&format!("/v1/companies/{company}/paths"), &ada).await;
    let best = &page.json["data"][0];
    assert_eq!((&best["kind"], &best["state"], &best["score"]), (&json!("introduction"), &json!("made"), &json!(67)));
    let reasons = best["reasons"].as_array().unwrap();
    let sum: i64 = reasons.iter().map(|reason| reason["points"].as_i64().unwrap()).sum();
    assert_eq!(sum, 67, "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason["detail"] == "Friend introduced you to Now"), "{reasons:?}");
    let last = &page.json["data"][6];
    assert_eq!((&last["score"], &last["do_not_contact"]), (&json!(0), &json!(true)));

    // The pages are the list.
    let (mut walked, mut next) = (Vec::new(), format!("/v1/companies/{company}/paths?limit=2"));
    loop {
        let page = app.get(&next, &ada).await.expect(200);
        walked.extend(page.json["data"].as_array().unwrap().clone());
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        next = format!("/v1/companies/{company}/paths?limit=2&cursor={cursor}");
    }
    assert_eq!(json!(walked), page.json["data"]);

    app.get(&format!("/v1/companies/{company}/paths"), &bob).await.expect(404);
    app.delete(&format!("/v1/contacts/{now}"), &ada).await.expect(204);
    let left = paths(&app, &ada, &company).await;
    assert!(left.iter().all(|(name, ..)| name != "Now"), "{left:?}");
    app.delete(&format!("/v1/companies/{company}"), &ada).await.expect(204);
    app.get(&format!("/v1/companies/{company}/paths"), &ada).await.expect(404);
}

/// The statements behind the network and the timeline go by indexes, whatever else the tables hold.
#[actix_web::test]
async fn the_statements_are_served_by_indexes() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let id = uuid::Uuid::now_v7();
    let workspace = ada.workspace;
    let cases = [
        ("introductions", "introducer_id = '$' OR introduced_id = '$'", "introductions_introducer_idx"),
        ("introductions", "introduced_id = '$'", "introductions_introduced_idx"),
        ("introductions", "introduced_company_id = '$'", "introductions_company_idx"),
        ("introductions", "circle_request_id = '$'", "introductions_request_idx"),
        ("circle_requests", "connector_id = '$'", "circle_requests_connector_idx"),
        (
            "changes",
            "resource_id = '$' AND kind IN ('contact.updated', 'contact.stage_changed', 'contact.deleted', \
             'contact.restored')",
            "changes_contact_idx",
        ),
        ("import_rows", "contact_id = '$' AND outcome IN ('created', 'updated')", "import_rows_contact_idx"),
    ];
    for (table, condition, index) in cases {
        let condition = condition.replace('$', &id.to_string());
        let plan = format!(
            "SET enable_seqscan = off; EXPLAIN SELECT * FROM {table} WHERE workspace_id = '{workspace}' AND ({condition})"
        );
        let plan = app.explain(&plan).await;
        assert!(plan.contains(index), "{table} WHERE {condition}:\n{plan}");
    }
}
