//! From keys to pairs, from pairs to groups. The work grows with the number of keys: within a key that many share,
//! each contact is compared with few others.
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use super::keys::{Key, Person, Shared};
use super::model::DuplicateReason as Reason;

/// Up to so many contacts of a key are all compared with one another.
const ALL_PAIRS: usize = 16;
/// A number that more people have is a switchboard's.
const SWITCHBOARD: usize = 4;

/// Two contacts that may be one. `first` is the older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub first: Uuid,
    pub second: Uuid,
    /// 1 to 99.
    pub score: i16,
    pub reasons: Vec<Reason>,
}

/// Contacts that pairs hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The id of its oldest contact.
    pub id: Uuid,
    /// That of its best pair.
    pub score: i16,
    pub reasons: Vec<Reason>,
    /// Oldest first.
    pub members: Vec<Uuid>,
    pub pairs: Vec<Pair>,
}

/// All pairs but those that were dismissed, given as older and younger.
pub fn pairs(people: &[Person], dismissed: &HashSet<(Uuid, Uuid)>) -> Vec<Pair> {
    let mut keys: Vec<(Key, u32)> = Vec::with_capacity(people.len() * 8);
    let mut own = Vec::new();
    for (index, person) in (0..).zip(people) {
        own.clear();
        person.keys(&mut own);
        own.sort_unstable();
        own.dedup();
        keys.extend(own.iter().map(|key| (*key, index)));
    }
    keys.sort_unstable();
    let mut found: HashMap<(u32, u32), Evidence> = HashMap::new();
    for run in keys.chunk_by(|one, two| one.0 == two.0).filter(|run| run.len() > 1) {
        let Some(shared) = Shared::of(run[0].0) else { continue };
        for (at, (_, index)) in run.iter().enumerate() {
            let mut links: usize = if run.len() <= ALL_PAIRS { at } else { 1 };
            for (_, other) in run[..at].iter().rev().take(ALL_PAIRS) {
                if links == 0 {
                    break;
                }
                let (one, two) = (&people[*other as usize], &people[*index as usize]);
                if dismissed.contains(&ordered(one.id, two.id)) {
                    continue;
                }
                // Close names meet by several keys, and one name is closer than close.
                let known = found.get(&(*other, *index));
                let named = known.is_some_and(Evidence::is_named);
                if shared == Shared::CloseNameAndCompany && !named && !one.name.is_close(&two.name) {
                    continue;
                }
                links -= 1;
                found.entry((*other, *index)).or_default().add(shared, run.len());
            }
        }
    }
    let pair = |((one, two), evidence): ((u32, u32), Evidence)| {
        let (one, two) = (&people[one as usize], &people[two as usize]);
        let (first, second) = ordered(one.id, two.id);
        Pair { first, second, score: evidence.score(one, two), reasons: evidence.reasons() }
    };
    found.into_iter().map(pair).collect()
}

/// Older first: ids are made in the order of creation.
pub fn ordered(one: Uuid, two: Uuid) -> (Uuid, Uuid) {
    if one <= two { (one, two) } else { (two, one) }
}

/// What two contacts share.
#[derive(Debug, Default)]
struct Evidence {
    /// A bit for each.
    shared: u8,
    switchboard: bool,
}

impl Evidence {
    fn add(&mut self, shared: Shared, sharers: usize) {
        self.switchboard |= shared == Shared::Phone && sharers > SWITCHBOARD;
        self.shared |= 1 << shared as u8;
    }

    fn is_named(&self) -> bool {
        self.has(Shared::NameAndCompany) || self.has(Shared::CloseNameAndCompany)
    }

    fn has(&self, shared: Shared) -> bool {
        self.shared & (1 << shared as u8) != 0
    }

