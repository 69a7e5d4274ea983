//! The file system of the embedded database is filled to the last byte for a few seconds. What cannot be written is not
//! acknowledged; once there is room again, everything goes on without a restart.

use std::io::Write;

use crate::rig::scene::Scene;
use crate::rig::span::Span;

/// How long there is no room.
const FULL: Span = Span { low_ms: 2_000, often_ms: 5_000, high_ms: 15_000 };

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let time = scene.lasting((2_000, 3_000), FULL);
    let ballast = scene.stage.data.join("ballast");
    let mut file = std::fs::File::create(&ballast)?;
    scene.strikes();
    for piece in [vec![0_u8; 64 * 1024], vec![0_u8; 512]] {
        while file.write_all(&piece).is_ok() {}
    }
    scene.wait(time).await;
    std::fs::remove_file(&ballast)?;
    Ok(())
}
