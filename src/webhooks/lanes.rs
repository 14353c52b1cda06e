//! Who is told when. Each endpoint has a lane of its own: what is slow there holds up nothing else. Lanes of endpoints that
//! fail are counted apart, so that many of them leave no less room for those that answer.
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use actix_web::rt::{spawn, task::JoinHandle, time};
use actix_web::web::Data;
use chrono::TimeDelta;
use futures_util::future::join_all;
use tokio::sync::watch;
use uuid::Uuid;

use super::attempt::{News, Receiver};
use super::model::{DeliveryRow, DisabledReason, EndpointRow, WebhookPayload};
use super::objects::Objects;
use super::outcome::Attempt;
use super::store::{self, Backlog, Due};
use super::{fan_out, service};
use crate::app::App;
use crate::auth::{ChangesRead, Scopes, verify};
use crate::changes;
use crate::db::Conn;
use crate::error::{ApiResult, Code};

/// How often the log and the clock are looked at, besides at each write of this process.
const LOOK: Duration = Duration::from_millis(250);
/// Writes that come close together are looked at together.
const GATHER: Duration = Duration::from_millis(10);
/// Whoever has a delivery has it so long: more than an attempt takes, and less than a minute.
const LEASE: TimeDelta = TimeDelta::seconds(45);
/// Deliveries of one endpoint that are on their way at once.
const AT_ONCE: i64 = 8;
/// Rounds after which a lane makes room for others that wait.
const ROUNDS: usize = 16;

/// Follows the log and tells what is due until it is stopped; what is on its way then is waited for.
pub async fn run(app: Data<App>, mut stopped: watch::Receiver<bool>) {
    let lanes = Lanes::default();
    while !*stopped.borrow() {
        let more = match look(&app, &lanes).await {
            Ok(more) => more,
            Err(error) => {
                error.tell("webhooks cannot be looked after");
                false
            }
        };
        if !more {
            tokio::select! {
                _ = stopped.changed() => {}
                () = app.feed.written() => time::sleep(GATHER).await,
                () = lanes.freed.notified() => {}
                () = time::sleep(LOOK) => {}
            }
        }
    }
    lanes.wait().await;
}

/// Tells Prometheus what waits to be told.
pub async fn gauge(app: &App) -> ApiResult<()> {
    let Backlog { pending, behind, oldest_due_at } =
        app.db.lookup(async |conn| store::backlog(conn, app.now()).await).await?;
    let waits = oldest_due_at.map_or(0, |at| (app.now() - at).num_seconds().max(0));
    for (name, value) in [
        ("inroad_webhook_deliveries_pending", pending),
        ("inroad_webhook_changes_behind", behind),
        ("inroad_webhook_oldest_due_seconds", waits),
    ] {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!(name).set(value as f64);
    }
    Ok(())
}

/// One round of all that is due, to its end; tells how much that was. For tests, which have a clock of their own.
pub async fn work(app: &Data<App>) -> ApiResult<usize> {
    let mut count = 0;
    while fan_out::run(app).await? > 0 {}
    for due in app.db.lookup(async |conn| store::due(conn, app.now(), &[]).await).await? {
        count += round(app, due).await?;
    }
    Ok(count)
}

/// Makes deliveries of what is new in the log, and starts lanes for what is due; tells whether there is more to make.
async fn look(app: &Data<App>, lanes: &Lanes) -> ApiResult<bool> {
    let made = fan_out::run(app).await?;
    let in_hand: Vec<Uuid> = lanes.in_hand.borrow().keys().copied().collect();
    for due in app.db.lookup(async |conn| store::due(conn, app.now(), &in_hand).await).await? {
        lanes.start(app, due);
    }
    Ok(made > 0)
}

/// The lanes of this process.
#[derive(Default)]
struct Lanes {
    /// The endpoints that somebody tells, and whether they were failing when that began.
    in_hand: Rc<RefCell<HashMap<Uuid, bool>>>,
    tasks: RefCell<Vec<JoinHandle<()>>>,
    freed: Rc<tokio::sync::Notify>,
}

impl Lanes {
    /// Begins to tell an endpoint, if there is room.
    fn start(&self, app: &Data<App>, due: Due) {
        let id = Uuid::from(due.id);
        let most = if due.failing { app.config.webhook_lanes.div_ceil(4) } else { app.config.webhook_lanes };
        let mut in_hand = self.in_hand.borrow_mut();
        let busy = in_hand.values().filter(|failing| **failing == due.failing).count();
        if busy >= most || in_hand.insert(id, due.failing).is_some() {
            return;
        }
        drop(in_hand);
        let (app, in_hand, freed) = (app.clone(), Rc::clone(&self.in_hand), Rc::clone(&self.freed));
        let lane = async move {
            for _ in 0..ROUNDS {
                match round(&app, due).await {
                    Ok(0) => break,
                    Ok(_) if app.is_stopping() => break,
                    Ok(_) => {}
                    Err(error) => {
                        error.tell(&format!("the webhooks of {id} cannot be told now"));
                        break;
                    }
                }
            }
            in_hand.borrow_mut().remove(&id);
            freed.notify_one();
        };
        let mut tasks = self.tasks.borrow_mut();
        tasks.retain(|task| !task.is_finished());
        tasks.push(spawn(lane));
    }

