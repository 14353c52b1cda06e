//! What headings mean, in the words that tables use, in some languages.
use std::collections::HashSet;

use super::model::MappedColumn;
use crate::text::fold;
use crate::transfer::columns::{Column, Field};
use crate::transfer::table::heading;

/// What each column holds, as far as its heading tells. Of a field that a contact has once, the first column counts.
pub fn columns(headings: &[String]) -> Vec<Option<Column>> {
    let mut taken = HashSet::new();
    let once = |field: Field| {
        !matches!(
            field,
            Field::Email | Field::Phone | Field::Link | Field::Linkedin | Field::Tags | Field::Notes | Field::School
        )
    };
    headings
        .iter()
        .map(|text| {
            let (field, label) = meaning(text)?;
            let new = taken.insert((field, label.clone()));
            (new || !once(field)).then(|| Column::new(field, &label, text))
        })
        .collect()
}

/// Whether these columns say who a row is about.
pub fn tells_who(columns: &[Option<Column>]) -> bool {
    let has = |fields: &[Field]| columns.iter().flatten().any(|column| fields.contains(&column.field));
    has(&[Field::GivenName, Field::FamilyName, Field::FullName, Field::Email]) && columns.len() > 1
}

/// The columns as a mapping says them.
pub fn mapped(headings: &[String], columns: &[Option<Column>]) -> Vec<MappedColumn> {
    let known = headings.iter().zip(columns).filter_map(|(text, column)| Some((text, column.as_ref()?)));
    known
        .map(|(text, column)| MappedColumn {
            heading: Some(text.clone()),
            number: None,
            field: column.field,
            label: Some(column.label.clone()).filter(|label| !label.is_empty()),
            name: None,
        })
        .collect()
}

/// The field of a heading, and the label that the heading has in it.
fn meaning(text: &str) -> Option<(Field, String)> {
    let words = fold(&heading(text).replace(['_', '-', '.', ':', '(', ')', '/', '*'], " "));
    if let Some(field) = field(&words) {
        return Some((field, String::new()));
    }
    // `Work e-mail`, `Telefon privat`: one word is the label.
    for (word, label) in LABELS {
        let rest: Vec<&str> = words.split(' ').filter(|part| part != word).collect();
        let rest = rest.join(" ");
        if rest != words
            && let Some(field) = field(&rest)
        {
            return Some((field, (*label).to_owned()));
        }
    }
    // `E-mail 2`.
    let (rest, number) = words.rsplit_once(' ')?;
    number.parse::<u8>().ok()?;
    let field = field(rest).filter(|field| matches!(field, Field::Email | Field::Phone | Field::Link))?;
    Some((field, String::new()))
}

fn field(words: &str) -> Option<Field> {
    MEANINGS.iter().find(|(_, names)| names.contains(&words)).map(|(field, _)| *field)
}

const LABELS: &[(&str, &str)] = &[
    ("work", "work"),
    ("business", "work"),
    ("office", "work"),
    ("company", "work"),
    ("geschaftlich", "work"),
    ("dienstlich", "work"),
    ("professionnel", "work"),
    ("trabajo", "work"),
    ("home", "home"),
    ("private", "home"),
    ("personal", "home"),
    ("privat", "home"),
    ("personnel", "home"),
    ("mobile", "mobile"),
    ("cell", "mobile"),
    ("mobil", "mobile"),
    ("portable", "mobile"),
    ("movil", "mobile"),
    ("primary", "main"),
    ("main", "main"),
    ("other", "other"),
];

