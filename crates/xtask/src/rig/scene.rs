//! Owns one run of one fault: the stage, the crowd on it, the rounds, and the looks in between. What the fault does stands
//! in `faults`, the verdict in `judge`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::book::{Book, now_ms};
use super::crowd::{Crowd, Place};
use super::dice::Dice;
use super::fault::{Fault, Meanwhile};
use super::faults::clock_step::STEP_S_MAX;
use super::faults::reconnect_storm::Storm;
use super::judge;
use super::proxy::Way;
use super::report::{self, Line};
use super::span::Span;
use super::stage::{Ground, Stage};
use super::stored::Stored;
use crate::postgres::Writes;

/// Messages that are acknowledged before the first fault strikes, and after each.
const MESSAGES_BETWEEN: u64 = 12;
/// Everyone has a connection and messages flow again within this time after a fault has been healed.
const RECOVER_WITHIN: Duration = Duration::from_secs(60);
/// Everything that waits is settled, and closed by the agents, within this time after the visitors have gone; an offer is passively ignored after 14 s.
const SETTLE_WITHIN: Duration = Duration::from_secs(45);
/// How often the chats are looked at during a run.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Chats whose messages are read once more, over REST.
const CHATS_READ: usize = 5;

/// How much of a fault is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// As short as it can be and still say something.
    Smoke,
    /// As the fault is in earnest.
    Full,
}

/// The binaries of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Programs<'a> {
    /// What the nodes begin with.
    pub(super) first: &'a Path,
    /// What is tried; another one only where an upgrade is.
    pub(super) tried: &'a Path,
}

/// What one run is to be like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) rounds: u32,
    pub(super) length: Length,
    /// Where chance begins.
    pub(super) seed: u64,
    /// How many times as long visitors take between two messages.
    pub(super) pace: u64,
    /// No more strangers than this come in a fault that consists of many.
    pub(super) strangers_max: usize,
    /// Whether the databases keep what they acknowledge.
    pub(super) writes: Writes,
}

/// One run.
pub(super) struct Scene {
    /// The binary that is tried.
    pub(super) tried: PathBuf,
    pub(super) stage: Stage,
    pub(super) crowd: Crowd,
    pub(super) book: Book,
    pub(super) dice: Dice,
    pub(super) length: Length,
    /// The number of the present round; the first is 1.
    pub(super) round: u32,
    /// Those who come back at once, and stay from round to round.
    pub(super) storm: Option<Storm>,
    strangers_max: usize,
    /// How many deliveries were looked at by [`Self::slowest_delivery`].
    deliveries_seen: usize,
    meanwhile: Meanwhile,
    looked_at: Instant,
    healed_at: Instant,
    broken: bool,
}

/// Runs a fault so many times.
///
/// # Errors
/// When the run itself cannot be had; what it finds is in the line.
pub(super) async fn run(programs: Programs<'_>, fault: Fault, course: Course) -> anyhow::Result<Line> {
    let stage = Stage::set(programs.first, fault.ground(), course.writes).await?;
    let mut scene = Scene::set(stage, programs.tried, fault, course);
    let began = Instant::now();
    scene.until_messages(0, "before the first round").await;
    // What came before is no affair of the fault's.
    scene.slowest_delivery();
    for round in 1..=course.rounds {
        scene.round = round;
        scene.broken = true;
        fault.strike(&mut scene).await?;
        scene.broken = false;
        scene.healed_at = Instant::now();
        let acked = scene.crowd.acked();
        scene.until_back().await;
        scene.until_messages(acked, "after the fault").await;
        fault.look_back(&mut scene);
    }
    scene.storm = None;
    scene.crowd.visitors_go().await;
    let stored = scene.settled().await?;
    scene.crowd.agents_go().await;
    fault.look_back(&mut scene);
    scene.compare_rest(&stored).await;
    let unsure_ms = match fault.ground() {
        Ground::MovedClock => 1_000 * i64::try_from(STEP_S_MAX)?,
        Ground::Alone | Ground::SmallDisk | Ground::VolatileDisk | Ground::Together => 0,
    };
    let found = judge::judge(&scene.book.open(), &stored, unsure_ms);
    for violation in found {
        scene.book.violated(violation.promise, violation.what);
    }
    let late = report::late_returns(fault, &scene.book.open());
    for what in late {
        scene.book.violated("rig", what);
    }
    if !scene.book.open().violations.is_empty() {
        let folder = std::env::temp_dir().join(format!("beckon-rig-{}-{}", fault.name(), course.seed));
        scene.stage.keep_logs(&folder)?;
        println!("{}: the logs of the nodes are in {}", fault.name(), folder.display());
    }
    Ok(Line::new(fault, course.rounds, began.elapsed(), &scene.book.open(), &stored))
}

