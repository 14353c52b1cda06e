//! What mails to members that come by themselves have in common: whom they go to, and the link that turns them off.
mod store;
mod unsubscribe;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use crate::zones::{self, Tz};

pub use self::store::{Reader, reader};
pub use self::unsubscribe::Mails;

/// From when on the next mail is looked for when its hour changes, in the zone that it has then: where today's was sent, the
/// next one is not due today, and stays so.
pub fn not_before(next_at: DateTime<Utc>, zone: Tz, new_zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    let day = zones::instant(new_zone, zones::day(zone, next_at), NaiveTime::MIN);
    now.max(day - TimeDelta::seconds(1))
}
