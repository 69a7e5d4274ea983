//! Owns the simulation's store: presentation rows with their constraints, as the real one keeps them.

use beckon_engine::id::{PresentationId, QueueId};
use beckon_engine::offer::Outcome;
use beckon_engine::reason::Reason;
use beckon_engine::visit::Presentation;

use crate::plan::Plan;

struct Row {
    visit: usize,
    id: PresentationId,
    queue: QueueId,
    at: i64,
    ignored_due: i64,
    passive_due: i64,
    outcome: Option<Outcome>,
    times_settled: u32,
    /// Committed so late that the visit had given up: never shown, so it starts no interval (O-14).
    shown: bool,
}

/// The rows that are committed.
#[derive(Default)]
pub(crate) struct Store {
    rows: Vec<Row>,
}

impl Store {
    /// Commits a presentation, or says why not: one is open for the visit (O-3), the gate has closed meanwhile (O-1), the
    /// queue has enough of them (O-12), or nobody asks for it any more. The plan is that of this moment.
    pub(crate) fn insert(
        &mut self,
        visit: usize,
        id: PresentationId,
        asked: Option<&Presentation>,
        plan: &Plan,
        interval_ms: i64,
    ) -> Option<Reason> {
        let Some(asked) = asked else { return Some(Reason::StoreRefused) };
        if self.rows.iter().any(|row| row.visit == visit && row.outcome.is_none()) {
            return Some(Reason::PresentationOpen);
        }
        let gate = plan.gates[&asked.queue];
        if let Some(reason) = gate.closed_because() {
            return Some(reason);
        }
        if self.count_open(asked.queue) >= gate.free_slots * plan.settings.capacity_factor {
            return Some(Reason::CapacityReached);
        }
        let (at, queue) = (asked.presented_at.0, asked.queue);
        let last = self.rows.iter().filter(|row| row.visit == visit && row.shown).map(|row| row.at).max();
        assert!(last.is_none_or(|last| last + interval_ms <= at), "the interval has passed (O-8)");
        let (ignored_due, passive_due) = (asked.ignored_due.0, asked.passive_due.0);
        self.rows.push(Row {
            visit,
            id,
            queue,
            at,
            ignored_due,
            passive_due,
            outcome: None,
            times_settled: 0,
            shown: true,
        });
        None
    }

    /// Settles a row; answers the outcome that it had already, when it is another one (O-10).
    pub(crate) fn settle(&mut self, id: PresentationId, outcome: Outcome) -> Option<Outcome> {
        let row = self.rows.iter_mut().find(|row| row.id == id)?;
        match row.outcome {
            Some(held) => (held != outcome).then_some(held),
            None => {
                row.outcome = Some(outcome);
                row.times_settled += 1;
                None
            }
        }
    }

    /// Settles what fell due while nobody was there (O-9).
    pub(crate) fn sweep(&mut self, now: i64) {
        for row in self.rows.iter_mut().filter(|row| row.outcome.is_none() && row.passive_due <= now) {
            row.outcome = Some(Outcome::PassivelyIgnored);
            row.times_settled += 1;
        }
    }

    pub(crate) fn count_open(&self, queue: QueueId) -> u32 {
        let open = self.rows.iter().filter(|row| row.queue == queue && row.outcome.is_none()).count();
        u32::try_from(open).expect("few rows")
    }

    /// The outcome of a row: none when there is no row.
    pub(crate) fn outcome(&self, id: PresentationId) -> Option<Option<Outcome>> {
        self.rows.iter().find(|row| row.id == id).map(|row| row.outcome)
    }

    /// It was committed too late to be shown.
    pub(crate) fn was_not_shown(&mut self, id: PresentationId) {
        self.rows.iter_mut().filter(|row| row.id == id).for_each(|row| row.shown = false);
    }

    /// Ignored is never said before its time, and neither is passively ignored.
    pub(crate) fn assert_in_time(&self, id: PresentationId, outcome: Outcome, now: i64) {
        let Some(row) = self.rows.iter().find(|row| row.id == id) else { return };
        let due = match outcome {
            Outcome::Ignored => row.ignored_due,
            Outcome::PassivelyIgnored => row.passive_due,
            Outcome::Accepted | Outcome::Rejected | Outcome::Withdrawn => row.at,
        };
        assert!(now >= due, "{outcome:?} not before it is due (O-7, O-9)");
    }

    /// Every committed presentation has exactly one outcome, rows that lost their visit after a sweep.
    pub(crate) fn assert_settled_once(&mut self) {
        self.sweep(i64::MAX);
        assert!(
            self.rows.iter().all(|row| row.outcome.is_some() && row.times_settled == 1),
            "one outcome each (X-5)"
        );
    }
}
