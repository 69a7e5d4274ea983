//! Owns one visit: what happened in it, as far as decisions need it, and the order in which an event is worked off.
//! Pages, presentations and the decision itself stand in the submodules. Does no input or output.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::attribute::Attribute;
use crate::effect::Effect;
use crate::event::{ChatPhase, Event};
use crate::id::TabId;
use crate::reason::Reason;
use crate::rule::matcher::PageTexts;
use crate::settings::SiteSettings;
use crate::time::{MaybeAt, UnixMs};
use crate::world::{RuleKey, World};

mod alerting;
mod by_hand;
mod chance;
mod dealings;
mod decide;
mod explain;
pub(crate) mod facts;
mod keeping;
mod latching;
mod pages;
mod presenting;

pub use by_hand::Cap;
pub use explain::{Explanation, RuleExplanation, Verdict};
pub use presenting::{Presentation, Stage};

use chance::Chance;
use dealings::{Chat, Dealings};
use facts::VisitFacts;
use latching::{NO_KEYS, RuleState, RuleStates};
use pages::OpenPage;
use presenting::Settled;

/// How long the form of an accepted offer keeps other offers away (O-4).
pub const FORM_OPEN_MAX_S: u32 = 120;

/// One session of a visitor. Kept in memory while it lasts; its JSON is the checkpoint.
///
/// What nearly every event looks at stands first, in one line of the processor's cache. A heartbeat looks at nothing else.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Visit {
    heard_at: UnixMs,
    timer: MaybeAt,
    /// The configuration that the places of rules refer to; none after a restore.
    version: u64,
    chance: Chance,
    begun_at: UnixMs,
    /// When an offer was last presented or an agent last alerted.
    presented_at: MaybeAt,
    pages_viewed: u16,
    timeout_min: u16,
    live: bool,
    ended: bool,
    offers_allowed: bool,
    reason: Option<Reason>,
    /// None while nothing was presented, and there was no chat.
    dealings: Option<Box<Dealings>>,
    keys: Arc<Vec<RuleKey>>,
    /// In the order of the configuration's rules.
    rules: RuleStates,
    facts: Box<VisitFacts>,
    /// Most recently used last. Most visits have one.
    pages: SmallVec<[OpenPage; 1]>,
}

/// No configuration has this version.
const UNKNOWN_VERSION: u64 = u64::MAX;

/// What a visit answers to an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What to do now, in this order.
    pub effects: Vec<Effect>,
    /// Why nothing was presented; `None` when something was.
    pub reason: Option<Reason>,
}

impl Visit {
    /// A visit that begins now. The same seed and the same events make the same effects.
    #[must_use]
    pub fn begin(seed: u64, now: UnixMs) -> Self {
        Self {
            heard_at: now,
            timer: MaybeAt::NEVER,
            version: UNKNOWN_VERSION,
            chance: Chance::new(seed),
            begun_at: now,
            presented_at: MaybeAt::NEVER,
            pages_viewed: 0,
            timeout_min: u16::try_from(SiteSettings::default().visit_timeout_min)
                .expect("it is a day at most"),
            live: false,
            ended: false,
            offers_allowed: true,
            reason: None,
            dealings: None,
            keys: Arc::clone(&NO_KEYS),
            rules: RuleStates::new(),
            facts: Box::new(VisitFacts::begin()),
            pages: SmallVec::new(),
        }
    }

    /// Works off one event. `now` may not be exact, but the decision is exact for it.
    ///
    /// When the answer to an event of the browser holds `EndVisit`, the visit was over before the event: it was not
    /// worked off, and belongs to a new visit.
    #[inline]
    pub fn handle(&mut self, event: Event, now: UnixMs, world: &World) -> Decision {
        if matches!(event, Event::Heard) && self.nothing_can_change(now, world) {
            self.heard_at = now;
            return Decision { effects: Vec::new(), reason: self.reason };
        }
        self.work_off(event, now, world)
    }

    fn work_off(&mut self, event: Event, now: UnixMs, world: &World) -> Decision {
        let mut effects = Vec::new();
        self.adopt(&world.config);
        if matches!(event, Event::LinkLost) {
            self.live = false;
        }
        let contact = contact_of(&event);
        self.settle_due(contact, now, &mut effects);
        if self.is_over(now) {
            self.end(&mut effects);
            return Decision { effects, reason: Some(Reason::VisitorAway) };
        }
        if contact != Contact::None {
            self.heard_at = now;
        }
        let there = self.live || contact != Contact::None;
        if there {
            self.latch_due(now, &world.config);
        }
        let request_blocked = self.apply(event, now, world, &mut effects);
        // A commit may come so late that the presentation is due by then.
        self.settle_due(Contact::None, now, &mut effects);
        let next_latch = if there { self.latch_due(now, &world.config) } else { None };
        self.withdraw_if_blocked(now, world, &mut effects);
        self.withdraw_alert_if_left(now, world, &mut effects);
        let may_present = self.live || matches!(contact, Contact::Report | Contact::Answer);
        let (reason, wake) = self.decide(may_present, now, world, &mut effects);
        self.reason = reason.or_else(|| self.standing_block(now).map(|block| block.reason));
        self.timer = self.next_timer(next_latch, wake, world).into();
        Decision { effects, reason: reason.and(request_blocked).or(reason) }
    }

