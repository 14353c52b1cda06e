//! `Prefer` (RFC 7240): whether the client waits for work that may take long.
use std::time::Duration;

use actix_web::HttpRequest;

/// What the client would like. What cannot be read is no preference.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Prefer {
    pub respond_async: bool,
    /// How long it waits.
    pub wait: Option<Duration>,
}

impl Prefer {
    pub fn of(request: &HttpRequest) -> Self {
        let values = request.headers().get_all("prefer").filter_map(|value| value.to_str().ok());
        Self::read(values)
    }

    fn read<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let mut prefer = Self::default();
        for preference in values.flat_map(|value| value.split(',')) {
            let stated = preference.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            match stated.split_once('=') {
                None if stated == "respond-async" => prefer.respond_async = true,
                Some((name, seconds)) if name.trim() == "wait" && prefer.wait.is_none() => {
                    let seconds = seconds.trim().trim_matches('"').parse().ok();
                    prefer.wait = seconds.map(Duration::from_secs);
                }
                _ => {}
            }
        }
        prefer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_read_as_far_as_they_can_be() {
        let read = |text: &'static str| Prefer::read(std::iter::once(text));
        let wait = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(read("respond-async, wait=10"), Prefer { respond_async: true, wait: wait(10) });
        assert_eq!(read("Respond-Async; x=y"), Prefer { respond_async: true, wait: None });
        assert_eq!(read("wait=\"5\", wait=7"), Prefer { respond_async: false, wait: wait(5) });
        assert_eq!(read("wait=soon, return=minimal"), Prefer::default());
    }
}
