use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::calendars::{other_implementations, python};
use crate::support::{Member, TestApp};
use crate::web::Web;

const FROM: &str = "2026-03-03T00:00:00Z";
const UNTIL: &str = "2027-03-03T00:00:00Z";

fn calendar(body: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{}END:VCALENDAR\r\n", body.replace('\n', "\r\n"))
}

fn event(uid: &str, lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20260101T000000Z\n{}\nEND:VEVENT\n", lines.trim())
}

async fn import(app: &TestApp, member: &Member, ics: &str) -> String {
    app.post("/v1/busy", member, json!({ "name": "Work", "ics": ics })).await.expect(201).id()
}

async fn busy(app: &TestApp, member: &Member) -> Value {
    let told = app.get(&format!("/v1/free-busy?from={FROM}&until={UNTIL}"), member).await.expect(200).json;
    let spans = told["busy"].as_array().unwrap().iter();
    spans.map(|span| json!([span["starts_at"], span["ends_at"]])).collect()
}

/// The recurring events that both implementations follow, as the lines of their files.
fn rules() -> Vec<String> {
    let vienna = "DTSTART;TZID=Europe/Vienna:20260304T090000\nDTEND;TZID=Europe/Vienna:20260304T093000";
    let new_york = "DTSTART;TZID=America/New_York:20260105T173000\nDURATION:PT45M";
    let lord_howe = "DTSTART;TZID=Australia/Lord_Howe:20260305T080000\nDTEND;TZID=Australia/Lord_Howe:20260305T081500";
    let utc = "DTSTART:20260304T230000Z\nDTEND:20260304T233000Z";
    let day = "DTSTART;VALUE=DATE:20260310\nDTEND;VALUE=DATE:20260311";
    let simple = [
        (vienna, "FREQ=DAILY"),
        (vienna, "FREQ=DAILY;COUNT=40"),
        (vienna, "FREQ=DAILY;INTERVAL=3;UNTIL=20260501T070000Z"),
        (vienna, "FREQ=DAILY;UNTIL=20261025T080000Z"),
        (vienna, "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR"),
        (vienna, "FREQ=DAILY;BYMONTH=4,10;BYHOUR=9,14"),
        (vienna, "FREQ=WEEKLY"),
        (vienna, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;WKST=MO"),
        (vienna, "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,WE;WKST=SU"),
        (vienna, "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20260601T000000Z"),
        (vienna, "FREQ=MONTHLY;BYMONTHDAY=31"),
        (vienna, "FREQ=MONTHLY;BYMONTHDAY=-1"),
        (vienna, "FREQ=MONTHLY;BYDAY=1MO"),
        (vienna, "FREQ=MONTHLY;BYDAY=-1FR;COUNT=7"),
        (vienna, "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
        (vienna, "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=8,9,10,11,12,13,14"),
        (vienna, "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1,15"),
        (vienna, "FREQ=MONTHLY;BYDAY=2TU,4TU;BYMONTH=3,4,5"),
        (vienna, "FREQ=YEARLY"),
        (vienna, "FREQ=YEARLY;BYMONTH=6;BYDAY=3TH"),
        (vienna, "FREQ=YEARLY;BYYEARDAY=100,200,-1"),
        (vienna, "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO"),
        (vienna, "FREQ=YEARLY;BYDAY=20MO"),
        (vienna, "FREQ=YEARLY;BYMONTH=11;BYDAY=1TU;BYMONTHDAY=2,3,4,5,6,7,8"),
        (new_york, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        (new_york, "FREQ=WEEKLY;COUNT=30"),
        (new_york, "FREQ=DAILY;UNTIL=20260401T213000Z"),
        (new_york, "FREQ=MONTHLY;BYDAY=-1MO"),
        (new_york, "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=5"),
        (lord_howe, "FREQ=DAILY;COUNT=60"),
        (lord_howe, "FREQ=WEEKLY;BYDAY=SU;UNTIL=20261101T000000Z"),
        (utc, "FREQ=DAILY;INTERVAL=10"),
        (utc, "FREQ=HOURLY;INTERVAL=7;COUNT=50"),
        (utc, "FREQ=MINUTELY;INTERVAL=90;COUNT=20"),
        (utc, "FREQ=MONTHLY;BYMONTHDAY=29,30,31"),
        (day, "FREQ=WEEKLY;COUNT=10"),
        (day, "FREQ=MONTHLY;BYDAY=2TU"),
        (day, "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25"),
    ];
    let mut cases: Vec<String> =
        simple.iter().map(|(start, rule)| event("1", &format!("{start}\nRRULE:{rule}"))).collect();
    cases.extend(
        [
            format!("{vienna}\nRRULE:FREQ=DAILY;COUNT=20\nEXDATE;TZID=Europe/Vienna:20260306T090000,20260310T090000"),
            format!("{vienna}\nRRULE:FREQ=WEEKLY;COUNT=9\nEXDATE:20260401T070000Z"),
            format!("{day}\nRRULE:FREQ=DAILY;INTERVAL=2;COUNT=6\nEXDATE;VALUE=DATE:20260314"),
            format!("{vienna}\nRDATE;TZID=Europe/Vienna:20260311T120000,20260330T120000"),
            format!("{utc}\nRRULE:FREQ=WEEKLY;COUNT=4\nRDATE:20260307T100000Z\nEXDATE:20260311T230000Z"),
        ]
        .map(|lines| event("1", &lines)),
    );
    let replaced = |rule: &str, other: &str| event("1", &format!("{vienna}\nRRULE:{rule}")) + &event("1", other);
    cases.extend([
        replaced(
            "FREQ=DAILY;COUNT=10",
            "RECURRENCE-ID;TZID=Europe/Vienna:20260307T090000\nDTSTART;TZID=Europe/Vienna:20260307T160000\nDTEND;TZID=Europe/Vienna:20260307T170000",
        ),
        replaced(
            "FREQ=WEEKLY;COUNT=10",
            "RECURRENCE-ID:20260401T070000Z\nDTSTART:20260402T070000Z\nDTEND:20260402T073000Z",
        ),
        replaced(
            "FREQ=DAILY;COUNT=10",
            "RECURRENCE-ID;TZID=Europe/Vienna:20260308T090000\nDTSTART;TZID=Europe/Vienna:20260308T090000\nDTEND;TZID=Europe/Vienna:20260308T093000\nSTATUS:CANCELLED",
        ),
        event("1", &format!("{vienna}\nRRULE:FREQ=DAILY;COUNT=5")) + &event("2", &format!("{utc}\nRRULE:FREQ=DAILY;COUNT=5")),
        event("1", &format!("{vienna}\nRRULE:FREQ=DAILY\nTRANSP:TRANSPARENT")),
    ]);
    cases.iter().map(|case| calendar(case)).collect()
}

#[actix_web::test]
async fn recurring_events_come_when_another_implementation_says() {
    let Some(python) = python() else { return };
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let rules = rules();
    assert!(rules.len() >= 40);
    let wanted = other_implementations(&python, &["busy", FROM, UNTIL], &json!(rules).to_string());
    let mut differ = Vec::new();
    for (rule, wanted) in rules.iter().zip(wanted.as_array().unwrap()) {
        let id = import(&app, &ada, rule).await;
        let told = busy(&app, &ada).await;
        if told != *wanted {
            differ.push(format!("{rule}\nwanted {wanted}\n  told {told}"));
        }
        app.delete(&format!("/v1/busy/{id}"), &ada).await.expect(204);
    }
    assert!(differ.is_empty(), "{} of {}:\n{}", differ.len(), rules.len(), differ.join("\n"));
}

#[actix_web::test]
async fn offers_avoid_what_an_imported_calendar_says() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let weekly = calendar(&event("1", "DTSTART:20260105T093000Z\nDTEND:20260105T101500Z\nRRULE:FREQ=DAILY"));
    let made = app.post("/v1/busy", &ada, json!({ "name": " Work ", "ics": weekly })).await.expect(201);
    assert_eq!(
        (&made.json["name"], &made.json["events"], &made.json["time_zone"]),
        (&json!("Work"), &json!(1), &json!("UTC"))
    );
    assert!(made.json["busy_times"].as_i64().unwrap() > 700 && !made.text.contains("BEGIN"), "{}", made.text);
    let contact =
        app.post("/v1/contacts", &ada, json!({ "given_name": "Tom", "time_zone": "UTC" })).await.expect(201).id();
    let meeting = json!({ "contact_ids": [contact], "medium": "phone" });
    let meeting = app.post("/v1/meetings", &ada, meeting).await.expect(201).id();
    let hours = json!({ "availability": { "from": "09:00", "until": "11:00", "days": 1, "step_minutes": 15 } });
    let offer = app.post(&format!("/v1/meetings/{meeting}/offers"), &ada, hours).await.expect(201);
    let token = offer.json["token"].as_str().unwrap().to_owned();
    let slots = async || {
        let read = app.send(app.request(Method::GET, &format!("/v1/bookings/{token}"))).await.expect(200).json;
        let slots =
            read["slots"].as_array().unwrap().iter().map(|slot| slot["starts_at"].as_str().unwrap()[11..16].to_owned());
        slots.collect::<Vec<_>>()
    };
    assert_eq!(slots().await, ["09:00", "09:15", "10:15", "10:30", "10:45"]);
    let body = json!({ "starts_at": "2026-03-03T09:45:00Z" });
    let taken = app.post_publicly(&format!("/v1/bookings/{token}/book"), body).await.expect(409);
    assert_eq!(taken.code(), "slot_taken");
    let explicit =
        json!({ "slots": [{ "starts_at": "2026-03-04T09:45:00Z" }, { "starts_at": "2026-03-04T12:00:00Z" }] });
    assert_eq!(
        app.post(&format!("/v1/meetings/{meeting}/offers"), &ada, explicit).await.expect(422).faults(),
        ["/slots/0/starts_at"]
    );
    // Another file takes its place.
    let path = format!("/v1/busy/{}", made.id());
    let other = calendar(&event("1", "DTSTART:20260303T090000Z\nDURATION:PT15M"));
    let put = app.put(&path, &ada, json!({ "name": "Work", "ics": other })).await.expect(200);
    assert_eq!((&put.json["version"], &put.json["busy_times"]), (&json!(2), &json!(1)));
    assert_eq!(slots().await.len(), 7);
    app.delete(&path, &ada).await.expect(204);
    assert_eq!(slots().await.len(), 8);
    app.get(&path, &ada).await.expect(404);
    let log = app.get("/v1/changes?kind=busy_calendar.*", &ada).await.expect(200);
    assert_eq!(log.json["data"].as_array().unwrap().len(), 3);
}

#[actix_web::test]
async fn a_file_is_taken_as_it_is_and_refused_when_it_is_none() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let send = |query: &str, kind: &str, body: String| {
        let request = app.request(Method::POST, &format!("/v1/busy{query}")).bearer_auth(&ada.token);
        request.header("content-type", kind.to_owned()).body(body)
    };
    let good = calendar(&event("1", "DTSTART;VALUE=DATE:20260310"));
    let made = app
        .send(send("?name=Home&time_zone=Asia/Tokyo", "text/calendar; charset=utf-8", good.clone()))
        .await
        .expect(201);
    assert_eq!((&made.json["name"], &made.json["time_zone"]), (&json!("Home"), &json!("Asia/Tokyo")));
    assert_eq!(busy(&app, &ada).await, json!([["2026-03-09T15:00:00Z", "2026-03-10T15:00:00Z"]]));
    assert_eq!(
        app.send(send("", "text/calendar", "BEGIN:VCARD\r\n".to_owned())).await.expect(422).code(),
        "unreadable_file"
    );
    assert_eq!(
        app.send(send("", "text/plain", good.clone())).await.expect(415).header("accept-post"),
        "application/json, text/calendar"
    );
    let large = calendar(&event("1", "DTSTART:20260310T090000Z").repeat(21_000));
    let refused = app.send(send("", "text/calendar", large)).await.expect(422);
    assert!(refused.json["detail"].as_str().unwrap().contains("20000 components"), "{}", refused.text);
    // Calendars of some years are larger than a body in JSON may be.
    let years = format!("DESCRIPTION:{}\nDTSTART:20260311T090000Z\nDURATION:PT1H", "x".repeat(1_000));
    let years = calendar(&event("1", &years).repeat(3_000));
    let made = app.send(send("", "text/calendar", years)).await.expect(201);
    app.delete(&format!("/v1/busy/{}", made.id()), &ada).await.expect(204);
    let endless = "x".repeat(8 * 1024 * 1024 + 1);
    app.send(send("", "text/calendar", endless)).await.expect(413);
    // Only the times are looked at: what is not in UTF-8 keeps nobody from that.
    let latin = [
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Caf\xe9\r\nDTSTART:20260312T090000Z\r\nDURATION:PT1H\r\n"
            .as_slice(),
        b"END:VEVENT\r\nEND:VCALENDAR\r\n",
    ]
    .concat();
    let request = app.request(Method::POST, "/v1/busy").bearer_auth(&ada.token).header("content-type", "text/calendar");
    let made = app.send(request.body(latin)).await.expect(201);
    assert_eq!(made.json["busy_times"], 1);
    app.delete(&format!("/v1/busy/{}", made.id()), &ada).await.expect(204);
    let long = app.get(&format!("/v1/free-busy?from={FROM}&until=2028-01-01T00:00:00Z"), &ada).await.expect(400);
    assert_eq!(long.faults(), ["until"]);
    // A rule that would yield millions is bounded, and says so.
    let often = calendar(&event("1", "DTSTART:20200101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY"));
    let bounded = app.post("/v1/busy", &ada, json!({ "name": "Often", "ics": often })).await.expect(201);
    assert_eq!(bounded.json["faults"].as_array().unwrap().len(), 1);
    assert!(bounded.json["busy_times"].as_i64().unwrap() <= 1_000);
}

/// Outlook's own words for a zone that it does not know by name: Vienna's rules, since 1601.
const CUSTOM: &str = "BEGIN:VTIMEZONE\nTZID:Customized Time Zone\n\
    BEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n\
    RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\n\
    BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n\
    RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\n";

#[actix_web::test]
async fn files_as_programs_write_them_keep_the_right_times_busy() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let own =
        |id: &str| event("1", &format!("DTSTART;TZID={id}:20260326T090000\nDURATION:PT30M\nRRULE:FREQ=WEEKLY;COUNT=2"));
    let by_clock =
        json!([["2026-03-26T08:00:00Z", "2026-03-26T08:30:00Z"], ["2026-04-02T07:00:00Z", "2026-04-02T07:30:00Z"],]);
    let day = |from: &str, until: &str| json!([[format!("2026-{from}:00Z"), format!("2026-{until}:00Z")]]);
    let cases: Vec<(&str, String, Value)> = vec![
        ("the file's own zone", format!("{CUSTOM}{}", own("Customized Time Zone")), by_clock.clone()),
        ("a name of Windows", own("W. Europe Standard Time"), by_clock.clone()),
        (
            "a name as Outlook shows it",
            own("\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\""),
            by_clock.clone(),
        ),
        ("a name of Mozilla's", own("/mozilla.org/20050126_1/Europe/Vienna"), by_clock),
        (
            "a calendar with a zone, and a time without",
            format!("X-WR-TIMEZONE:Asia/Tokyo\n{}", event("1", "DTSTART:20260310T090000\nDTEND:20260310T100000")),
            day("03-10T00:00", "03-10T01:00"),
        ),
        (
            "its whole days",
            format!("X-WR-TIMEZONE:Asia/Tokyo\n{}", event("1", "DTSTART;VALUE=DATE:20260310")),
            day("03-09T15:00", "03-10T15:00"),
        ),
        (
            "a day that ends when it begins",
            event("1", "DTSTART;VALUE=DATE:20260310\nDTEND;VALUE=DATE:20260310"),
            day("03-10T00:00", "03-11T00:00"),
        ),
        (
            "times that are left out by their days",
            event(
                "1",
                "DTSTART:20260310T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260311,20260312",
            ),
            day("03-10T09:00", "03-10T10:00"),
        ),
        (
            "days that are left out by a time",
            event("1", "DTSTART;VALUE=DATE:20260310\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20260311T000000"),
            day("03-10T00:00", "03-11T00:00"),
        ),
        (
            "one that was moved out of the rule's end, and into the year",
            event("1", "DTSTART:20250101T090000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY;COUNT=1")
                + &event("1", "RECURRENCE-ID:20250101T090000Z\nDTSTART:20260401T090000Z\nDURATION:PT1H"),
            day("04-01T09:00", "04-01T10:00"),
        ),
        (
            "work elsewhere",
            event("1", "DTSTART:20260310T090000Z\nDURATION:PT1H\nX-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE"),
            json!([]),
        ),
    ];
    for (what, body, wanted) in cases {
        let made = app.post("/v1/busy", &ada, json!({ "name": what, "ics": calendar(&body) })).await.expect(201);
        assert_eq!((&made.json["faults"], busy(&app, &ada).await), (&json!([]), wanted), "{what}: {body}");
        app.delete(&format!("/v1/busy/{}", made.id()), &ada).await.expect(204);
    }
    // What is said by whoever imports it goes before what the file says.
    let tokyo =
        calendar(&format!("X-WR-TIMEZONE:Asia/Tokyo\n{}", event("1", "DTSTART:20260310T090000\nDURATION:PT1H")));
    let made = app
        .post("/v1/busy", &ada, json!({ "name": "T", "ics": tokyo, "time_zone": "Europe/Vienna" }))
        .await
        .expect(201);
    assert_eq!(busy(&app, &ada).await, day("03-10T08:00", "03-10T09:00"));
    app.delete(&format!("/v1/busy/{}", made.id()), &ada).await.expect(204);
    // A zone that nobody knows is told.
    let lost = calendar(&event("lost", "DTSTART;TZID=Nowhere/Land:20260310T090000\nDURATION:PT1H"));
    let made = app.post("/v1/busy", &ada, json!({ "name": "L", "ics": lost })).await.expect(201);
    assert_eq!(made.json["faults"], json!(["lost: is taken to be in UTC: nobody knows \"Nowhere/Land\""]));
    assert_eq!(busy(&app, &ada).await, day("03-10T09:00", "03-10T10:00"));
    // So is a rule that comes to nothing.
    let none = "DTSTART:20260310T090000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30";
    let none = json!({ "name": "N", "ics": calendar(&event("1", none)) });
    let made = app.post("/v1/busy", &ada, none).await.expect(201);
    assert_eq!(made.json["faults"], json!(["1: its rule names no time"]));
}

