//! Owns the public holidays that can be taken into a queue's exceptions, by country and year. Those of the whole
//! country, not of regions. It is a table to copy from: what a queue keeps are dated exceptions that anyone can edit.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use serde::Serialize;
use utoipa::ToSchema;

use Rule::{After, Easter, Fixed, Nth, Observed, Sunday};
use Weekday::{Friday, Monday, Saturday, Thursday};

/// A public holiday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Holiday {
    /// The date, `YYYY-MM-DD`.
    pub date: String,
    /// Its name, in English.
    pub name: String,
}

/// When a holiday is.
#[derive(Clone, Copy)]
enum Rule {
    /// On this day of this month.
    Fixed(i8, i8),
    /// So many days after Easter Sunday.
    Easter(i32),
    /// The n-th such weekday of the month, from the end when negative.
    Nth(i8, i8, Weekday),
    /// The first such weekday on or after this day.
    After(i8, i8, Weekday),
    /// On this day, also taken on the Friday before a Saturday or the Monday after a Sunday.
    Observed(i8, i8),
    /// On this day, or the day before when it is a Sunday.
    Sunday(i8, i8),
    /// On this day, and when it is on a weekend also on that day of the same month.
    Substitute(i8, i8, i8),
    /// On this day, and when it is on a weekend also on the Monday after.
    NextMonday(i8, i8),
    /// The first Monday of February, or the first day when it is a Friday.
    Brigid,
}

