//! What a single field of a file says.
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::schema::formats;
use crate::text::composed;

/// The field's text: with composed letters, trimmed, runs of whitespace and control characters as one space, without
/// invisible marks at its edges, without what turns the direction of a line (which no field of one line may have), and
/// without the apostrophe a CSV export put before a formula.
pub fn clean(field: &str) -> Option<String> {
    let text = unguard(field.trim_matches(is_margin)).trim_matches(is_margin).replace(formats::turns, "");
    let mut clean = String::with_capacity(text.len());
    for word in text.split(is_gap).filter(|word| !word.is_empty()) {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(word);
    }
    (!clean.is_empty()).then(|| composed(&clean).into_owned())
}

/// A text of several lines: trimmed, with line feeds between its lines.
pub fn clean_lines(field: &str) -> Option<String> {
    let text = unguard(field.trim_matches(is_margin)).replace("\r\n", "\n").replace('\r', "\n");
    let lines: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let lines = lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let lines = lines.trim_matches(|c: char| c == '\n' || is_margin(c));
    (!lines.is_empty()).then(|| lines.to_owned())
}

fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(guarded) if guarded.starts_with(starts_formula) => guarded,
        _ => text,
    }
}

fn starts_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠')
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Zero-width and direction marks stay inside a text, where they join emoji and letters.
fn is_margin(c: char) -> bool {
    is_gap(c) || is_mark(c)
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// A telephone number as typed, without the direction marks that phones put around it.
pub fn phone(text: &str) -> Option<String> {
    let number: String = text.chars().filter(|c| !is_mark(*c)).collect();
    clean(&number).filter(|number| number.chars().any(|c| c.is_ascii_digit()))
}

/// An address such as a contact may have.
pub fn is_email(text: &str) -> bool {
    formats::email(text)
}

/// A link, with the scheme that people leave out.
pub fn link(text: &str) -> Option<String> {
    let text = clean(text)?;
    if formats::http_url(&text) {
        return Some(text);
    }
    let guess = format!("https://{}", text.strip_prefix("//").unwrap_or(&text));
    let host = text.split(['/', '?', '#', ':']).find(|part| !part.is_empty())?;
    (!text.contains("://") && !text.contains('@') && host.contains('.') && formats::http_url(&guess)).then_some(guess)
}

/// Given and family name out of one text: `Lovelace, Ada` or `Ada Lovelace`. Names in letters without spaces between
/// them, and single words, are given names.
pub fn split_name(name: &str) -> (Option<String>, Option<String>) {
    let Some(name) = clean(name) else { return (None, None) };
    if let Some((family, given)) = name.split_once(", ") {
        return (clean(given), clean(family));
    }
    match name.rsplit_once(' ') {
        Some((given, family)) => (clean(given), clean(family)),
        None => (Some(name), None),
    }
}

/// In which order the numbers of a date stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    YearMonthDay,
    DayMonthYear,
    MonthDayYear,
}

impl DateOrder {
    /// The order that fits all of these dates: `13` is no month, and `31` no year of two digits that comes first.
    /// None where several fit.
    pub fn detect<'a>(dates: impl Iterator<Item = &'a str>) -> Option<Self> {
        let (mut day_first, mut month_first, mut year_first) = (0, 0, 0);
        for parts in dates.filter_map(numbers) {
            if parts[0] > 31 {
                year_first += 1;
            } else if parts[0] > 12 && parts[1] <= 12 {
                day_first += 1;
            } else if parts[1] > 12 && parts[0] <= 12 {
                month_first += 1;
            }
        }
        match (year_first, day_first, month_first) {
            (0, 0, 0) => None,
            (year, day, month) if year >= day && year >= month => Some(Self::YearMonthDay),
            (_, day, month) if day == month => None,
            (_, day, month) => Some(if day > month { Self::DayMonthYear } else { Self::MonthDayYear }),
        }
    }
}

/// The three numbers of a date in figures; none for `0/0/00`, by which Outlook means no date.
fn numbers(text: &str) -> Option<[u32; 3]> {
    let date = text.split([' ', 'T', ',']).next()?;
    let mut parts = date.split(['/', '.', '-']).map(|part| part.parse::<u32>().ok());
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    (parts.next().is_none() && numbers[0] > 0 && numbers[1] > 0).then_some(numbers)
}

