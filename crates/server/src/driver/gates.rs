//! Owns keeping the gates true: it counts anew when something happened, when business hours change, and now and then.

use std::time::Duration;

use beckon_engine::id::SiteId;

use super::command::ShardCommand;
use super::{Driver, surplus};

/// Counts are taken anew after this time even when nothing told so: an agent who vanished is noticed this late.
const LOOK_AGAIN_MS: i64 = 5_000;
/// What happens within this time is counted once.
const GATHER: Duration = Duration::from_millis(30);

pub(super) async fn run(driver: Driver) {
    let stopping = driver.stopping().clone();
    loop {
        let now = driver.clock().now();
        let wait_ms = match driver.sites().refresh(driver.store(), driver.load(), now).await {
            Ok(moved) => {
                for site in moved.sites {
                    announce(&driver, site).await;
                }
                for (site, queue) in moved.crowded {
                    if let Err(error) = surplus::take_back(&driver, site, queue).await {
                        tracing::warn!(%error, "offers beyond the room of their queue could not be taken back");
                    }
                }
                moved.hours_due.map_or(LOOK_AGAIN_MS, |due| due.ms_since(now).min(LOOK_AGAIN_MS))
            }
            Err(error) => {
                tracing::warn!(%error, "the gates could not be counted");
                LOOK_AGAIN_MS
            }
        };
        if let Err(error) = surplus::tell_of_missed(&driver).await {
            tracing::warn!(%error, "offers that were taken back could not be read");
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = driver.inner.gates.notified() => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(Duration::from_millis(wait_ms.unsigned_abs())) => {}
        }
    }
}

async fn announce(driver: &Driver, site: SiteId) {
    for shard in &driver.inner.shards {
        drop(shard.send(ShardCommand::WorldChanged { site }).await);
    }
    driver.inner.desk.notify_one();
}
