//! SMTP (RFC 5321), a connection for each mail, and it is told how far it came: whoever knows that the text was not handed
//! over may try again, and whoever knows that it was may not.
use std::net::SocketAddr;
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;
use url::Url;

use super::wire::{Reply, Trouble, Wire};
use crate::{outgoing, text_enum};

/// For a connection, and for each answer before the text goes.
const PATIENCE: Duration = Duration::from_secs(60);
/// For the answer to the text (RFC 5321, 4.5.3.2.6).
const LAST_PATIENCE: Duration = Duration::from_secs(600);

text_enum! {
    /// How a mail server is talked to.
    MailSecurity {
        /// Encrypted from the first byte, mostly on port 465.
        Tls = "tls",
        /// Encrypted after a first word, mostly on port 587.
        Starttls = "starttls",
        /// In the clear: only to hosts that the operator has named.
        None = "none",
    }
}

/// A mail server, and how to get in.
#[derive(Clone)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// STARTTLS, where the server offers it.
    pub opportunistic: bool,
    pub username: Option<String>,
    pub password: Option<SecretString>,
    /// What the server is told in `EHLO`; this machine's name, unless said otherwise.
    pub hello: Option<String>,
    /// Somebody chose the host who must not reach the operator's own network.
    pub guarded: bool,
}

/// Why a mail did not go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody has it, and another attempt may do better.
    Later(String),
    /// Nobody has it, and nobody will take it.
    Never(String),
    /// The text was handed over, and the answer did not come: the server may have it.
    Unknown(String),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Later(words) | Self::Never(words) | Self::Unknown(words)) = self;
        f.write_str(words)
    }
}

impl Server {
    /// `smtp://user:password@host:587?tls=required`, as the setting has it. Without `tls` it is `opportunistic` where there
    /// is a user, or on port 587 (RFC 6409), else `none`.
    pub fn from_url(text: &SecretString) -> Result<Self, String> {
        let url = Url::parse(text.expose_secret()).map_err(|error| error.to_string())?;
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let (security, opportunistic, port) = match (url.scheme(), tls.as_deref()) {
            ("smtps", None) => (MailSecurity::Tls, false, 465),
            // A password goes in the clear only where nothing else is offered, or where that is wished for.
            ("smtp", None) if !url.username().is_empty() || url.port() == Some(587) => {
                (MailSecurity::Starttls, true, 25)
            }
            ("smtp", None | Some("none")) => (MailSecurity::None, false, 25),
            ("smtp", Some("required")) => (MailSecurity::Starttls, false, 587),
            ("smtp", Some("opportunistic")) => (MailSecurity::Starttls, true, 587),
            _ => {
                return Err("must begin with smtp:// or smtps://, with ?tls=required, opportunistic, none or nothing"
                    .to_owned());
            }
        };
        let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let hello = url.path().trim_matches('/');
        Ok(Self {
            host: url.host_str().filter(|host| !host.is_empty()).ok_or("names no host")?.to_owned(),
            port: url.port().unwrap_or(port),
            security,
            opportunistic,
            username: Some(decode(url.username())).filter(|name| !name.is_empty()),
            password: url.password().map(|password| SecretString::from(decode(password))),
            hello: Some(hello.to_owned()).filter(|hello| !hello.is_empty()),
            guarded: false,
        })
    }

    /// Sends a mail, and answers the server's last words. `ready` is called when the server waits for the text: when it
    /// fails, the text does not go.
    pub async fn send(
        &self,
        mail: &Message,
        ready: impl AsyncFnOnce() -> Result<(), String>,
    ) -> Result<String, Refusal> {
        let mut wire = self.connect().await?;
        let outcome = converse(&mut wire, mail, ready).await;
        // The mail's fate is known, or cannot be.
        let _ = timeout(Duration::from_secs(5), wire.quit()).await;
        outcome
    }

    async fn connect(&self) -> Result<Wire, Refusal> {
        let hello = self.hello.clone().map_or_else(ClientId::default, ClientId::Domain);
        let addresses = self.addresses().await?;
        let tls_for = (self.security == MailSecurity::Tls).then_some(self.host.as_str());
        let mut wire = in_time(Wire::open(&addresses, tls_for, &hello)).await?;
        if self.security == MailSecurity::Starttls && (!self.opportunistic || wire.offers("STARTTLS")) {
            wire = in_time(wire.starttls(&self.host, &hello)).await?;
        }
        if let (Some(name), Some(password)) = (&self.username, &self.password) {
            in_time(wire.sign_in(name, password.expose_secret())).await?;
        }
        Ok(wire)
    }

