//! Dates and times as the web writes them.
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Zones by their names, in minutes ahead of UTC: those of RFC 822, and others that stand in many files.
const ZONES: [(&str, i64); 22] = [
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("MEZ", 60),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("SGT", 480),
    ("JST", 540),
    ("AEST", 600),
    ("AEDT", 660),
];

/// By RFC 3339, RFC 2822, and what is like them. Without a zone it is UTC.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    let (day, rest) = dated(text)?;
    let rest = rest.split('(').next().unwrap_or_default().trim();
    let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ',')).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(end);
    let ahead = TimeDelta::try_minutes(ahead(zone.trim())?)?;
    day.and_time(time(clock)?).and_utc().checked_sub_signed(ahead)
}

/// The day as it is written, wherever that was.
pub fn day(text: &str) -> Option<NaiveDate> {
    dated(text.trim()).map(|(day, _)| day)
}

/// The day that a text begins with, and what follows.
fn dated(text: &str) -> Option<(NaiveDate, &str)> {
    if let Some((day, rest)) = text.split_at_checked(10) {
        let form = if day.contains('.') { "%d.%m.%Y" } else { "%Y-%m-%d" };
        if let Ok(day) = NaiveDate::parse_from_str(day, form) {
            return Some((day, rest.trim_start_matches(['T', 't', ' '])));
        }
    }
    if let Some((digits, rest)) = text.split_at_checked(8)
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !rest.starts_with(|c: char| c.is_ascii_digit())
    {
        return Some((NaiveDate::parse_from_str(digits, "%Y%m%d").ok()?, rest.trim_start_matches(['T', 't', ' '])));
    }
    worded(text)
}

/// `Mon, 2 Mar 2026`, `2 March 26`, `March 2, 2026`, and what follows.
fn worded(text: &str) -> Option<(NaiveDate, &str)> {
    let (first, after) = word(text)?;
    let is_weekday = first.chars().all(|c| c.is_alphabetic() || c == '.' || c == ',')
        && (first.ends_with(',') || month(first).is_none());
    let text = if is_weekday { after } else { text };
    let (first, rest) = word(text)?;
    let (second, rest) = word(rest)?;
    let (third, rest) = word(rest)?;
    let (month, day) = match (month(first), month(second)) {
        (Some(month), None) => (month, second),
        (_, Some(month)) => (month, first),
        (None, None) => return None,
    };
    let plain = |word: &str| word.trim_end_matches([',', '.']).to_owned();
    let year = plain(third);
    let number: i32 = year.parse().ok()?;
    // RFC 2822, 4.3.
    let year = match (year.len(), number) {
        (2, 0..50) => number + 2000,
        (2 | 3, _) => number + 1900,
        _ => number,
    };
    Some((NaiveDate::from_ymd_opt(year, month, plain(day).parse().ok()?)?, rest))
}

fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (end > 0).then(|| (&text[..end], text[end..].trim_start()))
}

fn month(word: &str) -> Option<u32> {
    let name = word.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().zip(1..).find(|(month, _)| **month == name).map(|(_, number)| number)
}

/// `10`, `10:00`, `9:00:01.5`; midnight, when nothing is said. `24:` is meant as the beginning of the day.
fn time(clock: &str) -> Option<NaiveTime> {
    if clock.is_empty() {
        return Some(NaiveTime::MIN);
    }
    let mut parts = clock.split(':').map(|part| part.split(['.', ',']).next().unwrap_or_default().parse::<u32>().ok());
    let (hour, minute) = (parts.next()??, parts.next().unwrap_or(Some(0))?);
    let second = parts.next().unwrap_or(Some(0))?;
    NaiveTime::from_hms_opt(if hour == 24 { 0 } else { hour }, minute, second.min(59))
}

/// How many minutes a zone is ahead of UTC: `GMT`, `CET`, `+0100`, `+01:00`, `GMT+2`. Letters of the military say nothing
/// (RFC 2822, 4.3).
fn ahead(zone: &str) -> Option<i64> {
    let zone = zone.to_ascii_uppercase();
    if let Some((_, ahead)) = ZONES.iter().find(|(name, _)| *name == zone) {
        return Some(*ahead);
    }
    let offset = ["UTC", "GMT", "UT"].iter().find_map(|name| zone.strip_prefix(name)).unwrap_or(&zone).trim();
    if offset.is_empty() || (offset.len() == 1 && offset.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        return Some(0);
    }
    let (sign, digits) = match offset.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, offset.strip_prefix('+')?),
    };
    let digits = digits.replace(':', "");
    let number: i64 = digits.parse().ok()?;
    match digits.len() {
        1 | 2 => Some(sign * number * 60),
        3 | 4 => Some(sign * (number / 100 * 60 + number % 100)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        let nine = "2026-03-02T09:00:00Z".parse::<DateTime<Utc>>().unwrap();
        for text in [
            "2026-03-02T09:00:00",
            "2026-03-02 09:00:00",
            "2026-03-02T10:00+01:00",
            "2026-03-02T10:00:00.123+0100",
            "Monday, 2 March 2026 10:00:00 CET",
            "Mon, 02 Mar 2026 11:00:00 GMT+2",
            "Mon, 02 Mar 2026 09:00 GMT",
            "Mo, 2 Mar 26 10:00:00 +0100 (CET)",
            "Mar 2, 2026 9:00:00",
            "Mon, 02 Mar 2026 09:00:00 -0000",
            "Mon, 02 Mar 2026 04:00:00 EST",
            "02.03.2026 09:00",
        ] {
            let found = instant(text).map(|at| at.date_naive().and_hms_opt(9, 0, 0).unwrap().and_utc());
            assert_eq!(found, Some(nine), "{text}");
            assert!(instant(text).is_some_and(|at| (at - nine).num_seconds() == 0), "{text}");
        }
        for text in ["", "soon", "2 March", "Mon, 02 Mar 2026 09:00:00 Nowhere", "2026-13-02T09:00:00", "ü, ö, ä, ß"]
        {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn days_are_those_that_are_written() {
        let second = NaiveDate::from_ymd_opt(2026, 3, 2);
        for text in [
            "2026-03-02",
            "2026-03-02T23:00:00-08:00",
            "March 2, 2026",
            "02.03.2026",
            "20260302",
            "20260302T101500Z",
            "Mon, 02 Mar 2026 23:00:00 -0800",
        ] {
            assert_eq!(day(text), second, "{text}");
        }
        assert_eq!(day("202603021"), None);
    }
}
