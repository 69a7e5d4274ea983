//! The three nodes are stopped one after another, as a service manager does it, and each is started again, on the binary that
//! is tried, before the next one is stopped. While a node stops, it tells everyone to move, and another is there for them:
//! nobody is without a connection for long, and messages flow all the time.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::rig::scene::Scene;

/// Ten seconds of telling everyone to move, ten for requests under way, thirty for what is to be written.
const STOP_WITHIN: Duration = Duration::from_secs(60);
/// Who is told to move has another connection within this time: the pause of the widget, and some of a busy machine.
const GAP_MAX: Duration = Duration::from_secs(5);

/// A stop that takes longer must not keep messages from flowing; an earlier version may end at once.
const FLOW_WITHIN: Duration = Duration::from_secs(5);

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    scene.book.forget_gaps();
    scene.strikes();
    for node in 0..scene.stage.nodes.len() {
        let before = scene.crowd.acked();
        let took = stop(scene, node).await?;
        if took > FLOW_WITHIN && scene.crowd.acked() == before {
            scene.book.violated("drain", format!("no message passed while node {node} stopped"));
        }
        let tried = scene.tried.clone();
        scene.stage.nodes[node].replace_program(&tried);
        let took = scene.stage.nodes[node].up().await?;
        scene.book.ready(took);
    }
    scene.until_back().await;
    let gaps = scene.book.gaps();
    if let Some((who, gap)) = gaps.iter().max_by_key(|(_, gap)| *gap) {
        println!(
            "upgrade: of {} times without a connection the longest took {} ms, {who}",
            gaps.len(),
            gap.as_millis()
        );
    }
    for (who, gap) in gaps.into_iter().filter(|(_, gap)| *gap > GAP_MAX) {
        scene.book.violated("drain", format!("{who} had no connection for {} ms", gap.as_millis()));
    }
    Ok(())
}

/// Until its process has ended by itself; yields how long that took.
async fn stop(scene: &mut Scene, node: usize) -> anyhow::Result<Duration> {
    let began = Instant::now();
    scene.stage.nodes[node].stop()?;
    loop {
        if let Some(status) = scene.stage.nodes[node].ended()? {
            if !status.success() {
                scene.book.violated("drain", format!("node {node} stopped with {status}"));
            }
            return Ok(began.elapsed());
        }
        ensure!(
            began.elapsed() < STOP_WITHIN,
            "node {node} does not stop:\n{}",
            scene.stage.nodes[node].last_words()
        );
        scene.wait(Duration::from_millis(50)).await;
    }
}
