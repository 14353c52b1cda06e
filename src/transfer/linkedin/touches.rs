//! LinkedIn's `messages.csv` and `Invitations.csv`: what the member and others wrote to each other.
use std::fs::File;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::Profile;
use super::content::plain;
use super::name::Name;
use crate::auth::sha256;
use crate::contacts::HowFound;
use crate::fields::Link;
use crate::text::fold;
use crate::transfer::columns::fits_header;
use crate::transfer::formats::{FileError, Hints};
use crate::transfer::record::{Entry, Record as Person, Said, name_words};
use crate::transfer::records::Record;
use crate::transfer::table::{Candidate, Head, Table, heading};
use crate::transfer::value::{DateOrder, clean, split_name};

/// The most characters of a text that is kept.
const MAX_BODY: usize = 65_536;
const MAX_SUBJECT: usize = 500;
/// The most people of one message.
const MAX_PEOPLE: usize = 50;

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TouchKind {
    Message,
    Invitation,
}

impl TouchKind {
    /// What the file is called in an archive.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Message => "messages.csv",
            Self::Invitation => "Invitations.csv",
        }
    }

    /// The heading of the column that says when it was.
    pub const fn dated_by(self) -> &'static str {
        match self {
            Self::Message => "DATE",
            Self::Invitation => "Sent At",
        }
    }

    /// Whether these are the file's headings.
    pub fn recognises(self, headings: &[String]) -> bool {
        let has = |name: &str| headings.iter().any(|text| heading(text) == name);
        match self {
            Self::Message => {
                has("from") && has("date") && has("content") && (has("conversation id") || has("direction"))
            }
            Self::Invitation => has("from") && has("to") && has("sent at") && has("direction"),
        }
    }
}

/// Somebody who wrote or was written to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    pub name: Option<String>,
    pub profile: Option<Profile>,
}

impl Party {
    fn new(name: &str, url: &str) -> Self {
        // By this name LinkedIn calls whoever has left.
        let name = clean(name).filter(|name| !name.eq_ignore_ascii_case("LinkedIn Member"));
        Self { name, profile: Profile::parse(url) }
    }

    /// By what two rows know the same person; none for whoever has left.
    pub fn key(&self) -> Option<String> {
        let by_name = || self.name.as_deref().map(name_words).filter(|words| !words.is_empty());
        let by_profile = self.profile.as_ref().map(|profile| format!("in:{}", profile.slug));
        by_profile.or_else(|| by_name().map(|words| format!("name:{words}")))
    }

    pub fn shown(&self) -> String {
        self.name.clone().or_else(|| self.profile.as_ref().map(|profile| profile.slug.clone())).unwrap_or_default()
    }

    /// The person as a connection of the same name and profile would have them.
    pub fn person(&self, line: u64) -> Person {
        let (given, family) = self.name.as_deref().map(split_name).unwrap_or_default();
        let Name { prefix, given, family, suffix } = Name::split(given, family);
        let label = Some("linkedin".to_owned());
        let link = self.profile.clone().map(|page| Link { url: page.url, label, is_primary: false });
        Person {
            line,
            key: self.key().unwrap_or_default(),
            slugs: self.profile.iter().map(|page| page.slug.clone()).collect(),
            said: Said {
                name_prefix: prefix,
                given_name: given,
                family_name: family,
                name_suffix: suffix,
                links: link.into_iter().collect(),
                ..Said::default()
            },
            how_found: Some(HowFound::Linkedin),
            ..Person::default()
        }
    }
}

/// A message or an invitation, as the file has it.
#[derive(Debug)]
pub struct Touch {
    pub line: u64,
    pub kind: TouchKind,
    pub from: Party,
    pub to: Vec<Party>,
    pub at: DateTime<Utc>,
    pub subject: Option<String>,
    pub body: String,
    /// Whether the member sent it, where the file says so.
    pub is_sent: Option<bool>,
    /// By what it is known again, but for whom it is about.
    pub key: String,
}

/// The rows of one of the two files, in constant memory.
pub struct Touches {
    kind: TouchKind,
    table: Table,
    columns: Columns,
    order: Option<DateOrder>,
}

