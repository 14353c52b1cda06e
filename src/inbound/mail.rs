//! A raw mail (RFC 5322) as far as Inroad reads it. Nothing in it is believed but as its writer's words.
use chrono::{DateTime, Utc};
use mail_parser::{Address, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::bounce::{self, Bounce};
use super::{html, quote};
use crate::http::schema::formats;
use crate::invites::{self, Reply};
use crate::text::unix_lines;

/// Headers of one mail, and of all mails within it, that say what a part is. A mail has a handful; each may open another
/// level, and what reads a mail must not be led arbitrarily deep.
const MOST_PARTS: usize = 1_000;
/// As long as the API takes a message's text and its subject.
const TEXT: usize = 65_536;
const SUBJECT: usize = 500;
/// As long as an id is kept (RFC 5322 allows a line).
const ID: usize = 998;
/// Ids of one conversation that are looked up.
const IDS: usize = 50;

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Without angle brackets, as all ids here.
    pub message_id: Option<String>,
    /// What it answers, the nearest first.
    pub answers: Vec<String>,
    pub from: Option<String>,
    pub subject: Option<String>,
    pub date: Option<DateTime<Utc>>,
    /// What its writer wrote, without what they answer and without their signature; all of it, where that cannot be told
    /// apart.
    pub text: String,
    /// The text is its writer's own.
    pub own_words: bool,
    /// A machine wrote it.
    pub automatic: bool,
    /// Its writer wants to be left alone: that is what a click on `List-Unsubscribe` sends.
    pub unsubscribe: bool,
    pub bounce: Option<Bounce>,
    /// A calendar's answer to an invitation.
    pub reply: Option<Reply>,
}

/// Reads a mail; nothing when it is none.
pub fn read(raw: &[u8]) -> Option<Mail> {
    if count(raw, b"content-type") > MOST_PARTS {
        return None;
    }
    let message = MessageParser::default().parse(raw)?;
    if message.parts.is_empty() || message.headers().is_empty() {
        return None;
    }
    let subject = message.subject().map(|subject| tidy(subject, SUBJECT).replace(['\n', '\t'], " "));
    let subject = subject.map(|subject| subject.trim().to_owned()).filter(|subject| !subject.is_empty());
    let (whole, unquoted) = body(&message);
    let own = quote::own_words(&tidy(&unquoted, 4 * TEXT));
    let own_words = own.is_some();
    let text = own.unwrap_or_else(|| tidy(&whole, 4 * TEXT).trim().to_owned());
    let text = tidy(&text, TEXT);
    let from = first_address(message.from()).or_else(|| first_address(message.sender()));
    let reply = from.as_deref().and_then(|from| reply(&message, from));
    let bounce = bounce::read(&message, from.as_deref(), subject.as_deref(), &whole);
    Some(Mail {
        message_id: message.message_id().and_then(id),
        answers: answers(&message),
        date: message.date().and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0)),
        automatic: is_automatic(&message, subject.as_deref()),
        unsubscribe: subject.as_deref().is_some_and(is_unsubscribe),
        from,
        subject,
        text,
        own_words,
        bounce,
        reply,
    })
}

/// What it says, and the same without quotations that are marked as such: of a mail in both forms its plain text.
fn body(message: &Message<'_>) -> (String, String) {
    let parts = || message.text_body.iter().chain(&message.html_body).filter_map(|id| message.part(*id));
    let plain = parts().find_map(|part| match &part.body {
        PartType::Text(text) if !text.trim().is_empty() => Some(text.clone().into_owned()),
        _ => None,
    });
    if let Some(text) = plain {
        return (text.clone(), text);
    }
    let page = parts().find_map(|part| match &part.body {
        PartType::Html(page) => Some(page),
        _ => None,
    });
    page.map(|page| (html::text(page), html::unquoted_text(page))).unwrap_or_default()
}

/// The part that a calendar has written (RFC 6047).
fn reply(message: &Message<'_>, from: &str) -> Option<Reply> {
    // Some programs send it as an attachment alone.
    const KINDS: [(&str, &str); 2] = [("text", "calendar"), ("application", "ics")];
    let is_calendar = |part: &&MessagePart<'_>| {
        let kind = part.content_type().map(|kind| (kind.ctype(), kind.subtype().unwrap_or_default()));
        let is = |(kind, sub): (&str, &str), own: (&str, &str)| {
            kind.eq_ignore_ascii_case(own.0) && sub.eq_ignore_ascii_case(own.1)
        };
        kind.is_some_and(|kind| KINDS.iter().any(|own| is(kind, *own)))
    };
    let parts = message.parts.iter().filter(is_calendar);
    parts.filter_map(|part| str::from_utf8(part.contents()).ok()).find_map(|text| invites::read(text, from))
}

