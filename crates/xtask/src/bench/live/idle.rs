//! What a visitor who is connected and does nothing costs the server in memory, the state of the visit included: resident
//! memory with few and with many of them.
//!
//! The floor is axum's WebSocket with the same small buffers, and no visit: no server over this library can hold a connection
//! in less. Beside it stands Node with `ws`, as most are written.

use super::super::figure::Figure;
use super::super::rounds::Spread;
use super::Amount;
use super::connections::connect;
use super::floor::Floor;
use super::served::Served;

/// KB at the most.
const IDLE_KB_MAX: f64 = 4.0;
/// The figure hardly differs from round to round, and connecting everybody takes long.
const ROUNDS_MAX: usize = 1;
/// Measures.
///
/// # Errors
/// When a server cannot be started or refuses a visitor.
pub(in crate::bench) fn measure(amount: Amount) -> anyhow::Result<Vec<Figure>> {
    let (mut own, mut bare, mut node) = (Vec::new(), Vec::new(), Vec::new());
    let count = amount.visitors;
    for _ in 0..amount.rounds.min(ROUNDS_MAX) {
        let beckon = Served::beckon()?;
        // Connecting everybody may take longer than a visitor may be silent.
        beckon.be_patient()?;
        own.push(each(&beckon, count)?);
        bare.push(each(&Served::floor(Floor::Echo)?.0, count)?);
        node.push(each(&Served::node("idle.mjs", &[])?, count)?);
    }
    let name = format!("an idle visitor, of {count} connected");
    let own = Spread::of(own);
    Ok(vec![
        Figure::new(name, "KB", own).above(Spread::of(bare)).at_most(IDLE_KB_MAX),
        Figure::new("the same, beside Node with ws", "KB", own).above(Spread::of(node)),
    ])
}

/// KB for each of so many.
fn each(served: &Served, count: u32) -> anyhow::Result<f64> {
    // The first pay for what is made once: pools, caches, compiled rules.
    let _first = connect(served, 100)?;
    let before = served.process().settled_kb()?;
    let mut crowd = connect(served, count)?;
    let after = served.process().settled_kb()?;
    crowd.iter_mut().try_for_each(super::connections::drain)?;
    Ok((after - before) / f64::from(count))
}
