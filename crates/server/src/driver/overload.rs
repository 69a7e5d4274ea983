//! Owns what this node takes on while units of work wait too long: first what is only observed waits, then offers, then new
//! chats. Chats that are open are never turned away. It refuses nothing itself: who does the work asks for the [`Load`].

use std::time::Duration;

use tokio::time::Instant;

use super::Driver;

/// How often it is tried how long a unit of work waits.
const TRY_EVERY: Duration = Duration::from_millis(250);
/// A unit of work that waits longer for its turn waits too long.
const TOO_LONG: Duration = Duration::from_secs(1);
/// One that waits no longer than this waits no more than it should.
const SHORT: Duration = Duration::from_millis(250);
/// One more thing is left out when all have waited too long for this time.
const WORSE_AFTER: Duration = Duration::from_secs(2);
/// One more thing is done again when all have waited shortly for this time.
const BETTER_AFTER: Duration = Duration::from_secs(2);

/// What a node does not do now; each value includes those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Load {
    /// It does everything.
    #[default]
    Fine,
    /// What is only observed, such as page views, is written slowly; what there is no room for is dropped and counted.
    NoDetail,
    /// No offer is presented, and no agent alerted to a visitor.
    NoOffers,
    /// Whoever asks for a chat is told to come back later. An offer that was accepted still leads to its chat.
    NoNewChats,
}

impl Load {
    /// From 0, fine, to 3.
    const fn level(self) -> f64 {
        match self {
            Self::Fine => 0.0,
            Self::NoDetail => 1.0,
            Self::NoOffers => 2.0,
            Self::NoNewChats => 3.0,
        }
    }

    const fn worse(self) -> Self {
        match self {
            Self::Fine => Self::NoDetail,
            Self::NoDetail => Self::NoOffers,
            Self::NoOffers | Self::NoNewChats => Self::NoNewChats,
        }
    }

    const fn better(self) -> Self {
        match self {
            Self::Fine | Self::NoDetail => Self::Fine,
            Self::NoOffers => Self::NoDetail,
            Self::NoNewChats => Self::NoOffers,
        }
    }
}

/// Turns waits into a load. A wait that is over within two seconds changes nothing.
#[derive(Debug)]
struct Gauge {
    load: Load,
    /// The last time at which no wait was too long, or at which something more was left out.
    bearable_at: Instant,
    /// The last time at which a wait was not short, or at which something more was done again.
    strained_at: Instant,
}

impl Gauge {
    const fn new(now: Instant) -> Self {
        Self { load: Load::Fine, bearable_at: now, strained_at: now }
    }

    /// A unit of work has waited for this time, or does so still.
    fn note(&mut self, waited: Duration, now: Instant) -> Load {
        if waited <= TOO_LONG {
            self.bearable_at = now;
        } else if now - self.bearable_at >= WORSE_AFTER {
            self.bearable_at = now;
            self.load = self.load.worse();
        }
        if waited > SHORT {
            self.strained_at = now;
        } else if now - self.strained_at >= BETTER_AFTER {
            self.strained_at = now;
            self.load = self.load.better();
        }
        self.load
    }
}

impl Driver {
    /// What this node does not do now.
    #[must_use]
    pub fn load(&self) -> Load {
        *self.inner.load.read().expect("no holder of this lock panics")
    }
}

/// Tries how long units of work wait, until this node stops. A wait includes the time for which this task itself was not run.
pub(super) async fn run(driver: Driver) {
    let stopping = driver.stopping().clone();
    metrics::gauge!("beckon_overload_level").set(Load::Fine.level());
    let mut gauge = Gauge::new(Instant::now());
    let mut due = Instant::now();
    while !stopping.is_cancelled() {
        let mut turn = std::pin::pin!(driver.store().write());
        let had = loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                had = &mut turn => break had.is_ok(),
                () = tokio::time::sleep(TRY_EVERY) => note(&driver, &mut gauge, due),
            }
        };
        // A database that refuses at once does no work either.
        let began = if had { due } else { due.checked_sub(2 * TOO_LONG).unwrap_or(due) };
        note(&driver, &mut gauge, began);
        due = Instant::now() + TRY_EVERY;
        tokio::time::sleep_until(due).await;
    }
}

fn note(driver: &Driver, gauge: &mut Gauge, began: Instant) {
    let now = Instant::now();
    let before = gauge.load;
    let load = gauge.note(now - began, now);
    if load == before {
        return;
    }
    if load > before {
        tracing::warn!(?load, "units of work wait too long: this node does less");
    } else {
        tracing::info!(?load, "units of work wait less: this node does more again");
    }
    metrics::gauge!("beckon_overload_level").set(load.level());
    *driver.inner.load.write().expect("no holder of this lock panics") = load;
    driver.inner.gates.notify_one();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The loads after waits of `waited` that are noted every quarter of a second, where they change, with the second.
    fn changes(gauge: &mut Gauge, from: &mut Instant, waited: Duration, seconds: u32) -> Vec<(u64, Load)> {
        let began = *from;
        let mut found = Vec::new();
        for _ in 0..seconds * 4 {
            *from += TRY_EVERY;
            let before = gauge.load;
            if gauge.note(waited, *from) != before {
                found.push(((*from - began).as_secs(), gauge.load));
            }
        }
        found
    }

    // spec: X-1
    #[test]
    fn detail_goes_first_then_offers_then_new_chats_and_all_comes_back_in_turn() {
        let mut now = Instant::now();
        let mut gauge = Gauge::new(now);
        let worse = changes(&mut gauge, &mut now, Duration::from_secs(3), 20);
        assert_eq!(worse, [(2, Load::NoDetail), (4, Load::NoOffers), (6, Load::NoNewChats)]);
        let better = changes(&mut gauge, &mut now, Duration::from_millis(2), 20);
        assert_eq!(better, [(2, Load::NoOffers), (4, Load::NoDetail), (6, Load::Fine)]);
    }

    #[test]
    fn a_wait_of_a_second_or_many_bearable_ones_change_nothing() {
        let mut now = Instant::now();
        let mut gauge = Gauge::new(now);
        for _ in 0..10 {
            assert_eq!(changes(&mut gauge, &mut now, Duration::from_secs(3), 1), []);
            assert_eq!(changes(&mut gauge, &mut now, Duration::from_millis(900), 1), []);
        }
    }

    #[test]
    fn waits_between_long_and_short_keep_things_as_they_are() {
        let mut now = Instant::now();
        let mut gauge = Gauge::new(now);
        assert_eq!(changes(&mut gauge, &mut now, Duration::from_secs(2), 3), [(2, Load::NoDetail)]);
        assert_eq!(changes(&mut gauge, &mut now, Duration::from_millis(600), 20), []);
    }
}
