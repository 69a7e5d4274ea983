//! One of three nodes stands still, with its connections open, and goes on later as if nothing had been: what it believed to
//! own may belong to another node by then. What it writes late must be refused, or be what is there already.

use crate::rig::scene::Scene;
use crate::rig::span::Span;

/// How long it stands still.
const STILL: Span = Span { low_ms: 1_000, often_ms: 12_000, high_ms: 60_000 };

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let node = scene.some_node();
    let still = scene.lasting((2_000, 5_000), STILL);
    scene.strikes();
    scene.stage.nodes[node].pause()?;
    scene.wait(still).await;
    scene.stage.nodes[node].go_on()
}
