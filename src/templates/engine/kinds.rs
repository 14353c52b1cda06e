//! What filters take, as far as a text alone can tell: what is wrong for every contact is told when the text is kept, not
//! when it is filled.
use chrono::{DateTime, NaiveDate};
use minijinja::machinery::ast::{CallArg, Expr, Filter};

use super::check::path;
use crate::templates::variables::{self, TemplateVariableKind as Kind};

/// What takes arguments, and how many of them at least and at most.
const ARGUMENTS: [(&str, usize, usize); 6] =
    [("default", 1, 1), ("fallback", 1, 1), ("truncate", 1, 1), ("join", 1, 1), ("date", 0, 1), ("time", 0, 1)];
const DATES: [&str; 3] = ["long", "short", "iso"];
const ON_TEXTS: [&str; 8] = ["first_name", "upper", "lower", "capitalize", "title", "trim", "article", "truncate"];
const ON_LISTS: [&str; 4] = ["first", "last", "join", "and_list"];

/// Why a known filter cannot do its work here.
pub fn misuse(filter: &Filter<'_>) -> Option<String> {
    let name = filter.name;
    let (_, least, most) = ARGUMENTS.iter().find(|(known, ..)| *known == name).unwrap_or(&("", 0, 0));
    let given = filter.args.len();
    if given < *least || given > *most || filter.args.iter().any(|given| !matches!(given, CallArg::Pos(_))) {
        let wanted = match (least, most) {
            (0, 0) => "no argument",
            (0, _) => "at most one argument",
            _ => "one argument",
        };
        return Some(format!("`{name}` takes {wanted}"));
    }
    if let Some(given) = argument(filter) {
        let (number, text) = (given.as_i64().filter(|_| given.is_number()), given.as_str());
        let wrong = match name {
            "date" if !text.is_some_and(|style| DATES.contains(&style)) => "a date is `long`, `short` or `iso`",
            "time" if !number.is_some_and(|hours| [24, 12].contains(&hours)) => {
                "a day has `24` hours, or twice `12`, as a number"
            }
            "truncate" if !number.is_some_and(|most| (1..=i64::from(u16::MAX)).contains(&most)) => {
                "`truncate` takes how many characters at most stay: a whole number from 1 on"
            }
            "join" if text.is_none() => "`join` takes the text between the items",
            _ => "",
        };
        if !wrong.is_empty() {
            return Some(wrong.to_owned());
        }
    }
    match (name, kind(filter.expr.as_ref()?)?) {
        ("date" | "weekday", Kind::Date | Kind::Instant) | ("time", Kind::Instant) => None,
        ("time", Kind::Date) => Some("a date has no time of day".to_owned()),
        ("date" | "time" | "weekday", _) => {
            Some(format!("`{name}` takes a date or a time; a fallback that is a text goes behind it"))
        }
        (name, Kind::List) if ON_TEXTS.contains(&name) => {
            Some(format!("`{name}` takes a text; of a list take one item first, or join them"))
        }
        (name, Kind::Number) if ON_LISTS.contains(&name) => Some(format!("`{name}` takes a list")),
        _ => None,
    }
}

fn argument(filter: &Filter<'_>) -> Option<minijinja::Value> {
    match filter.args.first()? {
        CallArg::Pos(value) => value.as_const(),
        _ => None,
    }
}

/// What an expression holds, whatever it is filled with; nothing where that depends.
fn kind(expression: &Expr<'_>) -> Option<Kind> {
    match expression {
        Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) => {
            let variable = variables::find(&path(expression)?.join("."))?;
            // Whoever writes these decides what they hold.
            let free = variable.path.ends_with('*') || variable.path.starts_with("note.");
            (!free).then_some(variable.kind)
        }
        Expr::Filter(filter) => match filter.name {
            "default" | "fallback" => or_else(kind(filter.expr.as_ref()?)?, argument(filter)?.as_str()),
            "length" => Some(Kind::Number),
            // A list of texts, or a text itself.
            _ => Some(Kind::Text),
        },
        _ => None,
    }
}

/// What a fallback leaves of what is known: where the two differ, the worse of them will come one day.
fn or_else(kind: Kind, other: Option<&str>) -> Option<Kind> {
    let is_moment =
        |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() || DateTime::parse_from_rfc3339(text).is_ok();
    match kind {
        Kind::Date | Kind::Instant if other.is_some_and(|text| !is_moment(text)) => Some(Kind::Text),
        Kind::Text => Some(Kind::Text),
        _ => None,
    }
}
