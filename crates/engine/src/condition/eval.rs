//! Owns the evaluation of conditions: whether one holds, when time alone may change that, and what it compared.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Condition, Ready};
use crate::attribute::Trust;
use crate::hours;
use crate::time::UnixMs;
use crate::visit::facts::{PageFacts, VisitFacts};
use crate::world::print_of;

/// What a condition is evaluated against: one visit on one of its pages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) now: UnixMs,
    pub(crate) begun_at: UnixMs,
    pub(crate) pages_viewed: u32,
    pub(crate) visit: &'a VisitFacts,
    pub(crate) page: &'a PageFacts,
    /// The site's.
    pub(crate) time_zone: &'a str,
    /// Estimated wait in the rule's queue.
    pub(crate) wait_s: Option<u32>,
}

/// What a condition came to, and what it compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConditionExplanation {
    /// The condition; for a group, without those inside.
    pub condition: Condition,
    /// Whether it holds.
    pub holds: bool,
    /// The value that was compared; empty for a group, or when there is none.
    pub value: String,
    /// For a group: those inside.
    #[schema(no_recursion)]
    pub of: Vec<ConditionExplanation>,
}

/// Whether a condition holds, and the next time at which it may change although nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) holds: bool,
    pub(crate) until: Option<UnixMs>,
}

impl Held {
    const fn lasting(holds: bool) -> Self {
        Self { holds, until: None }
    }

    /// Holds from `due` on; never when there is none.
    fn from(due: Option<UnixMs>, now: UnixMs) -> Self {
        let holds = due.is_some_and(|due| now >= due);
        Self { holds, until: due.filter(|_| !holds) }
    }
}

pub(crate) fn evaluate(condition: &Ready, facts: Facts<'_>) -> Held {
    match condition {
        Ready::All(of) => group(of, facts, |held| held.iter().all(|held| held.holds)),
        Ready::Any(of) => group(of, facts, |held| held.iter().any(|held| held.holds)),
        Ready::Not(of) => {
            let held = evaluate(of, facts);
            Held { holds: !held.holds, ..held }
        }
        Ready::LocalTime(hours) => {
            let until = hours::next_change(hours, facts.now).map(|(at, _)| at);
            Held { holds: hours::is_open(hours, facts.now), until }
        }
        Ready::Sequence(print) => Held::lasting(facts.visit.has_completed(*print)),
        Ready::Plain(condition) => evaluate_plain(condition, facts),
    }
}

fn evaluate_plain(condition: &Condition, facts: Facts<'_>) -> Held {
    match condition {
        Condition::TimeOnForm { at_least_s } => {
            Held::from(facts.page.open_form().map(|form| form.entered_at.plus_s(*at_least_s)), facts.now)
        }
        Condition::FormIdle { at_least_s } => {
            Held::from(facts.page.open_form().map(|form| form.input_at.plus_s(*at_least_s)), facts.now)
        }
        Condition::TimeOnSite { at_least_s } => {
            Held::from(Some(facts.begun_at.plus_s(*at_least_s)), facts.now)
        }
        Condition::Inactivity { at_least_s } => {
            Held::from(Some(facts.page.active_at.plus_s(*at_least_s)), facts.now)
        }
        Condition::CustomEvent { name, at_least, within_s } => {
            custom_event(name, *at_least, *within_s, facts)
        }
        Condition::PagesViewed { .. }
        | Condition::VisitNumber { .. }
        | Condition::ReturningVisitor
        | Condition::Referrer { .. }
        | Condition::Utm { .. }
        | Condition::Device { .. }
        | Condition::Language { .. }
        | Condition::Attribute { .. }
        | Condition::ScrollDepth { .. }
        | Condition::ExitIntent
        | Condition::Identified { .. }
        | Condition::PreviousChats { .. }
        | Condition::QueueWait { .. } => Held::lasting(holds_as_of_the_last_event(condition, facts)),
        Condition::All { .. }
        | Condition::Any { .. }
        | Condition::Not { .. }
        | Condition::LocalTime { .. }
        | Condition::PageSequence { .. } => unreachable!("these are made ready"),
    }
}

/// The same, with what was compared.
pub(crate) fn explain(condition: &Condition, ready: &Ready, facts: Facts<'_>) -> ConditionExplanation {
    let holds = evaluate(ready, facts).holds;
    let inner = condition.inner().iter().zip(ready.inner());
    let of = inner.map(|(inner, ready)| explain(inner, ready, facts)).collect();
    ConditionExplanation {
        condition: condition.without_inner(),
        holds,
        value: compared(condition, facts),
        of,
    }
}

fn group(of: &[Ready], facts: Facts<'_>, holds: impl FnOnce(&[Held]) -> bool) -> Held {
    let held: smallvec::SmallVec<[Held; 8]> = of.iter().map(|inner| evaluate(inner, facts)).collect();
    Held { holds: holds(&held), until: held.iter().filter_map(|held| held.until).min() }
}

