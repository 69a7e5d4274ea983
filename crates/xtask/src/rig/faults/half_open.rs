//! Every connection of a browser falls silent in both directions without being closed, as when a router forgets it; new ones
//! can be had. The browsers come again when an acknowledgement is overdue. After a while what was held back arrives late,
//! and is recognised as what is there already.

use std::time::Duration;

use crate::rig::proxy::Way;
use crate::rig::scene::Scene;
use crate::rig::span::Span;

/// How long nothing comes; browsers and consoles notice after 10 to 15 s.
const SILENT: Span = Span { low_ms: 7_000, often_ms: 14_000, high_ms: 25_000 };

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let time = scene.lasting((11_000, 11_000), SILENT);
    scene.strikes();
    scene.stage.nodes[0].front.silence_those_there();
    scene.wait(time).await;
    scene.stage.nodes[0].front.set(Way::Open);
    scene.wait(Duration::from_millis(500)).await;
    Ok(())
}
