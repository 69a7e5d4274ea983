//! One of three nodes is cut off from PostgreSQL, or from NATS, and still talks with its browsers. It acknowledges nothing that
//! it cannot write, and what it missed it reads when it can.

use anyhow::Context;

use crate::rig::proxy::Way;
use crate::rig::scene::Scene;
use crate::rig::span::Span;

/// How long it is cut off.
const CUT_OFF: Span = Span { low_ms: 2_000, often_ms: 9_000, high_ms: 30_000 };

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let node = scene.some_node();
    let from_database = scene.dice.percent(60);
    let time = scene.lasting((2_000, 4_000), CUT_OFF);
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