/// Whether the order of its numbers makes another date of it.
pub fn is_ambiguous(text: &str) -> bool {
    numbers(text).is_some_and(|[first, second, _]| first <= 12 && second <= 12 && first != second)
}

/// Whether it is a date in figures, or was meant to be one.
pub fn is_in_figures(text: &str) -> bool {
    numbers(text).is_some()
}

/// What dates are taken for whose order does not show: where there are slashes the month comes first, as in America.
pub fn assumed_order(text: &str) -> DateOrder {
    if text.contains('/') { DateOrder::MonthDayYear } else { DateOrder::DayMonthYear }
}

/// A date in figures or with the month's English name; of two readings the order decides, or, without one, the assumed
/// order.
pub fn date(text: &str, order: Option<DateOrder>) -> Option<NaiveDate> {
    let text = clean(text)?;
    let named = ["%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y"];
    if let Some(date) = named.iter().find_map(|format| NaiveDate::parse_from_str(&text, format).ok()) {
        return Some(date).filter(is_plausible);
    }
    let [first, second, third] = numbers(&text)?;
    let (year, month, day) = match order.unwrap_or_else(|| assumed_order(&text)) {
        _ if first > 31 => (first, second, third),
        DateOrder::YearMonthDay => (first, second, third),
        DateOrder::DayMonthYear => (third, second, first),
        DateOrder::MonthDayYear => (third, first, second),
    };
    let century = match year {
        0..=49 => 2000,
        50..=99 => 1900,
        _ => 0,
    };
    NaiveDate::from_ymd_opt(i32::try_from(year + century).ok()?, month, day).filter(is_plausible)
}

fn is_plausible(date: &NaiveDate) -> bool {
    (1800..=2200).contains(&date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_dates_shows_itself() {
        assert_eq!(DateOrder::detect(["3/4/2020", "13/4/2020"].into_iter()), Some(DateOrder::DayMonthYear));
        assert_eq!(DateOrder::detect(["3/4/2020", "4/13/2020"].into_iter()), Some(DateOrder::MonthDayYear));
        assert_eq!(DateOrder::detect(["2020-04-13"].into_iter()), Some(DateOrder::YearMonthDay));
        assert_eq!(DateOrder::detect(["3/4/2020", "0/0/00", "x"].into_iter()), None);
    }

    #[test]
    fn dates_are_read_in_their_order() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day);
        assert_eq!(date("3/4/2020", None), day(2020, 3, 4));
        assert_eq!(date("3/4/2020", Some(DateOrder::DayMonthYear)), day(2020, 4, 3));
        assert_eq!(date("03.04.71", None), day(1971, 4, 3));
        assert_eq!(date("2020-04-13 10:00:00 UTC", None), day(2020, 4, 13));
        assert_eq!(date("12 Mar 2025", None), day(2025, 3, 12));
        for none in ["0/0/00", "", "soon", "31/31/2020", "2020-02-30", "1/2/3/4"] {
            assert_eq!(date(none, None), None, "{none}");
        }
    }

    #[test]
    fn links_get_the_scheme_that_is_left_out() {
        assert_eq!(link("www.example.org/a").as_deref(), Some("https://www.example.org/a"));
        assert_eq!(link("http://example.org").as_deref(), Some("http://example.org"));
        for none in ["javascript:alert(1)", "ada", "ada@example.org", "ftp://example.org", ""] {
            assert_eq!(link(none), None, "{none}");
        }
    }

    #[test]
    fn names_are_split() {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        for (name, given, family) in [
            ("Ada Lovelace", "Ada", "Lovelace"),
            ("Lovelace, Ada", "Ada", "Lovelace"),
            ("小明", "小明", ""),
            (" ", "", ""),
        ] {
            assert_eq!(split_name(name), (some(given), some(family)));
        }
    }

    #[test]
    fn numbers_lose_their_marks() {
        assert_eq!(phone("\u{202A}+1 555\u{202C} 0100").as_deref(), Some("+1 555 0100"));
        assert_eq!(phone("none"), None);
    }
}
