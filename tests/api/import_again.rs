//! What sources keep beside contacts, and imports that are taken back one after the other.
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Member, Reply, TestApp};

async fn import(app: &TestApp, member: &Member, query: &str, body: impl Into<reqwest::Body>) -> Reply {
    let request = app.request(Method::POST, &format!("/v1/imports{query}")).bearer_auth(&member.token);
    app.send(request.header("content-type", "application/octet-stream").body(body)).await
}

async fn undo(app: &TestApp, member: &Member, report: &Reply) -> Value {
    app.post(&format!("{}/undo", report.header("location")), member, json!({})).await.expect(200).json
}

async fn one(app: &TestApp, member: &Member) -> String {
    let list = app.get("/v1/contacts", member).await.expect(200).json["data"].clone();
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    list[0]["id"].as_str().unwrap().to_owned()
}

/// The lines of the contact's card, unfolded, that have one of these names.
async fn lines(app: &TestApp, member: &Member, id: &str, names: &[&str]) -> Vec<String> {
    let card = app.get(&format!("/v1/contacts/{id}/vcard"), member).await.expect(200).text.replace("\r\n ", "");
    let name = |line: &str| line.split([':', ';']).next().unwrap().rsplit('.').next().unwrap().to_owned();
    card.lines().filter(|line| names.contains(&name(line).as_str())).map(str::to_owned).collect()
}

fn problems(report: &Reply) -> Vec<(&str, &str)> {
    let all = report.json["rows"].as_array().unwrap().iter().flat_map(|row| row["problems"].as_array().unwrap());
    all.map(|problem| (problem["code"].as_str().unwrap(), problem["column"].as_str().unwrap_or(""))).collect()
}

fn card(more: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:ann\r\nFN:Ann Led\r\nN:Led;Ann;;;\r\n{more}END:VCARD\r\n")
}

const KEPT: [&str; 5] = ["BDAY", "X-A", "PHOTO", "X-INROAD-BDAY", "X-B"];

#[actix_web::test]
async fn a_second_card_takes_nothing_away_and_an_undo_leaves_the_first() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let first = "BDAY:19900102\r\nX-A:one\r\nPHOTO:data:image/png;base64,QUJD\r\n";
    import(&app, &ada, "", card(first)).await.expect(201);
    let id = one(&app, &ada).await;
    let kept = lines(&app, &ada, &id, &KEPT).await;
    assert_eq!(kept, ["BDAY:19900102", "X-A:one", "PHOTO:data:image/png;base64,QUJD"]);
    // Less is no news; what differs is told, kept beside, and a change.
    let bare = import(&app, &ada, "", card("")).await.expect(201);
    assert_eq!(bare.json["counts"]["unchanged"], 1, "{}", bare.text);
    let second = import(&app, &ada, "", card("BDAY:19910102\r\nX-B:two\r\n")).await.expect(201);
    assert_eq!((&second.json["counts"]["updated"], problems(&second)), (&json!(1), vec![("kept", "BDAY")]));
    let both = lines(&app, &ada, &id, &KEPT).await;
    assert_eq!(both, [&kept[..], &["X-INROAD-BDAY:19910102".to_owned(), "X-B:two".to_owned()]].concat());
    let again = import(&app, &ada, "", card("BDAY:19910102\r\nX-B:two\r\n")).await.expect(201);
    assert_eq!(again.json["counts"]["unchanged"], 1, "{}", again.text);
    // A card that comes back from here brings nothing new either.
    let own = app.get(&format!("/v1/contacts/{id}/vcard"), &ada).await.expect(200).text;
    let own = import(&app, &ada, "", own).await.expect(201);
    assert_eq!(own.json["counts"]["unchanged"], 1, "{}", own.text);
    let undone = undo(&app, &ada, &second).await;
    assert_eq!((&undone["restored"], &undone["kept"]), (&json!(1), &json!(0)), "{undone}");
    assert_eq!(lines(&app, &ada, &id, &KEPT).await, kept);
    let third = import(&app, &ada, "", card("BDAY:19910102\r\nX-B:two\r\n")).await.expect(201);
    assert_eq!(third.json["counts"]["updated"], 1, "{}", third.text);
}

