//! Owns how far this node's clock is from the database's, by which other nodes are measured too. Deadlines are told by the
//! clocks of the nodes.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::Driver;
use crate::store::StoreResult;
use crate::store::soundness::find_time;

/// Clocks that are further apart make deadlines wrong that people notice, milliseconds.
pub const APART_MAX_MS: i64 = 2_000;
const COMPARED_EVERY: Duration = Duration::from_secs(10);
/// A time that took longer to come says too little, milliseconds.
const COMES_WITHIN_MS: i64 = 500;

/// How far this node's clock was ahead at the last comparison, milliseconds.
#[derive(Debug, Default)]
pub(super) struct Clocks(AtomicI64);

impl Driver {
    /// Whether the clocks of this node and of the database agree, as far as they were compared.
    #[must_use]
    pub fn has_the_time(&self) -> bool {
        !is_too_far(self.inner.clocks.0.load(Ordering::Relaxed))
    }
}

const fn is_too_far(ahead_ms: i64) -> bool {
    ahead_ms.unsigned_abs() > APART_MAX_MS.unsigned_abs()
}

pub(super) async fn run(driver: Driver) {
    let stopping = driver.stopping().clone();
    loop {
        // An embedded database has no clock of its own; that one is away is told by others.
        if let Ok(Some(ahead_ms)) = compare(&driver).await {
            note(&driver, ahead_ms);
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(COMPARED_EVERY) => {}
        }
    }
}

async fn compare(driver: &Driver) -> StoreResult<Option<i64>> {
    let mut tx = driver.store().read().await?;
    let before = driver.clock().now().0;
    let theirs = find_time(&mut tx).await?;
    let after = driver.clock().now().0;
    let came_soon = after - before <= COMES_WITHIN_MS;
    Ok(theirs.filter(|_| came_soon).map(|theirs| before.midpoint(after) - theirs))
}

fn note(driver: &Driver, ahead_ms: i64) {
    let before = driver.inner.clocks.0.swap(ahead_ms, Ordering::Relaxed);
    if is_too_far(ahead_ms) && !is_too_far(before) {
        tracing::warn!(ahead_ms, "this machine's clock is not the database's: deadlines are wrong");
    }
}
