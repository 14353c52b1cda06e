//! Business days: neither weekend nor holiday.
use chrono::{Datelike, Days, NaiveDate, Weekday};
use holidays_rs::{Country, Date};

const ALL_WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Days that are looked at before a calendar counts as one without business days.
const FAR: usize = 1000;

/// Which days are business days: the days of the week, without the national holidays of a country as they are observed,
/// and without days off of one's own.
#[derive(Debug, Clone)]
pub struct Calendar {
    holidays: Option<holidays_rs::Calendar>,
    weekdays: Vec<Weekday>,
    days_off: Vec<NaiveDate>,
}

impl Default for Calendar {
    /// Monday to Friday, without holidays.
    fn default() -> Self {
        let weekdays = vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
        Self { holidays: None, weekdays, days_off: Vec::new() }
    }
}

impl Calendar {
    /// `country` is an ISO 3166-1 code; of one that [`countries`] does not list, no holidays are known. Without any
    /// weekday, every day of the week is one.
    pub fn new(country: Option<&str>, weekdays: Vec<Weekday>, days_off: Vec<NaiveDate>) -> Self {
        let holidays = country.and_then(by_code).map(holidays_rs::Calendar::new);
        let weekdays = if weekdays.is_empty() { ALL_WEEK.to_vec() } else { weekdays };
        Self { holidays, weekdays, days_off }
    }

    /// What the country calls the holiday that is observed on the day.
    pub fn holiday(&self, day: NaiveDate) -> Option<&'static str> {
        let month = u8::try_from(day.month()).ok()?;
        let date = Date::new(day.year(), month, u8::try_from(day.day()).ok()?)?;
        let holidays = self.holidays.as_ref()?;
        let is_australia = holidays.country() == Country::Australia;
        holidays.holiday_name(date).or_else(|| made_up_for(day).filter(|_| is_australia))
    }

    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        self.weekdays.contains(&day.weekday()) && !self.days_off.contains(&day) && self.holiday(day).is_none()
    }

    /// The day itself, or the first business day after it.
    pub fn on_or_after(&self, day: NaiveDate) -> NaiveDate {
        day.iter_days().take(FAR).find(|day| self.is_business_day(*day)).unwrap_or(day)
    }

    /// The day itself, or the last business day before it.
    pub fn on_or_before(&self, day: NaiveDate) -> NaiveDate {
        let mut days = std::iter::successors(Some(day), |day| day.checked_sub_days(Days::new(1))).take(FAR);
        days.find(|day| self.is_business_day(*day)).unwrap_or(day)
    }

    /// The `count`th business day after the day; with 0 [`on_or_after`](Self::on_or_after).
    pub fn add(&self, day: NaiveDate, count: u32) -> NaiveDate {
        if count == 0 {
            return self.on_or_after(day);
        }
        let next = |day: NaiveDate| day.checked_add_days(Days::new(1)).map_or(day, |next| self.on_or_after(next));
        (0..count).fold(day, |day, _| next(day))
    }

    /// The `count`th business day before the day; with 0 [`on_or_before`](Self::on_or_before).
    pub fn subtract(&self, day: NaiveDate, count: u32) -> NaiveDate {
        if count == 0 {
            return self.on_or_before(day);
        }
        let last = |day: NaiveDate| day.checked_sub_days(Days::new(1)).map_or(day, |last| self.on_or_before(last));
        (0..count).fold(day, |day, _| last(day))
    }
}

/// What is made up for in Australia, in all of its states, because it fell on a weekend; the crate knows of none of it.
fn made_up_for(day: NaiveDate) -> Option<&'static str> {
    let fell_on_weekend = |date| {
        let fell = NaiveDate::from_ymd_opt(day.year(), 12, date);
        fell.is_some_and(|day| matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
    };
    let is_monday = day.weekday() == Weekday::Mon;
    match (day.month(), day.day()) {
        (1, 2 | 3) if is_monday => Some("New Year's Day (observed)"),
        (1, 27 | 28) if is_monday => Some("Australia Day (observed)"),
        (12, 27) if fell_on_weekend(25) => Some("Christmas Day (observed)"),
        (12, 28) if fell_on_weekend(26) => Some("Boxing Day (observed)"),
        _ => None,
    }
}

