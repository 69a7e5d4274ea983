//! The connection between a node and PostgreSQL is cut after COMMIT has been sent and before the answer: the node does not know
//! whether it has written. What it then tells must agree with either: a message that is sent again keeps its first number.

use std::time::Duration;

use crate::rig::proxy::Way;
use crate::rig::scene::Scene;

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    scene.strikes();
    scene.set_databases(Way::CutAfterCommit);
    scene.wait(Duration::from_millis(1_500)).await;
    scene.set_databases(Way::Open);
    Ok(())
}
