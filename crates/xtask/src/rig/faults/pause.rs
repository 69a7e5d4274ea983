//! One of three nodes stands still, with its connections open, and goes on later as if nothing had been: what it believed to
//! own may belong to another node by then. What it writes late must be refused, or be what is there already.

use crate::rig::scene::Scene;

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let node = scene.some_node();
    let (low, high) = scene.at_length((2_000, 5_000), (1_000, 60_000));
    let still = scene.some_time(low, high);
    scene.strikes();
    scene.stage.nodes[node].pause()?;
    scene.wait(still).await;
    scene.stage.nodes[node].go_on()
}