/// What a header says, for those that are no more than words.
pub fn word<'a>(message: &'a Message<'_>, name: &'static str) -> Option<&'a str> {
    message.header_raw(name).map(str::trim)
}

fn answers(message: &Message<'_>) -> Vec<String> {
    let mut found = ids(message.in_reply_to());
    let mut references = ids(message.references());
    references.reverse();
    found.extend(references);
    let mut seen = std::collections::HashSet::new();
    found.retain(|id| seen.insert(id.clone()));
    found.truncate(IDS);
    found
}

/// The ids in a header.
pub fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let one = value.as_text().filter(|_| value.as_text_list().is_none()).and_then(id);
    match value.as_text_list() {
        Some(list) => list.iter().filter_map(|text| id(text)).collect(),
        None => one.into_iter().collect(),
    }
}

/// An id as it can stand in a header again.
pub fn id(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('<').trim_end_matches('>');
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>');
    (plain && !text.is_empty() && text.len() <= ID).then(|| text.to_owned())
}

fn first_address(address: Option<&Address<'_>>) -> Option<String> {
    let text = address?.first()?.address()?.trim().to_owned();
    formats::email(&text).then_some(text)
}

/// RFC 3834, and what those write who do not know it.
fn is_automatic(message: &Message<'_>, subject: Option<&str>) -> bool {
    const SUBJECTS: [&str; 12] = [
        "out of office",
        "out of the office",
        "automatic reply",
        "auto-reply",
        "autoreply",
        "auto reply",
        "automatische antwort",
        "abwesenheitsnotiz",
        "abwesend",
        "réponse automatique",
        "respuesta automática",
        "risposta automatica",
    ];
    let submitted = word(message, "Auto-Submitted").map(str::to_lowercase);
    if let Some(submitted) = submitted {
        return !submitted.starts_with("no");
    }
    let precedence = word(message, "Precedence").map(str::to_lowercase);
    let marked = ["X-Autoreply", "X-Autorespond", "X-Autogenerated"];
    marked.iter().any(|name| word(message, name).is_some_and(|value| !value.eq_ignore_ascii_case("no")))
        || precedence.as_deref() == Some("auto_reply")
        || subject.is_some_and(|subject| {
            let subject = subject.to_lowercase();
            SUBJECTS.iter().any(|known| subject.starts_with(known))
        })
}

/// What a click on `List-Unsubscribe` has for a subject, perhaps as an answer to what has it.
fn is_unsubscribe(subject: &str) -> bool {
    const ANSWERS: [&str; 4] = ["re", "aw", "antw", "sv"];
    let mut subject = subject.trim();
    while let Some((before, rest)) = subject.split_once(':')
        && ANSWERS.iter().any(|answer| before.trim().eq_ignore_ascii_case(answer))
    {
        subject = rest.trim();
    }
    subject.eq_ignore_ascii_case("unsubscribe")
}

/// Without control characters but line breaks and tabs, and no longer than that.
fn tidy(text: &str, most: usize) -> String {
    unix_lines(text).chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).take(most).collect()
}

