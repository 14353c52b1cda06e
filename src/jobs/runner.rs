//! Claims due jobs and runs them, on a thread of its own.
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;

use actix_rt::{Arbiter, spawn, time};
use actix_web::web::Data;
use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::store::{self, Claimed};
use super::{LocalFuture, Registry, Task, Work, periodic};
use crate::app::App;
use crate::db::Conn;
use crate::error::ApiResult;

/// How long a job may take before another runner takes it over.
const LEASE: chrono::Duration = chrono::Duration::seconds(60);
/// How often periodic tasks are looked at, and jobs are counted for operators.
const ROUND: Duration = Duration::from_secs(5);
/// Rounds after which what waits in slices is counted anew: a minute.
const GAUGED: u32 = 12;
/// How often a slow job in hand renews its lease.
const BEAT: Duration = Duration::from_secs(20);
/// How long a slow job may take altogether.
const SLOW_LIMIT: Duration = Duration::from_secs(15 * 60);
/// Some nine hours of retries.
const MAX_ATTEMPTS: i32 = 12;

/// A running runner.
pub struct Runner {
    stop: watch::Sender<bool>,
    arbiter: Arbiter,
}

/// Starts the loops. They stop when the runner is stopped; a job in hand is finished first. Where other processes do the
/// `work`, jobs are only counted.
pub fn start(app: Data<App>, work: Option<fn() -> Work>) -> Runner {
    let (stop, stopped) = watch::channel(false);
    let arbiter = Arbiter::new();
    // What runs on the thread is made there: it is not meant to move between threads.
    arbiter.spawn_fn(move || {
        spawn(run(app, work, stopped));
    });
    Runner { stop, arbiter }
}

async fn run(app: Data<App>, work: Option<fn() -> Work>, stopped: watch::Receiver<bool>) {
    let mut loops = work.map_or_else(Vec::new, |work| workers(&app, work(), &stopped));
    if app.config.metrics_listen.is_some() {
        loops.push(spawn(count(app.clone(), stopped)));
    }
    for one in loops {
        let _ = one.await;
    }
    Arbiter::current().stop();
}

fn workers(app: &Data<App>, all: Work, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let registry = Rc::new(all.jobs);
    // Workers for quick jobs, and as many again for slow ones.
    let each = app.config.job_workers;
    let workers = (0..2 * each).map(|n| spawn(work(app.clone(), Rc::clone(&registry), n < each, stopped.clone())));
    let mut loops: Vec<_> = workers.collect();
    loops.push(spawn(come_round(app.clone(), all.periodic, stopped.clone())));
    loops.extend(all.loops.into_iter().map(|run| spawn(run(app.clone(), stopped.clone()))));
    loops
}

impl Runner {
    /// Waits for the jobs in hand.
    pub fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.arbiter.join();
    }
}

async fn work(app: Data<App>, registry: Rc<Registry>, slow: bool, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let pause = match run_next(&app, &registry, Some(slow)).await {
            Ok(true) => continue,
            Ok(false) => app.config.job_poll,
            Err(error) => {
                error.tell("jobs cannot be claimed");
                ROUND
            }
        };
        let _ = time::timeout(pause, stopped.changed()).await;
    }
}

/// Tells Prometheus how it stands with the jobs, and with what else waits.
async fn count(app: Data<App>, mut stopped: watch::Receiver<bool>) {
    let mut round: u32 = 0;
    while !*stopped.borrow() {
        match app.db.lookup(async |conn| store::counts(conn, app.now()).await).await {
            Ok(counts) => {
                #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
                let tell = |state: &'static str, count: i64| {
                    metrics::gauge!("inroad_jobs", "state" => state).set(count as f64)
                };
                tell("queued", counts.queued);
                tell("running", counts.running);
                tell("failed", counts.failed);
                let waits = counts.oldest_due_at.map_or(0, |at| (app.now() - at).num_seconds().max(0));
                #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
                metrics::gauge!("inroad_jobs_oldest_due_seconds").set(waits as f64);
            }
            Err(error) => error.tell("jobs cannot be counted"),
        }
        // It may be long, and is counted row by row.
        if round.is_multiple_of(GAUGED)
            && let Err(error) = app.gauge().await
        {
            error.tell("what waits cannot be counted");
        }
        round = round.wrapping_add(1);
        let _ = time::timeout(ROUND, stopped.changed()).await;
    }
}

