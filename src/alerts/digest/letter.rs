//! The mail itself.
use std::fmt::Write;

use super::model::DigestFrequency;
use crate::alerts::model::Alert;
use crate::digests::Reader;
use crate::mail::SendMail;

pub fn write(reader: &Reader, alerts: &[Alert], more: bool, frequency: DigestFrequency, link: &str) -> SendMail {
    let subject = match (alerts, more) {
        ([only], false) => only.title.clone(),
        (alerts, false) => format!("{} new alerts", alerts.len()),
        (alerts, true) => format!("More than {} new alerts", alerts.len()),
    };
    let mut text = format!("Hello {},\n\nyour feeds found this:\n\n", reader.name);
    for alert in alerts {
        let feed = alert.feed_name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = writeln!(text, "- {}{feed}", alert.title);
        if let Some(url) = &alert.url {
            let _ = writeln!(text, "  {url}");
        }
    }
    if more {
        text.push_str("- and others\n");
    }
    let often = if frequency == DigestFrequency::Weekly { "once a week" } else { "once a day" };
    let _ = write!(
        text,
        "\nYou get this mail {often}, when there is something new. If you want no more of them:\n\n{link}\n"
    );
    let (to, to_name) = (reader.email.clone(), Some(reader.name.clone()));
    SendMail { to, to_name, subject, text, unsubscribe_url: Some(link.to_owned()) }
}
