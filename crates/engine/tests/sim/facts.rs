//! Owns the plain facts of the reference model: matching, gates, conditions, each read off the history.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the model looks at a few events and conditions at a time"
)]

use beckon_engine::condition::{Condition, PageMatch};
use beckon_engine::event::Event;
use beckon_engine::id::{OfferId, QueueId, RuleId, TabId};
use beckon_engine::queue::{Activation, Queue};
use beckon_engine::reason::Reason;
use beckon_engine::rule::{Action, MatchOn, MatchType, Rule};
use beckon_engine::settings::{AfterOutcome, SiteSettings};

use crate::model::{Model, View};
use crate::plan::Plan;

mod visitor;

/// A page view, as one page sequence that some rule asked for then saw it.
#[derive(Clone)]
pub(crate) struct Step {
    sequence: Condition,
    at: i64,
    first: bool,
    then: bool,
}

/// A rule that has qualified and may fire.
pub(crate) struct Candidate {
    pub(crate) id: RuleId,
    pub(crate) priority: u32,
    pub(crate) offer: Option<OfferId>,
    pub(crate) queue: QueueId,
}

pub(crate) fn matches_rule(rule: &Rule, view: &View) -> bool {
    let plan = &rule.plan;
    matches(plan.match_on, plan.match_type, &plan.match_value, view)
}

fn matches(on: MatchOn, kind: MatchType, value: &str, view: &View) -> bool {
    let text = match on {
        MatchOn::Url => &view.url,
        MatchOn::PageTitle => &view.title,
        MatchOn::Referrer => &view.referrer,
    };
    match kind {
        MatchType::Contains => text.to_lowercase().contains(&value.to_lowercase()),
        MatchType::Equals => text.to_lowercase() == value.to_lowercase(),
        MatchType::Regex => is_a_price_page(text),
    }
}

/// The one expression of the plan, `(?i)/prices(/\w)?$`, by hand.
fn is_a_price_page(text: &str) -> bool {
    let text = text.to_lowercase();
    let (before, last) = text.split_at(text.len().saturating_sub(2));
    text.ends_with("/prices") || (before.ends_with("/prices") && last.starts_with('/'))
}

fn matches_page(page: &PageMatch, view: &View) -> bool {
    matches(page.match_on, page.match_type, &page.match_value, view)
}

fn is_active(offer: Option<OfferId>, plan: &Plan) -> bool {
    plan.offers.iter().any(|known| Some(known.id) == offer && known.active)
}

pub(crate) fn may_fire(rule: &Rule, plan: &Plan) -> bool {
    rule.enabled && (rule.plan.action == Action::EngageWithoutInvite || is_active(rule.plan.offer_id, plan))
}

pub(crate) fn has_timer(queue: &Queue) -> bool {
    queue.plan.activation != Activation::ReactiveOnly && queue.plan.launch_after_s > 0
}

pub(crate) fn timer_may_fire(queue: &Queue, plan: &Plan) -> bool {
    has_timer(queue)
        && (queue.plan.activation == Activation::WithoutInvite || is_active(queue.plan.launch_offer_id, plan))
}

/// In order of priority, then name; the queues' own timers last.
pub(crate) fn candidates(plan: &Plan, latched: impl Fn(RuleId) -> bool) -> Vec<Candidate> {
    let mut rules: Vec<_> =
        plan.rules.iter().filter(|rule| latched(rule.id) && may_fire(rule, plan)).collect();
    rules.sort_by_key(|rule| (rule.priority, rule.name.clone()));
    let of_rule = |rule: &Rule| Candidate {
        id: rule.id,
        priority: rule.priority,
        offer: if rule.plan.action == Action::Invite { rule.plan.offer_id } else { None },
        queue: rule.plan.queue_id,
    };
    let of_timer = |queue: &Queue| Candidate {
        id: RuleId(queue.id.0),
        priority: u32::MAX,
        offer: if queue.plan.activation == Activation::WithInvite {
            queue.plan.launch_offer_id
        } else {
            None
        },
        queue: queue.id,
    };
    let timers =
        plan.queues.iter().filter(|queue| latched(RuleId(queue.id.0)) && timer_may_fire(queue, plan));
    rules.into_iter().map(of_rule).chain(timers.map(of_timer)).collect()
}

pub(crate) fn closed(queue: QueueId, plan: &Plan) -> Option<Reason> {
    let gate = plan.gates.get(&queue).copied().unwrap_or_default();
    let tests = [
        (!gate.hours_open, Reason::OutOfHours),
        (!gate.channel_on, Reason::ChannelOff),
        (gate.free_slots == 0, Reason::NoAgent),
    ];
    tests.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason)
}

pub(crate) fn gate(queue: QueueId, plan: &Plan) -> Option<Reason> {
    let full = || {
        let gate = plan.gates[&queue];
        (gate.open_presentations >= gate.free_slots * plan.settings.capacity_factor)
            .then_some(Reason::CapacityReached)
    };
    closed(queue, plan).or_else(full)
}

pub(crate) fn after_rejection(settings: &SiteSettings) -> AfterOutcome {
    if settings.after_rejection == AfterOutcome::LikeIgnored {
        settings.after_ignored
    } else {
        settings.after_rejection
    }
}

