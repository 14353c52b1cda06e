//! Properties of cards that Inroad has no field for, on their way back into a card.
use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;
use serde_json::Value;

use super::vcard::VcardVersion;
use crate::fields;

/// The source whose properties are those of a card.
const SOURCE: &str = "vcard";

/// Parameters whose meaning the fields of a contact have, or that are of the one file only.
pub const SAID: [&str; 6] = ["TYPE", "PREF", "VALUE", "CHARSET", "ENCODING", "PID"];

/// Properties that a card has once at most (RFC 6350, 6.1.4, 6.2.5 to 6.2.7; RFC 6474), but in several languages.
pub const ONCE: [&str; 7] = ["KIND", "BDAY", "ANNIVERSARY", "GENDER", "BIRTHPLACE", "DEATHPLACE", "DEATHDATE"];

/// A property as the import has kept it: with its escapes, as versions 3.0 and 4.0 have them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Foreign {
    group: Option<String>,
    pub name: String,
    #[serde(default)]
    parameters: BTreeMap<String, Vec<String>>,
    pub value: String,
}

/// All of them that a contact has.
#[derive(Debug, Default)]
pub struct ForeignProperties {
    list: Vec<Foreign>,
    /// Of what was taken out, what says the same in other ways: name and `ALTID`.
    others: Vec<(String, String)>,
}

impl ForeignProperties {
    /// From what the sources have of a contact, in the order in which they were read.
    pub fn read(extras: &[(String, Value)]) -> Self {
        let mut list: Vec<Foreign> = Vec::new();
        // Of two cards, a group of each; and so when they have been kept before.
        let mut cards: Vec<(usize, String)> = Vec::new();
        let own = extras.iter().filter(|(source, _)| source == SOURCE);
        for (index, (_, properties)) in own.enumerate() {
            for mut property in fields::stored::<Vec<Foreign>>(properties.clone()) {
                property.group = property.group.map(|group| {
                    let (earlier, group) = kept_before(&group);
                    let card = (index, earlier.to_owned());
                    let at = cards.iter().position(|known| *known == card).unwrap_or_else(|| {
                        cards.push(card);
                        cards.len() - 1
                    });
                    format!("kept{}-{group}", at + 1)
                });
                // Inroad's own fields are written from the contact.
                if !property.name.starts_with("X-INROAD-") && !list.contains(&property) {
                    list.push(property);
                }
            }
        }
        Self { list, others: Vec::new() }
    }

    /// Takes out the first of this name whose value, as it is written, fits.
    pub fn take(&mut self, name: &str, fits: impl Fn(&str) -> bool) -> Option<Foreign> {
        let at = self.list.iter().position(|property| property.name == name && fits(&property.value))?;
        let taken = self.list.remove(at);
        self.others.extend(taken.same());
        Some(taken)
    }

    /// What the one of this name that fits says of its value: see [`Foreign::about`].
    pub fn take_about(&mut self, name: &str, fits: impl Fn(&str) -> bool) -> String {
        self.take(name, fits).map(|property| property.about()).unwrap_or_default()
    }

    /// Takes out all of this name, but for what says the same as one that was taken out before.
    pub fn drop_all(&mut self, name: &str) {
        self.drop_where(name, |_| true);
    }

    /// The same of those whose value, as it is written, is such a one.
    pub fn drop_where(&mut self, name: &str, is_one: impl Fn(&str) -> bool) {
        let others = &self.others;
        let stays = |property: &Foreign| property.same().is_some_and(|same| others.contains(&same));
        self.list.retain(|property| property.name != name || !is_one(&property.value) || stays(property));
    }

    /// Takes out all of this name, whatever they say.
    pub fn drop_every(&mut self, name: &str) {
        self.list.retain(|property| property.name != name);
    }

    /// The lines of what is left. What a card must not have twice, as of two cards of one person, has a name of ours the
    /// second time.
    pub fn lines(self, version: VcardVersion) -> impl Iterator<Item = String> {
        let mut told: BTreeMap<String, Option<(String, String)>> = BTreeMap::new();
        self.list.into_iter().map(move |mut property| {
            if ONCE.contains(&property.name.as_str()) {
                let same = property.same();
                match told.get(&property.name) {
                    None => _ = told.insert(property.name.clone(), same),
                    Some(first) if same.is_some() && *first == same => {}
                    Some(_) => property.name.insert_str(0, "X-INROAD-"),
                }
            }
            property.line(version)
        })
    }
}

