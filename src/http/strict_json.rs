//! Reads a JSON text into a [`Value`] and refuses what readers understand differently: duplicate keys, U+0000, lone
//! surrogates, endless nesting. What passes here can be stored and read back by every other part as it was meant.

mod fault;

use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};

use fault::Found;
pub use fault::{Fault, FaultCode};

/// Levels of objects and arrays, the outermost included.
pub const MAX_DEPTH: usize = 32;

/// 2^63. A whole double below it is an `i64` without loss.
const INTEGER_END: f64 = 9_223_372_036_854_775_808.0;

/// Accepts any JSON value at the top.
///
/// Numbers are kept as the mathematical value: `1.0` comes out as the integer `1`. JSON Schema calls both integers,
/// serde's integer types only the second, and a document must not pass the one and fail the other.
pub fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    read(bytes, false)
}

/// As [`parse`], and the top level has to be an object.
pub fn parse_object(bytes: &[u8]) -> Result<Value, Fault> {
    read(bytes, true)
}

fn read(bytes: &[u8], object_only: bool) -> Result<Value, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| fault::not_utf8(bytes, error.valid_up_to()))?;
    if text.starts_with('\u{feff}') {
        return Err(fault::byte_order_mark());
    }
    let mut found = Found::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Walk { depth: 0, object_only, found: &mut found };
    seed.deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| found.into_fault(&error))
}

/// Reads one value.
struct Walk<'a> {
    /// Objects and arrays around the value.
    depth: usize,
    object_only: bool,
    found: &'a mut Found,
}

impl Walk<'_> {
    fn inner(&mut self) -> Walk<'_> {
        Walk { depth: self.depth + 1, object_only: false, found: self.found }
    }

    /// Called before anything inside is read, so the cost of a bomb of brackets is its first 33 bytes.
    fn enter<E: serde::de::Error>(&mut self) -> Result<(), E> {
        if self.depth < MAX_DEPTH {
            return Ok(());
        }
        let message = format!("Objects and arrays are nested more than {MAX_DEPTH} deep");
        Err(self.found.fail(FaultCode::TooDeep, message))
    }

    fn scalar<E: serde::de::Error>(self, value: Value) -> Result<Value, E> {
        if self.object_only { Err(self.not_an_object("a single value")) } else { Ok(value) }
    }

    fn not_an_object<E: serde::de::Error>(self, what: &str) -> E {
        self.found.fail(FaultCode::NotAnObject, format!("The top level must be an object, not {what}"))
    }

    fn string<E: serde::de::Error>(self, text: String) -> Result<Value, E> {
        if text.as_bytes().contains(&0) {
            let message = "A string has the character U+0000, which cannot be stored".to_owned();
            return Err(self.found.fail(FaultCode::NulCharacter, message));
        }
        self.scalar(Value::String(text))
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        self.scalar(Value::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Value, E> {
        self.scalar(Value::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        self.scalar(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        self.scalar(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        if value.fract() == 0.0 && value.abs() < INTEGER_END {
            return self.scalar((value as i64).into());
        }
        self.scalar(value.into())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.string(text.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Value, E> {
        self.string(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        if self.object_only {
            return Err(self.not_an_object("an array"));
        }
        self.enter()?;
        let mut list = Vec::new();
        loop {
            match items.next_element_seed(self.inner()) {
                Ok(Some(item)) => list.push(item),
                Ok(None) => return Ok(Value::Array(list)),
                Err(error) => {
                    self.found.path.push(list.len().to_string());
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if key.as_bytes().contains(&0) {
                let message = "A key has the character U+0000, which cannot be stored".to_owned();
                return Err(self.found.fail(FaultCode::NulCharacter, message));
            }
            match object.entry(key) {
                Entry::Occupied(taken) => {
                    self.found.path.push(taken.key().clone());
                    let message = "An object has the same key twice".to_owned();
                    return Err(self.found.fail(FaultCode::DuplicateKey, message));
                }
                Entry::Vacant(free) => match members.next_value_seed(self.inner()) {
                    Ok(value) => free.insert(value),
                    Err(error) => {
                        self.found.path.push(free.key().clone());
                        return Err(error);
                    }
                },
            };
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests;
