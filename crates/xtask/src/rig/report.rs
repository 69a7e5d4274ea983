//! Owns what a run says at its end: a line a fault, as a table and as JSON.

use std::time::Duration;

use serde::Serialize;

use super::book::{Seen, Violation};
use super::fault::Fault;
use super::faults::kill_node::{AGENTS_BACK_WITHIN, VISITORS_BACK_WITHIN};
use super::stored::Stored;

/// Fewer times than this say nothing of 95 of 100.
const RETURNS_MIN: usize = 20;

/// Half of the times are not above `p50`, 95 of 100 not above `p95`; milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Times {
    count: usize,
    p50_ms: u128,
    p95_ms: u128,
    pub(super) max_ms: u128,
}

/// What became of one fault.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Line {
    fault: String,
    rounds: u32,
    /// No more strangers than this came; none where the fault has none, or has all of them.
    pub(super) strangers_max: Option<u32>,
    seconds: u64,
    chats: usize,
    /// Acknowledged to visitors and agents.
    messages: u64,
    presentations: usize,
    pub(super) violations: Vec<Violation>,
    /// From the fault until an agent is back.
    agents_back: Option<Times>,
    /// From the fault until a visitor is back.
    visitors_back: Option<Times>,
    /// From the start of a process until it is ready.
    ready: Option<Times>,
    /// How long the fault lasted, where chance chose that.
    lasted: Option<Times>,
    /// From the acknowledgement of a message until the other side has it.
    delivery: Option<Times>,
}

impl Line {
    pub(super) fn new(fault: Fault, rounds: u32, took: Duration, seen: &Seen, stored: &Stored) -> Self {
        Self {
            fault: fault.name(),
            rounds,
            strangers_max: None,
            seconds: took.as_secs(),
            chats: stored.chats.len(),
            messages: seen.acked,
            presentations: stored.presentations.len(),
            violations: seen.violations.clone(),
            agents_back: Times::of(&seen.agents_back),
            visitors_back: Times::of(&seen.visitors_back),
            ready: Times::of(&seen.ready),
            lasted: Times::of(&seen.lasted),
            delivery: Times::of(&seen.deliveries),
        }
    }

    /// What the table calls it: with how many strangers, where that was bounded.
    fn name(&self) -> String {
        match self.strangers_max {
            Some(strangers) => format!("{} ({strangers})", self.fault),
            None => self.fault.clone(),
        }
    }

    /// A run that could not be had.
    pub(super) fn failed(fault: Fault, error: &anyhow::Error) -> Self {
        let violation = Violation { promise: "rig", what: format!("{error:#}") };
        let mut seen = Seen::default();
        seen.violations.push(violation);
        Self::new(fault, 0, Duration::ZERO, &seen, &Stored::default())
    }
}

impl Times {
    pub(super) fn of(times: &[Duration]) -> Option<Self> {
        let mut sorted: Vec<u128> = times.iter().map(Duration::as_millis).collect();
        sorted.sort_unstable();
        let at = |percent: usize| sorted.get((sorted.len() * percent).div_ceil(100).max(1) - 1).copied();
        Some(Self { count: sorted.len(), p50_ms: at(50)?, p95_ms: at(95)?, max_ms: at(100)? })
    }
}

/// What is too late, in words, after a fault that says when everyone is back.
pub(super) fn late_returns(fault: Fault, seen: &Seen) -> Vec<String> {
    if fault != Fault::KillNode {
        return Vec::new();
    }
    let sides = [
        ("agents", &seen.agents_back, AGENTS_BACK_WITHIN),
        ("visitors", &seen.visitors_back, VISITORS_BACK_WITHIN),
    ];
    let late = |(who, times, within): (&str, &Vec<Duration>, Duration)| {
        let times = Times::of(times).filter(|times| times.count >= RETURNS_MIN)?;
        let (took, within_ms) = (seconds(times.p95_ms), within.as_millis());
        (times.p95_ms > within_ms)
            .then(|| format!("95 of 100 {who} were back within {took} s, not within {} s", within.as_secs()))
    };
    sides.into_iter().filter_map(late).collect()
}

/// Prints the table.
pub(super) fn print(lines: &[Line]) {
    let head = [
        "fault",
        "rounds",
        "chats",
        "messages",
        "violations",
        "agents back",
        "visitors back",
        "ready",
        "lasted",
        "delivery",
        "slowest",
    ];
    println!(
        "\n{:<23}{:>7}{:>7}{:>10}{:>12}{:>14}{:>15}{:>12}{:>15}{:>14}{:>10}",
        head[0], head[1], head[2], head[3], head[4], head[5], head[6], head[7], head[8], head[9], head[10]
    );
    for line in lines {
        let slowest = line.delivery.map(|times| seconds(times.max_ms)).unwrap_or_default();
        println!(
            "{:<23}{:>7}{:>7}{:>10}{:>12}{:>14}{:>15}{:>12}{:>15}{:>14}{:>10}",
            line.name(),
            line.rounds,
            line.chats,
            line.messages,
            line.violations.len(),
            pair(line.agents_back),
            pair(line.visitors_back),
            pair(line.ready),
            pair(line.lasted),
            pair(line.delivery),
            slowest
        );
    }
    println!("times in seconds: half within the first, 95 of 100 within the second");
}

fn pair(times: Option<Times>) -> String {
    times.map(|times| format!("{} / {}", seconds(times.p50_ms), seconds(times.p95_ms))).unwrap_or_default()
}

fn seconds(ms: u128) -> String {
    format!("{}.{:02}", ms / 1_000, ms % 1_000 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_that_take_too_long_are_found_where_there_are_enough() {
        let late = |count: usize, fault| {
            let mut seen = Seen::default();
            seen.agents_back = vec![AGENTS_BACK_WITHIN * 2; count];
            seen.visitors_back = vec![VISITORS_BACK_WITHIN; count];
            late_returns(fault, &seen).len()
        };
        assert_eq!(late(RETURNS_MIN, Fault::KillNode), 1);
        assert_eq!(late(RETURNS_MIN - 1, Fault::KillNode), 0, "too few to say");
        assert_eq!(late(RETURNS_MIN, Fault::Pause), 0, "no limit");
    }
}
