//! Each exchange with PostgreSQL takes 10 to 60 ms longer in each direction, on all nodes, as with a database far away.
//! Everything becomes slower, and nothing else.

use crate::rig::proxy::Way;
use crate::rig::scene::Scene;

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let delay = scene.some_time(10, 60);
    let (low, high) = scene.at_length((4_000, 4_000), (5_000, 20_000));
    let time = scene.some_time(low, high);
    scene.set_databases(Way::Slow(delay));
    scene.hold(time).await;
    scene.set_databases(Way::Open);
    Ok(())
}