    /// When `handle(Event::DeadlineReached, ..)` must be called next; later than the time of the last event.
    #[must_use]
    pub fn deadline(&self) -> Option<UnixMs> {
        let end = (!self.live && !self.ended).then(|| self.heard_at.plus_ms(self.timeout_ms()));
        [self.timer.get(), end].into_iter().flatten().min()
    }

    /// The presentation that is asked for or open (O-3).
    #[must_use]
    pub fn presentation(&self) -> Option<&Presentation> {
        self.dealings.as_ref()?.presentation.as_ref()
    }

    /// The last presentation when it was ignored: it stands folded in the launcher and can be accepted late (O-7).
    #[must_use]
    pub fn folded(&self) -> Option<&Presentation> {
        self.settled().last().filter(|settled| settled.can_be_accepted_late()).map(Settled::presentation)
    }

    /// Nothing was heard for the visit's timeout, and it has said so.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// A live connection stands.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.live
    }

    /// When the visit began.
    #[must_use]
    pub const fn begun_at(&self) -> UnixMs {
        self.begun_at
    }

    /// When the browser was last heard from.
    #[must_use]
    pub const fn heard_at(&self) -> UnixMs {
        self.heard_at
    }

    /// Open tabs, most recently used last.
    pub fn tabs(&self) -> impl Iterator<Item = TabId> {
        self.pages.iter().map(|page| page.tab)
    }

    /// The visitor's attributes, signed ones and claimed ones (T-5).
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        self.facts.attributes()
    }

    /// Bytes that the visit holds in memory, to within its rarely used parts.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let pages: usize = self.pages.iter().map(OpenPage::heap_bytes).sum();
        let spilled = |spilled: bool, bytes: usize| if spilled { bytes } else { 0 };
        size_of::<Self>()
            + spilled(self.pages.spilled(), self.pages.capacity() * size_of::<OpenPage>())
            + pages
            + spilled(self.rules.spilled(), self.rules.capacity() * size_of::<RuleState>())
            + self.dealings.as_ref().map_or(0, |dealings| size_of::<Dealings>() + dealings.heap_bytes())
            + self.facts.bytes()
    }

    /// A heartbeat on a live connection changes nothing by itself: timers are exact, and a changed world announces itself.
    #[inline]
    fn nothing_can_change(&self, now: UnixMs, world: &World) -> bool {
        self.live && !self.ended && self.version == world.config.version() && self.timer.is_after(now)
    }

    fn is_over(&self, now: UnixMs) -> bool {
        self.ended || (!self.live && now.ms_since(self.heard_at) >= self.timeout_ms())
    }

    fn timeout_ms(&self) -> i64 {
        i64::from(self.timeout_min) * 60_000
    }

    /// An open presentation outlives the visit until it is passively ignored (O-9).
    fn end(&mut self, effects: &mut Vec<Effect>) {
        if !self.ended {
            self.ended = true;
            self.withdraw_alert(Reason::VisitorAway, effects);
            effects.push(Effect::EndVisit);
        }
        self.timer = self.presentation().map(Presentation::settles_at_latest).into();
        self.reason = Some(Reason::VisitorAway);
    }

    /// Answers why an offer that was asked for by hand is not presented.
    fn apply(
        &mut self,
        event: Event,
        now: UnixMs,
        world: &World,
        effects: &mut Vec<Effect>,
    ) -> Option<Reason> {
        match event {
            Event::PageViewed { tab, url, title, referrer } => {
                let texts = PageTexts { url: &url, title: &title, referrer: &referrer };
                self.view_page(tab, texts, now, &world.config);
                self.show_again(tab, effects);
            }
            Event::TabClosed { tab } => self.pages.retain(|page| page.tab != tab),
            Event::LinkConnected => self.live = true,
            Event::LinkLost | Event::Heard | Event::WorldChanged | Event::DeadlineReached => {}
            Event::FormEntered { tab } => self.use_tab(tab, |page| page.enter_form(now)),
            Event::FormInput { tab } => self.use_tab(tab, |page| page.input(now)),
            Event::FormSubmitted { tab } => self.use_tab(tab, |page| page.submit_form(now)),
            Event::Scrolled { tab, percent } => self.use_tab(tab, |page| page.scroll(percent, now)),
            Event::ExitIntended { tab } => self.use_tab(tab, |page| page.exit_intended = true),
            Event::ActivitySeen { tab } => self.use_tab(tab, |page| page.active_at = now),
            Event::CustomEventFired { name } => self.facts.note_event(&name, now, &world.config),
            Event::BrowserDescribed { language, device } => self.facts.describe(&language, device),
            Event::VisitorKnown { visit_number, previous_chats, last_chat_completed_at } => {
                self.facts.know(visit_number, previous_chats);
                self.note_chat_completed(last_chat_completed_at);
            }
            Event::VisitorIdentified { signed } => self.facts.identify(signed),
            Event::AttributesSet { attributes } => self.facts.set_attributes(attributes),
            Event::ConsentChanged { given } => self.offers_allowed = given,
            Event::QueueWaitEstimated { queue, wait_s } => self.facts.set_wait(queue, wait_s),
            Event::AlertFound { queue } => self.begin_alert(queue),
            Event::AlertRefused { reason } => self.refuse_alert(reason, now),
            Event::AlertAnswered => self.answer_alert(),
            Event::PresentationCommitted { presentation } => self.open(presentation, effects),
            Event::PresentationRefused { presentation, reason } => self.refuse(presentation, reason, now),
            Event::OutcomeCorrected { presentation, outcome, at: _ } => {
                self.correct(presentation, outcome, effects);
            }
            Event::OfferAccepted { presentation } => self.accept(presentation, now, world, effects),
            Event::OfferRejected { presentation } => self.reject(presentation, effects),
            Event::OfferRequested { offer, queue } => return self.request(offer, queue, now, world, effects),
            Event::ChatChanged { state } => self.change_chat(state, now),
        }
        None
    }

    fn change_chat(&mut self, phase: ChatPhase, now: UnixMs) {
        let chat = match phase {
            ChatPhase::Form { until } => Chat::Form { until: until.min(now.plus_s(FORM_OPEN_MAX_S)) },
            ChatPhase::Open => Chat::Open,
            ChatPhase::Completed { .. } | ChatPhase::None => Chat::None,
        };
        if let ChatPhase::Completed { at } = phase {
            self.note_chat_completed(Some(at));
        }
        self.set_chat(chat);
        if chat == Chat::None {
            self.end_alert();
        }
    }

    /// Live, every timer is exact; while polling, only what the visitor need not be there for.
    fn next_timer(&self, next_latch: Option<UnixMs>, wake: Option<UnixMs>, world: &World) -> Option<UnixMs> {
        let away = self.alert_left_at(world.config.settings());
        let settle = self.presentation().map(|presentation| presentation.settles_at(self.live));
        let exact = if self.live { [next_latch, wake] } else { [None, None] };
        exact.into_iter().chain([settle, away]).flatten().min()
    }
}

