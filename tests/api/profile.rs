use serde_json::{Value, json};

use crate::support::TestApp;

#[actix_web::test]
async fn a_profile_is_there_from_the_beginning_and_is_changed_field_by_field() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.seeker().await, app.seeker().await);
    let blank = app.get("/v1/profile", &ada).await.expect(200);
    assert_eq!((&blank.json["version"], &blank.json["name"], blank.header("etag")), (&json!(0), &Value::Null, "\"0\""));
    assert_eq!(app.count("seeker_profiles").await, 0);

    let first =
        json!({ "name": " Robin Okafor ", "pronouns": "they/them", "time_zone": "Europe/London", "school": " " });
    let first = app.patch("/v1/profile", &ada, first).await.expect(200);
    assert_eq!((&first.json["version"], &first.json["name"]), (&json!(1), &json!("Robin Okafor")));
    assert_eq!(first.json["school"], Value::Null);
    let second = json!({ "pronouns": null, "signature": "Robin\n+44 113 496 0000" });
    let second = app.patch("/v1/profile", &ada, second).await.expect(200);
    assert_eq!(
        (&second.json["version"], &second.json["name"], &second.json["pronouns"]),
        (&json!(2), &json!("Robin Okafor"), &Value::Null)
    );
    let same = app.patch("/v1/profile", &ada, json!({ "name": "Robin Okafor" })).await.expect(200);
    assert_eq!(same.json["version"], 2);
    let log = app.get("/v1/changes", &ada).await.expect(200);
    let kinds = log.json["data"].as_array().unwrap().iter().filter(|change| change["kind"] == "profile.updated");
    assert_eq!(kinds.count(), 2);

    let stale = app.request(reqwest::Method::PATCH, "/v1/profile").header("if-match", "\"1\"").bearer_auth(&ada.token);
    app.send(stale.json(&json!({ "name": "X" }))).await.expect(412);
    let wrong = json!({ "time_zone": "Mars/Olympus", "name": "a\nb", "website": "ftp://x", "age": 7, "email": "x" });
    let wrong = app.patch("/v1/profile", &ada, wrong).await.expect(422);
    let mut faults = wrong.faults();
    faults.sort_unstable();
    assert_eq!(faults, ["/age", "/email", "/name", "/time_zone", "/website"]);
    assert_eq!(app.get("/v1/profile", &bob).await.json["version"], 0);
}
