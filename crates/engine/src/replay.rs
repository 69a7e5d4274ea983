//! Owns the replay of recorded visits: what rules would have done with them, decided by the engine and, a second time,
//! by brute force. Reads no file: the text of a log and the world are handed in.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::condition::DeviceClass;
use crate::effect::Effect;
use crate::event::{ChatPhase, Event};
use crate::hours;
use crate::id::{OfferId, QueueId, RuleId, TabId};
use crate::offer::Outcome;
use crate::reason::Reason;
use crate::time::UnixMs;
use crate::visit::Visit;
use crate::world::World;

mod brute;
mod log;

pub use brute::Brute;
pub use log::{Log, read_log};

/// A visit that was recorded: pages only, as an access log knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedVisit {
    /// Whose: what tells visitors apart.
    pub visitor: String,
    /// Which visit of this visitor in the record, from 1.
    pub number: u32,
    /// Class of the device, as the browser's name tells.
    pub device: DeviceClass,
    /// The pages, oldest first; at least one.
    pub views: Vec<RecordedView>,
}

/// A page view that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedView {
    /// When.
    pub at: UnixMs,
    /// Full address.
    pub url: String,
    /// The address it was reached from; empty when there is none.
    pub referrer: String,
}

/// What replayed visits came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Visits.
    pub visits: u64,
    /// Their page views.
    pub page_views: u64,
    /// Visits in which an offer would have been presented or an agent alerted.
    pub visits_with_offer: u64,
    /// Presentations by rule, or queue whose own timer it was, and hour of the day in the site's time zone.
    pub presented: BTreeMap<String, ByHour>,
    /// Alerts of an agent, in the same way.
    pub alerted: BTreeMap<String, ByHour>,
    /// Outcomes, all assumed to be ignored: by a visitor who was there, or passively.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Why nothing was presented, once for each page view after which nothing was.
    pub refusals: BTreeMap<Reason, u64>,
    /// Decisions that were held against the brute-force evaluation.
    pub decisions: u64,
    /// Visits that the brute-force evaluation decided in another way; must be none.
    pub disagreements: Vec<RecordedVisit>,
}

/// Counts by hour of the day, 0 to 23.
pub type ByHour = BTreeMap<u8, u64>;

/// One decision in a replayed visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// When.
    pub at: UnixMs,
    /// What it came to.
    pub what: What,
}

/// What a decision came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An offer was presented.
    Presented {
        /// The rule that won; none when a queue's own timer did.
        rule: Option<RuleId>,
        /// The offer.
        offer: OfferId,
        /// The queue.
        queue: QueueId,
    },
    /// An agent was alerted.
    Alerted {
        /// The rule that won; none when a queue's own timer did.
        rule: Option<RuleId>,
        /// The queue.
        queue: QueueId,
    },
    /// A page was viewed, and nothing presented.
    HeldBack(Reason),
    /// A presentation had its outcome.
    Settled(Outcome),
}

/// How long a visitor is taken to stay on the last page of a visit.
pub const LAST_PAGE_S: u32 = 30;
const TAB: TabId = TabId(0);

/// Drives recorded visits through the engine, live. Every offer is ignored, and nobody answers an alert, which ends after
/// the ring time of its queue. Business hours are those of the recorded time; switch, agents and capacity are those of the
/// world handed in.
#[must_use]
pub fn replay(visits: &[RecordedVisit], world: &World) -> Report {
    let (mut report, brute) = (Report::default(), Brute::new(world));
    for (seed, recorded) in (0..).zip(visits) {
        let decided = drive(recorded, seed, world);
        report.visits += 1;
        report.page_views += recorded.views.len() as u64;
        report.decisions += decided.len() as u64;
        if !brute.agrees(recorded, &decided) {
            report.disagreements.push(recorded.clone());
        }
        let acted = |decided: &Decided| matches!(decided.what, What::Presented { .. } | What::Alerted { .. });
        report.visits_with_offer += u64::from(decided.iter().any(acted));
        decided.iter().for_each(|decided| report.count(decided, world));
    }
    report
}

/// The decisions in one recorded visit, in order.
#[must_use]
pub fn drive(recorded: &RecordedVisit, seed: u64, world: &World) -> Vec<Decided> {
    let begun_at = recorded.views[0].at;
    let (visit, change_at) = (Visit::begin(seed, begun_at), next_change(world, begun_at));
    let world = world_at(world, begun_at);
    let mut drive = Drive { visit, world, change_at, alert_ends: None, decided: Vec::new() };
    drive.tell(Event::LinkConnected, begun_at);
    drive.tell(Event::BrowserDescribed { language: String::new(), device: recorded.device }, begun_at);
    let visit_number = recorded.number;
    let known = Event::VisitorKnown { visit_number, previous_chats: 0, last_chat_completed_at: None };
    drive.tell(known, begun_at);
    for view in &recorded.views {
        drive.wait_until(view.at);
        let (url, referrer) = (view.url.clone(), view.referrer.clone());
        drive.tell(Event::PageViewed { tab: TAB, url, title: String::new(), referrer }, view.at);
    }
    let left_at = left_at(recorded);
    drive.wait_until(left_at);
    drive.tell(Event::TabClosed { tab: TAB }, left_at);
    drive.tell(Event::LinkLost, left_at);
    drive.wait_until(UnixMs(i64::MAX));
    drive.decided
}