/// The number that a group got when it was exported before, and what it was called first.
fn kept_before(group: &str) -> (&str, &str) {
    let numbered = group.strip_prefix("kept").and_then(|rest| rest.split_once('-'));
    let numbered = numbered.filter(|(number, _)| number.bytes().all(|digit| digit.is_ascii_digit()));
    numbered.unwrap_or(("", group))
}

/// A structured value taken apart: of each component the values, without their escapes.
pub fn components(value: &str) -> Vec<Vec<String>> {
    let (mut all, mut list, mut text) = (Vec::new(), Vec::new(), String::new());
    let mut chars = value.chars();
    loop {
        let c = chars.next();
        match c {
            Some('\\') => match chars.next() {
                Some('n' | 'N') => text.push('\n'),
                other => text.extend(other),
            },
            Some(',') => list.push(std::mem::take(&mut text)),
            Some(';') | None => {
                list.push(std::mem::take(&mut text));
                all.push(std::mem::take(&mut list));
            }
            Some(c) => text.push(c),
        }
        if c.is_none() {
            return all;
        }
    }
}

/// The first component of a structured value, without its escapes.
pub fn first_component(value: &str) -> String {
    let mut text = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            ';' => break,
            c => text.push(c),
        }
    }
    text.trim().to_owned()
}

impl Foreign {
    /// By what those are known that say the same in several ways (RFC 6350, 5.4).
    fn same(&self) -> Option<(String, String)> {
        Some((self.name.clone(), self.parameters.get("ALTID")?.first()?.clone()))
    }

    fn line(mut self, version: VcardVersion) -> String {
        self.embed(version);
        let mut line = self.group.as_ref().map_or_else(String::new, |group| format!("{group}."));
        line.push_str(&self.name);
        line.push_str(&self.written(|_| true));
        line.push(':');
        line.push_str(&self.value);
        line
    }

    /// What its parameters say of its value, as they are written behind the name: without what the contact says itself,
    /// and how the value was encoded.
    pub fn about(&self) -> String {
        self.written(|name| !SAID.contains(&name))
    }

    fn written(&self, wanted: impl Fn(&str) -> bool) -> String {
        let mut text = String::new();
        for (name, values) in self.parameters.iter().filter(|(name, _)| wanted(name)) {
            let values: Vec<String> = values.iter().map(|value| parameter(value)).collect();
            let _ = write!(text, ";{name}={}", values.join(","));
        }
        text
    }

    /// A picture and the like by value: the newer version has a `data:` URI for it, the older one an encoding.
    fn embed(&mut self, version: VcardVersion) {
        let encoded = self.parameters.get("ENCODING").and_then(|list| list.first()).cloned();
        let is_base64 = encoded.is_some_and(|name| matches!(name.to_ascii_uppercase().as_str(), "B" | "BASE64"));
        if version == VcardVersion::Four && is_base64 {
            let family = if self.name == "SOUND" { "audio" } else { "image" };
            let kind = self.parameters.remove("TYPE").and_then(|list| list.into_iter().next()).unwrap_or_default();
            let kind = if kind.is_empty() { "jpeg".to_owned() } else { kind.to_ascii_lowercase() };
            let media_type =
                if self.name == "KEY" { "application/octet-stream".to_owned() } else { format!("{family}/{kind}") };
            self.parameters.remove("ENCODING");
            self.parameters.remove("VALUE");
            self.value = format!("data:{media_type};base64,{}", self.value);
        } else if version == VcardVersion::Three
            && let Some((media_type, data)) =
                self.value.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"))
        {
            let kind = media_type.rsplit('/').next().unwrap_or_default().to_ascii_uppercase();
            self.parameters.insert("ENCODING".to_owned(), vec!["b".to_owned()]);
            self.parameters.insert("TYPE".to_owned(), vec![kind]);
            self.parameters.remove("VALUE");
            self.parameters.remove("MEDIATYPE");
            self.value = data.replace('\\', "");
        }
    }
}

