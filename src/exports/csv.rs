//! Contacts as a table (RFC 4180), harmless to the programs that open it.
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::contacts::{Contact, Position};
use crate::fields::store;

/// Between several values in one cell.
const SEPARATOR: &str = "; ";

/// The columns, named as the fields of the API.
pub const COLUMNS: [&str; 47] = [
    "id",
    "created_at",
    "updated_at",
    "name",
    "name_prefix",
    "given_name",
    "additional_name",
    "family_name",
    "name_suffix",
    "preferred_name",
    "pronunciation",
    "pronouns",
    "headline",
    "emails",
    "phones",
    "links",
    "company",
    "title",
    "former_positions",
    "street",
    "locality",
    "region",
    "postal_code",
    "country",
    "education",
    "location",
    "time_zone",
    "industries",
    "expertise",
    "how_found",
    "how_found_detail",
    "how_found_on",
    "relationship",
    "shared_ground",
    "strength",
    "stage",
    "tags",
    "last_touch_at",
    "notes",
    "stage_reason",
    "do_not_contact",
    "connector_id",
    "preferred_channel",
    "custom_fields",
    "external_ids",
    "positions",
    "schools",
];

pub fn header() -> String {
    line(COLUMNS.map(str::to_owned))
}

/// One line. Of lists the primary item comes first.
pub fn row(contact: &Contact) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let list = |items: &[String]| items.join(SEPARATOR);
    let at = contact.positions.iter().find(|position| position.current());
    let former = contact.positions.iter().filter(|position| at.is_none_or(|at| at.id != position.id));
    let former = former.map(|position| {
        [position.title.as_deref(), position.company_name.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ")
    });
    // Ids mean nothing where the table is read.
    let positions: Vec<Position> =
        contact.positions.iter().map(|one| Position { id: None, company_id: None, ..one.clone() }).collect();
    let address = contact.addresses.iter().find(|address| address.is_primary);
    let of = |part: fn(&crate::contacts::PostalAddress) -> &Option<String>| {
        address.map_or_else(String::new, |a| text(part(a)))
    };
    let schools = contact.education.iter().map(|school| {
        let parts = [Some(school.school.as_str()), school.degree.as_deref(), school.field_of_study.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    });
    line([
        contact.id.to_string(),
        instant(contact.created_at),
        instant(contact.updated_at),
        contact.name.clone(),
        text(&contact.name_prefix),
        text(&contact.given_name),
        text(&contact.additional_name),
        text(&contact.family_name),
        text(&contact.name_suffix),
        text(&contact.preferred_name),
        text(&contact.pronunciation),
        text(&contact.pronouns),
        text(&contact.headline),
        primary_first(contact.emails.iter().map(|email| (email.is_primary, email.address.as_str()))),
        primary_first(contact.phones.iter().map(|phone| (phone.is_primary, phone.number.as_str()))),
        primary_first(contact.links.iter().map(|link| (link.is_primary, link.url.as_str()))),
        at.and_then(|at| at.company_name.clone()).unwrap_or_default(),
        at.and_then(|at| at.title.clone()).unwrap_or_default(),
        former.collect::<Vec<_>>().join(SEPARATOR),
        of(|address| &address.street),
        of(|address| &address.locality),
        of(|address| &address.region),
        of(|address| &address.postal_code),
        of(|address| &address.country),
        schools.collect::<Vec<_>>().join(SEPARATOR),
        text(&contact.location),
        text(&contact.time_zone),
        list(&contact.industries),
        list(&contact.expertise),
        contact.how_found.map_or("", |word| word.name()).to_owned(),
        text(&contact.how_found_detail),
        contact.how_found_on.map_or_else(String::new, |date| date.to_string()),
        contact.relationship.map_or("", |word| word.name()).to_owned(),
        list(&contact.shared_ground),
        contact.strength.map_or_else(String::new, |strength| strength.to_string()),
        contact.stage.name().to_owned(),
        list(&contact.tags),
        contact.last_touch_at.map_or_else(String::new, instant),
        text(&contact.notes),
        contact.stage_reason.map_or("", |word| word.name()).to_owned(),
        contact.do_not_contact.to_string(),
        contact.connector_id.map_or_else(String::new, |id| id.to_string()),
        contact.preferred_channel.map_or("", |word| word.name()).to_owned(),
        json(&contact.custom_fields, contact.custom_fields.is_empty()),
        json(&contact.external_ids, contact.external_ids.is_empty()),
        json(&positions, positions.is_empty()),
        json(&contact.education, contact.education.is_empty()),
    ])
}

/// As the API writes it.
fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// JSON, if there is something in it.
fn json(value: &impl Serialize, is_empty: bool) -> String {
    if is_empty { String::new() } else { store(value).to_string() }
}

fn primary_first<'a>(items: impl Iterator<Item = (bool, &'a str)>) -> String {
    let mut items: Vec<(bool, &str)> = items.collect();
    items.sort_by_key(|(is_primary, _)| !is_primary);
    items.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(SEPARATOR)
}

fn line<const N: usize>(cells: [String; N]) -> String {
    let mut line = cells.map(|cell| quoted(&harmless(&cell))).join(",");
    line.push_str("\r\n");
    line
}

/// A table program takes a cell that begins like this for a formula; behind an apostrophe it is a text.
fn harmless(cell: &str) -> String {
    let first = cell.chars().next();
    let dangerous = first.is_some_and(|c| "=+-@＝＋－＠".contains(c) || c.is_control());
    if dangerous { format!("'{cell}") } else { cell.to_owned() }
}

fn quoted(cell: &str) -> String {
    let plain = !cell.contains([',', '"', '\r', '\n', ';']) && cell.trim() == cell;
    if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_texts() {
        for cell in ["=1+1", "+44 20", "-1", "@x", "＝1", "＋", "－", "＠", "\tx", "\rx", "\nx", "\u{1}"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        for cell in ["", "a=1", "'x", "1+1", " =1"] {
            assert_eq!(harmless(cell), cell);
        }
    }

    #[test]
    fn cells_are_quoted_where_they_must() {
        assert_eq!(
            line(["a".into(), "b,c".into(), "d\"e".into(), " f".into(), "g\nh".into()]),
            "a,\"b,c\",\"d\"\"e\",\" f\",\"g\nh\"\r\n"
        );
    }
}
