//! Owns one visit on this node: the engine's state, the browser's connections and pages, and what is yet to be
//! committed. Commits nothing itself.

use std::collections::VecDeque;
use std::sync::Arc;

use beckon_engine::effect::Effect;
use beckon_engine::event::Event;
use beckon_engine::id::{ChatId, PresentationId, TabId, VisitId, VisitorId};
use beckon_engine::offer::Outcome;
use beckon_engine::signal::Signals;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::{Stage, Visit};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::address::{clean, is_denied, storable};
use super::admission::{Arrival, settle_offer};
use super::behind::Behind;
use super::by_hand::HandReply;
use super::command::{
    Attached, CONNECTIONS_MAX, Connection, NotAttached, Observed, PollReply, SeenPage, VisitorSignal,
};
use super::effects::{Decided, JobDone};
use super::notice::PageOnScreen;
use super::notice::visitor::{PresentedOffer, VisitorNotice};
use super::reasons::{ByHand, Came, Keeping, Why};
use super::remembered::{HeldVisit, KnownToken, Look};
use super::sites::Site;
use crate::store::decision::DecisionRow;
use crate::store::page_view::{FormStep, FormUse, Leaving, PageView, ViewKey};
use crate::store::seen::{NameKind, SeenName};
use crate::store::visit::{Checkpoint, HEARD_FLUSH_MS};

/// Tabs of one browser that are told apart; the oldest is forgotten.
const TABS_MAX: usize = 32;
/// Longest title that is kept, bytes.
const TITLE_LEN_MAX: usize = 300;
/// Longest name of an attribute or event that is noted, bytes.
const NAME_LEN_MAX: usize = 256;
/// Answers that wait for a browser without a connection; further ones are dropped.
const UNSENT_MAX: usize = 16;

/// What is written down of a visit.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) engine: Visit,
    pub(super) pages: Vec<TabPage>,
    /// Decisions that were kept so far.
    #[serde(default)]
    pub(super) decisions: u32,
}

impl State {
    pub(super) fn new(engine: Visit) -> Self {
        Self { engine, pages: Vec::new(), decisions: 0 }
    }
}

/// The page one tab shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TabPage {
    pub(super) tab: TabId,
    pub(super) view: u32,
    pub(super) url: String,
    pub(super) title: String,
    pub(super) entered_at: i64,
}

/// How much of a visit is not written down yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unwritten {
    Nothing,
    Heard,
    State,
}

#[derive(Debug)]
pub(super) struct Host {
    pub(super) visitor: VisitorId,
    pub(super) visit: VisitId,
    pub(super) site: Arc<Site>,
    pub(super) epoch: i64,
    /// The epoch since which this node has held it.
    pub(super) held_since: i64,
    pub(super) state: State,
    pub(super) connections: Vec<Connection>,
    pub(super) offer: Option<PresentedOffer>,
    /// The visitor's chat, while it is open.
    pub(super) chat: Option<ChatId>,
    /// How often the chat was read; an answer that an earlier read gave is dropped.
    pub(super) chat_read: u64,
    pub(super) jobs: VecDeque<Decided>,
    /// Why what is asked of the store is presented.
    pub(super) why: Option<Box<Why>>,
    /// Who asks for an offer by hand, while that is worked off, and waits for whether it is presented.
    pub(super) by_hand: Option<Box<ByHand>>,
    pub(super) asked: Option<Box<(PresentationId, HandReply)>>,
    pub(super) keeping: Keeping,
    /// The decision to present what is asked of the store.
    pub(super) pending: Option<Box<DecisionRow>>,
    /// Decisions to be written down.
    pub(super) decisions: Vec<DecisionRow>,
    pub(super) busy: bool,
    pub(super) polls: Vec<oneshot::Sender<PollReply>>,
    /// When nobody else had claimed the visit.
    pub(super) unclaimed: Option<Look>,
    /// When the visitor had no open chat.
    pub(super) chatless: Option<Look>,
    /// The visitor is found by it while the visit is here.
    pub(super) token: Option<KnownToken>,
    /// Answers that wait for the next poll or connection.
    pub(super) unsent: Vec<VisitorNotice>,
    pub(super) unwritten: Unwritten,
    pub(super) written_at: UnixMs,
    /// Checkpoints that were taken of it here.
    pub(super) checkpoints: i64,
    pub(super) timer: Option<UnixMs>,
}

