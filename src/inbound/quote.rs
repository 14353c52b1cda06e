//! What a person wrote in an answer, without what they answer and without their signature.
use crate::text::unix_lines;

/// The words of whoever answers; none where they cannot be told apart from what is answered.
pub fn own_words(text: &str) -> Option<String> {
    let text = unix_lines(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let end = (0..lines.len()).find(|at| ends_at(&lines, *at)).unwrap_or(lines.len());
    let kept: Vec<&str> = lines[..end].iter().copied().filter(|line| !line.starts_with('>')).collect();
    let kept = joined(&kept);
    // Whoever answers below what they answer has their words there.
    if kept.is_empty() { below(&lines) } else { Some(kept) }
}

fn below(lines: &[&str]) -> Option<String> {
    let last = lines.iter().rposition(|line| line.starts_with('>'))?;
    let rest = &lines[last + 1..];
    let end = rest.iter().position(|line| is_signature(line)).unwrap_or(rest.len());
    Some(joined(&rest[..end])).filter(|rest| !rest.is_empty())
}

/// With one empty line where there are several.
fn joined(lines: &[&str]) -> String {
    let mut text = lines.join("\n").trim().to_owned();
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    text
}

/// Whether nothing from this line on is of the answer.
fn ends_at(lines: &[&str], at: usize) -> bool {
    let line = lines[at];
    is_signature(line) || is_divider(line) || is_attribution(lines, at) || is_header_block(&lines[at..])
}

/// The mark of RFC 3676, 4.3 (without its blank, for many programs drop it), and what phones write there.
fn is_signature(line: &str) -> bool {
    const DEVICES: [&str; 10] = [
        "Sent from ",
        "Sent with ",
        "Get Outlook for ",
        "Yahoo Mail: ",
        "Von meinem ",
        "Gesendet von ",
        "Envoyé de mon ",
        "Enviado desde mi ",
        "Inviato da ",
        "Verzonden vanaf ",
    ];
    line == "--" || (line.len() < 100 && DEVICES.iter().any(|device| line.starts_with(device)))
}

/// `-----Original Message-----` in its languages, and the long line that Outlook draws.
fn is_divider(line: &str) -> bool {
    const WORDS: [&str; 7] = [
        "original message",
        "forwarded message",
        "ursprüngliche nachricht",
        "message d'origine",
        "mensaje original",
        "messaggio originale",
        "oorspronkelijk bericht",
    ];
    let inner = line.trim_matches(|c| c == '-' || c == '_' || c == ' ');
    let framed = line.starts_with("---") && line.ends_with("---");
    line == "Begin forwarded message:"
        || (framed && WORDS.contains(&inner.to_lowercase().as_str()))
        || (line.len() >= 20 && line.bytes().all(|b| b == b'_'))
}

/// `On Monday, Ada wrote:`, which may be broken into two or three lines.
fn is_attribution(lines: &[&str], at: usize) -> bool {
    const BEGINNINGS: [&str; 8] = ["On ", "Am ", "Le ", "El ", "Il ", "Op ", "Em ", "Den "];
    const VERBS: [&str; 8] =
        [" wrote", " schrieb", " a écrit", " escribió", " ha scritto", " schreef", " escreveu", " skrev"];
    let line = lines[at].trim_start();
    if !BEGINNINGS.iter().any(|beginning| line.starts_with(beginning)) || line.len() > 400 {
        return false;
    }
    let joined = |count: usize| lines[at..].iter().take(count).copied().collect::<Vec<_>>().join(" ");
    let ends =
        (1..=3).map(joined).any(|text| text.trim_end().ends_with(':') && VERBS.iter().any(|verb| text.contains(verb)));
    // A person may write that, too; what they quote follows.
    let ahead = lines[at..].iter().skip(1).take(6).any(|line| line.starts_with('>') || line.trim().is_empty());
    ends && (ahead || at + 1 >= lines.len())
}

/// `From: … Sent: … To: … Subject: …`, as Outlook has it.
fn is_header_block(lines: &[&str]) -> bool {
    const NAMES: [[&str; 3]; 5] = [
        ["From:", "Sent:", "Subject:"],
        ["From:", "Date:", "Subject:"],
        ["Von:", "Gesendet:", "Betreff:"],
        ["De :", "Envoyé :", "Objet :"],
        ["De:", "Enviado:", "Asunto:"],
    ];
    let bare = |line: &str| line.trim_start_matches('*').to_owned();
    let [first, second, rest @ ..] = lines else { return false };
    NAMES.iter().any(|[from, sent, subject]| {
        bare(first).starts_with(from)
            && (bare(second).starts_with(sent) || rest.iter().take(2).any(|line| bare(line).starts_with(sent)))
            && rest.iter().take(5).any(|line| bare(line).starts_with(subject))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_is_left_out() {
        let cases = [
            (
                "Happy to.\r\n\r\nOn Mon, 2 Mar 2026 at 09:00, Ada <ada@x.example> wrote:\r\n> Dear Grace\r\n> hi\r\n",
                "Happy to.",
            ),
            ("Gern!\n\nAm 02.03.26 um 09:00 schrieb Ada Lovelace:\n\n> Liebe Grace", "Gern!"),
            (
                "Yes.\n\nOn Mon, 2 Mar 2026 at 09:00, Ada Lovelace via Inroad\n<inroad@service.example> wrote:\n\n> x",
                "Yes.",
            ),
            ("Sure\n-- \nGrace Hopper\nNavy", "Sure"),
            ("Sure\n\nSent from my iPhone\n\n> On 2 Mar", "Sure"),
            ("Fine.\n\n-----Original Message-----\nFrom: Ada", "Fine."),
            ("Fine.\n\nFrom: Ada\nSent: Monday\nTo: Grace\nSubject: x\n\nDear Grace", "Fine."),
            ("Fine.\n________________________________\nFrom: Ada", "Fine."),
            ("> Dear Grace\n> may I?\nYou may.\n-- \nG", "You may."),
            ("> Dear Grace\n\nYou may.\n> Tuesday?\nYes.", "You may.\nYes."),
            ("On the other hand, as Ada wrote:\nno.", "On the other hand, as Ada wrote:\nno."),
            ("Yes.\n\n\n\nOf course.\nBegin forwarded message:\n\nFrom: Ada", "Yes.\n\nOf course."),
        ];
        for (text, words) in cases {
            assert_eq!(own_words(text).as_deref(), Some(words), "{text:?}");
        }
        for text in ["> only this", "", "-- \nGrace", "On Mon, Ada wrote:\n\nDear Grace, I would love to"] {
            assert_eq!(own_words(text), None, "{text:?}");
        }
    }
}
