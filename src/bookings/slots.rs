//! Which times are on offer: pure, so that it can be tested by example and by property.
use chrono::{DateTime, TimeDelta, Utc};

use super::api::Availability;
use super::model::Invitation;
use crate::spans::{Span, Spans};
use crate::zones::{self, Tz, Wall};

/// Times that are told at once.
pub const MOST: usize = 200;

/// Times that can be chosen, in their order.
#[derive(Debug, Default)]
pub struct OpenTimes {
    pub times: Vec<DateTime<Utc>>,
    /// The first of those that follow, if there are too many to be told at once.
    pub next: Option<DateTime<Utc>>,
}

impl Invitation {
    /// All times that may be on offer, whatever is taken of them, in their order.
    fn candidates(&self) -> Box<dyn Iterator<Item = DateTime<Utc>> + '_> {
        match &self.availability {
            Some(availability) => Box::new(availability.times(&self.time_zone, self.duration())),
            None => Box::new(self.slots.iter().copied()),
        }
    }

    pub fn duration(&self) -> TimeDelta {
        TimeDelta::minutes(self.duration_minutes.into())
    }

    /// The first time that can be chosen at this moment.
    fn soonest(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let notice = self.availability.as_ref().map_or(0, |availability| availability.notice_hours);
        now + TimeDelta::hours(notice.into())
    }

    /// From the first to the end of the last that may be on offer.
    pub fn span(&self, now: DateTime<Utc>) -> Option<Span> {
        let mut times = self.candidates().filter(|at| *at > now);
        let first = times.next()?;
        Some(Span { from: first, until: times.last().unwrap_or(first) + self.duration() })
    }

    /// The times from this one on that can be chosen now, with as much free before and after them.
    pub fn open(&self, taken: &Spans, travel: TimeDelta, now: DateTime<Utc>, from: Option<DateTime<Utc>>) -> OpenTimes {
        let soonest = self.soonest(now).max(from.unwrap_or(now));
        let times = self.candidates().filter(|at| *at > now && *at >= soonest);
        let mut times: Vec<_> = times.filter(|at| self.is_free(taken, travel, *at)).take(MOST + 1).collect();
        let next = if times.len() > MOST { times.pop() } else { None };
        OpenTimes { times, next }
    }

    /// Whether this time is on offer, taken or not.
    pub fn offers(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        at > now && at >= self.soonest(now) && self.candidates().any(|one| one == at)
    }

    pub fn is_free(&self, taken: &Spans, travel: TimeDelta, at: DateTime<Utc>) -> bool {
        self.allow_overlap || taken.leave_free(Span { from: at - travel, until: at + self.duration() + travel })
    }
}

