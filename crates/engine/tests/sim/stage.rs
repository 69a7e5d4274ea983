//! Owns the simulation: visitors with tabs, two servers with one store and a bus that delays and loses, edits under way,
//! all under virtual time. Each step is compared with the reference model; what must never happen is asserted as it goes.

use std::sync::Arc;

use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::id::PresentationId;
use beckon_engine::offer::Outcome;
use beckon_engine::reason::Reason;
use beckon_engine::world::World;

use crate::actor::{Actor, START_MS};
use crate::chance::Chance;
use crate::model::ms;
use crate::plan::Plan;
use crate::store::Store;

mod answers;
mod browser;
mod servers;

/// Browsers act for this long; then all leave, and everything must settle.
const ACTIVE_MS: i64 = 600_000;
/// A server that missed a hint finds out within this time.
const LOOK_EVERY_MS: i64 = 5000;
const NODES: usize = 2;

/// Something that will happen.
#[derive(Clone, Debug)]
enum Task {
    Browse(usize),
    Report(usize),
    Answer(usize, PresentationId),
    Settle(usize, PresentationId, Outcome),
    Chat(usize, ChatPhase),
    AlertAnswered(usize),
    AlertRefused(usize),
    Fire(usize, &'static str),
    Click(usize),
    /// A visit hears that its server knows another site.
    Tell(usize),
    /// The bus tells a server that the site has changed.
    Learn(usize),
    /// A server looks by itself.
    Look(usize),
    /// The hours of a queue turn.
    Turn(usize),
    Edit,
    Gate,
    Crash(usize),
    Restart(usize),
}

/// One server: the site as it knows it.
struct Node {
    plan: Plan,
    world: Arc<World>,
    /// When the number of open presentations last changed without a word to the visits.
    counted_at: i64,
    /// How many changes of the site it knows.
    changes: u64,
    up: bool,
}

pub(crate) struct Stage {
    seed: u64,
    chance: Chance,
    /// The site as the database has it.
    truth: Plan,
    /// How often that has changed.
    changes: u64,
    nodes: Vec<Node>,
    actors: Vec<Actor>,
    store: Store,
    tasks: Vec<(i64, u64, Task)>,
    next_task: u64,
    now: i64,
    /// Presentations, for the record that seeds are not idle.
    pub(crate) presented: usize,
}

impl Stage {
    pub(crate) fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut truth = Plan::random(&mut chance);
        truth.look(START_MS, |_| 0);
        let world = truth.world();
        let node = || Node {
            plan: truth.clone(),
            world: Arc::clone(&world),
            counted_at: START_MS,
            changes: 0,
            up: true,
        };
        let nodes = (0..NODES).map(|_| node()).collect();
        let mut stage = Self {
            seed,
            chance,
            truth,
            changes: 0,
            nodes,
            actors: Vec::new(),
            store: Store::default(),
            tasks: Vec::new(),
            next_task: 0,
            now: START_MS,
            presented: 0,
        };
        for i in 0..1 + stage.chance.below(4) as usize {
            let node = stage.chance.below(2) as usize;
            stage.actors.push(Actor::begin(stage.new_seed(), node, START_MS));
            stage.describe(i);
            if stage.chance.percent(60) {
                stage.feed(i, Event::LinkConnected);
            }
            stage.later(0, Task::Browse(i));
            stage.later(stage.poll_ms(i), Task::Report(i));
        }
        stage.later_up_to(200, Task::Edit);
        stage.later_up_to(60, Task::Gate);
        for node in 0..NODES {
            stage.later_up_to(2000, Task::Crash(node));
            stage.later(LOOK_EVERY_MS, Task::Look(node));
        }
        stage
    }

    /// Plays to the end.
    pub(crate) fn run(mut self) -> Self {
        while let Some((at, act)) = self.next() {
            assert!(at >= self.now, "time goes forward");
            self.now = at;
            match act {
                Next::Deadline(i) => self.feed(i, Event::DeadlineReached),
                Next::Task(task) => self.perform(task),
            }
        }
        for (i, actor) in self.actors.iter().enumerate() {
            assert!(actor.visit.has_ended(), "visit {i} has ended");
            actor.assert_replays();
        }
        self.store.assert_settled_once();
        self
    }

    /// A seed for one more visit.
    fn new_seed(&self) -> u64 {
        self.seed * 1000 + self.actors.len() as u64
    }

