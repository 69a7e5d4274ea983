//! NATS is away for a while, now and then for minutes. Within a node everything goes on as before; what happens at another one is seen
//! within 6 s, because the nodes look at the database meanwhile.

use std::time::{Duration, Instant};

use anyhow::Context;

use crate::rig::scene::Scene;
use crate::rig::span::Span;

/// How long it is away.
const AWAY: Span = Span { low_ms: 7_000, often_ms: 14_000, high_ms: 150_000 };
/// Without NATS a message takes no longer than this.
const DELIVERED_WITHIN: Duration = Duration::from_secs(6);
/// Every node has NATS again within this time.
const THERE_WITHIN: Duration = Duration::from_secs(60);

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let away = scene.lasting((6_000, 6_000), AWAY);
    scene.stage.nats.as_mut().context("there is a NATS")?.kill()?;
    scene.hold(away).await;
    scene.stage.nats.as_mut().context("there is a NATS")?.start_again()?;
    until_there(scene).await;
    Ok(())
}

/// What was held up while NATS was away may come when it is back.
pub(in crate::rig) fn look_back(scene: &mut Scene) {
    let slowest = scene.slowest_delivery();
    if slowest > DELIVERED_WITHIN {
        scene.book.violated("rig", format!("without NATS a message took {} ms", slowest.as_millis()));
    }
}

/// Until every node says that it has NATS.
async fn until_there(scene: &mut Scene) {
    let began = Instant::now();
    for node in 0..scene.stage.nodes.len() {
        while !scene.stage.nodes[node].has_bus().await {
            if began.elapsed() > THERE_WITHIN {
                let within = THERE_WITHIN.as_secs();
                return scene.book.violated("rig", format!("node {node} has no NATS after {within} s"));
            }
            scene.wait(Duration::from_millis(200)).await;
        }
    }
}
