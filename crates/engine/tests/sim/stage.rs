//! Owns the simulation: visitors with tabs, a store that delays, fails and restarts, edits under way, all under virtual
//! time. Each step is compared with the reference model; what must never happen is asserted as it goes.

use std::sync::Arc;

use beckon_engine::effect::Effect;
use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::id::{PresentationId, TabId};
use beckon_engine::offer::Outcome;
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Stage as PresentationStage;
use beckon_engine::world::World;

use crate::actor::{Actor, START_MS};
use crate::chance::Chance;
use crate::model::{Want, ms};
use crate::plan::{EVENTS, PAGES, Plan};
use crate::store::Store;

/// Browsers act for this long; then all leave, and everything must settle.
const ACTIVE_MS: i64 = 600_000;

/// Something that will happen.
#[derive(Clone, Debug)]
enum Task {
    Browse(usize),
    Report(usize),
    Answer(usize, PresentationId),
    Chat(usize, ChatPhase),
    AlertAnswered(usize),
    Fire(usize, &'static str),
    Tell(usize),
    Edit,
    Gate,
    Crash,
}

pub(crate) struct Stage {
    chance: Chance,
    plan: Plan,
    world: Arc<World>,
    actors: Vec<Actor>,
    store: Store,
    tasks: Vec<(i64, u64, Task)>,
    next_task: u64,
    now: i64,
    /// When the number of open presentations last changed.
    counted_at: i64,
    /// Presentations and outcomes, for the record that seeds are not idle.
    pub(crate) presented: usize,
}

impl Stage {
    pub(crate) fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut plan = Plan::random(&mut chance);
        let world = plan.world();
        let actors =
            (0..1 + u64::from(chance.below(3))).map(|i| Actor::begin(seed * 10 + i)).collect::<Vec<_>>();
        let mut stage = Self {
            chance,
            plan,
            world,
            actors,
            store: Store::default(),
            tasks: Vec::new(),
            next_task: 0,
            now: START_MS,
            counted_at: START_MS,
            presented: 0,
        };
        for i in 0..stage.actors.len() {
            if stage.chance.percent(60) {
                stage.feed(i, Event::LinkConnected);
            }
            stage.later(0, Task::Browse(i));
            stage.later(stage.poll_ms(), Task::Report(i));
        }
        stage.later_up_to(200, Task::Edit);
        stage.later_up_to(60, Task::Gate);
        stage.later_up_to(2000, Task::Crash);
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

    fn next(&mut self) -> Option<(i64, Next)> {
        let deadlines =
            self.actors.iter().enumerate().filter_map(|(i, actor)| Some((ms(actor.visit.deadline()?), i)));
        let deadline = deadlines.min();
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

    fn poll_ms(&self) -> i64 {
        i64::from(self.plan.settings.poll_interval_s) * 1000
    }

    fn is_over(&self) -> bool {
        self.now >= START_MS + ACTIVE_MS
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Browse(i) => self.browse(i),
            Task::Report(i) => {
                // A live visit looks again by itself a second after the number of open presentations has changed.
                let stale = self.actors[i].untold || self.now < self.counted_at + 1000;
                let quiet = stale && self.actors[i].visit.is_live();
                if self.actors[i].online && self.now >= self.actors[i].asleep_until && !quiet {
                    self.feed(i, Event::Heard);
                }
                if !self.is_over() {
                    self.later(self.poll_ms(), Task::Report(i));
                }
            }
            Task::Answer(i, presentation) => self.answer(i, presentation),
            Task::Chat(i, phase) => {
                self.feed(i, Event::ChatChanged { state: phase });
                if phase == ChatPhase::Open {
                    let end = *self.chance.one_of(&[ChatPhase::Completed, ChatPhase::None]);
                    self.later_up_to(60, Task::Chat(i, end));
                }
            }
            Task::Fire(i, name) => {
                self.feed(i, Event::CustomEventFired { name: name.to_owned() });
                if self.chance.percent(70) {
                    let after_s = *self.chance.one_of(&[1, 2, 5, 20]);
                    self.later(after_s * 1000, Task::Fire(i, name));
                }
            }
            Task::AlertAnswered(i) => self.feed(i, Event::AlertAnswered),
            Task::Tell(i) => {
                self.actors[i].untold = false;
                self.feed(i, Event::WorldChanged);
            }
            Task::Edit => {
                self.plan.edit(&mut self.chance);
                self.world_changed();
                self.again(300, Task::Edit);
            }
            Task::Gate => {
                self.plan.change_gate(&mut self.chance);
                self.world_changed();
                self.again(60, Task::Gate);
            }
            Task::Crash => {
                self.crash();
                self.again(600, Task::Crash);
            }
        }
    }

    fn again(&mut self, s: u32, task: Task) {
        if !self.is_over() {
            self.later_up_to(s, task);
        }
    }

