//! Owns one visit of the simulation: the engine's visit, its model, what was handed in, and what a crash leaves of it.

use std::sync::Arc;

use beckon_engine::effect::Effect;
use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::id::PresentationId;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Visit;
use beckon_engine::world::World;

use crate::model::Model;
use crate::plan::Plan;

/// When every simulation begins: Wednesday, 2 April 2025, 08:00 UTC.
pub(crate) const START_MS: i64 = 1_743_580_800_000;

/// A visit, and the browser that makes it.
pub(crate) struct Actor {
    seed: u64,
    begun: i64,
    pub(crate) visit: Visit,
    pub(crate) model: Model,
    /// All that was handed in, and what came back.
    pub(crate) script: Vec<(i64, Event, Arc<World>)>,
    pub(crate) effects: Vec<Effect>,
    checkpoint: (String, Model, usize, usize),
    /// The server that holds the visit.
    pub(crate) node: usize,
    pub(crate) tabs: Vec<u32>,
    pub(crate) seen: Vec<PresentationId>,
    /// Asked for by hand: no interval counts for it.
    pub(crate) by_hand: Vec<PresentationId>,
    /// The interval that counted when a presentation was last asked for.
    pub(crate) interval_ms: i64,
    pub(crate) online: bool,
    /// The machine sleeps: nothing is reported, though the connection may stand.
    pub(crate) asleep_until: i64,
    /// Its server knows another site than the visit was told of.
    pub(crate) untold: bool,
    /// Outcomes that are under way to the store; what is not committed is in no checkpoint.
    pub(crate) unsettled: u32,
    /// The chat as it really is.
    pub(crate) chat: ChatPhase,
    /// The agent whose slot the chat holds.
    pub(crate) slot: Option<usize>,
    /// Which visit of the visitor this is, and how many chats there were before.
    pub(crate) number: u32,
    pub(crate) chats: u32,
}

impl Actor {
    pub(crate) fn begin(seed: u64, node: usize, now: i64) -> Self {
        let visit = Visit::begin(seed, UnixMs(now));
        let model = Model::begin(now);
        let checkpoint = (serde_json::to_string(&visit).expect("a visit is JSON"), model.clone(), 0, 0);
        Self {
            seed,
            begun: now,
            visit,
            model,
            script: Vec::new(),
            effects: Vec::new(),
            checkpoint,
            node,
            tabs: Vec::new(),
            seen: Vec::new(),
            by_hand: Vec::new(),
            interval_ms: 0,
            online: true,
            asleep_until: 0,
            untold: false,
            unsettled: 0,
            chat: ChatPhase::None,
            slot: None,
            number: 1,
            chats: 0,
        }
    }

    /// The next visit of the same visitor.
    pub(crate) fn next_visit(&mut self, seed: u64, now: i64) -> Self {
        let mut next = Self::begin(seed, self.node, now);
        next.number = self.number + 1;
        next.chats = self.chats;
        (next.chat, next.slot) = (self.chat, self.slot.take());
        next.asleep_until = self.asleep_until;
        self.tabs.clear();
        self.online = false;
        self.chat = ChatPhase::None;
        next
    }

    pub(crate) fn keep_checkpoint(&mut self) {
        if self.unsettled > 0 {
            return;
        }
        let json = serde_json::to_string(&self.visit).expect("a visit is JSON");
        self.checkpoint = (json, self.model.clone(), self.script.len(), self.effects.len());
    }

    pub(crate) fn restore(&mut self) {
        let (json, model, events, effects) = &self.checkpoint;
        self.visit = serde_json::from_str(json).expect("a checkpoint is read back");
        self.model = model.clone();
        self.script.truncate(*events);
        self.effects.truncate(*effects);
        self.unsettled = 0;
    }

    /// A chat keeps offers away (O-4).
    pub(crate) fn is_in_chat(&self, now: i64) -> bool {
        match self.chat {
            ChatPhase::Open => true,
            ChatPhase::Form { until } => now < until.0,
            ChatPhase::Completed { .. } | ChatPhase::None => false,
        }
    }

    /// Each rule is explained with what the model counts.
    pub(crate) fn assert_explains(&self, now: i64, plan: &Plan, world: &World) {
        let explained = self.visit.explain(UnixMs(now), world);
        let of_rules = explained.rules.iter().filter(|rule| !rule.timer);
        for (explained, rule) in
            of_rules.flat_map(|e| plan.rules.iter().find(|r| r.id == e.rule).map(|r| (e, r)))
        {
            let found = (explained.latched, explained.views as usize);
            assert_eq!(found, (self.model.has_latched(rule.id), self.model.views_of(rule)), "{}", rule.name);
        }
    }

    /// The same events make the same effects, ids included.
    pub(crate) fn assert_replays(&self) {
        let mut visit = Visit::begin(self.seed, UnixMs(self.begun));
        let handle = |(at, event, world): &(i64, Event, Arc<World>)| {
            visit.handle(event.clone(), UnixMs(*at), world).effects
        };
        let effects: Vec<_> = self.script.iter().flat_map(handle).collect();
        assert_eq!(effects, self.effects, "a replay makes the same effects (R-2)");
    }
}