type Named = (Rule, &'static str);

const NEW_YEAR: Named = (Fixed(1, 1), "New Year's Day");
const EPIPHANY: Named = (Fixed(1, 6), "Epiphany");
const MAUNDY_THURSDAY: Named = (Easter(-3), "Maundy Thursday");
const GOOD_FRIDAY: Named = (Easter(-2), "Good Friday");
const EASTER_MONDAY: Named = (Easter(1), "Easter Monday");
const LABOUR_DAY: Named = (Fixed(5, 1), "Labour Day");
const VICTORY_DAY: Named = (Fixed(5, 8), "Victory Day");
const ASCENSION: Named = (Easter(39), "Ascension Day");
const WHIT_MONDAY: Named = (Easter(50), "Whit Monday");
const CORPUS_CHRISTI: Named = (Easter(60), "Corpus Christi");
const MIDSUMMER: Named = (After(6, 20, Saturday), "Midsummer Day");
const ASSUMPTION: Named = (Fixed(8, 15), "Assumption Day");
const ALL_SAINTS: Named = (Fixed(11, 1), "All Saints' Day");
const ALL_SAINTS_SATURDAY: Named = (After(10, 31, Saturday), "All Saints' Day");
const ARMISTICE: Named = (Fixed(11, 11), "Armistice Day");
const IMMACULATE: Named = (Fixed(12, 8), "Immaculate Conception");
const CHRISTMAS_EVE: Named = (Fixed(12, 24), "Christmas Eve");
const CHRISTMAS: Named = (Fixed(12, 25), "Christmas Day");
const SECOND_CHRISTMAS: Named = (Fixed(12, 26), "Second Day of Christmas");

#[rustfmt::skip]
const COUNTRIES: [(&str, &[Named]); 19] = [
    ("AT", &[NEW_YEAR, EPIPHANY, EASTER_MONDAY, LABOUR_DAY, ASCENSION, WHIT_MONDAY, CORPUS_CHRISTI, ASSUMPTION,
             (Fixed(10, 26), "National Day"), ALL_SAINTS, IMMACULATE, CHRISTMAS, SECOND_CHRISTMAS]),
    ("BE", &[NEW_YEAR, EASTER_MONDAY, LABOUR_DAY, ASCENSION, WHIT_MONDAY, (Fixed(7, 21), "National Day"), ASSUMPTION,
             ALL_SAINTS, ARMISTICE, CHRISTMAS]),
    ("CH", &[NEW_YEAR, GOOD_FRIDAY, EASTER_MONDAY, ASCENSION, WHIT_MONDAY, (Fixed(8, 1), "National Day"), CHRISTMAS,
             SECOND_CHRISTMAS]),
    ("CZ", &[NEW_YEAR, GOOD_FRIDAY, EASTER_MONDAY, LABOUR_DAY, VICTORY_DAY, (Fixed(7, 5), "Cyril and Methodius"),
             (Fixed(7, 6), "Jan Hus"), (Fixed(9, 28), "Statehood Day"), (Fixed(10, 28), "Independence Day"),
             (Fixed(11, 17), "Freedom and Democracy Day"), CHRISTMAS_EVE, CHRISTMAS, SECOND_CHRISTMAS]),
    ("DE", &[NEW_YEAR, GOOD_FRIDAY, EASTER_MONDAY, LABOUR_DAY, ASCENSION, WHIT_MONDAY, (Fixed(10, 3), "Unity Day"),
             CHRISTMAS, SECOND_CHRISTMAS]),
    ("DK", &[NEW_YEAR, MAUNDY_THURSDAY, GOOD_FRIDAY, EASTER_MONDAY, ASCENSION, WHIT_MONDAY, CHRISTMAS,
             SECOND_CHRISTMAS]),
    ("ES", &[NEW_YEAR, EPIPHANY, GOOD_FRIDAY, LABOUR_DAY, ASSUMPTION, (Fixed(10, 12), "National Day"), ALL_SAINTS,
             (Fixed(12, 6), "Constitution Day"), IMMACULATE, CHRISTMAS]),
    ("FI", &[NEW_YEAR, EPIPHANY, GOOD_FRIDAY, EASTER_MONDAY, LABOUR_DAY, ASCENSION, MIDSUMMER, ALL_SAINTS_SATURDAY,
             (Fixed(12, 6), "Independence Day"), CHRISTMAS, SECOND_CHRISTMAS]),
    ("FR", &[NEW_YEAR, EASTER_MONDAY, LABOUR_DAY, VICTORY_DAY, ASCENSION, WHIT_MONDAY, (Fixed(7, 14), "National Day"),
             ASSUMPTION, ALL_SAINTS, ARMISTICE, CHRISTMAS]),
    ("GB", &[(Rule::NextMonday(1, 1), "New Year's Day"), GOOD_FRIDAY, EASTER_MONDAY, (Nth(1, 5, Monday), "Early May Bank Holiday"),
             (Nth(-1, 5, Monday), "Spring Bank Holiday"), (Nth(-1, 8, Monday), "Summer Bank Holiday"),
             (Rule::Substitute(12, 25, 27), "Christmas Day"), (Rule::Substitute(12, 26, 28), "Boxing Day")]),
    ("IE", &[NEW_YEAR, (Rule::Brigid, "Saint Brigid's Day"), (Fixed(3, 17), "Saint Patrick's Day"), EASTER_MONDAY,
             (Nth(1, 5, Monday), "May Day"), (Nth(1, 6, Monday), "June Holiday"), (Nth(1, 8, Monday), "August Holiday"),
             (Nth(-1, 10, Monday), "October Holiday"), CHRISTMAS, (Fixed(12, 26), "Saint Stephen's Day")]),
    ("IT", &[NEW_YEAR, EPIPHANY, EASTER_MONDAY, (Fixed(4, 25), "Liberation Day"), LABOUR_DAY,
             (Fixed(6, 2), "Republic Day"), ASSUMPTION, (Fixed(10, 4), "Saint Francis"), ALL_SAINTS, IMMACULATE, CHRISTMAS,
             (Fixed(12, 26), "Saint Stephen's Day")]),
    ("LU", &[NEW_YEAR, EASTER_MONDAY, LABOUR_DAY, (Fixed(5, 9), "Europe Day"), ASCENSION, WHIT_MONDAY,
             (Fixed(6, 23), "National Day"), ASSUMPTION, ALL_SAINTS, CHRISTMAS, SECOND_CHRISTMAS]),
    ("NL", &[NEW_YEAR, EASTER_MONDAY, (Sunday(4, 27), "King's Day"), ASCENSION, WHIT_MONDAY, CHRISTMAS,
             SECOND_CHRISTMAS]),
    ("NO", &[NEW_YEAR, MAUNDY_THURSDAY, GOOD_FRIDAY, EASTER_MONDAY, LABOUR_DAY, (Fixed(5, 17), "Constitution Day"),
             ASCENSION, WHIT_MONDAY, CHRISTMAS, SECOND_CHRISTMAS]),
    ("PL", &[NEW_YEAR, EPIPHANY, EASTER_MONDAY, LABOUR_DAY, (Fixed(5, 3), "Constitution Day"), CORPUS_CHRISTI, ASSUMPTION,
             ALL_SAINTS, (Fixed(11, 11), "Independence Day"), CHRISTMAS_EVE, CHRISTMAS, SECOND_CHRISTMAS]),
    ("PT", &[NEW_YEAR, GOOD_FRIDAY, (Fixed(4, 25), "Freedom Day"), LABOUR_DAY, CORPUS_CHRISTI, (Fixed(6, 10), "Portugal Day"),
             ASSUMPTION, (Fixed(10, 5), "Republic Day"), ALL_SAINTS, (Fixed(12, 1), "Restoration of Independence"),
             IMMACULATE, CHRISTMAS]),
    ("SE", &[NEW_YEAR, EPIPHANY, GOOD_FRIDAY, EASTER_MONDAY, LABOUR_DAY, ASCENSION, (Fixed(6, 6), "National Day"), MIDSUMMER,
             ALL_SAINTS_SATURDAY, CHRISTMAS, SECOND_CHRISTMAS]),
    ("US", &[(Observed(1, 1), "New Year's Day"), (Nth(3, 1, Monday), "Martin Luther King Jr. Day"),
             (Nth(3, 2, Monday), "Washington's Birthday"), (Nth(-1, 5, Monday), "Memorial Day"), (Observed(6, 19), "Juneteenth"),
             (Observed(7, 4), "Independence Day"), (Nth(1, 9, Monday), "Labor Day"), (Nth(2, 10, Monday), "Columbus Day"),
             (Observed(11, 11), "Veterans Day"), (Nth(4, 11, Thursday), "Thanksgiving Day"), (Observed(12, 25), "Christmas Day")]),
];

/// The countries of the table, as ISO 3166 codes.
pub fn countries() -> impl Iterator<Item = &'static str> {
    COUNTRIES.iter().map(|(code, _)| *code)
}

