//! Owns business hours: whether a queue is open at a moment, and when that changes next. Reads no clock.
//!
//! Periods are turned into intervals between points in time, day by day in the queue's zone, so that being open and
//! the next change cannot disagree when clocks are put forward or back. The `opening-hours` crate works on local
//! time and leaves exactly that to its caller, which is why it is not used.

use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use thiserror::Error;

use crate::queue::Hours;
use crate::time::UnixMs;

pub mod by_hand;

/// How far ahead [`next_change`] looks at most.
const LOOK_AHEAD_DAYS_MAX: i32 = 400;
/// Weekly periods that change nothing for this long never do; one week may lose a period to a change of the clocks.
const WEEKLY_REPEATS_DAYS: i32 = 16;
const PERIODS_MAX: usize = 70;
const EXCEPTIONS_MAX: usize = 400;
const SPANS_MAX: usize = 24;
const NAME_CHARS_MAX: usize = 100;
const DAY_MS: i64 = 24 * 3_600_000;

/// Only the zones compiled in: the same answer on every machine, and no file is read.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// What is wrong with business hours, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{pointer}: {detail}")]
pub struct HoursProblem {
    /// JSON pointer to the field, from the hours.
    pub pointer: String,
    /// What is wrong, as a sentence.
    pub detail: String,
}

/// A stretch of open time: from the first instant up to, not including, the second.
type Interval = (Timestamp, Timestamp);

/// Whether the hours are open at `now`. Hours that [`check`] refuses are closed.
#[must_use]
pub fn is_open(hours: &Hours, now: UnixMs) -> bool {
    let Some((zone, now, today)) = place(hours, now) else { return false };
    let days = [today.yesterday(), Ok(today)];
    days.into_iter()
        .flatten()
        .flat_map(|day| intervals(hours, &zone, day))
        .any(|(from, to)| from <= now && now < to)
}

/// When being open changes next, and to what; `None` when it does not within 400 days.
#[must_use]
pub fn next_change(hours: &Hours, now: UnixMs) -> Option<(UnixMs, bool)> {
    let (zone, now, today) = place(hours, now)?;
    let mut ahead: Vec<Interval> = Vec::new();
    let mut day = today.yesterday().ok()?;
    for _ in 0..look_ahead_days(hours, today) {
        ahead.extend(intervals(hours, &zone, day));
        ahead.sort_unstable();
        day = day.tomorrow().ok()?;
        // An interval of a later day can start no earlier than that day does, so what ends before it is settled.
        let settled_until = instant(&zone, day, Time::midnight())?;
        if let Some((at, opens)) = first_change(&ahead, now)
            && at < settled_until
        {
            return Some((UnixMs(at.as_millisecond()), opens));
        }
        ahead.retain(|&(_, to)| to >= settled_until || to > now);
        merge(&mut ahead);
    }
    None
}

/// When the day began that it is in the zone of the hours; in UTC when there is no such zone.
#[must_use]
pub fn day_start(hours: &Hours, now: UnixMs) -> UnixMs {
    let in_zone = place(hours, now).and_then(|(zone, _, today)| instant(&zone, today, Time::midnight()));
    in_zone.map_or(UnixMs(now.0 - now.0.rem_euclid(DAY_MS)), |at| UnixMs(at.as_millisecond()))
}

/// Whether the hours can be evaluated: zone, weekdays, times, dates and bounds.
///
/// # Errors
/// The first field that cannot, with what is wrong with it.
pub fn check(hours: &Hours) -> Result<(), HoursProblem> {
    let problem = |pointer: String, detail: &str| Err(HoursProblem { pointer, detail: detail.to_owned() });
    if !is_time_zone(&hours.time_zone) {
        return problem("/time_zone".into(), "is not an IANA time zone such as Europe/Zurich");
    }
    if hours.weekly.len() > PERIODS_MAX {
        return problem("/weekly".into(), "has more than 70 periods");
    }
    if hours.exceptions.len() > EXCEPTIONS_MAX {
        return problem("/exceptions".into(), "has more than 400 dates");
    }
    for (i, period) in hours.weekly.iter().enumerate() {
        if !(1..=7).contains(&period.weekday) {
            return problem(format!("/weekly/{i}/weekday"), "is not 1 (Monday) to 7 (Sunday)");
        }
        check_span(&format!("/weekly/{i}"), ["from", "to"], &period.from, &period.to)?;
    }
    for (i, exception) in hours.exceptions.iter().enumerate() {
        let Some(date) = parse_date(&exception.date) else {
            return problem(format!("/exceptions/{i}/date"), "is not a date as YYYY-MM-DD");
        };
        if hours.exceptions[..i].iter().any(|earlier| parse_date(&earlier.date) == Some(date)) {
            return problem(format!("/exceptions/{i}/date"), "is in the list twice");
        }
        if exception.name.chars().count() > NAME_CHARS_MAX {
            return problem(format!("/exceptions/{i}/name"), "has more than 100 characters");
        }
        if exception.spans.len() > SPANS_MAX {
            return problem(format!("/exceptions/{i}/spans"), "has more than 24 spans");
        }
        for (j, (from, to)) in exception.spans.iter().enumerate() {
            check_span(&format!("/exceptions/{i}/spans/{j}"), ["0", "1"], from, to)?;
        }
    }
    Ok(())
}

