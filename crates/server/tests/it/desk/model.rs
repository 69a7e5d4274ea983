//! Owns the reference model of routing: what should happen, in the plainest way. Knows no database.

use std::collections::{BTreeMap, BTreeSet};

use beckon_engine::id::{ChatId, QueueId, UserId};
use beckon_engine::queue::Strategy;
use beckon_engine::time::UnixMs;
use serde_json::{Value, json};

/// As the settings of the queues say.
pub(super) const WAIT_MAX_S: u32 = 240;
const RELAX_S: u32 = 60;
const MOVED_PRIORITY: u8 = 2;
const MOVES_MAX: u32 = 3;
const RING_S: u32 = 20;
const AGAIN_AFTER_S: u32 = 60;
const LATER_AFTER_S: u32 = 180;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Queued,
    Ringing(UserId, UnixMs),
    Active(UserId),
    Ended,
}

/// What a queue asks for.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) strategy: Strategy,
    /// Of French; 0 asks for none.
    pub(super) level: u8,
    /// Where who has waited too long goes on waiting; else the chat ends.
    pub(super) then: Option<QueueId>,
}

pub(super) struct Chat {
    pub(super) queue: QueueId,
    pub(super) priority: u8,
    pub(super) place: Place,
    arrived: UnixMs,
    /// Since when it waits for somebody with the skills.
    waits_since: UnixMs,
    wait_due: UnixMs,
    moves: u32,
    let_pass: Vec<UserId>,
    /// When each last did.
    passed_at: BTreeMap<UserId, UnixMs>,
}

pub(super) struct Agent {
    pub(super) ready: bool,
    pub(super) serves: BTreeSet<QueueId>,
    pub(super) slots: i64,
    pub(super) level: u8,
    idle_since: UnixMs,
    rung_at: UnixMs,
}

pub(super) struct Model {
    pub(super) rules: BTreeMap<QueueId, Rules>,
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

impl Rules {
    /// For the queue's row.
    pub(super) fn as_settings(self) -> Value {
        let skills =
            if self.level == 0 { json!([]) } else { json!([{ "skill": "french", "level": self.level }]) };
        let dequeue =
            self.then.map_or(json!({ "do": "message" }), |to| json!({ "do": "queue", "queue_id": to }));
        json!({
            "strategy": self.strategy,
            "skills": skills,
            "relax_skills_after_s": RELAX_S,
            "dequeue_after_s": WAIT_MAX_S,
            "dequeue": dequeue,
            "priority": { "reactive": 0, "invite": 0, "moved": MOVED_PRIORITY },
        })
    }
}

impl Chat {
    pub(super) fn new(queue: QueueId, priority: u8, arrived: UnixMs) -> Self {
        Self {
            queue,
            priority,
            place: Place::Queued,
            arrived,
            waits_since: arrived,
            wait_due: arrived.plus_s(WAIT_MAX_S),
            moves: 0,
            let_pass: Vec::new(),
            passed_at: BTreeMap::new(),
        }
    }
}

impl Agent {
    pub(super) fn new(slots: i64, level: u8, serves: BTreeSet<QueueId>, now: UnixMs) -> Self {
        Self { ready: false, serves, slots, level, idle_since: now, rung_at: UnixMs(0) }
    }
}

impl Model {
    /// Who waits, over all queues, also those for whom somebody is being rung.
    pub(super) fn in_order(&self) -> Vec<ChatId> {
        let mut waiting: Vec<_> = self
            .chats
            .iter()
            .filter(|(_, chat)| matches!(chat.place, Place::Queued | Place::Ringing(..)))
            .map(|(id, chat)| (u8::MAX - chat.priority, chat.arrived, *id))
            .collect();
        waiting.sort();
        waiting.into_iter().map(|(_, _, id)| id).collect()
    }

    pub(super) fn choose_status(&mut self, agent: UserId, ready: bool, now: UnixMs) {
        self.set(agent, ready, now);
        if ready {
            for chat in self.chats.values_mut().filter(|chat| chat.place == Place::Queued) {
                chat.let_pass.retain(|passed| *passed != agent);
            }
        }
    }

    pub(super) fn let_pass(&mut self, chat: ChatId, agent: UserId, now: UnixMs) {
        let chat = self.chats.get_mut(&chat).unwrap();
        chat.place = Place::Queued;
        chat.let_pass.push(agent);
        chat.passed_at.insert(agent, now);
    }

    pub(super) fn end(&mut self, chat: ChatId, now: UnixMs) {
        let chat = self.chats.get_mut(&chat).unwrap();
        let agent = chat.place.is_active();
        chat.place = Place::Ended;
        self.freed(agent, now);
    }

    /// It keeps its arrival and its priority; nobody has let it pass there yet.
    pub(super) fn transfer(&mut self, chat: ChatId, queue: QueueId, now: UnixMs) {
        let chat = self.chats.get_mut(&chat).unwrap();
        let agent = chat.place.is_active();
        (chat.place, chat.queue) = (Place::Queued, queue);
        (chat.waits_since, chat.wait_due) = (now, now.plus_s(WAIT_MAX_S));
        chat.let_pass.clear();
        self.freed(agent, now);
    }

    fn freed(&mut self, agent: Option<UserId>, now: UnixMs) {
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
            self.let_pass(chat, agent, now);
            self.set(agent, false, now);
        }
        for chat in self.chats.values_mut() {
            if chat.place != Place::Queued || now < chat.wait_due {
                continue;
            }
            match self.rules[&chat.queue].then {
                Some(queue) if chat.moves < MOVES_MAX => {
                    chat.queue = queue;
                    chat.priority = chat.priority.max(MOVED_PRIORITY);
                    chat.moves += 1;
                    chat.wait_due = now.plus_s(WAIT_MAX_S);
                    chat.let_pass.clear();
                }
                Some(_) | None => chat.place = Place::Ended,
            }
        }
        for id in self.in_order() {
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
        let rules = &self.rules[&chat.queue];
        let first = |skilled: bool| {
            let can = |(id, agent): &(&UserId, &Agent)| {
                let passed = chat.let_pass.iter().filter(|passed| passed == id).count();
                let again = |after_s| now >= chat.passed_at[*id].plus_s(after_s);
                agent.ready
                    && agent.serves.contains(&chat.queue)
                    && (agent.level >= rules.level) == skilled
                    && self.used(**id) < agent.slots
                    && (passed == 0 || again(if passed == 1 { AGAIN_AFTER_S } else { LATER_AFTER_S }))
            };
            let free = self.agents.iter().filter(can);
            free.min_by_key(|(id, agent)| self.rank(rules.strategy, **id, agent)).map(|(id, _)| *id)
        };
        let relaxed = now >= chat.waits_since.plus_s(RELAX_S);
        first(true).or_else(|| if relaxed { first(false) } else { None })
    }

    /// The least is the first: what the strategy asks for, then who has been idle for longer, then the id.
    fn rank(&self, strategy: Strategy, id: UserId, agent: &Agent) -> (i64, UnixMs, UserId) {
        let wanted = match strategy {
            Strategy::LongestIdle => 0,
            Strategy::RoundRobin => agent.rung_at.0,
            // Slots are 1 to 3: the share in sixths is a whole number.
            Strategy::LeastLoaded => self.used(id) * 6 / agent.slots,
        };
        (wanted, agent.idle_since.max(agent.rung_at), id)
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