impl Host {
    /// Works off one event; keeps what must be committed, sends what need not be.
    pub(super) fn feed(&mut self, event: Event, now: UnixMs) {
        let beat = matches!(event, Event::Heard);
        let page_viewed = matches!(event, Event::PageViewed { .. });
        self.hear_of_asking(&event);
        let decision = self.state.engine.handle(event, now, &self.site.world);
        if !beat || !decision.effects.is_empty() {
            self.unwritten = Unwritten::State;
        } else if self.unwritten == Unwritten::Nothing {
            self.unwritten = Unwritten::Heard;
        }
        self.note_decision(Came::of(&decision.effects, decision.reason), page_viewed, now);
        let (show, commit): (Vec<_>, Vec<_>) =
            decision.effects.into_iter().partition(|effect| matches!(effect, Effect::ShowOffer { .. }));
        for effect in show {
            if let Effect::ShowOffer { presentation, tab } = effect {
                self.show_again(presentation, tab);
            }
        }
        if !commit.is_empty() {
            let presentation = self.state.engine.presentation().cloned();
            let checkpoint = self.checkpoint(now);
            self.jobs.push_back(Decided { at: now, effects: commit, checkpoint, presentation });
        }
    }

    /// Takes in what came of a job; the next one may begin.
    pub(super) fn job_done(&mut self, done: JobDone, now: UnixMs) {
        self.busy = false;
        if let Some(given_up) = done.given_up {
            self.jobs.push_front(*given_up);
        }
        for event in done.events {
            self.feed(event, now);
        }
        if let Some((offer, tab)) = done.presented {
            let open = self.state.engine.presentation();
            if open.is_some_and(|open| open.id == offer.id && open.stage == Stage::Open) {
                self.offer = Some(offer.clone());
                self.notify(VisitorNotice::Offer { offer: Box::new(offer), tab });
            }
        }
        for (presentation, outcome) in done.settled {
            settle_offer(&mut self.offer, presentation, outcome);
            self.notify(VisitorNotice::Settled { presentation, outcome });
        }
        for notice in done.notices {
            self.notify(notice);
        }
    }

    pub(super) const fn held(&self) -> HeldVisit {
        HeldVisit { visit: self.visit, epoch: self.epoch }
    }

    /// The visit that arrives is this one, and no other node has held it since.
    pub(super) fn goes_on_with(&self, arrival: &Arrival) -> bool {
        self.visit == arrival.visit && self.epoch >= arrival.held_since
    }

    /// Works off a report; what need only be observed is handed to `write`.
    pub(super) fn observe(&mut self, observed: Observed, now: UnixMs, write: &mut impl FnMut(Behind)) {
        match observed {
            Observed::Pages(pages) => self.meet_pages(pages, now, write),
            Observed::Page(page) => self.view_page(page, now, write),
            Observed::Left { tab, view, visible_s } => {
                let key = ViewKey { visit: self.visit, tab, view };
                write(Behind::Left(Leaving { key, left_at: now, visible_s }));
                if self.state.pages.iter().any(|page| page.tab == tab && page.view == view) {
                    self.close_tab(tab, now);
                }
            }
            Observed::Form { tab, step } => self.note_form(tab, step, now, write),
            Observed::Told(event) => {
                self.note_names(&event, now, write);
                self.feed(event, now);
            }
        }
    }

    /// The visit is over: the pages that nobody was seen to leave were left with the last word of the browser.
    pub(super) fn leave_pages(&mut self, write: &mut impl FnMut(Behind)) {
        let left_at = self.state.engine.heard_at();
        for page in std::mem::take(&mut self.state.pages) {
            write(Behind::Left(Leaving { key: self.key_of(&page), left_at, visible_s: 0 }));
        }
    }

    pub(super) fn tell(&mut self, signal: &VisitorSignal) {
        // A connection that cannot keep up is dropped; its task sees that, and the browser resumes.
        self.connections.retain(|connection| connection.outbox.tell(signal.clone()));
    }

    pub(super) fn notify(&mut self, notice: VisitorNotice) {
        if self.connections.is_empty() && is_answer(&notice) && self.unsent.len() < UNSENT_MAX {
            self.unsent.push(notice);
        } else {
            self.tell(&VisitorSignal::Notice(Box::new(notice)));
        }
    }

