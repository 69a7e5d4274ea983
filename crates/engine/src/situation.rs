//! Owns the rule test: an imagined visit goes in, the decision with all its reasons comes out, from the same engine
//! that decides for real. Stores nothing and presents nothing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::attribute::Attribute;
use crate::condition::DeviceClass;
use crate::effect::Effect;
use crate::event::Event;
use crate::id::{OfferId, QueueId, RuleId, TabId};
use crate::reason::Reason;
use crate::time::UnixMs;
use crate::visit::{Explanation, Visit};
use crate::world::World;

const TAB: TabId = TabId(0);
const VIEWS_MAX: u32 = 1000;
const EARLIER_PAGES_MAX: usize = 100;
const EVENTS_MAX: usize = 200;

/// An imagined visit at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Situation {
    /// The page the visitor is on.
    pub url: String,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// The address from which the page was reached.
    #[serde(default)]
    pub referrer: String,
    /// Seconds on this page.
    #[serde(default)]
    pub dwell_s: u32,
    /// How often this page was viewed in this visit, this view included; at most 1 000.
    #[serde(default = "one")]
    pub views: u32,
    /// Pages viewed before it, oldest first, at most 100.
    #[serde(default)]
    pub earlier: Vec<EarlierPage>,
    /// Seconds on the site, at least as long as on the pages.
    #[serde(default)]
    pub on_site_s: u32,
    /// BCP 47 tag of the browser's language.
    #[serde(default)]
    pub language: String,
    /// Class of the device.
    #[serde(default)]
    pub device: DeviceClass,
    /// Which visit of the visitor this is.
    #[serde(default = "one")]
    pub visit_number: u32,
    /// Chats before this visit.
    #[serde(default)]
    pub previous_chats: u32,
    /// Identified, and if so whether signed.
    #[serde(default)]
    pub identified: Option<bool>,
    /// Attributes.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// Seconds since a form on the page was entered that is not submitted.
    #[serde(default)]
    pub form_entered_s: Option<u32>,
    /// Seconds since something was last typed into it; as long as since entering when absent.
    #[serde(default)]
    pub form_idle_s: Option<u32>,
    /// How far the page was scrolled down, percent.
    #[serde(default)]
    pub scrolled_percent: u8,
    /// The pointer left the page towards the top.
    #[serde(default)]
    pub exit_intended: bool,
    /// Seconds since something was last moved, touched or typed; as long as on the page when absent.
    #[serde(default)]
    pub inactive_s: Option<u32>,
    /// Events of the page's own, at most 200.
    #[serde(default)]
    pub events: Vec<PastEvent>,
    /// Estimated wait by queue, seconds.
    #[serde(default)]
    pub waits: Vec<QueueWaitNow>,
}

/// A page viewed earlier in an imagined visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EarlierPage {
    /// Its address.
    pub url: String,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Seconds on it.
    #[serde(default)]
    pub dwell_s: u32,
}

/// An event that the page of an imagined visit reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PastEvent {
    /// Its name.
    pub name: String,
    /// Seconds ago.
    #[serde(default)]
    pub ago_s: u32,
}

/// The estimated wait in one queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueWaitNow {
    /// The queue.
    pub queue: QueueId,
    /// Seconds.
    pub wait_s: u32,
}

/// What would happen in an imagined visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestResult {
    /// What would be done; with rules of equal priority, one of the possible choices.
    pub action: Option<ActionTaken>,
    /// Each rule with what it compared, as it stands before that.
    pub explanation: Explanation,
}

/// What a visit would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum ActionTaken {
    /// Present an offer.
    Present {
        /// The rule that won; none when the queue's own timer did.
        rule: Option<RuleId>,
        /// The offer.
        offer: OfferId,
        /// The queue.
        queue: QueueId,
    },
    /// Alert an agent.
    Alert {
        /// The rule that won.
        rule: RuleId,
        /// The queue.
        queue: QueueId,
    },
}

