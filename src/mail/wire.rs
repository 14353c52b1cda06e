//! The wire between this service and a mail server (RFC 5321): commands go, replies come.
//!
//! A reply counts by its code, which is of digits (RFC 5321, 4.2). Its words are for people: some servers write them in
//! Latin-1, and a refusal in whatever letters is one.
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use encoding_rs::WINDOWS_1252;
use lettre::transport::smtp::commands::{Ehlo, Quit, Starttls};
use lettre::transport::smtp::extension::ClientId;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Bytes of a line, and of all of a reply: more than any server has to say.
const MOST_OF_LINE: u64 = 8 * 1024;
const MOST: usize = 64 * 1024;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    lines: Vec<String>,
}

impl Reply {
    pub fn is_permanent(&self) -> bool {
        self.code >= 500
    }

    fn is_positive(&self) -> bool {
        (200..400).contains(&self.code)
    }
}

/// As it is told to people: of an enhanced code (RFC 2034) that every line repeats, once.
impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.code)?;
        let enhanced = self.lines.first().and_then(|line| line.split(' ').next()).filter(|word| word.contains('.'));
        for (at, line) in self.lines.iter().enumerate() {
            let bare = enhanced.and_then(|code| line.strip_prefix(code)).filter(|_| at > 0);
            let words = bare.unwrap_or(line).trim();
            let blank = if words.is_empty() { "" } else { " " };
            write!(f, "{blank}{words}")?;
        }
        Ok(())
    }
}

/// Why a command came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The server said no.
    Refused(Reply),
    /// There is no answer, or none that can be understood.
    Silent(String),
}

fn broken(error: impl std::fmt::Display) -> Trouble {
    Trouble::Silent(error.to_string())
}

/// A connection to a mail server that has greeted.
pub struct Wire {
    stream: BufReader<Box<dyn Stream>>,
    /// What it offers, a line each, in capitals.
    offers: Vec<String>,
}

impl Wire {
    /// Connects to the first of the addresses that answers, encrypted from the first byte if it is said `for` which host.
    pub async fn open(addresses: &[SocketAddr], tls_for: Option<&str>, hello: &ClientId) -> Result<Self, Trouble> {
        let tcp = TcpStream::connect(addresses).await.map_err(broken)?;
        let stream: Box<dyn Stream> = match tls_for {
            Some(host) => encrypted(Box::new(tcp), host).await?,
            None => Box::new(tcp),
        };
        let mut wire = Self { stream: BufReader::new(stream), offers: Vec::new() };
        wire.reply().await?;
        wire.greet(hello).await?;
        Ok(wire)
    }

    /// Encrypts what follows (RFC 3207), which includes what the server offers.
    pub async fn starttls(mut self, host: &str, hello: &ClientId) -> Result<Self, Trouble> {
        if !self.offers("STARTTLS") {
            return Err(broken("the mail server offers no encryption (STARTTLS)"));
        }
        self.command(&Starttls.to_string()).await?;
        // Whoever sits between the two may have put in what would be read as if it were encrypted.
        if !self.stream.buffer().is_empty() {
            return Err(broken("the mail server went on before the connection was encrypted"));
        }
        let stream = encrypted(self.stream.into_inner(), host).await?;
        let mut wire = Self { stream: BufReader::new(stream), offers: Vec::new() };
        wire.greet(hello).await?;
        Ok(wire)
    }

    async fn greet(&mut self, hello: &ClientId) -> Result<(), Trouble> {
        let reply = self.command(&Ehlo::new(hello.clone()).to_string()).await?;
        // The first line is the server's name.
        self.offers = reply.lines.iter().skip(1).map(|line| line.trim().to_uppercase()).collect();
        Ok(())
    }

    /// Whether it offers this extension.
    pub fn offers(&self, name: &str) -> bool {
        self.offers.iter().any(|line| line.split(' ').next() == Some(name))
    }

    /// Signs in (RFC 4954), by `PLAIN` (RFC 4616) or else `LOGIN`.
    pub async fn sign_in(&mut self, name: &str, password: &str) -> Result<(), Trouble> {
        let offered = |way: &str| {
            let mut lines = self.offers.iter().map(|line| line.split(' '));
            lines.any(|mut words| words.next() == Some("AUTH") && words.any(|word| word == way))
        };
        let line = |words: String| format!("{words}\r\n");
        let (begin, answers) = if offered("PLAIN") {
            let secret = BASE64.encode(format!("\0{name}\0{password}"));
            (line(format!("AUTH PLAIN {secret}")), vec![secret])
        } else if offered("LOGIN") {
            (line("AUTH LOGIN".to_owned()), vec![BASE64.encode(name), BASE64.encode(password)])
        } else {
            return Err(broken("the mail server offers no way to sign in that is known here (PLAIN or LOGIN)"));
        };
        let mut reply = self.command(&begin).await?;
        for answer in answers {
            if reply.code == 334 {
                reply = self.command(&line(answer)).await?;
            }
        }
        if reply.code == 334 { Err(broken("the mail server asks for more than a name and a password")) } else { Ok(()) }
    }

