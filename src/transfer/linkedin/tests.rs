use std::fs::File;
use std::io::Write;
use std::time::Instant;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::value::{clean, date, is_email};
use super::{Connection, Connections, Entry, FileError, Profile, read};

const HEADER: &str = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";

fn example(name: &str) -> Connections {
    let path = format!("{}/tests/data/linkedin/{name}", env!("CARGO_MANIFEST_DIR"));
    read(File::open(path).unwrap(), None).unwrap()
}

fn upload(bytes: impl AsRef<[u8]>) -> Result<Connections, FileError> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes.as_ref()).unwrap();
    read(file, None)
}

fn rows(text: &str) -> Vec<Entry> {
    upload(format!("{HEADER}{text}")).unwrap().collect()
}

fn connections(entries: impl Iterator<Item = Entry>) -> Vec<Connection> {
    entries
        .filter_map(|entry| match entry {
            Entry::Connection(connection) => Some(connection),
            Entry::Skipped { .. } => None,
            error @ Entry::Error { .. } => panic!("{error:?}"),
        })
        .collect()
}

fn one(row: &str) -> Connection {
    connections(rows(row).into_iter()).remove(0)
}

fn error(row: &str) -> (u64, Option<u64>, &'static str) {
    match rows(row).remove(0) {
        Entry::Error { line, column, code, .. } => (line, column, code),
        other => panic!("{other:?}"),
    }
}

fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn the_present_format() {
    let file = example("Connections.csv");
    assert_eq!(file.encoding(), "UTF-8");
    let entries: Vec<_> = file.collect();
    assert_eq!(entries.len(), 44);
    assert_eq!(entries[10], Entry::Skipped { line: 15, reason: "no_identity" });
    let all = connections(entries.into_iter());
    assert_eq!(all.len(), 42);
    assert_eq!(
        all[0],
        Connection {
            line: 5,
            name_prefix: None,
            name_suffix: None,
            given_name: some("Amara"),
            family_name: some("Okafor"),
            profile: Profile::parse("linkedin.com/in/amara-okafor-7b1a92"),
            email: None,
            company: some("Northwind Energy"),
            title: some("Grid Analyst"),
            connected_on: day(2025, 3, 12),
            problems: vec![],
        }
    );
    let find = |family: &str| all.iter().find(|found| found.family_name.as_deref() == Some(family)).unwrap();
    assert_eq!(find("田中").profile.as_ref().unwrap().slug, "美咲-田中-5a");
    assert_eq!(find("Lindqvist").title, some("Head of Sustainability 👩\u{200d}🔬"));
    assert_eq!(find("حداد").company, some("شركة النخيل"));
    let ana = find("da Silva");
    assert_eq!(
        (&ana.given_name, &ana.company, &ana.title),
        (&some("Ana Lúcia"), &some("Rio Claro"), &some("Analista de dados"))
    );
    let ravi = find("Menon");
    assert_eq!(
        (&ravi.given_name, &ravi.company, &ravi.title),
        (&some("=Ravi"), &some("+Plus Studio"), &some("@Large"))
    );
    assert_eq!(find("Solberg").profile.as_ref().unwrap().slug, "ingrid-solberg-b50576a7");
    assert_eq!(find("One").line, 49);
    let problems: Vec<_> = all
        .iter()
        .flat_map(|found| &found.problems)
        .map(|problem| (problem.code, problem.number, problem.value.as_str()))
        .collect();
    assert_eq!(
        problems,
        [
            ("invalid_email", 4, "samuel.adeyemi"),
            ("invalid_date", 7, "31 Feb 2024"),
            ("invalid_profile", 3, "https://example.com/hugo")
        ]
    );
}

#[test]
fn the_same_people_however_saved() {
    let plain: Vec<_> = example("Connections.csv").collect();
    assert_eq!(example("archive.zip").collect::<Vec<_>>(), plain);
    let utf16 = example("Connections-utf16.csv");
    assert_eq!(utf16.encoding(), "UTF-16LE");
    assert_eq!(utf16.collect::<Vec<_>>(), plain);
}

#[test]
fn older_and_other_formats() {
    let western = example("Connections-windows-1252.csv");
    assert_eq!(western.encoding(), "windows-1252");
    let western = connections(western);
    assert_eq!((western.len(), &western[1].given_name), (30, &some("Jörg")));

    let old = connections(example("Connections-old.csv"));
    assert!(old.iter().all(|found| found.profile.is_none() && found.problems.is_empty()));
    let dates: Vec<_> = old.iter().map(|found| found.connected_on).collect();
    assert_eq!(dates, [day(2018, 3, 12), day(2018, 3, 8), day(2017, 12, 31), day(2017, 12, 5), day(2017, 12, 5)]);
}