/// Where what stands.
struct Columns {
    from: Option<usize>,
    from_url: Option<usize>,
    to: Option<usize>,
    to_urls: Option<usize>,
    at: Option<usize>,
    subject: Option<usize>,
    text: Option<usize>,
    direction: Option<usize>,
    draft: Option<usize>,
}

impl Columns {
    fn of(headings: &[String]) -> Self {
        let at = |names: &[&str]| headings.iter().position(|text| names.contains(&heading(text).as_str()));
        Self {
            from: at(&["from"]),
            from_url: at(&["sender profile url", "inviterprofileurl"]),
            to: at(&["to"]),
            to_urls: at(&["recipient profile urls", "recipient profile url", "inviteeprofileurl"]),
            at: at(&["date", "sent at"]),
            subject: at(&["subject"]),
            text: at(&["content", "message"]),
            direction: at(&["direction"]),
            draft: at(&["is message draft"]),
        }
    }
}

impl Touches {
    /// Opens the file, whose header is somewhere in its beginning, with the encoding and the order of dates in figures that
    /// somebody may have said.
    pub fn open(file: File, kind: TouchKind, hints: &Hints) -> Result<Self, FileError> {
        let head = Head::read(file, hints.encoding)?;
        let candidates: Vec<Candidate> = head.candidates(None);
        let header = candidates.iter().find(|found| kind.recognises(&found.cells));
        let header = header.ok_or_else(|| head.without_header())?;
        let (table, _) = head.table(header);
        let columns = Columns::of(&table.headings);
        Ok(Self { kind, table, columns, order: hints.date_order })
    }
}

impl Iterator for Touches {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let headings = &self.table.headings;
        Some(match self.table.records.read()? {
            Err(fault) => Entry::unread(fault, headings),
            Ok(record) => match fits_header(&record, headings.len()) {
                Some(fault) => Entry::unread(fault, headings),
                None => touch(self.kind, self.order, &self.columns, &record, headings),
            },
        })
    }
}

fn touch(
    kind: TouchKind,
    order: Option<DateOrder>,
    columns: &Columns,
    record: &Record<'_>,
    headings: &[String],
) -> Entry {
    let line = record.line;
    let field = |column: Option<usize>| column.map_or("", |index| record.field(index));
    let skipped = |reason| Entry::Skipped { line, reason };
    if record.fields().all(|field| clean(field).is_none()) {
        return skipped("empty");
    }
    if clean(field(columns.draft)).is_some_and(|word| matches!(word.to_lowercase().as_str(), "yes" | "true")) {
        return skipped("draft");
    }
    let Some(at) = instant(field(columns.at), order) else {
        let column = columns.at.and_then(|index| u64::try_from(index + 1).ok());
        let heading = columns.at.and_then(|index| headings.get(index)).cloned();
        let told: String = field(columns.at).chars().take(100).collect();
        return Entry::Error {
            line,
            column,
            heading,
            code: "invalid_date",
            detail: format!("{told:?} is no date and time"),
        };
    };
    let from = Party::new(field(columns.from), field(columns.from_url));
    let to = recipients(field(columns.to), field(columns.to_urls));
    let body: String = plain(field(columns.text)).chars().take(MAX_BODY).collect();
    if body.is_empty() && kind == TouchKind::Message {
        return skipped("no_text");
    }
    let subject = clean(field(columns.subject)).map(|text| text.chars().take(MAX_SUBJECT).collect::<String>());
    let is_sent = match clean(field(columns.direction)).unwrap_or_default().to_lowercase().as_str() {
        "outgoing" => Some(true),
        "incoming" => Some(false),
        _ => None,
    };
    // To the minute: older exports say no more.
    let minute = at.format("%Y-%m-%dT%H:%M");
    let sender = from.key().unwrap_or_default();
    let known_by = format!("{}\n{minute}\n{sender}\n{}", kind.file(), fold(&body));
    let key = format!("linkedin:{}", hex::encode(&sha256(known_by.as_bytes())[..16]));
    Entry::Touch(Box::new(Touch { line, kind, from, to, at, subject, body, is_sent, key }))
}

