//! What the engine costs, each figure beside a floor that was measured in the same rounds.
//! Owns the order; what is measured stands in the submodules.

use std::process::Command;

use anyhow::ensure;

mod crowd;
mod events;

use super::figure::Figure;
use super::rounds::Spread;

/// Visits of the crowd, the smaller first.
const CROWDS: [usize; 2] = [10_000, 1_000_000];
const QUICK_CROWDS: [usize; 2] = [1_000, 30_000];

/// Among many visits an event may cost so many times what it costs among few, and count as flat.
const FLAT_MAX: f64 = 1.25;

/// Measures.
///
/// # Errors
/// When a process of its own cannot be started.
pub(super) fn measure(quick: bool) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let (rules, crowds) = if quick { (&[100][..], QUICK_CROWDS) } else { (&[10, 100, 1000][..], CROWDS) };
    for rules in rules {
        figures.extend(events::measure(*rules)?);
    }
    for visits in crowds {
        figures.extend(of_process(visits)?);
    }
    figures.extend(flatness(&figures, crowds));
    Ok(figures)
}

/// Measures so many visits in this process and prints one line of JSON.
///
/// # Errors
/// When the visits cannot be made.
pub(super) fn print_crowd(visits: usize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(&crowd::measure(visits)?)?);
    Ok(())
}

/// How much dearer an event is among many visits than among few, beyond what one look at a visit costs there.
fn flatness(figures: &[Figure], [few, many]: [usize; 2]) -> Option<Figure> {
    let beyond = |visits: usize| {
        let name = format!("{}, {visits} visits", crowd::BEYOND);
        figures.iter().find(|figure| figure.name == name).map(|figure| figure.value.median)
    };
    let times = beyond(many)? / beyond(few)?;
    let name = format!("the same, {many} visits to {few}");
    Some(Figure::new(name, "times", Spread::once(times)).at_most(FLAT_MAX))
}

/// A process of its own, so that its memory is that of the visits.
fn of_process(visits: usize) -> anyhow::Result<Vec<Figure>> {
    let program = std::env::current_exe()?;
    let output = Command::new(program).args(["bench", "--crowd", &visits.to_string()]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}
