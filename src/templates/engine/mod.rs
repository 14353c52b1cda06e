//! The language of templates: Jinja, as minijinja reads it, cut down to what a letter needs. There are variables with
//! filters, conditions, and loops over lists of the context; no files, functions, macros or assignments.
//!
//! Texts are checked before they are kept: each variable, filter and statement must be known, so that what is wrong is
//! told with its place. What a text costs is bounded four times: its length, the tokens of a tag and the tags of the text
//! (the parser and what walks its tree go as deep as those let them), the steps of a rendering, and its output.
mod check;
mod context;
mod filters;
mod kinds;
mod render;

pub use self::check::check;
pub use self::context::{Fact, Facts, Source, Value};
pub use self::filters::{catalogue, first_name};
pub use self::render::{Rendered, render};

use crate::http::limits::RENDERED_BYTES as OUTPUT;

/// Why a tag cannot stand in a text.
const NO_TEXT: &str = "this is true, false or none, and no text: ask for it by `{% if %}`";

/// What is wrong with a text, and where: a byte offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: &'static str,
    pub detail: String,
    pub at: usize,
}

impl Problem {
    fn new(code: &'static str, at: usize, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), at }
    }
}

/// The line and the character of it, counted from 1, that a byte of a text is at.
pub fn place(text: &str, at: usize) -> (u32, u32) {
    let before = text.get(..at.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// How tags stand in the text: one on a line of its own leaves no line behind.
fn syntax() -> minijinja::syntax::SyntaxConfig {
    let built = minijinja::syntax::SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    built.unwrap_or_default()
}

#[cfg(test)]
mod tests;
