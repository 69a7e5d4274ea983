//! Owns what becomes of those who wait, by the rules alone: forms and the slots they hold, rings, alerts, silence. Knows
//! no database. At whom a chat rings is not decided here, only that it is one who can be rung.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use beckon_engine::id::ChatId;
use beckon_engine::time::UnixMs;

use super::VISITORS;
use super::met::Met;
use super::rules::{
    AGAIN_S, ALERT_S, CLOSE_S, FIRST_WORD_S, FORM_S, GONE_S, HOLD_S, INVITE_PRIORITY, LATER_S, RING_S, Rules,
    SLEEP_MS, WAIT_S, WARN_S, WRAP_UP_S, Way,
};
use crate::harness::START;
use crate::model::stage::Dice;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Form(UnixMs),
    Queued,
    Ringing(usize, UnixMs),
    Active(usize),
    Ended { owner: Option<usize>, wrapped_up: bool },
}

pub(super) struct Chat {
    pub(super) id: ChatId,
    pub(super) visitor: usize,
    pub(super) place: Place,
    pub(super) epoch: i64,
    /// Queued or ringing, it leaves the queue then.
    pub(super) wait_due: UnixMs,
    pub(super) warned_at: Option<UnixMs>,
    /// Its form ran out, and may still be sent.
    pub(super) given_up: bool,
    /// It was looked at when it was over.
    pub(super) seen_over: bool,
    way: Way,
    arrived: UnixMs,
    held_until: UnixMs,
    let_pass: Vec<(usize, UnixMs)>,
    written: bool,
    /// Who took an alert has to write by then.
    write_due: UnixMs,
    /// Since when the visitor owes an answer.
    owes_since: Option<UnixMs>,
    wrap_up_due: UnixMs,
}

pub(super) struct Agent {
    pub(super) ready: bool,
    slots: i64,
}

pub(super) struct Reference {
    pub(super) rules: Rules,
    pub(super) chats: Vec<Chat>,
    pub(super) agents: Vec<Agent>,
    /// When those left who are not on the site.
    pub(super) gone_at: [Option<UnixMs>; VISITORS],
    pub(super) met: BTreeSet<Met>,
    awake_since: UnixMs,
    routed_at: UnixMs,
}

impl Chat {
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.place, Place::Ended { .. })
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.place, Place::Ended { wrapped_up: true, .. })
    }

    /// An agent is to write first and has not: the visitor knows nothing of it.
    pub(super) fn is_silent(&self) -> bool {
        self.way == Way::Alerted && !self.written
    }

    /// Its visitor comes into another chat: an alert gives way, and to an offer also a form that was open for long.
    pub(super) fn gives_way(&self, way: Way, now: UnixMs) -> bool {
        let left = matches!(self.place, Place::Form(_)) && self.arrived.plus_s(HOLD_S) <= now;
        self.is_silent() || (way == Way::Invited && left)
    }

    /// Whose slot it takes.
    pub(super) fn agent(&self) -> Option<usize> {
        match self.place {
            Place::Ringing(agent, _) | Place::Active(agent) => Some(agent),
            Place::Ended { owner, wrapped_up: false } => owner,
            Place::Form(_) | Place::Queued | Place::Ended { wrapped_up: true, .. } => None,
        }
    }

    /// It is nobody's yet, and a slot is kept for it.
    fn holds(&self, now: UnixMs) -> bool {
        match self.place {
            Place::Form(_) => now < self.held_until,
            Place::Queued => true,
            Place::Ringing(..) | Place::Active(_) | Place::Ended { .. } => false,
        }
    }

    fn priority(&self) -> u8 {
        if self.way == Way::Invited { INVITE_PRIORITY } else { 0 }
    }

    fn pass(&mut self, agent: usize, now: UnixMs) {
        self.place = Place::Queued;
        self.let_pass.push((agent, now));
    }
}

impl Reference {
    pub(super) fn new(rules: Rules, slots: &[i64]) -> Self {
        Self {
            rules,
            chats: Vec::new(),
            agents: slots.iter().map(|slots| Agent { ready: true, slots: *slots }).collect(),
            gone_at: [None; VISITORS],
            met: BTreeSet::new(),
            awake_since: START,
            routed_at: START,
        }
    }

    pub(super) fn pick(&self, dice: &mut Dice, is: impl Fn(&Chat) -> bool) -> Option<usize> {
        let found: Vec<usize> = (0..self.chats.len()).filter(|at| is(&self.chats[*at])).collect();
        (!found.is_empty()).then(|| found[dice.below(found.len())])
    }

