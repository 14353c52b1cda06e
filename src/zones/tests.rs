use chrono::{Datelike, Days, Weekday};
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn tz(name: &str) -> Tz {
    zone(name).unwrap()
}

fn shown(zone: &str, day: &str, wall: &str) -> DateTime<Utc> {
    instant(tz(zone), date(day), time(wall).unwrap())
}

#[test]
fn names_and_times() {
    assert_eq!(zone("Europe/Vienna"), Some(Tz::Europe__Vienna));
    assert!(["europe/vienna", "Vienna", "+01:00", ""].iter().all(|name| zone(name).is_none()));
    assert_eq!(time("09:30").map(time_text).as_deref(), Some("09:30"));
    assert!(["9:30", "24:00", "09:60", "09:30:00", " 9:30", ""].iter().all(|text| time(text).is_none()));
}

/// Both changes of 2026, on both halves of the earth, in a zone that knows none, and in one that moves by half an hour.
#[test]
fn wall_times_around_the_changes_of_the_year() {
    for (zone, day, wall, instant) in [
        ("America/New_York", "2026-03-07", "09:00", "2026-03-07T14:00:00Z"),
        ("America/New_York", "2026-03-08", "09:00", "2026-03-08T13:00:00Z"),
        ("America/New_York", "2026-10-31", "09:00", "2026-10-31T13:00:00Z"),
        ("America/New_York", "2026-11-01", "09:00", "2026-11-01T14:00:00Z"),
        ("Europe/London", "2026-03-28", "09:00", "2026-03-28T09:00:00Z"),
        ("Europe/London", "2026-03-29", "09:00", "2026-03-29T08:00:00Z"),
        ("Europe/London", "2026-10-25", "09:00", "2026-10-25T09:00:00Z"),
        ("Australia/Sydney", "2026-04-04", "09:00", "2026-04-03T22:00:00Z"),
        ("Australia/Sydney", "2026-04-05", "09:00", "2026-04-04T23:00:00Z"),
        ("Australia/Sydney", "2026-10-04", "09:00", "2026-10-03T22:00:00Z"),
        ("America/Phoenix", "2026-03-08", "09:00", "2026-03-08T16:00:00Z"),
        ("America/Phoenix", "2026-11-01", "09:00", "2026-11-01T16:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-05", "09:00", "2026-04-04T22:30:00Z"),
        ("Australia/Lord_Howe", "2026-10-04", "09:00", "2026-10-03T22:00:00Z"),
        ("Pacific/Kiritimati", "2026-01-01", "00:00", "2025-12-31T10:00:00Z"),
        // Missing, and twice: as iCalendar reads them.
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00Z"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"),
        ("Europe/London", "2026-03-29", "01:30", "2026-03-29T01:30:00Z"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00Z"),
    ] {
        assert_eq!(shown(zone, day, wall), at(instant), "{zone} {day} {wall}");
    }
}

#[test]
fn a_missing_time_has_two_neighbours_and_a_double_one_two_instants() {
    let missing = wall(Tz::America__New_York, date("2026-03-08").and_time(time("02:30").unwrap()));
    let (earlier, change) = (at("2026-03-08T06:30:00Z"), at("2026-03-08T07:00:00Z"));
    assert_eq!(missing, Wall::Gap { earlier, change, later: at("2026-03-08T07:30:00Z") });
    assert_eq!(time_text(local(Tz::America__New_York, earlier).time()), "01:30");
    let double = wall(Tz::America__New_York, date("2026-11-01").and_time(time("01:30").unwrap()));
    assert_eq!(double, Wall::Ambiguous { earlier: at("2026-11-01T05:30:00Z"), later: at("2026-11-01T06:30:00Z") });
    // By half an hour only.
    let missing = wall(Tz::Australia__Lord_Howe, date("2026-10-04").and_time(time("02:15").unwrap()));
    let (change, later) = (at("2026-10-03T15:30:00Z"), at("2026-10-03T15:45:00Z"));
    assert_eq!(missing, Wall::Gap { earlier: at("2026-10-03T15:15:00Z"), change, later });
}

#[test]
fn days_begin_where_midnight_is_missing() {
    // Cairo puts its clocks forward at midnight; Samoa left a day out.
    assert_eq!(start_of_day(Tz::Africa__Cairo, date("2026-04-24")), at("2026-04-23T22:00:00Z"));
    assert_eq!(time_text(local(Tz::Africa__Cairo, at("2026-04-23T22:00:00Z")).time()), "01:00");
    assert_eq!(start_of_day(Tz::Pacific__Apia, date("2011-12-30")), at("2011-12-30T10:00:00Z"));
    assert_eq!(start_of_day(Tz::Pacific__Apia, date("2011-12-31")), at("2011-12-30T10:00:00Z"));
    assert_eq!(start_of_day(Tz::America__Havana, date("2026-11-01")), at("2026-11-01T04:00:00Z"));
}

