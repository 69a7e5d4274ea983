//! Owns handing in events and working off what comes back: the comparison with the model, the store's answers, chats.

use std::sync::Arc;

use beckon_engine::effect::Effect;
use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::gate::Gate;
use beckon_engine::id::{PresentationId, QueueId};
use beckon_engine::offer::Outcome;
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;

use super::{Stage, Task};
use crate::actor::{Actor, START_MS};
use crate::model::{Want, is_from_browser, ms};
use crate::plan::{Plan, take_slot};

impl Stage {
    /// Hands in one event and holds the answer against the model.
    pub(super) fn feed(&mut self, i: usize, event: Event) {
        let returns = is_from_browser(&event) && !matches!(event, Event::TabClosed { .. });
        if returns && self.actors[i].visit.has_ended() {
            if let Some(j) = self.succeed(i) {
                self.feed(j, event);
            }
            return;
        }
        let was_over = self.actors[i].visit.has_ended();
        for effect in self.compare(i, &event) {
            self.work_off(i, effect);
        }
        if returns
            && !was_over
            && self.actors[i].visit.has_ended()
            && let Some(j) = self.succeed(i)
        {
            self.feed(j, event);
        }
    }

    fn compare(&mut self, i: usize, event: &Event) -> Vec<Effect> {
        let now = self.now;
        let actor = &mut self.actors[i];
        let node = &self.nodes[actor.node];
        let (plan, world) = (&node.plan, Arc::clone(&node.world));
        let decision = actor.visit.handle(event.clone(), UnixMs(now), &world);
        let (wants, reason) = actor.model.step(event, now, plan);
        let context = || format!("visit {i} at {} on {event:?}", now - START_MS);
        assert_eq!(
            wants.len(),
            decision.effects.len(),
            "{}: {wants:?} but {:?}, {:?} and {reason:?}",
            context(),
            decision.effects,
            decision.reason
        );
        for (want, effect) in wants.iter().zip(&decision.effects) {
            assert!(agrees(want, effect), "{}: wanted {want:?}, was {effect:?}", context());
            actor.model.adopt(effect, now, plan);
            if let Some(queue) = queue_of_what_starts(effect) {
                assert_may_present(actor, plan, world.gate(queue), now);
            }
            if let (Want::ByHand(..), Effect::PresentOffer { presentation, .. }) = (want, effect) {
                actor.by_hand.push(*presentation);
            }
        }
        let presents = decision.effects.iter().any(|effect| queue_of_what_starts(effect).is_some());
        assert_eq!(decision.reason.is_none(), presents, "{}: a reason, or an offer", context());
        assert_eq!(decision.reason, reason, "{}: the reason", context());
        let deadline = actor.visit.deadline();
        assert!(deadline.is_none_or(|deadline| ms(deadline) > now), "{}: a deadline lies ahead", context());
        if self.chance.percent(10) && !actor.visit.has_ended() {
            actor.assert_explains(now, plan, &world);
        }
        actor.script.push((now, event.clone(), world));
        actor.effects.extend(decision.effects.iter().cloned());
        let matters = !decision.effects.is_empty() || matches!(event, Event::ChatChanged { .. });
        if matters || self.chance.percent(4) {
            actor.keep_checkpoint();
        }
        decision.effects
    }

    fn work_off(&mut self, i: usize, effect: Effect) {
        match effect {
            Effect::PresentOffer { presentation, .. } => {
                let by_hand = self.actors[i].by_hand.contains(&presentation);
                let interval_s = self.nodes[self.actors[i].node].plan.settings.minimum_interval_s;
                self.actors[i].interval_ms = if by_hand { 0 } else { i64::from(interval_s) * 1000 };
                let within = *self.chance.one_of(&[0, 0, 1, 3, 40]);
                self.later_up_to(within, Task::Answer(i, presentation));
            }
            Effect::SettleOutcome { presentation, outcome, reason } => {
                if reason == Some(Reason::StoreRefused) {
                    self.store.was_not_shown(presentation);
                }
                self.store.assert_in_time(presentation, outcome, self.now);
                if self.chance.percent(70) {
                    self.settle(i, presentation, outcome);
                } else {
                    self.actors[i].unsettled += 1;
                    self.later_up_to(3, Task::Settle(i, presentation, outcome));
                }
            }
            Effect::OpenChat { queue, .. } => {
                let form = self.form_now();
                self.chat_begins(i, form, queue);
                let next = *self.chance.one_of(&[form, ChatPhase::Open, ChatPhase::None]);
                self.later_up_to(130, Task::Chat(i, next));
            }
            Effect::AlertAgent { .. } if self.chance.percent(20) => {
                self.later_up_to(3, Task::AlertRefused(i))
            }
            Effect::AlertAgent { .. } => {
                if self.chance.percent(50) {
                    self.later_up_to(20, Task::AlertAnswered(i));
                }
                let end = *self.chance.one_of(&[ChatPhase::Open, ChatPhase::None, self.completed_now()]);
                self.later_up_to(40, Task::Chat(i, end));
            }
            Effect::EndVisit => self.actors[i].assert_replays(),
            Effect::ShowOffer { .. }
            | Effect::RecordLateAccept { .. }
            | Effect::GiveAlternative { .. }
            | Effect::WithdrawAlert { .. } => {}
        }
    }

