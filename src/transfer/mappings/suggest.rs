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
            Field::Email
                | Field::Phone
                | Field::Link
                | Field::Linkedin
                | Field::Street
                | Field::Tags
                | Field::Notes
                | Field::School
                | Field::CustomDate
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
    // What is not in Latin letters is compared as it stands.
    let heading = heading(text);
    let words = fold(&heading.replace(['_', '-', '.', ':', '(', ')', '/', '*'], " "));
    if let Some(field) = field(&heading).or_else(|| field(&words)) {
        return Some((field, String::new()));
    }
    // `E-mail 2`, `Business Street 2`, `E-Mail 2: Adresse`.
    let whole: Vec<&str> = words.split(' ').collect();
    let words: Vec<&str> = whole.iter().copied().filter(|part| part.parse::<u8>().is_err()).collect();
    let numbered = words.len() < whole.len();
    let words = words.join(" ");
    let several = |field: &Field| matches!(field, Field::Email | Field::Phone | Field::Link | Field::Street);
    let field = |words: &str| field(words).filter(|field| !numbered || several(field));
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
    None
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
    ("bureau", "work"),
    ("trabajo", "work"),
    ("home", "home"),
    ("private", "home"),
    ("personal", "home"),
    ("privat", "home"),
    ("personnel", "home"),
    ("domicile", "home"),
    ("mobile", "mobile"),
    ("cell", "mobile"),
    ("mobil", "mobile"),
    ("portable", "mobile"),
    ("movil", "mobile"),
    ("primary", "main"),
    ("main", "main"),
    ("other", "other"),
];

