//! One listener of the change log: an endless answer of Server-Sent Events (WHATWG HTML, 9.2).
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::rt::time::{self, Instant, Interval};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, Responder};
use futures_util::{FutureExt, stream};
use tokio::sync::broadcast::{self, error::RecvError};

use super::feed::{self, Event};
use super::model::KindFilter;
use super::store;
use crate::app::App;
use crate::auth::{Caller, verify};
use crate::error::ApiResult;

/// Proxies close connections on which nothing happens.
const COMMENT: Duration = Duration::from_secs(15);
/// A credential that is revoked loses its streams within five seconds: what is known of it may be four old.
const VERIFY: Duration = Duration::from_millis(900);
/// What a client waits before it comes back, in milliseconds.
const RETRY: &str = "retry: 2000\n\n";

/// What a stream is, before its first event.
pub struct EventStream(Listener);

struct Listener {
    app: Data<App>,
    caller: Rc<Caller>,
    kinds: KindFilter,
    events: broadcast::Receiver<std::sync::Arc<[Event]>>,
    /// Everything up to here was sent or not wanted.
    last: i64,
    /// Whether the log itself has to be read before what arrives makes sense.
    behind: bool,
    ready: VecDeque<Bytes>,
    comment: Interval,
    verify: Interval,
    stop: tokio::sync::watch::Receiver<bool>,
}

impl EventStream {
    /// Sends what came after `from`, then what comes.
    pub fn new(app: Data<App>, caller: Rc<Caller>, kinds: KindFilter, from: i64, head: i64) -> ApiResult<Self> {
        let cursor = feed::seal(&app, caller.workspace, from)?;
        // An id without data: a client that is cut off before the first event comes back to the same place.
        let hello = Bytes::from(format!(": the change log\n{RETRY}id: {cursor}\n\n"));
        Ok(Self(Listener {
            events: app.feed.join(caller.workspace, head),
            stop: app.stopping(),
            last: from,
            behind: true,
            ready: VecDeque::from([hello]),
            comment: every(COMMENT),
            verify: every(VERIFY),
            app,
            caller,
            kinds,
        }))
    }
}

/// Waits until the service stops.
async fn stopped(stop: &mut tokio::sync::watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopping| *stopping).await;
}

fn every(period: Duration) -> Interval {
    let mut interval = time::interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    interval
}

impl Responder for EventStream {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut answer = HttpResponse::Ok();
        answer
            .content_type("text/event-stream")
            // Not compressed: each event has to leave at once.
            .insert_header((header::CONTENT_ENCODING, HeaderValue::from_static("identity")))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header(("x-accel-buffering", "no"));
        // A body that nobody is sent would never end, and its connection never be free again.
        if request.method() == Method::HEAD {
            return answer.finish();
        }
        let body = stream::unfold(Some(self.0), |listener| async {
            let mut listener = listener?;
            match listener.next().await {
                Ok(Some(frame)) => Some((Ok::<_, actix_web::Error>(frame), Some(listener))),
                Ok(None) => Some((Ok(Bytes::from_static(RETRY.as_bytes())), None)),
                Err(error) => {
                    error.tell("a stream of changes ends");
                    Some((Ok(Bytes::from_static(RETRY.as_bytes())), None))
                }
            }
        });
        answer.streaming(Box::pin(body))
    }
}

impl Listener {
    /// What is to be sent next; `None` when the stream is over.
    async fn next(&mut self) -> ApiResult<Option<Bytes>> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Ok(Some(frame));
            }
            if self.behind {
                // However much there is to catch up with, who may not read on is told in time.
                if *self.stop.borrow() || self.verify.tick().now_or_never().is_some() && !self.stands().await? {
                    return Ok(None);
                }
                self.read_log().await?;
                continue;
            }
            tokio::select! {
                arrived = self.events.recv() => match arrived {
                    Ok(events) => self.take(&events),
                    Err(RecvError::Lagged(_)) => self.behind = true,
                    Err(RecvError::Closed) => return Ok(None),
                },
                _ = self.comment.tick() => return Ok(Some(Bytes::from_static(b":\n\n"))),
                _ = self.verify.tick() => {
                    if !self.stands().await? {
                        return Ok(None);
                    }
                }
                () = stopped(&mut self.stop) => return Ok(None),
            }
        }
    }

    async fn stands(&self) -> ApiResult<bool> {
        verify::still_stands(&self.app, &self.caller).await
    }

    fn take(&mut self, events: &[Event]) {
        for event in events.iter().filter(|event| event.seq > self.last) {
            if self.kinds.wants(&event.kind) {
                self.ready.push_back(event.frame.clone());
            }
        }
        self.last = self.last.max(events.last().map_or(0, |event| event.seq));
    }

    /// Some of what this listener has not seen.
    async fn read_log(&mut self) -> ApiResult<()> {
        let (workspace, last) = (self.caller.workspace, self.last);
        let read = async |conn: &crate::db::Conn| store::after(conn, workspace, last, feed::BATCH).await;
        let rows = self.app.db.read(workspace, read).await?;
        self.behind = i64::try_from(rows.len()).is_ok_and(|count| count == feed::BATCH);
        let events: Vec<Event> =
            rows.into_iter().map(|row| Event::new(&self.app, workspace, row)).collect::<ApiResult<_>>()?;
        self.take(&events);
        Ok(())
    }
}
