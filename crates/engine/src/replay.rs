//! Owns the replay of recorded visits: what rules would have done with them, decided by the engine and, a second time,
//! by brute force. Reads no file: the text of a log and the world are handed in.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::effect::Effect;
use crate::event::Event;
use crate::hours;
use crate::id::{OfferId, RuleId, TabId};
use crate::offer::Outcome;
use crate::reason::Reason;
use crate::time::UnixMs;
use crate::visit::Visit;
use crate::world::World;

mod brute;
mod log;

pub use brute::{agrees, can_judge};
pub use log::{Log, read_log};

/// A visit that was recorded: pages only, as an access log knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedVisit {
    /// Whose: what tells visitors apart.
    pub visitor: String,
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
    /// Visits in which an offer would have been presented.
    pub visits_with_offer: u64,
    /// Presentations by rule; none for a queue's own timer.
    pub presented_by_rule: BTreeMap<String, u64>,
    /// Presentations by hour of the day in the site's time zone.
    pub presented_by_hour: BTreeMap<u8, u64>,
    /// Outcomes, all assumed to be ignored: by a visitor who was there, or passively.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Why nothing was presented, once for each page view after which nothing was.
    pub refusals: BTreeMap<Reason, u64>,
    /// Visits that the brute-force evaluation decided in another way; must be 0.
    pub disagreements: u64,
}

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
    },
    /// A page was viewed, and nothing presented.
    HeldBack(Reason),
    /// A presentation had its outcome.
    Settled(Outcome),
}

/// How long a visitor is taken to stay on the last page of a visit.
pub const LAST_PAGE_S: u32 = 30;
const TAB: TabId = TabId(0);

/// Drives recorded visits through the engine, live, with every offer ignored. Business hours are those of the
/// recorded time; switch, agents and capacity are those of the world handed in.
#[must_use]
pub fn replay(visits: &[RecordedVisit], world: &World) -> Report {
    let mut report = Report::default();
    for (seed, recorded) in (0..).zip(visits) {
        let decided = drive(recorded, seed, world);
        report.visits += 1;
        report.page_views += recorded.views.len() as u64;
        report.disagreements += u64::from(can_judge(world) && !agrees(recorded, &decided, world));
        let presented = |decided: &Decided| matches!(decided.what, What::Presented { .. });
        report.visits_with_offer += u64::from(decided.iter().any(presented));
        decided.iter().for_each(|decided| report.count(decided, world));
    }
    report
}

/// The decisions in one recorded visit, in order.
#[must_use]
pub fn drive(recorded: &RecordedVisit, seed: u64, world: &World) -> Vec<Decided> {
    let begun_at = recorded.views[0].at;
    let (visit, change_at) = (Visit::begin(seed, begun_at), next_change(world, begun_at));
    let mut drive = Drive { visit, world: world.clone(), change_at, decided: Vec::new() };
    drive.tell(Event::LinkConnected, begun_at);
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
    decided: Vec<Decided>,
}

impl Drive {
    /// Lets time pass: deadlines come, and queues open and close.
    fn wait_until(&mut self, until: UnixMs) {
        loop {
            let change = self.change_at.filter(|_| self.visit.is_live());
            let deadline = self.visit.deadline();
            let Some(next) = [deadline, change].into_iter().flatten().min().filter(|at| *at <= until) else {
                return;
            };
            let event = if deadline == Some(next) { Event::DeadlineReached } else { Event::WorldChanged };
            self.tell(event, next);
            if change == Some(next) {
                self.change_at = next_change(&self.world, next);
            }
        }
    }

    fn tell(&mut self, event: Event, at: UnixMs) {
        let is_view = matches!(event, Event::PageViewed { .. });
        self.world = world_at(&self.world, at);
        let decision = self.visit.handle(event, at, &self.world);
        if let Some(reason) = decision.reason.filter(|_| is_view) {
            self.decided.push(Decided { at, what: What::HeldBack(reason) });
        }
        for effect in decision.effects {
            if let Effect::PresentOffer { presentation, rule, offer, .. } = effect {
                self.decided.push(Decided { at, what: What::Presented { rule, offer } });
                self.tell(Event::PresentationCommitted { presentation }, at);
            } else if let Effect::SettleOutcome { outcome, .. } = effect {
                self.decided.push(Decided { at, what: What::Settled(outcome) });
            }
        }
    }
}

impl Report {
    fn count(&mut self, decided: &Decided, world: &World) {
        match decided.what {
            What::Presented { rule, .. } => {
                let name = rule.and_then(|rule| world.config.rule_name(rule)).unwrap_or_default();
                *self.presented_by_rule.entry(name.to_owned()).or_default() += 1;
                let hour = hours::local_hour(&world.config.settings().time_zone, decided.at);
                *self.presented_by_hour.entry(hour).or_default() += 1;
            }
            What::HeldBack(reason) => *self.refusals.entry(reason).or_default() += 1,
            What::Settled(outcome) => *self.outcomes.entry(outcome).or_default() += 1,
        }
    }
}
