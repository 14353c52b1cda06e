use proptest::prelude::*;

use super::{MAX_COLUMNS, MAX_FIELD, MAX_RECORD, Records};

/// Each record as its line and fields, each fault as its line, column and code.
type Read = Result<(u64, Vec<String>), (u64, Option<u64>, &'static str)>;

fn read(text: &[u8]) -> Vec<Read> {
    let mut records = Records::new(text, b',');
    let mut all = Vec::new();
    while let Some(record) = records.read() {
        all.push(match record {
            Ok(record) => Ok((record.line, record.fields().map(str::to_owned).collect())),
            Err(fault) => Err((fault.line, fault.column, fault.code)),
        });
    }
    all
}

fn row(line: u64, fields: &[&str]) -> Read {
    Ok((line, fields.iter().map(|field| (*field).to_owned()).collect()))
}

#[test]
fn lines_are_those_of_the_file() {
    let expected = [row(2, &["a", "b"]), row(3, &["c\nd", "e"]), row(6, &["f", ""]), row(7, &["g"])];
    assert_eq!(read(b"\na,b\n\"c\nd\",e\n\nf,\ng"), expected);
    assert_eq!(read(b"\r\na,b\r\n\"c\nd\",e\r\n\r\nf,\r\ng\r\n"), expected);
}

#[test]
fn quotes() {
    assert_eq!(read(b"\"a \"\"b\"\" c\",\"\"\n"), [row(1, &["a \"b\" c", ""])]);
    assert_eq!(read(b"5\" disk,x\n\"whole\""), [row(1, &["5\" disk", "x"]), row(2, &["whole"])]);
}

#[test]
fn an_unclosed_quote_ends_the_file() {
    assert_eq!(read(b"a\nb,\"c\nd\n"), [row(1, &["a"]), Err((2, Some(2), "unclosed_quote"))]);
    assert_eq!(read(b"a\n\""), [row(1, &["a"]), Err((2, Some(1), "unclosed_quote"))]);
    let mut long = b"a\nb,\"".to_vec();
    long.extend(b"some,row\n".repeat(MAX_RECORD));
    assert_eq!(read(&long), [row(1, &["a"]), Err((2, Some(2), "unclosed_quote"))]);
}

#[test]
fn what_is_too_large_is_left_out() {
    let field = "x".repeat(MAX_FIELD);
    let text = format!("{field},a\nb,{field}x\nc\n");
    assert_eq!(read(text.as_bytes()), [row(1, &[&field, "a"]), Err((2, Some(2), "field_too_large")), row(3, &["c"])]);
    let text = format!("{}\nb\n", "x".repeat(3 * MAX_RECORD));
    assert_eq!(read(text.as_bytes()), [Err((1, None, "record_too_large")), row(2, &["b"])]);
}

#[test]
fn columns_are_counted() {
    let commas = |columns: usize| ",".repeat(columns - 1);
    let text = format!("{}\na\n", commas(MAX_COLUMNS));
    assert_eq!(read(text.as_bytes())[1], row(2, &["a"]));
    for columns in [MAX_COLUMNS + 1, MAX_COLUMNS + 2, 3 * MAX_COLUMNS + 7] {
        let text = format!("{}\na\n", commas(columns));
        assert_eq!(read(text.as_bytes()), [Err((1, Some(201), "too_many_columns")), row(2, &["a"])]);
    }
}

#[test]
fn a_nul_spoils_its_row() {
    assert_eq!(
        read(b"a,b\nc,d\0\ne,f"),
        [row(1, &["a", "b"]), Err((2, Some(2), "nul_character")), row(3, &["e", "f"])]
    );
}

#[test]
fn lines_end_with_lf_cr_or_both() {
    assert_eq!(read(b"a\rb\r\nc\n\r\nd"), [row(1, &["a"]), row(2, &["b"]), row(3, &["c"]), row(5, &["d"])]);
}

fn line_ends(text: &str) -> u64 {
    text.replace("\r\n", "\n").matches(['\r', '\n']).count() as u64
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_the_end(bytes in proptest::collection::vec(
        prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..2000,
    )) {
        let lines = line_ends(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>()) + 1;
        let mut before = 0;
        for record in read(&bytes) {
            let line = match record { Ok((line, _)) | Err((line, ..)) => line };
            prop_assert!(before < line && line <= lines);
            before = line;
        }
    }

    #[test]
    fn what_was_written_is_read(rows in proptest::collection::vec(
        proptest::collection::vec("[a-c\", \n\r]{1,8}", 1..6), 0..20,
    )) {
        let (mut text, mut expected, mut line) = (String::new(), Vec::new(), 1);
        for fields in rows {
            let quoted: Vec<_> = fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
            let written = quoted.join(",") + "\n";
            let lines = line_ends(&written);
            text.push_str(&written);
            expected.push(Ok((line, fields)));
            line += lines;
        }
        prop_assert_eq!(read(text.as_bytes()), expected);
    }
}
