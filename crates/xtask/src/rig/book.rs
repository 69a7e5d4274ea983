//! Owns what all clients of a run saw, and how long things took. Shared by the clients' tasks; decides nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::view::View;

/// A promise of the specification that was broken.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) struct Violation {
    /// `X-1` to `X-6`, or `O-…`; `drain` where a node that stopped left somebody behind; `rig` where the run itself came to
    /// nothing.
    pub(super) promise: &'static str,
    pub(super) what: String,
}

/// Who came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Visitor,
    Agent,
}

/// An offer as one browser was shown it.
#[derive(Clone, Debug)]
pub(super) struct Offered {
    /// Whose browser.
    pub(super) to: String,
    pub(super) presented_at: i64,
    /// It counts as ignored, and can still be accepted late (O-7).
    pub(super) folded: bool,
    /// The presentation that this browser believed to be open when this one came.
    pub(super) over: Option<String>,
}

/// A welcome without the offer that the browser had been shown, and was told no outcome of.
#[derive(Clone, Debug)]
pub(super) struct Missed {
    pub(super) who: String,
    pub(super) presentation: String,
    /// By the machine's clock.
    pub(super) at: i64,
}

/// Everything that was seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) violations: Vec<Violation>,
    pub(super) views: Vec<Arc<Mutex<View>>>,
    /// Who was told to own a chat, by chat and epoch.
    pub(super) owners: HashMap<(String, i64), String>,
    /// As it was shown first.
    pub(super) offered: BTreeMap<String, Offered>,
    pub(super) missed: Vec<Missed>,
    /// The outcome that browsers were told of.
    pub(super) settled: BTreeMap<String, String>,
    /// When a message was acknowledged to its writer.
    acked_at: HashMap<String, Instant>,
    pub(super) acked: u64,
    /// From the acknowledgement to the other side.
    pub(super) deliveries: Vec<Duration>,
    pub(super) agents_back: Vec<Duration>,
    pub(super) visitors_back: Vec<Duration>,
    /// From the start of a process until it is ready.
    pub(super) ready: Vec<Duration>,
    /// How long faults lasted, where chance chose that.
    pub(super) lasted: Vec<Duration>,
    /// Who has no connection now, and since when.
    away: BTreeMap<String, Instant>,
    /// Who had none, and for how long at a time.
    gaps: Vec<(String, Duration)>,
    /// When the last fault struck, while returns are counted.
    struck_at: Option<Instant>,
}

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Book {
    /// Of which fault, for what is printed meanwhile.
    fault: String,
    seen: Arc<Mutex<Seen>>,
}

impl Book {
    pub(super) fn new(fault: String) -> Self {
        Self { fault, seen: Arc::default() }
    }

    pub(super) fn open(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("nobody panics with the book open")
    }

    pub(super) fn violated(&self, promise: &'static str, what: impl Into<String>) {
        let what = what.into();
        let violation = Violation { promise, what };
        let mut seen = self.open();
        if !seen.violations.contains(&violation) {
            println!("{}: {promise} broken: {}", self.fault, violation.what);
            seen.violations.push(violation);
        }
    }

    /// A client's side of a chat, which it goes on writing.
    pub(super) fn view(&self, who: &str, side: &'static str, chat: &str) -> Arc<Mutex<View>> {
        let view = Arc::new(Mutex::new(View::new(who, side, chat)));
        self.open().views.push(Arc::clone(&view));
        view
    }

    pub(super) fn acked(&self, id: &str) {
        let mut seen = self.open();
        seen.acked += 1;
        seen.acked_at.entry(id.to_owned()).or_insert_with(Instant::now);
    }

    /// The other side has it, for the first time.
    pub(super) fn delivered(&self, id: &str) {
        let mut seen = self.open();
        if let Some(at) = seen.acked_at.remove(id) {
            seen.deliveries.push(at.elapsed());
        }
    }

    /// The server told this agent that the chat is theirs under this epoch.
    pub(super) fn owns(&self, chat: &str, epoch: i64, agent: &str) {
        let other = {
            let mut seen = self.open();
            let owner = seen.owners.entry((chat.to_owned(), epoch)).or_insert_with(|| agent.to_owned());
            (owner != agent).then(|| owner.clone())
        };
        if let Some(other) = other {
            self.violated(
                "X-2",
                format!("chat {chat} has two owners under epoch {epoch}: {other} and {agent}"),
            );
        }
    }

    /// A browser is shown an offer, perhaps again.
    pub(super) fn offered(&self, id: &str, shown: Offered) {
        let wrong = self.open().show(id, shown);
        for what in wrong {
            self.violated("X-4", format!("presentation {id} was shown {what}"));
        }
    }

    /// A welcome came without the offer that is before this visitor; whether it had its outcome by then is seen in the end (O-9).
    pub(super) fn missed(&self, who: &str, presentation: &str) {
        let (who, presentation) = (who.to_owned(), presentation.to_owned());
        self.open().missed.push(Missed { who, presentation, at: now_ms() });
    }