#[actix_web::test]
async fn imports_are_taken_back_one_after_the_other() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let a = import(&app, &ada, "", card("")).await.expect(201);
    let id = one(&app, &ada).await;
    let b = import(&app, &ada, "", card("EMAIL:ann@x.example\r\n")).await.expect(201);
    let c = import(&app, &ada, "", card("EMAIL:ann@x.example\r\nX-A:one\r\n")).await.expect(201);
    let path = format!("/v1/contacts/{id}");
    assert_eq!([&b, &c].map(|report| report.json["counts"]["updated"].clone()), [json!(1), json!(1)]);
    assert_eq!(undo(&app, &ada, &c).await["restored"], 1);
    assert!(lines(&app, &ada, &id, &KEPT).await.is_empty());
    assert_eq!(undo(&app, &ada, &b).await["restored"], 1);
    assert_eq!(app.get(&path, &ada).await.expect(200).json["emails"], json!([]));
    let undone = undo(&app, &ada, &a).await;
    assert_eq!((&undone["removed"], &undone["kept"]), (&json!(1), &json!(0)), "{undone}");
    app.get(&path, &ada).await.expect(404);
    // What somebody edits between the two stays.
    let a = import(&app, &ada, "", card("")).await.expect(201);
    let b = import(&app, &ada, "", card("EMAIL:ann@x.example\r\n")).await.expect(201);
    assert_eq!(undo(&app, &ada, &b).await["restored"], 1);
    let path = format!("/v1/contacts/{}", one(&app, &ada).await);
    app.patch(&path, &ada, json!({ "headline": "mine" })).await.expect(200);
    let undone = undo(&app, &ada, &a).await;
    assert_eq!((&undone["removed"], &undone["kept_contacts"][0]["reason"]), (&json!(0), &json!("edited")));
}

#[actix_web::test]
async fn a_merge_that_was_undone_is_nobodys_edit() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let table = "Given name,Family name,E-mail,Referred by\nAnn,Led,ann@x.example,Zoe Lead\nZoe,Lead,zoe@x.example,\n\
        Ann,Lead,al@x.example,\n";
    let a = import(&app, &ada, "?kind=csv", table).await.expect(201);
    let list = app.get("/v1/contacts", &ada).await.expect(200).json["data"].clone();
    let id = |name: &str| list.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()["id"].clone();
    let (survivor, merged) = (id("Ann Lead"), id("Zoe Lead"));
    let led = app.get(&format!("/v1/contacts/{}", id("Ann Led").as_str().unwrap()), &ada).await.expect(200);
    assert_eq!(led.json["connector_id"], merged, "{}", a.text);
    let body = json!({ "survivor_id": survivor, "merged_ids": [merged] });
    let merge = app.post("/v1/contacts/merge", &ada, body).await.expect(200);
    let merge = format!("/v1/contacts/merges/{}", merge.json["id"].as_str().unwrap());
    app.post(&format!("{merge}/undo"), &ada, json!({})).await.expect(200);
    let undone = undo(&app, &ada, &a).await;
    assert_eq!((&undone["removed"], &undone["kept"]), (&json!(3), &json!(0)), "{undone}");
    assert_eq!(app.get("/v1/contacts", &ada).await.expect(200).json["data"], json!([]));
}

