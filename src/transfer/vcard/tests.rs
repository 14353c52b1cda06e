use std::fmt::Write;
use std::io::Cursor;
use std::time::Instant;

use proptest::prelude::*;

use super::{Cards, MAX_PHOTO};
use crate::transfer::record::{Entry, Record};

fn entries(text: impl AsRef<[u8]>) -> Vec<Entry> {
    Cards::new(Cursor::new(text.as_ref())).collect()
}

fn one(lines: &str) -> Record {
    let card = format!("BEGIN:VCARD\r\n{lines}\r\nEND:VCARD\r\n");
    match entries(&card).remove(0) {
        Entry::Person(record) => *record,
        other => panic!("{other:?}"),
    }
}

fn codes(record: &Record) -> Vec<(&str, Option<i64>)> {
    record.problems.iter().map(|problem| (problem.code.as_str(), problem.line)).collect()
}

fn kept(record: &Record) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    record.extras.iter().map(|extra| (text(&extra["name"]), text(&extra["value"]))).collect()
}

#[test]
fn lines_are_unfolded_in_all_ways() {
    let record = one("VERSION:3.0\r\nFN:Ada Love\r\n lace\r\nNOTE:a\r\n\tb\n c\r\nEMAIL:ada@x.example");
    assert_eq!(record.said.full_name(), "Ada Lovelace");
    assert_eq!(record.said.notes.as_deref(), Some("abc"));
    let record = one("VERSION:2.1\r\nN;ENCODING=QUOTED-PRINTABLE:L=\r\novelace;A=\r\nda\r\nTEL:1 23 45");
    assert_eq!(record.said.full_name(), "Ada Lovelace");
}

#[test]
fn parameters_are_read_as_each_version_writes_them() {
    let record = one("VERSION:2.1\r\nN:L;A\r\nTEL;WORK;VOICE:1 234\r\nTEL;CELL;PREF:1 235");
    let told: Vec<_> = record.said.phones.iter().map(|phone| (phone.label.as_deref(), phone.is_primary)).collect();
    assert_eq!(told, [(Some("work"), false), (Some("mobile"), true)]);
    let record = one("VERSION:4.0\r\nFN:A L\r\nTEL;VALUE=uri;TYPE=\"work,voice\";PREF=1:tel:+1-202-555-0143;ext=102");
    let phone = &record.said.phones[0];
    assert_eq!((phone.number.as_str(), phone.label.as_deref()), ("+1-202-555-0143 ext. 102", Some("work")));
    let record = one("VERSION:4.0\r\nFN:A L\r\nX-A;X-P=\"a;b:c\";Y=^'q^',a^nb,c^^n:v");
    let parameters = serde_json::json!({ "X-P": ["a;b:c"], "Y": ["\"q\"", "a\nb", "c^n"] });
    assert_eq!(record.extras[0]["parameters"], parameters);
}

#[test]
fn charsets_and_escapes_are_understood() {
    let latin = "VERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg\r\nORG:A\\, B;C";
    let record = one(latin);
    assert_eq!(record.said.full_name(), "Jörg Müller");
    assert_eq!(record.said.positions[0].company_name.as_deref(), Some("A, B"));
    assert_eq!(kept(&record), [("ORG".to_owned(), "A\\, B;C".to_owned())], "units have no field");
    let japanese = "VERSION:2.1\r\nN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=93=63=92=86;=94=FC=8D=E7";
    assert_eq!(one(japanese).said.full_name(), "美咲 田中");
    assert_eq!(one("VERSION:3.0\r\nFN:X Y\r\nNOTE:a\\nb\\;c\\\\n").said.notes.as_deref(), Some("a\nb;c\\n"));
}

