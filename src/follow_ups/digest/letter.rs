//! The mail itself.
use std::collections::HashMap;
use std::fmt::Write;

use chrono::{DateTime, NaiveTime, Utc};

use crate::contacts::ContactId;
use crate::digests::Reader;
use crate::follow_ups::model::FollowUpRow;
use crate::follow_ups::service::headline_with_name;
use crate::mail::SendMail;
use crate::zones::{self, Tz};

/// What a digest tells.
pub struct Told<'a> {
    /// What is due, longest first.
    pub rows: &'a [FollowUpRow],
    /// There are others.
    pub more: bool,
    pub names: &'a HashMap<ContactId, String>,
    pub zone: Tz,
    pub now: DateTime<Utc>,
    pub send_time: NaiveTime,
    /// Where to say that one wants no more of them.
    pub link: &'a str,
}

pub fn write(reader: &Reader, told: &Told<'_>) -> SendMail {
    let subject = match (told.rows, told.more) {
        ([only], _) => headline_with_name(only, name(told, only)),
        (rows, false) => format!("{} follow-ups are due", rows.len()),
        (rows, true) => format!("More than {} follow-ups are due", rows.len()),
    };
    let mut text = format!("Hello {},\n\nthis is due:\n\n", reader.name);
    let today = zones::day(told.zone, told.now);
    for row in told.rows {
        let when = match (row.due_on == today, row.due_time) {
            (true, Some(time)) => format!("today at {}", zones::time_text(time)),
            (true, None) => "today".to_owned(),
            (false, _) => format!("since {}", row.due_on.format("%A, %-d %B %Y")),
        };
        // Writing to a text cannot fail.
        let _ = writeln!(text, "- {} ({when})", headline_with_name(row, name(told, row)));
    }
    if told.more {
        text.push_str("- and others\n");
    }
    let _ = write!(
        text,
        "\nYou get this mail at {} ({}) on days on which something is due. If you want no more of them:\n\n{}\n",
        zones::time_text(told.send_time),
        told.zone.name(),
        told.link
    );
    let (to, to_name) = (reader.email.clone(), Some(reader.name.clone()));
    SendMail { to, to_name, subject, text, unsubscribe_url: Some(told.link.to_owned()) }
}

fn name<'a>(told: &'a Told<'_>, row: &FollowUpRow) -> Option<&'a str> {
    told.names.get(&row.contact_id).map(String::as_str)
}
