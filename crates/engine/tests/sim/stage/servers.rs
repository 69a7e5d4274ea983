//! Owns the servers of the simulation: what each knows of the site, how late it learns, how it fails and comes back.

use beckon_engine::event::Event;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Stage as PresentationStage;

use super::{ACTIVE_MS, NODES, Stage, Task};
use crate::actor::START_MS;
use crate::plan::Plan;

impl Stage {
    /// The site is another one. The bus tells the servers a little later, or never; then they find out by themselves.
    pub(super) fn site_changed(&mut self) {
        self.changes += 1;
        for node in 0..NODES {
            if self.chance.percent(85) {
                let within = *self.chance.one_of(&[0, 0, 1, 3]);
                let after_ms = self.chance.ms_up_to(within);
                self.later(after_ms, Task::Learn(node));
            }
        }
    }

    /// A server sees for itself whether it knows the site as it is.
    pub(super) fn look(&mut self, node: usize) {
        if self.nodes[node].changes != self.changes {
            self.learn(node);
        }
    }

    /// A server reads the site, as a whole, and tells its visits, some a little later.
    pub(super) fn learn(&mut self, node: usize) {
        if !self.nodes[node].up {
            return;
        }
        self.learn_alone(node);
        for i in (0..self.actors.len()).filter(|&i| self.actors[i].node == node).collect::<Vec<_>>() {
            if self.actors[i].visit.has_ended() && self.actors[i].visit.deadline().is_none() {
                continue;
            }
            if self.chance.percent(60) {
                self.tell(i);
                continue;
            }
            self.actors[i].untold = true;
            self.later_up_to(2, Task::Tell(i));
            // What an answer meets while its visit has not been told is what is seldom tried.
            if self.chance.percent(30) {
                self.later(0, Task::Click(i));
            }
        }
    }

    pub(super) fn tell(&mut self, i: usize) {
        self.actors[i].untold = false;
        self.feed(i, Event::WorldChanged);
    }

    /// A queue opens or closes at this time.
    fn turn_at(&mut self, at: i64, node: usize) {
        let known =
            |(due, _, task): &(i64, u64, Task)| *due == at && matches!(task, Task::Turn(n) if *n == node);
        if !self.tasks.iter().any(known) {
            self.later(at - self.now, Task::Turn(node));
        }
    }

    /// The counts of a server follow its own commits; the others learn of them as of everything.
    pub(super) fn count_open(&mut self, node: usize) {
        let (now, store) = (self.now, &self.store);
        let known = &mut self.nodes[node];
        for (queue, gate) in &mut known.plan.gates {
            gate.open_presentations = store.count_open(*queue);
        }
        known.world = known.plan.world();
        known.counted_at = now;
        self.changes += 1;
    }

    /// The site as the database has it at this moment.
    pub(super) fn truth_now(&mut self) -> &Plan {
        let (now, store) = (self.now, &self.store);
        self.truth.look(now, |queue| store.count_open(queue));
        &self.truth
    }

    pub(super) fn crash(&mut self, node: usize) {
        self.nodes[node].up = false;
        let on_node = |i: usize| self.actors[i].node == node;
        self.tasks.retain(|(_, _, task)| match task {
            Task::Answer(i, _) | Task::Settle(i, ..) | Task::AlertRefused(i) | Task::Tell(i) => !on_node(*i),
            Task::Learn(n) | Task::Look(n) | Task::Turn(n) => *n != node,
            Task::Browse(_)
            | Task::Report(_)
            | Task::Click(_)
            | Task::Chat(..)
            | Task::AlertAnswered(_)
            | Task::Fire(..)
            | Task::Edit
            | Task::Gate
            | Task::Crash(_)
            | Task::Restart(_) => true,
        });
        self.later_up_to(150, Task::Restart(node));
    }

    /// The server is back, with what was kept.
    pub(super) fn restart(&mut self, node: usize) {
        self.nodes[node].up = true;
        if self.chance.percent(50) {
            self.store.sweep(self.now);
        }
        for i in (0..self.actors.len()).filter(|&i| self.actors[i].node == node).collect::<Vec<_>>() {
            self.actors[i].restore();
        }
        self.learn_alone(node);
        for i in (0..self.actors.len()).filter(|&i| self.actors[i].node == node).collect::<Vec<_>>() {
            self.recover(i);
        }
        self.later(super::LOOK_EVERY_MS, Task::Look(node));
        self.again(600, Task::Crash(node));
    }

    /// The server reads the site, and tells nobody yet.
    fn learn_alone(&mut self, node: usize) {
        let (now, store) = (self.now, &self.store);
        let mut plan = self.truth.clone();
        plan.look(now, |queue| store.count_open(queue));
        let known = &mut self.nodes[node];
        (known.world, known.counted_at, known.changes) = (plan.world(), now, self.changes);
        self.truth.keep_config_of(&plan);
        let turn = plan.turns_at(now).filter(|_| now < START_MS + ACTIVE_MS);
        known.plan = plan;
        if let Some(at) = turn {
            self.turn_at(at, node);
        }
    }

    /// A browser whose server is down waits, or comes to the other one.
    pub(super) fn meet_a_server_that_is_down(&mut self, i: usize, task: Task) {
        let other = 1 - self.actors[i].node;
        if matches!(task, Task::Browse(_)) && self.nodes[other].up && self.chance.percent(40) {
            self.move_to(i, other);
            self.perform(task);
        } else {
            let ms = 1000 + self.chance.ms_up_to(4);
            self.later(ms, task);
        }
    }

    /// The browser comes to another server, which claims the visit: whatever the first one has under way is refused.
    pub(super) fn move_to(&mut self, i: usize, node: usize) {
        self.tasks
            .retain(|(_, _, task)| !matches!(task, Task::Answer(of, _) | Task::Settle(of, ..) | Task::Tell(of) if *of == i));
        self.actors[i].node = node;
        self.actors[i].restore();
        self.recover(i);
    }

    /// What happened meanwhile is told: the link was lost, the chat is in this state, the store holds this.
    fn recover(&mut self, i: usize) {
        self.actors[i].untold = false;
        self.feed(i, Event::LinkLost);
        let state = self.actors[i].chat;
        self.feed(i, Event::ChatChanged { state });
        let Some(kept) = self.actors[i].visit.presentation().cloned() else { return };
        let (presentation, at) = (kept.id, UnixMs(self.now));
        let event = match (kept.stage, self.store.outcome(presentation)) {
            (_, Some(Some(outcome))) => Event::OutcomeCorrected { presentation, outcome, at },
            (PresentationStage::Asked, Some(None)) => Event::PresentationCommitted { presentation },
            (PresentationStage::Asked, None) => Event::PresentationRefused {
                presentation,
                reason: beckon_engine::reason::Reason::StoreRefused,
            },
            (PresentationStage::Open, _) => return,
        };
        self.feed(i, event);
    }
}