#[test]
fn what_has_no_field_is_kept_and_what_is_too_large_is_not() {
    let photo = "A".repeat(MAX_PHOTO / 3 * 4 + 8);
    let record = one(&format!("VERSION:3.0\r\nFN:A B\r\nPHOTO;ENCODING=b:{photo}\r\nBDAY:--0412\r\nEMAIL:a@b.example"));
    assert_eq!(codes(&record), [("photo_too_large", Some(4))]);
    assert_eq!(kept(&record), [("BDAY".to_owned(), "--0412".to_owned())]);
    assert_eq!(record.said.emails.len(), 1);
    let record = one(
        "VERSION:3.0\r\nFN:A B\r\nitem1.X-ABDATE:2015\r\nitem1.X-ABLabel:_$!<Anniversary>!$_\r\nitem2.EMAIL:a@b.example\r\nitem2.X-ABLabel:Conference",
    );
    assert_eq!(kept(&record).len(), 2, "a label is kept with what it labels");
    assert_eq!(record.said.emails[0].label.as_deref(), Some("Conference"));
}

#[test]
fn broken_cards_do_not_spoil_the_next() {
    let text = "junk\r\nmore junk\r\nBEGIN:VCARD\r\nFN:One Person\r\nBEGIN:VCARD\r\nFN:Two Persons\r\nno colon\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:Three Persons";
    let all = entries(text);
    assert!(matches!(all[0], Entry::Error { line: 1, code: "not_vcard", .. }), "{:?}", all[0]);
    let told: Vec<_> = all[1..]
        .iter()
        .map(|entry| match entry {
            Entry::Person(record) => (record.said.full_name(), record.problems[0].code.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    let problem = |name: &str, code: &str| (name.to_owned(), code.to_owned());
    assert_eq!(
        told,
        [
            problem("One Person", "unclosed_card"),
            problem("Two Persons", "unreadable_line"),
            problem("Three Persons", "unclosed_card")
        ]
    );
}

#[test]
fn lines_may_end_with_cr_alone() {
    let all = entries("BEGIN:VCARD\rFN:One Person\rEND:VCARD\rBEGIN:VCARD\rFN:Two Persons\rEND:VCARD");
    let lines: Vec<u64> =
        all.iter().map(|entry| if let Entry::Person(record) = entry { record.line } else { 0 }).collect();
    assert_eq!(lines, [1, 4]);
}

#[test]
fn groups_and_empty_cards_are_about_nobody() {
    let all = entries("BEGIN:VCARD\nKIND:group\nFN:Friends\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n");
    assert!(matches!(all[0], Entry::Skipped { line: 1, reason: "group" }));
    assert!(matches!(all[1], Entry::Skipped { line: 5, .. }));
}

#[test]
fn hostile_cards_take_no_time_and_no_room() {
    let start = Instant::now();
    let mut deep = String::new();
    for _ in 0..50_000 {
        deep.push_str("AGENT:\nBEGIN:VCARD\n");
    }
    let folded = format!("BEGIN:VCARD\nFN:x\nNOTE:{}\nEND:VCARD\n", "a\n ".repeat(300_000));
    let mut many = String::from("BEGIN:VCARD\nFN:Many Things\n");
    for index in 0..100_000 {
        writeln!(many, "X-{index};{}:v", "A=1;".repeat(20)).unwrap();
    }
    many.push_str("END:VCARD\n");
    let soft = format!("BEGIN:VCARD\nFN;QUOTED-PRINTABLE:{}\nEND:VCARD\n", "=\n".repeat(500_000));
    let quotes = format!("BEGIN:VCARD\nFN;X=\"{}:x\nEND:VCARD\n", "\",\"".repeat(200_000));
    let emails = format!("BEGIN:VCARD\nFN:x y\n{}END:VCARD\n", "EMAIL:a@b.example\n".repeat(200_000));
    for text in [&deep, &folded, &many, &soft, &quotes, &emails] {
        for entry in entries(text) {
            if let Entry::Person(record) = entry {
                assert!(record.extras.len() <= super::MAX_PROPERTIES && record.problems.len() < 2_000);
            }
        }
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        entries(bytes);
    }

    #[test]
    fn any_lines_make_cards(lines in proptest::collection::vec("(N|FN|TEL|EMAIL|ORG|ADR|NOTE|URL|X-A|item1\\.URL|item1\\.X-ABLabel)(;[A-Z]{1,5}(=[a-z\"]{0,4})?){0,3}:.{0,40}", 0..30)) {
        let text = format!("BEGIN:VCARD\n{}\nEND:VCARD", lines.join("\n"));
        let count = entries(&text).len();
        prop_assert!(count >= 1);
    }
}