#[actix_web::test]
async fn what_a_card_says_of_its_values_comes_back_with_them() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let said = [
        "N;LANGUAGE=de:Led;Ann,Maria;Eva,Rosa;Dr.,Prof.;",
        "ADR;TYPE=work;LABEL=\"1 Street\\nLondon\":;;1 Street;London;;N1;United Kingdom",
        "ORG;SORT-AS=\"Engines\":The Engines",
        "TITLE;LANGUAGE=en:Boss",
        "NOTE;LANGUAGE=en:Likes looms",
        "EXPERTISE;LEVEL=expert:looms",
        "TEL;VALUE=uri;TYPE=home:sip:ann@voip.example",
        "X-ABShowAs:COMPANY",
    ];
    let whole =
        format!("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:ann\r\nFN:The Engines\r\n{}\r\nEND:VCARD\r\n", said.join("\r\n"));
    let report = import(&app, &ada, "", whole.clone()).await.expect(201);
    assert_eq!(problems(&report), []);
    let id = one(&app, &ada).await;
    let contact = app.get(&format!("/v1/contacts/{id}"), &ada).await.expect(200).json;
    assert_eq!((&contact["given_name"], &contact["additional_name"]), (&json!("Ann Maria"), &json!("Eva Rosa")));
    assert_eq!(contact["positions"][0]["company_name"], "The Engines");
    let names = ["N", "ADR", "ORG", "TITLE", "NOTE", "EXPERTISE", "TEL", "X-ABSHOWAS"];
    let told = lines(&app, &ada, &id, &names).await;
    assert_eq!(
        told,
        [
            "N;LANGUAGE=de:Led;Ann,Maria;Eva,Rosa;Dr.,Prof.;",
            "ADR;LABEL=1 Street\\nLondon;TYPE=work;PREF=1:;;1 Street;London;;N1;GB",
            "position1.ORG;SORT-AS=Engines:The Engines",
            "position1.TITLE;LANGUAGE=en:Boss",
            "NOTE;LANGUAGE=en:Likes looms",
            "EXPERTISE;LEVEL=expert:looms",
            "TEL;TYPE=home;VALUE=uri:sip:ann@voip.example",
            "X-ABSHOWAS:COMPANY",
        ]
    );
    let again = import(&app, &ada, "", whole).await.expect(201);
    assert_eq!(again.json["counts"]["unchanged"], 1, "{}", again.text);
    // What a person writes anew has nothing said of it.
    let patch = json!({ "given_name": "Anna", "notes": "Likes looms no more", "expertise": ["mills"] });
    app.patch(&format!("/v1/contacts/{id}"), &ada, patch).await.expect(200);
    let told = lines(&app, &ada, &id, &["N", "NOTE", "EXPERTISE"]).await;
    assert_eq!(told, ["N:Led;Anna;Eva Rosa;Dr.\\, Prof.;", "NOTE:Likes looms no more", "EXPERTISE:mills"]);
}

#[actix_web::test]
async fn the_order_of_dates_is_told_where_it_does_not_show() {
    let app = TestApp::new().await;
    let preview = async |member: &Member, table: &str| {
        let request = app.request(Method::POST, "/v1/imports/preview").bearer_auth(&member.token);
        app.send(request.header("content-type", "text/csv").body(table.to_owned())).await.expect(200).json["layout"]
            .clone()
    };
    let head = "Given name,Family name,Birthday\n";
    for (dates, order, is_assumed, told) in [
        (&["03/04/2020"][..], json!("month_day_year"), true, vec!["assumed_date_order"]),
        (&["03.04.2020"], json!("day_month_year"), true, vec!["assumed_date_order"]),
        (&["03/04/2020", "14/03/2020"], json!("day_month_year"), false, vec![]),
        (&["03/14/2020", "14/03/2020"], json!("month_day_year"), true, vec!["invalid_date"]),
        (&["14/03/2020", "15/03/2020", "03/16/2020"], json!("day_month_year"), false, vec!["invalid_date"]),
        (&["04/04/2020"], json!("month_day_year"), true, vec![]),
        (&["spring"], json!(null), false, vec![]),
    ] {
        let ada = app.seeker().await;
        let rows: Vec<String> = dates.iter().enumerate().map(|(n, date)| format!("A{n},B,{date}\n")).collect();
        let table = format!("{head}{}", rows.concat());
        let layout = preview(&ada, &table).await;
        assert_eq!(
            (&layout["date_order"], &layout["date_order_is_assumed"]),
            (&order, &json!(is_assumed)),
            "{dates:?}"
        );
        let report = import(&app, &ada, "", table).await.expect(201);
        let codes: Vec<&str> = problems(&report).into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, told, "{dates:?}: {}", report.text);
    }
    let ada = app.seeker().await;
    let said = import(&app, &ada, "?date_order=day_month_year", format!("{head}A,B,03/04/2020\n")).await.expect(201);
    assert_eq!(problems(&said), []);
    let contact = app.get(&format!("/v1/contacts/{}", one(&app, &ada).await), &ada).await.json;
    assert_eq!(contact["custom_fields"]["Birthday"], "2020-04-03");
}

