//! Owns a visit's presentations: asking for one, opening it, and its one outcome (O-3 to O-11). Does not decide when.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::dealings::{Chat, Refusal};
use super::{Contact, FORM_OPEN_MAX_S, Visit};
use crate::effect::Effect;
use crate::id::{OfferId, PresentationId, QueueId, RuleId, TabId};
use crate::offer::Outcome;
use crate::reason::Reason;
use crate::time::UnixMs;
use crate::world::World;

/// Settled presentations that a visit remembers, for late answers and corrections.
const SETTLED_MAX: usize = 8;
/// Offers whose outcomes a visit counts; beyond it, the one settled longest ago is forgotten.
const OFFERS_MAX: usize = 256;
/// The store answers within this time, or the presentation counts as refused.
const ANSWER_WITHIN_MS: i64 = 30_000;
/// Pause after the first refusal in a row; it doubles with each further one, up to 32 times.
const REFUSED_PAUSE_MS: i64 = 1000;
const REFUSED_DOUBLINGS_MAX: u8 = 5;

/// One offer put before the visitor, from the moment it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presentation {
    /// Identity.
    pub id: PresentationId,
    /// The rule that won; none by hand or by the queue's own timer.
    pub rule: Option<RuleId>,
    /// What is presented.
    pub offer: OfferId,
    /// For which queue.
    pub queue: QueueId,
    /// When it was asked for: the time that the interval and both deadlines count from.
    pub presented_at: UnixMs,
    /// Ignored from then on (O-7).
    pub ignored_due: UnixMs,
    /// Passively ignored from then on (O-9).
    pub passive_due: UnixMs,
    /// Whether the store has committed it.
    pub stage: Stage,
    /// A tab loaded a page since it was asked for.
    show_in: Option<TabId>,
}

/// Whether a presentation counts yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Asked of the store; not shown, and not counted (O-14).
    Asked,
    /// Committed and shown.
    Open,
}

/// A presentation that has its outcome.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Settled {
    presentation: Presentation,
    outcome: Outcome,
    accepted_late: bool,
}

/// What the outcomes of this visit add up to; caps are tested against it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) rejected: u32,
    pub(super) ignored: u32,
    offers: Vec<OfferTally>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct OfferTally {
    offer: OfferId,
    rejected: u32,
    ignored: u32,
}

impl Presentation {
    /// When it settles by itself, or stops waiting for the store.
    pub(super) fn settles_at(&self, live: bool) -> UnixMs {
        match self.stage {
            Stage::Asked => self.presented_at.plus_ms(ANSWER_WITHIN_MS),
            Stage::Open if live => self.ignored_due,
            Stage::Open => self.passive_due,
        }
    }

    pub(super) fn settles_at_latest(&self) -> UnixMs {
        self.settles_at(false)
    }
}

impl Settled {
    pub(super) fn can_be_accepted_late(&self) -> bool {
        !self.accepted_late && matches!(self.outcome, Outcome::Ignored | Outcome::PassivelyIgnored)
    }

    /// A yes to it is answered: it may still be on the screen, or was taken back in the moment of the click.
    fn can_be_answered(&self) -> bool {
        self.can_be_accepted_late() || self.outcome == Outcome::Withdrawn
    }

    pub(super) const fn presentation(&self) -> &Presentation {
        &self.presentation
    }
}

impl Tally {
    pub(super) fn heap_bytes(&self) -> usize {
        self.offers.capacity() * size_of::<OfferTally>()
    }

    fn count(&mut self, offer: OfferId, outcome: Outcome, counts: bool) {
        let by_offer = self.of(offer);
        let (of_offer, of_visit) = match outcome {
            Outcome::Rejected => (&mut by_offer.rejected, Cap::Rejected),
            Outcome::Ignored | Outcome::PassivelyIgnored => (&mut by_offer.ignored, Cap::Ignored),
            Outcome::Accepted | Outcome::Withdrawn => return,
        };
        step(of_offer, counts);
        match of_visit {
            Cap::Rejected => step(&mut self.rejected, counts),
            Cap::Ignored => step(&mut self.ignored, counts),
        }
    }

    fn of(&mut self, offer: OfferId) -> &mut OfferTally {
        let known = self.offers.iter().position(|tally| tally.offer == offer);
        let at = known.unwrap_or_else(|| {
            if self.offers.len() == OFFERS_MAX {
                self.offers.remove(0);
            }
            self.offers.push(OfferTally { offer, rejected: 0, ignored: 0 });
            self.offers.len() - 1
        });
        &mut self.offers[at]
    }

    pub(super) fn was_rejected(&self, offer: OfferId) -> bool {
        self.offers.iter().any(|tally| tally.offer == offer && tally.rejected > 0)
    }