/// Names and pages, each separated by commas. A name may have one in it: then only the pages can be told apart.
fn recipients(names: &str, urls: &str) -> Vec<Party> {
    let urls: Vec<&str> = urls.split(',').map(str::trim).filter(|url| !url.is_empty()).collect();
    let parts: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let parties: Vec<Party> = match (urls.len(), parts.len()) {
        (0, _) => parts.iter().map(|name| Party::new(name, "")).collect(),
        (1, _) => vec![Party::new(names, urls[0])],
        (urls_count, parts_count) if urls_count == parts_count => {
            parts.iter().zip(&urls).map(|(name, url)| Party::new(name, url)).collect()
        }
        _ => urls.iter().map(|url| Party::new("", url)).collect(),
    };
    parties.into_iter().take(MAX_PEOPLE).collect()
}

/// `2024-03-12 09:33:12 UTC`; older `2019/11/06 14:23:07 UTC`, `3/12/24, 9:33 AM`. All are UTC. In figures the month comes
/// before the day, unless somebody says otherwise.
fn instant(text: &str, order: Option<DateOrder>) -> Option<DateTime<Utc>> {
    let text = clean(text)?;
    if let Ok(at) = DateTime::parse_from_rfc3339(&text) {
        return Some(at.to_utc());
    }
    let text = text.strip_suffix("UTC").unwrap_or(&text).trim();
    let formats = [
        "%Y-%m-%d %H:%M:%S",
        "%Y/%m/%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%m/%d/%y, %I:%M %p",
        "%m/%d/%Y, %I:%M %p",
        "%m/%d/%y %I:%M %p",
        "%m/%d/%y, %H:%M",
        "%m/%d/%Y %H:%M",
        "%d %b %Y, %H:%M",
    ];
    let days_first = order == Some(DateOrder::DayMonthYear);
    let in_order = |format: &str| if days_first { format.replace("%m/%d/", "%d/%m/") } else { format.to_owned() };
    let at = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, &in_order(format)).ok())?;
    // A year of four figures read as one of two, or the other way round, is none that LinkedIn was there in.
    let year = chrono::Datelike::year(&at);
    (2002..=2100).contains(&year).then(|| at.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_all_their_forms() {
        let at = |text: &str| instant(text, None).map(|at| at.to_rfc3339());
        for (text, told) in [
            ("2024-03-12 09:33:12 UTC", "2024-03-12T09:33:12+00:00"),
            ("2019/11/06 14:23:07 UTC", "2019-11-06T14:23:07+00:00"),
            ("3/12/24, 9:33 AM", "2024-03-12T09:33:00+00:00"),
            ("12/31/2018, 11:59 PM", "2018-12-31T23:59:00+00:00"),
            ("2024-03-12T09:33:12Z", "2024-03-12T09:33:12+00:00"),
        ] {
            assert_eq!(at(text).as_deref(), Some(told), "{text}");
        }
        for none in ["", "soon", "2024-13-12 09:33:12 UTC", "1/1/1970, 1:00 AM"] {
            assert_eq!(at(none), None, "{none}");
        }
        let said = |text: &str| instant(text, Some(DateOrder::DayMonthYear)).map(|at| at.to_rfc3339());
        assert_eq!(said("3/12/24, 9:33 AM").as_deref(), Some("2024-12-03T09:33:00+00:00"));
        assert_eq!(said("31/12/2018, 11:59 PM").as_deref(), Some("2018-12-31T23:59:00+00:00"));
        assert_eq!(said("2024-03-12 09:33:12 UTC").as_deref(), Some("2024-03-12T09:33:12+00:00"));
    }

    #[test]
    fn recipients_are_told_apart_as_far_as_that_goes() {
        let told = |names: &str, urls: &str| -> Vec<String> {
            recipients(names, urls).iter().map(|party| party.key().unwrap_or_default()).collect()
        };
        let (ada, bob) = ("https://www.linkedin.com/in/ada", "https://www.linkedin.com/in/bob");
        assert_eq!(told("Ada Lovelace, PhD", ada), ["in:ada"]);
        assert_eq!(told("Ada,Bob", &format!("{ada},{bob}")), ["in:ada", "in:bob"]);
        assert_eq!(told("Ada, PhD,Bob", &format!("{ada},{bob}")), ["in:ada", "in:bob"]);
        assert_eq!(told("Bob Noyce,LinkedIn Member", ""), ["name:bob noyce", ""]);
    }
}