/// What an event says about the visitor being there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contact {
    /// It does not come from the browser.
    None,
    /// The browser said goodbye for one tab.
    Goodbye,
    /// The browser reported; while polling, this is when offers are decided.
    Report,
    /// The visitor answered an offer: this counts before the offer becomes ignored at the same contact.
    Answer,
}

const fn contact_of(event: &Event) -> Contact {
    match event {
        Event::PageViewed { .. }
        | Event::Heard
        | Event::LinkConnected
        | Event::FormEntered { .. }
        | Event::FormInput { .. }
        | Event::FormSubmitted { .. }
        | Event::Scrolled { .. }
        | Event::ExitIntended { .. }
        | Event::ActivitySeen { .. }
        | Event::BrowserDescribed { .. }
        | Event::VisitorIdentified { .. }
        | Event::AttributesSet { .. }
        | Event::ConsentChanged { .. }
        | Event::CustomEventFired { .. } => Contact::Report,
        Event::OfferAccepted { .. } | Event::OfferRejected { .. } => Contact::Answer,
        Event::TabClosed { .. } => Contact::Goodbye,
        Event::LinkLost
        | Event::PresentationCommitted { .. }
        | Event::PresentationRefused { .. }
        | Event::OutcomeCorrected { .. }
        | Event::OfferRequested { .. }
        | Event::ChatChanged { .. }
        | Event::VisitorKnown { .. }
        | Event::QueueWaitEstimated { .. }
        | Event::AlertFound { .. }
        | Event::AlertRefused { .. }
        | Event::AlertAnswered
        | Event::WorldChanged
        | Event::DeadlineReached => Contact::None,
    }
}
