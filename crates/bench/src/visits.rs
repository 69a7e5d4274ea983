//! Owns visits that are ready for what is measured at them: page views, heartbeats, polls.

use std::hint::black_box;
use std::vec::IntoIter;

use beckon_engine::event::Event;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Visit;
use beckon_engine::world::World;

use crate::site;

/// When the visits begin.
pub const START: UnixMs = UnixMs(1_743_580_800_000);
/// Page views of each visit, 20 s apart.
pub const VIEWS_A_VISIT: usize = 10;

/// How a visitor's browser is heard.
#[derive(Clone, Copy)]
pub enum Link {
    /// Over a live connection: what it sends is a heartbeat.
    Live,
    /// Without one: what it sends is a poll.
    Polling,
}

/// A visit over a live connection, before its first page.
#[must_use]
pub fn connected(seed: u64, world: &World) -> Visit {
    let mut visit = Visit::begin(seed, START);
    visit.handle(Event::LinkConnected, START, world);
    visit
}

/// The page views of visits that have just begun.
pub struct PageViews {
    visits: Vec<Visit>,
    events: IntoIter<Event>,
}

impl PageViews {
    /// Of so many visits.
    #[must_use]
    pub fn of(visits: usize, world: &World) -> Self {
        let events: Vec<_> = (0..VIEWS_A_VISIT * visits).map(|n| site::viewed(n * 7)).collect();
        let visits = (0..visits).map(|n| connected(n as u64, world)).collect();
        Self { visits, events: events.into_iter() }
    }

    /// All of them happen, one visit after the other.
    pub fn happen(&mut self, world: &World) {
        for visit in &mut self.visits {
            for (n, event) in self.events.by_ref().take(VIEWS_A_VISIT).enumerate() {
                let now = START.plus_ms(20_000 * (n as i64 + 1));
                black_box(visit.handle(event, now, world));
            }
        }
    }
}

/// What the browsers of visits on a page each send, over and over.
pub struct Reports {
    visits: Vec<Visit>,
    now: UnixMs,
}

impl Reports {
    /// Of so many visits.
    #[must_use]
    pub fn of(visits: usize, link: Link, world: &World) -> Self {
        let begin = |n: usize| {
            let mut visit = match link {
                Link::Live => connected(n as u64, world),
                Link::Polling => Visit::begin(n as u64, START),
            };
            visit.handle(site::viewed(n), START, world);
            visit
        };
        Self { visits: (0..visits).map(begin).collect(), now: START }
    }

    /// Each visit is heard so many times, by turns; a millisecond passes before each turn.
    pub fn happen(&mut self, turns: usize, world: &World) {
        for _ in 0..turns {
            self.now = self.now.plus_ms(1);
            for visit in &mut self.visits {
                black_box(visit.handle(Event::Heard, self.now, world));
            }
        }
    }
}