/// Writes the event down.
pub(crate) fn note(model: &mut Model, event: &Event, now: i64, plan: &Plan) {
    match event {
        Event::PageViewed { tab, url, title, referrer } => {
            close(model, *tab);
            let (url, title, referrer) = (url.clone(), title.clone(), referrer.clone());
            let view = View { tab: *tab, url, title, referrer, at: now, open: true };
            for sequence in sequences(plan) {
                let Condition::PageSequence { first, then, .. } = &sequence else { continue };
                let (first, then) = (matches_page(first, &view), matches_page(then, &view));
                model.steps.push(Step { sequence, at: now, first, then });
            }
            model.views.push(view);
        }
        Event::TabClosed { tab } => close(model, *tab),
        Event::CustomEventFired { name } if !asked_events(plan).contains(name) => return,
        _ => {}
    }
    model.log.push((now, model.views.len(), event.clone()));
}

fn close(model: &mut Model, tab: TabId) {
    model.views.iter_mut().filter(|view| view.tab == tab).for_each(|view| view.open = false);
}

fn leaves(plan: &Plan) -> Vec<Condition> {
    let mut todo: Vec<_> = plan.rules.iter().filter_map(|rule| rule.plan.conditions.clone()).collect();
    let mut leaves = Vec::new();
    while let Some(condition) = todo.pop() {
        match condition {
            Condition::All { of } | Condition::Any { of } => todo.extend(of),
            Condition::Not { of } => todo.push(*of),
            leaf => leaves.push(leaf),
        }
    }
    leaves
}

fn sequences(plan: &Plan) -> Vec<Condition> {
    let mut found: Vec<Condition> = Vec::new();
    for leaf in leaves(plan) {
        if matches!(leaf, Condition::PageSequence { .. }) && !found.contains(&leaf) {
            found.push(leaf);
        }
    }
    found
}

fn asked_events(plan: &Plan) -> Vec<String> {
    let name = |leaf| if let Condition::CustomEvent { name, .. } = leaf { Some(name) } else { None };
    leaves(plan).into_iter().filter_map(name).collect()
}

/// Whether a condition of a rule for this queue holds on page view `i`.
pub(crate) fn holds(condition: &Condition, model: &Model, queue: QueueId, i: usize, now: i64) -> bool {
    let long_enough =
        |since: Option<i64>, s: &u32| since.is_some_and(|since| now >= since + i64::from(*s) * 1000);
    let on_page = || on_page(model, i);
    match condition {
        Condition::All { of } => of.iter().all(|inner| holds(inner, model, queue, i, now)),
        Condition::Any { of } => of.iter().any(|inner| holds(inner, model, queue, i, now)),
        Condition::Not { of } => !holds(of, model, queue, i, now),
        Condition::TimeOnSite { at_least_s } => long_enough(Some(model.begun), at_least_s),
        Condition::PagesViewed { at_least } => model.views.len() >= *at_least as usize,
        Condition::ScrollDepth { at_least_percent } => on_page().any(
            |(_, event)| matches!(event, Event::Scrolled { percent, .. } if percent >= at_least_percent),
        ),
        Condition::ExitIntent => on_page().any(|(_, event)| matches!(event, Event::ExitIntended { .. })),
        Condition::Inactivity { at_least_s } => {
            let active =
                on_page().filter(|(_, event)| !matches!(event, Event::ExitIntended { .. })).map(|(at, _)| at);
            long_enough(active.chain([model.views[i].at]).max(), at_least_s)
        }
        Condition::TimeOnForm { at_least_s } => {
            long_enough(form(model, i).map(|(entered, _)| entered), at_least_s)
        }
        Condition::FormIdle { at_least_s } => long_enough(form(model, i).map(|(_, input)| input), at_least_s),
        Condition::CustomEvent { name, at_least, within_s } => {
            let wanted =
                |event: &Event| matches!(event, Event::CustomEventFired { name: fired } if fired == name);
            let recent = |at: i64| now - at <= i64::from(*within_s) * 1000;
            let count = model.log.iter().filter(|(at, _, event)| recent(*at) && wanted(event)).count();
            count >= *at_least as usize
        }
        Condition::PageSequence { within_s, .. } => {
            let of: Vec<_> = model.steps.iter().filter(|step| step.sequence == *condition).collect();
            let in_time = |a: &Step, b: &Step| b.at - a.at <= i64::from(*within_s) * 1000;
            let ends = |j: usize| (0..j).any(|i| of[i].first && of[j].then && in_time(of[i], of[j]));
            (0..of.len()).any(ends)
        }
        of_visitor => visitor::holds(of_visitor, model, queue, now),
    }
}

/// What happened on page view `i` while it was open, in order.
fn on_page(model: &Model, i: usize) -> impl DoubleEndedIterator<Item = (i64, &Event)> {
    let tab = model.views[i].tab;
    let last = (i + 1..model.views.len()).find(|&j| model.views[j].tab == tab).unwrap_or(usize::MAX);
    let is_here = move |event: &Event| match event {
        Event::FormEntered { tab: on }
        | Event::FormInput { tab: on }
        | Event::FormSubmitted { tab: on }
        | Event::Scrolled { tab: on, .. }
        | Event::ExitIntended { tab: on }
        | Event::ActivitySeen { tab: on } => *on == tab,
        _ => false,
    };
    let within =
        model.log.iter().filter(move |(_, views, event)| *views > i && *views <= last && is_here(event));
    within.map(|(at, _, event)| (*at, event))
}

/// When the form of page view `i` was entered and last typed into, unless it is submitted.
fn form(model: &Model, i: usize) -> Option<(i64, i64)> {
    let mut form = None;
    for (at, event) in on_page(model, i) {
        form = match (event, form) {
            (Event::FormEntered { .. }, _) | (Event::FormInput { .. }, None) => Some((at, at)),
            (Event::FormInput { .. }, Some((entered, _))) => Some((entered, at)),
            (Event::FormSubmitted { .. }, _) => None,
            (_, form) => form,
        };
    }
    form
}
