//! What can be done with a value. None makes more of it than a few times its length.
use chrono::{DateTime, NaiveDate, Utc};
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind};

use super::context::{Facts, is_missing};
use crate::templates::variables::TemplateFilter;
use crate::zones::Tz;

/// Name, what it does, and how it is written.
const FILTERS: [(&str, &str, &str); 18] = [
    ("default", "Another text where the variable has no value.", "{{ contact.first_name|default(\"there\") }}"),
    ("fallback", "The same as `default`.", "{{ company.name|fallback(\"your company\") }}"),
    ("first_name", "The first name of a whole name.", "{{ note.person|first_name }}"),
    ("upper", "In capital letters.", "{{ company.name|upper }}"),
    ("lower", "In small letters.", "{{ position.title|lower }}"),
    ("capitalize", "The first letter in capital, the others as they are.", "{{ note.topic|capitalize }}"),
    ("title", "The first letter of each word in capital.", "{{ contact.industry|title }}"),
    ("trim", "Without blanks around it.", "{{ contact.headline|trim }}"),
    ("article", "With \"a\" or \"an\" before it.", "{{ position.title|lower|article }}"),
    ("truncate", "At most so many characters, cut between words, with \"…\".", "{{ contact.headline|truncate(40) }}"),
    ("first", "The first item of a list.", "{{ contact.expertise|first }}"),
    ("last", "The last item of a list.", "{{ contact.expertise|last }}"),
    ("join", "All items of a list, with this between them.", "{{ contact.industries|join(\", \") }}"),
    ("and_list", "All items of a list, with commas and \"and\".", "{{ contact.expertise|and_list }}"),
    ("length", "How many items or characters there are.", "{{ contact.expertise|length }}"),
    ("date", "A day in the contact's zone: `long`, `short` or `iso`.", "{{ meeting.starts_at|date(\"short\") }}"),
    (
        "time",
        "The time of day in the contact's zone, with its name: `24` or `12` hours.",
        "{{ meeting.starts_at|time }}",
    ),
    ("weekday", "The day of the week in the contact's zone.", "{{ meeting.starts_at|weekday }}"),
];

/// What can be asked of a value: `{% if contact.prefix is defined %}`.
pub const TESTS: [&str; 2] = ["defined", "undefined"];

pub fn is_known(name: &str) -> bool {
    FILTERS.iter().any(|(known, ..)| *known == name)
}

pub fn names() -> Vec<String> {
    FILTERS.iter().map(|(name, ..)| (*name).to_owned()).collect()
}

/// All filters, as the API lists them.
pub fn catalogue() -> Vec<TemplateFilter> {
    let filter = |(name, description, usage): &(&str, &str, &str)| TemplateFilter {
        name: (*name).to_owned(),
        description: (*description).to_owned(),
        usage: (*usage).to_owned(),
    };
    FILTERS.iter().map(filter).collect()
}

type Outcome = Result<Value, Error>;

fn wrong(detail: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail)
}

/// What has no value stays so; all else is a text to these filters.
fn on_text(value: &Value, act: impl FnOnce(&str) -> String) -> Outcome {
    if is_missing(value) {
        return Ok(value.clone());
    }
    match value.as_str() {
        Some(text) => Ok(Value::from(act(text))),
        None if value.is_number() => Ok(Value::from(act(&value.to_string()))),
        None => Err(wrong("this filter takes a text; of a list take one item first, or join them")),
    }
}

fn on_list(value: &Value, act: impl FnOnce(Vec<Value>) -> Value) -> Outcome {
    if is_missing(value) {
        return Ok(value.clone());
    }
    if value.as_str().is_some() {
        return Ok(act(vec![value.clone()]));
    }
    Ok(act(value.try_iter().map_err(|_| wrong("this filter takes a list"))?.collect()))
}

