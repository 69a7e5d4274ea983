//! Owns the scenarios of business hours: periods, midnight, exceptions, changes of the clocks.

use beckon_engine::hours::{check, is_open, next_change};
use beckon_engine::queue::{Exception, Hours, Period};
use beckon_engine::time::UnixMs;
use jiff::Timestamp;

fn at(utc: &str) -> UnixMs {
    UnixMs(utc.parse::<Timestamp>().expect("a time in UTC").as_millisecond())
}

fn hours(time_zone: &str, weekly: &[(u8, &str, &str)]) -> Hours {
    let period =
        |&(weekday, from, to): &(u8, &str, &str)| Period { weekday, from: from.into(), to: to.into() };
    Hours { time_zone: time_zone.into(), weekly: weekly.iter().map(period).collect(), exceptions: Vec::new() }
}

fn closed_on(mut hours: Hours, date: &str, spans: &[(&str, &str)]) -> Hours {
    let spans = spans.iter().map(|&(from, to)| (from.into(), to.into())).collect();
    hours.exceptions.push(Exception { date: date.into(), name: String::new(), spans });
    hours
}

#[track_caller]
fn assert_next(hours: &Hours, now: &str, then: &str, opens: bool) {
    assert_eq!(next_change(hours, at(now)), Some((at(then), opens)), "after {now}");
    assert_eq!(is_open(hours, at(then)), opens, "at the change");
    assert_eq!(is_open(hours, UnixMs(at(then).0 - 1)), !opens, "just before the change");
}

// spec: Q-1
#[test]
fn several_periods_a_day_in_the_zone_of_the_queue() {
    let zurich = hours("Europe/Zurich", &[(1, "08:00", "12:00"), (1, "13:30", "17:00")]);
    assert_next(&zurich, "2025-01-05T12:00:00Z", "2025-01-06T07:00:00Z", true);
    assert_next(&zurich, "2025-01-06T07:00:00Z", "2025-01-06T11:00:00Z", false);
    assert_next(&zurich, "2025-01-06T11:00:00Z", "2025-01-06T12:30:00Z", true);
    assert_next(&zurich, "2025-01-06T16:00:00Z", "2025-01-13T07:00:00Z", true);
    assert_next(&zurich, "2025-07-06T16:00:00Z", "2025-07-07T06:00:00Z", true);
}

// spec: Q-1
#[test]
fn over_midnight_and_touching_periods_are_one() {
    let bar = hours(
        "UTC",
        &[(5, "22:00", "02:00"), (6, "02:00", "03:00"), (7, "00:00", "24:00"), (1, "00:00", "01:00")],
    );
    assert_next(&bar, "2025-01-10T12:00:00Z", "2025-01-10T22:00:00Z", true);
    assert_next(&bar, "2025-01-10T23:00:00Z", "2025-01-11T03:00:00Z", false);
    assert_next(&bar, "2025-01-12T05:00:00Z", "2025-01-13T01:00:00Z", false);
}

// spec: Q-1
#[test]
fn always_and_never_do_not_change() {
    assert!(is_open(&Hours::always(), at("2025-01-10T12:00:00Z")));
    assert_eq!(next_change(&Hours::always(), at("2025-01-10T12:00:00Z")), None);
    let never = hours("UTC", &[]);
    assert!(!is_open(&never, at("2025-01-10T12:00:00Z")));
    assert_eq!(next_change(&never, at("2025-01-10T12:00:00Z")), None);
}

// spec: Q-1
#[test]
fn an_exception_replaces_the_whole_day() {
    let daily: Vec<_> = (1..=7).map(|day| (day, "22:00", "04:00")).collect();
    let bar = closed_on(hours("UTC", &daily), "2025-12-25", &[]);
    assert_next(&bar, "2025-12-24T23:00:00Z", "2025-12-25T00:00:00Z", false);
    assert_next(&bar, "2025-12-25T00:00:00Z", "2025-12-26T22:00:00Z", true);
    let bar = closed_on(hours("UTC", &daily), "2025-12-25", &[("10:00", "12:00"), ("23:00", "01:00")]);
    assert_next(&bar, "2025-12-25T01:00:00Z", "2025-12-25T10:00:00Z", true);
    assert_next(&bar, "2025-12-25T23:30:00Z", "2025-12-26T01:00:00Z", false);
    let once = closed_on(hours("UTC", &[]), "2025-12-25", &[("10:00", "12:00")]);
    assert_next(&once, "2025-01-01T00:00:00Z", "2025-12-25T10:00:00Z", true);
    assert_next(&once, "2025-12-25T10:00:00Z", "2025-12-25T12:00:00Z", false);
}