#[actix_web::test]
async fn events_are_followed_further_as_time_goes_on() {
    let app = TestApp::new().await;
    let ada = app.seeker().await;
    let yearly = calendar(&event("1", "DTSTART:20200401T090000Z\nDTEND:20200401T100000Z\nRRULE:FREQ=YEARLY"));
    let id = import(&app, &ada, &yearly).await;
    let count = || app.count("busy_times");
    assert_eq!(count().await, 2);
    assert_eq!(inroad::busy::refresh(&app.app).await.unwrap(), 0);
    app.pass(Duration::days(200));
    assert_eq!(inroad::busy::refresh(&app.app).await.unwrap(), 1);
    let ada = app.member_again(&ada).await;
    let read = app.get(&format!("/v1/busy/{id}"), &ada).await.expect(200);
    assert_eq!((&read.json["version"], &read.json["expanded_until"]), (&json!(1), &json!("2028-09-18T09:00:00Z")));
    assert_eq!(count().await, 2);
    assert_eq!(inroad::busy::refresh(&app.app).await.unwrap(), 0);
}

#[actix_web::test]
async fn a_calendar_is_fetched_from_its_url_and_fetched_anew() {
    let (app, web) = (TestApp::with(&["--outgoing-hosts", "127.0.0.1"]).await, Web::start());
    let ada = app.seeker().await;
    let file = |hour: u32| calendar(&event("1", &format!("DTSTART:20260310T{hour:02}0000Z\nDURATION:PT1H")));
    let times =
        |hour: u32| json!([[format!("2026-03-10T{hour:02}:00:00Z"), format!("2026-03-10T{:02}:00:00Z", hour + 1)]]);
    web.put("/secret.ics", "200 OK", &[("etag", "\"1\"")], file(9));
    web.put("/moved.ics", "302 Found", &[("location", "/secret.ics")], "");
    let input = json!({ "name": "Work", "url": web.url("/moved.ics") });
    let made = app.post("/v1/busy", &ada, input).await.expect(201);
    let subscription = &made.json["subscription"];
    assert_eq!((&subscription["host"], &subscription["error"]), (&json!("127.0.0.1"), &Value::Null));
    assert!(!made.text.contains("moved.ics"), "the URL is a secret: {}", made.text);
    assert_eq!(busy(&app, &ada).await, times(9));
    let asked: Vec<String> = web.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(asked, ["/moved.ics", "/secret.ics"]);
    let path = format!("/v1/busy/{}", made.id());
    let registry = inroad::server::jobs();
    let hour = async |hours: i64| {
        app.pass(Duration::hours(hours));
        let sent_for = inroad::busy::fetch_due(&app.app).await.unwrap();
        while inroad::jobs::run_one(&app.app, &registry).await.unwrap() {}
        sent_for
    };
    // Nothing new: the server says so, and no change is told.
    assert_eq!(hour(2).await, 1);
    assert_eq!(web.requests().last().unwrap().headers["if-none-match"], "\"1\"");
    let ada = app.member_again(&ada).await;
    assert_eq!(app.get(&path, &ada).await.expect(200).json["version"], 1);
    // Another file.
    web.put("/secret.ics", "200 OK", &[("etag", "\"2\"")], file(12));
    assert_eq!((hour(0).await, hour(2).await), (0, 1));
    let ada = app.member_again(&ada).await;
    assert_eq!(app.get(&path, &ada).await.expect(200).json["version"], 2);
    assert_eq!(busy(&app, &ada).await, times(12));
    // It fails: the times stay, the reason is told once, and it is tried again later and later.
    web.put("/secret.ics", "503 Service Unavailable", &[("retry-after", "7200")], "");
    assert_eq!((hour(2).await, hour(1).await, hour(2).await), (1, 0, 1));
    let ada = app.member_again(&ada).await;
    let failing = app.get(&path, &ada).await.expect(200).json;
    assert_eq!(
        (&failing["version"], &failing["subscription"]["error"]),
        (&json!(3), &json!("it answered 503 Service Unavailable"))
    );
    assert_eq!(busy(&app, &ada).await, times(12));
    let refused = app.post(&format!("{path}/refresh"), &ada, json!({})).await.expect(422);
    assert_eq!(refused.code(), "fetch_failed");
    web.put("/secret.ics", "200 OK", &[], "BEGIN:NOTHING");
    let refused = app.post(&format!("{path}/refresh"), &ada, json!({})).await.expect(422);
    assert!(refused.text.contains("no iCalendar file"), "{}", refused.text);
    // Half a calendar would free what the other half takes.
    web.put("/secret.ics", "200 OK", &[], file(15).trim_end().strip_suffix("END:VCALENDAR").unwrap());
    app.post(&format!("{path}/refresh"), &ada, json!({})).await.expect(422);
    assert_eq!(busy(&app, &ada).await, times(12));
    // And works again, by hand.
    web.put("/secret.ics", "200 OK", &[], file(15));
    let again = app.post(&format!("{path}/refresh"), &ada, json!({})).await.expect(200).json;
    assert_eq!(again["subscription"]["failing_since"], Value::Null);
    assert_eq!(busy(&app, &ada).await, times(15));
    // Another name alone keeps the URL; a file takes its place.
    web.requests();
    let named = app.put(&path, &ada, json!({ "name": "Job" })).await.expect(200).json;
    assert_eq!((&named["name"], &named["subscription"]["host"]), (&json!("Job"), &json!("127.0.0.1")));
    assert!(web.requests().is_empty());
    let put = app.put(&path, &ada, json!({ "name": "Job", "ics": file(7) })).await.expect(200).json;
    assert_eq!(put["subscription"], Value::Null);
    assert_eq!(app.post(&format!("{path}/refresh"), &ada, json!({})).await.expect(409).code(), "impossible_transition");
    assert_eq!(hour(48).await, 0);
}

