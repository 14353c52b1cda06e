//! What a text is filled from: facts by the paths of their variables, and a note of each that was asked for.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Enumerator, Object, ObjectRepr, Value as Jinja};
use uuid::Uuid;

use super::filters::and_list;
use crate::templates::variables;
use crate::zones::Tz;

/// What a variable stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    List(Vec<String>),
    Number(i64),
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The kind of resource: `contact`, `company`, `profile`, …
    pub resource: &'static str,
    pub id: Option<Uuid>,
    /// A JSON pointer into it.
    pub field: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub value: Value,
    pub source: Source,
}

/// Everything that is known, as templates name it.
#[derive(Debug, Clone)]
pub struct Facts {
    pub known: BTreeMap<String, Fact>,
    /// What is known but must not be said, and why.
    pub withheld: BTreeMap<&'static str, &'static str>,
    /// The contact's zone, in which times are told.
    pub zone: Tz,
    /// Days and months are named in English only; other languages get digits.
    pub english: bool,
}

/// What a rendering has asked for.
#[derive(Debug, Default)]
pub struct Log {
    pub filled: BTreeSet<String>,
    /// In the order in which they were to be written.
    pub missing: Vec<String>,
}

pub type SharedLog = Arc<Mutex<Log>>;

fn with<T>(log: &SharedLog, note: impl FnOnce(&mut Log) -> T) -> T {
    note(&mut log.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A group of variables; the root is the one without a path.
pub struct Group {
    path: String,
    facts: Arc<Facts>,
    log: SharedLog,
}

impl Group {
    pub fn root(facts: Arc<Facts>, log: SharedLog) -> Self {
        Self { path: String::new(), facts, log }
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)
    }
}

impl Object for Group {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        let key = key.as_str()?;
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        if let Some(fact) = self.facts.known.get(&path) {
            with(&self.log, |log| log.filled.insert(path));
            return Some(match &fact.value {
                Value::Text(text) => Jinja::from(text.as_str()),
                Value::List(list) => Jinja::from_object(Items(list.clone())),
                Value::Number(number) => Jinja::from(*number),
            });
        }
        if variables::find(&path).is_some() {
            return Some(Jinja::from_object(Missing { path, log: Arc::clone(&self.log) }));
        }
        let (facts, log) = (Arc::clone(&self.facts), Arc::clone(&self.log));
        variables::is_group(&path).then(|| Jinja::from_object(Self { path, facts, log }))
    }

    /// A group is there when any of it is known.
    fn is_true(self: &Arc<Self>) -> bool {
        let inside = format!("{}.", self.path);
        self.facts.known.range(inside.clone()..).next().is_some_and(|(path, _)| path.starts_with(&inside))
    }
}

/// A list of texts. Where it is written as it is, it reads as one writes it.
#[derive(Debug)]
struct Items(Vec<String>);

impl Object for Items {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        self.0.get(key.as_usize()?).map(|item| Jinja::from(item.as_str()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&and_list(&self.0))
    }
}

/// A variable without a value: nothing to conditions, loops and fallbacks, and a note when it is to be written.
pub struct Missing {
    path: String,
    log: SharedLog,
}

impl fmt::Debug for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)
    }
}

impl Object for Missing {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    /// The variable itself stays in the text, as a merge field that nobody can overlook.
    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        with(&self.log, |log| {
            if !log.missing.contains(&self.path) {
                log.missing.push(self.path.clone());
            }
        });
        write!(f, "{{{{ {} }}}}", self.path)
    }
}

/// Whether it is a variable without a value.
pub fn is_missing(value: &Jinja) -> bool {
    value.downcast_object_ref::<Missing>().is_some()
}