impl Scene {
    fn set(stage: Stage, tried: &Path, fault: Fault, course: Course) -> Self {
        let book = Book::new(fault.name());
        let mut dice = Dice::new(course.seed ^ u64::from(fault as u32) << 32);
        let place = Place::new(stage.fronts(), stage.shop.clone(), book.clone(), course.pace);
        let crowd = Crowd::come(place, &mut dice);
        let now = Instant::now();
        Self {
            tried: tried.to_owned(),
            stage,
            crowd,
            book,
            dice,
            length: course.length,
            round: 0,
            storm: None,
            strangers_max: course.strangers_max,
            deliveries_seen: 0,
            meanwhile: fault.meanwhile(),
            looked_at: now,
            healed_at: now,
            broken: false,
        }
    }

    /// The fault strikes now: returns are counted from here.
    pub(super) fn strikes(&self) {
        self.book.strike();
    }

    /// Time passes; the chats are looked at meanwhile.
    pub(super) async fn wait(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            let rest = end.saturating_duration_since(Instant::now());
            tokio::time::sleep(rest.min(Duration::from_millis(50))).await;
            self.look().await;
        }
    }

    /// A time that chance chooses, from `low_ms` to `high_ms`.
    pub(super) fn some_time(&mut self, low_ms: u64, high_ms: u64) -> Duration {
        Duration::from_millis(self.dice.between(low_ms, high_ms))
    }

    /// How long the fault of this round lasts, by chance; in a short run from the first to the second of `smoke`, milliseconds.
    pub(super) fn lasting(&mut self, smoke: (u64, u64), full: Span) -> Duration {
        let time = match self.length {
            Length::Smoke => self.some_time(smoke.0, smoke.1),
            Length::Full => full.draw(&mut self.dice),
        };
        self.book.lasts(time);
        time
    }

    /// So many strangers come in this fault.
    pub(super) fn strangers(&self, smoke: usize, full: usize) -> usize {
        self.at_length(smoke, full).min(self.strangers_max)
    }

    /// The longest of the deliveries since this was asked last.
    pub(super) fn slowest_delivery(&mut self) -> Duration {
        let seen = self.book.open();
        let slowest = seen.deliveries.iter().skip(self.deliveries_seen).max().copied().unwrap_or_default();
        self.deliveries_seen = seen.deliveries.len();
        slowest
    }

    /// One of the nodes, chosen by chance.
    pub(super) fn some_node(&mut self) -> usize {
        let nodes = u64::try_from(self.stage.nodes.len()).unwrap_or(1);
        usize::try_from(self.dice.below(nodes)).unwrap_or_default()
    }

    /// From now on, between all nodes and PostgreSQL.
    pub(super) fn set_databases(&self, way: Way) {
        for proxy in self.stage.nodes.iter().filter_map(|node| node.database.as_ref()) {
            proxy.set(way);
        }
    }

    /// Time passes under a fault that nobody should notice much: messages must flow.
    pub(super) async fn hold(&mut self, time: Duration) {
        let acked = self.crowd.acked();
        self.wait(time).await;
        self.flowed(acked, time);
    }

    /// More messages than these must be acknowledged by now, after so long.
    pub(super) fn flowed(&self, acked: u64, time: Duration) {
        if self.crowd.acked() == acked {
            self.book.violated("rig", format!("no message passed for {} ms", time.as_millis()));
        }
    }

    /// Until more messages than these are acknowledged: one at least must be, within this time.
    pub(super) async fn until_message(&mut self, acked: u64, within: Duration) {
        let began = Instant::now();
        while self.crowd.acked() == acked {
            if began.elapsed() > within {
                return self.book.violated("rig", "no message passed meanwhile");
            }
            self.wait(Duration::from_millis(50)).await;
        }
    }

    /// In a short run the shorter of the two.
    pub(super) fn at_length<T>(&self, smoke: T, full: T) -> T {
        match self.length {
            Length::Smoke => smoke,
            Length::Full => full,
        }
    }

    /// What the chats look like now, unless the database cannot be read.
    async fn look(&mut self) {
        if self.looked_at.elapsed() < LOOK_EVERY {
            return;
        }
        self.looked_at = Instant::now();
        let Ok(chats) = Stored::open_chats(&self.stage.database).await else { return };
        for violation in judge::look(&chats, now_ms(), self.overdue_ms_max()) {
            self.book.violated(violation.promise, violation.what);
        }
    }

    /// How long ago a deadline may have passed by now; none when nobody was there for long enough to see to it.
    fn overdue_ms_max(&self) -> Option<i64> {
        let healed_ms = i64::try_from(self.healed_at.elapsed().as_millis()).unwrap_or(i64::MAX);
        if !self.broken && healed_ms > judge::OVERDUE_MS_MAX {
            return Some(judge::OVERDUE_MS_MAX);
        }
        match self.meanwhile {
            Meanwhile::Nobody => None,
            Meanwhile::Somebody => Some(judge::OVERDUE_BESIDE_MS_MAX),
        }
    }

    /// Until every client that lost its connection has one again. A visitor may be between two visits.
    pub(super) async fn until_back(&mut self) {
        let agents = self.stage.shop.agents.len();
        let began = Instant::now();
        while self.book.away() > 0 || self.crowd.connected() < agents {
            if began.elapsed() > RECOVER_WITHIN {
                let within = RECOVER_WITHIN.as_secs();
                let what = format!("{} clients have no connection after {within} s", self.book.away());
                return self.book.violated("rig", what);
            }
            self.wait(Duration::from_millis(50)).await;
        }
    }

    /// Until some more messages than these are acknowledged, which means that agents and visitors have found each other.
    async fn until_messages(&mut self, acked: u64, when: &str) {
        let wanted = acked + MESSAGES_BETWEEN;
        let began = Instant::now();
        while self.crowd.acked() < wanted {
            if began.elapsed() > RECOVER_WITHIN {
                let what = format!("no messages flow {when}, for {} s", RECOVER_WITHIN.as_secs());
                self.book.violated("rig", what);
                return;
            }
            self.wait(Duration::from_millis(50)).await;
        }
    }

    /// The REST interface tells of the last chats what the database holds.
    async fn compare_rest(&self, stored: &Stored) {
        for chat in stored.chats.iter().rev().take(CHATS_READ) {
            let address = self.stage.fronts()[0];
            let path = format!("/api/v1/chats/{}/messages?limit=200", chat.id);
            let told = match self.stage.shop.admin.read(address, &path).await {
                Ok(told) => told,
                Err(error) => return self.book.violated("rig", format!("{error:#}")),
            };
            let told = told["items"].as_array().into_iter().flatten();
            let told: Vec<_> =
                told.map(|message| (message["seq"].as_i64(), message["id"].as_str())).collect();
            let kept = stored.messages.iter().filter(|message| message.chat_id == chat.id);
            let kept: Vec<_> = kept.map(|message| (Some(message.seq), Some(message.id.as_str()))).collect();
            if kept.len() <= 200 && told != kept {
                self.book.violated("X-1", format!("REST tells chat {} otherwise than it is stored", chat.id));
            }
        }
    }

    /// What is stored once nothing waits any more, or when the time for that is over.
    async fn settled(&mut self) -> anyhow::Result<Stored> {
        let began = Instant::now();
        loop {
            let is_late = began.elapsed() > SETTLE_WITHIN;
            if is_late || !Stored::find_open(&self.stage.database).await? {
                let stored = Stored::read(&self.stage.database).await?;
                if is_late || !stored.is_open() {
                    return Ok(stored);
                }
            }
            self.wait(Duration::from_millis(500)).await;
        }
    }
}
