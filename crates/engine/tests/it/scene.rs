//! Owns the stage of a scenario: one visitor, one site, a clock that is moved by hand, and a store that answers.
//! What the visit says is written down as lines such as `45 presents help`.

use beckon_engine::effect::Effect;
use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::id::{OfferId, PresentationId, QueueId, TabId};
use beckon_engine::offer::Outcome;
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::{Explanation, RuleExplanation, Visit};
use beckon_engine::world::World;

use crate::site::{Site, id, name};

/// Second 0 of every scenario: Wednesday, 2 April 2025, 08:00 UTC.
pub(crate) const START: UnixMs = UnixMs(1_743_580_800_000);

/// What the store answers when the visit asks for a presentation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Store {
    Commits,
    Refuses(Reason),
    IsSilent,
}

pub(crate) struct Scene {
    pub(crate) site: Site,
    pub(crate) visit: Visit,
    pub(crate) store: Store,
    pub(crate) reason: Option<Reason>,
    pub(crate) effects: Vec<(i64, Effect)>,
    world: World,
    now_ms: i64,
    /// When the browser reports next; none when it is gone.
    next_report_ms: Option<i64>,
    said: Vec<String>,
    names: Vec<(PresentationId, String)>,
}

impl Scene {
    /// A visitor with a live connection.
    pub(crate) fn live(site: Site) -> Self {
        let mut scene = Self::seeded(site, 7);
        scene.tell(Event::LinkConnected);
        scene
    }

    /// A visitor whose browser polls: at 0, and then at every Poll Interval.
    pub(crate) fn polling(site: Site) -> Self {
        Self::seeded(site, 7)
    }

    pub(crate) fn seeded(mut site: Site, seed: u64) -> Self {
        let world = site.world();
        let every_ms = i64::from(site.settings.poll_interval_s) * 1000;
        Self {
            site,
            visit: Visit::begin(seed, START),
            store: Store::Commits,
            reason: None,
            effects: Vec::new(),
            world,
            now_ms: 0,
            next_report_ms: Some(every_ms),
            said: Vec::new(),
            names: Vec::new(),
        }
    }

    /// Polls come this much later than at full intervals.
    pub(crate) fn shifted_ms(mut self, ms: i64) -> Self {
        self.next_report_ms = Some(ms);
        self
    }

    /// Lets time pass until this second: the browser reports, deadlines come.
    pub(crate) fn at(&mut self, second: i64) -> &mut Self {
        self.at_ms(second * 1000)
    }

    pub(crate) fn at_ms(&mut self, until_ms: i64) -> &mut Self {
        assert!(until_ms >= self.now_ms, "time goes forward");
        loop {
            let deadline = self.visit.deadline().map(|deadline| deadline.0 - START.0);
            let due = |at: Option<i64>| at.filter(|&at| at <= until_ms);
            match (due(deadline), due(self.next_report_ms)) {
                (Some(deadline), report) if report.is_none_or(|report| deadline <= report) => {
                    assert!(deadline > self.now_ms, "a deadline lies ahead: {deadline} at {}", self.now_ms);
                    self.now_ms = deadline;
                    self.tell(Event::DeadlineReached);
                }
                (_, Some(report)) => {
                    self.now_ms = report;
                    self.next_report_ms = Some(report + i64::from(self.site.settings.poll_interval_s) * 1000);
                    self.tell(Event::Heard);
                }
                (_, None) => break,
            }
        }
        self.now_ms = until_ms;
        self
    }

    /// The page is opened in tab 1.
    pub(crate) fn views(&mut self, path: &str) -> &mut Self {
        self.views_in(1, path)
    }

    pub(crate) fn views_in(&mut self, tab: u32, path: &str) -> &mut Self {
        let url = format!("https://shop.test{path}");
        self.tell(Event::PageViewed { tab: TabId(tab), url, title: String::new(), referrer: String::new() })
    }

    pub(crate) fn closes(&mut self, tab: u32) -> &mut Self {
        self.tell(Event::TabClosed { tab: TabId(tab) })
    }

    /// The browser is closed: it says goodbye, and is not heard from again.
    pub(crate) fn leaves(&mut self) -> &mut Self {
        self.next_report_ms = None;
        for tab in self.visit.tabs().collect::<Vec<_>>() {
            self.tell(Event::TabClosed { tab });
        }
        self.tell(Event::LinkLost)
    }

    /// The browser is gone without a word.
    pub(crate) fn vanishes(&mut self) -> &mut Self {
        self.next_report_ms = None;
        if self.visit.is_live() { self.tell(Event::LinkLost) } else { self }
    }

    /// The browser polls again from now on.
    pub(crate) fn polls_again(&mut self) -> &mut Self {
        self.next_report_ms = Some(self.now_ms + i64::from(self.site.settings.poll_interval_s) * 1000);
        self
    }

    pub(crate) fn accepts(&mut self) -> &mut Self {
        let presentation = self.last();
        self.tell(Event::OfferAccepted { presentation })
    }

