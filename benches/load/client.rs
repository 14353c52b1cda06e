//! A light HTTP client: bytes made beforehand, keep-alive connections, and no more reading than it takes.
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

/// As many as `pgbench -j`.
const THREADS: usize = 2;

/// A request as bytes.
pub fn request(method: &str, path: &str, token: Option<&str>, headers: &str, body: &[u8]) -> Vec<u8> {
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}{headers}{length}\r\n");
    [head.as_bytes(), body].concat()
}

/// A keep-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 256 * 1024], filled: 0 })
    }

    /// Sends and waits for the whole answer, whose body it gives. Any status but 2xx is an error.
    pub async fn send(&mut self, request: &[u8]) -> Result<&[u8]> {
        let mut sent = 0;
        while sent < request.len() {
            match self.stream.try_write(&request[sent..]) {
                Ok(count) => sent += count,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error.into()),
            }
        }
        self.filled = 0;
        loop {
            if let Some((status, start, end)) = self.parse()? {
                while self.filled < end {
                    self.receive().await?;
                }
                let body = &self.buffer[start..end];
                ensure!((200..300).contains(&status), "answered {status}: {}", String::from_utf8_lossy(body));
                return Ok(body);
            }
            self.receive().await?;
        }
    }

    async fn receive(&mut self) -> Result<()> {
        loop {
            if self.filled == self.buffer.len() {
                self.buffer.resize(self.filled * 2, 0);
            }
            match self.stream.try_read(&mut self.buffer[self.filled..]) {
                Ok(0) => anyhow::bail!("the server closed the connection"),
                Ok(count) => {
                    self.filled += count;
                    return Ok(());
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => self.stream.readable().await?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Status, and where the body starts and ends, once the head is there.
    fn parse(&self) -> Result<Option<(u16, usize, usize)>> {
        let read = &self.buffer[..self.filled];
        let Some(head) = read.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
        let text = std::str::from_utf8(&read[..head])?;
        let status = text.get(9..12).context("no status")?.parse()?;
        let mut headers = text.lines().skip(1).filter_map(|line| line.split_once(": "));
        let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.context("an answer without a length")?.1.parse()?;
        Ok(Some((status, head + 4, head + 4 + length)))
    }
}

/// One request, and its answer as JSON.
pub fn once(address: SocketAddr, request: &[u8]) -> Result<Value> {
    runtime()?.block_on(async {
        let mut connection = Connection::open(address).await?;
        Ok(serde_json::from_slice(connection.send(request).await?)?)
    })
}

pub fn runtime() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// How long requests took, in order of time taken.
pub struct Timings {
    sorted: Vec<Duration>,
    over: Duration,
}

impl Timings {
    pub fn new(mut all: Vec<Duration>, over: Duration) -> Result<Self> {
        ensure!(!all.is_empty(), "no request was answered");
        all.sort_unstable();
        Ok(Self { sorted: all, over })
    }

    pub fn count(&self) -> usize {
        self.sorted.len()
    }

    pub fn per_second(&self) -> f64 {
        self.sorted.len() as f64 / self.over.as_secs_f64()
    }

    pub fn percentile(&self, percent: usize) -> Duration {
        self.sorted[(self.sorted.len() - 1) * percent / 100]
    }
}

/// Sends requests over `connections` connections for `over`; `make` gives the nth request of a connection.
pub fn drive(
    address: SocketAddr,
    connections: usize,
    over: Duration,
    make: impl Fn(usize, usize) -> Vec<u8> + Sync,
) -> Result<Timings> {
    let work = |thread: usize| -> Result<Vec<Duration>> {
        runtime()?.block_on(async {
            let all = (0..connections).filter(|index| index % THREADS == thread);
            let one = async |index| {
                let mut connection = Connection::open(address).await?;
                let (started, mut taken) = (Instant::now(), Vec::new());
                for turn in 0.. {
                    let request = make(index, turn);
                    let sent = Instant::now();
                    connection.send(&request).await?;
                    taken.push(sent.elapsed());
                    if started.elapsed() >= over {
                        break;
                    }
                }
                Ok::<_, anyhow::Error>(taken)
            };
            Ok(futures_util::future::try_join_all(all.map(one)).await?.concat())
        })
    };
    let (work, started) = (&work, Instant::now());
    let taken: Vec<Duration> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|index| scope.spawn(move || work(index))).collect();
        let all = threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow::anyhow!("a client panicked"))?);
        Ok::<_, anyhow::Error>(all.collect::<Result<Vec<_>>>()?.concat())
    })?;
    Timings::new(taken, started.elapsed())
}
