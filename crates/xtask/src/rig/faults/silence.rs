//! All connections of one of three nodes to PostgreSQL, or to NATS, fall silent without being closed, as when a machine vanishes or a
//! firewall forgets them; new ones can be had. The node gives them up by itself, and says again that it can serve; what
//! happens at another node is seen late once, and then as before. What was held back arrives at the end.

use std::time::{Duration, Instant};

use super::split::way;
use crate::rig::scene::Scene;
use crate::rig::span::Span;

/// How long nothing comes, and longer when the node is not ready yet.
const SILENT: Span = Span { low_ms: 5_000, often_ms: 14_000, high_ms: 40_000 };
/// A node has other connections after this time.
const READY_WITHIN: Duration = Duration::from_secs(45);
/// Without the bus a message takes no longer than this, the time until that is noticed included.
const DELIVERED_WITHIN: Duration = Duration::from_secs(15);

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let node = scene.some_node();
    let of_database = scene.dice.percent(50);
    let time = scene.lasting((12_000, 12_000), SILENT);
    let before = scene.book.open().deliveries.len();
    scene.strikes();
    way(scene, node, of_database)?.silence_those_there();
    let struck = Instant::now();
    scene.wait(time).await;
    while !scene.stage.nodes[node].is_ready().await {
        if struck.elapsed() > READY_WITHIN {
            let what = format!(
                "node {node} is not ready {} s after its connections fell silent",
                READY_WITHIN.as_secs()
            );
            scene.book.violated("rig", what);
            break;
        }
        scene.wait(Duration::from_millis(500)).await;
    }
    way(scene, node, of_database)?.set(crate::rig::proxy::Way::Open);
    let slowest = scene.book.open().deliveries.iter().skip(before).max().copied().unwrap_or_default();
    if !of_database && slowest > DELIVERED_WITHIN {
        scene.book.violated("rig", format!("a message took {} ms", slowest.as_millis()));
    }
    Ok(())
}