    pub(super) fn was_ignored(&self, offer: OfferId) -> bool {
        self.offers.iter().any(|tally| tally.offer == offer && tally.ignored > 0)
    }
}

enum Cap {
    Rejected,
    Ignored,
}

fn step(count: &mut u32, up: bool) {
    *count = if up { count.saturating_add(1) } else { count.saturating_sub(1) };
}

impl Visit {
    /// Asks the store for a presentation (O-3): until it answers, nothing else is presented.
    pub(super) fn ask(
        &mut self,
        rule: Option<RuleId>,
        offer: OfferId,
        queue: QueueId,
        now: UnixMs,
        world: &World,
        effects: &mut Vec<Effect>,
    ) {
        assert!(self.presentation().is_none(), "at most one presentation is asked for or open");
        let settings = world.config.settings();
        let ignored_due = now.plus_s(settings.ignored_after_s);
        let passive_due = ignored_due.plus_s(settings.poll_interval_s.saturating_mul(2));
        let id = self.chance.presentation_id(now);
        let tab = self.pages.last().map(|page| page.tab);
        effects.push(Effect::PresentOffer {
            presentation: id,
            rule,
            offer,
            queue,
            tab,
            ignored_due,
            passive_due,
        });
        self.dealings_mut().presentation = Some(Presentation {
            id,
            rule,
            offer,
            queue,
            presented_at: now,
            ignored_due,
            passive_due,
            stage: Stage::Asked,
            show_in: None,
        });
    }

    /// The store has committed it: from now on it counts, from the time it was asked for (O-8).
    pub(super) fn open(&mut self, id: PresentationId, effects: &mut Vec<Effect>) {
        let Some(asked) = self.presentation_mut().filter(|p| p.id == id) else {
            if !self.settled().iter().any(|settled| settled.presentation.id == id) {
                let (outcome, reason) = (Outcome::Withdrawn, Some(Reason::StoreRefused));
                effects.push(Effect::SettleOutcome { presentation: id, outcome, reason });
            }
            return;
        };
        if asked.stage == Stage::Open {
            return;
        }
        asked.stage = Stage::Open;
        let (at, show_in) = (asked.presented_at, asked.show_in.take());
        self.presented_at = Some(at).into();
        self.dealings_mut().refusal = None;
        if let Some(tab) = show_in {
            effects.push(Effect::ShowOffer { presentation: id, tab });
        }
    }

    /// The store refused it: it was never presented (O-14).
    pub(super) fn refuse(&mut self, id: PresentationId, reason: Reason, now: UnixMs) {
        let asked = |p: &Presentation| p.id == id && p.stage == Stage::Asked;
        if !self.presentation().is_some_and(asked) {
            return;
        }
        self.dealings_mut().presentation = None;
        self.pause(reason, now);
    }

    /// Nothing is asked of the store for a while, longer with each refusal in a row.
    pub(super) fn pause(&mut self, reason: Reason, now: UnixMs) {
        let in_a_row = self.refusal().map_or(0, |refusal| refusal.in_a_row.saturating_add(1));
        let pause = REFUSED_PAUSE_MS << in_a_row.min(REFUSED_DOUBLINGS_MAX);
        self.dealings_mut().refusal = Some(Refusal { reason, until: now.plus_ms(pause), in_a_row });
    }

    /// Settles what is due, before the event is looked at.
    pub(super) fn settle_due(&mut self, contact: Contact, now: UnixMs, effects: &mut Vec<Effect>) {
        let Some(presentation) = self.presentation() else { return };
        let id = presentation.id;
        match presentation.stage {
            Stage::Asked if now >= presentation.settles_at(self.live) => {
                self.refuse(id, Reason::StoreRefused, now)
            }
            Stage::Asked => {}
            Stage::Open => {
                let heard = matches!(contact, Contact::Report | Contact::Goodbye);
                if self.live && now >= presentation.ignored_due {
                    self.settle(Outcome::Ignored, None, effects);
                } else if now >= presentation.passive_due {
                    self.settle(Outcome::PassivelyIgnored, None, effects);
                } else if heard && now >= presentation.ignored_due {
                    self.settle(Outcome::Ignored, None, effects);
                }
            }
        }
    }

    /// A page was loaded while a presentation is open: it is shown there again (O-9).
    pub(super) fn show_again(&mut self, tab: TabId, effects: &mut Vec<Effect>) {
        match self.presentation_mut() {
            Some(presentation) if presentation.stage == Stage::Asked => presentation.show_in = Some(tab),
            Some(presentation) => effects.push(Effect::ShowOffer { presentation: presentation.id, tab }),
            None => {}
        }
    }