    async fn wait(&self) {
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        join_all(tasks).await;
    }
}

/// What there is to be done for an endpoint.
enum Claimed {
    Nothing,
    /// The API key that it was made with is of no use any more.
    Ended(DisabledReason),
    Some(Box<EndpointRow>, Vec<DeliveryRow>, News),
}

/// Tells an endpoint some of what is due, all of it at once, and writes down what became of it; tells how much that was.
async fn round(app: &Data<App>, due: Due) -> ApiResult<usize> {
    let now = app.now();
    let claim = async |conn: &mut Conn| {
        let endpoint = match store::find(conn, due.workspace_id, due.id).await {
            // It was deleted since it was looked for.
            Err(error) if error.code == Code::NotFound => return Ok(Claimed::Nothing),
            found => found?,
        };
        if !endpoint.enabled {
            return Ok(Claimed::Nothing);
        }
        let is_full = endpoint.payload == WebhookPayload::Full;
        // A member who leaves takes their endpoints along; of a key nobody hears when it expires.
        let scopes = match endpoint.made_with {
            None if !is_full => None,
            key => Some(verify::scopes_now(conn, due.workspace_id, endpoint.made_by, key, now).await?),
        };
        if endpoint.made_with.is_some() && scopes.is_some_and(|scopes| !scopes.holds::<ChangesRead>()) {
            // Of one that was revoked the endpoint was turned off with it.
            let has_expired = scopes == Some(Scopes::NONE);
            return Ok(Claimed::Ended(if has_expired {
                DisabledReason::KeyExpired
            } else {
                DisabledReason::ScopeLost
            }));
        }
        let claimed = store::claim(conn, &endpoint, now, now + LEASE, AT_ONCE).await?;
        let numbers: Vec<i64> = claimed.iter().map(|delivery| delivery.seq).collect();
        let changes = changes::numbered(conn, due.workspace_id, &numbers).await?;
        let objects = match scopes.filter(|_| is_full) {
            Some(scopes) => Some(Objects::read(conn, due.workspace_id, scopes, &changes).await?),
            None => None,
        };
        let changes = changes.into_iter().map(|change| (change.seq, change)).collect();
        Ok(Claimed::Some(Box::new(endpoint), claimed, News { changes, objects }))
    };
    let (endpoint, claimed, news) = match app.db.write(due.workspace_id, claim).await? {
        Claimed::Some(endpoint, claimed, news) if !claimed.is_empty() => (endpoint, claimed, news),
        Claimed::Ended(reason) => {
            service::give_up(app, due.workspace_id, due.id, reason).await?;
            return Ok(0);
        }
        _ => return Ok(0),
    };
    let attempts = tell(app, &endpoint, &claimed, &news).await?;
    let gone = attempts.iter().any(Attempt::is_gone);
    let arrived = attempts.iter().any(Attempt::arrived);
    let pause = attempts.iter().filter_map(Attempt::pause).max();
    for attempt in &attempts {
        let outcome = if attempt.arrived() { "arrived" } else { "failed" };
        metrics::counter!("inroad_webhook_attempts_total", "outcome" => outcome).increment(1);
    }
    let settled: Vec<_> = attempts.into_iter().map(|attempt| attempt.settled(app.random_u64())).collect();
    let write = async |conn: &mut Conn| {
        store::settle(conn, due.workspace_id, &settled).await?;
        if pause.is_some() {
            store::pause(conn, due.workspace_id, due.id, pause).await?;
        }
        store::note_health(conn, due.workspace_id, due.id, arrived, app.now()).await
    };
    let failing_since = app.db.write(due.workspace_id, write).await?;
    service::turn_off_if_hopeless(app, due.workspace_id, due.id, gone, failing_since).await?;
    // Whoever asks for rest has it: nothing more is told until then.
    Ok(if pause.is_some() { 0 } else { settled.len() })
}

/// Nothing of the database is held while this waits.
async fn tell(app: &App, endpoint: &EndpointRow, claimed: &[DeliveryRow], news: &News) -> ApiResult<Vec<Attempt>> {
    let receiver = Receiver::new(app, endpoint)?;
    Ok(join_all(claimed.iter().map(|delivery| receiver.tell(app, delivery, news))).await)
}
