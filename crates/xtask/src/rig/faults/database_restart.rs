//! PostgreSQL ends at once, as in a crash, and is there again after up to three seconds. The nodes stay. What they could not
//! write they have not acknowledged, and they go on by themselves.

use anyhow::Context;

use crate::rig::scene::Scene;

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let away = scene.some_time(0, 3_000);
    scene.strikes();
    scene.stage.postgres.as_mut().context("there is a PostgreSQL")?.crash()?;
    scene.wait(away).await;
    scene.stage.postgres.as_mut().context("there is a PostgreSQL")?.start_again()
}