    /// A browser is told an outcome.
    pub(super) fn settled(&self, id: &str, outcome: &str) {
        let first = {
            let mut seen = self.open();
            let told = seen.settled.entry(id.to_owned()).or_insert_with(|| outcome.to_owned());
            // An ignored offer can be accepted late, and so can a passively ignored one whose browser is back (O-7, O-9); a late yes
            // that leads to no chat of its own takes it from the screen as withdrawn.
            let ignored = matches!(told.as_str(), "ignored" | "passively_ignored");
            if ignored && matches!(outcome, "accepted" | "withdrawn") {
                outcome.clone_into(told);
            }
            told.clone()
        };
        if first != outcome {
            self.violated("X-5", format!("presentation {id} was told to be {first} and {outcome}"));
        }
    }

    /// A fault strikes: from now on it counts how long it takes to come back.
    pub(super) fn strike(&self) {
        self.open().struck_at = Some(Instant::now());
    }

    /// A client has its connection again, which it lost or did not get at `lost_at`.
    pub(super) fn back(&self, kind: Kind, lost_at: Instant) {
        let mut seen = self.open();
        let Some(struck_at) = seen.struck_at.filter(|struck_at| *struck_at <= lost_at) else { return };
        let took = struck_at.elapsed();
        match kind {
            Kind::Visitor => seen.visitors_back.push(took),
            Kind::Agent => seen.agents_back.push(took),
        }
    }

    /// Somebody has no connection any more.
    pub(super) fn lost(&self, who: &str) {
        self.open().away.entry(who.to_owned()).or_insert_with(Instant::now);
    }

    /// Somebody has a connection again, or wants none.
    pub(super) fn found(&self, who: &str) {
        let mut seen = self.open();
        if let Some(lost_at) = seen.away.remove(who) {
            seen.gaps.push((who.to_owned(), lost_at.elapsed()));
        }
    }

    /// How many have no connection now, and want one.
    pub(super) fn away(&self) -> usize {
        self.open().away.len()
    }

    /// From now on gaps are counted anew.
    pub(super) fn forget_gaps(&self) {
        self.open().gaps.clear();
    }

    /// Who had no connection, and for how long at a time, with those that have none yet.
    pub(super) fn gaps(&self) -> Vec<(String, Duration)> {
        let seen = self.open();
        let still = seen.away.iter().map(|(who, lost_at)| (who.clone(), lost_at.elapsed()));
        seen.gaps.iter().cloned().chain(still).collect()
    }

    pub(super) fn ready(&self, took: Duration) {
        self.open().ready.push(took);
    }

    /// A fault lasts so long.
    pub(super) fn lasts(&self, time: Duration) {
        self.open().lasted.push(time);
    }
}

impl Seen {
    /// An offer is shown; yields what is wrong with that.
    fn show(&mut self, id: &str, shown: Offered) -> Vec<String> {
        let mut wrong = Vec::new();
        let told = self.settled.get(id).filter(|told| *told != "ignored" || !shown.folded);
        wrong.extend(told.map(|told| format!("after its browser was told that it is {told}")));
        let first = self.offered.entry(id.to_owned()).or_insert_with(|| shown.clone());
        if first.presented_at != shown.presented_at {
            wrong.push(format!("as new at {} and at {}", first.presented_at, shown.presented_at));
        }
        if first.to != shown.to {
            wrong.push(format!("to {} and to {}", first.to, shown.to));
        }
        wrong
    }
}

/// The time of this machine.
#[expect(clippy::disallowed_methods, reason = "times in the database are by the machine's clock")]
pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(to: &str, presented_at: i64) -> Offered {
        Offered { to: to.to_owned(), presented_at, folded: false, over: None }
    }

    // spec: X-4
    #[test]
    fn an_offer_that_is_shown_after_its_outcome_or_to_somebody_else_is_found() {
        let mut seen = Seen::default();
        assert_eq!(seen.show("p", shown("a", 1)), [""; 0]);
        assert_eq!(seen.show("p", shown("a", 1)), [""; 0], "again");
        assert_eq!(seen.show("p", shown("a", 2)).len(), 1, "as new");
        assert_eq!(seen.show("p", shown("b", 1)).len(), 1, "to somebody else");
        seen.settled.insert("p".to_owned(), "ignored".to_owned());
        assert_eq!(seen.show("p", shown("a", 1)).len(), 1, "after its outcome");
        let folded = Offered { folded: true, ..shown("a", 1) };
        assert_eq!(seen.show("p", folded.clone()), [""; 0], "it can be accepted late");
        seen.settled.insert("p".to_owned(), "accepted".to_owned());
        assert_eq!(seen.show("p", folded).len(), 1, "it was accepted");
    }
}
