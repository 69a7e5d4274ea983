//! Owns when those who wait are told where they stand: soon, but a few at a time, as each reads their place, and a long
//! queue must not take the database from those who chat.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use beckon_engine::id::{QueueId, UserId, VisitorId};
use tokio::sync::Notify;

use super::Driver;
use super::command::{ShardCommand, VisitorSignal};
use crate::store::StoreResult;
use crate::store::agent::list_services;
use crate::store::chat::waiting::{list_queues_waited_in, list_waiting_visitors};

/// Visitors who are told at a time.
const TOLD_TOGETHER_MAX: usize = 20;
/// The next ones are told after this time; what happens meanwhile is told once.
const TOLD_EVERY: Duration = Duration::from_millis(100);
/// When the database failed, they are told after this time.
const TOLD_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Who waits is told anew how long it takes after this time, though nothing happened.
const ALL_TOLD_EVERY_MS: i64 = 15_000;
/// It is looked so often whether that is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Queues in which places, or waits, are others than those who wait were told.
#[derive(Debug, Default)]
pub(super) struct Places {
    moved: Mutex<BTreeSet<QueueId>>,
    told: Notify,
}

impl Places {
    /// Something moved in these queues.
    pub(super) fn moved(&self, queues: impl IntoIterator<Item = QueueId>) {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).extend(queues);
        self.told.notify_one();
    }

    fn take(&self) -> BTreeSet<QueueId> {
        std::mem::take(&mut *self.moved.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) async fn run(driver: Driver) {
    let stopping = driver.stopping().clone();
    let places = &driver.inner.places;
    let mut all_told_at = driver.clock().now();
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = places.told.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        let now = driver.clock().now();
        if now.ms_since(all_told_at) >= ALL_TOLD_EVERY_MS {
            all_told_at = now;
            all_moved(&driver).await;
        }
        let moved = places.take();
        if moved.is_empty() {
            continue;
        }
        let told = tokio::select! {
            () = stopping.cancelled() => return,
            told = tell(&driver, &moved) => told,
        };
        let wait = match told {
            Ok(()) => TOLD_EVERY,
            Err(error) => {
                tracing::warn!(%error, "who waits could not be told");
                places.moved(moved);
                TOLD_AGAIN_AFTER
            }
        };
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// The wait grows shorter by itself.
async fn all_moved(driver: &Driver) {
    match queues_waited_in(driver).await {
        Ok(queues) => driver.inner.places.moved(queues),
        Err(error) => tracing::warn!(%error, "the queues in which somebody waits could not be read"),
    }
}

async fn queues_waited_in(driver: &Driver) -> StoreResult<Vec<QueueId>> {
    list_queues_waited_in(&mut driver.store().read().await?).await
}

/// Who comes and goes changes how long visitors wait.
pub(super) async fn moved_by(driver: &Driver, agent: UserId) -> StoreResult<()> {
    let services = list_services(&mut driver.store().read().await?).await?;
    let served = services.into_iter().filter(|service| *service.user_id == agent);
    driver.inner.places.moved(served.map(|service| *service.queue_id));
    Ok(())
}

/// Tells those who wait in these queues: the first of each before the second of any.
async fn tell(driver: &Driver, queues: &BTreeSet<QueueId>) -> StoreResult<()> {
    let mut tx = driver.store().read().await?;
    let mut waiting: Vec<(usize, VisitorId)> = Vec::new();
    for queue in queues {
        waiting.extend(list_waiting_visitors(&mut tx, *queue).await?.into_iter().enumerate());
    }
    drop(tx);
    waiting.sort_by_key(|(place, _)| *place);
    for (turn, some) in waiting.chunks(TOLD_TOGETHER_MAX).enumerate() {
        if turn > 0 {
            tokio::time::sleep(TOLD_EVERY).await;
        }
        for (_, visitor) in some {
            let signal = VisitorSignal::ChatChanged;
            driver.send(*visitor, ShardCommand::Signal { visitor: *visitor, signal }).await;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    // spec: Q-3
    #[test]
    fn a_queue_in_which_much_moves_is_told_once() {
        let places = Places::default();
        let [one, other] = [1, 2].map(|n| QueueId(Uuid::from_u128(n)));
        places.moved([one]);
        places.moved([other, one]);
        assert_eq!(places.take(), BTreeSet::from([one, other]));
        assert_eq!(places.take(), BTreeSet::new());
    }
}
