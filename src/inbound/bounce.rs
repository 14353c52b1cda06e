//! What mail servers say of mails that they could not deliver (RFC 3464), and what those say that do not follow it.
use std::collections::HashMap;

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::mail::{id, ids, word};
use crate::http::schema::formats;

/// Addresses of a report without a form that are believed.
const RECIPIENTS: usize = 20;

/// What became of a mail that a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Failed,
    /// The server goes on trying.
    Delayed,
    /// It was delivered, passed on, or even opened.
    Delivered,
}

/// A report of a mail server, or of the mail program at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    pub fate: Fate,
    /// The `Message-ID`s of what it is about.
    pub about: Vec<String>,
    /// To whom it could not be delivered.
    pub recipients: Vec<String>,
    /// In the server's words.
    pub diagnostic: String,
}

/// The report in a mail, if it is one.
pub fn read(message: &Message<'_>, from: Option<&str>, subject: Option<&str>, text: &str) -> Option<Bounce> {
    standard(message).or_else(|| receipt(message)).or_else(|| by_look(message, from, subject, text))
}

/// The part `message/…` of one of these kinds.
fn part(message: &Message<'_>, kinds: &[&str]) -> Option<String> {
    let is_one = |part: &&MessagePart<'_>| {
        let kind = part.content_type().filter(|kind| kind.ctype().eq_ignore_ascii_case("message"));
        let subtype = kind.and_then(|kind| kind.subtype());
        subtype.is_some_and(|subtype| kinds.iter().any(|known| subtype.eq_ignore_ascii_case(known)))
    };
    let found = message.parts.iter().find(is_one)?;
    Some(String::from_utf8_lossy(found.contents()).into_owned())
}

fn standard(message: &Message<'_>) -> Option<Bounce> {
    let status = part(message, &["delivery-status", "global-delivery-status"])?;
    let groups = fields(&status);
    let of = |group: &HashMap<String, String>, name: &str| group.get(name).cloned().unwrap_or_default();
    let actions: Vec<String> = groups.iter().map(|group| of(group, "action").to_lowercase()).collect();
    let failed = groups.iter().zip(&actions).filter(|(group, action)| {
        action.as_str() == "failed" || action.is_empty() && of(group, "status").starts_with('5')
    });
    let failed: Vec<&HashMap<String, String>> = failed.map(|(group, _)| group).collect();
    let recipients = failed.iter().flat_map(|group| [of(group, "final-recipient"), of(group, "original-recipient")]);
    let diagnostic = failed.iter().find_map(|group| {
        let words = value(&of(group, "diagnostic-code"));
        let status = of(group, "status");
        let words = if words.is_empty() { status } else { words };
        (!words.is_empty()).then_some(words)
    });
    let fate = match &failed[..] {
        [] if actions.iter().any(|action| action == "delayed") => Fate::Delayed,
        [] => Fate::Delivered,
        _ => Fate::Failed,
    };
    Some(Bounce {
        fate,
        about: about(message),
        recipients: recipients.map(|text| value(&text)).filter(|text| formats::email(text)).collect(),
        diagnostic: diagnostic.unwrap_or_else(|| "it could not be delivered".to_owned()),
    })
}

/// What a mail program says that has shown a mail to whom it was for (RFC 8098), or thrown it away.
fn receipt(message: &Message<'_>) -> Option<Bounce> {
    let notice = part(message, &["disposition-notification", "global-disposition-notification"])?;
    let groups = fields(&notice);
    let original = groups.iter().filter_map(|group| id(group.get("original-message-id")?));
    let about = original.chain(about(message)).collect();
    Some(Bounce { fate: Fate::Delivered, about, recipients: Vec::new(), diagnostic: String::new() })
}

/// From a mail server, and about something that failed.
fn by_look(message: &Message<'_>, from: Option<&str>, subject: Option<&str>, text: &str) -> Option<Bounce> {
    const SUBJECTS: [&str; 12] = [
        "undelivered mail",
        "undeliverable",
        "delivery status notification (failure)",
        "mail delivery failed",
        "delivery failure",
        "returned mail",
        "failure notice",
        "mail delivery failure",
        "delivery has failed",
        "undelivered message",
        "unzustellbar",
        "message non remis",
    ];
    let local = from.and_then(|from| from.split_once('@')).map(|(local, _)| local.to_lowercase());
    let server = local.is_some_and(|local| local.starts_with("mailer-daemon") || local == "postmaster");
    let empty = word(message, "Return-Path") == Some("<>");
    let subject = subject.unwrap_or_default().to_lowercase();
    let failed = word(message, "X-Failed-Recipients");
    let says_so = SUBJECTS.iter().any(|known| subject.starts_with(known));
    if failed.is_none() && !((server || empty) && says_so) {
        return None;
    }
    let recipients = failed.unwrap_or_default().split(',').map(str::trim).filter(|text| formats::email(text));
    // It is one mail to one person: a list is somebody's invention.
    let recipients = recipients.take(RECIPIENTS);
    let words = text.lines().map(str::trim).find(|line| {
        let code = line.get(..3).is_some_and(|code| code.starts_with('5') && code.bytes().all(|b| b.is_ascii_digit()));
        code || line.contains(" 550 ") || line.contains("550 5.") || line.contains("552 ") || line.contains("554 ")
    });
    let mut about = about(message);
    about.extend(quoted_ids(text));
    Some(Bounce {
        fate: Fate::Failed,
        about,
        recipients: recipients.map(str::to_owned).collect(),
        diagnostic: words.unwrap_or("it could not be delivered").chars().take(1_000).collect(),
    })
}