    pub(super) fn attach(&mut self, connection: Connection, now: UnixMs) -> Result<Attached, NotAttached> {
        if self.connections.len() >= CONNECTIONS_MAX {
            return Err(NotAttached::TooMany);
        }
        // Nearly every visitor has one, and shows one page.
        self.connections.reserve_exact(1);
        self.connections.push(connection);
        self.feed(Event::LinkConnected, now);
        Ok(self.attached(false))
    }

    pub(super) fn attached(&mut self, chatless: bool) -> Attached {
        Attached {
            visit: self.visit,
            site: Arc::clone(&self.site),
            offer: self.offer.clone(),
            unsent: std::mem::take(&mut self.unsent),
            chatless,
        }
    }

    /// Something the engine decided is not committed yet.
    pub(super) fn is_committing(&self) -> bool {
        self.busy || !self.jobs.is_empty()
    }

    /// Where the visit stands, if that is worth writing now.
    pub(super) fn checkpoint_due(&self, now: UnixMs) -> bool {
        match self.unwritten {
            Unwritten::Nothing => false,
            Unwritten::Heard => now.ms_since(self.written_at) >= HEARD_FLUSH_MS,
            Unwritten::State => true,
        }
    }

    pub(super) fn checkpoint(&mut self, now: UnixMs) -> Checkpoint {
        self.unwritten = Unwritten::Nothing;
        self.written_at = now;
        self.checkpoints += 1;
        let heard_at = self.state.engine.heard_at();
        let timeout_s = self.site.world.config.settings().visit_timeout_min * 60;
        let State { engine, pages, decisions } = &self.state;
        let engine =
            engine.to_keep(|url| storable(url, &self.site.row.allow_params), &self.site.world.config);
        let state = State { engine, pages: pages.clone(), decisions: *decisions };
        Checkpoint {
            visit: self.visit,
            epoch: self.epoch,
            number: self.checkpoints,
            state: serde_json::to_string(&state).expect("a visit's state is plain data"),
            heard_at,
            ends_due: heard_at.plus_s(timeout_s),
        }
    }

    /// The page the visitor came to last.
    pub(super) fn page(&self) -> Option<PageOnScreen> {
        self.state.pages.last().map(|page| PageOnScreen {
            url: page.url.clone(),
            title: page.title.clone(),
            entered_at: page.entered_at,
        })
    }

    fn key_of(&self, page: &TabPage) -> ViewKey {
        ViewKey { visit: self.visit, tab: page.tab, view: page.view }
    }

    /// Heard from within 2 × Poll Interval (T-7), whether or not a connection stands.
    pub(super) fn is_here(&self, now: UnixMs) -> bool {
        let away_after_s = 2 * self.site.world.config.settings().poll_interval_s;
        now < self.state.engine.heard_at().plus_s(away_after_s)
    }

    fn meet_pages(&mut self, pages: Vec<SeenPage>, now: UnixMs, write: &mut impl FnMut(Behind)) {
        let gone: Vec<TabId> =
            self.state.engine.tabs().filter(|tab| pages.iter().all(|page| page.tab != *tab)).collect();
        for tab in gone {
            self.leave_page(tab, now, write);
            self.close_tab(tab, now);
        }
        for page in pages {
            self.view_page(page, now, write);
        }
    }

    fn note_form(&mut self, tab: TabId, step: FormStep, now: UnixMs, write: &mut impl FnMut(Behind)) {
        if let Some(page) = self.state.pages.iter().find(|page| page.tab == tab) {
            write(Behind::Form(FormUse { key: self.key_of(page), step, at: now }));
        }
        let event = match step {
            FormStep::Entered => Event::FormEntered { tab },
            FormStep::Input => Event::FormInput { tab },
            FormStep::Submitted => Event::FormSubmitted { tab },
        };
        self.feed(event, now);
    }

    /// What a tab shows was left without a word.
    fn leave_page(&self, tab: TabId, now: UnixMs, write: &mut impl FnMut(Behind)) {
        if let Some(page) = self.state.pages.iter().find(|page| page.tab == tab) {
            write(Behind::Left(Leaving { key: self.key_of(page), left_at: now, visible_s: 0 }));
        }
    }

    fn close_tab(&mut self, tab: TabId, now: UnixMs) {
        self.state.pages.retain(|page| page.tab != tab);
        self.feed(Event::TabClosed { tab }, now);
    }