/// The ISO 3166-1 codes of the countries whose holidays are known, in alphabetical order.
pub fn countries() -> impl Iterator<Item = &'static str> {
    COUNTRIES.iter().map(|(code, _)| *code)
}

fn by_code(code: &str) -> Option<Country> {
    let place = COUNTRIES.binary_search_by_key(&code, |(code, _)| *code).ok()?;
    Some(COUNTRIES[place].1)
}

/// National holidays; the United Kingdom is England and Wales. The crate's Indonesia is left out: its table lacks what is
/// set by decree each year.
#[rustfmt::skip]
const COUNTRIES: [(&str, Country); 91] = [
    ("AD", Country::Andorra), ("AS", Country::AmericanSamoa), ("AT", Country::Austria), ("AU", Country::Australia),
    ("AW", Country::Aruba), ("AX", Country::AlandIslands), ("BE", Country::Belgium), ("BL", Country::SaintBarthelemy),
    ("BQ", Country::CaribbeanNetherlands), ("BR", Country::Brazil), ("BW", Country::Botswana), ("CA", Country::Canada),
    ("CD", Country::DrCongo), ("CG", Country::Congo), ("CH", Country::Switzerland), ("CV", Country::CaboVerde),
    ("CW", Country::Curacao), ("CY", Country::Cyprus), ("CZ", Country::Czechia), ("DE", Country::Germany),
    ("DK", Country::Denmark), ("EE", Country::Estonia), ("ES", Country::Spain), ("FI", Country::Finland),
    ("FK", Country::FalklandIslands), ("FM", Country::Micronesia), ("FO", Country::FaroeIslands),
    ("FR", Country::France), ("GB", Country::UnitedKingdom), ("GF", Country::FrenchGuiana), ("GL", Country::Greenland),
    ("GP", Country::Guadeloupe), ("GQ", Country::EquatorialGuinea), ("GR", Country::Greece), ("GU", Country::Guam),
    ("HR", Country::Croatia), ("HT", Country::Haiti), ("IE", Country::Ireland), ("IS", Country::Iceland),
    ("IT", Country::Italy), ("JM", Country::Jamaica), ("LC", Country::SaintLucia), ("LI", Country::Liechtenstein),
    ("LR", Country::Liberia), ("LS", Country::Lesotho), ("LT", Country::Lithuania), ("LU", Country::Luxembourg),
    ("LV", Country::Latvia), ("MC", Country::Monaco), ("MF", Country::SaintMartin),
    ("MP", Country::NorthernMarianaIslands), ("MQ", Country::Martinique), ("MT", Country::Malta),
    ("MW", Country::Malawi), ("MX", Country::Mexico), ("MZ", Country::Mozambique), ("NA", Country::Namibia),
    ("NC", Country::NewCaledonia), ("NF", Country::NorfolkIsland), ("NI", Country::Nicaragua),
    ("NL", Country::Netherlands), ("NO", Country::Norway), ("NR", Country::Nauru), ("NU", Country::Niue),
    ("NZ", Country::NewZealand), ("PA", Country::Panama), ("PE", Country::Peru), ("PF", Country::FrenchPolynesia),
    ("PL", Country::Poland), ("PM", Country::SaintPierreAndMiquelon), ("PN", Country::PitcairnIslands),
    ("PT", Country::Portugal), ("PW", Country::Palau), ("RE", Country::Reunion), ("RO", Country::Romania),
    ("SE", Country::Sweden), ("SI", Country::Slovenia), ("SJ", Country::SvalbardAndJanMayen), ("SK", Country::Slovakia),
    ("ST", Country::SaoTomeAndPrincipe), ("SV", Country::ElSalvador), ("SX", Country::SintMaarten),
    ("TF", Country::FrenchSouthernTerritories), ("TK", Country::Tokelau),
    ("UM", Country::UnitedStatesMinorOutlyingIslands), ("US", Country::UnitedStates), ("UY", Country::Uruguay),
    ("VI", Country::UnitedStatesVirginIslands), ("WF", Country::WallisAndFutuna), ("WS", Country::Samoa),
    ("YT", Country::Mayotte),
];