/// Headings, folded where they are in Latin letters.
#[rustfmt::skip]
const MEANINGS: &[(Field, &[&str])] = &[
    (Field::GivenName, &["first name", "firstname", "given name", "givenname", "forename", "first", "vorname", "prenom", "nombre", "nome", "voornaam", "imie", "名", "имя"]),
    (Field::AdditionalName, &["middle name", "middlename", "additional name", "middle", "second name", "zweiter vorname", "weitere vornamen", "deuxieme prenom", "segundo nombre", "отчество"]),
    (Field::FamilyName, &["last name", "lastname", "surname", "family name", "familyname", "last", "nachname", "familienname", "nom de famille", "apellido", "apellidos", "cognome", "sobrenome", "achternaam", "nazwisko", "姓", "苗字", "фамилия"]),
    (Field::FullName, &["name", "full name", "fullname", "contact name", "contact", "display name", "person", "nom", "nom complet", "nombre completo", "vollstandiger name", "naam", "氏名", "名前", "お名前", "姓名", "성명", "이름", "фио"]),
    (Field::NamePrefix, &["prefix", "name prefix", "salutation", "honorific", "anrede", "titel", "civilite", "tratamiento"]),
    (Field::NameSuffix, &["suffix", "name suffix"]),
    (Field::PreferredName, &["nickname", "preferred name", "goes by", "spitzname", "rufname", "surnom", "apodo"]),
    (Field::Pronunciation, &["pronunciation", "phonetic name", "aussprache", "フリガナ", "ふりがな"]),
    (Field::Pronouns, &["pronouns", "pronomen"]),
    (Field::Headline, &["headline", "summary", "bio"]),
    (Field::Location, &["location", "where", "standort", "lieu"]),
    (Field::TimeZone, &["time zone", "timezone", "zeitzone"]),
    (Field::Email, &["email", "emails", "e mail", "mail", "email address", "e mail address", "mail address", "emailadresse", "e mail adresse", "courriel", "adresse e mail", "adresse email", "correo", "correo electronico", "indirizzo email", "posta elettronica", "adresse de messagerie", "emailadres", "e mailadres", "メールアドレス", "メール", "邮箱", "电子邮件", "이메일", "электронная почта", "почта"]),
    (Field::Phone, &["phone", "phones", "phone number", "telephone", "telephone number", "tel", "telefon", "telefonnummer", "rufnummer", "telefono", "telefone", "numero de telephone", "mobile", "mobile phone", "cell", "cell phone", "cellphone", "handy", "mobil", "mobiltelefon", "mobilnummer", "festnetz", "movil", "portable", "cellulare", "celular", "telemovel", "telefoon", "fax", "電話番号", "電話", "携帯電話", "携帯", "电话", "手机", "전화번호", "전화", "휴대폰", "телефон"]),
    (Field::Linkedin, &["linkedin", "linkedin url", "linkedin profile", "profile url", "linkedin profil", "linked in"]),
    (Field::Link, &["website", "web site", "web page", "webpage", "url", "homepage", "link", "links", "web", "blog", "webseite", "site web", "page web", "sitio web", "sito web", "ウェブサイト", "网站", "웹사이트", "сайт"]),
    (Field::Company, &["company", "company name", "organization", "organisation", "organization name", "employer", "firm", "account name", "current company", "firma", "unternehmen", "arbeitgeber", "entreprise", "societe", "empresa", "azienda", "bedrijf", "会社名", "会社", "勤務先", "公司", "회사명", "회사", "компания"]),
    (Field::Title, &["title", "job title", "jobtitle", "position", "role", "occupation", "current position", "job", "beruf", "funktion", "berufsbezeichnung", "poste", "fonction", "cargo", "puesto", "functie", "qualifica", "役職", "肩書", "职位", "职务", "직책", "직함", "должность"]),
    (Field::StartedOn, &["start date", "started on", "started", "from"]),
    (Field::EndedOn, &["end date", "ended on", "ended", "until"]),
    (Field::Street, &["street", "street address", "address", "address line 1", "street 1", "strasse", "adresse", "rue", "calle", "direccion", "indirizzo", "anschrift", "住所", "地址", "주소", "адрес"]),
    (Field::Locality, &["city", "town", "locality", "ort", "stadt", "wohnort", "ville", "ciudad", "citta", "cidade", "plaats", "市区町村", "城市", "город"]),
    (Field::Region, &["state", "region", "province", "county", "state province", "bundesland", "bundesland kanton", "dep region", "provincia", "都道府県", "省份"]),
    (Field::PostalCode, &["zip", "zip code", "postal code", "postcode", "plz", "postleitzahl", "code postal", "codigo postal", "cap", "郵便番号", "邮编", "우편번호", "индекс"]),
    (Field::Country, &["country", "country region", "land", "land region", "pays", "pays region", "pais", "paese", "国", "国家", "국가", "страна"]),
    (Field::School, &["school", "schools", "university", "college", "education", "alma mater", "schule", "hochschule", "universitat", "universite", "universidad"]),
    (Field::Degree, &["degree", "abschluss", "diplome"]),
    (Field::FieldOfStudy, &["field of study", "major", "studienfach"]),
    (Field::Industries, &["industry", "industries", "sector", "branche", "secteur"]),
    (Field::Expertise, &["expertise", "skills", "kenntnisse", "competences"]),
    (Field::SharedGround, &["shared ground", "in common"]),
    (Field::Tags, &["tags", "tag", "labels", "categories", "category", "groups", "group", "keywords", "schlagworter", "kategorien", "etiquettes", "etiquetas", "タグ", "标签", "태그"]),
    (Field::Notes, &["notes", "note", "comments", "comment", "remarks", "description", "notizen", "bemerkung", "bemerkungen", "remarques", "notas", "commentaires", "メモ", "備考", "备注", "메모", "заметки"]),
    (Field::HowFoundDetail, &["source", "how found", "how we met", "where we met", "lead source", "quelle"]),
    (Field::HowFoundOn, &["connected on", "how found on", "met on", "date met", "added on", "date added"]),
    (Field::CustomDate, &["birthday", "birth date", "birthdate", "date of birth", "anniversary", "geburtstag", "geburtsdatum", "jahrestag", "date de naissance", "anniversaire", "fecha de nacimiento", "cumpleanos", "data di nascita", "compleanno", "誕生日", "生年月日", "生日", "생일", "дата рождения"]),
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
            ("E-Mail 2: Adresse", "Email"),
            ("Straße geschäftlich 2", "Street work"),
            ("Land/Region geschäftlich", "Country work"),
            ("Téléphone (bureau)", "Phone work"),
            ("Adresse de messagerie", "Email"),
            ("Geburtstag", "CustomDate"),
            ("メールアドレス", "Email"),
            ("会社名", "Company"),
            ("Должность", "Title"),
        ] {
            assert_eq!(meant(text).as_deref(), Some(field), "{text}");
        }
        for text in ["Shoe size", "First Name 2", "2", "E-Mail-Typ", "行"] {
            assert_eq!(meant(text), None, "{text}");
        }
    }
}