    /// The strongest of what is about the name, and all else.
    fn reasons(&self) -> Vec<Reason> {
        let name = [
            (Shared::NameAndCompany, Reason::SameNameAndCompany),
            (Shared::Name, Reason::SameName),
            (Shared::CloseNameAndCompany, Reason::CloseNameAndCompany),
        ];
        let rest = [
            (Shared::Profile, Reason::SameProfile),
            (Shared::Email, Reason::SameEmail),
            (Shared::Phone, Reason::SamePhone),
        ];
        let best = name.into_iter().find(|(shared, _)| self.has(*shared));
        let all = rest.into_iter().filter(|(shared, _)| self.has(*shared)).chain(best);
        all.map(|(_, reason)| reason).collect()
    }

    /// Chances that are independent add up: neither is wrong.
    fn score(&self, one: &Person, two: &Person) -> i16 {
        let agree = one.name.agrees(&two.name);
        let full = one.name.is_full() && two.name.is_full();
        let unplaced = one.companies.is_empty() || two.companies.is_empty();
        let chance = |reason: &Reason| match reason {
            Reason::SameProfile => 98,
            Reason::SameEmail if agree => 95,
            // An address that a family or an office shares.
            Reason::SameEmail => 60,
            Reason::SamePhone if self.switchboard => 20,
            Reason::SamePhone if agree => 85,
            Reason::SamePhone => 40,
            Reason::SameNameAndCompany if full => 90,
            Reason::SameNameAndCompany => 65,
            Reason::CloseNameAndCompany => 75,
            Reason::SameName if unplaced => 60,
            Reason::SameName => 50,
        };
        let wrong = self.reasons().iter().fold(100, |wrong, reason| wrong * (100 - chance(reason)) / 100);
        let score = (100 - wrong).clamp(1, 99);
        let two_profiles = matches!((&one.slug, &two.slug), (Some(one), Some(two)) if one != two);
        match two_profiles {
            // Whoever has another profile is most likely somebody else.
            true if self.has(Shared::Email) || self.has(Shared::Phone) => score * 6 / 10,
            true => score / 2,
            false => score,
        }
    }
}

/// The groups that pairs of at least this score make, best first, then oldest first.
pub fn groups(pairs: &[Pair], min_score: i16) -> Vec<Group> {
    let strong = || pairs.iter().filter(|pair| pair.score >= min_score);
    let mut parents: HashMap<Uuid, Uuid> = HashMap::new();
    for pair in strong() {
        let (one, two) = (root(&mut parents, pair.first), root(&mut parents, pair.second));
        let (older, younger) = ordered(one, two);
        parents.insert(younger, older);
    }
    let mut groups: BTreeMap<Uuid, Group> = BTreeMap::new();
    for pair in strong() {
        let id = root(&mut parents, pair.first);
        let empty = || Group { id, score: 0, reasons: Vec::new(), members: Vec::new(), pairs: Vec::new() };
        let group = groups.entry(id).or_insert_with(empty);
        group.score = group.score.max(pair.score);
        group.members.extend([pair.first, pair.second]);
        group.pairs.push(pair.clone());
    }
    let mut groups: Vec<Group> = groups.into_values().map(tidied).collect();
    groups.sort_by_key(|group| (-group.score, group.id));
    groups
}

fn tidied(mut group: Group) -> Group {
    group.members.sort_unstable();
    group.members.dedup();
    group.pairs.sort_by_key(|pair| (-pair.score, pair.first, pair.second));
    let reasons: BTreeSet<Reason> = group.pairs.iter().flat_map(|pair| pair.reasons.iter().copied()).collect();
    group.reasons = reasons.into_iter().collect();
    group
}