    /// A view that was told before, in a tab that still shows it, is not counted again.
    fn view_page(&mut self, page: SeenPage, now: UnixMs, write: &mut impl FnMut(Behind)) {
        if self.state.pages.iter().any(|known| known.tab == page.tab && known.view == page.view) {
            let SeenPage { tab, url, title, referrer, .. } = page;
            if self.state.engine.recall_page(tab, &url, &title, &referrer) {
                self.feed(Event::Heard, now);
            }
            return;
        }
        self.leave_page(page.tab, now, write);
        if is_denied(&page.url, &self.site.row.deny_paths) {
            return self.close_tab(page.tab, now);
        }
        self.state.pages.retain(|known| known.tab != page.tab);
        if self.state.pages.len() == TABS_MAX {
            self.state.pages.remove(0);
        }
        let url = storable(&page.url, &self.site.row.allow_params);
        let title = clean(&page.title, TITLE_LEN_MAX);
        write(Behind::PageView(PageView {
            key: ViewKey { visit: self.visit, tab: page.tab, view: page.view },
            site: *self.site.row.id,
            url: url.clone(),
            title: title.clone(),
            entered_at: now,
        }));
        self.state.pages.reserve_exact(1);
        self.state.pages.push(TabPage { tab: page.tab, view: page.view, url, title, entered_at: now.0 });
        let SeenPage { tab, url, title, referrer, .. } = page;
        self.feed(Event::PageViewed { tab, url, title, referrer }, now);
    }

    /// What pages name is suggested to those who write rules.
    fn note_names(&self, event: &Event, now: UnixMs, write: &mut impl FnMut(Behind)) {
        let mut seen = |kind, name: &str, value_type: &str| {
            let name = clean(name, NAME_LEN_MAX);
            write(Behind::Seen(Box::new(SeenName::new(*self.site.row.id, kind, &name, value_type, now))));
        };
        if let Event::AttributesSet { attributes } = event {
            for attribute in attributes {
                seen(NameKind::Attribute, &attribute.name, attribute.value.type_name());
            }
        } else if let Event::CustomEventFired { name } = event {
            seen(NameKind::Event, name, "");
        }
    }

    /// The site is another than before: the visit decides anew, and the browser is told what concerns it.
    pub(super) fn change_world(&mut self, fresh: Arc<Site>, now: UnixMs) {
        let before = std::mem::replace(&mut self.site, Arc::clone(&fresh));
        for (queue, wait_s) in &fresh.waits {
            if before.waits.get(queue) != Some(wait_s) {
                self.feed(Event::QueueWaitEstimated { queue: *queue, wait_s: *wait_s }, now);
            }
        }
        if before.signals != fresh.signals {
            let signals = Box::new(Signals::clone(&fresh.signals));
            self.notify(VisitorNotice::Signals { signals });
        }
        let poll_interval_s = |site: &Site| site.world.config.settings().poll_interval_s;
        if poll_interval_s(&before) != poll_interval_s(&fresh) {
            self.notify(VisitorNotice::PollInterval { poll_interval_s: poll_interval_s(&fresh) });
        }
        if !fresh.launcher_looks_as(&before) {
            self.tell(&VisitorSignal::StylingChanged);
        }
        if before.is_open() != fresh.is_open() {
            self.notify(VisitorNotice::Availability { open: fresh.is_open() });
        }
        if self.chat.is_some() && !fresh.shows_as(&before) {
            self.tell(&VisitorSignal::ChatChanged);
        }
        self.feed(Event::WorldChanged, now);
    }

    /// The open offer was taken back without the visit's asking (O-12).
    pub(super) fn take_back(&mut self, taken: (PresentationId, Outcome, UnixMs), now: UnixMs) {
        let (presentation, outcome, at) = taken;
        if self.state.engine.presentation().is_some_and(|open| open.id == presentation) {
            self.feed(Event::OutcomeCorrected { presentation, outcome, at }, now);
            settle_offer(&mut self.offer, presentation, outcome);
            self.notify(VisitorNotice::Settled { presentation, outcome });
        }
    }

    fn show_again(&mut self, presentation: PresentationId, tab: TabId) {
        let Some(offer) = self.offer.clone().filter(|offer| offer.id == presentation) else { return };
        self.notify(VisitorNotice::Offer { offer: Box::new(offer), tab: Some(tab) });
    }
}

/// What a welcome does not say anyway.
fn is_answer(notice: &VisitorNotice) -> bool {
    matches!(
        notice,
        VisitorNotice::Settled { .. } | VisitorNotice::Alternative { .. } | VisitorNotice::Refused { .. }
    )
}
