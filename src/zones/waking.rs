//! Hours of the day in which somebody may be written to.
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{Calendar, Tz, day, first_from, local};

/// Days that are looked at before giving up: no calendar has no business day for so long.
const FAR: usize = 1000;

/// From one wall time until before another on the same day, such as 08:00 until 20:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from: NaiveTime,
    until: NaiveTime,
}

impl Hours {
    /// Nothing, unless `from` is before `until`.
    pub fn new(from: NaiveTime, until: NaiveTime) -> Option<Self> {
        (from < until).then_some(Self { from, until })
    }

    /// Whether the wall clock shows a time within the hours, and, with a calendar, a business day.
    pub fn contain(&self, zone: Tz, at: DateTime<Utc>, calendar: Option<&Calendar>) -> bool {
        let wall = local(zone, at);
        self.from <= wall.time()
            && wall.time() < self.until
            && calendar.is_none_or(|calendar| calendar.is_business_day(wall.date()))
    }

    /// The instant itself if it is within the hours, else the first one after it that is. Hours that a day lacks are not
    /// made up for: where the clock is put forward into the hours, they begin with the change.
    pub fn next(&self, zone: Tz, at: DateTime<Utc>, calendar: Option<&Calendar>) -> DateTime<Utc> {
        if self.contain(zone, at, calendar) {
            return at;
        }
        let days = (day(zone, at) - TimeDelta::days(1)).iter_days().take(FAR);
        let mut begins = days.map(|day| first_from(zone, day.and_time(self.from)));
        begins.find(|begin| *begin >= at && self.contain(zone, *begin, calendar)).unwrap_or(at)
    }
}