#[actix_web::test]
async fn what_is_wrong_with_a_file_is_said_in_its_words() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let refused = import(&app, &ada, "?encoding=klingon&date_order=foo", "x").await.expect(400);
    let mut both = refused.faults();
    both.sort_unstable();
    assert_eq!(both, ["date_order", "encoding"]);
    for delimiter in [",", ";", "\t"] {
        let wide = vec!["Name"; 201].join(delimiter);
        for query in ["", "?kind=csv"] {
            let refused = import(&app, &ada, query, format!("{wide}\nx\n")).await.expect(422);
            assert_eq!(refused.json["errors"][0]["code"], "too_many_columns", "{}", refused.text);
        }
    }
    let table = "Given name,Family name,Notes\nAnn,Led,fine\nBob,Nul,a\0b\nZoe,Lead,fine\n";
    import(&app, &ada, "", table).await.expect(422);
    let report = import(&app, &ada, "?kind=csv", table).await.expect(201);
    assert_eq!((&report.json["counts"]["created"], &report.json["counts"]["failed"]), (&json!(2), &json!(1)));
    assert_eq!(problems(&report), [("nul_character", "Notes")]);
}

#[actix_web::test]
async fn nobody_waits_for_more_than_a_thousand_rows() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let table = |count: usize| {
        let rows: Vec<String> = (0..count).map(|n| format!("G{n},F{n}\n")).collect();
        format!("Given name,Family name\n{}", rows.concat())
    };
    let few = import(&app, &ada, "", table(1_000)).await.expect(201);
    assert_eq!(few.json["counts"]["created"], 1_000);
    let many = import(&app, &ada, "", table(1_001)).await.expect(202);
    assert_eq!((&many.json["state"], many.header("retry-after")), (&json!("running"), "1"));
    let path = many.header("location").to_owned();
    let mut end = json!({ "state": "running" });
    while end["state"] == "running" {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        end = app.get(&path, &ada).await.expect(200).json;
    }
    let counts = &end["counts"];
    assert_eq!(
        (&end["state"], &counts["unchanged"], &counts["created"]),
        (&json!("finished"), &json!(1_000), &json!(1))
    );
}

const HEADER: &str = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";

/// Older exports have no profiles: an address is then what tells people apart, but for those who share one.
#[actix_web::test]
async fn two_people_with_one_address_are_two() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let anna = "Anna,Schmidt,,team@x.example,Co,P,12 Mar 2025\n";
    let robert = "Robert,Jones,,team@x.example,Co,P,12 Mar 2025\n";
    let first = import(&app, &ada, "", format!("{HEADER}{anna}{robert}")).await.expect(201);
    assert_eq!(first.json["counts"]["created"], 2, "{}", first.text);
    for again in [format!("{HEADER}{anna}{robert}"), format!("{HEADER}{robert}{anna}"), format!("{HEADER}{robert}")] {
        let again = import(&app, &ada, "", again).await.expect(201);
        assert_eq!((&again.json["counts"]["created"], &again.json["counts"]["updated"]), (&json!(0), &json!(0)));
        assert!(problems(&again).is_empty(), "{}", again.text);
    }
    // A third, and one whose name is another now.
    let married = "Anna,Weber,,team@x.example,Co,P,12 Mar 2025\n";
    let third = "Mei,Li,,team@x.example,Co,P,12 Mar 2025\n";
    let more = import(&app, &ada, "", format!("{HEADER}{third}{married}{robert}")).await.expect(201);
    let counts = ["created", "updated", "unchanged"].map(|count| more.json["counts"][count].clone());
    assert_eq!(counts, [json!(1), json!(1), json!(1)], "{}", more.text);
    let names = app.get("/v1/contacts?sort=name", &ada).await.expect(200).json;
    let names: Vec<_> = names["data"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["Robert Jones", "Mei Li", "Anna Weber"]);
}