/// Makes the filters and tests known to an environment; those of time know the zone.
pub fn add(environment: &mut Environment<'_>, facts: &Facts) {
    for name in ["default", "fallback"] {
        environment.add_filter(name, |value: &Value, other: Value| {
            let none = is_missing(value) || value.as_str().is_some_and(|text| text.trim().is_empty());
            if none { other } else { value.clone() }
        });
    }
    environment.add_filter("first_name", |value: &Value| on_text(value, first_name));
    environment.add_filter("upper", |value: &Value| on_text(value, str::to_uppercase));
    environment.add_filter("lower", |value: &Value| on_text(value, str::to_lowercase));
    environment.add_filter("capitalize", |value: &Value| on_text(value, capitalize));
    environment.add_filter("title", |value: &Value| {
        on_text(value, |text| text.split(' ').map(capitalize).collect::<Vec<_>>().join(" "))
    });
    environment.add_filter("trim", |value: &Value| on_text(value, |text| text.trim().to_owned()));
    environment.add_filter("article", |value: &Value| on_text(value, article));
    environment.add_filter("truncate", |value: &Value, most: u16| on_text(value, |text| truncate(text, most.into())));
    environment.add_filter("first", |value: &Value| on_list(value, |list| list.into_iter().next().unwrap_or_default()));
    environment.add_filter("last", |value: &Value| on_list(value, |list| list.into_iter().last().unwrap_or_default()));
    environment.add_filter("join", |value: &Value, between: &str| {
        on_list(value, |list| Value::from(texts(&list).join(between)))
    });
    environment.add_filter("and_list", |value: &Value| on_list(value, |list| Value::from(and_list(&texts(&list)))));
    environment.add_filter("length", |value: &Value| value.len().unwrap_or_default());
    let (zone, english) = (facts.zone, facts.english);
    environment.add_filter("date", move |value: &Value, style: Option<&str>| {
        on_moment(value, zone, |moment| moment.date(style, english))
    });
    environment.add_filter("time", move |value: &Value, hours: Option<u32>| {
        on_moment(value, zone, |moment| moment.time(hours))
    });
    environment.add_filter("weekday", move |value: &Value| on_moment(value, zone, |moment| moment.weekday(english)));
    environment.add_test("defined", |value: &Value| !is_missing(value) && !value.is_undefined());
    environment.add_test("undefined", |value: &Value| is_missing(value) || value.is_undefined());
}

