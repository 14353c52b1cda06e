//! One property of a card: `group.NAME;PARAMETER=value:value`.
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use serde_json::{Map, Value, json};

use super::lines::Line;
use crate::exports::SAID;

const MAX_PARAMETERS: usize = 50;

#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// 1-based.
    pub line: u64,
    pub group: Option<String>,
    /// In upper case.
    pub name: String,
    /// Names in upper case; values as written, without their quotes. `TYPE` may come several times.
    pub parameters: Vec<(String, String)>,
    /// With its escapes, decoded from Quoted-Printable and its character set.
    pub value: String,
    /// Version 2.1 escapes less.
    pub old_escapes: bool,
}

impl Property {
    /// None for what is no property.
    pub fn parse(line: Line) -> Option<Self> {
        let Line { number, text, cut: _ } = line;
        let colon = outside_quotes(&text, ':').or_else(|| text.find(':'))?;
        let (left, value) = (&text[..colon], &text[colon + 1..]);
        let mut parts = split_quoted(left, ';');
        let full = parts.next()?.trim();
        let (group, name) = match full.rsplit_once('.') {
            Some((group, name)) => (Some(group.to_owned()), name),
            None => (None, full),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || name.len() > 100 || !name.chars().all(plain) {
            return None;
        }
        let mut property = Self {
            line: number,
            group,
            name: name.to_ascii_uppercase(),
            parameters: Vec::new(),
            value: String::new(),
            old_escapes: false,
        };
        for part in parts.take(MAX_PARAMETERS) {
            property.add_parameter(part.trim());
        }
        property.value = property.decoded(value);
        Some(property)
    }

    /// `TYPE=work,voice`, or, as version 2.1 allows, `WORK` alone.
    fn add_parameter(&mut self, text: &str) {
        if let Some(label) = android_label(text) {
            self.parameters.push(("TYPE".to_owned(), label));
            return;
        }
        let (name, values) = match text.split_once('=') {
            Some((name, values)) => (name.trim().to_ascii_uppercase(), values),
            None => {
                let name = match text.to_ascii_uppercase().as_str() {
                    "QUOTED-PRINTABLE" | "BASE64" | "7BIT" | "8BIT" => "ENCODING",
                    _ => "TYPE",
                };
                (name.to_owned(), text)
            }
        };
        // What is no name of a parameter would make a card that nobody can read.
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            return;
        }
        for value in split_quoted(values, ',').take(MAX_PARAMETERS) {
            let value = value.trim().trim_matches('"');
            // Of types a list may be quoted as a whole: `TYPE="voice,work"`.
            let several = if name == "TYPE" { value.split(',').collect() } else { vec![value] };
            for value in several.into_iter().map(str::trim).filter(|value| !value.is_empty()) {
                if self.parameters.len() < MAX_PARAMETERS {
                    self.parameters.push((name.clone(), uncaret(value)));
                }
            }
        }
    }

    /// The first value of a parameter.
    pub fn parameter<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.parameters.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it says something of its value that no field of a contact has.
    pub fn says_more(&self) -> bool {
        self.parameters.iter().any(|(name, _)| !SAID.contains(&name.as_str()))
    }

    pub fn has_type(&self, kind: &str) -> bool {
        self.all("TYPE").any(|value| value.eq_ignore_ascii_case(kind))
    }

    /// 1 is liked best, 100 least; 101 says nothing.
    pub fn preference(&self) -> u8 {
        let number = self.parameter("PREF").and_then(|text| text.parse().ok());
        number.unwrap_or(if self.has_type("pref") || self.parameter("PREF").is_some() { 1 } else { 101 })
    }

    fn encoding(&self) -> String {
        self.parameter("ENCODING").unwrap_or_default().to_ascii_uppercase()
    }

    /// A picture and the like, by value.
    pub fn is_binary(&self) -> bool {
        matches!(self.encoding().as_str(), "B" | "BASE64")
            || matches!(self.name.as_str(), "PHOTO" | "LOGO" | "SOUND" | "KEY") && !self.value.starts_with("http")
    }

