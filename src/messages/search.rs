//! What of a message is searched.
use std::collections::HashMap;

use super::model::MessageRow;
use super::words::MessageDirection;
use crate::contacts::ContactId;
use crate::db::full_text::Vector;
use crate::search::{self, Found, Place, Text};

/// All texts that `GET /v1/search` looks into.
fn texts(row: &MessageRow) -> Vec<Text<'_>> {
    let fields = [
        (Place::Name, "/subject", row.subject.as_deref()),
        (Place::Heading, "/address", row.address.as_deref()),
        (Place::Rest, "/body", Some(row.body.as_str())),
    ];
    let filled = fields.into_iter().filter_map(|(place, pointer, text)| Some((place, pointer, text?)));
    filled.map(|(place, pointer, text)| Text::new(place, pointer, text)).collect()
}

/// What the row's column `search_words` has.
pub fn words(row: &MessageRow) -> Vector {
    search::vector(row.workspace_id, texts(row))
}

/// What a search shows, with whom it went to or came from.
pub fn found(row: &MessageRow, names: &HashMap<ContactId, String>) -> Found {
    let name = names.get(&row.contact_id);
    let way = if row.direction == MessageDirection::Incoming { "From" } else { "To" };
    Found {
        id: row.id.into(),
        title: row.title(),
        subtitle: name.map(|name| format!("{way} {name}")),
        url: format!("/v1/messages/{}", row.id),
        texts: texts(row).into_iter().map(Text::into_owned).collect(),
    }
}
