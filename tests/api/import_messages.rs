//! LinkedIn's messages and invitations, by themselves and in the archive.
use std::io::Write;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

const MESSAGES: &str = "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER\n";
const INVITATIONS: &str = "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl\n";
const ME: &str = "Sam Seeker,https://www.linkedin.com/in/sam-seeker";
const ADA: &str = "Ada Lovelace,https://www.linkedin.com/in/ada";
const BOB: &str = "Bob Noyce,https://www.linkedin.com/in/bob";
const SPAM: &str = "Max Sales,https://www.linkedin.com/in/max-sales";

fn message(from: &str, to: &str, at: &str, text: &str) -> String {
    format!("2-abc,,{from},{to},\"{at}\",,\"{}\",INBOX\n", text.replace('"', "\"\""))
}

fn messages() -> String {
    [
        MESSAGES.to_owned(),
        message(ADA, ME, "2024-03-13 08:00:00 UTC", "<p>Happy to, R&amp;D is fun.</p><p>Tuesday?</p>"),
        message(ME, ADA, "2024-03-12 09:33:12 UTC", "Dear Ada,\n\nfifteen minutes about \"computing\"?"),
        message(ME, BOB, "2024-03-11 10:00:00 UTC", "Dear Bob"),
        message(SPAM, ME, "2024-03-10 10:00:00 UTC", "Buy now"),
        message("LinkedIn Member,", ME, "2024-03-09 10:00:00 UTC", "gone"),
    ]
    .concat()
}

async fn import(app: &TestApp, member: &Member, query: &str, body: impl Into<reqwest::Body>) -> Reply {
    let request = app.request(Method::POST, &format!("/v1/imports{query}")).bearer_auth(&member.token);
    app.send(request.header("content-type", "application/octet-stream").body(body)).await
}

fn told(report: &Reply) -> Vec<(i64, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = report.json["rows"].as_array().unwrap().iter();
    rows.map(|row| (row["line"].as_i64().unwrap(), text(&row["outcome"]), text(&row["problems"][0]["code"]))).collect()
}