#[test]
fn an_hour_of_the_day_comes_once_a_day() {
    let seven = time("07:00").unwrap();
    let mut now = at("2026-03-06T00:00:00Z");
    let mut hours = Vec::new();
    for _ in 0..4 {
        let next = next_at(Tz::America__New_York, seven, now);
        hours.push((next - now).num_hours());
        now = next;
    }
    // The day on which the clock is put forward has 23 hours.
    assert_eq!(hours, [12, 24, 23, 24]);
    // At half past one on the day when it comes twice: once.
    let half = time("01:30").unwrap();
    let first = next_at(Tz::America__New_York, half, at("2026-11-01T00:00:00Z"));
    assert_eq!(first, at("2026-11-01T05:30:00Z"));
    assert_eq!(next_at(Tz::America__New_York, half, first), at("2026-11-02T06:30:00Z"));
}

#[test]
fn business_days_leave_out_weekends_holidays_and_days_off() {
    let usual = Calendar::default();
    // Friday, and seven business days on.
    assert_eq!(usual.add(date("2026-11-20"), 7), date("2026-12-01"));
    assert_eq!(usual.subtract(date("2026-12-01"), 7), date("2026-11-20"));
    // Thanksgiving, observed on the Thursday between.
    let weekdays = || vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    let us = Calendar::new(Some("US"), weekdays(), Vec::new());
    assert_eq!(us.add(date("2026-11-20"), 7), date("2026-12-02"));
    assert_eq!(us.holiday(date("2026-11-26")), Some("Thanksgiving Day"));
    // Independence Day falls on a Saturday, and is observed on Friday.
    assert!(!us.is_business_day(date("2026-07-03")));
    let own = Calendar::new(Some("US"), weekdays(), vec![date("2026-11-27")]);
    assert_eq!(own.add(date("2026-11-20"), 7), date("2026-12-03"));
    // Easter of England; a weekend of Friday and Saturday.
    let gb = Calendar::new(Some("GB"), weekdays(), Vec::new());
    assert_eq!(gb.add(date("2026-04-02"), 1), date("2026-04-07"));
    let gulf = Calendar::new(None, vec![Weekday::Sun, Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu], vec![]);
    assert_eq!(gulf.on_or_after(date("2026-11-27")), date("2026-11-29"));
    assert_eq!(gulf.add(date("2026-11-28"), 0), date("2026-11-29"));
    assert_eq!(gulf.subtract(date("2026-11-28"), 0), date("2026-11-26"));
}

#[test]
fn countries_are_sorted_and_keep_some_day() {
    let codes: Vec<&str> = countries().collect();
    assert!(codes.is_sorted());
    for code in codes {
        assert!(crate::http::schema::formats::country(code), "{code}");
        let calendar = Calendar::new(Some(code), Vec::new(), Vec::new());
        let year = date("2026-01-01").iter_days().take(365);
        assert!(year.filter(|day| calendar.holiday(*day).is_some()).count() >= 3, "{code}");
    }
}

#[test]
fn waking_hours_begin_by_the_wall_clock() {
    let hours = Hours::new(time("08:00").unwrap(), time("20:00").unwrap()).unwrap();
    let next = |zone: Tz, text: &str| hours.next(zone, at(text), None);
    // The night of the change, and the night before.
    assert_eq!(next(Tz::America__New_York, "2026-03-07T05:00:00Z"), at("2026-03-07T13:00:00Z"));
    assert_eq!(next(Tz::America__New_York, "2026-03-08T05:00:00Z"), at("2026-03-08T12:00:00Z"));
    assert_eq!(next(Tz::Europe__London, "2026-10-24T22:00:00Z"), at("2026-10-25T08:00:00Z"));
    assert_eq!(next(Tz::Australia__Sydney, "2026-10-03T12:00:00Z"), at("2026-10-03T21:00:00Z"));
    assert_eq!(next(Tz::America__Phoenix, "2026-03-08T05:00:00Z"), at("2026-03-08T15:00:00Z"));
    // Within: at once. Friday evening, on business days: Monday.
    assert_eq!(next(Tz::Europe__London, "2026-10-25T08:00:00Z"), at("2026-10-25T08:00:00Z"));
    let week = Calendar::default();
    let monday = hours.next(Tz::Europe__London, at("2026-11-27T20:00:00Z"), Some(&week));
    assert_eq!(monday, at("2026-11-30T08:00:00Z"));
    // Into the middle of which the clock is put forward.
    let night = Hours::new(time("02:30").unwrap(), time("05:00").unwrap()).unwrap();
    assert_eq!(night.next(Tz::America__New_York, at("2026-03-08T06:00:00Z"), None), at("2026-03-08T07:00:00Z"));
    assert!(Hours::new(time("20:00").unwrap(), time("08:00").unwrap()).is_none());
}

fn any_zone() -> impl Strategy<Value = Tz> {
    (0..chrono_tz::TZ_VARIANTS.len()).prop_map(|place| chrono_tz::TZ_VARIANTS[place])
}

