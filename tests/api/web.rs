//! A web server for what the service fetches: each path answers as it was told, and what came is remembered.
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What comes back: a status line's end, such as `200 OK`, header lines, and a body.
#[derive(Clone)]
struct Answer {
    status: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, Answer>,
    requests: Vec<Request>,
}

#[derive(Clone)]
pub struct Web {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Web {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let web = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        let state = Arc::clone(&web.state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&state);
                thread::spawn(move || answer(stream, &state));
            }
        });
        web
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on the path answers so; `*` is every path that was not told otherwise.
    pub fn put(&self, path: &str, status: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = Answer { status: status.to_owned(), headers, body: body.into() };
        self.state.lock().unwrap().answers.insert(path.to_owned(), answer);
    }

    /// What came since this was asked last.
    pub fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }

    /// The first that came of those meant, which is then told no more.
    pub fn take(&self, meant: impl Fn(&Request) -> bool) -> Option<Request> {
        let requests = &mut self.state.lock().unwrap().requests;
        let place = requests.iter().position(meant)?;
        Some(requests.remove(place))
    }
}

/// One request a connection. A conditional one with the tag that the path has gets 304.
fn answer(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        match reader.read_line(&mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) if line == "\r\n" => break,
            Ok(_) => lines.push(line.trim_end().to_owned()),
        }
    }
    let headers: HashMap<String, String> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = Vec::new();
    let _ = reader.take(length).read_to_end(&mut body);
    let body = String::from_utf8_lossy(&body).into_owned();
    let path = lines[0].split(' ').nth(1).unwrap_or_default().to_owned();
    let found = {
        let mut state = state.lock().unwrap();
        state.requests.push(Request { path: path.clone(), headers: headers.clone(), body });
        state.answers.get(&path).or_else(|| state.answers.get("*")).cloned()
    };
    let mut found = found.unwrap_or(Answer { status: "404 Not Found".to_owned(), headers: vec![], body: vec![] });
    let tag = found.headers.iter().find(|(name, _)| name == "etag").map(|(_, tag)| tag);
    if tag.is_some() && tag == headers.get("if-none-match") {
        (found.status, found.body) = ("304 Not Modified".to_owned(), vec![]);
    }
    let extra: String = found.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!(
        "HTTP/1.1 {}\r\nconnection: close\r\ncontent-length: {}\r\n{extra}\r\n",
        found.status,
        found.body.len()
    );
    let _ = stream.write_all(&[head.into_bytes(), found.body].concat());
}
