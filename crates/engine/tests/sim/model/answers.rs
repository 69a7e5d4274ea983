//! Owns the model's answers to what store, visitor and agents say about presentations, alerts and chats.

use beckon_engine::effect::Effect;
use beckon_engine::event::ChatPhase;
use beckon_engine::id::{OfferId, PresentationId, QueueId};
use beckon_engine::offer::Outcome;
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;

use super::{Model, Shown, Want};
use crate::facts;
use crate::plan::Plan;

impl Model {
    pub(super) fn commit(&mut self, id: PresentationId, want: &mut Vec<Want>) {
        let Some(i) = self.open().filter(|&i| self.shown[i].id == id) else {
            if !self.remembered().any(|shown| shown.id == id) {
                let (outcome, reason) = (Outcome::Withdrawn, Some(Reason::StoreRefused));
                want.push(Want::Exactly(Effect::SettleOutcome { presentation: id, outcome, reason }));
            }
            return;
        };
        if self.shown[i].counts {
            return;
        }
        self.shown[i].counts = true;
        self.started = Some(self.shown[i].at);
        self.refusal = None;
        if let Some(tab) = self.shown[i].show_in.take() {
            want.push(Want::Exactly(Effect::ShowOffer { presentation: id, tab }));
        }
    }

    /// The last eight that have an outcome.
    fn remembered(&self) -> impl Iterator<Item = &Shown> {
        self.shown.iter().rev().filter(|shown| shown.outcome.is_some()).take(8)
    }

    pub(super) fn correct(&mut self, id: PresentationId, outcome: Outcome, want: &mut Vec<Want>) {
        if let Some(i) = self.open().filter(|&i| self.shown[i].id == id) {
            self.shown[i].outcome = Some(outcome);
            self.shown[i].counts = true;
            self.started = Some(self.shown[i].at);
            return;
        }
        if !self.remembered().any(|shown| shown.id == id) {
            return;
        }
        let shown = self.shown.iter_mut().find(|shown| shown.id == id).expect("it is remembered");
        let yes = shown.outcome == Some(Outcome::Accepted);
        shown.outcome = Some(outcome);
        let ignored = matches!(outcome, Outcome::Ignored | Outcome::PassivelyIgnored);
        if yes && ignored && !shown.late {
            shown.late = true;
            want.push(Want::Exactly(Effect::RecordLateAccept { presentation: id }));
        } else if yes && outcome != Outcome::Accepted && matches!(self.chat, ChatPhase::Form { .. }) {
            self.chat = ChatPhase::None;
        }
    }

    pub(super) fn accept(&mut self, id: PresentationId, now: i64, plan: &Plan, want: &mut Vec<Want>) {
        if let Some(i) = self.open().filter(|&i| self.shown[i].id == id && self.shown[i].counts) {
            let queue = self.shown[i].queue;
            if let Some(reason) = facts::closed(queue, plan) {
                self.settle(i, Outcome::Withdrawn, Some(reason), want);
                want.push(Want::Exactly(Effect::GiveAlternative { presentation: id, queue, reason }));
            } else {
                self.settle(i, Outcome::Accepted, None, want);
                self.enter_chat(id, queue, now, want);
            }
            return;
        }
        let ignored =
            |shown: &Shown| matches!(shown.outcome, Some(Outcome::Ignored | Outcome::PassivelyIgnored));
        let taken_back = |shown: &Shown| shown.outcome == Some(Outcome::Withdrawn);
        let answered = |shown: &Shown| taken_back(shown) || (ignored(shown) && !shown.late);
        let found = self.remembered().find(|shown| shown.id == id && answered(shown));
        let late = found.map(|shown| (shown.queue, ignored(shown)));
        let alerted = self.alert.is_some();
        let in_chat = self.in_chat(now).is_some() && !alerted;
        let Some((queue, ignored)) = late.filter(|_| !in_chat) else { return };
        let closed = facts::closed(queue, plan).filter(|reason| !alerted || *reason != Reason::NoAgent);
        if let Some(reason) = closed {
            want.push(Want::Exactly(Effect::GiveAlternative { presentation: id, queue, reason }));
            return;
        }
        if ignored {
            self.shown.iter_mut().find(|shown| shown.id == id).expect("it is remembered").late = true;
            want.push(Want::Exactly(Effect::RecordLateAccept { presentation: id }));
        }
        self.enter_chat(id, queue, now, want);
    }

    fn enter_chat(&mut self, presentation: PresentationId, queue: QueueId, now: i64, want: &mut Vec<Want>) {
        self.chat = ChatPhase::Form { until: UnixMs(now + 120_000) };
        self.alert = None;
        want.push(Want::Exactly(Effect::OpenChat { presentation, queue }));
    }

    pub(super) fn alert_is_made(&mut self) {
        if self.alert_asked.take().is_some() && self.alert.is_some() {
            self.refusal = None;
        }
    }

    pub(super) fn chat_goes(&mut self, state: ChatPhase) {
        self.chat = state;
        if let ChatPhase::Completed { at } = state {
            self.completed = self.completed.max(Some(at.0));
        }
        if matches!(state, ChatPhase::Completed { .. } | ChatPhase::None) {
            self.alert = None;
        }
    }

    pub(super) fn by_hand(
        &mut self,
        offer: OfferId,
        queue: QueueId,
        now: i64,
        plan: &Plan,
        want: &mut Vec<Want>,
    ) -> Option<Reason> {
        let active = plan.offers.iter().any(|known| known.id == offer && known.active);
        let blocked = if let Some(reason) = self.busy(now) {
            Some(reason)
        } else if !active {
            Some(Reason::OfferInactive)
        } else if !self.consent {
            Some(Reason::NoConsent)
        } else if plan.offers_stopped {
            Some(Reason::OffersStopped)
        } else if self.away(now, plan) {
            Some(Reason::VisitorAway)
        } else {
            facts::gate(queue, plan)
        };
        if blocked.is_none() {
            want.push(Want::ByHand(offer, queue));
        }
        blocked
    }
}