/// The ids of what came back with the report, or of what it answers.
fn about(message: &Message<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for part in message.parts.iter().skip(1) {
        match &part.body {
            PartType::Message(returned) => found.extend(returned.message_id().and_then(id)),
            // `text/rfc822-headers`, or a message that was sent encoded.
            PartType::Text(text) => {
                found.extend(MessageParser::default().parse_headers(text.as_bytes()).and_then(|m| id(m.message_id()?)));
            }
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                found.extend(MessageParser::default().parse_headers(&bytes[..]).and_then(|m| id(m.message_id()?)));
            }
            _ => {}
        }
        if found.len() > 20 {
            break;
        }
    }
    found.extend(ids(message.in_reply_to()));
    found.extend(ids(message.references()));
    found
}

/// `Message-ID: <…>` in the text of a report that quotes what it could not deliver.
fn quoted_ids(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim_start_matches(['>', ' ']));
    let ids = lines.filter(|line| line.get(..11).is_some_and(|name| name.eq_ignore_ascii_case("message-id:")));
    ids.filter_map(|line| id(&line[11..])).take(5).collect()
}

/// The groups of fields in a status: one of the mail, then one for each recipient.
fn fields(text: &str) -> Vec<HashMap<String, String>> {
    let text = text.replace("\r\n", "\n");
    let groups = text.split("\n\n").take(200).map(|group| {
        let unfolded = group.replace("\n ", " ").replace("\n\t", " ");
        let pairs = unfolded.lines().filter_map(|line| line.split_once(':'));
        pairs.map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned())).collect()
    });
    groups.collect()
}

/// `rfc822; ada@x.example` → `ada@x.example`.
fn value(text: &str) -> String {
    let value = text.split_once(';').map_or(text, |(_, value)| value).trim();
    value.trim_start_matches('<').trim_end_matches('>').split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::Fate;
    use crate::inbound::mail;

    const REPORT: &str = "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
        Auto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
        --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
        Final-Recipient: rfc822; ada@engines.example\r\nAction: ACTION\r\nStatus: 5.1.1\r\n\
        Diagnostic-Code: smtp; 550 5.1.1 <ada@engines.example>: no such\r\n user here\r\n\r\n\
        --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <1@s.example>\r\nSubject: x\r\n\r\n--b--\r\n";

    #[test]
    fn a_report_says_what_failed_and_why() {
        let bounce = mail::read(REPORT.replace("ACTION", "failed").as_bytes()).unwrap().bounce.unwrap();
        assert_eq!(bounce.fate, Fate::Failed);
        assert_eq!(
            (bounce.about, bounce.recipients),
            (vec!["1@s.example".to_owned()], vec!["ada@engines.example".to_owned()])
        );
        assert_eq!(bounce.diagnostic, "550 5.1.1 <ada@engines.example>: no such user here");
        for (action, fate) in [
            ("delayed", Fate::Delayed),
            ("Delivered", Fate::Delivered),
            ("relayed", Fate::Delivered),
            ("expanded", Fate::Delivered),
        ] {
            let report = REPORT.replace("ACTION", action).replace("5.1.1", "2.0.0");
            assert_eq!(mail::read(report.as_bytes()).unwrap().bounce.unwrap().fate, fate, "{action}");
        }
        let whole = REPORT.replace("text/rfc822-headers", "message/rfc822").replace("ACTION", "failed");
        assert_eq!(mail::read(whole.as_bytes()).unwrap().bounce.unwrap().about, ["1@s.example"]);
    }

    #[test]
    fn a_receipt_is_no_answer() {
        let receipt = "From: ada@engines.example\r\nSubject: Read: Hello\r\n\
            Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n\
            --b\r\nContent-Type: text/plain\r\n\r\nYour message was read.\r\n\
            --b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; ada@engines.example\r\n\
            Original-Message-ID: <1@s.example>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n";
        let bounce = mail::read(receipt.as_bytes()).unwrap().bounce.unwrap();
        assert_eq!((bounce.fate, bounce.about), (Fate::Delivered, vec!["1@s.example".to_owned()]));
    }

    #[test]
    fn a_report_in_words_is_known_by_its_look() {
        let exim = "From: Mail Delivery System <Mailer-Daemon@mx.example>\r\nX-Failed-Recipients: ada@engines.example\r\n\
            Subject: Mail delivery failed: returning message to sender\r\n\r\nThis message was created automatically.\r\n\
            \r\n  ada@engines.example\r\n    550 5.1.1 no such user\r\n\r\n> Message-ID: <1@s.example>\r\n";
        let bounce = mail::read(exim.as_bytes()).unwrap().bounce.unwrap();
        assert_eq!(
            (bounce.about, bounce.recipients),
            (vec!["1@s.example".to_owned()], vec!["ada@engines.example".to_owned()])
        );
        assert_eq!(bounce.diagnostic, "550 5.1.1 no such user");
        let person = "From: ada@engines.example\r\nSubject: Undeliverable?\r\n\r\n550 people came.\r\n";
        assert_eq!(mail::read(person.as_bytes()).unwrap().bounce, None);
    }
}