    pub(super) fn open_chat_of(&self, visitor: usize) -> Option<usize> {
        self.chats.iter().position(|chat| chat.visitor == visitor && chat.is_open())
    }

    pub(super) fn used(&self, agent: usize) -> i64 {
        let used = self.chats.iter().filter(|chat| chat.agent() == Some(agent)).count();
        i64::try_from(used).unwrap()
    }

    pub(super) fn is_free(&self, agent: usize) -> bool {
        self.used(agent) < self.agents[agent].slots
    }

    /// Of those who are ready.
    pub(super) fn free_slots(&self) -> i64 {
        let ready = (0..self.agents.len()).filter(|agent| self.agents[*agent].ready);
        ready.map(|agent| (self.agents[agent].slots - self.used(agent)).max(0)).sum()
    }

    pub(super) fn held(&self, now: UnixMs) -> i64 {
        i64::try_from(self.chats.iter().filter(|chat| chat.holds(now)).count()).unwrap()
    }

    fn room(&self, now: UnixMs) -> i64 {
        self.free_slots() - self.held(now)
    }

    pub(super) fn has_room(&self, now: UnixMs) -> bool {
        self.rules.lets_wait || self.room(now) > 0
    }

    /// The slot that the visitor's own silent alert takes is free for them.
    pub(super) fn has_room_for(&self, visitor: usize, now: UnixMs) -> bool {
        let alert = self.open_chat_of(visitor).filter(|at| self.chats[*at].is_silent());
        self.rules.lets_wait || self.room(now) + i64::from(alert.is_some()) > 0
    }

    pub(super) fn has_form(&self) -> bool {
        self.chats.iter().any(|chat| matches!(chat.place, Place::Form(_)))
    }

    /// How many are let in of so many who come at the same moment.
    pub(super) fn let_in(&mut self, way: Way, count: usize, now: UnixMs) -> usize {
        let each_takes_one = way == Way::Invited || !self.rules.has_form(way);
        let room = usize::try_from(self.room(now)).unwrap_or_default();
        let let_in = match (self.has_room(now), self.rules.lets_wait || !each_takes_one) {
            (true, true) => count,
            (true, false) => count.min(room),
            (false, _) => 0,
        };
        if let_in < count {
            self.met.insert(Met::TurnedAway);
        }
        let_in
    }

    /// A chat begins. One that its visitor has by then gives way.
    pub(super) fn enter(&mut self, visitor: usize, way: Way, id: ChatId, now: UnixMs) {
        if let Some(before) = self.open_chat_of(visitor) {
            self.give_way(before, now);
        }
        let wait_s = if way == Way::Alerted { ALERT_S } else { WAIT_S };
        self.chats.push(Chat {
            id,
            visitor,
            place: if self.rules.has_form(way) { Place::Form(now.plus_s(FORM_S)) } else { Place::Queued },
            epoch: 0,
            wait_due: now.plus_s(wait_s),
            warned_at: None,
            given_up: false,
            seen_over: false,
            way,
            arrived: now,
            held_until: if way == Way::Invited { now.plus_s(HOLD_S) } else { now },
            let_pass: Vec::new(),
            written: false,
            write_due: now,
            owes_since: None,
            wrap_up_due: now,
        });
    }

    fn queue(&mut self, at: usize, now: UnixMs) {
        let chat = &mut self.chats[at];
        (chat.place, chat.arrived, chat.wait_due) = (Place::Queued, now, now.plus_s(WAIT_S));
        (chat.given_up, chat.seen_over) = (false, false);
    }

    /// Another chat of the visitor comes before it, but for an alert, which gives way; and it asks for a slot anew.
    fn send_form_late(&mut self, at: usize, now: UnixMs) -> bool {
        let visitor = self.chats[at].visitor;
        let has_room = self.has_room_for(visitor, now);
        match self.open_chat_of(visitor) {
            Some(other) if !self.chats[other].is_silent() => return false,
            Some(alert) if has_room => self.give_way(alert, now),
            Some(_) | None => {}
        }
        if has_room {
            self.met.insert(Met::FormCameBack);
            self.queue(at, now);
        } else {
            self.met.insert(Met::FormRefused);
            self.chats[at].given_up = false;
        }
        has_room
    }

