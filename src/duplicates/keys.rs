//! What a contact can be found by: exact keys, and keys that likely misspellings and other forms of a name share.
//! Two contacts are compared only when they share a key.
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use rphonetic::DoubleMetaphone;
use uuid::Uuid;

use super::nicknames;
use crate::text::fold;

/// Words around a name that are no part of it.
const TITLES: &[&str] =
    &["dr", "prof", "mr", "mrs", "ms", "mx", "sir", "phd", "md", "mba", "jr", "sr", "ii", "iii", "dipl", "ing"];
/// Shorter names are too often one letter from another.
const MISSPELLED_FROM: usize = 6;

/// What is compared of a contact.
#[derive(Debug, Clone, Default)]
pub struct Person {
    pub id: Uuid,
    pub slug: Option<String>,
    /// In lower case.
    pub emails: Vec<String>,
    /// In E.164, or the digits of what was typed.
    pub phones: Vec<String>,
    pub companies: Vec<Uuid>,
    pub name: Name,
}

/// A name in folded words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// All words, sorted, so that `Lovelace Ada` is `Ada Lovelace`.
    pub sorted: Vec<String>,
    pub first: String,
    /// Empty when the name has one word only.
    pub last: String,
    /// How first and last name sound, where that says something.
    sounds: Option<(Sound, Sound)>,
}

/// How a word sounds: equal for words that sound alike.
type Sound = u32;

/// How words sound. Names repeat: each is spoken once. Only names that one of these has heard can be compared.
#[derive(Default)]
pub struct Spoken {
    words: HashMap<String, Option<Sound>>,
    codes: HashMap<String, Sound>,
}

impl Spoken {
    fn sound(&mut self, word: &str) -> Option<Sound> {
        if let Some(known) = self.words.get(word) {
            return *known;
        }
        let letters = word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let code = letters.then(|| DoubleMetaphone::default().double_metaphone(word).primary());
        let next = u32::try_from(self.codes.len()).unwrap_or(u32::MAX);
        let sound = code.filter(|code| code.len() > 1).map(|code| *self.codes.entry(code).or_insert(next));
        self.words.insert(word.to_owned(), sound);
        sound
    }
}

/// What two contacts share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shared {
    Profile = 0,
    Email,
    Phone,
    NameAndCompany,
    /// A form of the name that a misspelling, a nickname, an initial or a middle name leads to, and a company.
    CloseNameAndCompany,
    Name,
}

/// What is shared, in the topmost bits, and a digest: two that are equal are most likely keys of one thing.
pub type Key = u64;

const TOPMOST: u32 = 61;

impl Shared {
    pub const ALL: [Self; 6] =
        [Self::Profile, Self::Email, Self::Phone, Self::NameAndCompany, Self::CloseNameAndCompany, Self::Name];

    pub fn of(key: Key) -> Option<Self> {
        Self::ALL.get(usize::try_from(key >> TOPMOST).ok()?).copied()
    }

    fn key(self, what: impl Hash) -> Key {
        (self as u64) << TOPMOST | digest(what) >> (u64::BITS - TOPMOST)
    }
}

