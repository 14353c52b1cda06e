//! What of a contact is searched.
use super::api::{Contact, ContactInput};
use crate::db::WorkspaceId;
use crate::db::full_text::Vector;
use crate::search::{self, Found, Place, Text};

/// All texts that `GET /v1/search` looks into.
pub fn texts<'a>(name: &'a str, contact: &'a ContactInput) -> Vec<Text<'a>> {
    let names = [
        ("/preferred_name", &contact.preferred_name),
        ("/given_name", &contact.given_name),
        ("/additional_name", &contact.additional_name),
        ("/family_name", &contact.family_name),
    ];
    let mut texts = vec![Text::new(Place::Name, "/name", name)];
    // Parts of the name that stand in it already say nothing new.
    let parts = names.into_iter().filter_map(|(pointer, part)| Some((pointer, part.as_deref()?)));
    texts.extend(parts.filter(|(_, part)| !name.contains(part)).map(|(at, part)| Text::new(Place::Name, at, part)));
    for (index, email) in contact.emails.iter().enumerate() {
        texts.push(Text::new(Place::Heading, format!("/emails/{index}/address"), email.address.as_str()));
    }
    for (index, position) in contact.positions.iter().enumerate() {
        let fields = [("title", &position.title), ("company_name", &position.company_name)];
        let filled = fields.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?)));
        texts
            .extend(filled.map(|(field, text)| Text::new(Place::Heading, format!("/positions/{index}/{field}"), text)));
    }
    texts.extend(contact.headline.as_deref().map(|headline| Text::new(Place::Heading, "/headline", headline)));
    rest(contact, &mut texts);
    texts
}

fn rest<'a>(contact: &'a ContactInput, texts: &mut Vec<Text<'a>>) {
    texts.extend(Text::list(Place::Rest, "tags", &contact.tags));
    texts.extend(Text::list(Place::Rest, "industries", &contact.industries));
    texts.extend(Text::list(Place::Rest, "expertise", &contact.expertise));
    texts.extend(Text::list(Place::Rest, "shared_ground", &contact.shared_ground));
    for (index, phone) in contact.phones.iter().enumerate() {
        texts.push(Text::new(Place::Rest, format!("/phones/{index}/number"), phone.number.as_str()));
        let e164 = phone.e164.as_deref();
        texts.extend(e164.map(|number| Text::new(Place::Rest, format!("/phones/{index}/e164"), number)));
    }
    for (index, address) in contact.addresses.iter().enumerate() {
        let fields = [
            ("street", &address.street),
            ("locality", &address.locality),
            ("region", &address.region),
            ("postal_code", &address.postal_code),
        ];
        let filled = fields.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?)));
        texts.extend(filled.map(|(field, text)| Text::new(Place::Rest, format!("/addresses/{index}/{field}"), text)));
    }
    for (index, school) in contact.education.iter().enumerate() {
        texts.push(Text::new(Place::Rest, format!("/education/{index}/school"), school.school.as_str()));
        let fields = [("degree", &school.degree), ("field_of_study", &school.field_of_study)];
        let filled = fields.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?)));
        texts.extend(filled.map(|(field, text)| Text::new(Place::Rest, format!("/education/{index}/{field}"), text)));
    }
    let fields = [
        ("/location", &contact.location),
        ("/how_found_detail", &contact.how_found_detail),
        ("/notes", &contact.notes),
    ];
    let filled = fields.into_iter().filter_map(|(pointer, text)| Some((pointer, text.as_deref()?)));
    texts.extend(filled.map(|(pointer, text)| Text::new(Place::Rest, pointer, text)));
    texts.extend(Text::custom_fields(&contact.custom_fields));
}

/// What the column `search_words` has for a contact.
pub fn words(workspace: WorkspaceId, contact: Contact) -> Vector {
    let name = contact.name.clone();
    search::vector(workspace, texts(&name, &contact.into()))
}

impl From<Contact> for Found {
    fn from(contact: Contact) -> Self {
        let (id, title) = (contact.id, contact.name.clone());
        let input = ContactInput::from(contact);
        let at = input.positions.iter().find(|position| position.current()).or(input.positions.first());
        let subtitle = at
            .map(|at| {
                [at.title.as_deref(), at.company_name.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", ")
            })
            .or_else(|| input.headline.clone());
        let texts = texts(&title, &input).into_iter().map(Text::into_owned).collect();
        Self { id: id.into(), url: format!("/v1/contacts/{id}"), title, subtitle, texts }
    }
}
