//! A mail server that keeps what it accepts, and can be down, slow, busy or strict.
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How the server is today.
#[derive(Debug, Clone, PartialEq)]
pub enum Mood {
    Well,
    /// Hangs up on everybody.
    Down,
    /// Thinks about each answer.
    Slow(Duration),
    /// Answers this to every recipient, or to the text if it is for that.
    Refuses {
        recipient: bool,
        answer: &'static str,
    },
    /// Takes the text and hangs up without a word, having kept it.
    Forgets,
}

/// A mail that it accepted.
#[derive(Debug, Clone)]
pub struct Accepted {
    pub from: String,
    pub to: String,
    pub text: String,
}

impl Accepted {
    /// A header, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ").replace("\r\n\t", " ");
        let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{}:", name.to_lowercase())))?;
        Some(line[name.len() + 1..].trim().to_owned())
    }

    pub fn message_id(&self) -> String {
        self.header("Message-ID").unwrap_or_default().trim_matches(['<', '>']).to_owned()
    }
}

#[derive(Default)]
struct State {
    mood: Option<Mood>,
    accepted: Vec<Accepted>,
    conversations: usize,
}

/// The server; its threads end with the test's process.
#[derive(Clone)]
pub struct Sink {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Sink {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sink = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let serving = sink.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sink = serving.clone();
                std::thread::spawn(move || drop(sink.converse(stream)));
            }
        });
        sink
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The mails to look at, as Mailpit has them: the last one, raw, at `/api/v1/message/latest/raw` of this address.
    pub fn page(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let sink = self.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = BufReader::new(stream.try_clone().unwrap()).lines();
                while head.next().and_then(Result::ok).is_some_and(|line| !line.is_empty()) {}
                let text = sink.accepted().pop().map(|mail| mail.text).unwrap_or_default();
                let answer =
                    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{text}", text.len());
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        format!("http://{address}")
    }

    pub fn is(&self, mood: Mood) {
        self.state.lock().unwrap().mood = Some(mood);
    }

    pub fn accepted(&self) -> Vec<Accepted> {
        self.state.lock().unwrap().accepted.clone()
    }

    /// How often somebody came.
    pub fn conversations(&self) -> usize {
        self.state.lock().unwrap().conversations
    }

    fn mood(&self) -> Mood {
        self.state.lock().unwrap().mood.clone().unwrap_or(Mood::Well)
    }

    fn converse(&self, stream: TcpStream) -> std::io::Result<()> {
        self.state.lock().unwrap().conversations += 1;
        if self.mood() == Mood::Down {
            return Ok(());
        }
        let mut writer = stream.try_clone()?;
        let mut say = |answer: &str| {
            if let Mood::Slow(time) = self.mood() {
                std::thread::sleep(time);
            }
            // In Latin-1, as servers of old say what is not ASCII.
            let latin: Vec<u8> = answer.chars().map(|c| u8::try_from(c).unwrap()).chain(*b"\r\n").collect();
            writer.write_all(&latin)
        };
        let mut lines = BufReader::new(stream);
        let mut line = String::new();
        let (mut from, mut to) = (String::new(), String::new());
        say("220 sink.example ready")?;
        loop {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let mood = self.mood();
            let word = line.get(..4).unwrap_or_default().to_uppercase();
            match (word.as_str(), &mood) {
                ("EHLO", _) => say("250-sink.example\r\n250-AUTH PLAIN\r\n250 8BITMIME")?,
                ("MAIL", _) => {
                    from = angled(&line);
                    say("250 2.1.0 ok")?;
                }
                ("RCPT", Mood::Refuses { recipient: true, answer }) => say(answer)?,
                ("RCPT", _) if line.contains("<refused") => say("550 5.1.1 no such user here")?,
                ("RCPT", _) => {
                    to = angled(&line);
                    say("250 2.1.5 ok")?;
                }
                ("DATA", _) => {
                    say("354 go on")?;
                    let Some(text) = self.text(&mut lines)? else { return Ok(()) };
                    match self.mood() {
                        Mood::Refuses { recipient: false, answer } => say(answer)?,
                        mood => {
                            let mail = Accepted { from: from.clone(), to: to.clone(), text };
                            self.state.lock().unwrap().accepted.push(mail);
                            if mood == Mood::Forgets {
                                return Ok(());
                            }
                            say("250 2.0.0 kept")?;
                        }
                    }
                }
                ("AUTH", _) if line.contains("AGFkYQBzZXNhbWU=") => say("235 2.7.0 welcome")?,
                ("AUTH", _) => say("535 5.7.8 who are you?")?,
                ("QUIT", _) => return say("221 2.0.0 bye"),
                _ => say("502 5.5.1 what?")?,
            }
        }
    }

    /// The text up to the dot; none when it breaks off: then nobody has it.
    fn text(&self, lines: &mut impl BufRead) -> std::io::Result<Option<String>> {
        let mut text = Vec::new();
        loop {
            let mut line = Vec::new();
            if lines.read_until(b'\n', &mut line)? == 0 {
                return Ok(None);
            }
            if line == b".\r\n" {
                return Ok(Some(String::from_utf8_lossy(&text).into_owned()));
            }
            text.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }
}

fn angled(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(inner, _)| inner);
    inner.unwrap_or_default().to_owned()
}