    /// Looked up once: what was checked is what is connected to.
    async fn addresses(&self) -> Result<Vec<SocketAddr>, Refusal> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let found = timeout(PATIENCE, tokio::net::lookup_host((host, self.port))).await;
        let found = found.map_err(|_| Refusal::Later(format!("{host} could not be looked up in time")))?;
        let found = found.map_err(|error| Refusal::Later(format!("{host} could not be looked up: {error}")))?;
        let addresses: Vec<SocketAddr> =
            found.filter(|address| !self.guarded || outgoing::is_public(address.ip())).collect();
        if addresses.is_empty() {
            return Err(Refusal::Never(format!("{host} is in no public network")));
        }
        Ok(addresses)
    }
}

async fn converse(
    wire: &mut Wire,
    mail: &Message,
    ready: impl AsyncFnOnce() -> Result<(), String>,
) -> Result<String, Refusal> {
    let (envelope, text) = (mail.envelope(), mail.formatted());
    let mut parameters = Vec::new();
    let addresses = envelope.to().iter().chain(envelope.from());
    if addresses.map(AsRef::<str>::as_ref).any(|address: &str| !address.is_ascii()) {
        if !wire.offers("SMTPUTF8") {
            let why = "the mail server takes no addresses with letters beyond ASCII (SMTPUTF8)";
            return Err(Refusal::Never(why.to_owned()));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !text.is_ascii() && wire.offers("8BITMIME") {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    in_time(wire.command(&Mail::new(envelope.from().cloned(), parameters).to_string())).await?;
    for recipient in envelope.to() {
        in_time(wire.command(&Rcpt::new(recipient.clone(), Vec::new()).to_string())).await?;
    }
    in_time(wire.command(&Data.to_string())).await?;
    ready().await.map_err(Refusal::Later)?;
    match timeout(LAST_PATIENCE, wire.text(&text)).await {
        Ok(Ok(answer)) => Ok(answer.to_string()),
        Ok(Err(Trouble::Refused(answer))) => Err(refusal(&answer)),
        Ok(Err(Trouble::Silent(why))) => Err(Refusal::Unknown(why)),
        Err(_) => Err(Refusal::Unknown("the mail server did not answer in ten minutes".to_owned())),
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Refusal> {
    match timeout(PATIENCE, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(Trouble::Refused(answer))) => Err(refusal(&answer)),
        Ok(Err(Trouble::Silent(why))) => Err(Refusal::Later(why)),
        Err(_) => Err(Refusal::Later(format!("the mail server did not answer in {} s", PATIENCE.as_secs()))),
    }
}

fn refusal(answer: &Reply) -> Refusal {
    if answer.is_permanent() { Refusal::Never(answer.to_string()) } else { Refusal::Later(answer.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Server, String> {
        Server::from_url(&SecretString::from(url))
    }

    #[test]
    fn a_setting_names_a_server() {
        let plain = read("smtp://127.0.0.1:2525").unwrap();
        assert_eq!((plain.host.as_str(), plain.port, plain.security), ("127.0.0.1", 2525, MailSecurity::None));
        let full = read("smtp://ada%40x.example:p%3Aw@mail.example/me.example?tls=required").unwrap();
        assert_eq!((full.port, full.security, full.opportunistic), (587, MailSecurity::Starttls, false));
        assert_eq!((full.username.as_deref(), full.hello.as_deref()), (Some("ada@x.example"), Some("me.example")));
        assert_eq!(full.password.unwrap().expose_secret(), "p:w");
        assert_eq!(read("smtps://mail.example").unwrap().port, 465);
        for url in ["smtp://ada:pw@mail.example", "smtp://mail.example:587"] {
            let offered = read(url).unwrap();
            assert_eq!((offered.security, offered.opportunistic), (MailSecurity::Starttls, true), "{url}");
        }
        assert_eq!(read("smtp://ada:pw@mail.example?tls=none").unwrap().security, MailSecurity::None);
        for wrong in ["http://mail.example", "smtp:", "mail.example", "smtp://x?tls=maybe"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
