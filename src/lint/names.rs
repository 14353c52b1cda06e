//! Whether somebody of a name may be called so.
use crate::text::fold;

/// Before or behind a name.
const TITLES: [&str; 71] = [
    "admiral",
    "ambassador",
    "brigadier",
    "brother",
    "capt",
    "captain",
    "chancellor",
    "chief",
    "coach",
    "colonel",
    "commander",
    "consul",
    "counsellor",
    "cpt",
    "dame",
    "dean",
    "dipl",
    "director",
    "doctor",
    "doktor",
    "dona",
    "dott",
    "dr",
    "dra",
    "father",
    "frau",
    "general",
    "herr",
    "hon",
    "ing",
    "judge",
    "jr",
    "justice",
    "lord",
    "lt",
    "maestro",
    "maj",
    "major",
    "mayor",
    "md",
    "minister",
    "miss",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "mister",
    "mr",
    "mrs",
    "ms",
    "mx",
    "officer",
    "pastor",
    "phd",
    "prof",
    "professor",
    "provost",
    "rabbi",
    "rear",
    "rev",
    "reverend",
    "senator",
    "senor",
    "senora",
    "sergeant",
    "sgt",
    "signor",
    "signora",
    "sister",
    "sr",
    "sra",
];

/// Short forms that their names do not begin with, each with what it stands for.
const SHORT: [(&str, &str); 92] = [
    ("abby", "abigail"),
    ("andy", "andrew"),
    ("becca", "rebecca"),
    ("becky", "rebecca"),
    ("bess", "elizabeth"),
    ("beth", "elizabeth"),
    ("betsy", "elizabeth"),
    ("betty", "elizabeth"),
    ("bill", "william"),
    ("billy", "william"),
    ("bob", "robert"),
    ("bobby", "robert"),
    ("cathy", "catherine"),
    ("charlie", "charles"),
    ("charlie", "charlotte"),
    ("chuck", "charles"),
    ("danny", "daniel"),
    ("dave", "david"),
    ("debbie", "deborah"),
    ("dick", "richard"),
    ("dima", "dmitri"),
    ("drew", "andrew"),
    ("eliza", "elizabeth"),
    ("ellie", "eleanor"),
    ("fritz", "friedrich"),
    ("gabe", "gabriel"),
    ("gerry", "gerald"),
    ("gitte", "birgitte"),
    ("gus", "august"),
    ("hank", "henry"),
    ("hans", "johannes"),
    ("harry", "henry"),
    ("harry", "harold"),
    ("jack", "john"),
    ("jenny", "jennifer"),
    ("jerry", "gerald"),
    ("jim", "james"),
    ("jimmy", "james"),
    ("joe", "joseph"),
    ("kate", "catherine"),
    ("kate", "katherine"),
    ("kathy", "katherine"),
    ("kathy", "kathleen"),
    ("katie", "katherine"),
    ("katya", "ekaterina"),
    ("kit", "christopher"),
    ("kolya", "nikolai"),
    ("larry", "lawrence"),
    ("lena", "magdalena"),
    ("liz", "elizabeth"),
    ("lizzie", "elizabeth"),
    ("maggie", "margaret"),
    ("mandy", "amanda"),
    ("manny", "manuel"),
    ("masha", "maria"),
    ("meg", "margaret"),
    ("mick", "michael"),
    ("mike", "michael"),
    ("misha", "mikhail"),
    ("molly", "mary"),
    ("natasha", "natalia"),
    ("nate", "nathan"),
    ("nate", "nathaniel"),
    ("ned", "edward"),
    ("nell", "eleanor"),
    ("nick", "nicholas"),
    ("paco", "francisco"),
    ("patty", "patricia"),
    ("peggy", "margaret"),
    ("penny", "penelope"),
    ("pepe", "jose"),
    ("polly", "mary"),
    ("rick", "richard"),
    ("ricky", "richard"),
    ("ronnie", "ronald"),
    ("sally", "sarah"),
    ("sandy", "alexandra"),
    ("sasha", "alexander"),
    ("sasha", "alexandra"),
    ("sepp", "josef"),
    ("steve", "stephen"),
    ("sue", "susan"),
    ("ted", "edward"),
    ("ted", "theodore"),
    ("tom", "thomas"),
    ("tommy", "thomas"),
    ("tony", "anthony"),
    ("trish", "patricia"),
    ("vanya", "ivan"),
    ("vicky", "victoria"),
    ("volodya", "vladimir"),
    ("xander", "alexander"),
];

/// A word of a name, to be compared with others.
#[derive(Debug, PartialEq, Eq)]
pub struct Name {
    folded: String,
    /// As `plain` makes it.
    plain: String,
}