#[actix_web::test]
async fn a_name_is_known_at_its_company_whatever_its_case_and_accents() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let body = json!({ "given_name": "bób", "family_name": "ray", "positions": [{ "company_name": "acme inc." }] });
    app.post("/v1/contacts", &ada, body).await.expect(201);
    let report = import(&app, &ada, "", format!("{HEADER}Bob,Ray,,,Acme Inc.,Dev,12 Mar 2025\n")).await.expect(201);
    assert_eq!((&report.json["counts"]["created"], &report.json["counts"]["updated"]), (&json!(0), &json!(1)));
    one(&app, &ada).await;
}

#[actix_web::test]
async fn an_import_that_another_is_built_upon_is_undone_after_it() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let row = |more: &str| format!("{HEADER}Bob,Ray,https://www.linkedin.com/in/bob-ray,{more},12 Mar 2025\n");
    let first = import(&app, &ada, "", row(",Acme,Dev")).await.expect(201);
    let second = import(&app, &ada, "", row("b@x.example,NewCo,Boss")).await.expect(201);
    let refused = app.post(&format!("{}/undo", first.header("location")), &ada, json!({})).await.expect(409);
    assert_eq!(refused.code(), "import_not_undoable");
    assert!(refused.json["detail"].as_str().unwrap().contains(&second.id()), "{}", refused.text);
    assert_eq!(undo(&app, &ada, &second).await["restored"], 1);
    assert_eq!(undo(&app, &ada, &first).await["removed"], 1);
    assert_eq!(app.count("contacts").await, 0);
}

#[actix_web::test]
async fn who_has_another_surname_and_another_job_is_the_same_person() {
    let app = TestApp::new().await;
    let head = "First Name,Last Name,Email,LinkedIn,Company,Title\n";
    let table = |row: &str| format!("{head}{row}\n");
    let card = |family: &str, org: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:{family};Anna;;;\r\nFN:Anna {family}\r\nEMAIL:a@x.example\r\nORG:{org}\r\nEND:VCARD\r\n"
        )
    };
    let page = "https://www.linkedin.com/in/anna-r";
    for (before, after) in [
        (table("Anna,Roth,a@x.example,,Old,Dev"), table("Anna,Berg,a@x.example,,New,Boss")),
        (table("Anna,Roth,a@x.example,,Old,Dev"), table("Anna M.,Berg,a@x.example,,New,Boss")),
        (
            table(&format!("Anna,Roth,a@x.example,{page},Old,Dev")),
            table(&format!("Ann,Berg,b@x.example,{page},New,Boss")),
        ),
        (card("Roth", "Old"), card("Berg", "New")),
    ] {
        let ada = app.seeker().await;
        import(&app, &ada, "", before.clone()).await.expect(201);
        let id = one(&app, &ada).await;
        let report = import(&app, &ada, "", after.clone()).await.expect(201);
        assert_eq!((one(&app, &ada).await, problems(&report)), (id.clone(), Vec::new()), "{after}");
        let contact = app.get(&format!("/v1/contacts/{id}"), &ada).await.expect(200).json;
        assert_eq!(contact["family_name"], "Berg");
        let jobs = contact["positions"].as_array().unwrap().iter();
        let jobs: Vec<_> = jobs.map(|job| (job["company_name"].clone(), job["is_current"].clone())).collect();
        assert_eq!(jobs, [(json!("New"), json!(true)), (json!("Old"), json!(false))], "{after}");
        assert_eq!(import(&app, &ada, "", after).await.expect(201).json["counts"]["unchanged"], 1);
        let undone = undo(&app, &ada, &report).await;
        assert_eq!(undone["restored"], 1, "{undone}");
        let contact = app.get(&format!("/v1/contacts/{id}"), &ada).await.expect(200).json;
        assert_eq!((&contact["family_name"], &contact["positions"][0]["is_current"]), (&json!("Roth"), &json!(true)));
    }
    // Families share addresses: nobody becomes somebody else.
    let ada = app.seeker().await;
    import(&app, &ada, "", table("Anna,Roth,us@x.example,,Old,Dev")).await.expect(201);
    import(&app, &ada, "", table("Bob,Roth,us@x.example,,New,Boss")).await.expect(201);
    let anna = app.get("/v1/contacts?q=anna", &ada).await.expect(200).json["data"][0].clone();
    assert_eq!(anna["given_name"], "Anna");
}

