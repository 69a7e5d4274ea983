//! Owns the brute-force evaluation of further conditions, as far as pages alone can tell: what a log does not know, such as
//! forms, scrolling and attributes, has not happened.

use super::Judge;
use crate::condition::{Condition, UtmParameter};
use crate::hours;
use crate::queue::{Hours, Period};
use crate::time::UnixMs;

/// Texts that the engine keeps, bytes.
const REFERRER_BYTES_MAX: usize = 2048;
const UTM_BYTES_MAX: usize = 256;

impl Judge<'_> {
    pub(super) fn holds(&self, condition: &Condition, now: UnixMs) -> bool {
        let recorded = self.recorded;
        let views = &recorded.views[..self.seen];
        let (first, open) = (&views[0], &views[views.len() - 1]);
        match condition {
            Condition::All { of } => of.iter().all(|inner| self.holds(inner, now)),
            Condition::Any { of } => of.iter().any(|inner| self.holds(inner, now)),
            Condition::Not { of } => !self.holds(of, now),
            Condition::TimeOnSite { at_least_s } => now >= first.at.plus_s(*at_least_s),
            Condition::Inactivity { at_least_s } => now >= open.at.plus_s(*at_least_s),
            Condition::PagesViewed { at_least } => views.len() >= *at_least as usize,
            Condition::VisitNumber { at_least } => recorded.number >= *at_least,
            Condition::ReturningVisitor => recorded.number > 1,
            Condition::Device { any_of } => any_of.contains(&recorded.device),
            Condition::Referrer { contains } => {
                let kept = &first.referrer[..first.referrer.floor_char_boundary(REFERRER_BYTES_MAX)];
                kept.to_lowercase().contains(&contains.to_lowercase())
            }
            Condition::Utm { parameter, equals } => {
                utm(&first.url, *parameter).is_some_and(|value| value.to_lowercase() == equals.to_lowercase())
            }
            Condition::LocalTime { weekdays, from, to } => {
                let period = |&weekday: &u8| Period { weekday, from: from.clone(), to: to.clone() };
                let time_zone = self.brute.world.config.settings().time_zone.clone();
                let weekly = weekdays.iter().map(period).collect();
                hours::is_open(&Hours { time_zone, weekly, exceptions: Vec::new() }, now)
            }
            Condition::PageSequence { first, then, within_s } => {
                let ends_at = |i: usize| {
                    let began = |j: usize| {
                        let in_time = views[i].at <= views[j].at.plus_s(*within_s);
                        in_time && self.brute.matches(first, &views[j])
                    };
                    self.brute.matches(then, &views[i]) && (0..i).any(began)
                };
                (0..views.len()).any(ends_at)
            }
            Condition::TimeOnForm { .. }
            | Condition::FormIdle { .. }
            | Condition::Language { .. }
            | Condition::Attribute { .. }
            | Condition::ScrollDepth { .. }
            | Condition::ExitIntent
            | Condition::CustomEvent { .. }
            | Condition::Identified { .. }
            | Condition::PreviousChats { .. }
            | Condition::QueueWait { .. } => false,
        }
    }
}

fn utm(url: &str, parameter: UtmParameter) -> Option<String> {
    let kept = &url[..url.floor_char_boundary(super::URL_BYTES_MAX)];
    let query = url::Url::parse(kept).ok()?.query()?.to_owned();
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let value = pairs.into_owned().find(|(key, _)| key == parameter.key())?.1;
    Some(value[..value.floor_char_boundary(UTM_BYTES_MAX)].to_owned())
}