    /// The world is another one; each visit is told a little later.
    fn world_changed(&mut self) {
        self.world = self.plan.world();
        for i in 0..self.actors.len() {
            self.actors[i].untold = true;
            let within = *self.chance.one_of(&[0, 0, 1, 3]);
            self.later_up_to(within, Task::Tell(i));
        }
    }

    /// The gates follow the rows.
    fn count_open(&mut self) {
        for (queue, gate) in &mut self.plan.gates {
            gate.open_presentations = self.store.count_open(*queue);
        }
        self.world = self.plan.world();
        self.counted_at = self.now;
    }

    fn browse(&mut self, i: usize) {
        if self.is_over() {
            for tab in std::mem::take(&mut self.actors[i].tabs) {
                self.feed(i, Event::TabClosed { tab: TabId(tab) });
            }
            self.actors[i].online = false;
            self.feed(i, Event::LinkLost);
            return;
        }
        let tab = TabId(1 + self.chance.below(4));
        let known = self.actors[i].tabs.contains(&tab.0);
        let roll = self.chance.below(100);
        match roll {
            _ if !self.actors[i].online && roll < 70 => {}
            _ if !self.actors[i].online => {
                self.actors[i].online = true;
                let back = if self.chance.percent(50) { Event::LinkConnected } else { Event::Heard };
                self.feed(i, back);
            }
            0..=29 => self.view(i, tab),
            30..=37 if known => {
                self.actors[i].tabs.retain(|open| *open != tab.0);
                self.feed(i, Event::TabClosed { tab });
            }
            38..=55 => self.click(i),
            56..=67 => self.act_on_page(i, tab),
            68..=71 => self.lose_network(i),
            72..=75 => self.feed(i, Event::LinkConnected),
            76..=78 => self.feed(i, Event::LinkLost),
            79..=81 => self.later(0, Task::Chat(i, ChatPhase::Open)),
            82..=84 => self.request(i),
            85 => {
                let given = self.chance.percent(70);
                self.feed(i, Event::ConsentChanged { given });
            }
            86 | 87 => {
                let ms = self.chance.ms_up_to(500);
                self.actors[i].asleep_until = self.now + ms;
                return self.later(ms, Task::Browse(i));
            }
            _ => self.view(i, tab),
        }
        let within = *self.chance.one_of(&[1, 5, 20, 40]);
        self.later_up_to(within, Task::Browse(i));
    }

    fn view(&mut self, i: usize, tab: TabId) {
        if !self.actors[i].tabs.contains(&tab.0) {
            self.actors[i].tabs.push(tab.0);
        }
        let url = (*self.chance.one_of(&PAGES)).to_owned();
        self.feed(i, Event::PageViewed { tab, url, title: String::new(), referrer: String::new() });
    }

    fn click(&mut self, i: usize) {
        let Some(&last) = self.actors[i].seen.last() else { return };
        let presentation =
            if self.chance.percent(85) { last } else { *self.chance.one_of(&self.actors[i].seen) };
        let event = if self.chance.percent(40) {
            Event::OfferAccepted { presentation }
        } else {
            Event::OfferRejected { presentation }
        };
        self.feed(i, event);
    }

    fn act_on_page(&mut self, i: usize, tab: TabId) {
        let event = match self.chance.below(10) {
            0 => Event::Scrolled { tab, percent: *self.chance.one_of(&[20, 50, 90]) },
            1 => Event::ExitIntended { tab },
            2 => Event::ActivitySeen { tab },
            3 => Event::FormEntered { tab },
            4 => Event::FormInput { tab },
            5 => Event::FormSubmitted { tab },
            _ => {
                // Often a second one follows, just as late as a window is long.
                let (name, after_s) = (*self.chance.one_of(&EVENTS), *self.chance.one_of(&[0, 1, 2, 5, 20]));
                self.later(after_s * 1000, Task::Fire(i, name));
                return;
            }
        };
        self.feed(i, event);
    }

    fn lose_network(&mut self, i: usize) {
        self.actors[i].online = false;
        self.feed(i, Event::LinkLost);
    }

    fn request(&mut self, i: usize) {
        let (offer, queue) =
            (self.chance.one_of(&self.plan.offers).id, self.chance.one_of(&self.plan.queues).id);
        self.feed(i, Event::OfferRequested { offer, queue });
    }

    /// The store answers what was asked of it.
    fn answer(&mut self, i: usize, presentation: PresentationId) {
        let refusal = if self.chance.percent(15) { Some(Reason::StoreRefused) } else { None };
        let asked = self.actors[i].visit.presentation().filter(|asked| asked.id == presentation).cloned();
        let refusal = refusal.or_else(|| self.store.insert(i, presentation, asked.as_ref(), &self.plan));
        match refusal {
            Some(reason) => self.feed(i, Event::PresentationRefused { presentation, reason }),
            None => {
                self.presented += 1;
                self.count_open();
                self.actors[i].seen.push(presentation);
                self.feed(i, Event::PresentationCommitted { presentation });
                self.actors[i].keep_checkpoint();
            }
        }
    }