    pub(crate) fn rejects(&mut self) -> &mut Self {
        let presentation = self.last();
        self.tell(Event::OfferRejected { presentation })
    }

    pub(crate) fn chat(&mut self, state: ChatPhase) -> &mut Self {
        self.tell(Event::ChatChanged { state })
    }

    /// A chat that an agent had answered ended in this second; the visit is told of it now.
    pub(crate) fn completed(&mut self, second: i64) -> &mut Self {
        self.chat(ChatPhase::Completed { at: UnixMs(START.0 + second * 1000) })
    }

    pub(crate) fn by_hand(&mut self, offer: &str) -> &mut Self {
        self.tell(Event::OfferRequested { offer: OfferId(id(offer)), queue: QueueId(id("desk")) })
    }

    /// Somebody changes the site.
    pub(crate) fn changes(&mut self, change: impl FnOnce(&mut Site)) -> &mut Self {
        self.changes_unseen(change).tell(Event::WorldChanged)
    }

    /// Somebody changes the site, and the visit has not been told yet.
    pub(crate) fn changes_unseen(&mut self, change: impl FnOnce(&mut Site)) -> &mut Self {
        change(&mut self.site);
        self.world = self.site.world();
        self
    }

    /// The presentation asked for last.
    pub(crate) fn last(&self) -> PresentationId {
        self.names.last().expect("an offer has been presented").0
    }

    pub(crate) fn tell(&mut self, event: Event) -> &mut Self {
        let now = START.plus_ms(self.now_ms);
        let decision = self.visit.handle(event, now, &self.world);
        self.reason = decision.reason;
        let presents =
            |effect: &Effect| matches!(effect, Effect::PresentOffer { .. } | Effect::AlertAgent { .. });
        let asks = decision.effects.iter().any(presents);
        assert_eq!(decision.reason.is_none(), asks, "a reason when, and only when, nothing is presented");
        for effect in decision.effects {
            self.effects.push((self.now_ms, effect.clone()));
            self.work_off(effect);
        }
        self
    }

    fn work_off(&mut self, effect: Effect) {
        match effect {
            Effect::PresentOffer { presentation, offer, .. } => {
                self.names.push((presentation, name(offer.0)));
                self.answer(presentation);
            }
            Effect::ShowOffer { presentation, tab } => {
                let offer = self.offer(presentation);
                self.say(format!("shows {offer} in {}", tab.0));
            }
            Effect::SettleOutcome { presentation, outcome, reason } => {
                let because = reason.map(|reason| format!(": {reason:?}")).unwrap_or_default();
                let offer = self.offer(presentation);
                self.say(format!("{offer} {}{because}", word(outcome)));
            }
            Effect::RecordLateAccept { presentation } => {
                let offer = self.offer(presentation);
                self.say(format!("{offer} accepted late"));
            }
            Effect::OpenChat { queue, .. } => self.say(format!("opens chat with {}", name(queue.0))),
            Effect::GiveAlternative { queue, reason, .. } => {
                self.say(format!("gives alternative of {}: {reason:?}", name(queue.0)));
            }
            Effect::AlertAgent { rule, .. } => self.say(format!("alerts for {}", name(rule.0))),
            Effect::WithdrawAlert { reason, .. } => self.say(format!("withdraws alert: {reason:?}")),
            Effect::EndVisit => self.say("ends".to_owned()),
        }
    }

    fn answer(&mut self, presentation: PresentationId) {
        match self.store {
            Store::Commits => {
                let offer = self.offer(presentation);
                self.say(format!("presents {offer}"));
                self.tell(Event::PresentationCommitted { presentation });
            }
            Store::Refuses(reason) => {
                let offer = self.offer(presentation);
                self.say(format!("asks for {offer}"));
                self.tell(Event::PresentationRefused { presentation, reason });
            }
            Store::IsSilent => {
                let offer = self.offer(presentation);
                self.say(format!("asks for {offer}"));
            }
        }
    }

    fn offer(&self, presentation: PresentationId) -> String {
        let known = self.names.iter().find(|(id, _)| *id == presentation);
        known.map_or_else(|| "unknown".to_owned(), |(_, offer)| offer.clone())
    }

    fn say(&mut self, what: String) {
        let second = self.now_ms as f64 / 1000.0;
        self.said.push(format!("{second} {what}"));
    }

    /// What the visit has said since this was last asked.
    pub(crate) fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }

    pub(crate) fn explain(&self) -> Explanation {
        self.visit.explain(START.plus_ms(self.now_ms), &self.world)
    }

    pub(crate) fn explain_rule(&self, name: &str) -> RuleExplanation {
        self.explain().rules.into_iter().find(|rule| rule.name == name).expect("every rule is explained")
    }
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Rejected => "rejected",
        Outcome::Ignored => "ignored",
        Outcome::PassivelyIgnored => "passively ignored",
        Outcome::Withdrawn => "withdrawn",
    }
}
