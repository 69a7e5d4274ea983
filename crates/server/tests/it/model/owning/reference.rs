//! Owns what chats ought to do: a few lines for each thing that somebody can do. Knows no database.

use std::collections::BTreeMap;

use beckon_engine::id::ChatId;
use beckon_server::store::call::Purpose;
use beckon_server::store::message::Audience;
use beckon_server::store::participant::Part;

use super::{AGENTS, RING_S, SLOTS, WRAP_UP_S};
use crate::model::stage::Dice;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Waiting,
    Active(usize),
    Ended { owner: Option<usize>, wrapped_up: bool },
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) purpose: Purpose,
    pub(super) to: usize,
    left_s: i64,
}

#[derive(Debug)]
pub(super) struct Chat {
    pub(super) id: ChatId,
    visitor: usize,
    pub(super) state: State,
    pub(super) epoch: i64,
    pub(super) call: Option<Call>,
    company: BTreeMap<usize, Part>,
    wrap_up_left_s: i64,
    /// In order, without the lines of the system.
    pub(super) said: Vec<(String, Audience)>,
}

#[derive(Debug)]
pub(super) struct Reference {
    pub(super) chats: Vec<Chat>,
    pub(super) ready: [bool; AGENTS],
}

impl Default for Reference {
    fn default() -> Self {
        Self { chats: Vec::new(), ready: [true; AGENTS] }
    }
}

impl Chat {
    /// Who is in the chat, by number.
    pub(super) fn present(&self) -> Vec<(usize, Part)> {
        let mut present = self.company.clone();
        match self.state {
            State::Active(owner) | State::Ended { owner: Some(owner), wrapped_up: false } => {
                present.insert(owner, Part::Owner);
            }
            State::Waiting | State::Ended { .. } => {}
        }
        present.into_iter().collect()
    }

    fn own(&mut self, who: usize) {
        self.state = State::Active(who);
        self.epoch += 1;
        self.company.remove(&who);
    }

    fn wait(&mut self) {
        self.state = State::Waiting;
        self.epoch += 1;
        self.call = None;
        self.company.clear();
    }

    fn is_active(&self) -> bool {
        matches!(self.state, State::Active(_))
    }

    fn store(&mut self, message: &str, audience: Audience) -> bool {
        self.said.push((message.to_owned(), audience));
        true
    }

    fn has(&self, message: &str) -> bool {
        self.said.iter().any(|(known, _)| known == message)
    }
}

impl Reference {
    pub(super) fn open_chat_of(&self, visitor: usize) -> Option<usize> {
        self.chats
            .iter()
            .position(|chat| chat.visitor == visitor && !matches!(chat.state, State::Ended { .. }))
    }

    pub(super) fn any(&self, dice: &mut Dice) -> Option<usize> {
        // Mostly one of the newest: the old ones have ended.
        let newest = self.chats.len().min(6);
        (newest > 0).then(|| self.chats.len() - 1 - dice.below(newest))
    }

    pub(super) fn open(&mut self, visitor: usize, id: ChatId) {
        self.chats.push(Chat {
            id,
            visitor,
            state: State::Waiting,
            epoch: 0,
            call: None,
            company: BTreeMap::new(),
            wrap_up_left_s: 0,
            said: Vec::new(),
        });
    }

    pub(super) fn advance(&mut self, s: u32) {
        for at in 0..self.chats.len() {
            let chat = &mut self.chats[at];
            if let Some(call) = &mut chat.call {
                call.left_s -= i64::from(s);
                if call.left_s <= 0 {
                    if call.purpose == Purpose::Transfer {
                        self.ready[call.to] = false;
                    }
                    chat.call = None;
                }
            }
            if let State::Ended { owner, wrapped_up: false } = chat.state {
                chat.wrap_up_left_s -= i64::from(s);
                if chat.wrap_up_left_s <= 0 {
                    chat.state = State::Ended { owner, wrapped_up: true };
                }
            }
        }
    }

    pub(super) fn end(&mut self, at: usize) {
        let chat = &mut self.chats[at];
        match chat.state {
            State::Waiting => chat.state = State::Ended { owner: None, wrapped_up: true },
            State::Active(owner) => chat.state = State::Ended { owner: Some(owner), wrapped_up: false },
            State::Ended { .. } => return,
        }
        chat.call = None;
        chat.company.clear();
        chat.wrap_up_left_s = i64::from(WRAP_UP_S);
    }