/// From 1950 until 2037, to the minute.
fn any_local() -> impl Strategy<Value = NaiveDateTime> {
    (-631_152_000_i64 / 60..2_145_916_800 / 60)
        .prop_map(|minute| DateTime::from_timestamp(minute * 60, 0).unwrap().naive_utc())
}

proptest! {
    #[test]
    fn a_wall_time_shows_itself(zone in any_zone(), local_time in any_local()) {
        match wall(zone, local_time) {
            Wall::Unique(at) => prop_assert_eq!(local(zone, at), local_time),
            Wall::Ambiguous { earlier, later } => {
                prop_assert!(earlier < later);
                prop_assert_eq!((local(zone, earlier), local(zone, later)), (local_time, local_time));
            }
            Wall::Gap { earlier, change, later } => {
                prop_assert!(earlier < change && change <= later);
                prop_assert!(local(zone, earlier) < local_time && local_time < local(zone, later));
                // The last second before the change is before the gap, the change itself behind it.
                prop_assert!(local(zone, change - TimeDelta::seconds(1)) < local_time);
                prop_assert!(local(zone, change) > local_time);
            }
        }
    }

    #[test]
    fn an_instant_is_its_wall_time(zone in any_zone(), moment in any_local()) {
        let moment = moment.and_utc();
        let found = match wall(zone, local(zone, moment)) {
            Wall::Unique(at) => at == moment,
            Wall::Ambiguous { earlier, later } => earlier == moment || later == moment,
            Wall::Gap { .. } => false,
        };
        prop_assert!(found);
        prop_assert_eq!(moment.naive_utc() + offset(zone, moment), local(zone, moment));
    }

    #[test]
    fn a_day_begins_before_all_that_is_of_it(zone in any_zone(), moment in any_local()) {
        let moment = moment.and_utc();
        let begin = start_of_day(zone, day(zone, moment));
        prop_assert!(begin <= moment);
        prop_assert_eq!(day(zone, begin), day(zone, moment));
        prop_assert!(day(zone, begin - TimeDelta::seconds(1)) < day(zone, moment));
    }

    #[test]
    fn the_next_hour_is_within_two_days(zone in any_zone(), moment in any_local(), minute in 0u32..1440) {
        let wanted = NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0).unwrap();
        let next = next_at(zone, wanted, moment.and_utc());
        prop_assert!(next > moment.and_utc());
        prop_assert!(next - moment.and_utc() <= TimeDelta::hours(50));
    }

    #[test]
    fn business_days_are_counted_one_by_one(start in 0u64..20_000, count in 1u32..40, place in 0usize..91) {
        let workdays = vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
        let calendar = Calendar::new(countries().nth(place), workdays, Vec::new());
        let start = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + Days::new(start);
        let end = calendar.add(start, count);
        let between = start.iter_days().skip(1).take_while(|day| *day <= end);
        prop_assert_eq!(between.filter(|day| calendar.is_business_day(*day)).count(), count as usize);
        prop_assert!(calendar.is_business_day(end));
        if calendar.is_business_day(start) {
            prop_assert_eq!(calendar.subtract(end, count), start);
        }
        prop_assert!(!matches!(end.weekday(), Weekday::Sat | Weekday::Sun));
    }

    #[test]
    fn waking_hours_are_reached(zone in any_zone(), moment in any_local(), from in 300u32..720, length in 60u32..600) {
        let time = |minute: u32| NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0).unwrap();
        let hours = Hours::new(time(from), time(from + length)).unwrap();
        let moment = moment.and_utc();
        let next = hours.next(zone, moment, None);
        prop_assert!(next >= moment && hours.contain(zone, next, None));
        // Nothing was passed over.
        let mut probe = moment;
        while probe < next {
            prop_assert!(!hours.contain(zone, probe, None), "{probe} is within, {next} was given");
            probe += TimeDelta::minutes(29);
        }
    }
}

/// As the governments of all states and territories publish them.
#[test]
fn australia_makes_up_for_holidays_on_weekends() {
    let weekdays = vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    let calendar = Calendar::new(Some("AU"), weekdays, Vec::new());
    for day in [
        "2020-12-28",
        "2021-12-27",
        "2021-12-28",
        "2022-01-03",
        "2022-12-26",
        "2022-12-27",
        "2023-01-02",
        "2024-01-26",
        "2026-12-28",
        "2027-12-27",
        "2027-12-28",
        "2028-01-03",
        "2031-01-27",
        "2032-12-27",
        "2032-12-28",
    ] {
        assert!(!calendar.is_business_day(date(day)), "{day}");
    }
    for day in ["2025-12-29", "2026-12-29", "2027-12-29", "2022-12-28", "2024-01-29", "2024-12-27", "2026-01-27"] {
        assert!(calendar.is_business_day(date(day)), "{day}");
    }
    assert_eq!(calendar.add(date("2026-12-24"), 1), date("2026-12-29"));
}