    /// The server is gone for a while, and comes back with what was kept.
    fn crash(&mut self) {
        let until = self.now + self.chance.ms_up_to(150);
        let lost = |task: &Task| matches!(task, Task::Answer(..) | Task::Tell(_));
        self.tasks.retain(|(_, _, task)| !lost(task));
        for (at, _, _) in &mut self.tasks {
            *at = (*at).max(until);
        }
        self.now = until;
        if self.chance.percent(50) {
            self.store.sweep(self.now);
            self.count_open();
        }
        for i in 0..self.actors.len() {
            self.actors[i].restore();
            self.actors[i].untold = false;
            self.feed(i, Event::LinkLost);
            let Some(kept) = self.actors[i].visit.presentation().cloned() else { continue };
            let (presentation, at) = (kept.id, UnixMs(self.now));
            let event = match (kept.stage, self.store.outcome(presentation)) {
                (_, Some(Some(outcome))) => Event::OutcomeCorrected { presentation, outcome, at },
                (PresentationStage::Asked, Some(None)) => Event::PresentationCommitted { presentation },
                (PresentationStage::Asked, None) => {
                    Event::PresentationRefused { presentation, reason: Reason::StoreRefused }
                }
                (PresentationStage::Open, _) => continue,
            };
            self.feed(i, event);
        }
    }

    /// Hands in one event and holds the answer against the model.
    fn feed(&mut self, i: usize, event: Event) {
        let (now, plan, world) = (self.now, &self.plan, Arc::clone(&self.world));
        let actor = &mut self.actors[i];
        let decision = actor.visit.handle(event.clone(), UnixMs(now), &world);
        let (wants, reason) = actor.model.step(&event, now, plan);
        let context = || format!("visit {i} at {} on {event:?}", now - START_MS);
        assert_eq!(
            wants.len(),
            decision.effects.len(),
            "{}: {wants:?} but {:?}",
            context(),
            decision.effects
        );
        for (want, effect) in wants.iter().zip(&decision.effects) {
            assert!(agrees(want, effect), "{}: wanted {want:?}, was {effect:?}", context());
            actor.model.adopt(effect, now, plan);
        }
        let presents = decision.effects.iter().any(starts_something);
        assert_eq!(decision.reason.is_none(), presents, "{}: a reason, or an offer", context());
        assert_eq!(decision.reason, reason, "{}: the reason", context());
        let deadline = actor.visit.deadline();
        assert!(deadline.is_none_or(|deadline| ms(deadline) > now), "{}: a deadline lies ahead", context());
        if self.chance.percent(10) && !actor.visit.has_ended() {
            actor.assert_explains(now, plan, &world);
        }
        actor.script.push((now, event.clone(), world));
        actor.effects.extend(decision.effects.iter().cloned());
        if !decision.effects.is_empty() || self.chance.percent(4) {
            actor.keep_checkpoint();
        }
        for effect in decision.effects {
            self.work_off(i, effect);
        }
    }

    fn work_off(&mut self, i: usize, effect: Effect) {
        match effect {
            Effect::PresentOffer { presentation, queue, .. } => {
                let gate = self.world.gate(queue);
                assert!(gate.closed_because().is_none(), "nothing is presented outside the gate (O-1)");
                let within = *self.chance.one_of(&[0, 0, 1, 3, 40]);
                self.later_up_to(within, Task::Answer(i, presentation));
            }
            Effect::SettleOutcome { presentation, outcome, .. } => {
                if outcome == Outcome::PassivelyIgnored {
                    self.store.assert_passive_in_time(presentation, self.now);
                }
                let held = self.store.settle(presentation, outcome);
                self.count_open();
                if let Some(held) = held {
                    let at = UnixMs(self.now);
                    self.feed(i, Event::OutcomeCorrected { presentation, outcome: held, at });
                }
            }
            Effect::OpenChat { .. } => {
                let next = *self.chance.one_of(&[ChatPhase::Form, ChatPhase::Open, ChatPhase::None]);
                self.later_up_to(130, Task::Chat(i, next));
            }
            Effect::AlertAgent { .. } => {
                if self.chance.percent(50) {
                    self.later_up_to(20, Task::AlertAnswered(i));
                }
                let end = *self.chance.one_of(&[ChatPhase::Open, ChatPhase::None, ChatPhase::Completed]);
                self.later_up_to(40, Task::Chat(i, end));
            }
            Effect::EndVisit => {
                if !self.is_over() {
                    self.actors[i].assert_replays();
                }
            }
            Effect::ShowOffer { .. }
            | Effect::RecordLateAccept { .. }
            | Effect::GiveAlternative { .. }
            | Effect::WithdrawAlert { .. } => {}
        }
    }
}

enum Next {
    Deadline(usize),
    Task(Task),
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

const fn starts_something(effect: &Effect) -> bool {
    matches!(effect, Effect::PresentOffer { .. } | Effect::AlertAgent { .. })
}
