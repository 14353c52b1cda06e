use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::*;

/// A server at a loopback address that gives each request what `answer` makes of its path; counts the requests.
fn serve(address: &str, answer: fn(&str) -> Vec<u8>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((address, 0)).unwrap();
    let (at, count) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&count);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, counter) = (stream.unwrap(), Arc::clone(&counter));
            thread::spawn(move || {
                let mut head = Vec::new();
                let mut buffer = [0; 4096];
                while !head.windows(4).any(|four| four == b"\r\n\r\n") {
                    match stream.read(&mut buffer) {
                        Ok(0) | Err(_) => return,
                        Ok(count) => head.extend_from_slice(&buffer[..count]),
                    }
                }
                counter.fetch_add(1, Ordering::SeqCst);
                let head = String::from_utf8_lossy(&head);
                let path = head.split(' ').nth(1).unwrap_or_default();
                if path == "/hang" {
                    thread::sleep(Duration::from_secs(30));
                }
                let text = if path == "/echo" { whole(&head) } else { answer(path) };
                let _ = stream.write_all(&text);
            });
        }
    });
    (at, count)
}

fn whole(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn moved(status: u16, to: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Moved\r\nconnection: close\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes()
}

/// Stands for these addresses, one set a look-up, the last for ever; counts the look-ups.
fn names(sets: &[&[&str]]) -> (Lookup, Arc<AtomicUsize>) {
    let parse = |set: &&[&str]| set.iter().map(|ip| ip.parse().unwrap()).collect();
    let sets: VecDeque<Vec<IpAddr>> = sets.iter().map(parse).collect();
    let (sets, count) = (Arc::new(Mutex::new(sets)), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&count);
    let lookup: Lookup = Arc::new(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        let mut sets = sets.lock().unwrap();
        let set = if sets.len() > 1 { sets.pop_front().unwrap() } else { sets[0].clone() };
        Box::pin(async move { Ok(set) })
    });
    (lookup, count)
}

fn client(allowed: &str, lookup: Lookup) -> Outgoing {
    let mut outgoing = Outgoing::with(allowed.parse().unwrap(), lookup, "Inroad/test").unwrap();
    outgoing.patience = Duration::from_secs(2);
    outgoing
}

fn get(url: &str) -> Ask {
    Ask::get(Url::parse(url).unwrap())
}