/// A card that comes back from here, in either version, is no news, whatever other programs had in the first one.
#[actix_web::test]
async fn an_own_card_brings_nothing_new_of_what_others_wrote() {
    let app = TestApp::new().await;
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:r1\r\nN:Roth;Anna;;;\r\nFN:Anna Roth\r\nPHOTO;ENCODING=b;TYPE=JPEG:QUJDRA==\r\n\
        TEL;TYPE=FAX,WORK;X-SLOT=2:+43 1 555\r\nTEL;TYPE=HOME,VOICE:+43 1 556\r\n\
        EMAIL;TYPE=INTERNET,HOME;X-SLOT=1:a@x.example\r\nURL;X-SLOT=3:https://x.example/\r\n\
        ADR;TYPE=HOME;X-SLOT=4:box;;1 Street;London;;N1;United Kingdom\r\nNICKNAME;X-SLOT=5:Annie\r\n\
        NOTE;X-SLOT=6:one, two\r\nBDAY:1990-01-01\r\nBDAY:1991-01-01\r\nTEL:sip:anna@x.example\r\nEND:VCARD\r\n";
    for version in ["4.0", "3.0"] {
        let ada = app.seeker().await;
        import(&app, &ada, "", card).await.expect(201);
        let id = one(&app, &ada).await;
        let path = format!("/v1/contacts/{id}/vcard?version={version}");
        let own = app.get(&path, &ada).await.expect(200).text;
        for line in [
            "TEL;X-SLOT=2;TYPE=fax,work",
            "EMAIL;X-SLOT=1;TYPE=home",
            "URL;X-SLOT=3",
            "ADR;X-SLOT=4;TYPE=home",
            "NICKNAME;X-SLOT=5:Annie",
            "NOTE;X-SLOT=6:one",
            "BDAY:1990-01-01",
            "X-INROAD-BDAY:1991-01-01",
            "TEL:sip:anna@x.example",
        ] {
            assert_eq!(own.split("\r\n").filter(|own| own.starts_with(line)).count(), 1, "{line}: {own}");
        }
        assert!(!own.contains("X-ABLabel"), "{own}");
        let other = if version == "4.0" { "3.0" } else { "4.0" };
        let other = app.get(&format!("/v1/contacts/{id}/vcard?version={other}"), &ada).await.expect(200).text;
        for again in [&own, &other] {
            let report = import(&app, &ada, "", again.clone()).await.expect(201);
            assert_eq!((&report.json["counts"]["unchanged"], problems(&report)), (&json!(1), Vec::new()), "{again}");
        }
        assert_eq!(app.get(&format!("/v1/contacts/{id}"), &ada).await.expect(200).json["version"], 1);
        assert_eq!(app.get(&path, &ada).await.expect(200).text, own);
    }
}

#[actix_web::test]
async fn what_is_only_kept_is_no_change_to_be_told() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    import(&app, &ada, "", card("")).await.expect(201);
    let id = one(&app, &ada).await;
    import(&app, &ada, "", card("BDAY:19900102\r\n")).await.expect(201);
    let told = app.get(&format!("/v1/contacts/{id}/timeline"), &ada).await.expect(200).json["data"].clone();
    let kinds: Vec<_> = told.as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["contact.created", "contact.imported", "contact.imported"], "{told}");
}
