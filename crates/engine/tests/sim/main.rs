//! Owns the simulation's tests: many seeds against the reference model, and the seeds that once failed.
//!
//! `BECKON_SIM_SEEDS=100000` runs more of them, `BECKON_SIM_SEED=7` replays one.

mod actor;
mod chance;
mod facts;
mod model;
mod plan;
mod stage;
mod store;

use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use stage::Stage;

const SEEDS: u64 = 1000;
/// Seeds that once failed, kept so that they never do again.
const REGRESSIONS: &[u64] = &[264, 1583, 4403];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs seeds on every core, until one fails; says how that one is replayed.
fn run(seeds: impl Iterator<Item = u64> + Send) -> usize {
    let (seeds, failed) = (Mutex::new(seeds), AtomicBool::new(false));
    let next =
        || seeds.lock().expect("no worker panics with the lock").next().filter(|_| !failed.load(Relaxed));
    let work = || {
        let mut presented = 0;
        while let Some(seed) = next() {
            match catch_unwind(|| Stage::new(seed).run().presented) {
                Ok(count) => presented += count,
                Err(_) => {
                    failed.store(true, Relaxed);
                    panic!("replay with: BECKON_SIM_SEED={seed} cargo test -p beckon-engine --test sim");
                }
            }
        }
        presented
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        handles.into_iter().map(|handle| handle.join().expect("every seed agrees with the model")).sum()
    })
}

// spec: O-3
// spec: O-4
// spec: O-8
// spec: O-9
// spec: O-12
// spec: O-14
// spec: X-4
// spec: X-5
#[test]
fn the_engine_does_what_the_model_says() {
    if let Some(seed) = number("BECKON_SIM_SEED") {
        run(std::iter::once(seed));
        return;
    }
    run(REGRESSIONS.iter().copied());
    let seeds = number("BECKON_SIM_SEEDS").unwrap_or(SEEDS);
    let presented = run(0..seeds);
    assert!(presented as u64 > seeds, "the seeds are not idle: {presented} presentations in {seeds} seeds");
}
