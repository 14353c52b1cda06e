//! When something is due: a day, and perhaps an hour, in a zone.
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};

use crate::zones::{self, Tz};

/// A day, and perhaps an hour, of a wall calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub on: NaiveDate,
    pub time: Option<NaiveTime>,
    pub zone: Tz,
}

impl Due {
    pub fn day(on: NaiveDate, zone: Tz) -> Self {
        Self { on, time: None, zone }
    }

    /// The day and the minute that an instant is.
    pub fn instant(at: DateTime<Utc>, zone: Tz) -> Self {
        let local = zones::local(zone, at);
        let minute = local.with_second(0).and_then(|local| local.with_nanosecond(0)).unwrap_or(local);
        Self { on: minute.date(), time: Some(minute.time()), zone }
    }

    /// From when on it is due: the hour, else the beginning of the day. An hour that the clock leaves out is as much
    /// later; one that comes twice is the first.
    pub fn at(self) -> DateTime<Utc> {
        match self.time {
            Some(time) => zones::instant(self.zone, self.on, time),
            None => zones::start_of_day(self.zone, self.on),
        }
    }

    /// From when on it is late: the hour, else the end of the day.
    pub fn over(self) -> DateTime<Utc> {
        match self.time {
            Some(_) => self.at(),
            None => zones::start_of_day(self.zone, self.on + TimeDelta::days(1)),
        }
    }
}