/// Holds while the event that makes the number full is not older than the window.
fn custom_event(name: &str, at_least: u32, within_s: u32, facts: Facts<'_>) -> Held {
    let nth = usize::try_from(at_least.max(1) - 1).unwrap_or(usize::MAX);
    let last_full = facts.visit.events_newest_first(name).nth(nth);
    let Some(ends_at) = last_full.map(|at| at.plus_s(within_s)) else { return Held::lasting(false) };
    let holds = facts.now <= ends_at;
    Held { holds, until: holds.then(|| ends_at.plus_ms(1)) }
}

fn holds_as_of_the_last_event(condition: &Condition, facts: Facts<'_>) -> bool {
    let visit = facts.visit;
    match condition {
        Condition::PagesViewed { at_least } => facts.pages_viewed >= *at_least,
        Condition::VisitNumber { at_least } => visit.visit_number >= *at_least,
        Condition::ReturningVisitor => visit.visit_number > 1,
        Condition::Referrer { contains } => visit.came_from(contains),
        Condition::Utm { parameter, equals } => {
            visit.utm(*parameter).is_some_and(|value| value.to_lowercase() == equals.to_lowercase())
        }
        Condition::Device { any_of } => visit.device.is_some_and(|device| any_of.contains(&device)),
        Condition::Language { any_of } => any_of.iter().any(|wanted| speaks(&visit.language, wanted)),
        Condition::Attribute { name, trust, test } => {
            visit.attributes_named(name, *trust).any(|attribute| test.holds(&attribute.value))
        }
        Condition::ScrollDepth { at_least_percent } => facts.page.scrolled_percent >= *at_least_percent,
        Condition::ExitIntent => facts.page.exit_intended,
        Condition::Identified { trust } => match trust {
            Trust::Any => visit.identified.is_some(),
            Trust::Signed => visit.identified == Some(true),
        },
        Condition::PreviousChats { at_least } => visit.previous_chats >= *at_least,
        Condition::QueueWait { at_most_s } => facts.wait_s.is_some_and(|wait_s| wait_s <= *at_most_s),
        Condition::All { .. }
        | Condition::Any { .. }
        | Condition::Not { .. }
        | Condition::TimeOnForm { .. }
        | Condition::FormIdle { .. }
        | Condition::TimeOnSite { .. }
        | Condition::Inactivity { .. }
        | Condition::CustomEvent { .. }
        | Condition::LocalTime { .. }
        | Condition::PageSequence { .. } => {
            unreachable!("these are made ready, or depend on time and are evaluated with their next change")
        }
    }
}

/// The value that a condition compares, in words for the console.
fn compared(condition: &Condition, facts: Facts<'_>) -> String {
    let visit = facts.visit;
    let since =
        |at: Option<UnixMs>| at.map(|at| format!("{} s", facts.now.ms_since(at) / 1000)).unwrap_or_default();
    match condition {
        Condition::All { .. } | Condition::Any { .. } | Condition::Not { .. } => String::new(),
        Condition::TimeOnForm { .. } => since(facts.page.open_form().map(|form| form.entered_at)),
        Condition::FormIdle { .. } => since(facts.page.open_form().map(|form| form.input_at)),
        Condition::TimeOnSite { .. } => since(Some(facts.begun_at)),
        Condition::Inactivity { .. } => since(Some(facts.page.active_at)),
        Condition::PagesViewed { .. } => facts.pages_viewed.to_string(),
        Condition::VisitNumber { .. } | Condition::ReturningVisitor => visit.visit_number.to_string(),
        Condition::Referrer { .. } => visit.referrer.to_string(),
        Condition::Utm { parameter, .. } => visit.utm(*parameter).unwrap_or_default().to_owned(),
        Condition::Device { .. } => {
            visit.device.map(|device| format!("{device:?}").to_lowercase()).unwrap_or_default()
        }
        Condition::Language { .. } => visit.language.to_string(),
        Condition::LocalTime { .. } => hours::local_text(facts.time_zone, facts.now),
        Condition::Attribute { name, trust, .. } => {
            let values: Vec<_> = visit.attributes_named(name, *trust).map(|a| a.value.to_string()).collect();
            values.join(", ")
        }
        Condition::ScrollDepth { .. } => format!("{} %", facts.page.scrolled_percent),
        Condition::ExitIntent => facts.page.exit_intended.to_string(),
        Condition::CustomEvent { name, within_s, .. } => {
            let from = facts.now.plus_ms(-i64::from(*within_s) * 1000);
            visit.events_newest_first(name).filter(|at| *at >= from).count().to_string()
        }
        Condition::PageSequence { .. } => visit.has_completed(print_of(condition)).to_string(),
        Condition::Identified { .. } => match visit.identified {
            None => "no".to_owned(),
            Some(false) => "claimed".to_owned(),
            Some(true) => "signed".to_owned(),
        },
        Condition::PreviousChats { .. } => visit.previous_chats.to_string(),
        Condition::QueueWait { .. } => facts.wait_s.map(|wait_s| format!("{wait_s} s")).unwrap_or_default(),
    }
}

fn speaks(language: &str, wanted: &str) -> bool {
    let (language, wanted) = (language.to_lowercase(), wanted.to_lowercase());
    language.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