/// The public holidays of a country in a year from 2000 to 2100, by date; none when the table has no such country or
/// year.
#[must_use]
pub fn holidays(country: &str, year: i16) -> Vec<Holiday> {
    if !(2000..=2100).contains(&year) {
        return Vec::new();
    }
    let Some((_, named)) = COUNTRIES.iter().find(|(code, _)| *code == country) else { return Vec::new() };
    // New Year's Day of the next year may be taken in this one.
    let years = [year, year + 1];
    let mut found: Vec<(Date, &str)> = years
        .into_iter()
        .flat_map(|of| named.iter().flat_map(move |(rule, name)| rule.dates(of).map(move |day| (day, *name))))
        .filter(|(day, _)| day.year() == year)
        .collect();
    found.sort_unstable();
    found.dedup_by_key(|(day, _)| *day);
    found.into_iter().map(|(day, name)| Holiday { date: day.to_string(), name: name.to_owned() }).collect()
}

impl Rule {
    fn dates(self, year: i16) -> impl Iterator<Item = Date> {
        let on = |month, day| date(year, month, day);
        let (first, second) = match self {
            Self::Fixed(month, day) => (on(month, day), None),
            Self::Easter(days) => (plus(easter(year), days), None),
            Self::Nth(nth, month, weekday) => {
                let found = on(month, 1).nth_weekday_of_month(nth, weekday);
                (found.expect("every month has the first four and the last of each weekday"), None)
            }
            Self::After(month, day, weekday) => {
                let from = on(month, day);
                (plus(from, i32::from(from.weekday().until(weekday))), None)
            }
            Self::Observed(month, day) => {
                let day = on(month, day);
                (day, beside(day))
            }
            Self::Sunday(month, day) => {
                let day = on(month, day);
                (if day.weekday() == Weekday::Sunday { plus(day, -1) } else { day }, None)
            }
            Self::Substitute(month, day, instead) => {
                (on(month, day), is_weekend(on(month, day)).then(|| on(month, instead)))
            }
            Self::NextMonday(month, day) => {
                let day = on(month, day);
                (day, is_weekend(day).then(|| plus(day, i32::from(day.weekday().until(Monday)))))
            }
            Self::Brigid => {
                let from = on(2, 1);
                let days = if from.weekday() == Friday { 0 } else { from.weekday().until(Monday) };
                (plus(from, i32::from(days)), None)
            }
        };
        std::iter::once(first).chain(second)
    }
}

