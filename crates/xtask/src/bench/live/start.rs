//! How long the server takes from the start of its process until it is ready, on new data and on what it left, and what it
//! takes at rest: resident memory, and the size of the binary.
//!
//! The floor is a bare server of the same library from the start of its process until it listens.

use std::time::Duration;

use super::super::figure::Figure;
use super::super::rounds::Spread;
use super::Amount;
use super::floor::Floor;
use super::served::{Served, program};

const FRESH_MS_MAX: f64 = 150.0;
const EXISTING_MS_MAX: f64 = 60.0;
const MB_MAX: f64 = 30.0;
const AT_REST: Duration = Duration::from_secs(2);

/// Measures.
///
/// # Errors
/// When a server cannot be started.
pub(in crate::bench) fn measure(amount: Amount) -> anyhow::Result<Vec<Figure>> {
    let (mut fresh, mut existing, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    let (mut memory, mut bare_memory) = (Vec::new(), Vec::new());
    for _ in 0..amount.rounds {
        let data = tempfile::Builder::new().prefix("beckon-bench-").tempdir()?;
        fresh.push(ms(Served::start(data.path())?.1));
        let (served, took) = Served::start(data.path())?;
        existing.push(ms(took));
        std::thread::sleep(AT_REST);
        memory.push(served.process().resident_kb()? / 1024.0);
        let (floor, took) = Served::floor(Floor::Post)?;
        bare.push(ms(took));
        bare_memory.push(floor.process().resident_kb()? / 1024.0);
    }
    let bare = Spread::of(bare);
    let size = std::fs::metadata(program()?)?.len() as f64 / 1024.0 / 1024.0;
    Ok(vec![
        Figure::new("start on new data", "ms", Spread::of(fresh)).above(bare).at_most(FRESH_MS_MAX),
        Figure::new("start on existing data", "ms", Spread::of(existing))
            .above(bare)
            .at_most(EXISTING_MS_MAX),
        Figure::new("at rest", "MB", Spread::of(memory)).above(Spread::of(bare_memory)).at_most(MB_MAX),
        Figure::new("the binary, with its symbols", "MB", Spread::once(size)),
    ])
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}
