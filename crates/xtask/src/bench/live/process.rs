//! Owns what the system says of a process and of the machine: processor time and memory, from `/proc`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use rustix::param::clock_ticks_per_second;

/// Memory counts as still while it falls by less than this share from one look to the next.
const STILL: f64 = 0.998;
const LOOK_EVERY: Duration = Duration::from_millis(500);
const QUIET_LOOKS: u32 = 6;
/// Then it counts as it is.
const SETTLED_WITHIN: Duration = Duration::from_secs(20);

/// A running process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Process(pub(super) u32);

impl Process {
    /// This one.
    pub(super) fn own() -> Self {
        Self(std::process::id())
    }

    /// Processor time that its threads have had, those that have ended included, in seconds; to a hundredth.
    pub(super) fn processor_s(self) -> anyhow::Result<f64> {
        Ok(Stat::of(self.0)?.processor_s)
    }

    /// Processor time of it and of whatever it has started, directly or not, in seconds.
    pub(super) fn family_s(self) -> anyhow::Result<f64> {
        let mut running = BTreeMap::new();
        for entry in std::fs::read_dir("/proc")? {
            let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            // One that has ended meanwhile is counted with its parent.
            if let Ok(stat) = Stat::of(id) {
                running.insert(id, stat);
            }
        }
        let is_family = |mut id: u32| loop {
            if id == self.0 {
                return true;
            }
            match running.get(&id) {
                Some(stat) => id = stat.parent,
                None => return false,
            }
        };
        let family = running.iter().filter(|(id, _)| is_family(**id));
        Ok(family.map(|(_, stat)| stat.processor_s + stat.ended_s).sum())
    }

    /// Resident memory in KB, once it has not fallen for three seconds: what signing in took is given back slowly.
    pub(super) fn settled_kb(self) -> anyhow::Result<f64> {
        let (mut lowest, mut still) = (f64::INFINITY, 0);
        let began = Instant::now();
        while still < QUIET_LOOKS && began.elapsed() < SETTLED_WITHIN {
            std::thread::sleep(LOOK_EVERY);
            let now = self.resident_kb()?;
            still = if now < lowest * STILL { 0 } else { still + 1 };
            lowest = lowest.min(now);
        }
        self.resident_kb()
    }

    /// Resident memory in KB.
    pub(super) fn resident_kb(self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }
}

/// What `/proc` says of a process.
struct Stat {
    parent: u32,
    processor_s: f64,
    /// Of those that it had started, and that have ended.
    ended_s: f64,
}

impl Stat {
    fn of(id: u32) -> anyhow::Result<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        // The name of the program, in brackets, may hold spaces.
        let (_, rest) = stat.rsplit_once(") ").context("no name in stat")?;
        let fields: Vec<&str> = rest.split(' ').collect();
        let field = |at: usize| fields.get(at).context("too few fields in stat");
        let ticks = |at: usize| field(at)?.parse::<f64>().context("no number");
        Ok(Self {
            parent: field(1)?.parse()?,
            processor_s: (ticks(11)? + ticks(12)?) / ticks_per_second(),
            ended_s: (ticks(13)? + ticks(14)?) / ticks_per_second(),
        })
    }
}

/// Processor time that everything on this machine has had, and what it could have had, in seconds.
pub(super) fn machine_s() -> anyhow::Result<(f64, f64)> {
    let stat = std::fs::read_to_string(Path::new("/proc/stat"))?;
    let line = stat.lines().next().context("an empty /proc/stat")?;
    let ticks: Vec<f64> =
        line.split_whitespace().skip(1).take(8).map(str::parse).collect::<Result<_, _>>()?;
    let all: f64 = ticks.iter().sum();
    // The fourth and fifth: idle, and idle for want of a disk.
    let idle =
        ticks.get(3).zip(ticks.get(4)).map(|(idle, waiting)| idle + waiting).context("too few fields")?;
    Ok(((all - idle) / ticks_per_second(), all / ticks_per_second()))
}

fn ticks_per_second() -> f64 {
    clock_ticks_per_second() as f64
}
