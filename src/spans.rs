//! Spans of time, and what they leave free.
use chrono::{DateTime, Utc};

/// From an instant until before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// Spans in their order, none of which touches another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// Puts in order, and together what overlaps or touches. Spans without an end after their beginning are none.
    pub fn new(mut spans: Vec<Span>) -> Self {
        spans.retain(|span| span.from < span.until);
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match merged.last_mut() {
                Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
                _ => merged.push(span),
            }
        }
        Self(merged)
    }

    pub fn iter(&self) -> impl Iterator<Item = Span> {
        self.0.iter().copied()
    }

    /// Whether nothing of the span is taken. What only touches takes nothing.
    pub fn leave_free(&self, span: Span) -> bool {
        let next = self.0.partition_point(|taken| taken.until <= span.from);
        self.0.get(next).is_none_or(|taken| taken.from >= span.until)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn span(from: i64, until: i64) -> Span {
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        Span { from: at(from), until: at(until) }
    }

    #[test]
    fn what_touches_is_one_and_takes_nothing() {
        let spans = Spans::new(vec![span(30, 40), span(0, 10), span(10, 20), span(5, 12), span(7, 7)]);
        assert_eq!(spans.iter().collect::<Vec<_>>(), [span(0, 20), span(30, 40)]);
        assert!(spans.leave_free(span(20, 30)));
        assert!(!spans.leave_free(span(19, 21)) && !spans.leave_free(span(0, 50)) && !spans.leave_free(span(32, 33)));
    }

    proptest! {
        #[test]
        fn free_is_what_no_span_overlaps(
            taken in proptest::collection::vec((0i64..100, 1i64..20), 0..20), from in 0i64..120, length in 1i64..20,
        ) {
            let taken: Vec<Span> = taken.into_iter().map(|(from, length)| span(from, from + length)).collect();
            let asked = span(from, from + length);
            let overlapped = taken.iter().any(|one| one.from < asked.until && asked.from < one.until);
            prop_assert_eq!(Spans::new(taken).leave_free(asked), !overlapped);
        }
    }
}
