//! NATS is away for a while. Within a node everything goes on as before; what happens at another one is seen within 6 s, because
//! the nodes look at the database meanwhile.

use std::time::Duration;

use anyhow::Context;

use crate::rig::scene::Scene;

/// Without NATS a message takes no longer than this.
const DELIVERED_WITHIN: Duration = Duration::from_secs(6);

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let (low, high) = scene.at_length((6_000, 6_000), (10_000, 40_000));
    let away = scene.some_time(low, high);
    scene.stage.nats.as_mut().context("there is a NATS")?.kill()?;
    let before = scene.book.open().deliveries.len();
    scene.hold(away).await;
    scene.stage.nats.as_mut().context("there is a NATS")?.start_again()?;
    scene.wait(DELIVERED_WITHIN).await;
    let slowest = scene.book.open().deliveries.iter().skip(before).max().copied().unwrap_or_default();
    if slowest > DELIVERED_WITHIN {
        scene.book.violated("rig", format!("without NATS a message took {} ms", slowest.as_millis()));
    }
    Ok(())
}
