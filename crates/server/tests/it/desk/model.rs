//! Owns the reference model of routing: what should happen, in the plainest way. Knows no database.

use std::collections::BTreeMap;

use beckon_engine::id::{ChatId, UserId};
use beckon_engine::time::UnixMs;

/// As the settings of the queue say.
pub(super) const WAIT_MAX_S: u32 = 240;
pub(super) const RELAX_S: u32 = 60;
const RING_S: u32 = 20;
const AGAIN_AFTER_S: u32 = 60;
const RINGS_MAX: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Queued,
    Ringing(UserId, UnixMs),
    Active(UserId),
    Ended,
}

pub(super) struct Chat {
    pub(super) priority: u8,
    pub(super) place: Place,
    arrived: UnixMs,
    let_pass: Vec<UserId>,
}

pub(super) struct Agent {
    pub(super) ready: bool,
    slots: i64,
    skilled: bool,
    idle_since: UnixMs,
    rung_at: UnixMs,
}

pub(super) struct Model {
    pub(super) agents: BTreeMap<UserId, Agent>,
    pub(super) chats: BTreeMap<ChatId, Chat>,
}

impl Place {
    pub(super) fn is_ringing(&self) -> Option<UserId> {
        if let Self::Ringing(agent, _) = self { Some(*agent) } else { None }
    }

    pub(super) fn is_active(&self) -> Option<UserId> {
        if let Self::Active(agent) = self { Some(*agent) } else { None }
    }
}

impl Chat {
    pub(super) fn new(priority: u8, arrived: UnixMs) -> Self {
        Self { priority, arrived, place: Place::Queued, let_pass: Vec::new() }
    }
}

impl Agent {
    pub(super) fn new(slots: i64, skilled: bool, now: UnixMs) -> Self {
        Self { ready: false, slots, skilled, idle_since: now, rung_at: UnixMs(0) }
    }
}

impl Model {
    /// Who waits, also those for whom somebody is being rung.
    pub(super) fn in_order(&self) -> impl Iterator<Item = ChatId> {
        let mut waiting: Vec<_> = self
            .chats
            .iter()
            .filter(|(_, chat)| matches!(chat.place, Place::Queued | Place::Ringing(..)))
            .map(|(id, chat)| (u8::MAX - chat.priority, chat.arrived, *id))
            .collect();
        waiting.sort();
        waiting.into_iter().map(|(_, _, id)| id)
    }

    pub(super) fn choose_status(&mut self, agent: UserId, ready: bool, now: UnixMs) {
        self.set(agent, ready, now);
        if ready {
            for chat in self.chats.values_mut().filter(|chat| chat.place == Place::Queued) {
                chat.let_pass.retain(|passed| *passed != agent);
            }
        }
    }

    pub(super) fn let_pass(&mut self, chat: ChatId, agent: UserId) {
        let chat = self.chats.get_mut(&chat).unwrap();
        chat.place = Place::Queued;
        chat.let_pass.push(agent);
    }

    pub(super) fn end(&mut self, chat: ChatId, now: UnixMs) {
        let chat = self.chats.get_mut(&chat).unwrap();
        let agent = chat.place.is_active();
        chat.place = Place::Ended;
        if let Some(agent) = agent
            && self.used(agent) == 0
        {
            self.agents.get_mut(&agent).unwrap().idle_since = now;
        }
    }

    pub(super) fn route(&mut self, now: UnixMs) {
        let mut over: Vec<_> = self
            .chats
            .iter()
            .filter_map(|(id, chat)| match chat.place {
                Place::Ringing(agent, due) if due <= now => Some((due, *id, agent)),
                Place::Ringing(..) | Place::Queued | Place::Active(_) | Place::Ended => None,
            })
            .collect();
        over.sort();
        for (_, chat, agent) in over {
            self.let_pass(chat, agent);
            self.set(agent, false, now);
        }
        for chat in self.chats.values_mut() {
            if chat.place == Place::Queued && now >= chat.arrived.plus_s(WAIT_MAX_S) {
                chat.place = Place::Ended;
            }
        }
        let waiting: Vec<ChatId> = self.in_order().collect();
        for id in waiting {
            if self.chats[&id].place != Place::Queued {
                continue;
            }
            if let Some(agent) = self.first_available(&self.chats[&id], now) {
                self.chats.get_mut(&id).unwrap().place = Place::Ringing(agent, now.plus_s(RING_S));
                self.agents.get_mut(&agent).unwrap().rung_at = now;
            }
        }
    }

    fn first_available(&self, chat: &Chat, now: UnixMs) -> Option<UserId> {
        let longest_idle = |skilled: bool| {
            let can = |(id, agent): &(&UserId, &Agent)| {
                let passed = chat.let_pass.iter().filter(|passed| passed == id).count();
                let again = now >= agent.rung_at.plus_s(AGAIN_AFTER_S);
                agent.ready
                    && agent.skilled == skilled
                    && self.used(**id) < agent.slots
                    && (passed == 0 || (passed < RINGS_MAX && again))
            };
            let free = self.agents.iter().filter(can);
            free.min_by_key(|(id, agent)| (agent.idle_since.max(agent.rung_at), **id)).map(|(id, _)| *id)
        };
        let relaxed = now >= chat.arrived.plus_s(RELAX_S);
        longest_idle(true).or_else(|| if relaxed { longest_idle(false) } else { None })
    }

    fn used(&self, agent: UserId) -> i64 {
        let of = |chat: &&Chat| [chat.place.is_ringing(), chat.place.is_active()].contains(&Some(agent));
        i64::try_from(self.chats.values().filter(of).count()).unwrap()
    }

    fn set(&mut self, agent: UserId, ready: bool, now: UnixMs) {
        let agent = self.agents.get_mut(&agent).unwrap();
        if agent.ready != ready {
            agent.ready = ready;
            agent.idle_since = now;
        }
    }
}