/// Each word of the names, and each whole between blanks, since one sign of a script may become several words in ASCII.
pub fn words(names: &[String]) -> Vec<Name> {
    let split = |name: &String| {
        let whole = name.split_whitespace().map(fold);
        whole.chain(fold(name).split([' ', '-', '.', ',']).map(str::to_owned)).collect::<Vec<_>>()
    };
    // A dean may be called Dean.
    let is_called = |word: &String| {
        let title =
            is_title(word.trim_end_matches('.')) && !["dean", "judge", "justice", "major"].contains(&word.as_str());
        !word.is_empty() && !title
    };
    let mut words: Vec<String> = names.iter().flat_map(split).filter(is_called).collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter().map(|folded| Name { plain: plain(&folded), folded }).collect()
}

/// Whether more than one word of the name is known.
pub fn has_several(names: &[String]) -> bool {
    let mut parts: Vec<String> = names.iter().flat_map(|name| name.split_whitespace()).map(fold).collect();
    parts.retain(|part| part.len() > 1 && !is_title(part.trim_end_matches('.')));
    parts.sort_unstable();
    parts.dedup();
    parts.len() > 1
}

/// Whether a folded word is a title rather than a name.
pub fn is_title(word: &str) -> bool {
    TITLES.contains(&word)
}

/// Whether somebody of one of these names may be called so: by it, by how it begins, by a usual short form.
pub fn is_one_of(typed: &str, names: &[Name]) -> bool {
    let word = fold(typed.strip_suffix("'s").unwrap_or(typed));
    let spelt = plain(&word);
    let is = |name: &Name| {
        let begins =
            word.len() >= 2 && (name.folded.starts_with(&word) || spelt.len() >= 3 && name.plain.starts_with(&spelt));
        // Of a name without blanks, such as 陳美玲, the given name is the end.
        let ends = !typed.is_ascii() && !word.is_empty() && name.folded.ends_with(&word);
        // "Gracie", "Annie", "Robby".
        let stem = word.strip_suffix("ie").or_else(|| word.strip_suffix('y')).unwrap_or_default();
        let bytes = stem.as_bytes();
        let single = if bytes.len() > 3 && bytes[bytes.len() - 1] == bytes[bytes.len() - 2] {
            &stem[..stem.len() - 1]
        } else {
            stem
        };
        let fond = !stem.is_empty()
            && (single.len() > 3 || single.len() == 3 && single != stem)
            && name.folded.starts_with(single);
        let short = |a: &str, b: &str| SHORT.iter().any(|(short, long)| (*short, *long) == (a, b));
        begins
            || fond
            || ends
            || word == name.folded
            || spelt == name.plain
            || short(&word, &name.folded)
            || short(&name.folded, &word)
    };
    names.iter().any(is)
}

/// As a folded name is compared where it may be spelt in two ways: "Mueller" for Müller, "Oneill" for O'Neill,
/// "Annemarie" for Anne-Marie, "Aase" for Åse, "Sergey" for Sergei.
fn plain(folded: &str) -> String {
    let letters: String = folded.chars().filter(|c| !matches!(c, '-' | '\'' | '`')).collect();
    letters
        .replace("ae", "a")
        .replace("oe", "o")
        .replace("ue", "u")
        .replace("aa", "a")
        .replace("ss", "s")
        .replace('y', "i")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_people_spell_them() {
        for (typed, name) in [
            ("Mueller", "Müller"),
            ("Muller", "Müller"),
            ("Müller", "Mueller"),
            ("Goering", "Göring"),
            ("Weiss", "Weiß"),
            ("Weiß", "Weiss"),
            ("Soren", "Søren"),
            ("Soeren", "Søren"),
            ("Jose", "José"),
            ("Rene\u{301}", "René"),
            ("Anne", "Anne-Marie"),
            ("Annemarie", "Anne-Marie"),
            ("Oneill", "O'Neill"),
            ("O'Neill", "O’Neill"),
            ("Sergey", "Сергей"),
            ("Tom", "Thomas"),
            ("Gracie", "Grace"),
            ("Robby", "Robert"),
            ("Al", "Albert"),
            ("Katherine", "Kate"),
            ("美玲", "陳美玲"),
            ("Grace's", "Grace"),
        ] {
            assert!(is_one_of(typed, &words(&[name.to_owned()])), "{typed} for {name}");
        }
        for (typed, name) in
            [("Miller", "Müller"), ("Adam", "Ada"), ("Mary", "Grace"), ("Mary", "Mark"), ("Lara", "Clara"), ("", "Ada")]
        {
            assert!(!is_one_of(typed, &words(&[name.to_owned()])), "{typed} for {name}");
        }
    }
}
