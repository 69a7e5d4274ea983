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

/// Stops that take longer together must not keep messages from flowing; an earlier version may end at once.
const FLOW_WITHIN: Duration = Duration::from_secs(5);

/// So many seconds a node takes by itself to tell everyone to move.
const DRAIN_S_DEFAULT: u64 = 10;
/// Of a hundred stops so many are as long as that by default; the others are quicker, and everyone moves within a moment.
const DEFAULT_PERCENT: u64 = 25;

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    scene.book.forget_gaps();
    scene.strikes();
    let mut quiet = Duration::ZERO;
    for node in 0..scene.stage.nodes.len() {
        let before = scene.crowd.acked();
        let took = stop(scene, node).await?;
        quiet = if scene.crowd.acked() == before { quiet + took } else { Duration::ZERO };
        if quiet > FLOW_WITHIN {
            scene.book.violated("drain", format!("no message passed while node {node} stopped"));
        }
        let (tried, drain_s) = (scene.tried.clone(), drain_s(scene));
        scene.stage.nodes[node].replace_program(&tried);
        scene.stage.nodes[node].set_drain(drain_s);
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

/// How long a node takes, when it stops the next time, to tell everyone to move; seconds.
fn drain_s(scene: &mut Scene) -> u64 {
    if scene.dice.percent(DEFAULT_PERCENT) { DRAIN_S_DEFAULT } else { scene.dice.between(1, 4) }
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