#[actix_web::test]
async fn a_url_that_is_no_calendar_or_may_not_be_asked_is_told_at_its_field() {
    let (app, web) = (TestApp::with(&["--outgoing-hosts", "localhost"]).await, Web::start());
    let ada = app.seeker().await;
    let port = web.address.port();
    web.put("/page", "200 OK", &[("content-type", "text/html")], "<p>no calendar");
    web.put("/inside", "302 Found", &[("location", "http://127.0.0.1/")], "");
    for (url, code, fault) in [
        ("http://169.254.169.254/latest/meta-data/".to_owned(), "invalid_fields", "not_allowed"),
        ("http://example.org/a.ics".to_owned(), "invalid_fields", "not_allowed"),
        ("file:///etc/passwd".to_owned(), "invalid_fields", "not_allowed"),
        ("nonsense".to_owned(), "invalid_fields", "not_allowed"),
        (format!("http://localhost:{port}/inside"), "invalid_fields", "not_allowed"),
        (format!("http://localhost:{port}/gone"), "fetch_failed", "fetch_failed"),
        ("http://localhost:1/".to_owned(), "fetch_failed", "fetch_failed"),
    ] {
        let refused = app.post("/v1/busy", &ada, json!({ "name": "Work", "url": url })).await.expect(422);
        assert_eq!((refused.code(), refused.faults()), (code, vec!["/url"]), "{url}: {}", refused.text);
        assert_eq!(refused.json["errors"][0]["code"], fault, "{url}");
    }
    let page = json!({ "name": "Work", "url": format!("http://localhost:{port}/page") });
    let page = app.post("/v1/busy", &ada, page).await.expect(422);
    assert_eq!((page.code(), page.faults()), ("unreadable_file", vec!["/url"]));
    let whole = calendar(&event("1", "DTSTART:20260310T090000Z\nDURATION:PT1H"));
    for ics in ["hello", whole.trim_end().strip_suffix("END:VCALENDAR").unwrap()] {
        let refused = app.post("/v1/busy", &ada, json!({ "name": "Work", "ics": ics })).await.expect(422);
        assert_eq!((refused.code(), refused.faults()), ("unreadable_file", vec!["/ics"]), "{ics}");
    }
    let neither = app.post("/v1/busy", &ada, json!({ "name": "Work" })).await.expect(422);
    assert_eq!(neither.faults(), ["/ics"]);
    let both = json!({ "name": "Work", "ics": "BEGIN:VCALENDAR", "url": "https://example.org/" });
    assert_eq!(app.post("/v1/busy", &ada, both).await.expect(422).faults(), ["/url"]);
    assert_eq!(app.count("busy_calendars").await, 0);
}
