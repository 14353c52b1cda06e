//! A resource of an archive on its way back: what the service itself has written of it, and what a client could write.
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What the service has written, and what comes back with the resource.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Kept {
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Of contacts only.
    pub stage_changed_at: Option<DateTime<Utc>>,
}

impl Kept {
    /// Takes it out of a resource; `also` names what else is no client's to write. What is left is an input.
    pub fn take(object: &mut Map<String, Value>, also: &[&str]) -> Result<Self, String> {
        let mut own = Map::new();
        for name in ["id", "version", "created_at", "updated_at", "stage_changed_at"] {
            if let Some(value) = object.remove(name) {
                own.insert(name.to_owned(), value);
            }
        }
        also.iter().for_each(|name| drop(object.remove(*name)));
        let kept: Self = serde_json::from_value(Value::Object(own)).map_err(|error| error.to_string())?;
        if kept.version < 1 {
            return Err("`version` must be at least 1".to_owned());
        }
        Ok(kept)
    }
}
