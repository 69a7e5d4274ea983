//! Owns whether a round counts: one during which other processes used much of the machine is measured again.

use super::process::{Process, machine_s};

/// Of the machine, by others, at the most.
const OTHERS_MAX: f64 = 0.12;

/// Measures until a round is quiet enough, `again_max` times more at the most; then it counts as it is, and it is said so. Besides
/// this process and those that it has started everything is noise.
///
/// # Errors
/// When the work fails, or the system says nothing of a process.
pub(super) fn measure<T>(again_max: usize, mut work: impl FnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
    for again in 0.. {
        let (before, own_before) = (machine_s()?, Process::own().family_s()?);
        let result = work()?;
        let (after, own_after) = (machine_s()?, Process::own().family_s()?);
        let others = (after.0 - before.0 - (own_after - own_before)) / (after.1 - before.1).max(f64::EPSILON);
        if others <= OTHERS_MAX {
            return Ok(result);
        }
        eprintln!("others used {:.0} % of the machine", others * 100.0);
        if again == again_max {
            eprintln!("this round counts although it was noisy");
            return Ok(result);
        }
    }
    unreachable!("the last round counts")
}
