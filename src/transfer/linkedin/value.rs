//! What a single field says.

use chrono::{Datelike, NaiveDate, NaiveTime};

pub use crate::transfer::value::{clean, is_email};

/// Years a connection can be from; LinkedIn opened in 2003.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// `12 Mar 2025`; older exports `3/12/2025`, `03/12/25` or `3/12/25, 4:05 PM`, month first;
/// spreadsheets `12-Mar-25` and `2025-03-12`.
pub fn date(text: &str) -> Option<NaiveDate> {
    let date = if text.contains('/') {
        american_date(text)
    } else {
        ["%d %b %Y", "%Y-%m-%d", "%d-%b-%Y", "%d-%b-%y"]
            .iter()
            .find_map(|format| NaiveDate::parse_from_str(text, format).ok().filter(is_plausible))
    };
    date.filter(is_plausible)
}

fn is_plausible(date: &NaiveDate) -> bool {
    YEARS.contains(&date.year())
}

fn american_date(text: &str) -> Option<NaiveDate> {
    let (date, time) = match text.split_once([',', ' ']) {
        Some((date, time)) => (date, Some(time.trim())),
        None => (text, None),
    };
    if !time.is_none_or(is_time) {
        return None;
    }
    let mut parts = date.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    NaiveDate::from_ymd_opt(full_year(year)?, number(month)?, number(day)?)
}

fn full_year(text: &str) -> Option<i32> {
    let year = i32::try_from(number(text)?).ok()?;
    match text.len() {
        2 => Some(2000 + year),
        4 => Some(year),
        _ => None,
    }
}

/// Digits only: `parse` alone would take a sign.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn is_time(text: &str) -> bool {
    ["%I:%M %p", "%H:%M", "%I:%M:%S %p", "%H:%M:%S"]
        .iter()
        .any(|format| NaiveTime::parse_from_str(text, format).is_ok())
}
