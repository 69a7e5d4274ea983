//! The machine of the only node, on the embedded database, loses its power at some moment of the conversations. Of what was
//! written and not synced a part that chance chooses is on the disk, the rest is gone, as a disk's cache leaves it. The node is
//! started again on what the disk holds: what was acknowledged is there, each chat has its owner and its deadline, and everyone
//! comes back by themselves.

use anyhow::Context;

use crate::rig::scene::Scene;
use crate::rig::span::Span;

/// How long it is away.
const AWAY: Span = Span { low_ms: 0, often_ms: 300, high_ms: 1_000 };

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    // Not always the moment in which a message was just acknowledged.
    let until = scene.some_time(0, 500);
    scene.wait(until).await;
    scene.strikes();
    let mount = scene.stage.disk.as_mut().context("the data lies on a disk of the rig's own")?;
    let node = &mut scene.stage.nodes[0];
    let mut disk = mount.power_off(|| node.end())?;
    node.kill();
    disk.lose_power(&mut scene.dice);
    mount.power_on(disk)?;
    let away = scene.lasting((0, 1_000), AWAY);
    scene.wait(away).await;
    let took = scene.stage.nodes[0].up().await?;
    scene.book.ready(took);
    Ok(())
}
