//! Titles and credentials, which members write into their names: `Dr. Ada`, `Lovelace, MBA, PMP`.
//!
//! Only what is on these lists is split off, and only where a name is left: in doubt the name stays as it was written.
//! Nothing is lost: what is not in one part of the name is in another.

/// Before the given name, in lower case. What is a given name or a word, too, counts with its full stop only.
const TITLES: &[&str] = &[
    "dr",
    "dr.",
    "prof",
    "prof.",
    "professor",
    "mr",
    "mr.",
    "mrs",
    "mrs.",
    "ms",
    "ms.",
    "mx",
    "mx.",
    "rev.",
    "hon.",
    "ing.",
    "mag.",
    "dipl.-ing.",
    "dipl.-inform.",
    "dipl.-kfm.",
    "dr.-ing.",
    "dr.med.",
    "dr.rer.nat.",
    "med.",
    "rer.",
    "nat.",
    "habil.",
    "h.c.",
    "phil.",
    "jur.",
    "pol.",
    "oec.",
    "techn.",
];
/// The words of [`TITLES`] that only go on after another title: `Dr. med.`
const ONLY_AFTER: &[&str] = &["med.", "rer.", "nat.", "habil.", "h.c.", "phil.", "jur.", "pol.", "oec.", "techn."];

/// Behind a comma, without full stops and in upper case.
const CREDENTIALS: &[&str] = &[
    "ACA", "ACC", "ACCA", "ACMA", "AIA", "APR", "ARM", "ASA", "BA", "BASC", "BBA", "BCOM", "BENG", "BFA", "BS", "BSC",
    "BSN", "CA", "CAIA", "CAMS", "CAPM", "CBAP", "CCIE", "CCNA", "CCNP", "CCSP", "CEH", "CFA", "CFE", "CFP", "CFRE",
    "CGMA", "CHRP", "CIA", "CIMA", "CIPD", "CIPM", "CIPP", "CISA", "CISM", "CISSP", "CMA", "CPA", "CPC", "CPCC",
    "CPHR", "CPLP", "CPP", "CPSM", "CRISC", "CSCP", "CSM", "CSPO", "CTA", "DBA", "DDS", "DNP", "DO", "DPHIL", "DPT",
    "DVM", "EDD", "EDM", "EMBA", "ENG", "ESQ", "FACHE", "FACP", "FACS", "FCA", "FCCA", "FCIPD", "FRCS", "FRM", "FRSA",
    "FSA", "GPHR", "II", "III", "IV", "JD", "JR", "LCSW", "LEED AP", "LLB", "LLD", "LLM", "LMFT", "LPC", "MA", "MASC",
    "MBA", "MBBS", "MCC", "MCIPD", "MCOM", "MCP", "MD", "MED", "MENG", "MFA", "MHA", "MIS", "MPA", "MPH", "MPHIL",
    "MPP", "MRICS", "MS", "MSC", "MSCA", "MSCS", "MSE", "MSF", "MSN", "MSW", "NP", "OBE", "MBE", "CBE", "OD", "PA-C",
    "PCC", "PE", "PGMP", "PHARMD", "PHD", "PHR", "PMI-ACP", "PMP", "PSM", "PSM I", "PSPO", "PSYD", "RN", "RPH", "SCD",
    "SHRM-CP", "SHRM-SCP", "SPHR", "SR",
];
/// Those that are nobody's name, so that they count without a comma, too.
const UNMISTAKABLE: &[&str] = &[
    "ACCA", "CAPM", "CFA", "CISA", "CISM", "CISSP", "CPA", "EMBA", "LLM", "MBA", "MPH", "PHARMD", "PHD", "PMI-ACP",
    "PMP", "PSYD", "SHRM-CP", "SHRM-SCP", "SPHR",
];
/// Characters of a prefix or a suffix that a contact can have.
const MAX: usize = 64;

/// A name in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    pub prefix: Option<String>,
    pub given: Option<String>,
    pub family: Option<String>,
    pub suffix: Option<String>,
}

impl Name {
    /// Splits what stands in the two columns of a name.
    pub fn split(given: Option<String>, family: Option<String>) -> Self {
        let mut name = Self { given, family, ..Self::default() };
        let last = if name.family.is_some() { &mut name.family } else { &mut name.given };
        if let Some((rest, suffix)) = last.as_deref().and_then(split_suffix) {
            (*last, name.suffix) = (Some(rest.to_owned()), Some(suffix.to_owned()));
        }
        let first = if name.given.is_some() { &mut name.given } else { &mut name.family };
        if let Some((prefix, rest)) = first.as_deref().and_then(split_prefix) {
            (name.prefix, *first) = (Some(prefix.to_owned()), Some(rest.to_owned()));
        }
        name
    }
}

