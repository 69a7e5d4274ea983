//! The only node, on the embedded database, is killed without a word in the midst of the conversations, stays away for up to
//! a second, and is started again on the same data. What was acknowledged is there, each chat has its owner and its deadline,
//! and everyone comes back by themselves.

use crate::rig::scene::Scene;
use crate::rig::span::Span;

/// How long it is away.
const AWAY: Span = Span { low_ms: 0, often_ms: 300, high_ms: 1_000 };

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    scene.strikes();
    scene.stage.nodes[0].kill();
    let away = scene.lasting((0, 1_000), AWAY);
    scene.wait(away).await;
    let took = scene.stage.nodes[0].up().await?;
    scene.book.ready(took);
    Ok(())
}