fn digest(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

impl Name {
    pub fn new(given: Option<&str>, family: Option<&str>, spoken: &mut Spoken) -> Self {
        let mut all = Vec::new();
        for text in [given, family].into_iter().flatten() {
            // Emojis and ornaments around a name are no part of it.
            let plain = |c: char| if c.is_ascii() || c.is_alphanumeric() || is_mark(c) { c } else { ' ' };
            let folded = fold(&text.chars().map(plain).collect::<String>());
            let words = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
            all.extend(words.filter(|word| !TITLES.contains(word)).map(str::to_owned));
        }
        let first = all.first().cloned().unwrap_or_default();
        let last = if all.len() > 1 { all.last().cloned().unwrap_or_default() } else { String::new() };
        all.sort_unstable();
        let sounds = spoken.sound(&first).and_then(|one| Some((one, spoken.sound(&last)?)));
        Self { sorted: all, first, last, sounds }
    }

    pub fn is_known(&self) -> bool {
        !self.sorted.is_empty()
    }

    pub fn is_full(&self) -> bool {
        !self.last.is_empty()
    }

    /// Whether the two may name one person: who shares an address is hardly the same as somebody of quite another name.
    pub fn agrees(&self, other: &Self) -> bool {
        !self.is_known()
            || !other.is_known()
            || self.sorted.iter().any(|word| word.len() > 1 && other.sorted.contains(word))
            || self.is_close(other)
    }

    /// Whether one may be another form, or a misspelling, of the other.
    pub fn is_close(&self, other: &Self) -> bool {
        if !self.is_full() || !other.is_full() {
            return false;
        }
        if self.sounds.is_some() && self.sounds == other.sounds {
            return true;
        }
        let long = self.first.len() + self.last.len() >= MISSPELLED_FROM;
        if self.last == other.last {
            let initial = |one: &Self, two: &Self| one.first.len() == 1 && two.first.starts_with(&one.first);
            let nick =
                || nicknames::lines(&self.first).iter().any(|line| nicknames::lines(&other.first).contains(line));
            return self.first == other.first
                || initial(self, other)
                || initial(other, self)
                || long && one_slip(&self.first, &other.first)
                || nick();
        }
        long && self.first == other.first && one_slip(&self.last, &other.last)
    }

    /// Words of which close names share at least one, as digests. One slip leaves one of the two names as it is, and
    /// of the other one the first letter or the last.
    fn close_forms(&self, found: &mut Vec<u64>) {
        if !self.is_full() {
            return;
        }
        let ends = |word: &str| [word.as_bytes().first().copied(), word.as_bytes().last().copied()];
        let ([head, tail], [last_head, last_tail]) = (ends(&self.first), ends(&self.last));
        found.extend([
            digest((0, &self.last, head)),
            digest((1, &self.last, tail)),
            digest((2, &self.first, last_head)),
            digest((3, &self.first, last_tail)),
        ]);
        found.extend(nicknames::lines(&self.first).iter().map(|line| digest((4, line, &self.last))));
        found.extend(self.sounds.map(|sounds| digest((5, sounds))));
    }
}

/// Accents that follow their letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

/// A letter more, less, other or in another place. The words have to be longer than that.
fn one_slip(one: &str, two: &str) -> bool {
    one.len().abs_diff(two.len()) <= 1 && one.len().min(two.len()) > 1 && strsim::osa_distance(one, two) <= 1
}

impl Person {
    /// All keys of the contact.
    pub fn keys(&self, found: &mut Vec<Key>) {
        found.extend(self.slug.iter().map(|slug| Shared::Profile.key(slug)));
        found.extend(self.emails.iter().map(|email| Shared::Email.key(email)));
        found.extend(self.phones.iter().map(|phone| Shared::Phone.key(phone)));
        if !self.name.is_known() {
            return;
        }
        if self.name.is_full() {
            found.push(Shared::Name.key(&self.name.sorted));
        }
        let (name, mut forms) = (digest(&self.name.sorted), Vec::new());
        if !self.companies.is_empty() {
            self.name.close_forms(&mut forms);
        }
        for company in &self.companies {
            found.push(Shared::NameAndCompany.key((company, name)));
            found.extend(forms.iter().map(|form| Shared::CloseNameAndCompany.key((company, form))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(given: &str, family: &str) -> (String, String) {
        (given.to_owned(), family.to_owned())
    }

    /// Both, spoken by one voice.
    fn two(one: &(String, String), two: &(String, String)) -> [Name; 2] {
        let mut spoken = Spoken::default();
        [one, two].map(|(given, family)| Name::new(Some(given), Some(family), &mut spoken))
    }

    #[test]
    fn close_names_are_close_and_share_a_form() {
        let pairs = [
            (name("Jon", "Smith"), name("John", "Smith")),
            (name("Bob", "Miller"), name("Robert", "Miller")),
            (name("A.", "Lovelace"), name("Ada", "Lovelace")),
            (name("Ada King", "Lovelace"), name("Ada", "Lovelace")),
            (name("Jürgen", "Müller"), name("Jurgen", "Mueller")),
            (name("Jonh", "Smith"), name("John", "Smith")),
            (name("Philip", "Steven"), name("Filip", "Stephen")),
            (name("Dr. Anna", "Meier"), name("Anna", "Meyer")),
        ];
        for pair in pairs {
            let [one, two] = two(&pair.0, &pair.1);
            assert!(one.is_close(&two) && two.is_close(&one), "{one:?} {two:?}");
            let forms = |name: &Name| {
                let mut forms = Vec::new();
                name.close_forms(&mut forms);
                forms
            };
            let theirs = forms(&two);
            assert!(forms(&one).iter().any(|form| theirs.contains(form)), "{one:?} {two:?}");
        }
    }

    #[test]
    fn other_names_are_not_close() {
        for pair in [
            (name("Ada", "Lovelace"), name("Grace", "Hopper")),
            (name("Anna", "Smith"), name("John", "Smith")),
            (name("Li", "Wu"), name("Li", "Xu")),
            (name("Ada", ""), name("Ada", "")),
        ] {
            let [one, two] = two(&pair.0, &pair.1);
            assert!(!one.is_close(&two), "{one:?} {two:?}");
        }
    }

    #[test]
    fn order_accents_case_and_titles_do_not_count() {
        let [one, two] = two(&name("Lovelace", "Ada"), &name("🚀 A\u{300}DA", "lovelace, PhD ✨"));
        assert_eq!(one.sorted, two.sorted);
        assert_eq!(Name::new(Some("Ada Lovelace"), None, &mut Spoken::default()).sorted, one.sorted);
    }

    #[test]
    fn odd_names_do_no_harm() {
        for text in ["", " ", "李", "李 小龍", "🙂🙂", "-", "'", "O'Brien", "x", "\u{202e}abc", &"y".repeat(500)]
        {
            let odd = Name::new(Some(text), Some(text), &mut Spoken::default());
            odd.close_forms(&mut Vec::new());
            odd.is_close(&odd);
        }
    }
}
