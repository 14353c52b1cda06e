//! Asks feeds when their time has come: many at once, and few of one host. One that hangs takes one
//! place of many, and one that is taken by a process that dies is due again after a while.
use std::collections::HashMap;
use std::hash::Hash;
use std::pin::Pin;
use std::time::{Duration, Instant};

use actix_rt::time;
use actix_web::web::Data;
use chrono::TimeDelta;
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::rc::Rc;
use tokio::sync::{Semaphore, watch};
use url::Url;

use super::store::{self, Due};
use super::{fetch, service};
use crate::app::App;
use crate::changes::Actor;
use crate::db::{Conn, WorkspaceId};
use crate::error::{ApiError, ApiResult, Code};
use crate::jobs;

/// Requests that are out at once.
const AT_ONCE: usize = 64;
/// Of them to one host.
const PER_HOST: usize = 4;
/// A workspace has as many requests out, at most, as this times those that are free: one alone takes most places, and what
/// hangs of it leaves room for the next, however many there are.
const SHARE: usize = 3;
/// Results that are written at once: the database has other work.
const WRITERS: usize = 2;
/// How long whoever took a feed has for it. Seconds.
const LEASE: TimeDelta = TimeDelta::seconds(120);
/// How long a feed waits whose host is busy.
const BUSY: TimeDelta = TimeDelta::seconds(5);
/// How often it is looked for what is due.
const LOOK: Duration = Duration::from_secs(1);

/// Asks feeds until it is told to stop; then gives up what is out, and waits for what is being written.
pub async fn poll(app: Data<App>, mut stopped: watch::Receiver<bool>) {
    let mut round = Round::new(app, stopped.clone());
    let mut looked: Option<Instant> = None;
    while !*stopped.borrow() {
        let rested = looked.is_none_or(|looked| looked.elapsed() >= LOOK);
        let mut full = false;
        if rested || (round.free() >= AT_ONCE / 4 && round.more) {
            looked = Some(Instant::now());
            if let Err(error) = round.fill().await {
                error.tell("feeds cannot be taken");
            }
            full = round.free() == 0;
        }
        let pause = if full { LOOK } else { LOOK / 10 };
        tokio::select! {
            () = round.land(), if !round.out.is_empty() => {}
            () = time::sleep(pause) => {}
            _ = stopped.changed() => {}
        }
    }
    while !round.out.is_empty() {
        round.land().await;
    }
}

/// Asks all feeds whose time has come, and says how many those were.
pub async fn poll_due(app: &Data<App>) -> ApiResult<usize> {
    let (_stop, stopped) = watch::channel(false);
    let mut round = Round::new(app.clone(), stopped);
    loop {
        round.fill().await?;
        if round.out.is_empty() {
            return Ok(round.landed);
        }
        round.land().await;
    }
}

type Flight = Pin<Box<dyn Future<Output = (WorkspaceId, String)>>>;

/// Requests that are out, and to whom.
struct Round {
    app: Data<App>,
    out: FuturesUnordered<Flight>,
    hosts: HashMap<String, usize>,
    workspaces: HashMap<WorkspaceId, usize>,
    writers: Rc<Semaphore>,
    stopped: watch::Receiver<bool>,
    landed: usize,
    /// When it was looked last, there was more than could be taken.
    more: bool,
}

impl Round {
    fn new(app: Data<App>, stopped: watch::Receiver<bool>) -> Self {
        Self {
            app,
            out: FuturesUnordered::new(),
            hosts: HashMap::new(),
            workspaces: HashMap::new(),
            writers: Rc::new(Semaphore::new(WRITERS)),
            stopped,
            landed: 0,
            more: false,
        }
    }

    fn free(&self) -> usize {
        AT_ONCE - self.out.len()
    }

    /// What a workspace may have out now, at most.
    fn share(&self) -> usize {
        self.free() * SHARE
    }

    /// Sends as many requests as there are places for.
    async fn fill(&mut self) -> ApiResult<()> {
        let (free, now) = (self.free(), self.app.now());
        if free == 0 {
            return Ok(());
        }
        let busy: Vec<String> =
            self.hosts.iter().filter(|(_, count)| **count >= PER_HOST).map(|(host, _)| host.clone()).collect();
        let most = i64::try_from(free).unwrap_or(0);
        let share = self.share();
        let served: Vec<WorkspaceId> =
            self.workspaces.iter().filter(|(_, count)| **count >= share).map(|(workspace, _)| *workspace).collect();
        let take = async |conn: &mut Conn| store::take_due(conn, now, now + LEASE, (&busy, &served), most).await;
        let due = self.app.db.transaction(take).await?;
        self.more = due.len() == free;
        let mut waiting = Vec::new();
        for feed in due {
            let share = self.share();
            let count = self.hosts.entry(feed.host.clone()).or_default();
            let own = self.workspaces.entry(feed.workspace_id).or_default();
            if *count >= PER_HOST || *own >= share {
                waiting.push((feed.workspace_id, feed.id));
                continue;
            }
            *count += 1;
            *own += 1;
            let flight = fly(self.app.clone(), feed, Rc::clone(&self.writers), self.stopped.clone());
            self.out.push(Box::pin(flight));
        }
        if waiting.is_empty() {
            return Ok(());
        }
        self.app.db.single(async |conn| store::put_off(conn, &waiting, now + BUSY).await).await
    }

    /// Waits for the next one that is back, and takes in all that are.
    async fn land(&mut self) {
        let mut next = self.out.next().await;
        while let Some((workspace, host)) = next {
            self.landed += 1;
            give_back(&mut self.hosts, &host);
            give_back(&mut self.workspaces, &workspace);
            next = self.out.next().now_or_never().flatten();
        }
    }
}

/// One less of this.
fn give_back<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// Asks one feed and writes what came of it; gives back whose it is, and its host.
async fn fly(
    app: Data<App>,
    feed: Due,
    writers: Rc<Semaphore>,
    mut stopped: watch::Receiver<bool>,
) -> (WorkspaceId, String) {
    let outcome = async {
        let url = Url::parse(&feed.url).map_err(|error| ApiError::internal(&error))?;
        let visit = tokio::select! {
            visit = fetch::visit(&app, url, &feed.seen) => visit,
            _ = stopped.wait_for(|stopped| *stopped) => return Ok(()),
        };
        let _turn = writers.acquire().await.map_err(|error| ApiError::internal(&error))?;
        match service::settle(&app, feed.workspace_id, Actor::Job, feed.id, &feed.url, visit).await {
            // It was deleted meanwhile.
            Err(error) if error.code == Code::NotFound => Ok(()),
            other => other.map(|_| ()),
        }
    };
    if let Err(error) = jobs::went(outcome.await, feed.id) {
        error.tell("a feed was asked, and that cannot be written");
    }
    (feed.workspace_id, feed.host)
}
