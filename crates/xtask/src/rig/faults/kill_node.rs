//! One of three nodes on PostgreSQL and NATS is killed without a word, and comes back later. Its visitors and agents go to the
//! other nodes, which take over their visits and chats: agents within 10 s, visitors within 30 s, 95 of 100.

use std::time::Duration;

use crate::rig::scene::Scene;

/// Of 100 agents 95 are back within this time.
pub(in crate::rig) const AGENTS_BACK_WITHIN: Duration = Duration::from_secs(10);
/// And of 100 visitors.
pub(in crate::rig) const VISITORS_BACK_WITHIN: Duration = Duration::from_secs(30);

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let node = scene.some_node();
    let away = scene.at_length((500, 2_000), (500, 15_000));
    let away = scene.some_time(away.0, away.1);
    scene.strikes();
    scene.stage.nodes[node].kill();
    scene.wait(away).await;
    let took = scene.stage.nodes[node].up().await?;
    scene.book.ready(took);
    Ok(())
}
