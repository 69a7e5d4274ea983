//! The file system of the embedded database is filled to the last byte for a few seconds. What cannot be written is not
//! acknowledged; once there is room again, everything goes on without a restart.

use std::io::Write;

use crate::rig::scene::Scene;

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let (low, high) = scene.at_length((2_000, 3_000), (2_000, 15_000));
    let time = scene.some_time(low, high);
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