    fn decoded(&mut self, value: &str) -> String {
        if self.encoding() != "QUOTED-PRINTABLE" {
            return value.to_owned();
        }
        let bytes = quoted_printable(value);
        let named = self.parameter("CHARSET").and_then(|label| Encoding::for_label(label.as_bytes()));
        let text = match named {
            Some(encoding) => encoding.decode(&bytes).0,
            None => UTF_8
                .decode_without_bom_handling_and_without_replacement(&bytes)
                .unwrap_or_else(|| WINDOWS_1252.decode(&bytes).0),
        };
        self.parameters.retain(|(name, _)| name != "ENCODING" && name != "CHARSET");
        text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
    }

    /// The value as a text.
    pub fn text(&self) -> String {
        unescape(&self.value, self.old_escapes)
    }

    /// The parts of a structured value, or of a list.
    pub fn parts(&self, separator: char) -> Vec<String> {
        split_escaped(&self.value, separator).map(|part| unescape(part, self.old_escapes)).collect()
    }

    /// The parts of a value of Inroad's own. Programs that do not know it escape its separators when they pass it on.
    pub fn own_parts(&self) -> Vec<String> {
        let parts = self.parts(';');
        if parts.len() > 1 || !self.value.contains("\\;") {
            return parts;
        }
        let text = self.text();
        split_escaped(&text, ';').map(|part| unescape(part, self.old_escapes)).collect()
    }

    /// The components of a structured value, each a list.
    pub fn components(&self) -> Vec<Vec<String>> {
        let list =
            |part| split_escaped(part, ',').map(|one| unescape(one, self.old_escapes).trim().to_owned()).collect();
        split_escaped(&self.value, ';').map(list).collect()
    }

    /// As the database keeps what Inroad has no field for.
    pub fn stored(&self) -> Value {
        let mut parameters = Map::new();
        for (name, value) in &self.parameters {
            if let Value::Array(list) = parameters.entry(name.clone()).or_insert_with(|| json!([])) {
                list.push(json!(value));
            }
        }
        // Line breaks as the later versions write them.
        let value = self.value.replace('\n', "\\n");
        json!({ "group": self.group, "name": self.name, "parameters": parameters, "value": value })
    }
}

/// A label of one's own as Android writes it into cards of version 2.1:
/// `X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=D0=94=D0=B0)`.
fn android_label(text: &str) -> Option<String> {
    let inner = text.strip_prefix("X-CUSTOM(")?.strip_suffix(')')?;
    let value = inner.rsplit(',').next()?;
    let label = String::from_utf8(quoted_printable(value)).ok()?;
    (!label.trim().is_empty()).then(|| label.trim().to_owned())
}

/// Tolerates what is no code: it stays as it is.
fn quoted_printable(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).and_then(|two| {
            let digits =
                std::str::from_utf8(two).ok().filter(|two| two.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
            u8::from_str_radix(digits, 16).ok()
        });
        match (byte, code) {
            (b'=', Some(code)) => {
                decoded.push(code);
                at += 3;
            }
            // A soft break at the end of all.
            (b'=', None) if at + 1 == bytes.len() => at += 1,
            (byte, _) => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    decoded
}

/// What a quoted text cannot hold (RFC 6868).
fn uncaret(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let meant = match (c, chars.peek()) {
            ('^', Some('n')) => Some('\n'),
            ('^', Some('\'')) => Some('"'),
            ('^', Some('^')) => Some('^'),
            _ => None,
        };
        if meant.is_some() {
            chars.next();
        }
        plain.push(meant.unwrap_or(c));
    }
    plain
}

fn outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == wanted && !quoted).then_some(at)
    })
}

fn split_quoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c: char| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

fn split_escaped(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    text.split(move |c: char| {
        let splits = c == separator && !escaped;
        escaped = c == '\\' && !escaped;
        splits
    })
}

fn unescape(text: &str, old: bool) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') if !old => plain.push('\n'),
            Some(c @ ('\\' | ',' | ';' | ':' | '"')) => plain.push(c),
            Some(c) => plain.extend(['\\', c]),
            None => plain.push('\\'),
        }
    }
    plain
}
