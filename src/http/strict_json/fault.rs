//! What is said of a text that was refused.

use super::super::pointer;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultCode {
    InvalidJson,
    DuplicateKey,
    NulCharacter,
    LoneSurrogate,
    TooDeep,
    NotAnObject,
}

impl FaultCode {
    /// As it stands in `errors`.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidJson => "invalid_json",
            Self::DuplicateKey => "duplicate_key",
            Self::NulCharacter => "nul_character",
            Self::LoneSurrogate => "lone_surrogate",
            Self::TooDeep => "too_deep",
            Self::NotAnObject => "not_an_object",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: FaultCode,
    /// JSON pointer of the member or item being read; `None` when it is the text as a whole.
    pub pointer: Option<String>,
    /// One sentence with line and column (counted in bytes, from 1).
    pub detail: String,
}

pub fn byte_order_mark() -> Fault {
    let detail = "The text begins with a byte order mark, which JSON does not allow.".to_owned();
    Fault { code: FaultCode::InvalidJson, pointer: None, detail }
}

pub fn not_utf8(bytes: &[u8], valid: usize) -> Fault {
    let before = &bytes[..valid];
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let column = valid - before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1) + 1;
    Fault {
        code: FaultCode::InvalidJson,
        pointer: None,
        detail: format!("The text is not UTF-8, at line {line} column {column}."),
    }
}

/// What the walk learnt about a failure. The path is gathered on the way out, innermost first, so that a document
/// without faults pays nothing for it.
#[derive(Default)]
pub struct Found {
    cause: Option<(FaultCode, String)>,
    pub path: Vec<String>,
}

impl Found {
    pub fn fail<E: serde::de::Error>(&mut self, code: FaultCode, message: String) -> E {
        self.cause = Some((code, message));
        E::custom("refused")
    }

    pub fn into_fault(self, error: &serde_json::Error) -> Fault {
        let (code, message) = self.cause.unwrap_or_else(|| classify(error));
        Fault {
            code,
            pointer: render(&self.path),
            detail: format!("{message}, at line {} column {}.", error.line(), error.column()),
        }
    }
}

fn render(path: &[String]) -> Option<String> {
    let mut text = String::new();
    path.iter().rev().all(|token| pointer::push(&mut text, token));
    (!text.is_empty()).then_some(text)
}

/// serde_json tells its syntax errors apart by their text alone; a test holds these.
fn classify(error: &serde_json::Error) -> (FaultCode, String) {
    let full = error.to_string();
    let message = full.split(" at line ").next().unwrap_or_default();
    match message {
        "lone leading surrogate in hex escape" | "unexpected end of hex escape" => {
            (FaultCode::LoneSurrogate, "A string has half of a surrogate pair".to_owned())
        }
        other => (FaultCode::InvalidJson, format!("The text is not valid JSON: {other}")),
    }
}
