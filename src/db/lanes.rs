//! The connections that the reads of one worker thread share. PostgreSQL answers what is sent on one in order.
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::{Closed, Conn};

/// Reads on one lane before another is taken.
const FULL: usize = 32;

/// A lane that has answered nothing for so long has something slow on it: what comes next takes another.
const STALLED: Duration = Duration::from_millis(2);

#[derive(Default)]
pub struct Lanes(RefCell<Vec<Rc<Lane>>>);

struct Lane {
    conn: Conn,
    closed: Closed,
    traffic: Traffic,
}

/// What is on a lane.
struct Traffic {
    /// Reads that wait for their answer.
    waiting: Cell<usize>,
    /// When a read last was answered, or the first came.
    moved: Cell<Instant>,
}

/// A read on its lane, until it is dropped.
pub struct Ride(Rc<Lane>);

impl Lanes {
    /// The first lane that flows, for reads that come close together cost this process and PostgreSQL fewer switches
    /// when they go together; else the one with the fewest. None when one more may be opened instead.
    pub fn pick(&self, most: usize) -> Option<Ride> {
        let mut lanes = self.0.borrow_mut();
        lanes.retain(|lane| !lane.closed.get());
        let now = Instant::now();
        let lane = match lanes.iter().find(|lane| lane.traffic.flows(now)) {
            None if lanes.len() < most => None,
            None => lanes.iter().min_by_key(|lane| lane.traffic.waiting.get()),
            flowing => flowing,
        };
        lane.map(|lane| Ride::on(lane, now))
    }

    pub fn add(&self, conn: Conn, closed: Closed) -> Ride {
        let now = Instant::now();
        let lane = Rc::new(Lane { conn, closed, traffic: Traffic::none(now) });
        let ride = Ride::on(&lane, now);
        self.0.borrow_mut().push(lane);
        ride
    }

    /// Gives all of them up.
    pub fn close(&self) {
        self.0.borrow().iter().for_each(|lane| lane.closed.set());
    }
}

impl Ride {
    fn on(lane: &Rc<Lane>, now: Instant) -> Self {
        lane.traffic.enter(now);
        Self(Rc::clone(lane))
    }

    pub fn conn(&self) -> &Conn {
        &self.0.conn
    }

    /// Gives the lane up: what was sent on it is in an unknown state.
    pub fn close(&self) {
        self.0.closed.set();
    }
}

impl Drop for Ride {
    fn drop(&mut self) {
        self.0.traffic.leave(Instant::now());
    }
}

impl Traffic {
    fn none(now: Instant) -> Self {
        Self { waiting: 0.into(), moved: now.into() }
    }

    fn enter(&self, now: Instant) {
        if self.waiting.get() == 0 {
            self.moved.set(now);
        }
        self.waiting.set(self.waiting.get() + 1);
    }

    fn leave(&self, now: Instant) {
        self.waiting.set(self.waiting.get() - 1);
        self.moved.set(now);
    }

    /// Whether another read would be answered soon.
    fn flows(&self, now: Instant) -> bool {
        let waiting = self.waiting.get();
        waiting == 0 || waiting < FULL && now.duration_since(self.moved.get()) < STALLED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_flows_until_it_is_full_or_stalled() {
        let start = Instant::now();
        let late = start + STALLED * 2;
        let traffic = Traffic::none(start);
        assert!(traffic.flows(late), "nothing is on it");
        traffic.enter(late);
        traffic.enter(late);
        assert!(traffic.flows(late) && !traffic.flows(late + STALLED), "nothing was answered since the first came");
        traffic.leave(late + STALLED);
        assert!(traffic.flows(late + STALLED), "one was answered");
        (1..FULL).for_each(|_| traffic.enter(late + STALLED));
        assert!(!traffic.flows(late + STALLED), "it is full");
    }
}
