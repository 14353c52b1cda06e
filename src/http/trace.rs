//! The trace that a caller's request belongs to (W3C Trace Context, `traceparent`), continued.
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// `traceparent`.
const HEADER: HeaderName = HeaderName::from_static("traceparent");

/// A request's part in its caller's trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// 16 bytes in hex.
    trace_id: String,
    /// The caller's span: 8 bytes in hex.
    parent_id: String,
    /// This request's own span: 8 bytes in hex.
    span_id: String,
    /// Whether the caller records, as it said.
    flags: u8,
}

impl Trace {
    /// The caller's trace with a span of our own in it; none where the caller sends none, or one that cannot be read:
    /// a header that breaks the rules is to be treated as absent.
    pub fn continued(headers: &HeaderMap, mut random: impl FnMut() -> u64) -> Option<Self> {
        let mut values = headers.get_all(HEADER);
        let (first, None) = (values.next()?, values.next()) else { return None };
        let (trace_id, parent_id, flags) = parse(first.to_str().ok()?)?;
        // A span's id is never all zeros.
        let span_id = format!("{:016x}", random().max(1));
        Some(Self { trace_id: trace_id.to_owned(), parent_id: parent_id.to_owned(), span_id, flags })
    }

    /// Puts the ids into the fields `trace_id`, `span_id` and `parent_id` of the request's span in the log.
    pub fn record(&self, span: &tracing::Span) {
        span.record("trace_id", self.trace_id.as_str());
        span.record("span_id", self.span_id.as_str());
        span.record("parent_id", self.parent_id.as_str());
    }

    /// The header for whom this request calls or answers: our span is the parent there.
    pub fn header(&self) -> String {
        // Of the flags only `sampled` is known (3.2.2.5.1).
        format!("00-{}-{}-{:02x}", self.trace_id, self.span_id, self.flags & 1)
    }

    /// Tells the caller which span its request became.
    pub fn answer(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.header()) {
            headers.insert(HEADER, value);
        }
    }
}

/// `version-trace_id-parent_id-flags` in lower-case hex (3.2.2). Later versions may have more behind.
fn parse(text: &str) -> Option<(&str, &str, u8)> {
    let mut parts = text.trim().split('-');
    let version = hex(parts.next()?, 2)?;
    let (trace_id, parent_id) = (hex(parts.next()?, 32)?, hex(parts.next()?, 16)?);
    let flags = u8::from_str_radix(hex(parts.next()?, 2)?, 16).ok()?;
    let zeros = |text: &str| text.bytes().all(|byte| byte == b'0');
    let readable = version != "ff" && (version != "00" || parts.next().is_none());
    (readable && !zeros(trace_id) && !zeros(parent_id)).then_some((trace_id, parent_id, flags))
}

fn hex(text: &str, length: usize) -> Option<&str> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    (text.len() == length && digits).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00f067aa0ba902b7";

    fn continued(text: &str) -> Option<Trace> {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_str(text).expect("a header"));
        Trace::continued(&headers, || 0xab)
    }

    #[test]
    fn a_trace_goes_on_with_a_span_of_ours() {
        let trace = continued(&format!("00-{TRACE}-{PARENT}-01")).expect("a trace");
        assert_eq!(trace.header(), format!("00-{TRACE}-00000000000000ab-01"));
        assert!(continued(&format!("cc-{TRACE}-{PARENT}-03-more")).is_some());
    }

    #[test]
    fn what_breaks_the_rules_is_no_trace() {
        let zeros = "0".repeat(32);
        for broken in [
            format!("ff-{TRACE}-{PARENT}-01"),
            format!("00-{TRACE}-{PARENT}-01-more"),
            format!("00-{TRACE}-{PARENT}"),
            format!("00-{}-{PARENT}-01", TRACE.to_uppercase()),
            format!("00-{zeros}-{PARENT}-01"),
            format!("00-{TRACE}-{}-01", &zeros[..16]),
            format!("00-{TRACE}-{PARENT}-1"),
            String::from("x"),
        ] {
            assert_eq!(continued(&broken), None, "{broken}");
        }
    }
}
