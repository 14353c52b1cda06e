//! Many writers, many endpoints of which some misbehave, and a service that is killed again and again: every change arrives
//! at every endpoint that works, at least once. `STORM=100000 cargo test --release --test api webhook_storm` for the whole.
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{App, HttpResponse, HttpServer, web};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::process::{Folder, Server};
use crate::support::TestApp;

const ENDPOINTS: usize = 20;
const WRITERS: usize = 16;
/// These fail one request in ten; the one after them never answers.
const FAILING: usize = 2;

#[derive(Default)]
struct Receiver {
    /// By endpoint: which change came, and when it came first.
    came: Vec<Mutex<HashMap<String, Instant>>>,
    requests: AtomicUsize,
    failed: Mutex<HashSet<(usize, String)>>,
}

async fn receive(receiver: Data<Receiver>, path: Path<usize>, body: Bytes) -> HttpResponse {
    let place = path.into_inner();
    let count = receiver.requests.fetch_add(1, Ordering::Relaxed);
    if place == FAILING {
        sleep(Duration::from_secs(60)).await;
    }
    let event: Value = serde_json::from_slice(&body).unwrap();
    let id = event["data"]["resource"]["id"].as_str().unwrap().to_owned();
    // Once each, for the second failure of a delivery is tried again after five minutes only.
    if place < FAILING && count.is_multiple_of(10) && receiver.failed.lock().unwrap().insert((place, id.clone())) {
        return HttpResponse::InternalServerError().finish();
    }
    receiver.came[place].lock().unwrap().entry(id).or_insert_with(Instant::now);
    HttpResponse::NoContent().finish()
}

#[expect(clippy::disallowed_methods, reason = "a test reads its own environment")]
fn changes() -> usize {
    std::env::var("STORM").ok().and_then(|text| text.parse().ok()).unwrap_or(320)
}

#[actix_web::test]
async fn every_change_arrives_although_the_service_is_killed() {
    let receiver =
        Data::new(Receiver { came: (0..ENDPOINTS).map(|_| Mutex::default()).collect(), ..Receiver::default() });
    let state = receiver.clone();
    let server = HttpServer::new(move || App::new().app_data(state.clone()).route("/{place}", web::post().to(receive)));
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let at = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);

    // A database of its own, with the service's schema; the clock is that of the killed processes.
    let app =
        TestApp::with(&["--outgoing-hosts", "127.0.0.1", "--rate-limit", "0", "--rate-limit-workspace", "0"]).await;
    app.pass_to_the_present();
    let ada = app.seeker().await;
    for place in 0..ENDPOINTS {
        let input = json!({ "url": format!("http://{at}/{place}"), "events": ["contact.created"] });
        app.post("/v1/webhook-endpoints", &ada, input).await.expect(201);
    }
    let folder = Folder::new("storm");
    let flags = ["--database-url", &app.url, "--secret", &app.secret, "--outgoing-hosts", "127.0.0.1"];
    let start = || Server::start(&folder.0, &flags);
    let mut service = start();
    let each = changes().div_ceil(WRITERS);
    let made: Arc<Mutex<HashMap<String, Instant>>> = Arc::default();
    let write = async |writer: usize| {
        for count in 0..each {
            let body = json!({ "given_name": format!("{writer}-{count}") });
            let id = app.post("/v1/contacts", &ada, body).await.expect(201).id();
            made.lock().unwrap().insert(id, Instant::now());
        }
    };
    let writing = async {
        join_all((0..WRITERS).map(write)).await;
    };
    let killing = async {
        for _ in 0..3 {
            sleep(Duration::from_secs(2)).await;
            // Dropping it kills it with SIGKILL.
            drop(std::mem::replace(&mut service, start()));
        }
    };
    futures_util::join!(writing, killing);
    let made = std::mem::take(&mut *made.lock().unwrap());
    let well: Vec<usize> = (0..ENDPOINTS).filter(|place| *place != FAILING).collect();
    let lacking = || well.iter().filter(|place| receiver.came[**place].lock().unwrap().len() < made.len()).count();
    // An attempt that was killed counts: one that fails after it comes again after five minutes and a half at most.
    let deadline =
        Instant::now() + Duration::from_secs(480) + Duration::from_millis(20) * u32::try_from(made.len()).unwrap();
    while lacking() > 0 && Instant::now() < deadline {
        sleep(Duration::from_millis(100)).await;
    }
    let wanted: HashSet<&String> = made.keys().collect();
    let mut delays = Vec::new();
    for place in &well {
        let came = receiver.came[*place].lock().unwrap();
        assert!(wanted.iter().all(|id| came.contains_key(*id)), "{place}: {} of {}", came.len(), wanted.len());
        // Those that fail come when they are tried again.
        if *place > FAILING {
            delays.extend(came.iter().map(|(id, at)| at.saturating_duration_since(made[id])));
        }
    }
    delays.sort_unstable();
    let needed = made.len() * well.len();
    let requests = receiver.requests.load(Ordering::Relaxed);
    let share = |hundredths: usize| delays[(delays.len() - 1) * hundredths / 100];
    println!(
        "{} changes to {ENDPOINTS} endpoints: {requests} requests for {needed}; delay p50 {:?}, p99 {:?}",
        made.len(),
        share(50),
        share(99)
    );
    handle.stop(false).await;
}