    pub(super) fn send_form(&mut self, at: usize, now: UnixMs) -> bool {
        let room = self.room(now);
        if self.chats[at].given_up {
            return self.send_form_late(at, now);
        }
        let chat = &self.chats[at];
        match chat.place {
            Place::Form(_) => {
                let own = i64::from(chat.holds(now));
                if chat.way == Way::Invited && own == 0 {
                    self.met.insert(Met::FormUnheld);
                }
                if !self.rules.lets_wait && room + own <= 0 {
                    self.met.insert(Met::FormRefused);
                    self.end(at, now);
                    return false;
                }
            }
            Place::Ended { .. } => return false,
            // Sent twice.
            Place::Queued | Place::Ringing(..) | Place::Active(_) => return true,
        }
        self.queue(at, now);
        true
    }

    pub(super) fn choose_status(&mut self, agent: usize, ready: bool) {
        self.agents[agent].ready = ready;
        if ready {
            for chat in self.chats.iter_mut().filter(|chat| chat.place == Place::Queued) {
                chat.let_pass.retain(|(passed, _)| *passed != agent);
            }
        }
    }

    pub(super) fn accept(&mut self, at: usize, who: usize, now: UnixMs) -> bool {
        let chat = &mut self.chats[at];
        let can = match chat.place {
            Place::Queued => true,
            Place::Ringing(agent, _) => agent == who,
            // Once more: nothing changes.
            Place::Active(owner) => return owner == who,
            Place::Form(_) | Place::Ended { .. } => false,
        };
        if can {
            chat.place = Place::Active(who);
            chat.epoch += 1;
            chat.write_due = now.plus_s(FIRST_WORD_S);
        }
        can
    }

    pub(super) fn decline(&mut self, at: usize, who: usize, now: UnixMs) -> bool {
        let rings = matches!(self.chats[at].place, Place::Ringing(agent, _) if agent == who);
        if rings {
            self.chats[at].pass(who, now);
        }
        rings
    }

    pub(super) fn agent_says(&mut self, at: usize, who: usize, now: UnixMs) -> bool {
        let chat = &mut self.chats[at];
        let owns = chat.place == Place::Active(who);
        if owns {
            chat.written = true;
            chat.owes_since.get_or_insert(now);
        }
        owns
    }

    pub(super) fn visitor_says(&mut self, at: usize) -> bool {
        let chat = &mut self.chats[at];
        match chat.place {
            Place::Queued | Place::Ringing(..) | Place::Active(_) => {}
            Place::Form(_) | Place::Ended { .. } => return false,
        }
        chat.owes_since = None;
        if chat.warned_at.take().is_some() {
            self.met.insert(Met::Answered);
        }
        true
    }

    pub(super) fn close(&mut self, at: usize, who: usize, now: UnixMs) -> bool {
        match self.chats[at].place {
            Place::Active(owner) if owner == who => self.end(at, now),
            Place::Ended { owner, .. } if owner == Some(who) => {
                self.chats[at].place = Place::Ended { owner, wrapped_up: true };
            }
            Place::Form(_) | Place::Queued | Place::Ringing(..) | Place::Active(_) | Place::Ended { .. } => {
                return false;
            }
        }
        true
    }

    /// Nothing was said in it, so that nothing is wrapped up. A form may still be sent.
    fn give_way(&mut self, at: usize, now: UnixMs) {
        let chat = &mut self.chats[at];
        chat.given_up = matches!(chat.place, Place::Form(_));
        self.met.insert(if chat.given_up { Met::FormGaveWay } else { Met::AlertGaveWay });
        self.end(at, now);
        if let Place::Ended { wrapped_up, .. } = &mut self.chats[at].place {
            *wrapped_up = true;
        }
    }

    /// Whoever had an agent is wrapped up by them.
    pub(super) fn end(&mut self, at: usize, now: UnixMs) {
        let chat = &mut self.chats[at];
        chat.place = match chat.place {
            Place::Active(owner) => Place::Ended { owner: Some(owner), wrapped_up: false },
            Place::Form(_) | Place::Queued | Place::Ringing(..) => {
                Place::Ended { owner: None, wrapped_up: true }
            }
            Place::Ended { .. } => return,
        };
        chat.wrap_up_due = now.plus_s(WRAP_UP_S);
    }

