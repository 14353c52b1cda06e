//! A mail as RFC 5322 has it. What people wrote goes into headers without its line breaks, so that nobody can add one.
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Body, Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Host;

/// What a URI takes as it is (RFC 3986, 2.3).
pub const URI: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The longest line of a mail (RFC 5322, 2.1.1).
const LONGEST_LINE: usize = 998;

/// A way to be left alone, for mail programs that offer a button for it (RFC 2369, 3.2).
#[derive(Debug, Clone)]
pub enum Unsubscribe {
    /// A mail to this address.
    Mail(Address),
    /// A POST to this URL, with nothing to be said or clicked there (RFC 8058).
    OneClick(String),
}

/// A plain-text mail to one person.
#[derive(Debug, Clone)]
pub struct Letter {
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    pub to: Mailbox,
    pub subject: String,
    pub text: String,
    pub date: DateTime<Utc>,
    /// Without angle brackets, as all ids here. The same over all attempts, so that a mail that arrives twice can be seen
    /// to be one.
    pub message_id: String,
    pub in_reply_to: Option<String>,
    /// The mails before it in the conversation, oldest first.
    pub references: Vec<String>,
    /// How whoever does not want to be written to again says so.
    pub unsubscribe: Option<Unsubscribe>,
    /// Not sent yet: a mail program opens it for editing.
    pub unsent: bool,
}

impl Letter {
    pub fn message(&self) -> Result<Message, String> {
        let text = self.head().header(MIME_VERSION_1_0).header(ContentType::TEXT_PLAIN).body(body(&self.text));
        text.map_err(|error| error.to_string())
    }

    /// With a part that calendars read (RFC 6047): `method` is what it asks of them.
    pub fn about_a_meeting(&self, method: &str, calendar: &str) -> Result<Message, String> {
        let kind = ContentType::parse(&format!("text/calendar; charset=utf-8; method={method}"));
        let kind = kind.map_err(|error| error.to_string())?;
        let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body(&self.text));
        let calendar = SinglePart::builder().header(kind).body(calendar.to_owned());
        let parts = MultiPart::alternative().singlepart(text).singlepart(calendar);
        self.head().multipart(parts).map_err(|error| error.to_string())
    }

    fn head(&self) -> MessageBuilder {
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(self.to.clone())
            .subject(clean(&self.subject))
            .date(SystemTime::from(self.date))
            .message_id(Some(bracketed(&self.message_id)));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        if let Some(id) = &self.in_reply_to {
            builder = builder.in_reply_to(bracketed(id));
        }
        if !self.references.is_empty() {
            let ids: Vec<String> = self.references.iter().map(|id| bracketed(id)).collect();
            builder = builder.references(ids.join(" "));
        }
        match &self.unsubscribe {
            None => {}
            Some(Unsubscribe::Mail(address)) => {
                let link = mailto(address.as_ref(), &[("subject", "unsubscribe")]);
                builder = builder.raw_header(header("List-Unsubscribe", &format!("<{link}>")));
            }
            Some(Unsubscribe::OneClick(url)) => {
                builder = builder.raw_header(header("List-Unsubscribe", &format!("<{}>", clean(url))));
                builder = builder.raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
            }
        }
        if self.unsent {
            builder = builder.raw_header(header("X-Unsent", "1"));
        }
        builder
    }
}

/// A mailbox whose domain is in ASCII, as every mail server takes it. The part before the `@` stays as it is.
pub fn mailbox(name: Option<&str>, address: &str) -> Result<Mailbox, String> {
    let (local, domain) = address.rsplit_once('@').ok_or("an address has an @")?;
    let domain = match Host::parse(domain) {
        Ok(Host::Domain(ascii)) => ascii,
        _ => domain.to_owned(),
    };
    let address = Address::new(local, domain).map_err(|error| format!("{address}: {error}"))?;
    let name = name.map(clean).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, address))
}

/// `mailto:` (RFC 6068) with what the mail program shall begin with.
pub fn mailto(address: &str, fields: &[(&str, &str)]) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let mut uri = format!("mailto:{}@{}", utf8_percent_encode(local, URI), utf8_percent_encode(domain, URI));
    for (place, (name, value)) in fields.iter().enumerate() {
        uri.push(if place == 0 { '?' } else { '&' });
        // Line breaks are CR LF there (section 5).
        let value = lines(value).replace('\n', "\r\n");
        uri.extend([name, "=", &utf8_percent_encode(&value, URI).to_string()]);
    }
    uri
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn bracketed(id: &str) -> String {
    format!("<{id}>")
}

/// One line, without control characters.
fn clean(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ").trim().to_owned()
}

fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Plain ASCII goes as it is, with lines as long as mail allows: quoted-printable would break tokens and links, which
/// people copy out of the files that are written where no SMTP server is configured.
fn body(text: &str) -> Body {
    let text = lines(text);
    if text.is_ascii() && text.lines().all(|line| line.len() <= LONGEST_LINE) {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        return Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::SevenBit);
    }
    Body::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(to: Mailbox, subject: &str, text: &str) -> Letter {
        Letter {
            from: mailbox(Some("Ada"), "inroad@service.example").unwrap(),
            reply_to: Some(mailbox(Some("Ada Lovelace"), "ada@engines.example").unwrap()),
            to,
            subject: subject.to_owned(),
            text: text.to_owned(),
            date: DateTime::UNIX_EPOCH,
            message_id: "1@service.example".to_owned(),
            in_reply_to: None,
            references: Vec::new(),
            unsubscribe: None,
            unsent: false,
        }
    }

    fn written(letter: &Letter) -> String {
        String::from_utf8(letter.message().unwrap().formatted()).unwrap()
    }

    #[test]
    fn letters_beyond_ascii_arrive() {
        let to = mailbox(Some("Jörg Müßigbrodt"), "jörg@bücher.example").unwrap();
        let text = written(&letter(to.clone(), "Fünfzehn Minuten über Bücher? ☕", "Grüß Gott"));
        assert!(text.contains("=?utf-8?"), "{text}");
        assert!(text.contains("<jörg@xn--bcher-kva.example>"), "{text}");
        assert!(!text.contains("Fünfzehn") && !text.contains("Grüß"), "{text}");
        assert!(text.contains("Message-ID: <1@service.example>\r\n"), "{text}");
        // Without it nobody need decode the text (RFC 2045, 4).
        assert!(text.contains("MIME-Version: 1.0\r\n"), "{text}");
    }

    #[test]
    fn nobody_adds_a_header() {
        let to = mailbox(Some("Ada\r\nBcc: all@engines.example"), "ada@engines.example").unwrap();
        let evil = letter(to, "Hello\r\nBcc: all@engines.example\0", "Hi\r\n\r\n.\r\nBcc: x");
        let text = written(&evil);
        let head = text.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{text}");
        assert!(mailbox(None, "ada@engines.example\r\nBcc: x@y.example").is_err());
        assert!(mailbox(None, "ada\r\n@engines.example").is_err());
    }

    #[test]
    fn a_conversation_keeps_together_and_can_be_left() {
        let mut nudge = letter(mailbox(None, "grace@navy.example").unwrap(), "Re: COBOL", "Dear Grace");
        nudge.in_reply_to = Some("b@x.example".to_owned());
        nudge.references = (0..30).map(|n| format!("{n}.{}@x.example", "r".repeat(40))).collect();
        nudge.unsubscribe = Some(Unsubscribe::Mail("ada+you@engines.example".parse().unwrap()));
        let text = written(&nudge);
        assert!(text.contains("In-Reply-To: <b@x.example>\r\n"), "{text}");
        assert!(text.contains("List-Unsubscribe: <mailto:ada%2Byou@engines.example?subject=unsubscribe>"), "{text}");
        assert!(text.lines().all(|line| line.len() < LONGEST_LINE), "{text}");
        let one_click = Unsubscribe::OneClick(format!("https://inroad.example/unsubscribe/{}", "t".repeat(300)));
        let digest = written(&Letter { unsubscribe: Some(one_click), ..nudge });
        assert!(
            digest.contains(&format!("List-Unsubscribe: <https://inroad.example/unsubscribe/{}>\r\n", "t".repeat(300)))
        );
        assert!(digest.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{digest}");
        let unfolded = text.replace("\r\n ", " ");
        let references = unfolded.lines().find(|line| line.starts_with("References:")).unwrap();
        assert_eq!(references.matches("@x.example>").count(), 30, "{references}");
    }

    #[test]
    fn a_link_says_the_same_as_the_mail() {
        let uri = mailto("a+b/c@x.example", &[("subject", "50% & more?"), ("body", "Dear Ada,\nñ")]);
        let want = "mailto:a%2Bb%2Fc@x.example?subject=50%25%20%26%20more%3F&body=Dear%20Ada%2C%0D%0A%C3%B1";
        assert_eq!(uri, want);
    }

    #[test]
    fn long_lines_and_lone_dots_survive() {
        let text = written(&letter(mailbox(None, "a@x.example").unwrap(), "x", &"long ".repeat(400)));
        assert!(text.lines().all(|line| line.len() <= LONGEST_LINE), "{text}");
    }
}
