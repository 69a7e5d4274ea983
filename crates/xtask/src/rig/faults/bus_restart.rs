//! NATS ends without a word and is there again after up to two seconds. Hints are lost; the nodes read the database instead.

use anyhow::Context;

use crate::rig::scene::Scene;

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let away = scene.some_time(0, 2_000);
    scene.stage.nats.as_mut().context("there is a NATS")?.kill()?;
    scene.wait(away).await;
    scene.stage.nats.as_mut().context("there is a NATS")?.start_again()
}