/// When the visitor is taken to have left.
pub(crate) fn left_at(recorded: &RecordedVisit) -> UnixMs {
    recorded.views.last().expect("a visit has a page").at.plus_s(LAST_PAGE_S)
}

/// The world with the business hours of a moment.
pub(crate) fn world_at(world: &World, at: UnixMs) -> World {
    let mut world = world.clone();
    for (id, gate) in &mut world.gates {
        let queue = world.config.queue(*id);
        gate.hours_open = queue.is_some_and(|queue| hours::is_open(&queue.plan.hours, at));
    }
    world
}

/// How long nobody answers an alert.
pub(crate) fn ring_time_s(queue: QueueId, world: &World) -> u32 {
    world.config.queue(queue).map_or(0, |queue| queue.plan.routing.ring_time_s)
}

fn next_change(world: &World, at: UnixMs) -> Option<UnixMs> {
    world
        .config
        .queues()
        .filter_map(|queue| hours::next_change(&queue.plan.hours, at))
        .map(|(at, _)| at)
        .min()
}

struct Drive {
    visit: Visit,
    world: World,
    /// When a queue opens or closes next.
    change_at: Option<UnixMs>,
    /// When an alert that nobody answers ends.
    alert_ends: Option<UnixMs>,
    decided: Vec<Decided>,
}

impl Drive {
    /// Lets time pass: deadlines come, queues open and close, alerts end.
    fn wait_until(&mut self, until: UnixMs) {
        loop {
            let change = self.change_at.filter(|_| self.visit.is_live());
            let times = [self.alert_ends, self.visit.deadline(), change];
            let Some(next) = times.into_iter().flatten().min().filter(|at| *at <= until) else { return };
            if self.alert_ends == Some(next) {
                self.alert_ends = None;
                self.tell(Event::ChatChanged { state: ChatPhase::None }, next);
            } else if change == Some(next) {
                self.world = world_at(&self.world, next);
                self.change_at = next_change(&self.world, next);
                self.tell(Event::WorldChanged, next);
            } else {
                self.tell(Event::DeadlineReached, next);
            }
        }
    }

    fn tell(&mut self, event: Event, at: UnixMs) {
        let is_view = matches!(event, Event::PageViewed { .. });
        let decision = self.visit.handle(event, at, &self.world);
        if let Some(reason) = decision.reason.filter(|_| is_view) {
            self.decided.push(Decided { at, what: What::HeldBack(reason) });
        }
        for effect in decision.effects {
            if let Effect::PresentOffer { presentation, rule, offer, queue, .. } = effect {
                self.decided.push(Decided { at, what: What::Presented { rule, offer, queue } });
                self.tell(Event::PresentationCommitted { presentation }, at);
            } else if let Effect::AlertAgent { rule, queue } = effect {
                let rule = Some(rule).filter(|rule| rule.0 != queue.0);
                self.decided.push(Decided { at, what: What::Alerted { rule, queue } });
                self.alert_ends = Some(at.plus_s(ring_time_s(queue, &self.world)));
            } else if let Effect::WithdrawAlert { .. } = effect {
                self.alert_ends = None;
            } else if let Effect::SettleOutcome { outcome, .. } = effect {
                self.decided.push(Decided { at, what: What::Settled(outcome) });
            }
        }
    }
}

impl Report {
    fn count(&mut self, decided: &Decided, world: &World) {
        let name = |rule: Option<RuleId>, queue: QueueId| {
            let of_rule = rule.and_then(|rule| world.config.rule_name(rule)).map(str::to_owned);
            let of_queue = || world.config.queue(queue).map(|queue| format!("timer of {}", queue.name));
            of_rule.or_else(of_queue).unwrap_or_default()
        };
        let hour = || hours::local_hour(&world.config.settings().time_zone, decided.at);
        match decided.what {
            What::Presented { rule, queue, .. } => {
                *self.presented.entry(name(rule, queue)).or_default().entry(hour()).or_default() += 1;
            }
            What::Alerted { rule, queue } => {
                *self.alerted.entry(name(rule, queue)).or_default().entry(hour()).or_default() += 1;
            }
            What::HeldBack(reason) => *self.refusals.entry(reason).or_default() += 1,
            What::Settled(outcome) => *self.outcomes.entry(outcome).or_default() += 1,
        }
    }
}
