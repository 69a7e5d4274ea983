//! Owns what many visits with pending deadlines cost in one process: memory, and an event at a visit that is not in the
//! processor's caches. The timers stand in the server's own wheel.

use std::hint::black_box;

use anyhow::Context;
use beckon_engine::event::Event;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Visit;
use beckon_engine::world::World;

use super::Figure;
use super::rounds::{ROUNDS, Spread, ns_each, processor_ns};
use super::site;

#[path = "../../../../server/src/driver/wheel.rs"]
mod wheel;

use wheel::Wheel;

const START: UnixMs = UnixMs(1_743_580_800_000);
const RULES: usize = 100;
/// Page views of each visit before it is measured.
const VIEWS: usize = 10;
const EVENTS: usize = 100_000;
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
    fn second(&mut self) -> f64 {
        let events: Vec<(usize, Event)> = (0..EVENTS)
            .map(|n| (self.any(), if n % 10 == 0 { site::viewed(n) } else { Event::Heard }))
            .collect();
        self.now = self.now.plus_s(1);
        let mut fired = Vec::new();
        let before = processor_ns();
        self.wheel.advance(self.now, &mut fired);
        let count = events.len() + fired.len();
        for n in fired {
            let n = n as usize;
            if self.visits[n].deadline().is_some_and(|due| due <= self.now) {
                black_box(self.visits[n].handle(Event::DeadlineReached, self.now, &self.world));
                self.wind(n);
            }
        }
        for (n, event) in events {
            let wind = !matches!(event, Event::Heard);
            black_box(self.visits[n].handle(event, self.now, &self.world));
            if wind {
                self.wind(n);
            }
        }
        (processor_ns() - before) / count as f64
    }
}

/// The wheel alone: as many timers, wound again at the rate of the page views.
fn floor(count: usize) -> f64 {
    let mut wheel = Wheel::new(START);
    for n in 0..count {
        wheel.insert(START.plus_ms(30_000 + n as i64 % 60_000), n as u32);
    }
    let mut fired = Vec::new();
    ns_each(EVENTS, || {
        for n in 0..EVENTS {
            let now = START.plus_ms((n / 100) as i64);
            if n % 10 == 0 {
                wheel.insert(now.plus_ms(30_000), n as u32);
            }
            if n % 100 == 0 {
                wheel.advance(now, &mut fired);
            }
        }
    })
}

/// The figures for so many visits.
pub(super) fn measure(count: usize) -> anyhow::Result<Vec<Figure>> {
    let before = resident_mb()?;
    let mut crowd = Crowd::gather(count)?;
    let memory = resident_mb()? - before;
    let (mut costs, mut floors) = (Vec::new(), Vec::new());
    crowd.second();
    for _ in 0..ROUNDS {
        costs.push(crowd.second());
        floors.push(floor(count));
    }
    let named = |what: &str| format!("{what}, {count} visits");
    let memory_mb = Figure::new(named("memory with deadlines"), "MB", Spread::once(memory));
    let per_visit = memory * 1024.0 * 1024.0 / count as f64;
    Ok(vec![
        Figure::new(named("event: beats, views, deadlines"), "ns", Spread::of(costs))
            .above(Spread::of(floors)),
        memory_mb.at_most(CROWD_MB_MAX),
        Figure::new(named("memory of a visit"), "bytes", Spread::once(per_visit)),
    ])
}

fn resident_mb() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<f64>()? / 1024.0)
}
