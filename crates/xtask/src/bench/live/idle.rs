//! What a visitor who is connected and does nothing costs the server in memory, the state of the visit included: resident
//! memory with few and with many of them.
//!
//! The floor is axum's WebSocket with the same small buffers, and no visit: no server over this library can hold a connection
//! in less.

use std::time::Duration;

use super::super::figure::Figure;
use super::super::rounds::Spread;
use super::Amount;
use super::connections::connect;
use super::floor::Floor;
use super::served::Served;

/// KB at the most.
const IDLE_KB_MAX: f64 = 4.0;
/// How long a server may settle before its memory is read.
const SETTLE: Duration = Duration::from_secs(5);

/// Measures.
///
/// # Errors
/// When a server cannot be started or refuses a visitor.
pub(in crate::bench) fn measure(amount: Amount) -> anyhow::Result<Vec<Figure>> {
    let mut counts = vec![2_000, amount.visitors];
    counts.dedup();
    counts.into_iter().map(|count| with(count, amount.rounds.min(3))).collect()
}

fn with(count: u32, rounds: usize) -> anyhow::Result<Figure> {
    let (mut own, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        own.push(each(&Served::beckon()?, count)?);
        bare.push(each(&Served::floor(Floor::Echo)?.0, count)?);
    }
    let name = format!("an idle visitor, of {count} connected");
    Ok(Figure::new(name, "KB", Spread::of(own)).above(Spread::of(bare)).at_most(IDLE_KB_MAX))
}

/// KB for each of so many.
fn each(served: &Served, count: u32) -> anyhow::Result<f64> {
    // The first pay for what is made once: pools, caches, compiled rules.
    let _first = connect(served, 100)?;
    std::thread::sleep(SETTLE);
    let before = served.process().resident_kb()?;
    let mut crowd = connect(served, count)?;
    std::thread::sleep(SETTLE);
    let after = served.process().resident_kb()?;
    crowd.iter_mut().try_for_each(super::connections::drain)?;
    Ok((after - before) / f64::from(count))
}
