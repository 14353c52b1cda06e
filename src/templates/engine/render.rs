//! Fills a text.
use std::io;
use std::sync::{Arc, PoisonError};

use minijinja::value::{Value as Jinja, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, escape_formatter};

use super::context::{Facts, Group, SharedLog, is_missing};
use super::{NO_TEXT, OUTPUT, Problem, filters, syntax};

/// Steps of a rendering: a hundred times what a long letter takes.
const FUEL: u64 = 50_000;

/// A text that was filled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rendered {
    pub text: String,
    /// The variables that had a value where the text asked for one.
    pub filled: Vec<String>,
    /// Those that stand in the text because they had none.
    pub missing: Vec<String>,
}

/// Fills a text that [`super::check`] has passed.
pub fn render(source: &str, facts: &Arc<Facts>) -> Result<Rendered, Problem> {
    let mut environment = Environment::empty();
    environment.set_syntax(syntax());
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(true);
    filters::add(&mut environment, facts);
    // Also one that the text itself makes.
    environment.set_formatter(|output, state, value| match value.kind() {
        ValueKind::None | ValueKind::Bool => Err(no_text()),
        ValueKind::Seq if !is_missing(value) => {
            let items: Vec<Jinja> = value.try_iter()?.collect();
            if items.iter().any(|item| matches!(item.kind(), ValueKind::None | ValueKind::Bool)) {
                return Err(no_text());
            }
            let items: Vec<String> = items.iter().map(ToString::to_string).collect();
            Ok(output.write_str(&filters::and_list(&items))?)
        }
        _ => escape_formatter(output, state, value),
    });
    let log = SharedLog::default();
    let root = Jinja::from_object(Group::root(Arc::clone(facts), Arc::clone(&log)));
    let mut output = Bounded::default();
    let template = environment.template_from_str(source).map_err(|error| problem(&error))?;
    template.render_captured_to(root, &mut output).map_err(|error| problem(&error))?;
    let log = std::mem::take(&mut *log.lock().unwrap_or_else(PoisonError::into_inner));
    let text = String::from_utf8_lossy(&output.0).into_owned();
    Ok(Rendered { text, filled: log.filled.into_iter().collect(), missing: log.missing })
}

/// It would stand in the text as `None` or `True`.
fn no_text() -> Error {
    Error::new(ErrorKind::InvalidOperation, NO_TEXT)
}

fn problem(error: &Error) -> Problem {
    let at = error.range().map_or(0, |range| range.start);
    match error.kind() {
        ErrorKind::OutOfFuel => Problem::new("too_complex", at, "the template takes too many steps"),
        ErrorKind::WriteFailure => Problem::new("too_long", at, format!("it becomes longer than {OUTPUT} bytes")),
        _ => Problem::new("template_error", at, error.detail().unwrap_or("it cannot be filled").to_owned()),
    }
}

/// Takes so much and no more.
#[derive(Default)]
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > OUTPUT {
            return Err(io::Error::other("the text is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