/// Quoted where it must be (RFC 6350, 3.3); what a quoted text cannot hold is written as RFC 6868 has it.
fn parameter(value: &str) -> String {
    let value = value.replace('^', "^^").replace('\n', "^n").replace('"', "^'");
    if value.contains([',', ';', ':']) { format!("\"{value}\"") } else { value }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(properties: Value, version: VcardVersion) -> Vec<String> {
        ForeignProperties::read(&[(SOURCE.to_owned(), properties)]).lines(version).collect()
    }

    #[test]
    fn properties_come_back_as_they_were() {
        let properties = json!([
            { "group": "item1", "name": "X-ABDATE", "parameters": { "TYPE": ["pref"] }, "value": "2020-01-02" },
            { "group": "item1", "name": "X-ABLABEL", "value": "_$!<Anniversary>!$_" },
            { "name": "RELATED", "parameters": { "TYPE": ["spouse", "friend"], "X-NOTE": ["a;b"] }, "value": "text\\, more" },
            { "name": "X-INROAD-STAGE", "value": "met" },
        ]);
        let told = lines(properties, VcardVersion::Four);
        let expected = [
            "kept1-item1.X-ABDATE;TYPE=pref:2020-01-02",
            "kept1-item1.X-ABLABEL:_$!<Anniversary>!$_",
            "RELATED;TYPE=spouse,friend;X-NOTE=\"a;b\":text\\, more",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn groups_are_numbered_once() {
        let property = |group: &str, name: &str| json!({ "group": group, "name": name, "value": "v" });
        let first = json!([property("kept1-item1", "X-A"), property("kept2-item1", "X-B"), property("item1", "X-C")]);
        let cards = [(SOURCE.to_owned(), first), (SOURCE.to_owned(), json!([property("kept1-item1", "X-D")]))];
        let told: Vec<String> = ForeignProperties::read(&cards).lines(VcardVersion::Four).collect();
        assert_eq!(told, ["kept1-item1.X-A:v", "kept2-item1.X-B:v", "kept3-item1.X-C:v", "kept4-item1.X-D:v"]);
    }

    #[test]
    fn what_a_card_has_once_is_not_in_it_twice() {
        let properties = json!([
            { "name": "BDAY", "value": "19900101" },
            { "name": "BDAY", "value": "19910101" },
            { "name": "BIRTHPLACE", "parameters": { "ALTID": ["1"], "LANGUAGE": ["de"] }, "value": "Wien" },
            { "name": "BIRTHPLACE", "parameters": { "ALTID": ["1"], "LANGUAGE": ["en"] }, "value": "Vienna" },
        ]);
        let expected = [
            "BDAY:19900101",
            "X-INROAD-BDAY:19910101",
            "BIRTHPLACE;ALTID=1;LANGUAGE=de:Wien",
            "BIRTHPLACE;ALTID=1;LANGUAGE=en:Vienna",
        ];
        assert_eq!(lines(properties, VcardVersion::Four), expected);
    }

    #[test]
    fn pictures_change_their_wrapping() {
        let old = json!([{ "name": "PHOTO", "parameters": { "ENCODING": ["b"], "TYPE": ["PNG"] }, "value": "QUJD" }]);
        assert_eq!(lines(old.clone(), VcardVersion::Four), ["PHOTO:data:image/png;base64,QUJD"]);
        assert_eq!(lines(old, VcardVersion::Three), ["PHOTO;ENCODING=b;TYPE=PNG:QUJD"]);
        let new = json!([{ "name": "PHOTO", "value": "data:image/png;base64,QUJD" }]);
        assert_eq!(lines(new, VcardVersion::Three), ["PHOTO;ENCODING=b;TYPE=PNG:QUJD"]);
    }

    #[test]
    fn values_are_taken_apart() {
        assert_eq!(components("a\\,b,c;;d\\nd"), [vec!["a,b", "c"], vec![""], vec!["d\nd"]]);
    }

    #[test]
    fn the_first_component_is_read() {
        assert_eq!(first_component("Engines\\, Ltd;Research;Looms"), "Engines, Ltd");
    }
}