    /// Lets run out what falls due; then each who waits is rung for, in their order, where somebody can be rung.
    pub(super) fn route(&mut self, rung: &BTreeMap<ChatId, usize>, now: UnixMs) {
        if now.ms_since(self.routed_at) > SLEEP_MS {
            self.awake_since = now;
        }
        self.routed_at = now;
        for at in 0..self.chats.len() {
            self.run_out(at, now);
            self.leave(at, now);
        }
        for at in self.in_order() {
            let chat = &self.chats[at];
            if chat.place != Place::Queued {
                continue;
            }
            let (can, rings_at) = (self.available(chat, now), rung.get(&chat.id).copied());
            assert_eq!(rings_at.is_some(), !can.is_empty(), "{} rings at one of {can:?}", chat.id);
            let Some(agent) = rings_at else { continue };
            assert!(can.contains(&agent), "{} rings at {agent}, not at one of {can:?}", chat.id);
            self.chats[at].place = Place::Ringing(agent, now.plus_s(RING_S));
        }
    }

    /// Who waits, also those for whom somebody is being rung.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let waits = |at: &usize| matches!(self.chats[*at].place, Place::Queued | Place::Ringing(..));
        let mut waiting: Vec<usize> = (0..self.chats.len()).filter(waits).collect();
        waiting.sort_by_key(|at| {
            let chat = &self.chats[*at];
            (Reverse(chat.priority()), chat.arrived, chat.id)
        });
        waiting
    }

    /// Who let it pass is rung again, after a while.
    fn available(&self, chat: &Chat, now: UnixMs) -> Vec<usize> {
        let again = |who: usize| {
            let passed: Vec<UnixMs> =
                chat.let_pass.iter().filter(|(agent, _)| *agent == who).map(|(_, at)| *at).collect();
            let after_s = if passed.len() > 1 { LATER_S } else { AGAIN_S };
            passed.last().is_none_or(|at| now >= at.plus_s(after_s))
        };
        let can = |who: &usize| self.agents[*who].ready && self.is_free(*who) && again(*who);
        (0..self.agents.len()).filter(can).collect()
    }

    fn run_out(&mut self, at: usize, now: UnixMs) {
        let chat = &mut self.chats[at];
        match chat.place {
            Place::Form(due) if due <= now => {
                chat.given_up = true;
                self.met.insert(Met::FormRanOut);
                self.end(at, now);
            }
            Place::Ringing(agent, due) if due <= now => {
                chat.pass(agent, now);
                self.agents[agent].ready = false;
                self.met.insert(Met::RangOut);
            }
            Place::Active(owner) if chat.is_silent() => self.look_for_first_word(at, owner, now),
            Place::Active(_) => self.look_for_answer(at, now),
            Place::Ended { owner, wrapped_up: false } if chat.wrap_up_due <= now => {
                chat.place = Place::Ended { owner, wrapped_up: true };
            }
            Place::Form(_) | Place::Queued | Place::Ringing(..) | Place::Ended { .. } => {}
        }
    }

    /// Who took an alert and does not write is as silent as who lets it ring.
    fn look_for_first_word(&mut self, at: usize, owner: usize, now: UnixMs) {
        let chat = &mut self.chats[at];
        if now < chat.write_due {
            return;
        }
        if now < self.awake_since.plus_s(FIRST_WORD_S) {
            chat.write_due = now.plus_s(FIRST_WORD_S);
            return;
        }
        chat.pass(owner, now);
        chat.epoch += 1;
        chat.wait_due = now.plus_s(ALERT_S);
        self.agents[owner].ready = false;
        self.met.insert(Met::AlertHandedOn);
    }

    fn look_for_answer(&mut self, at: usize, now: UnixMs) {
        let chat = &mut self.chats[at];
        let Some(since) = chat.owes_since else { return };
        match chat.warned_at {
            Some(warned) if warned.plus_s(CLOSE_S) <= now => {
                self.met.insert(Met::Closed);
                self.end(at, now);
            }
            None if since.plus_s(WARN_S) <= now => {
                chat.warned_at = Some(now);
                self.met.insert(Met::Warned);
            }
            Some(_) | None => {}
        }
    }

    /// An alert goes with its visitor, and nobody waits in a queue for ever.
    fn leave(&mut self, at: usize, now: UnixMs) {
        let chat = &self.chats[at];
        let gone = self.gone_at[chat.visitor].is_some_and(|gone_at| gone_at.plus_s(GONE_S) <= now);
        let why = if chat.is_silent() && chat.is_open() && gone {
            Met::AlertLeft
        } else if chat.place != Place::Queued || now < chat.wait_due {
            return;
        } else if chat.is_silent() {
            Met::AlertPassed
        } else {
            Met::WaitedTooLong
        };
        self.met.insert(why);
        self.end(at, now);
    }
}
