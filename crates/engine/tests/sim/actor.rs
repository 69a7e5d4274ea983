//! Owns one visitor of the simulation: the visit, its model, what was handed in, and what a crash leaves of it.

use std::sync::Arc;

use beckon_engine::effect::Effect;
use beckon_engine::event::Event;
use beckon_engine::id::PresentationId;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Visit;
use beckon_engine::world::World;

use crate::model::Model;
use crate::plan::Plan;

/// When every simulation begins.
pub(crate) const START_MS: i64 = 1_743_580_800_000;

/// A visitor.
pub(crate) struct Actor {
    seed: u64,
    pub(crate) visit: Visit,
    pub(crate) model: Model,
    /// All that was handed in, and what came back.
    pub(crate) script: Vec<(i64, Event, Arc<World>)>,
    pub(crate) effects: Vec<Effect>,
    checkpoint: (String, Model, usize, usize),
    pub(crate) tabs: Vec<u32>,
    pub(crate) seen: Vec<PresentationId>,
    pub(crate) online: bool,
    /// The machine sleeps: nothing is reported, though the connection may stand.
    pub(crate) asleep_until: i64,
    pub(crate) untold: bool,
}

impl Actor {
    pub(crate) fn begin(seed: u64) -> Self {
        let visit = Visit::begin(seed, UnixMs(START_MS));
        let model = Model::begin(START_MS);
        let checkpoint = (serde_json::to_string(&visit).expect("a visit is JSON"), model.clone(), 0, 0);
        Self {
            seed,
            visit,
            model,
            script: Vec::new(),
            effects: Vec::new(),
            checkpoint,
            tabs: Vec::new(),
            seen: Vec::new(),
            online: true,
            asleep_until: 0,
            untold: false,
        }
    }

    pub(crate) fn keep_checkpoint(&mut self) {
        let json = serde_json::to_string(&self.visit).expect("a visit is JSON");
        self.checkpoint = (json, self.model.clone(), self.script.len(), self.effects.len());
    }

    pub(crate) fn restore(&mut self) {
        let (json, model, events, effects) = &self.checkpoint;
        self.visit = serde_json::from_str(json).expect("a checkpoint is read back");
        self.model = model.clone();
        self.script.truncate(*events);
        self.effects.truncate(*effects);
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
        let mut visit = Visit::begin(self.seed, UnixMs(START_MS));
        let handle = |(at, event, world): &(i64, Event, Arc<World>)| {
            visit.handle(event.clone(), UnixMs(*at), world).effects
        };
        let effects: Vec<_> = self.script.iter().flat_map(handle).collect();
        assert_eq!(effects, self.effects, "a replay makes the same effects (R-2)");
    }
}