/// The titles at the beginning, and the rest, which is not empty.
fn split_prefix(text: &str) -> Option<(&str, &str)> {
    let (mut end, mut rest) = (0, text);
    while let Some((word, after)) = rest.split_once(' ') {
        let lower = word.to_lowercase();
        let goes_on = end > 0 || !ONLY_AFTER.contains(&lower.as_str());
        if !goes_on || !TITLES.contains(&lower.as_str()) {
            break;
        }
        end = text.len() - after.len();
        rest = after;
    }
    let prefix = text[..end].trim_end();
    (!prefix.is_empty() && prefix.chars().count() <= MAX && !rest.is_empty()).then_some((prefix, rest))
}

/// A name that is not empty, and the credentials at its end: all that follows a comma, or the last words.
fn split_suffix(text: &str) -> Option<(&str, &str)> {
    let (name, suffix) = match text.split_once(',') {
        Some((name, suffix)) => (name, suffix),
        None => {
            let is_one =
                |word: &&str| UNMISTAKABLE.contains(&bare(word).as_str()) && !word.chars().all(char::is_lowercase);
            let count = text.rsplit(' ').take_while(is_one).map(|word| word.len() + 1).sum::<usize>();
            text.split_at_checked(text.len().checked_sub(count)?)?
        }
    };
    let (name, suffix) = (name.trim(), suffix.trim_matches([',', ' ']));
    let known = suffix.split(',').map(str::trim).filter(|part| !part.is_empty()).all(is_credential);
    let fits = !name.is_empty() && !suffix.is_empty() && suffix.chars().count() <= MAX;
    (fits && known && suffix.chars().any(char::is_alphanumeric)).then_some((name, suffix))
}

/// One credential, or several with spaces between.
fn is_credential(part: &str) -> bool {
    CREDENTIALS.contains(&bare(part).as_str()) || part.split(' ').all(|word| CREDENTIALS.contains(&bare(word).as_str()))
}

/// `Ph.D.` and `PMP\u{ae}` as the lists have them.
fn bare(text: &str) -> String {
    let kept = text.chars().filter(|c| !matches!(c, '.' | '\u{ae}' | '\u{2122}' | '(' | ')'));
    kept.flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(given: &str, family: &str) -> [String; 4] {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let Name { prefix, given, family, suffix } = Name::split(some(given), some(family));
        [prefix, given, family, suffix].map(Option::unwrap_or_default)
    }

    #[test]
    fn titles_and_credentials_are_split_off() {
        for (given, family, parts) in [
            ("Dr. Ada", "Lovelace, MBA, PMP", ["Dr.", "Ada", "Lovelace", "MBA, PMP"]),
            ("Prof. Dr. med. Eva", "Berg", ["Prof. Dr. med.", "Eva", "Berg", ""]),
            ("Grace", "Hopper, Ph.D.", ["", "Grace", "Hopper", "Ph.D."]),
            ("Sam", "Lee PMP\u{ae} CPA", ["", "Sam", "Lee", "PMP\u{ae} CPA"]),
            ("Martin", "King, Jr.", ["", "Martin", "King", "Jr."]),
            ("Ada Lovelace, MBA", "", ["", "Ada Lovelace", "", "MBA"]),
            ("Kim", "Park, SHRM-CP, LEED AP,", ["", "Kim", "Park", "SHRM-CP, LEED AP"]),
        ] {
            assert_eq!(split(given, family), parts.map(str::to_owned));
        }
    }

    #[test]
    fn in_doubt_a_name_stays() {
        for (given, family) in [
            ("Jack", "Ma"),
            ("Jack", "MA"),
            ("Mag", "Ruffman"),
            ("Ing", "Chang"),
            ("Dr.", "Dre"),
            ("", "MBA"),
            ("Ada", ", MBA"),
            ("Ada", "Lovelace, open to work"),
            ("Ada", "Lovelace, MBA, open to work"),
            ("Ada", "de la Cruz"),
            ("Med. Ada", "Berg"),
        ] {
            assert_eq!(split(given, family), ["", given, family, ""].map(str::to_owned));
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(given in "(Dr\\. |Prof |med\\. |[A-Za-z.,]{0,4} ?){0,4}", family in "(MBA|PhD|,|Ma|[a-zé]{1,5}| ){0,8}") {
            let [prefix, first, last, suffix] = split(&given, &family);
            let letters = |text: String| text.chars().filter(|c| !matches!(c, ' ' | ',')).collect::<String>();
            prop_assert_eq!(letters(format!("{prefix}{first}{last}{suffix}")), letters(format!("{given}{family}")));
            prop_assert!(given.is_empty() || !first.is_empty());
            prop_assert!(family.is_empty() || !last.is_empty());
        }
    }
}