    /// Says a line, with its end, and waits for the answer.
    pub async fn command(&mut self, line: &str) -> Result<Reply, Trouble> {
        self.write(line.as_bytes()).await?;
        self.reply().await
    }

    /// Hands over a text for which the server waits.
    pub async fn text(&mut self, text: &[u8]) -> Result<Reply, Trouble> {
        self.write(&transparent(text)).await?;
        self.reply().await
    }

    /// Whatever it says to that.
    pub async fn quit(&mut self) {
        let _ = self.command(&Quit.to_string()).await;
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.stream.write_all(bytes).await.map_err(broken)?;
        self.stream.flush().await.map_err(broken)
    }

    async fn reply(&mut self) -> Result<Reply, Trouble> {
        let (mut lines, mut size) = (Vec::new(), 0);
        loop {
            let mut line = Vec::new();
            (&mut self.stream).take(MOST_OF_LINE).read_until(b'\n', &mut line).await.map_err(broken)?;
            size += line.len();
            if line.last() != Some(&b'\n') || size > MOST {
                let why = if line.is_empty() { "hung up" } else { "broke off, or said too much" };
                return Err(Trouble::Silent(format!("the mail server {why}")));
            }
            let Some(code) = code(&line) else {
                let words = words(&line);
                return Err(Trouble::Silent(format!("the mail server said {:?}", words.trim_end())));
            };
            let goes_on = line.get(3) == Some(&b'-');
            lines.push(words(line.get(4..).unwrap_or_default()).trim_end().to_owned());
            if !goes_on {
                let reply = Reply { code, lines };
                return if reply.is_positive() { Ok(reply) } else { Err(Trouble::Refused(reply)) };
            }
        }
    }
}

/// Three digits, and a hyphen, a blank or the end of the line behind them.
fn code(line: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(line.get(..3)?).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let ends = matches!(line.get(3), Some(b'-' | b' ' | b'\r' | b'\n'));
    digits.filter(|_| ends)?.parse().ok().filter(|code| (200..600).contains(code))
}

/// UTF-8, or what was there before it.
fn words(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// With its end, and a point before each that begins a line (RFC 5321, 4.5.2).
fn transparent(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 64);
    for (at, byte) in text.iter().enumerate() {
        if *byte == b'.' && (at == 0 || text[..at].ends_with(b"\r\n")) {
            bytes.push(b'.');
        }
        bytes.push(*byte);
    }
    if !bytes.ends_with(b"\r\n") {
        bytes.extend(b"\r\n");
    }
    bytes.extend(b".\r\n");
    bytes
}

async fn encrypted(stream: Box<dyn Stream>, host: &str) -> Result<Box<dyn Stream>, Trouble> {
    let builder = ClientConfig::builder();
    let provider = Arc::clone(builder.crypto_provider());
    let verifier = Arc::new(Verifier::new(provider).map_err(broken)?);
    let config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    let name = ServerName::try_from(host.trim_start_matches('[').trim_end_matches(']').to_owned()).map_err(broken)?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(broken)?;
    Ok(Box::new(stream))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(said: &'static [u8]) -> Wire {
        let stream: Box<dyn Stream> = Box::new(tokio::io::join(said, tokio::io::sink()));
        Wire { stream: BufReader::new(stream), offers: Vec::new() }
    }

    #[actix_web::test]
    async fn a_reply_counts_by_its_code() {
        for (said, told) in [
            (&b"250 2.0.0 kept\r\n"[..], Ok("250 2.0.0 kept")),
            (b"250-2.0.0 a\r\n250-2.0.0 b\n250 2.0.0 c\r\n", Ok("250 2.0.0 a b c")),
            (b"354\r\n", Ok("354")),
            (b"550 5.2.2 Postfach \xfcberf\xfcllt\r\n", Err("550 5.2.2 Postfach überfüllt")),
            ("452 4.2.2 Postfach überfüllt\r\n".as_bytes(), Err("452 4.2.2 Postfach überfüllt")),
        ] {
            let heard = match wire(said).reply().await {
                Ok(reply) => Ok(reply.to_string()),
                Err(Trouble::Refused(reply)) => Err(reply.to_string()),
                Err(Trouble::Silent(why)) => panic!("{why}"),
            };
            assert_eq!(heard.as_deref().map_err(String::as_str), told);
        }
    }

    #[actix_web::test]
    async fn what_is_no_reply_is_none() {
        let long = [b"250 ".as_slice(), &[b'x'; 9000]].concat().leak();
        for said in [&b""[..], b"250 half", b"hello\r\n", b"25\r\n", b"999 x\r\n", b"2500 x\r\n", b"250-a\r\n", long] {
            assert!(matches!(wire(said).reply().await, Err(Trouble::Silent(_))), "{said:?}");
        }
    }

    #[test]
    fn a_point_ends_no_text() {
        assert_eq!(transparent(b".a\r\n.\r\nb.\r\n"), b"..a\r\n..\r\nb.\r\n.\r\n");
        assert_eq!(transparent(b"a"), b"a\r\n.\r\n");
    }
}
