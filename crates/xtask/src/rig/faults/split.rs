//! One of three nodes is cut off from PostgreSQL, or from NATS, and still talks with its browsers. It acknowledges nothing that
//! it cannot write, and what it missed it reads when it can.

use anyhow::Context;

use crate::rig::proxy::Way;
use crate::rig::scene::Scene;

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let node = scene.some_node();
    let from_database = scene.dice.percent(60);
    let (low, high) = scene.at_length((2_000, 4_000), (2_000, 30_000));
    let time = scene.some_time(low, high);
    scene.strikes();
    way(scene, node, from_database)?.set(Way::Shut);
    scene.wait(time).await;
    way(scene, node, from_database)?.set(Way::Open);
    Ok(())
}

/// From the node to PostgreSQL, or to NATS.
pub(super) fn way(
    scene: &Scene,
    node: usize,
    from_database: bool,
) -> anyhow::Result<&crate::rig::proxy::Proxy> {
    let node = &scene.stage.nodes[node];
    if from_database { node.database.as_ref() } else { node.bus.as_ref() }.context("the nodes have proxies")
}