impl Availability {
    /// Every time that begins in these hours and ends in them. One that the wall clock does not show is none; of two, the
    /// first.
    fn times(&self, default_zone: &str, duration: TimeDelta) -> impl Iterator<Item = DateTime<Utc>> {
        let zone = self.time_zone.as_deref().unwrap_or(default_zone);
        let zone = zones::zone(zone).unwrap_or(Tz::UTC);
        let (from, until) = (zones::time(&self.from).unwrap_or_default(), zones::time(&self.until).unwrap_or_default());
        let weekdays: Vec<chrono::Weekday> = self.weekdays.iter().map(|day| (*day).into()).collect();
        let (step, days) = (usize::from(self.step_minutes.max(1)), usize::from(self.days));
        let first = self.first_on.unwrap_or_default();
        let lasts = until - from;
        first
            .iter_days()
            .take(days)
            .filter(move |day| weekdays.contains(&chrono::Datelike::weekday(day)))
            .flat_map(move |day| {
                let minutes = (0i64..).step_by(step).map(TimeDelta::minutes);
                minutes.take_while(move |after| *after + duration <= lasts).map(move |after| day.and_time(from) + after)
            })
            .filter_map(move |wall| match zones::wall(zone, wall) {
                Wall::Unique(at) | Wall::Ambiguous { earlier: at, .. } => Some(at),
                Wall::Gap { .. } => None,
            })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::follow_ups::Weekday;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn mornings(zone: &str, first_on: &str, days: u16) -> Invitation {
        let availability = Availability {
            from: "09:00".to_owned(),
            until: "10:00".to_owned(),
            first_on: Some(first_on.parse().unwrap()),
            days,
            step_minutes: 20,
            notice_hours: 0,
            ..Availability::default()
        };
        Invitation {
            time_zone: zone.to_owned(),
            duration_minutes: 15,
            availability: Some(availability),
            ..Invitation::default()
        }
    }

    fn open(invitation: &Invitation, now: &str) -> Vec<String> {
        let open = invitation.open(&Spans::default(), TimeDelta::zero(), at(now), None);
        open.times.into_iter().map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)).collect()
    }

    #[test]
    fn mornings_are_those_of_the_zone() {
        // Friday and Monday; the clocks of Vienna change between them.
        let invitation = mornings("Europe/Vienna", "2026-03-27", 4);
        let want = [
            "2026-03-27T08:00:00Z",
            "2026-03-27T08:20:00Z",
            "2026-03-27T08:40:00Z",
            "2026-03-30T07:00:00Z",
            "2026-03-30T07:20:00Z",
            "2026-03-30T07:40:00Z",
        ];
        assert_eq!(open(&invitation, "2026-03-01T00:00:00Z"), want);
        assert_eq!(open(&invitation, "2026-03-27T08:40:00Z"), want[3..]);
        assert_eq!(invitation.span(at("2026-03-27T08:30:00Z")).unwrap().until, at("2026-03-30T07:55:00Z"));
    }

    #[test]
    fn hours_that_a_day_lacks_or_has_twice() {
        let mut invitation = mornings("Europe/Vienna", "2026-03-29", 1);
        let availability = invitation.availability.as_mut().unwrap();
        availability.weekdays = vec![Weekday::Sunday];
        (availability.from, availability.until, availability.step_minutes) = ("01:30".into(), "03:30".into(), 30);
        assert_eq!(open(&invitation, "2026-03-01T00:00:00Z"), ["2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"]);
        invitation.availability.as_mut().unwrap().first_on = Some("2026-10-25".parse().unwrap());
        let twice = open(&invitation, "2026-03-01T00:00:00Z");
        assert_eq!(
            twice,
            ["2026-10-24T23:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z"]
        );
    }

    #[test]
    fn what_is_taken_is_not_on_offer_and_neither_is_the_way_to_it() {
        let invitation = mornings("UTC", "2026-03-03", 1);
        let taken = Spans::new(vec![Span { from: at("2026-03-03T09:35:00Z"), until: at("2026-03-03T09:36:00Z") }]);
        let now = at("2026-03-02T00:00:00Z");
        let open = |travel| invitation.open(&taken, TimeDelta::minutes(travel), now, None).times.len();
        assert_eq!((open(0), open(1), open(20)), (3, 2, 1));
        assert!(invitation.offers(at("2026-03-03T09:20:00Z"), at("2026-03-02T00:00:00Z")));
        assert!(!invitation.offers(at("2026-03-03T09:21:00Z"), at("2026-03-02T00:00:00Z")));
        assert!(!invitation.offers(at("2026-03-03T09:20:00Z"), at("2026-03-03T09:20:00Z")));
    }

    proptest! {
        #[test]
        fn what_is_open_is_offered_and_free(
            zone in proptest::sample::select(vec!["UTC", "Europe/Vienna", "America/New_York", "Australia/Lord_Howe"]),
            days in 1u16..60, step in 5u16..90, taken in proptest::collection::vec((0i64..80_000, 1i64..600), 0..30),
        ) {
            let now = at("2026-03-02T09:00:00Z");
            let minute = |minutes| now + TimeDelta::minutes(minutes);
            let taken: Vec<Span> =
                taken.into_iter().map(|(from, length)| Span { from: minute(from), until: minute(from + length) }).collect();
            let mut invitation = mornings(zone, "2026-03-02", days);
            invitation.availability.as_mut().unwrap().step_minutes = step;
            let travel = TimeDelta::minutes(30);
            let spans = Spans::new(taken.clone());
            let (mut open, mut from) = (Vec::new(), None);
            loop {
                let part = invitation.open(&spans, travel, now, from);
                prop_assert!(part.times.len() <= MOST && (part.next.is_none() || part.times.len() == MOST));
                open.extend(part.times);
                from = part.next;
                if from.is_none() {
                    break;
                }
            }
            prop_assert!(open.windows(2).all(|two| two[0] < two[1]));
            let all = invitation.candidates().filter(|at| *at > now && invitation.is_free(&spans, travel, *at));
            prop_assert_eq!(open.len(), all.count());
            for at in open {
                prop_assert!(invitation.offers(at, now));
                let (from, until) = (at - travel, at + invitation.duration() + travel);
                prop_assert!(taken.iter().all(|one| one.until <= from || one.from >= until));
            }
        }
    }
}
