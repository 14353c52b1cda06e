//! What of a resource is searched, and how it is kept: each word behind a letter for its place and the end of the
//! workspace's id. The index holds the words of all workspaces in one tree, and a search reads its own branch of it
//! only, however many others have words like these.
use std::borrow::Cow;

use uuid::Uuid;

use crate::db::WorkspaceId;
use crate::db::full_text::Vector;
use crate::text;

/// Between two texts, so that no phrase reaches from one into the next.
const GAP: u16 = 10;

/// Where in a resource a text stands. What is found further up ranks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// What the resource is called.
    Name,
    /// What a list shows of it: company, title, address.
    Heading,
    /// All else: notes, tags, fields of the user's own.
    Rest,
}

/// A text of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Text<'a> {
    pub place: Place,
    /// A JSON pointer (RFC 6901) to it in the resource.
    pub pointer: Cow<'static, str>,
    pub text: Cow<'a, str>,
}

impl<'a> Text<'a> {
    pub fn new(place: Place, pointer: impl Into<Cow<'static, str>>, text: impl Into<Cow<'a, str>>) -> Self {
        Self { place, pointer: pointer.into(), text: text.into() }
    }

    /// The same, for as long as one likes.
    pub fn into_owned(self) -> Text<'static> {
        Text { place: self.place, pointer: self.pointer, text: Cow::Owned(self.text.into_owned()) }
    }

    /// The texts of a list of strings.
    pub fn list(place: Place, field: &'static str, items: &'a [String]) -> impl Iterator<Item = Self> {
        items.iter().enumerate().map(move |(index, item)| Self::new(place, format!("/{field}/{index}"), item.as_str()))
    }

    /// The texts and numbers of custom fields.
    pub fn custom_fields(fields: &'a serde_json::Map<String, serde_json::Value>) -> impl Iterator<Item = Self> {
        fields.iter().filter(|(_, value)| !value.is_boolean()).map(|(name, value)| {
            let text = value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed);
            let name = name.replace('~', "~0").replace('/', "~1");
            Self::new(Place::Rest, format!("/custom_fields/{name}"), text)
        })
    }
}

/// The letter that words of a place are kept behind. Those of the name are kept as words of the heading, too.
#[derive(Debug, Clone, Copy)]
pub enum Shelf {
    Name = b'n' as isize,
    Heading = b'h' as isize,
    Rest = b'o' as isize,
}

/// How the words of one workspace are kept.
#[derive(Debug)]
pub struct Branch(String);

impl Branch {
    pub fn of(workspace: WorkspaceId) -> Self {
        let id = Uuid::from(workspace).simple().to_string();
        Self(id[id.len() - 6..].to_owned())
    }

    /// A word as the index has it.
    pub fn word(&self, shelf: Shelf, word: &str) -> String {
        format!("{}{}{word}", char::from(shelf as u8), self.0)
    }
}

/// What the column `search_words` has of these texts.
pub fn vector<'a>(workspace: WorkspaceId, texts: impl IntoIterator<Item = Text<'a>>) -> Vector {
    let branch = Branch::of(workspace);
    let mut vector = Vector::default();
    let (mut heading, mut rest) = (0_u16, 0_u16);
    for text in texts {
        let (shelf, place) = match text.place {
            Place::Name | Place::Heading => (Shelf::Heading, &mut heading),
            Place::Rest => (Shelf::Rest, &mut rest),
        };
        *place = place.saturating_add(GAP);
        for word in text::words(&text.text) {
            *place = place.saturating_add(1);
            vector.insert(branch.word(shelf, &word.text), *place);
            if text.place == Place::Name {
                vector.insert(branch.word(Shelf::Name, &word.text), *place);
            }
        }
    }
    vector
}
