//! What a person wrote in an answer, without what they answer and without their signature.

/// The words of whoever answers. What cannot be told apart stays.
pub fn own_words(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let end = (0..lines.len()).find(|at| ends_at(&lines, *at)).unwrap_or(lines.len());
    let kept: Vec<&str> = lines[..end].iter().copied().filter(|line| !line.starts_with('>')).collect();
    let kept = kept.join("\n").trim().to_owned();
    // Whoever answers below what they answer has their words there.
    if kept.is_empty() { below(&lines) } else { kept }
}

fn below(lines: &[&str]) -> String {
    let last = lines.iter().rposition(|line| line.starts_with('>'));
    let rest = last.map_or(lines, |last| &lines[last + 1..]);
    let end = rest.iter().position(|line| is_signature(line)).unwrap_or(rest.len());
    let rest = rest[..end].join("\n").trim().to_owned();
    if rest.is_empty() { lines.join("\n").trim().to_owned() } else { rest }
}

/// Whether nothing from this line on is of the answer.
fn ends_at(lines: &[&str], at: usize) -> bool {
    let line = lines[at];
    is_signature(line) || is_divider(line) || is_attribution(lines, at) || is_header_block(&lines[at..])
}

/// The mark of RFC 3676, 4.3 (without its blank, for many programs drop it), and what phones write there.
fn is_signature(line: &str) -> bool {
    const DEVICES: [&str; 10] = [
        "Sent from my ",
        "Sent from Mail for ",
        "Get Outlook for ",
        "Sent from Outlook",
        "Von meinem ",
        "Gesendet von ",
        "Envoyé de mon ",
        "Enviado desde mi ",
        "Inviato da ",
        "Verzonden vanaf ",
    ];
    line == "--" || DEVICES.iter().any(|device| line.starts_with(device))
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
    (framed && WORDS.contains(&inner.to_lowercase().as_str())) || (line.len() >= 20 && line.bytes().all(|b| b == b'_'))
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
            ("> only this", "> only this"),
            ("", ""),
        ];
        for (text, words) in cases {
            assert_eq!(own_words(text), words, "{text:?}");
        }
    }
}