/// As far as the weekly periods, and then again after the last exception.
fn look_ahead_days(hours: &Hours, today: Date) -> i32 {
    let days_until = |date: Date| today.until(date).map_or(0, |span| span.get_days());
    let exceptions = hours.exceptions.iter().filter_map(|exception| parse_date(&exception.date));
    let last = exceptions.map(days_until).max().unwrap_or(0).max(0);
    (last + WEEKLY_REPEATS_DAYS).min(LOOK_AHEAD_DAYS_MAX)
}

/// Whether both ends of a span are times.
pub(crate) fn check_span(at: &str, names: [&str; 2], from: &str, to: &str) -> Result<(), HoursProblem> {
    let detail = |what: &str| format!("is not a time as {what}");
    if parse_time(from).is_none() {
        return Err(HoursProblem { pointer: format!("{at}/{}", names[0]), detail: detail("HH:MM") });
    }
    if parse_end(to).is_none() {
        return Err(HoursProblem { pointer: format!("{at}/{}", names[1]), detail: detail("HH:MM or 24:00") });
    }
    Ok(())
}

/// Whether a text names a time zone that is compiled in.
#[must_use]
pub fn is_time_zone(name: &str) -> bool {
    ZONES.get(name).is_ok()
}

/// Weekday and time in a zone, such as `Monday 14:05`; empty when the zone is unknown.
pub(crate) fn local_text(time_zone: &str, now: UnixMs) -> String {
    let (Ok(zone), Ok(now)) = (ZONES.get(time_zone), Timestamp::from_millisecond(now.0)) else {
        return String::new();
    };
    let local = zone.to_datetime(now);
    format!("{:?} {:02}:{:02}", local.weekday(), local.hour(), local.minute())
}

/// Hour of the day in a zone, 0 to 23; in UTC when the zone is unknown.
pub(crate) fn local_hour(time_zone: &str, now: UnixMs) -> u8 {
    let zone = ZONES.get(time_zone).unwrap_or(TimeZone::UTC);
    let hour = Timestamp::from_millisecond(now.0).map_or(0, |now| zone.to_datetime(now).hour());
    u8::try_from(hour).expect("an hour is 0 to 23")
}

fn place(hours: &Hours, now: UnixMs) -> Option<(TimeZone, Timestamp, Date)> {
    let zone = ZONES.get(&hours.time_zone).ok()?;
    let now = Timestamp::from_millisecond(now.0).ok()?;
    let today = zone.to_datetime(now).date();
    Some((zone, now, today))
}

/// The open intervals that start on `day`; what runs over midnight is cut there when the next day is an exception.
fn intervals(hours: &Hours, zone: &TimeZone, day: Date) -> Vec<Interval> {
    let weekday = day.weekday().to_monday_one_offset();
    let weekday = u8::try_from(weekday).expect("a weekday is 1 to 7");
    let spans: Vec<(&str, &str)> = match exception_on(hours, day) {
        Some(exception) => exception.spans.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect(),
        None => {
            let on_day = hours.weekly.iter().filter(|period| period.weekday == weekday);
            on_day.map(|period| (period.from.as_str(), period.to.as_str())).collect()
        }
    };
    spans.into_iter().filter_map(|(from, to)| interval(hours, zone, day, from, to)).collect()
}

fn interval(hours: &Hours, zone: &TimeZone, day: Date, from: &str, to: &str) -> Option<Interval> {
    let (from, to) = (parse_time(from)?, parse_end(to)?);
    let tomorrow = day.checked_add(1.day()).ok()?;
    let start = instant(zone, day, from)?;
    let end = match to {
        Some(to) if to > from => instant(zone, day, to)?,
        Some(to) if exception_on(hours, tomorrow).is_none() => instant(zone, tomorrow, to)?,
        Some(_) | None => instant(zone, tomorrow, Time::midnight())?,
    };
    (start < end).then_some((start, end))
}

fn exception_on(hours: &Hours, day: Date) -> Option<&crate::queue::Exception> {
    hours.exceptions.iter().find(|exception| parse_date(&exception.date) == Some(day))
}

/// The first instant at which a clock in the zone shows this time; the end of the gap when it never does.
fn instant(zone: &TimeZone, day: Date, time: Time) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(day.to_datetime(time));
    let in_gap = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
    let instant = ambiguous.compatible().ok()?;
    if !in_gap {
        return Some(instant);
    }
    let just_after = instant.checked_add(1.nanosecond()).ok()?;
    zone.preceding(just_after).next().map(|transition| transition.timestamp())
}

fn merge(sorted: &mut Vec<Interval>) {
    sorted.dedup_by(|later, earlier| {
        let touches = later.0 <= earlier.1;
        if touches {
            earlier.1 = earlier.1.max(later.1);
        }
        touches
    });
}

fn first_change(sorted: &[Interval], now: Timestamp) -> Option<(Timestamp, bool)> {
    let mut merged = sorted.to_vec();
    merge(&mut merged);
    merged.into_iter().find_map(|(from, to)| {
        if from > now {
            Some((from, true))
        } else if to > now {
            Some((to, false))
        } else {
            None
        }
    })
}

fn parse_date(text: &str) -> Option<Date> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

fn parse_time(text: &str) -> Option<Time> {
    let &[h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
    let digit =
        |byte: u8| byte.is_ascii_digit().then(|| i8::try_from(byte - b'0').expect("a digit is below ten"));
    Time::new(digit(h1)? * 10 + digit(h2)?, digit(m1)? * 10 + digit(m2)?, 0, 0).ok()
}

/// `Some(None)` is the end of the day.
fn parse_end(text: &str) -> Option<Option<Time>> {
    if text == "24:00" { Some(None) } else { parse_time(text).map(Some) }
}