    /// The store answers what was asked of it.
    pub(super) fn answer(&mut self, i: usize, presentation: PresentationId) {
        let refusal = if self.chance.percent(15) { Some(Reason::StoreRefused) } else { None };
        let asked = self.actors[i].visit.presentation().filter(|asked| asked.id == presentation).cloned();
        let interval_ms = self.actors[i].interval_ms;
        let _ = self.truth_now();
        let insert = || self.store.insert(i, presentation, asked.as_ref(), &self.truth, interval_ms);
        match refusal.or_else(insert) {
            Some(reason) => self.feed(i, Event::PresentationRefused { presentation, reason }),
            None => {
                self.presented += 1;
                self.count_open(self.actors[i].node);
                self.actors[i].seen.push(presentation);
                self.feed(i, Event::PresentationCommitted { presentation });
                self.actors[i].keep_checkpoint();
            }
        }
    }

    /// The store takes an outcome, or says which one it has.
    pub(super) fn settle(&mut self, i: usize, presentation: PresentationId, outcome: Outcome) {
        let held = self.store.settle(presentation, outcome);
        self.count_open(self.actors[i].node);
        if let Some(held) = held {
            let at = UnixMs(self.now);
            self.feed(i, Event::OutcomeCorrected { presentation, outcome: held, at });
        }
    }

    /// The visitor's chat enters a state.
    pub(super) fn chat(&mut self, i: usize, phase: ChatPhase) {
        match phase {
            ChatPhase::Open => {
                let queue = self.chance.one_of(&self.truth.queues).id;
                self.chat_begins(i, phase, queue);
                let end = *self.chance.one_of(&[self.completed_now(), ChatPhase::None]);
                self.later_up_to(60, Task::Chat(i, end));
            }
            ChatPhase::Form { .. } => {
                let form = self.form_now();
                self.chat_begins(i, form, self.truth.queues[0].id);
            }
            ChatPhase::Completed { .. } | ChatPhase::None => {
                self.actors[i].chat = phase;
                if let Some(agent) = self.actors[i].slot.take() {
                    self.truth.agents[agent].release();
                    self.site_changed();
                }
            }
        }
        let state = self.actors[i].chat;
        self.feed(i, Event::ChatChanged { state });
    }

    /// A form that opens now.
    const fn form_now(&self) -> ChatPhase {
        ChatPhase::Form { until: UnixMs(self.now + 120_000) }
    }

    /// A chat that an agent answered is over by now; its visit hears of it later, and perhaps again.
    const fn completed_now(&self) -> ChatPhase {
        ChatPhase::Completed { at: UnixMs(self.now) }
    }

    /// A chat, or the form before it, holds an agent's slot (O-15). A form that is open stays the same one.
    fn chat_begins(&mut self, i: usize, phase: ChatPhase, queue: QueueId) {
        let actor = &mut self.actors[i];
        if matches!(actor.chat, ChatPhase::Completed { .. } | ChatPhase::None) {
            actor.chats += 1;
        }
        let is_form = |phase| matches!(phase, ChatPhase::Form { .. });
        if !(is_form(phase) && is_form(actor.chat)) {
            actor.chat = phase;
        }
        if actor.slot.is_none() {
            actor.slot = take_slot(&mut self.truth.agents, queue);
            self.site_changed();
        }
    }
}

fn agrees(want: &Want, effect: &Effect) -> bool {
    match (want, effect) {
        (Want::Exactly(wanted), effect) => wanted == effect,
        (Want::ByHand(offer, queue), Effect::PresentOffer { rule, offer: o, queue: q, .. }) => {
            rule.is_none() && (o, q) == (offer, queue)
        }
        (Want::Choice(choice), Effect::PresentOffer { rule, offer, queue, .. }) => {
            choice.iter().any(|(id, o, q)| {
                let by_timer = id.0 == q.0;
                (*o, *q) == (Some(*offer), *queue) && *rule == (!by_timer).then_some(*id)
            })
        }
        (Want::Choice(choice), Effect::AlertAgent { rule, queue }) => choice.contains(&(*rule, None, *queue)),
        (Want::ByHand(..) | Want::Choice(_), _) => false,
    }
}

/// What must hold whatever the model says, for the world in which an offer or an alert is asked for.
fn assert_may_present(actor: &Actor, plan: &Plan, gate: Gate, now: i64) {
    assert!(gate.closed_because().is_none(), "nothing is presented outside the gate (O-1)");
    let room = gate.free_slots * plan.settings.capacity_factor;
    assert!(gate.open_presentations < room, "nor beyond the room that there is (O-12)");
    assert!(!actor.is_in_chat(now), "nor into a chat (O-4)");
}

const fn queue_of_what_starts(effect: &Effect) -> Option<QueueId> {
    match effect {
        Effect::PresentOffer { queue, .. } | Effect::AlertAgent { queue, .. } => Some(*queue),
        Effect::ShowOffer { .. }
        | Effect::SettleOutcome { .. }
        | Effect::RecordLateAccept { .. }
        | Effect::OpenChat { .. }
        | Effect::GiveAlternative { .. }
        | Effect::WithdrawAlert { .. }
        | Effect::EndVisit => None,
    }
}