// spec: Q-1
#[test]
fn hours_follow_the_clocks_when_they_change() {
    let night: Vec<_> = (1..=7).map(|day| (day, "01:00", "05:00")).collect();
    let zurich = hours("Europe/Zurich", &night);
    assert_next(&zurich, "2025-03-30T00:30:00Z", "2025-03-30T03:00:00Z", false);
    assert_next(&zurich, "2025-10-25T23:30:00Z", "2025-10-26T04:00:00Z", false);
    let in_gap = hours("Europe/Zurich", &[(7, "02:30", "06:00")]);
    assert_next(&in_gap, "2025-03-30T00:00:00Z", "2025-03-30T01:00:00Z", true);
    let in_fold = hours("Europe/Zurich", &[(7, "02:15", "02:45")]);
    assert_next(&in_fold, "2025-10-26T00:00:00Z", "2025-10-26T00:15:00Z", true);
    assert_next(&in_fold, "2025-10-26T00:15:00Z", "2025-10-26T00:45:00Z", false);
    assert!(!is_open(&in_fold, at("2025-10-26T01:30:00Z")), "once, not twice");
    let gone = hours("Europe/Zurich", &[(7, "02:10", "02:50")]);
    assert_next(&gone, "2025-03-30T00:00:00Z", "2025-04-06T00:10:00Z", true);
}

// spec: Q-1
#[test]
fn being_open_and_the_next_change_never_disagree() {
    let shapes: [&[(u8, &str, &str)]; 4] = [
        &[(7, "00:30", "03:30"), (1, "23:00", "02:30")],
        &[(6, "20:00", "02:30"), (7, "02:30", "03:00")],
        &[(7, "02:00", "02:00")],
        &[(3, "09:00", "17:00"), (3, "12:00", "18:00")],
    ];
    for zone in
        ["Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago"]
    {
        for shape in shapes {
            let hours = closed_on(hours(zone, shape), "2025-11-02", &[("01:00", "01:30")]);
            let mut now = at("2025-03-01T00:00:00Z");
            let mut open = is_open(&hours, now);
            while let Some((then, opens)) =
                next_change(&hours, now).filter(|(then, _)| *then < at("2026-03-01T00:00:00Z"))
            {
                assert!(then > now && opens != open, "{zone} {then:?}");
                let middle = UnixMs(now.0.midpoint(then.0));
                assert_eq!(
                    (is_open(&hours, middle), is_open(&hours, UnixMs(then.0 - 1))),
                    (open, open),
                    "{zone} {then:?}"
                );
                assert_eq!(is_open(&hours, then), opens, "{zone} {then:?}");
                (now, open) = (then, opens);
            }
        }
    }
}

// spec: Q-1
#[test]
fn hours_that_cannot_be_evaluated_are_refused_by_field() {
    let pointer = |hours: &Hours| check(hours).err().map(|problem| problem.pointer);
    assert_eq!(pointer(&Hours::always()), None);
    assert_eq!(pointer(&hours("Mars/Base", &[])).as_deref(), Some("/time_zone"));
    assert_eq!(pointer(&hours("UTC", &[(0, "08:00", "09:00")])).as_deref(), Some("/weekly/0/weekday"));
    assert_eq!(pointer(&hours("UTC", &[(1, "24:00", "09:00")])).as_deref(), Some("/weekly/0/from"));
    for bad in ["8:00", "08:60", "25:00", "08:00:00", "ab:cd", "24:01", ""] {
        assert_eq!(pointer(&hours("UTC", &[(1, "08:00", bad)])).as_deref(), Some("/weekly/0/to"), "{bad}");
    }
    let twice = closed_on(closed_on(hours("UTC", &[]), "2025-12-25", &[]), "2025-12-25", &[]);
    assert_eq!(pointer(&twice).as_deref(), Some("/exceptions/1/date"));
    assert_eq!(
        pointer(&closed_on(hours("UTC", &[]), "2025-02-30", &[])).as_deref(),
        Some("/exceptions/0/date")
    );
    let span = closed_on(hours("UTC", &[]), "2025-02-20", &[("08:00", "09:00"), ("x", "09:00")]);
    assert_eq!(pointer(&span).as_deref(), Some("/exceptions/0/spans/1/0"));
    assert!(!is_open(&hours("Mars/Base", &[(1, "00:00", "24:00")]), at("2025-01-06T12:00:00Z")));
}