/// Headings, folded.
#[rustfmt::skip]
const MEANINGS: &[(Field, &[&str])] = &[
    (Field::GivenName, &["first name", "firstname", "given name", "givenname", "forename", "first", "vorname", "prenom", "nombre", "nome", "voornaam", "imie"]),
    (Field::AdditionalName, &["middle name", "middlename", "additional name", "middle", "second name", "zweiter vorname", "segundo nombre"]),
    (Field::FamilyName, &["last name", "lastname", "surname", "family name", "familyname", "last", "nachname", "familienname", "nom de famille", "apellido", "apellidos", "cognome", "sobrenome", "achternaam", "nazwisko"]),
    (Field::FullName, &["name", "full name", "fullname", "contact name", "contact", "display name", "person", "nom", "nom complet", "nombre completo", "vollstandiger name", "naam"]),
    (Field::NamePrefix, &["prefix", "name prefix", "salutation", "honorific", "anrede", "titel", "civilite", "tratamiento"]),
    (Field::NameSuffix, &["suffix", "name suffix"]),
    (Field::PreferredName, &["nickname", "preferred name", "goes by", "spitzname", "rufname", "surnom", "apodo"]),
    (Field::Pronunciation, &["pronunciation", "phonetic name", "aussprache"]),
    (Field::Pronouns, &["pronouns", "pronomen"]),
    (Field::Headline, &["headline", "summary", "bio"]),
    (Field::Location, &["location", "where", "standort", "lieu"]),
    (Field::TimeZone, &["time zone", "timezone", "zeitzone"]),
    (Field::Email, &["email", "emails", "e mail", "mail", "email address", "e mail address", "mail address", "emailadresse", "e mail adresse", "courriel", "adresse e mail", "adresse email", "correo", "correo electronico", "indirizzo email", "posta elettronica"]),
    (Field::Phone, &["phone", "phones", "phone number", "telephone", "telephone number", "tel", "telefon", "telefonnummer", "rufnummer", "telefono", "telefone", "numero de telephone", "mobile", "mobile phone", "cell", "cell phone", "cellphone", "handy", "mobil", "movil", "portable", "fax"]),
    (Field::Linkedin, &["linkedin", "linkedin url", "linkedin profile", "profile url", "linkedin profil", "linked in"]),
    (Field::Link, &["website", "web site", "web page", "webpage", "url", "homepage", "link", "links", "web", "blog", "webseite", "site web", "sitio web", "sito web"]),
    (Field::Company, &["company", "company name", "organization", "organisation", "organization name", "employer", "firm", "account name", "current company", "firma", "unternehmen", "arbeitgeber", "entreprise", "societe", "empresa", "azienda", "bedrijf"]),
    (Field::Title, &["title", "job title", "jobtitle", "position", "role", "occupation", "current position", "job", "beruf", "funktion", "berufsbezeichnung", "poste", "fonction", "cargo", "puesto", "functie"]),
    (Field::StartedOn, &["start date", "started on", "started", "from"]),
    (Field::EndedOn, &["end date", "ended on", "ended", "until"]),
    (Field::Street, &["street", "street address", "address", "address line 1", "street 1", "strasse", "adresse", "rue", "calle", "direccion", "indirizzo", "anschrift"]),
    (Field::Locality, &["city", "town", "locality", "ort", "stadt", "wohnort", "ville", "ciudad", "citta", "cidade", "plaats"]),
    (Field::Region, &["state", "region", "province", "county", "state province", "bundesland", "provincia"]),
    (Field::PostalCode, &["zip", "zip code", "postal code", "postcode", "plz", "postleitzahl", "code postal", "codigo postal", "cap"]),
    (Field::Country, &["country", "country region", "land", "pays", "pais", "paese"]),
    (Field::School, &["school", "schools", "university", "college", "education", "alma mater", "schule", "hochschule", "universitat", "universite", "universidad"]),
    (Field::Degree, &["degree", "abschluss", "diplome"]),
    (Field::FieldOfStudy, &["field of study", "major", "studienfach"]),
    (Field::Industries, &["industry", "industries", "sector", "branche", "secteur"]),
    (Field::Expertise, &["expertise", "skills", "kenntnisse", "competences"]),
    (Field::SharedGround, &["shared ground", "in common"]),
    (Field::Tags, &["tags", "tag", "labels", "categories", "category", "groups", "group", "keywords", "schlagworter", "kategorien", "etiquettes", "etiquetas"]),
    (Field::Notes, &["notes", "note", "comments", "comment", "remarks", "description", "notizen", "bemerkung", "bemerkungen", "remarques", "notas", "commentaires"]),
    (Field::HowFoundDetail, &["source", "how found", "how we met", "where we met", "lead source", "quelle"]),
    (Field::HowFoundOn, &["connected on", "how found on", "met on", "date met", "added on", "date added"]),
    (Field::ReferredBy, &["referred by", "introduced by", "referrer", "introduction", "empfohlen von", "recommande par", "recomendado por"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_understood_in_several_languages_and_with_labels() {
        let meant = |text: &str| meaning(text).map(|(field, label)| format!("{field:?} {label}").trim().to_owned());
        for (text, field) in [
            ("First Name", "GivenName"),
            ("Nachname", "FamilyName"),
            ("Prénom", "GivenName"),
            ("E-Mail (geschäftlich)", "Email work"),
            ("Work Phone", "Phone work"),
            ("email_address", "Email"),
            ("E-mail 2", "Email"),
            ("Straße", "Street"),
            ("Company", "Company"),
        ] {
            assert_eq!(meant(text).as_deref(), Some(field), "{text}");
        }
        assert_eq!(meant("Shoe size"), None);
    }
}