async fn come_round(app: Data<App>, tasks: Vec<Task>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if let Err(error) = periodic::run_due(&app, &tasks).await {
            error.tell("periodic tasks cannot be looked up");
        }
        let _ = time::timeout(ROUND, stopped.changed()).await;
    }
}

/// Runs the next due job, if there is one.
pub async fn run_one(app: &Data<App>, registry: &Registry) -> ApiResult<bool> {
    run_next(app, registry, None).await
}

/// As [`run_one`], of the slow ones or of the others alone. Of the slow ones a workspace has half of this process's workers
/// at most, so that what one has to send by the thousand does not keep another's letter waiting. The connection is given back while the job runs.
async fn run_next(app: &Data<App>, registry: &Registry, slow: Option<bool>) -> ApiResult<bool> {
    let share = i64::try_from(app.config.job_workers.div_ceil(2)).unwrap_or(i64::MAX);
    let claim = async |conn: &Conn| store::claim(conn, app.now(), LEASE, &registry.slow, slow, share).await;
    // Of the slow ones one after the other: two at once would each count without the other's.
    let turn = if slow == Some(true) { Some(registry.claims.lock().await) } else { None };
    let claimed = app.db.single(claim).await?;
    drop(turn);
    let Some(job) = claimed else { return Ok(false) };
    // It ended its process, time and again, before it could be put back.
    if job.attempts > MAX_ATTEMPTS {
        app.db.single(async |conn| put_back(app, conn, &job, "it never came to an end").await).await?;
        return Ok(true);
    }
    let work = unpanicked(registry.start(&job.kind, app.clone(), job.id, job.payload.clone()));
    let limit = if registry.is_slow(&job.kind) { SLOW_LIMIT } else { LEASE.to_std().unwrap_or(BEAT) };
    let outcome = time::timeout(limit, keep(app, &job, work)).await;
    let outcome = outcome.unwrap_or_else(|_| Err("it ran out of its time".to_owned()));
    let end = async |conn: &Conn| match outcome {
        Ok(()) => store::finish(conn, job.id, job.attempts).await,
        Err(error) => put_back(app, conn, &job, &error).await,
    };
    app.db.single(end).await?;
    Ok(true)
}

/// A job that panics has failed, and takes nobody with it.
fn unpanicked(work: LocalFuture) -> LocalFuture {
    Box::pin(async { AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err("it panicked".to_owned())) })
}

/// Works, and keeps the lease meanwhile.
async fn keep(app: &Data<App>, job: &Claimed, mut work: LocalFuture) -> Result<(), String> {
    loop {
        if let Ok(outcome) = time::timeout(BEAT, &mut work).await {
            return outcome;
        }
        let until = app.now() + LEASE;
        if let Err(error) = app.db.single(async |conn| store::renew(conn, job, until).await).await {
            error.tell(&format!("the lease of the job {} cannot be renewed", job.id));
        }
    }
}

async fn put_back(app: &Data<App>, conn: &Conn, job: &Claimed, error: &str) -> ApiResult<()> {
    let now = app.now();
    let retry_at = (job.attempts < MAX_ATTEMPTS).then(|| now + backoff(job.attempts, app.random_u64()));
    tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempts, "the job {} failed: {error}", job.kind);
    store::fail(conn, job, error, retry_at, now).await
}

/// 5 s, doubled each time up to two hours, and up to a fifth more, so that failures don't come back in step.
fn backoff(attempts: i32, random: u64) -> chrono::Duration {
    let doublings = u32::try_from(attempts.clamp(1, 12) - 1).unwrap_or(0);
    let millis = (5_000_i64 << doublings).min(7_200_000);
    let jitter = i64::try_from(random % 1000).unwrap_or(0) * millis / 5_000;
    chrono::Duration::milliseconds(millis + jitter)
}
