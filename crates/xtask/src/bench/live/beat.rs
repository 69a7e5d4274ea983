//! What the heartbeats of many visitors cost: the share of one core that the server takes while each of them says every fifteen
//! seconds that it is still there.
//!
//! The floor is axum's WebSocket, which parses the same frames and answers each with itself.

use std::time::{Duration, Instant};

use tungstenite::Message;

use super::super::figure::Figure;
use super::super::rounds::Spread;
use super::Amount;
use super::connections::{Visitor, connect, drain};
use super::floor::Floor;
use super::guests::BEAT;
use super::quiet;
use super::served::{HEARTBEAT_S, Served};

/// Both crowds are connected at the same time: more would be more files than a process may have open here.
const VISITORS_MAX: u32 = 9_500;
/// Of the floor.
const TIMES_MAX: f64 = 1.4;

/// Measures.
///
/// # Errors
/// When a server cannot be started or refuses a visitor.
pub(in crate::bench) fn measure(amount: Amount) -> anyhow::Result<Vec<Figure>> {
    let beckon = Served::beckon()?;
    // Connecting everybody may take longer than a visitor may be silent.
    beckon.be_patient()?;
    let (bare, _) = Served::floor(Floor::Echo)?;
    let visitors = amount.visitors.min(VISITORS_MAX);
    let (mut own, mut others) = (Vec::new(), Vec::new());
    let mut crowd = connect(&beckon, visitors)?;
    let mut bare_crowd = connect(&bare, visitors)?;
    // The first round takes what connecting left to be done, and does not count.
    for round in 0..=amount.rounds {
        // Both crowds say all the time that they are there, else one of them would be sent away meanwhile.
        let shares = quiet::measure(amount.again_max, || {
            let before = [beckon.process().processor_s()?, bare.process().processor_s()?];
            let started = Instant::now();
            beat_for(HEARTBEAT_S.min(2 * amount.seconds), &mut crowd, &mut bare_crowd)?;
            let took = started.elapsed().as_secs_f64();
            let after = [beckon.process().processor_s()?, bare.process().processor_s()?];
            Ok([(after[0] - before[0]) / took * 100.0, (after[1] - before[1]) / took * 100.0])
        })?;
        if round > 0 {
            own.push(shares[0]);
            others.push(shares[1]);
        }
    }
    let name = format!("{visitors} visitors, a heartbeat each {HEARTBEAT_S} s");
    Ok(vec![
        Figure::new(name, "% of a core", Spread::of(own)).above(Spread::of(others)).at_most_times(TIMES_MAX),
    ])
}

/// Each visitor of both crowds by turns, each once in [`HEARTBEAT_S`], for so many seconds.
fn beat_for(seconds: u32, crowd: &mut [Visitor], bare_crowd: &mut [Visitor]) -> anyhow::Result<()> {
    let count = u32::try_from(crowd.len())?;
    let pace = Duration::from_secs(HEARTBEAT_S.into()) / count;
    let started = Instant::now();
    let mut due = started;
    for at in (0..crowd.len()).cycle() {
        if started.elapsed().as_secs() >= seconds.into() {
            break;
        }
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        due += pace;
        for visitor in [&mut crowd[at], &mut bare_crowd[at]] {
            visitor.send(Message::text(BEAT))?;
            drain(visitor)?;
        }
    }
    Ok(())
}