#[test]
fn urls_are_judged_before_anything_is_asked() {
    let allowed: Allowed =
        "intranet, news.intranet.example:9000, 10.1.0.0/16, 192.168.7.7, fd00::/8, [fe80::1]:81".parse().unwrap();
    for (url, verdict) in [
        ("https://example.org/feed?x=1#part", "https://example.org/feed?x=1"),
        (" http://example.org ", "http://example.org/"),
        ("HTTPS://EXAMPLE.ORG:443/A", "https://example.org/A"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("http://example.org:8080/", "http://example.org:8080/"),
        ("https://9.9.9.9/", "https://9.9.9.9/"),
        ("https://[2620:fe::fe]/", "https://[2620:fe::fe]/"),
        // Named by the operator.
        ("http://intranet/", "http://intranet/"),
        ("http://INTRANET.:9/", "http://intranet.:9/"),
        ("http://news.intranet.example:9000/", "http://news.intranet.example:9000/"),
        ("http://10.1.2.3:3000/", "http://10.1.2.3:3000/"),
        ("http://192.168.7.7/", "http://192.168.7.7/"),
        ("http://[fd12::1]/", "http://[fd12::1]/"),
        ("http://[::ffff:10.1.2.3]/", "http://[::ffff:a01:203]/"),
        ("http://[fe80::1]:81/", "http://[fe80::1]:81/"),
        // Not named.
        ("http://news.intranet.example:9001/", "at a port of this host"),
        ("http://10.2.0.1/", "outside the public internet"),
        ("http://[fe80::1]/", "outside the public internet"),
        // Other schemes, and none.
        ("ftp://example.org/", "must begin with"),
        ("file:///etc/passwd", "must begin with"),
        ("gopher://example.org/", "must begin with"),
        ("javascript:alert(1)", "must begin with"),
        ("data:text/plain,x", "must begin with"),
        ("unix:/var/run/docker.sock", "must begin with"),
        ("example.org", "is not a URL"),
        ("//example.org", "is not a URL"),
        ("", "is not a URL"),
        ("http://", "is not a URL"),
        ("http://exa mple.org/", "is not a URL"),
        // Credentials.
        ("https://user@example.org/", "user name"),
        ("https://user:secret@example.org/", "user name"),
        ("https://example.org@127.0.0.1/", "user name"),
        // Ports.
        ("https://example.org:22/", "must be at port"),
        ("https://example.org:5432/", "must be at port"),
        ("https://example.org:0/", "must be at port"),
        // Every way to write an address of IPv4.
        ("http://127.0.0.1/", "outside"),
        ("http://127.1/", "outside"),
        ("http://2130706433/", "outside"),
        ("http://0x7f000001/", "outside"),
        ("http://0x7f.0.0.1/", "outside"),
        ("http://0177.0.0.1/", "outside"),
        ("http://①②⑦.0.0.1/", "outside"),
        ("http://127.0.0.1./", "outside"),
        ("http://%31%32%37.0.0.1/", "outside"),
        ("http://0/", "outside"),
        ("http://0.0.0.0/", "outside"),
        ("http://169.254.169.254/latest/meta-data/", "outside"),
        ("http://100.100.100.200/", "outside"),
        ("http://172.31.255.255/", "outside"),
        ("http://192.168.0.1/", "outside"),
        ("http://192.0.0.192/", "outside"),
        ("http://198.19.0.1/", "outside"),
        ("http://203.0.113.7/", "outside"),
        ("http://224.0.0.1/", "outside"),
        ("http://240.0.0.1/", "outside"),
        ("http://255.255.255.255/", "outside"),
        // And of IPv6.
        ("http://[::]/", "outside"),
        ("http://[::1]/", "outside"),
        ("http://[::ffff:127.0.0.1]/", "outside"),
        ("http://[::ffff:7f00:1]/", "outside"),
        ("http://[::127.0.0.1]/", "outside"),
        ("http://[64:ff9b::7f00:1]/", "outside"),
        ("http://[64:ff9b:1::1]/", "outside"),
        ("http://[2002:7f00:1::]/", "outside"),
        ("http://[2001:0:1::]/", "outside"),
        ("http://[2001:db8::1]/", "outside"),
        ("http://[fe80::2]/", "outside"),
        ("http://[fec0::1]/", "outside"),
        ("http://[fc00::1]/", "outside"),
        ("http://[fd00:ec2::254]:1/", "http://[fd00:ec2::254]:1/"),
        ("http://[ff02::1]/", "outside"),
        ("http://[100::1]/", "outside"),
        // Names of the local network.
        ("http://localhost/", "local network"),
        ("http://LOCALHOST./", "local network"),
        ("http://db.localhost/", "local network"),
        ("http://printer.local/", "local network"),
        ("http://metadata.google.internal/", "local network"),
        ("http://postgres/", "local network"),
    ] {
        match guard::read(&allowed, url) {
            Ok(read) => assert_eq!(read.as_str(), verdict, "{url}"),
            Err(Refusal::Place(why)) => assert!(why.contains(verdict), "{url}: {why}"),
            Err(other) => panic!("{url}: {other}"),
        }
    }
    assert!(guard::read(&allowed, &format!("https://example.org/{}", "x".repeat(2048))).is_err());
    for wrong in ["http://intranet", "intranet/path", "a b", "10.0.0.0/40", "user@intranet", ":80"] {
        assert!(wrong.parse::<Allowed>().is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_name_is_asked_only_at_the_addresses_that_were_checked() {
    for refused in [&["127.0.0.1"][..], &["10.0.0.1", "::1"], &["169.254.169.254"], &["::ffff:127.0.0.1"]] {
        let (lookup, _) = names(&[refused]);
        let outcome = client("", lookup).send(get("http://rebound.example/")).await.map(|answer| answer.status);
        assert!(matches!(&outcome, Err(Refusal::Place(why)) if why.contains("outside")), "{refused:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_name_that_changes_its_address_meanwhile_gains_nothing() {
    let (good, asked) = serve("127.0.0.2", |_| whole("good"));
    let (lookup, look_ups) = names(&[&["127.0.0.2"], &["127.0.0.3"]]);
    // The port is free for the name; of the addresses only the first is allowed.
    let mut outgoing = client(&format!("127.0.0.2/32, other.example:{}", good.port()), lookup);
    let url = format!("http://rebound.example:{}/", good.port());
    assert!(matches!(outgoing.send(get(&url)).await, Err(Refusal::Place(why)) if why.contains("port")));
    assert_eq!(look_ups.load(Ordering::SeqCst), 0);

    let (lookup, look_ups) = names(&[&["127.0.0.3", "127.0.0.2"], &["127.0.0.3"]]);
    let guard = Guard { allowed: Arc::new("127.0.0.2".parse().unwrap()), lookup };
    outgoing.client = Client::builder().no_proxy().dns_resolver(guard).build().unwrap();
    let answer = outgoing.client.get(&url).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "good");
    assert_eq!((look_ups.load(Ordering::SeqCst), asked.load(Ordering::SeqCst)), (1, 1));
    let error = outgoing.client.get(&url).send().await.unwrap_err();
    assert!(matches!(refusal(&error), Refusal::Place(_)), "{error:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn each_redirect_is_checked_as_the_first_url_was() {
    let (at, asked) = serve("127.0.0.1", |path| match path {
        "/good" => moved(301, "/better"),
        "/better" => moved(302, "/best"),
        "/best" => whole("here"),
        "/loop" => moved(308, "/loop"),
        "/metadata" => moved(302, "http://169.254.169.254/latest/meta-data/"),
        "/local" => moved(302, "http://localhost/"),
        "/file" => moved(302, "file:///etc/passwd"),
        "/secret" => moved(302, "https://user:secret@example.org/"),
        "/mapped" => moved(307, "//[::ffff:127.0.0.1]:22/"),
        _ => moved(302, "http://[not an address/"),
    });
    let outgoing = client(&at.to_string(), guard::system());
    let url = |path: &str| format!("http://{at}{path}");
    let answer = outgoing.send(get(&url("/good"))).await.unwrap();
    assert_eq!((answer.body.as_slice(), answer.url.path()), (&b"here"[..], "/best"));
    assert_eq!(answer.moved_to.unwrap().path(), "/better");

    let before = asked.load(Ordering::SeqCst);
    assert_eq!(outgoing.send(get(&url("/loop"))).await.unwrap_err(), Refusal::Redirects(REDIRECTS));
    assert_eq!(asked.load(Ordering::SeqCst), before + 1 + REDIRECTS);
    for path in ["/metadata", "/local", "/file", "/secret", "/mapped", "/other"] {
        let refused = outgoing.send(get(&url(path))).await.unwrap_err();
        assert!(matches!(refused, Refusal::Place(_)), "{path}: {refused}");
    }
    let kept = outgoing.send(Ask { redirects: 0, ..get(&url("/metadata")) }).await.unwrap();
    assert_eq!(kept.status, 302);
}

#[tokio::test]
async fn answers_are_bounded_in_time_and_size() {
    let (at, _) = serve("127.0.0.1", |path| match path {
        "/big" => whole(&"x".repeat(MOST_BYTES + 1)),
        "/bomb" => {
            let bomb = include_bytes!("../../tests/data/hostile/zeros-10-mib.gz");
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\n\r\n";
            [head.as_bytes(), bomb].concat()
        }
        "/late" => b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec(),
        _ => whole("0123456789"),
    });
    let outgoing = client(&at.to_string(), guard::system());
    let url = |path: &str| format!("http://{at}{path}");
    for path in ["/big", "/bomb"] {
        assert_eq!(outgoing.send(get(&url(path))).await.unwrap_err(), Refusal::TooLarge(MOST_BYTES), "{path}");
    }
    assert_eq!(outgoing.send(get(&url("/hang"))).await.unwrap_err(), Refusal::TimedOut);
    assert!(matches!(outgoing.send(get(&url("/late"))).await, Err(Refusal::Unreachable(_))));
    for (path, first) in [("/", "0123"), ("/late", "half"), ("/big", "xxxx")] {
        let ask = Ask { keep: Keep::First(4), ..get(&url(path)) };
        assert_eq!(outgoing.send(ask).await.unwrap().body, first.as_bytes(), "{path}");
    }
    let echo = String::from_utf8(outgoing.send(get(&url("/echo"))).await.unwrap().body).unwrap();
    assert!(echo.contains("user-agent: Inroad/test\r\n"), "{echo}");
    assert!(!echo.contains("cookie") && !echo.contains("referer"), "{echo}");
    let gone = "http://127.0.0.1:9/";
    assert!(matches!(client("127.0.0.1", guard::system()).send(get(gone)).await, Err(Refusal::Unreachable(_))));
}