    pub(super) fn accept(&mut self, at: usize, who: usize) -> bool {
        let chat = &mut self.chats[at];
        if let Some(call) = chat.call.take_if(|call| call.to == who) {
            match call.purpose {
                Purpose::Transfer => chat.own(who),
                Purpose::Invite => {
                    chat.company.insert(who, Part::Guest);
                }
            }
            return true;
        }
        match chat.state {
            State::Waiting => {
                chat.own(who);
                true
            }
            // Once more, such as when the first answer was lost: nothing changes.
            State::Active(owner) => owner == who || chat.company.get(&who) == Some(&Part::Guest),
            State::Ended { .. } => false,
        }
    }

    pub(super) fn decline(&mut self, at: usize, who: usize) -> bool {
        self.chats[at].call.take_if(|call| call.to == who).is_some()
    }

    pub(super) fn call(&mut self, at: usize, purpose: Purpose, to: usize) -> bool {
        let used = self.used(to);
        let chat = &mut self.chats[at];
        let refused = !chat.is_active()
            || chat.state == State::Active(to)
            || chat.call.is_some()
            || !self.ready[to]
            || (purpose == Purpose::Invite && chat.company.get(&to) == Some(&Part::Guest))
            || (purpose == Purpose::Transfer && used >= SLOTS);
        if !refused {
            chat.call = Some(Call { purpose, to, left_s: i64::from(RING_S) });
        }
        !refused
    }

    pub(super) fn recall(&mut self, at: usize) -> bool {
        let chat = &mut self.chats[at];
        let active = chat.is_active();
        if active {
            chat.call = None;
        }
        active
    }

    pub(super) fn take_over(&mut self, at: usize, who: usize) -> bool {
        let chat = &mut self.chats[at];
        let can = chat.is_active() && chat.state != State::Active(who);
        if can {
            chat.call = None;
            chat.own(who);
        }
        can
    }

    pub(super) fn step_in(&mut self, at: usize, who: usize, part: Part) -> bool {
        let chat = &mut self.chats[at];
        let can = chat.is_active() && chat.state != State::Active(who);
        if can {
            chat.company.insert(who, part);
        }
        can
    }

    pub(super) fn leave(&mut self, at: usize, who: usize) -> bool {
        let chat = &mut self.chats[at];
        let owns = chat.present().contains(&(who, Part::Owner));
        if !owns {
            chat.company.remove(&who);
        }
        !owns
    }

    pub(super) fn close(&mut self, at: usize) -> bool {
        match self.chats[at].state {
            State::Ended { owner, .. } => self.chats[at].state = State::Ended { owner, wrapped_up: true },
            State::Waiting | State::Active(_) => self.end(at),
        }
        true
    }

    pub(super) fn requeue(&mut self, at: usize) -> bool {
        let active = self.chats[at].is_active();
        if active {
            self.chats[at].wait();
        }
        active
    }

    pub(super) fn visitor_says(&mut self, at: usize, message: &str) -> bool {
        let chat = &mut self.chats[at];
        chat.has(message) || chat.store(message, Audience::All)
    }

    pub(super) fn agent_says(
        &mut self,
        at: usize,
        who: usize,
        epoch: i64,
        audience: Audience,
        message: &str,
    ) -> bool {
        let chat = &mut self.chats[at];
        if chat.has(message) {
            return true;
        }
        let owner = chat.state == State::Active(who) && epoch == chat.epoch;
        let guest = chat.is_active() && chat.company.get(&who) == Some(&Part::Guest);
        match audience {
            Audience::Staff => chat.store(message, audience),
            Audience::All => (owner || guest) && chat.store(message, audience),
        }
    }

    /// Chats that are somebody's, to be wrapped up by them, or on their way to them.
    fn used(&self, who: usize) -> i64 {
        let holds = |chat: &&Chat| chat.present().contains(&(who, Part::Owner));
        let comes = |chat: &&Chat| {
            chat.call.as_ref().is_some_and(|call| call.to == who && call.purpose == Purpose::Transfer)
        };
        let used = self.chats.iter().filter(holds).count() + self.chats.iter().filter(comes).count();
        i64::try_from(used).unwrap()
    }
}
