//! Each exchange with PostgreSQL takes 10 to 60 ms longer in each direction, on all nodes, as with a database far away.
//! Everything becomes slower, and nothing else.

use crate::rig::proxy::Way;
use crate::rig::scene::Scene;
use crate::rig::span::Span;

/// How long it is slow.
const SLOW: Span = Span { low_ms: 5_000, often_ms: 9_000, high_ms: 20_000 };

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let delay = scene.some_time(10, 60);
    let time = scene.lasting((4_000, 4_000), SLOW);
    scene.set_databases(Way::Slow(delay));
    scene.hold(time).await;
    scene.set_databases(Way::Open);
    Ok(())
}