fn texts(list: &[Value]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

/// Titles that stand before a name.
const TITLES: [&str; 17] = [
    "dr",
    "prof",
    "professor",
    "mr",
    "mrs",
    "ms",
    "miss",
    "sir",
    "dame",
    "mx",
    "dipl",
    "univ",
    "herr",
    "frau",
    "dott",
    "dra",
    "sra",
];

/// What goes on a title: `Dr. med.`, `Dr. rer. nat. h. c.`, `Dipl.-Ing.` With its full stop, or in small letters: `Phil` is
/// a name.
const FACULTIES: [&str; 30] = [
    "med", "dent", "vet", "phil", "rer", "nat", "pol", "oec", "soc", "jur", "iur", "ing", "inf", "inform", "kfm",
    "theol", "paed", "agr", "techn", "mont", "sc", "mus", "hum", "biol", "publ", "habil", "hc", "h", "c", "mult",
];

/// What stands behind a name, and a comma.
const SUFFIXES: [&str; 14] =
    ["jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "msc", "ma", "ba", "esq", "cpa", "obe"];

/// What to call somebody by their whole name: the first word that is no title; of `Berg, Anna` what stands behind the
/// comma. Where there is no more than a title and a name, or where initials come first, the whole name.
pub fn first_name(name: &str) -> String {
    let plain = |word: &str| word.replace('.', "").to_lowercase();
    let mut parts = name.split(',').map(str::trim).filter(|part| !part.is_empty());
    let whole = parts.next().unwrap_or_default();
    let is_suffix = |part: &str| part.split_whitespace().all(|word| SUFFIXES.contains(&plain(word).as_str()));
    let given = parts.find(|part| !is_suffix(part));
    let words: Vec<&str> = given.unwrap_or(whole).split_whitespace().collect();
    let is_initial =
        |word: &str| word.chars().filter(|c| c.is_alphabetic()).count() == 1 || word.matches('.').count() > 1;
    // `Dr.med.` and `Univ.-Prof.` are several in one word.
    let parts = |word: &str| -> Vec<String> {
        word.split(['.', '-']).filter(|part| !part.is_empty()).map(str::to_lowercase).collect()
    };
    let is_in = |list: &[&str], part: &String| list.contains(&part.as_str());
    let is_title = |at: usize, word: &str| {
        // A capital alone is an initial.
        let goes_on = word.ends_with('.') && !is_initial(word) || !word.starts_with(char::is_uppercase);
        let parts = parts(word);
        let all = parts.iter().all(|part| is_in(&TITLES, part) || is_in(&FACULTIES, part));
        all && !parts.is_empty() && (is_in(&TITLES, &parts[0]) || at > 0 && goes_on)
    };
    let titles = words.iter().enumerate().take_while(|(at, word)| is_title(*at, word)).count();
    match &words[titles..] {
        [] => words.join(" "),
        [_] if titles > 0 && given.is_none() => words.join(" "),
        [first, _, ..] if is_initial(first) => words[titles..].join(" "),
        [first, ..] => (*first).to_owned(),
    }
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// By how it sounds, as far as its first word shows that.
fn article(text: &str) -> String {
    format!("{} {text}", if sounds_like_a_vowel(text) { "an" } else { "a" })
}

fn sounds_like_a_vowel(text: &str) -> bool {
    const VOWEL_SOUND: [&str; 6] = ["hour", "honest", "honour", "honor", "heir", "onerous"];
    const CONSONANT_SOUND: [&str; 14] =
        ["uni", "unanim", "use", "usu", "uti", "uto", "ubi", "ura", "uro", "eu", "ewe", "one", "once", "ux"];
    const UN: [&str; 3] = ["unin", "unim", "unident"];
    /// Abbreviations that are known in small letters, too.
    const SPELLED: [&str; 18] = [
        "fmcg", "hr", "hse", "hvac", "llm", "lng", "mba", "md", "ml", "mp", "mri", "ngo", "nhs", "nlp", "rf", "rn",
        "sme", "sql",
    ];
    let first = text.trim_start();
    let digits = first.chars().take_while(char::is_ascii_digit).count();
    if digits > 0 {
        // Eight, eighty, eleven thousand.
        return first.starts_with('8') || digits % 3 == 2 && (first.starts_with("11") || first.starts_with("18"));
    }
    let word: String = first.chars().take_while(|c| c.is_alphanumeric()).collect();
    let lower = word.to_lowercase();
    let letters = word.chars().count();
    let capitals = word.chars().all(|c| c.is_uppercase() || c.is_ascii_digit());
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    // Longer ones with a vowel, such as NASA, are spoken as a word.
    let spelled = capitals && (letters <= 3 || !lower.contains(is_vowel)) || SPELLED.contains(&lower.as_str());
    if spelled {
        return lower.starts_with(['a', 'e', 'f', 'h', 'i', 'l', 'm', 'n', 'o', 'r', 's', 'x']);
    }
    let begins = |list: &[&str]| list.iter().any(|start| lower.starts_with(start));
    begins(&VOWEL_SOUND) || lower.starts_with(is_vowel) && (!begins(&CONSONANT_SOUND) || begins(&UN))
}

fn truncate(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    // One less, for the mark.
    let end = text[..end].char_indices().last().map_or(0, |(at, _)| at);
    let cut = text[..end].rfind(char::is_whitespace).filter(|at| *at > end / 2).unwrap_or(end);
    format!("{}…", text[..cut].trim_end())
}

pub fn and_list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// A day, or a moment in the contact's zone.
enum Moment {
    Day(NaiveDate),
    At(DateTime<Tz>),
}

fn on_moment(value: &Value, zone: Tz, act: impl FnOnce(&Moment) -> Result<String, Error>) -> Outcome {
    if is_missing(value) {
        return Ok(value.clone());
    }
    let text = value.as_str().unwrap_or_default();
    let at = DateTime::parse_from_rfc3339(text).map(|at| Moment::At(at.with_timezone(&Utc).with_timezone(&zone)));
    let moment = at.or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Moment::Day));
    Ok(Value::from(act(&moment.map_err(|_| wrong("this filter takes a date or a time"))?)?))
}

impl Moment {
    fn day(&self) -> NaiveDate {
        match self {
            Self::Day(day) => *day,
            Self::At(at) => at.date_naive(),
        }
    }

    fn date(&self, style: Option<&str>, english: bool) -> Result<String, Error> {
        let form = match style.unwrap_or("long") {
            _ if !english => "%Y-%m-%d",
            "long" => "%A %-d %B",
            "short" => "%-d %b",
            "iso" => "%Y-%m-%d",
            _ => return Err(wrong("a date is `long`, `short` or `iso`")),
        };
        Ok(self.day().format(form).to_string())
    }

    fn weekday(&self, english: bool) -> Result<String, Error> {
        Ok(self.day().format(if english { "%A" } else { "%Y-%m-%d" }).to_string())
    }

    fn time(&self, hours: Option<u32>) -> Result<String, Error> {
        let Self::At(at) = self else { return Err(wrong("a date has no time of day")) };
        let form = match hours.unwrap_or(24) {
            24 => "%H:%M %Z",
            12 => "%-I:%M %P %Z",
            _ => return Err(wrong("a day has `24` hours, or twice `12`")),
        };
        Ok(at.format(form).to_string())
    }
}