/// How often an ASCII word is there, in whatever case.
fn count(haystack: &[u8], word: &[u8]) -> usize {
    let first = [word[0], word[0].to_ascii_uppercase()];
    let fits = |at: &usize| haystack[*at..].get(..word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word));
    (0..haystack.len()).filter(|at| first.contains(&haystack[*at])).filter(fits).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_what_it_answers() {
        let raw = "From: =?utf-8?q?J=C3=B6rg?= <Joerg@X.example>\r\nSubject: Re: =?utf-8?b?QsO8Y2hlcg==?=\r\n\
            Date: Mon, 2 Mar 2026 10:00:00 +0100\r\nMessage-ID: <a@x.example>\r\nIn-Reply-To: <3@s.example>\r\n\
            References: <1@s.example> <2@x.example>\r\n <3@s.example>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\nGern, gr=FC=DFe.\r\n> alt\r\n";
        let mail = read(raw.as_bytes()).unwrap();
        assert_eq!(mail.from.as_deref(), Some("Joerg@X.example"));
        assert_eq!(mail.subject.as_deref(), Some("Re: Bücher"));
        assert_eq!(mail.message_id.as_deref(), Some("a@x.example"));
        assert_eq!(mail.answers, ["3@s.example", "2@x.example", "1@s.example"]);
        assert_eq!(mail.date.unwrap().to_rfc3339(), "2026-03-02T09:00:00+00:00");
        assert_eq!(mail.text, "Gern, grüße.");
        assert!(!mail.automatic && !mail.unsubscribe && mail.bounce.is_none());
    }

    #[test]
    fn machines_are_known_by_their_headers() {
        let with =
            |header: &str| read(format!("From: a@x.example\r\n{header}\r\n\r\nAway").as_bytes()).unwrap().automatic;
        for header in [
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-replied (vacation)",
            "Precedence: auto_reply",
            "X-Autoreply: yes",
            "Subject: Out of Office: Re: Hello",
            "Subject: Automatische Antwort: Hallo",
        ] {
            assert!(with(header), "{header}");
        }
        for header in ["Auto-Submitted: no", "Subject: Re: out of office hours", "Precedence: bulk"] {
            assert!(!with(header), "{header}");
        }
    }

    #[test]
    fn to_be_left_alone_may_be_an_answer() {
        for subject in ["unsubscribe", "Unsubscribe", "Re: unsubscribe", "RE: Re: Unsubscribe", "AW:unsubscribe"] {
            assert!(is_unsubscribe(subject), "{subject}");
        }
        for subject in
            ["", "Re:", "how to unsubscribe", "Re: how to unsubscribe", "Fwd: unsubscribe", "unsubscribe: no"]
        {
            assert!(!is_unsubscribe(subject), "{subject}");
        }
    }

    #[test]
    fn a_web_page_is_read_as_text() {
        let raw = "From: a@x.example\r\nContent-Type: text/html\r\n\r\n<p>Happy to.</p><p>Tuesday?</p>\r\n";
        let mail = read(raw.as_bytes()).unwrap();
        assert_eq!((mail.text.as_str(), mail.own_words), ("Happy to.\n\nTuesday?", true));
    }

    #[test]
    fn hostile_mails_are_read_or_refused() {
        let deep = "Content-Type: message/rfc822\r\n\r\n".repeat(300_000);
        assert_eq!(read(deep.as_bytes()), None);
        let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(MOST_PARTS - 1) + "From: a@x.example\r\n\r\nhi";
        let _ = read(nested.as_bytes());
        let digest = "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\n".repeat(900);
        let _ = read(digest.as_bytes());
        let mut many = "From: a@x.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned();
        many += &"--b\r\n\r\nx\r\n".repeat(10_000);
        assert_eq!(read(many.as_bytes()).unwrap().from.as_deref(), Some("a@x.example"));
        let wide = format!("From: a@x.example\r\nReferences: {}\r\n\r\nx", "<r@x.example> ".repeat(100_000));
        assert!(read(wide.as_bytes()).unwrap().answers.len() <= IDS);
        let long = format!("From: a@x.example\r\nSubject: {}\r\n\r\n{}", "s".repeat(1 << 20), "t".repeat(1 << 20));
        let long = read(long.as_bytes()).unwrap();
        assert_eq!((long.subject.unwrap().len(), long.text.len()), (SUBJECT, TEXT));
        for raw in ["", "\r\n\r\n", "\0\0\0", "no header at all", ":", "\u{feff}", "--b\r\n--b--", "From"] {
            let _ = read(raw.as_bytes());
        }
        let evil =
            read(b"From: a@x.example\r\nSubject: x\0y\rBcc: all\r\nMessage-ID: <a b>\r\n\r\nh\0i\x07\xff").unwrap();
        assert!(!evil.text.contains('\0') && !evil.subject.unwrap_or_default().contains(['\r', '\n', '\0']));
        assert_eq!(evil.message_id, None);
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_is_survived(raw in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..2_000)) {
            let _ = read(&raw);
            let _ = read(&[b"From: a@x.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", &raw[..]].concat());
        }
    }
}