    fn next(&mut self) -> Option<(i64, Next)> {
        let up = self.actors.iter().enumerate().filter(|(_, actor)| self.nodes[actor.node].up);
        let deadline = up.filter_map(|(i, actor)| Some((ms(actor.visit.deadline()?), i))).min();
        let task = (0..self.tasks.len()).min_by_key(|&t| (self.tasks[t].0, self.tasks[t].1));
        let task_at = task.map(|t| self.tasks[t].0);
        let deadline_first = match (deadline, task_at) {
            (Some((at, _)), Some(task_at)) => at < task_at || (at == task_at && self.chance.percent(50)),
            (Some(_), None) => true,
            (None, _) => false,
        };
        if let Some((at, i)) = deadline.filter(|_| deadline_first) {
            return Some((at, Next::Deadline(i)));
        }
        task.map(|t| self.tasks.remove(t)).map(|(at, _, task)| (at, Next::Task(task)))
    }

    fn later(&mut self, ms: i64, task: Task) {
        self.next_task += 1;
        self.tasks.push((self.now + ms, self.next_task, task));
    }

    fn later_up_to(&mut self, s: u32, task: Task) {
        let ms = self.chance.ms_up_to(s);
        self.later(ms, task);
    }

    fn again(&mut self, s: u32, task: Task) {
        if !self.is_over() {
            self.later_up_to(s, task);
        }
    }

    fn is_over(&self) -> bool {
        self.now >= START_MS + ACTIVE_MS
    }

    fn perform(&mut self, task: Task) {
        if let Some(i) = task.actor().filter(|&i| !self.nodes[self.actors[i].node].up) {
            self.meet_a_server_that_is_down(i, task);
            return;
        }
        match task {
            Task::Browse(i) => self.browse(i),
            Task::Report(i) => self.report(i),
            Task::Click(i) => self.click(i),
            Task::Tell(i) => self.tell(i),
            Task::Answer(i, presentation) => self.answer(i, presentation),
            Task::Settle(i, presentation, outcome) => {
                self.actors[i].unsettled -= 1;
                self.settle(i, presentation, outcome);
            }
            Task::Chat(i, phase) => self.chat(i, phase),
            Task::Fire(i, name) => {
                self.feed(i, Event::CustomEventFired { name: name.to_owned() });
                if self.chance.percent(70) {
                    let after_s = *self.chance.one_of(&[1, 2, 5, 20]);
                    self.later(after_s * 1000, Task::Fire(i, name));
                }
            }
            Task::AlertAnswered(i) => self.feed(i, Event::AlertAnswered),
            Task::AlertRefused(i) => self.feed(i, Event::AlertRefused { reason: Reason::CapacityReached }),
            Task::Learn(node) => self.learn(node),
            Task::Look(node) => {
                self.look(node);
                if !self.is_over() {
                    self.later(LOOK_EVERY_MS, Task::Look(node));
                }
            }
            Task::Turn(node) => self.learn(node),
            Task::Edit => {
                self.truth.edit(&mut self.chance);
                self.site_changed();
                self.again(200, Task::Edit);
            }
            Task::Gate => {
                self.truth.change_gate(&mut self.chance);
                self.site_changed();
                self.again(60, Task::Gate);
            }
            Task::Crash(node) => self.crash(node),
            Task::Restart(node) => self.restart(node),
        }
    }
}

impl Task {
    /// The visit to which it happens.
    fn actor(&self) -> Option<usize> {
        match *self {
            Self::Browse(i)
            | Self::Report(i)
            | Self::Answer(i, _)
            | Self::Settle(i, ..)
            | Self::Chat(i, _)
            | Self::AlertAnswered(i)
            | Self::AlertRefused(i)
            | Self::Fire(i, _)
            | Self::Click(i)
            | Self::Tell(i) => Some(i),
            Self::Learn(_)
            | Self::Look(_)
            | Self::Turn(_)
            | Self::Edit
            | Self::Gate
            | Self::Crash(_)
            | Self::Restart(_) => None,
        }
    }

    /// The same for another visit, where it happens to the visitor and not to that visit alone.
    fn moved_to(&self, j: usize) -> Option<Self> {
        match *self {
            Self::Browse(_) => Some(Self::Browse(j)),
            Self::Report(_) => Some(Self::Report(j)),
            Self::Chat(_, phase) => Some(Self::Chat(j, phase)),
            Self::Fire(_, name) => Some(Self::Fire(j, name)),
            Self::Click(_) => Some(Self::Click(j)),
            Self::Answer(..)
            | Self::Settle(..)
            | Self::Tell(_)
            | Self::AlertAnswered(_)
            | Self::AlertRefused(_)
            | Self::Learn(_)
            | Self::Look(_)
            | Self::Turn(_)
            | Self::Edit
            | Self::Gate
            | Self::Crash(_)
            | Self::Restart(_) => None,
        }
    }
}

enum Next {
    Deadline(usize),
    Task(Task),
}
