//! Owns who and what opens a queue in a simulation: agents that come and go, their slots, business hours in plain minutes.

use beckon_engine::id::QueueId;
use beckon_engine::queue::{Hours, Period};

use crate::chance::Chance;

const DAY_MIN: i64 = 24 * 60;
/// Minute of the day, UTC, at which every simulation begins.
pub(crate) const START_MIN: u32 = 8 * 60;

/// An agent.
#[derive(Clone)]
pub(crate) struct Agent {
    /// Signed in and ready.
    ready: bool,
    slots: u32,
    used: u32,
    serves: Vec<QueueId>,
}

impl Agent {
    pub(crate) fn random(queues: &[QueueId], chance: &mut Chance) -> Self {
        let serves = queues.iter().copied().filter(|_| chance.percent(75)).collect();
        Self { ready: chance.percent(85), slots: 1 + chance.below(2), used: 0, serves }
    }

    fn free_for(&self, queue: QueueId) -> u32 {
        if self.ready && self.serves.contains(&queue) { self.slots.saturating_sub(self.used) } else { 0 }
    }

    /// The agent comes, goes, or takes on more or less.
    pub(crate) fn change(&mut self, chance: &mut Chance) {
        if chance.percent(70) {
            self.ready ^= true;
        } else {
            self.slots = 1 + chance.below(3);
        }
    }

    pub(crate) fn return_to_work(&mut self) {
        self.ready = true;
    }

    pub(crate) fn release(&mut self) {
        self.used -= 1;
    }
}

pub(crate) fn free_slots(agents: &[Agent], queue: QueueId) -> u32 {
    agents.iter().map(|agent| agent.free_for(queue)).sum()
}

/// Takes a slot of an agent who has one free; answers whose.
pub(crate) fn take_slot(agents: &mut [Agent], queue: QueueId) -> Option<usize> {
    let at = agents.iter().position(|agent| agent.free_for(queue) > 0)?;
    agents[at].used += 1;
    Some(at)
}

/// Open spans of every day, minutes from midnight UTC; one that ends before it begins runs over midnight.
#[derive(Clone)]
pub(crate) struct Spans(Vec<(u32, u32)>);

impl Spans {
    pub(crate) fn always() -> Self {
        Self(vec![(0, 24 * 60)])
    }

    /// Mostly open when the simulation begins, and closing or opening while it runs.
    pub(crate) fn random(chance: &mut Chance) -> Self {
        let soon = |chance: &mut Chance| START_MIN + chance.below(12);
        match chance.below(6) {
            0 => Self(vec![(START_MIN - 60, soon(chance).max(START_MIN + 1))]),
            1 => Self(vec![(soon(chance), START_MIN + 600)]),
            2 => {
                let closes = START_MIN + 1 + chance.below(4);
                Self(vec![(START_MIN - 30, closes), (closes + 1 + chance.below(3), START_MIN + 90)])
            }
            3 => Self(vec![(22 * 60, soon(chance).max(START_MIN + 1))]),
            _ => Self::always(),
        }
    }

    /// The same, as a queue has it.
    pub(crate) fn hours(&self) -> Hours {
        let clock = |min: u32| format!("{:02}:{:02}", min / 60, min % 60);
        let on = |weekday: u8| {
            let period = move |&(from, to): &(u32, u32)| Period { weekday, from: clock(from), to: clock(to) };
            self.0.iter().map(period)
        };
        Hours { time_zone: "UTC".to_owned(), weekly: (1..=7).flat_map(on).collect(), exceptions: Vec::new() }
    }

    /// Whether they are open, by plain arithmetic.
    pub(crate) fn is_open(&self, now_ms: i64) -> bool {
        let min = now_ms.div_euclid(60_000).rem_euclid(DAY_MIN);
        self.0.iter().any(|&(from, to)| {
            let (from, to) = (i64::from(from), i64::from(to));
            if from < to { from <= min && min < to } else { min >= from || min < to }
        })
    }
}