/// The oldest of those that hang together, with the ways there made shorter.
fn root(parents: &mut HashMap<Uuid, Uuid>, id: Uuid) -> Uuid {
    let mut top = id;
    while let Some(parent) = parents.get(&top).filter(|parent| **parent != top) {
        top = *parent;
    }
    let mut next = id;
    while next != top {
        next = parents.insert(next, top).unwrap_or(top);
    }
    top
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::super::keys::{Name, Spoken};
    use super::*;

    thread_local! {
        static SPOKEN: RefCell<Spoken> = RefCell::default();
    }

    fn person(number: u128, given: &str, family: &str, company: u128) -> Person {
        let companies = if company == 0 { Vec::new() } else { vec![Uuid::from_u128(company)] };
        let name = SPOKEN.with_borrow_mut(|spoken| Name::new(Some(given), Some(family), spoken));
        Person { id: Uuid::from_u128(number), name, companies, ..Person::default() }
    }

    fn with_email(mut person: Person, email: &str) -> Person {
        person.emails.push(email.to_owned());
        person
    }

    fn found(people: &[Person]) -> Vec<Group> {
        groups(&pairs(people, &HashSet::new()), 50)
    }

    #[test]
    fn what_is_shared_is_said_with_its_weight() {
        let same = found(&[person(1, "Ada", "Lovelace", 7), person(2, "Ada", "Lovelace", 7)]);
        assert_eq!((same[0].score, same[0].reasons.as_slice()), (90, [Reason::SameNameAndCompany].as_slice()));
        let close = found(&[person(1, "Jon", "Smith", 7), person(2, "John", "Smith", 7)]);
        assert_eq!((close[0].score, close[0].reasons.as_slice()), (75, [Reason::CloseNameAndCompany].as_slice()));
        assert!(found(&[person(1, "Jon", "Smith", 7), person(2, "John", "Smith", 8)]).is_empty());
        let namesakes = found(&[person(1, "Ada", "Lovelace", 7), person(2, "Ada", "Lovelace", 8)]);
        assert_eq!(namesakes[0].score, 50);
    }

    #[test]
    fn an_office_address_weighs_less_than_ones_own() {
        let own = found(&[
            with_email(person(1, "Ada", "L", 0), "a@b.example"),
            with_email(person(2, "Ada", "Lovelace", 0), "a@b.example"),
        ]);
        let office = found(&[
            with_email(person(1, "Ada", "Lovelace", 0), "info@b.example"),
            with_email(person(2, "Grace", "Hopper", 0), "info@b.example"),
        ]);
        assert!(own[0].score == 95 && office[0].score == 60);
    }

    #[test]
    fn another_profile_is_somebody_else() {
        let mut two = [person(1, "John", "Smith", 7), person(2, "John", "Smith", 7)];
        two[0].slug = Some("john-1".to_owned());
        two[1].slug = Some("john-2".to_owned());
        assert!(found(&two).is_empty());
        two[1].slug = Some("john-1".to_owned());
        assert_eq!(found(&two)[0].score, 99);
    }

    #[test]
    fn what_hangs_together_is_one_group_until_a_pair_is_dismissed() {
        let people = [
            with_email(person(1, "Ada", "Lovelace", 7), "x@y.example"),
            person(2, "Ada", "Lovelace", 7),
            with_email(person(3, "A.", "Byron", 0), "x@y.example"),
        ];
        assert_eq!(found(&people)[0].members.len(), 3);
        let dismissed = HashSet::from([(people[0].id, people[2].id)]);
        let rest = groups(&pairs(&people, &dismissed), 50);
        assert_eq!((rest.len(), rest[0].members.as_slice()), (1, [people[0].id, people[1].id].as_slice()));
    }

    #[test]
    fn many_namesakes_are_one_group_without_all_their_pairs() {
        let people: Vec<Person> = (1..=5_000).map(|number| person(number, "John", "Smith", 7)).collect();
        let pairs = pairs(&people, &HashSet::new());
        assert!(pairs.len() < 20_000, "{}", pairs.len());
        let groups = groups(&pairs, 50);
        assert_eq!((groups.len(), groups[0].members.len()), (1, 5_000));
    }

    #[test]
    fn nobody_is_their_own_duplicate() {
        let mut one = person(1, "Ada", "Lovelace", 7);
        one.companies.push(one.companies[0]);
        one = with_email(with_email(one, "a@b.example"), "a@b.example");
        assert!(found(&[one]).is_empty());
    }
}
