//! Owns how times are taken: several rounds in which what is compared takes turns, and their median and range.

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// Rounds of each measurement.
pub(super) const ROUNDS: usize = 9;

/// What several rounds came to.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Spread {
    /// Of at least one round.
    pub(super) fn of(mut rounds: Vec<f64>) -> Self {
        rounds.sort_by(f64::total_cmp);
        Self { median: rounds[rounds.len() / 2], low: rounds[0], high: rounds[rounds.len() - 1] }
    }

    /// What each round came to beyond what was measured beside it.
    pub(super) fn beyond(rounds: &[f64], floors: &[f64]) -> Self {
        Self::of(rounds.iter().zip(floors).map(|(round, floor)| round - floor).collect())
    }

    pub(super) fn once(value: f64) -> Self {
        Self { median: value, low: value, high: value }
    }

    pub(super) fn per_second(self) -> Self {
        Self { median: 1e9 / self.median, low: 1e9 / self.high, high: 1e9 / self.low }
    }
}

/// Nanoseconds of processor time that one of `count` steps takes, so that others on the machine do not count.
pub(super) fn ns_each(count: usize, work: impl FnOnce()) -> f64 {
    let before = processor_ns();
    work();
    (processor_ns() - before) / count as f64
}

/// Time that this thread has had a processor.
pub(super) fn processor_ns() -> f64 {
    let had = clock_gettime(ClockId::ThreadCPUTime);
    had.tv_sec as f64 * 1e9 + had.tv_nsec as f64
}

/// The value that so many of a hundred are not above; of at least one.
pub(super) fn percentile(mut values: Vec<f64>, percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() * percent / 100).min(values.len() - 1)]
}

/// Times two things by turns; a first round of each warms up and does not count.
pub(super) fn by_turns(mut one: impl FnMut() -> f64, mut other: impl FnMut() -> f64) -> (Spread, Spread) {
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    one();
    other();
    for _ in 0..ROUNDS {
        ones.push(one());
        others.push(other());
    }
    (Spread::of(ones), Spread::of(others))
}