    /// The visitor said yes (O-5), perhaps late (O-7), or just when the offer was taken back; the gate is asked again, and
    /// the visitor is never met by silence (O-11).
    pub(super) fn accept(
        &mut self,
        id: PresentationId,
        now: UnixMs,
        world: &World,
        effects: &mut Vec<Effect>,
    ) {
        let open = self.presentation().filter(|p| p.id == id && p.stage == Stage::Open).map(|p| p.queue);
        if let Some(queue) = open {
            if let Some(reason) = world.gate(queue).closed_because() {
                self.settle(Outcome::Withdrawn, Some(reason), effects);
                effects.push(Effect::GiveAlternative { presentation: id, queue, reason });
            } else {
                self.settle(Outcome::Accepted, None, effects);
                self.open_chat(id, queue, now, effects);
            }
            return;
        }
        // An alert on which no agent has written is no chat to the visitor, who is faster then (P-9).
        let alerted = self.alerted().is_some();
        let chat_is_open = self.chat_block(now).is_some() && !alerted;
        let late = self.settled_mut().iter_mut().find(|s| s.presentation.id == id && s.can_be_answered());
        let Some(late) = late.filter(|_| !chat_is_open) else { return };
        let queue = late.presentation.queue;
        // The alert may have the last slot, which is free for the visitor: that is seen at the last look.
        let closed = world.gate(queue).closed_because();
        if let Some(reason) = closed.filter(|reason| !alerted || *reason != Reason::NoAgent) {
            effects.push(Effect::GiveAlternative { presentation: id, queue, reason });
            return;
        }
        if late.can_be_accepted_late() {
            late.accepted_late = true;
            effects.push(Effect::RecordLateAccept { presentation: id });
        }
        self.open_chat(id, queue, now, effects);
    }

    /// The visitor said no (O-6).
    pub(super) fn reject(&mut self, id: PresentationId, effects: &mut Vec<Effect>) {
        if self.presentation().is_some_and(|p| p.id == id && p.stage == Stage::Open) {
            self.settle(Outcome::Rejected, None, effects);
        }
    }

    /// The store held another outcome: that one is final (O-10).
    pub(super) fn correct(&mut self, id: PresentationId, outcome: Outcome, effects: &mut Vec<Effect>) {
        if let Some(open) = self.presentation().filter(|p| p.id == id) {
            self.presented_at = Some(open.presented_at).into();
            self.remember(outcome);
            return;
        }
        let Some(dealings) = &mut self.dealings else { return };
        let Some(settled) = dealings.settled.iter_mut().find(|settled| settled.presentation.id == id) else {
            return;
        };
        let (offer, before) = (settled.presentation.offer, settled.outcome);
        settled.outcome = outcome;
        let said_yes = before == Outcome::Accepted;
        if said_yes && settled.can_be_accepted_late() {
            settled.accepted_late = true;
            effects.push(Effect::RecordLateAccept { presentation: id });
        } else if said_yes && outcome != Outcome::Accepted && matches!(dealings.chat, Chat::Form { .. }) {
            dealings.chat = Chat::None;
        }
        dealings.tally.count(offer, before, false);
        dealings.tally.count(offer, outcome, true);
    }

    /// An open presentation is taken back when the gate has closed (O-11), the visitor has come into a chat, or forbids
    /// offers.
    pub(super) fn withdraw_if_blocked(&mut self, now: UnixMs, world: &World, effects: &mut Vec<Effect>) {
        let Some(presentation) = self.presentation().filter(|p| p.stage == Stage::Open) else { return };
        let closed = world.gate(presentation.queue).closed_because();
        let in_chat = || self.chat_block(now).map(|block| block.reason);
        let forbidden = || (!self.offers_allowed).then_some(Reason::NoConsent);
        if let Some(reason) = closed.or_else(in_chat).or_else(forbidden) {
            self.settle(Outcome::Withdrawn, Some(reason), effects);
        }
    }

    fn open_chat(&mut self, id: PresentationId, queue: QueueId, now: UnixMs, effects: &mut Vec<Effect>) {
        self.end_alert();
        self.set_chat(Chat::Form { until: now.plus_s(FORM_OPEN_MAX_S) });
        effects.push(Effect::OpenChat { presentation: id, queue });
    }

    fn settle(&mut self, outcome: Outcome, reason: Option<Reason>, effects: &mut Vec<Effect>) {
        let id = self.remember(outcome);
        effects.push(Effect::SettleOutcome { presentation: id, outcome, reason });
    }

    fn remember(&mut self, outcome: Outcome) -> PresentationId {
        let dealings = self.dealings_mut();
        let presentation = dealings.presentation.take().expect("only what is open is settled");
        let id = presentation.id;
        dealings.tally.count(presentation.offer, outcome, true);
        if dealings.settled.len() == SETTLED_MAX {
            dealings.settled.remove(0);
        }
        dealings.settled.reserve_exact(1);
        dealings.settled.push(Settled { presentation, outcome, accepted_late: false });
        id
    }
}
