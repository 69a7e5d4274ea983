//! Owns what many visits with pending deadlines cost in one process: memory, and an event at a visit that is not in the
//! processor's caches. The timers stand in the server's own wheel.

use std::hint::black_box;

use anyhow::Context;
use beckon_bench::site;
use beckon_engine::event::Event;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Visit;
use beckon_engine::world::World;

use crate::bench::figure::Figure;
use crate::bench::rounds::{ROUNDS, Spread, ns_each, processor_ns};

#[path = "../../../../server/src/driver/wheel.rs"]
#[cfg_attr(not(test), expect(dead_code, reason = "the bench moves its clock itself, and waits for no timer"))]
mod wheel;

use wheel::Wheel;

const START: UnixMs = UnixMs(1_743_580_800_000);
const RULES: usize = 100;
/// Page views of each visit before it is measured.
const VIEWS: usize = 10;
const EVENTS: usize = 100_000;
/// The figure that must not depend on the number of visits.
pub(super) const BEYOND: &str = "event beyond the floor";
/// Aim for a million visits, MB.
const CROWD_MB_MAX: f64 = 1200.0;

/// Visits, each with a deadline in the wheel.
struct Crowd {
    world: World,
    visits: Vec<Visit>,
    wheel: Wheel<u32>,
    now: UnixMs,
    state: u64,
}

/// What a second cost, nanoseconds for each of its events, by kind and over all.
struct Second {
    beat: f64,
    view: f64,
    event: f64,
}

impl Crowd {
    fn gather(count: usize) -> anyhow::Result<Self> {
        let world = site::world(&site::rules(RULES))?;
        let mut visits: Vec<_> = (0..count).map(|n| Visit::begin(n as u64, START)).collect();
        let mut now = START;
        for view in 0..VIEWS {
            for (n, visit) in visits.iter_mut().enumerate() {
                if view == 0 {
                    visit.handle(Event::LinkConnected, now, &world);
                }
                visit.handle(site::viewed(n + view * 7), now, &world);
            }
            now = now.plus_s(20);
        }
        let mut crowd = Self { world, visits, wheel: Wheel::new(now), now, state: 1 };
        for n in 0..count {
            crowd.wind(n);
        }
        Ok(crowd)
    }

    /// Puts the next deadline of a visit into the wheel; one without gets an hour, as it would be looked at then.
    fn wind(&mut self, n: usize) {
        let due = self.visits[n].deadline().unwrap_or(self.now.plus_s(3600));
        self.wheel.insert(due, u32::try_from(n).expect("a crowd is at most a million"));
    }

    fn any(&mut self) -> usize {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % self.visits.len()
    }

    /// A second passes: the deadlines that fall into it, and at random visits nine heartbeats for one page view.
    fn second(&mut self) -> Second {
        let beats: Vec<usize> = (0..EVENTS / 10 * 9).map(|_| self.any()).collect();
        let views: Vec<(usize, Event)> = (0..EVENTS / 10).map(|n| (self.any(), site::viewed(n))).collect();
        self.now = self.now.plus_s(1);
        let mut fired = Vec::new();
        let begun = processor_ns();
        self.wheel.advance(self.now, &mut fired);
        let due = fired.len();
        for n in fired.into_iter().map(|n| n as usize) {
            if self.visits[n].deadline().is_some_and(|due| due <= self.now) {
                black_box(self.visits[n].handle(Event::DeadlineReached, self.now, &self.world));
                self.wind(n);
            }
        }
        let before_beats = processor_ns();
        for &n in &beats {
            black_box(self.visits[n].handle(Event::Heard, self.now, &self.world));
        }
        let before_views = processor_ns();
        let viewed = views.len();
        for (n, event) in views {
            black_box(self.visits[n].handle(event, self.now, &self.world));
            self.wind(n);
        }
        let ended = processor_ns();
        let of = |ns: f64, count: usize| ns / count as f64;
        Second {
            beat: of(before_views - before_beats, beats.len()),
            view: of(ended - before_views, viewed),
            event: of(ended - begun, due + beats.len() + viewed),
        }
    }

    /// At as many places at random a time is noted: what nobody can leave out who keeps visits in so much memory.
    fn note(&mut self, records: &mut [Record]) -> f64 {
        let places: Vec<usize> = (0..EVENTS).map(|_| self.any()).collect();
        let now = self.now;
        ns_each(EVENTS, || {
            for n in places {
                let record = &mut records[n];
                if black_box(now) < record.due {
                    record.heard_at = now;
                }
            }
        })
    }
}

/// As large as a visit is before its texts.
#[derive(Clone)]
#[repr(C, align(64))]
struct Record {
    heard_at: UnixMs,
    due: UnixMs,
    rest: [u64; 22],
}

/// The figures for so many visits.
pub(super) fn measure(count: usize) -> anyhow::Result<Vec<Figure>> {
    let before = resident_mb()?;
    let mut crowd = Crowd::gather(count)?;
    let memory = resident_mb()? - before;
    let (mut seconds, mut floors) = (Vec::new(), Vec::new());
    let record = Record { heard_at: START, due: START.plus_s(86_400), rest: [1; 22] };
    let mut records = vec![record; count];
    crowd.note(&mut records);
    crowd.second();
    for _ in 0..ROUNDS {
        seconds.push(crowd.second());
        floors.push(crowd.note(&mut records));
    }
    let named = |what: &str| format!("{what}, {count} visits");
    let floor = Spread::of(floors.clone());
    let rounds = |of: fn(&Second) -> f64| seconds.iter().map(of).collect::<Vec<_>>();
    let cost = |what: &str, of: fn(&Second) -> f64| {
        Figure::new(named(what), "ns", Spread::of(rounds(of))).above(floor)
    };
    let beyond = Spread::beyond(&rounds(|second| second.event), &floors);
    let per_visit = memory * 1024.0 * 1024.0 / count as f64;
    Ok(vec![
        cost("heartbeat", |second| second.beat),
        cost("page view with its deadline", |second| second.view),
        cost("event of these", |second| second.event),
        Figure::new(named(BEYOND), "ns", beyond),
        Figure::new(named("memory with deadlines"), "MB", Spread::once(memory)).at_most(CROWD_MB_MAX),
        Figure::new(named("memory of a visit"), "bytes", Spread::once(per_visit)),
    ])
}

fn resident_mb() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<f64>()? / 1024.0)
}