fn beside(day: Date) -> Option<Date> {
    match day.weekday() {
        Saturday => Some(plus(day, -1)),
        Weekday::Sunday => Some(plus(day, 1)),
        Monday | Weekday::Tuesday | Weekday::Wednesday | Thursday | Friday => None,
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Saturday | Weekday::Sunday)
}

fn plus(day: Date, days: i32) -> Date {
    day.checked_add(days.days()).expect("the years are far from the ends of the calendar")
}

/// Easter Sunday of the western churches.
fn easter(year: i16) -> Date {
    let year_n = i32::from(year);
    let (golden, century) = (year_n % 19, year_n / 100);
    let leap = century / 4;
    let moon = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leap - moon + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * ((year_n % 100) / 4) - epact - (year_n % 100) % 4) % 7;
    let shift = (golden + 11 * epact + 22 * weekday) / 451;
    plus(date(year, 3, 22), epact + weekday - 7 * shift)
}

#[cfg(test)]
mod tests {
    use super::{countries, holidays};

    fn dates(country: &str, year: i16) -> Vec<String> {
        holidays(country, year).into_iter().map(|holiday| holiday.date).collect()
    }

    // spec: Q-1
    #[test]
    fn holidays_stand_on_their_dates() {
        for (country, year, day) in [
            ("CH", 2026, "2026-04-03"),
            ("DE", 2026, "2026-05-25"),
            ("AT", 2027, "2027-05-27"),
            ("NL", 2025, "2025-04-26"),
            ("GB", 2027, "2027-12-27"),
            ("GB", 2027, "2027-12-28"),
            ("GB", 2022, "2022-01-03"),
            ("US", 2026, "2026-11-26"),
            ("US", 2026, "2026-07-03"),
            ("US", 2027, "2027-12-31"),
            ("SE", 2026, "2026-06-20"),
            ("FI", 2026, "2026-10-31"),
            ("IE", 2030, "2030-02-01"),
            ("IE", 2026, "2026-02-02"),
            ("FR", 2038, "2038-04-26"),
        ] {
            assert!(dates(country, year).contains(&day.to_owned()), "{country} {day}");
        }
    }

    // spec: Q-1
    #[test]
    fn every_country_has_each_date_once_and_in_its_year() {
        for country in countries() {
            for year in 2000..=2100 {
                let dates = dates(country, year);
                assert!(dates.len() >= 7, "{country} {year}");
                assert!(dates.is_sorted() && dates.windows(2).all(|two| two[0] != two[1]));
                assert!(dates.iter().all(|date| date.starts_with(&year.to_string())));
            }
        }
        assert!(dates("XY", 2026).is_empty() && dates("CH", 1999).is_empty());
    }
}