async fn list(app: &TestApp, member: &Member, path: &str) -> Vec<Value> {
    app.get(path, member).await.expect(200).json["data"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn messages_become_touches_of_the_past() {
    let app = TestApp::new().await;
    let sam = app.seeker().await;
    let body = json!({ "given_name": "Ada", "family_name": "Lovelace", "links": [{ "url": "https://www.linkedin.com/in/ada" }] });
    let ada = app.post("/v1/contacts", &sam, body).await.expect(201);
    let preview = app.request(Method::POST, "/v1/imports/preview").bearer_auth(&sam.token);
    let preview = app.send(preview.header("content-type", "text/csv").body(messages())).await.expect(200);
    assert_eq!(
        (&preview.json["kind"], &preview.json["rows"][0]["message"]["from"]),
        (&json!("linkedin_messages"), &json!("Ada Lovelace"))
    );
    let tried = import(&app, &sam, "?dry_run=true", messages()).await.expect(201);
    assert!(list(&app, &sam, "/v1/messages").await.is_empty());

    let first = import(&app, &sam, "", messages()).await.expect(201);
    assert_eq!(first.json["counts"], tried.json["counts"]);
    let row = |line, outcome: &str, code: &str| (line, outcome.to_owned(), code.to_owned());
    let expected = [
        row(2, "updated", ""),
        row(3, "updated", ""),
        row(6, "created", ""),
        row(7, "skipped", "no_contact"),
        row(8, "skipped", "no_identity"),
    ];
    assert_eq!(told(&first), expected, "{}", first.text);
    let contact = app.get(&format!("/v1/contacts/{}", ada.id()), &sam).await.expect(200).json;
    assert_eq!((&contact["stage"], &contact["last_touch_at"]), (&json!("replied"), &json!("2024-03-13T08:00:00Z")));
    let timeline = list(&app, &sam, &format!("/v1/contacts/{}/timeline?limit=50", ada.id())).await;
    let touches: Vec<&Value> = timeline.iter().filter(|entry| entry["resource"] == "message").collect();
    assert_eq!(touches.len(), 2, "{timeline:?}");
    let mut sent = list(&app, &sam, &format!("/v1/messages?contact_id={}&sort=occurred_at", ada.id())).await;
    assert_eq!(sent.len(), 2);
    let reply = sent.pop().unwrap();
    assert_eq!(
        [&reply["direction"], &reply["channel"], &reply["source"], &reply["body"], &reply["received_at"]],
        [
            &json!("incoming"),
            &json!("linkedin_message"),
            &json!("import"),
            &json!("Happy to, R&D is fun.\nTuesday?"),
            &json!("2024-03-13T08:00:00Z")
        ]
    );
    let sent = sent.pop().unwrap();
    assert_eq!(
        (&sent["state"], &sent["body"]),
        (&json!("replied"), &json!("Dear Ada,\n\nfifteen minutes about \"computing\"?"))
    );
    let bob = list(&app, &sam, "/v1/contacts?q=noyce").await.pop().unwrap();
    assert_eq!(
        (&bob["stage"], &bob["links"][0]["url"]),
        (&json!("contacted"), &json!("https://www.linkedin.com/in/bob"))
    );

    let second = import(&app, &sam, "", messages()).await.expect(201);
    assert_eq!(
        (&second.json["counts"]["created"], &second.json["counts"]["updated"]),
        (&json!(0), &json!(0)),
        "{}",
        second.text
    );
    assert_eq!(second.json["counts"]["unchanged"], 3);
    assert_eq!(list(&app, &sam, "/v1/messages").await.len(), 3);

    let undone = app.post(&format!("{}/undo", first.header("location")), &sam, json!({})).await.expect(200);
    assert_eq!(
        [&undone.json["removed"], &undone.json["restored"], &undone.json["kept"]],
        [1, 1, 0].map(|n| json!(n)).each_ref(),
        "{}",
        undone.text
    );
    assert!(list(&app, &sam, "/v1/messages").await.is_empty());
    let contact = app.get(&format!("/v1/contacts/{}", ada.id()), &sam).await.expect(200).json;
    assert_eq!((&contact["stage"], &contact["last_touch_at"]), (&json!("identified"), &Value::Null));
    assert!(list(&app, &sam, "/v1/contacts?q=noyce").await.is_empty());
    assert_eq!(told(&import(&app, &sam, "", messages()).await.expect(201)), expected);
}

#[actix_web::test]
async fn whose_messages_they_are_shows_or_is_said() {
    let app = TestApp::new().await;
    let sam = app.seeker().await;
    let body = json!({ "given_name": "Ada", "family_name": "Lovelace" });
    let ada = app.post("/v1/contacts", &sam, body).await.expect(201);
    // One conversation: both have a part in all of it, and one of them is a contact.
    let one = [MESSAGES.to_owned(), message(ME, ADA, "3/12/24, 9:33 AM", "Dear Ada")].concat();
    let report = import(&app, &sam, "", one).await.expect(201);
    assert_eq!(report.json["counts"]["updated"], 1, "{}", report.text);
    let sent = list(&app, &sam, &format!("/v1/messages?contact_id={}", ada.id())).await;
    assert_eq!((&sent[0]["direction"], &sent[0]["sent_at"]), (&json!("outgoing"), &json!("2024-03-12T09:33:00Z")));
    // Two strangers: nobody can tell, unless it is said.
    let two = [MESSAGES.to_owned(), message(BOB, SPAM, "2024-03-12 09:33:12 UTC", "Dear Max")].concat();
    let unknown = import(&app, &sam, "", two.clone()).await.expect(422);
    assert_eq!((unknown.code(), unknown.faults()), ("unreadable_file", vec!["/owner"]));
    let path = "?owner=https://www.linkedin.com/in/bob";
    let said = import(&app, &sam, path, two.clone()).await.expect(201);
    assert_eq!(said.json["counts"]["created"], 1, "{}", said.text);
    assert_eq!(list(&app, &sam, "/v1/contacts?q=sales").await.len(), 1);
    assert_eq!(import(&app, &sam, "?owner=nobody", two).await.expect(400).faults(), ["owner"]);
}

#[actix_web::test]
async fn invitations_and_groups_are_touches_too() {
    let app = TestApp::new().await;
    let sam = app.seeker().await;
    for name in [("Ada", "Lovelace"), ("Bob", "Noyce")] {
        app.post("/v1/contacts", &sam, json!({ "given_name": name.0, "family_name": name.1 })).await.expect(201);
    }
    let invitations = format!(
        "{INVITATIONS}Sam Seeker,Ada Lovelace,\"3/12/24, 9:33 AM\",May I ask about looms?,OUTGOING,https://www.linkedin.com/in/sam-seeker,https://www.linkedin.com/in/ada\n\
         Bob Noyce,Sam Seeker,\"3/14/24, 1:05 PM\",,INCOMING,https://www.linkedin.com/in/bob,https://www.linkedin.com/in/sam-seeker\n\
         Eve Stranger,Sam Seeker,\"3/14/24, 1:05 PM\",Hi,INCOMING,https://www.linkedin.com/in/eve,https://www.linkedin.com/in/sam-seeker\n"
    );
    let report = import(&app, &sam, "", invitations.clone()).await.expect(201);
    assert_eq!(report.json["kind"], "linkedin_invitations");
    let outcomes: Vec<String> = told(&report).into_iter().map(|(_, outcome, _)| outcome).collect();
    assert_eq!(outcomes, ["updated", "updated", "skipped"], "{}", report.text);
    let notes = list(&app, &sam, "/v1/messages?channel=linkedin_note&sort=occurred_at").await;
    let directions: Vec<&Value> = notes.iter().map(|note| &note["direction"]).collect();
    assert_eq!(directions, ["outgoing", "incoming"]);
    assert_eq!(import(&app, &sam, "", invitations).await.expect(201).json["counts"]["unchanged"], 2);

    let both = "Ada Lovelace,Bob Noyce\",\"https://www.linkedin.com/in/ada,https://www.linkedin.com/in/bob";
    let group = [
        MESSAGES.to_owned(),
        format!("2-g,Looms,{ME},\"{both}\",2024-04-01 10:00:00 UTC,,Hello both,INBOX\n"),
        format!("2-g,Looms,{ADA},\"Sam Seeker,Bob Noyce\",\"https://www.linkedin.com/in/sam-seeker,https://www.linkedin.com/in/bob\",2024-04-01 11:00:00 UTC,,Hello,INBOX\n"),
    ]
    .concat();
    let report = import(&app, &sam, "?owner=linkedin.com/in/sam-seeker", group).await.expect(201);
    assert_eq!(report.json["counts"]["updated"], 2, "{}", report.text);
    assert_eq!(list(&app, &sam, "/v1/messages?channel=linkedin_message").await.len(), 3);
}

fn archive(connections: &str, messages: &str, invitations: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, text) in [("Connections.csv", connections), ("messages.csv", messages), ("Invitations.csv", invitations)]
    {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[actix_web::test]
async fn an_archive_brings_people_and_what_was_written() {
    let app = TestApp::new().await;
    let sam = app.seeker().await;
    let connections = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
        Ada,Lovelace,https://www.linkedin.com/in/ada,,Engines Ltd,Analyst,12 Mar 2025\n\
        Bob,Noyce,https://www.linkedin.com/in/bob,,Intel,Founder,11 Mar 2025\n";
    let invitations = format!(
        "{INVITATIONS}Sam Seeker,Ada Lovelace,\"3/1/24, 9:33 AM\",Looms?,OUTGOING,https://www.linkedin.com/in/sam-seeker,https://www.linkedin.com/in/ada\n"
    );
    let file = archive(connections, &messages(), &invitations);
    let first = import(&app, &sam, "", file.clone()).await.expect(201);
    assert_eq!(first.json["kind"], "linkedin_archive");
    let rows = first.json["rows"].as_array().unwrap();
    let places: Vec<(&Value, i64, &Value)> =
        rows.iter().map(|row| (&row["file"], row["line"].as_i64().unwrap(), &row["outcome"])).collect();
    let (messages, invitations) = (json!("messages.csv"), json!("Invitations.csv"));
    let word = |word: &str| json!(word);
    let (created, updated, skipped) = (word("created"), word("updated"), word("skipped"));
    let expected = [
        (&Value::Null, 2, &created),
        (&Value::Null, 3, &created),
        (&messages, 2, &updated),
        (&messages, 3, &updated),
        (&messages, 6, &updated),
        (&messages, 7, &skipped),
        (&messages, 8, &skipped),
        (&invitations, 2, &updated),
    ];
    assert_eq!(places, expected, "{}", first.text);
    let ada = list(&app, &sam, "/v1/contacts?q=lovelace").await.pop().unwrap();
    assert_eq!((&ada["stage"], &ada["positions"][0]["company_name"]), (&json!("replied"), &json!("Engines Ltd")));
    let second = import(&app, &sam, "", file).await.expect(201);
    assert_eq!(
        (&second.json["counts"]["created"], &second.json["counts"]["updated"]),
        (&json!(0), &json!(0)),
        "{}",
        second.text
    );
    let page = app.get(&format!("{}/rows?limit=3", first.header("location")), &sam).await.expect(200);
    let cursor = page.json["next_cursor"].as_str().unwrap();
    let rest = app.get(&format!("{}/rows?limit=3&cursor={cursor}", first.header("location")), &sam).await.expect(200);
    assert_eq!((&rest.json["data"][0]["file"], &rest.json["data"][0]["line"]), (&messages, &json!(3)));
    let undone = app.post(&format!("{}/undo", first.header("location")), &sam, json!({})).await.expect(200);
    assert_eq!((&undone.json["removed"], &undone.json["kept"]), (&json!(2), &json!(0)), "{}", undone.text);
    assert!(list(&app, &sam, "/v1/contacts").await.is_empty() && list(&app, &sam, "/v1/messages").await.is_empty());
    // By its kind, only the people are read.
    let people =
        import(&app, &sam, "?kind=linkedin_connections", archive(connections, MESSAGES, INVITATIONS)).await.expect(201);
    assert_eq!((&people.json["kind"], &people.json["counts"]["total"]), (&json!("linkedin_connections"), &json!(2)));
}

#[actix_web::test]
async fn what_is_still_to_come_was_no_message() {
    let app = TestApp::new().await;
    let sam = app.seeker().await;
    let ahead = [
        MESSAGES.to_owned(),
        message(ME, ADA, "2093-03-13 08:00:00 UTC", "from the future"),
        message(ME, ADA, "2024-03-12 09:33:12 UTC", "from the past"),
    ]
    .concat();
    let owner = "?owner=https://www.linkedin.com/in/sam-seeker";
    let report = import(&app, &sam, owner, ahead).await.expect(201);
    assert_eq!(told(&report)[0], (2, "failed".to_owned(), "future_date".to_owned()), "{}", report.text);
    assert_eq!(report.json["rows"][0]["problems"][0]["column"], "DATE");
    let stored = list(&app, &sam, "/v1/messages").await;
    assert_eq!((stored.len(), &stored[0]["body"]), (1, &json!("from the past")));
    let contact = &list(&app, &sam, "/v1/contacts").await[0];
    assert_eq!(contact["last_touch_at"], "2024-03-12T09:33:12Z");
    let invited = format!(
        "{INVITATIONS}Sam Seeker,Ada Lovelace,\"3/11/2093, 9:33 AM\",Hello,OUTGOING,{},{}\n",
        "https://www.linkedin.com/in/sam-seeker", "https://www.linkedin.com/in/ada"
    );
    let report = import(&app, &sam, owner, invited).await.expect(201);
    assert_eq!(report.json["counts"]["failed"], 1, "{}", report.text);
}
