//! NATS is away for longer than the nodes take to look at the database by themselves. A message reaches the other side, on
//! another node, within 6 s of its acknowledgement.

use std::time::Duration;

use anyhow::Context;

use crate::rig::scene::Scene;

/// A message takes no longer than this.
const DELIVERED_WITHIN: Duration = Duration::from_secs(6);
/// Less than this is owed to the machine, which runs everything at once.
const GRACE: Duration = Duration::from_secs(2);

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let (low, high) = scene.at_length((8_000, 8_000), (10_000, 40_000));
    let away = scene.some_time(low, high);
    scene.stage.nats.as_mut().context("there is a NATS")?.kill()?;
    let before = scene.book.open().deliveries.len();
    scene.hold(away).await;
    let slowest = scene.book.open().deliveries.iter().skip(before).max().copied().unwrap_or_default();
    if slowest > DELIVERED_WITHIN + GRACE {
        scene.book.violated("rig", format!("without NATS a message took {} ms", slowest.as_millis()));
    }
    scene.stage.nats.as_mut().context("there is a NATS")?.start_again()
}
