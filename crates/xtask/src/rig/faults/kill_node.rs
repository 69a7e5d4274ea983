//! One of three nodes on PostgreSQL and NATS is killed without a word, and comes back later. Its visitors and agents go to the
//! other nodes, which take over their visits and chats: agents within 10 s, visitors within 30 s, 95 of 100.

use std::time::Duration;

use crate::rig::scene::Scene;
use crate::rig::span::Span;

/// Of 100 agents 95 are back within this time.
pub(in crate::rig) const AGENTS_BACK_WITHIN: Duration = Duration::from_secs(10);
/// And of 100 visitors.
pub(in crate::rig) const VISITORS_BACK_WITHIN: Duration = Duration::from_secs(30);
/// How long it is away.
const AWAY: Span = Span { low_ms: 500, often_ms: 6_000, high_ms: 15_000 };

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let node = scene.some_node();
    let away = scene.lasting((500, 2_000), AWAY);
    scene.strikes();
    scene.stage.nodes[node].kill();
    scene.wait(away).await;
    let took = scene.stage.nodes[node].up().await?;
    scene.book.ready(took);
    Ok(())
}
