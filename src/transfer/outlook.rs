//! Outlook's contacts, as the desktop program writes them and as Outlook.com does: one row of some ninety columns for
//! a person, in English headings whatever the language of the program.
use super::columns::{Column, Field};
use super::table::heading;

/// Headings that only Outlook has, or hardly anybody else.
const TELLING: [&str; 14] = [
    "business street",
    "business phone",
    "business fax",
    "company main phone",
    "e-mail 2 address",
    "e-mail address",
    "e-mail display name",
    "e-mail type",
    "home street",
    "job title",
    "referred by",
    "schools",
    "mobile phone",
    "assistant's name",
];

/// Whether the headings are Outlook's.
pub fn recognises(headings: &[String]) -> bool {
    let headings: Vec<String> = headings.iter().map(|text| heading(text)).collect();
    let has = |name: &str| headings.iter().any(|text| text == name);
    let names = has("first name") || has("last name");
    names && TELLING.iter().filter(|name| has(name)).count() >= 2 && !has("connected on")
}

/// What each column holds.
pub fn columns(headings: &[String]) -> Vec<Option<Column>> {
    headings.iter().map(|text| column(text)).collect()
}

fn column(text: &str) -> Option<Column> {
    use Field::{
        AdditionalName, Company, Country, CustomDate, CustomField, Email, FamilyName, GivenName, Link, Locality,
        NamePrefix, NameSuffix, Notes, PostalCode, PreferredName, Pronunciation, ReferredBy, Region, School, Street,
        Tags, Title,
    };
    let heading = heading(text);
    let (field, label) = match heading.as_str() {
        "title" => (NamePrefix, ""),
        "first name" => (GivenName, ""),
        "middle name" => (AdditionalName, ""),
        "last name" => (FamilyName, ""),
        "suffix" => (NameSuffix, ""),
        "nickname" => (PreferredName, ""),
        "given yomi" | "surname yomi" => (Pronunciation, ""),
        "company" => (Company, ""),
        "job title" => (Title, ""),
        "e-mail address" | "e-mail 2 address" | "e-mail 3 address" => (Email, ""),
        "web page" | "personal web page" => (Link, "home"),
        "business web page" => (Link, "work"),
        "notes" => (Notes, ""),
        "categories" | "keywords" => (Tags, ""),
        "referred by" => (ReferredBy, ""),
        "schools" => (School, ""),
        "birthday" | "anniversary" => (CustomDate, ""),
        "location" => (Field::Location, ""),
        _ => match address(&heading).or_else(|| phone(&heading)) {
            Some(known) => known,
            None if is_noise(&heading) => return None,
            None => (CustomField, ""),
        },
    };
    fn address(heading: &str) -> Option<(Field, &'static str)> {
        let labels = [("business ", "work"), ("home ", "home"), ("other ", "other")];
        let (rest, label) = labels.iter().find_map(|(name, label)| Some((heading.strip_prefix(name)?, *label)))?;
        let field = match rest {
            "street" | "street 2" | "street 3" | "address po box" | "address" => Street,
            "city" => Locality,
            "state" => Region,
            "postal code" => PostalCode,
            "country/region" | "country" => Country,
            _ => return None,
        };
        Some((field, label))
    }
    let noise: &[&str] = match heading.as_str() {
        "gender" => &["unspecified"],
        "private" => &["false"],
        "priority" | "sensitivity" => &["normal"],
        _ => &[],
    };
    Some(Column { noise, ..Column::new(field, label, text) })
}

fn phone(heading: &str) -> Option<(Field, &'static str)> {
    let label = match heading {
        "business phone" | "business phone 2" => "work",
        "home phone" | "home phone 2" => "home",
        "mobile phone" | "car phone" | "radio phone" => "mobile",
        "primary phone" | "company main phone" => "main",
        "business fax" | "home fax" | "other fax" => "fax",
        "assistant's phone" => "assistant",
        "pager" => "pager",
        "other phone" | "callback" | "isdn" | "telex" | "tty/tdd phone" => "other",
        _ => return None,
    };
    Some((Field::Phone, label))
}

/// What says how Outlook keeps the row, and nothing of the person.
fn is_noise(heading: &str) -> bool {
    let repeated = ["e-mail type", "e-mail 2 type", "e-mail 3 type", "initials", "directory server"];
    heading.is_empty() || heading.ends_with("display name") || repeated.contains(&heading)
}