/// Decides in an imagined visit at `now`. Rules latch on its earlier pages as they would have; nothing was presented
/// before.
#[must_use]
pub fn test(situation: &Situation, now: UnixMs, world: &World) -> TestResult {
    let before = World { offers_stopped: Some(Reason::OffersStopped), ..world.clone() };
    let script = script(situation, now);
    let begun_at = script.first().map_or(now, |(at, _)| *at);
    let mut visit = Visit::begin(0, begun_at);
    for (at, event) in script {
        while let Some(deadline) = visit.deadline().filter(|deadline| *deadline < at) {
            visit.handle(Event::DeadlineReached, deadline, &before);
        }
        visit.handle(event, at, &before);
    }
    visit.handle(Event::DeadlineReached, now, &before);
    let explanation = visit.explain(now, world);
    let effects = visit.handle(Event::WorldChanged, now, world).effects;
    let action = effects.into_iter().find_map(|effect| {
        if let Effect::PresentOffer { rule, offer, queue, .. } = effect {
            Some(ActionTaken::Present { rule, offer, queue })
        } else if let Effect::AlertAgent { rule, queue } = effect {
            Some(ActionTaken::Alert { rule, queue })
        } else {
            None
        }
    });
    TestResult { action, explanation }
}

/// The events of the imagined visit in the order of their times.
fn script(situation: &Situation, now: UnixMs) -> Vec<(UnixMs, Event)> {
    let ago = |s: u32| now.plus_ms(-i64::from(s) * 1000);
    let entered_at = ago(situation.dwell_s);
    let earlier = &situation.earlier[..situation.earlier.len().min(EARLIER_PAGES_MAX)];
    let earlier_s: i64 = earlier.iter().map(|page| i64::from(page.dwell_s)).sum();
    let mut at = entered_at.plus_ms(-earlier_s * 1000);
    let begun_at = at.min(ago(situation.on_site_s));
    let mut script = vec![(begun_at, Event::LinkConnected)];
    script.extend(who(situation).into_iter().map(|event| (begun_at, event)));
    for page in earlier {
        script.push((at, viewed(&page.url, &page.title, &situation.referrer)));
        at = at.plus_s(page.dwell_s);
    }
    let views = situation.views.clamp(1, VIEWS_MAX);
    let page = || viewed(&situation.url, &situation.title, &situation.referrer);
    script.extend((0..views).map(|_| (entered_at, page())));
    script.extend(on_page(situation, now));
    let events = situation.events.iter().take(EVENTS_MAX);
    let fired = |event: &PastEvent| Event::CustomEventFired { name: event.name.clone() };
    script.extend(events.map(|event| (ago(event.ago_s).max(begun_at), fired(event))));
    script.sort_by_key(|(at, _)| *at);
    script
}

fn who(situation: &Situation) -> Vec<Event> {
    let mut events = vec![
        Event::BrowserDescribed { language: situation.language.clone(), device: situation.device },
        Event::VisitorKnown {
            visit_number: situation.visit_number,
            previous_chats: situation.previous_chats,
            last_chat_completed_at: None,
        },
        Event::AttributesSet { attributes: situation.attributes.clone() },
    ];
    events.extend(situation.identified.map(|signed| Event::VisitorIdentified { signed }));
    let wait =
        |wait: &QueueWaitNow| Event::QueueWaitEstimated { queue: wait.queue, wait_s: Some(wait.wait_s) };
    events.extend(situation.waits.iter().map(wait));
    events
}

/// What happened on the page that is open, each thing as long ago as it is said, but not before the page was entered.
fn on_page(situation: &Situation, now: UnixMs) -> Vec<(UnixMs, Event)> {
    let ago = |s: u32| now.plus_ms(-i64::from(s.min(situation.dwell_s)) * 1000);
    let mut events = Vec::new();
    if situation.scrolled_percent > 0 {
        events.push((ago(u32::MAX), Event::Scrolled { tab: TAB, percent: situation.scrolled_percent }));
    }
    if situation.exit_intended {
        events.push((ago(u32::MAX), Event::ExitIntended { tab: TAB }));
    }
    if let Some(entered_s) = situation.form_entered_s {
        events.push((ago(entered_s), Event::FormEntered { tab: TAB }));
        let input = |idle_s: u32| (ago(idle_s.min(entered_s)), Event::FormInput { tab: TAB });
        events.extend(situation.form_idle_s.map(input));
    }
    events.extend(situation.inactive_s.map(|inactive_s| (ago(inactive_s), Event::ActivitySeen { tab: TAB })));
    events
}

fn viewed(url: &str, title: &str, referrer: &str) -> Event {
    Event::PageViewed {
        tab: TAB,
        url: url.to_owned(),
        title: title.to_owned(),
        referrer: referrer.to_owned(),
    }
}

const fn one() -> u32 {
    1
}