#[test]
fn headers() {
    let file = "sep=,\n Connected on ,LAST NAME,first name,Last Name,Notes\n12 Mar 2025,Lee,Ann,Other,x\n";
    let ann = connections(upload(file).unwrap()).remove(0);
    assert_eq!((ann.line, ann.given_name, ann.family_name), (3, some("Ann"), some("Lee")));
    assert_eq!(ann.connected_on, day(2025, 3, 12));
    assert!(upload(format!("{}{HEADER}", "x\n".repeat(19))).is_ok());
    assert_eq!(upload(format!("{}{HEADER}", "x\n".repeat(20))).err().unwrap().code(), "header_missing");
}

#[test]
fn files_that_are_something_else() {
    let refusal = |bytes: &[u8]| upload(bytes).err().unwrap();
    assert_eq!(refusal(b"").code(), "empty");
    assert_eq!(refusal(b"\xEF\xBB\xBF\r\n\r\n").code(), "empty");
    assert_eq!(refusal(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").code(), "not_csv");
    assert_eq!(refusal(b"Notes:\n\"never closed\n").code(), "unclosed_quote");
    assert_eq!(refusal(b"PK\x03\x04").code(), "archive_unreadable");
    let path = format!("{}/tests/data/linkedin/no-header.csv", env!("CARGO_MANIFEST_DIR"));
    match read(File::open(path).unwrap(), None).err().unwrap() {
        FileError::HeaderMissing { seen } => assert!(seen.starts_with("Amara,Okafor,https")),
        other => panic!("{other:?}"),
    }
    assert_eq!(upload(HEADER).unwrap().count(), 0);
}

#[test]
fn rows_that_do_not_fit() {
    assert_eq!(one("Ann,Lee").family_name, some("Lee"));
    assert_eq!(one("Ann,,,,,,,,,").given_name, some("Ann"));
    assert_eq!(error("Ann,,,,,,,,more"), (2, Some(9), "too_many_columns"));
    assert_eq!(error("Ann,\0"), (2, Some(2), "nul_character"));
    let long = one(&format!("Ann,{}", "é".repeat(201)));
    assert_eq!((long.family_name, long.problems[0].code), (Some("é".repeat(200)), "value_too_long"));
    assert!(one(&format!("Ann,{}", "é".repeat(200))).problems.is_empty());
    assert_eq!(
        rows(" ,,,\n,,,,Acme,,"),
        [Entry::Skipped { line: 2, reason: "empty" }, Entry::Skipped { line: 3, reason: "no_identity" },]
    );
    let unclosed = rows("Ann,Lee\nBob,\"Open\nCy,Dee\n");
    assert!(matches!(
        &unclosed[..],
        [
            Entry::Connection(_),
            Entry::Error { line: 3, column: Some(2), heading: Some(heading), code: "unclosed_quote", .. }
        ] if heading == "Last Name"
    ));
    let text = format!("Member No,{HEADER}1,Ann\n{},Bob\n", "9".repeat(70_000));
    match upload(text).unwrap().last().unwrap() {
        Entry::Error { column, heading, code, .. } => {
            assert_eq!((column, heading, code), (Some(1), some("Member No"), "field_too_large"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn texts() {
    assert_eq!(clean(" \u{200F}\u{FEFF} a \u{3000}\n b\u{202C} "), some("a b"));
    assert_eq!(clean("\u{200B} \u{200D}"), None);
    for (guarded, text) in [("'=1", "=1"), ("'-x", "-x"), ("'＠x", "＠x"), ("'\tx", "x"), ("'n", "'n"), ("'", "'")] {
        assert_eq!(clean(guarded), some(text), "{guarded:?}");
    }
}

#[test]
fn dates() {
    for text in [
        "12 Mar 2025",
        "3/12/25",
        "03/12/2025",
        "3/12/25, 4:05 PM",
        "3/12/2025 16:05",
        "2025-03-12",
        "12-Mar-25",
        "12-Mar-2025",
    ] {
        assert_eq!(date(text), day(2025, 3, 12), "{text}");
    }
    for text in [
        "",
        "12",
        "31 Feb 2025",
        "13/12/25",
        "3/12/25, soon",
        "3/12",
        "3/12/25/1",
        "+3/12/25",
        "12 Mar 20250",
        "12 Mar 25",
        "0000-00-00",
        "1 Jan 9999",
        "//",
    ] {
        assert_eq!(date(text), None, "{text}");
    }
}

#[test]
fn emails() {
    assert!(is_email("ann@example.com") && is_email("jörg@müller.example"));
    assert!(!["", "@", "a@", "@b", "a@b@c", "a b@c", "ann"].into_iter().any(is_email));
}

#[test]
fn profiles() {
    for link in [
        "https://www.linkedin.com/in/jane-doe",
        "http://linkedin.com/in/Jane-Doe/",
        "de.linkedin.com/in/jane-doe/en?x=1#y",
        " https://www.linkedin.com/in/jane%2Ddoe/details/skills/ ",
        "HTTPS://WWW.LINKEDIN.COM/IN/JANE-DOE",
        "linkedin.com/pub/jane-doe",
    ] {
        let profile = Profile::parse(link).unwrap();
        assert_eq!(
            (profile.slug.as_str(), profile.url.as_str()),
            ("jane-doe", "https://www.linkedin.com/in/jane-doe"),
            "{link}"
        );
    }
    let jorg = Profile::parse("https://www.linkedin.com/in/J%C3%96rg").unwrap();
    assert_eq!((jorg.slug.as_str(), jorg.url.as_str()), ("jörg", "https://www.linkedin.com/in/j%C3%B6rg"));
    for link in [
        "",
        "jane-doe",
        "https://www.linkedin.com/",
        "https://www.linkedin.com/in/",
        "https://www.linkedin.com/company/acme",
        "https://evillinkedin.com/in/jane",
        "https://linkedin.com.evil.example/in/jane",
        "ftp://linkedin.com/in/jane",
        "https://linkedin.com/in/%FF",
        "https://linkedin.com/in/a%2Fb",
        "https://linkedin.com/in/%00a",
        "https://linkedin.com/in/..",
        "javascript:alert(1)",
    ] {
        assert_eq!(Profile::parse(link), None, "{link}");
    }
}

#[test]
#[ignore = "measures; run in release"]
fn thirty_thousand_rows() {
    let row = |n: usize| {
        format!(
            "Ann {n},\"Lee, PhD\",https://www.linkedin.com/in/ann-lee-{n},ann{n}@example.com,Société {n},Head of Things,12 Mar 2025\n"
        )
    };
    let text: String = std::iter::once(HEADER.to_owned()).chain((0..30_000).map(row)).collect();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let started = Instant::now();
    let count = connections(read(file, None).unwrap()).len();
    println!("{count} rows, {} bytes in {:?}", text.len(), started.elapsed());
}

#[test]
#[ignore = "measures; run in release"]
fn the_largest_uploads() {
    for unit in ["\n", "\"", ",", "\"\"", "a", "a\n", "Ann,\"", "\u{e9}\n", "\0", "'", "\"a\"\n"] {
        let text = HEADER.to_owned() + &unit.repeat((32 << 20) / unit.len());
        let started = Instant::now();
        let count = upload(&text).unwrap().count();
        println!("{unit:?}: {count} entries in {:?}", started.elapsed());
    }
    let mut bytes = HEADER.as_bytes().to_vec();
    bytes.resize(32 << 20, 0xE9);
    let started = Instant::now();
    let file = upload(&bytes).unwrap();
    println!("{}: {} entries in {:?}", file.encoding(), file.count(), started.elapsed());
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        if let Ok(entries) = upload(&bytes) {
            entries.count();
        }
        let mut body = HEADER.as_bytes().to_vec();
        body.extend(&bytes);
        if let Ok(entries) = upload(&body) {
            entries.count();
        }
    }

    #[test]
    fn any_text_is_a_value(text in any::<String>()) {
        date(&text);
        is_email(&text);
        if let Some(clean_text) = clean(&text) {
            prop_assert_eq!(clean_text.trim(), &clean_text);
        }
    }

    #[test]
    fn a_profile_is_its_own_link(slug in "[^\\s/\\\\]{1,40}") {
        if let Some(profile) = Profile::parse(&format!("https://www.linkedin.com/in/{slug}")) {
            prop_assert_eq!(Profile::parse(&profile.url), Some(profile));
        }
    }

    #[test]
    fn lines_are_right(blanks in proptest::collection::vec(0..3_usize, 1..30), notes in any::<bool>()) {
        let mut text = if notes { format!("Notes:\n\"a\nb \"\"c\"\", d\"\n\n{HEADER}") } else { HEADER.to_owned() };
        let mut lines = Vec::new();
        for (number, blank) in blanks.into_iter().enumerate() {
            text.push_str(&"\n".repeat(blank));
            lines.push(text.matches('\n').count() as u64 + 1);
            text.push_str(if number % 3 == 0 { "Ann,\"L\nee\"\n" } else { "Ann,Lee\r\n" });
        }
        let found: Vec<_> = connections(upload(&text).unwrap()).iter().map(|found| found.line).collect();
        prop_assert_eq!(found, lines);
    }
}
