//! The clock of the node jumps forward by up to 30 s, and back again after a few seconds. Waits may end early or late by as
//! much; no message is lost or moved, no chat is left without an end, no offer or outcome is doubled.

use std::time::Duration;

use crate::rig::scene::Scene;

/// How far the clock jumps at most.
pub(in crate::rig) const STEP_S_MAX: u64 = 30;

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let step = scene.dice.between(5, STEP_S_MAX);
    let file = scene.stage.clock_file();
    std::fs::write(&file, format!("+{step}"))?;
    scene.wait(Duration::from_secs(4)).await;
    std::fs::write(&file, "+0")?;
    scene.wait(Duration::from_secs(1)).await;
    Ok(())
}
