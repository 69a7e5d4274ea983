//! Owns when those who wait are told where they stand: soon, but a few at a time, as each reads their place, and a long
//! queue must not take the database from those who chat.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use beckon_engine::id::{QueueId, UserId, VisitorId};
use tokio::sync::Notify;

use super::Driver;
use super::command::{ShardCommand, VisitorSignal};
use crate::store::StoreResult;
use crate::store::agent::list_services;
use crate::store::chat::waiting::{list_queues_waited_in, list_waiting_visitors};

/// So many of those who stand first in their queue are told at a time, and as many of the others.
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
    noticed: Notify,
}

impl Places {
    /// Something moved in these queues.
    pub(super) fn moved(&self, queues: impl IntoIterator<Item = QueueId>) {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).extend(queues);
        self.noticed.notify_one();
    }

    fn take(&self) -> BTreeSet<QueueId> {
        std::mem::take(&mut *self.moved.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Those who are yet to be told, each once.
#[derive(Debug, Default)]
struct Line {
    order: VecDeque<VisitorId>,
    inside: HashSet<VisitorId>,
}

impl Line {
    fn join(&mut self, visitor: VisitorId) {
        if self.inside.insert(visitor) {
            self.order.push_back(visitor);
        }
    }

    fn next(&mut self) -> Vec<VisitorId> {
        let count = TOLD_TOGETHER_MAX.min(self.order.len());
        let next: Vec<_> = self.order.drain(..count).collect();
        for visitor in &next {
            self.inside.remove(visitor);
        }
        next
    }
}

/// Who stands first in a queue need not wait until a longer one was told to its end.
#[derive(Debug, Default)]
struct Lines {
    first: Line,
    others: Line,
}

impl Lines {
    fn join(&mut self, waiting: Vec<VisitorId>) {
        for (place, visitor) in waiting.into_iter().enumerate() {
            let line = if place < TOLD_TOGETHER_MAX { &mut self.first } else { &mut self.others };
            line.join(visitor);
        }
    }

    fn next(&mut self) -> Vec<VisitorId> {
        [self.first.next(), self.others.next()].concat()
    }

    fn is_empty(&self) -> bool {
        self.first.order.is_empty() && self.others.order.is_empty()
    }
}

pub(super) async fn run(driver: Driver) {
    let stopping = driver.stopping().clone();
    let places = &driver.inner.places;
    let mut lines = Lines::default();
    let mut all_told_at = driver.clock().now();
    loop {
        if lines.is_empty() {
            tokio::select! {
                () = stopping.cancelled() => return,
                () = places.noticed.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        let now = driver.clock().now();
        if now.ms_since(all_told_at) >= ALL_TOLD_EVERY_MS {
            all_told_at = now;
            all_moved(&driver).await;
        }
        let wait = tokio::select! {
            () = stopping.cancelled() => return,
            wait = tell_some(&driver, &mut lines) => wait,
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

/// Tells the next of those who are to be told; yields after what time others may be.
async fn tell_some(driver: &Driver, lines: &mut Lines) -> Duration {
    let moved = driver.inner.places.take();
    match list_all(driver, &moved).await {
        Ok(queues) => queues.into_iter().for_each(|waiting| lines.join(waiting)),
        Err(error) => {
            tracing::warn!(%error, "who waits could not be told");
            driver.inner.places.moved(moved);
            return TOLD_AGAIN_AFTER;
        }
    }
    for visitor in lines.next() {
        let signal = VisitorSignal::ChatChanged;
        driver.send(visitor, ShardCommand::Signal { visitor, signal }).await;
    }
    TOLD_EVERY
}

/// Those who wait in each of these queues.
async fn list_all(driver: &Driver, queues: &BTreeSet<QueueId>) -> StoreResult<Vec<Vec<VisitorId>>> {
    if queues.is_empty() {
        return Ok(Vec::new());
    }
    let mut tx = driver.store().read().await?;
    let mut waiting = Vec::with_capacity(queues.len());
    for queue in queues {
        waiting.push(list_waiting_visitors(&mut tx, *queue).await?);
    }
    Ok(waiting)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn visitors(numbers: std::ops::Range<u128>) -> Vec<VisitorId> {
        numbers.map(|number| VisitorId(Uuid::from_u128(number))).collect()
    }

    // spec: Q-3
    #[test]
    fn who_stands_first_is_told_before_the_end_of_a_longer_queue() {
        let mut lines = Lines::default();
        lines.join(visitors(0..100));
        assert_eq!(lines.next(), visitors(0..40));
        lines.join(visitors(1_000..1_002));
        assert_eq!(lines.next(), [visitors(1_000..1_002), visitors(40..60)].concat());
    }

    // spec: Q-3
    #[test]
    fn a_queue_in_which_much_moves_is_told_once_and_to_its_end() {
        let mut lines = Lines::default();
        let mut told = Vec::new();
        for _ in 0..5 {
            lines.join(visitors(0..100));
            told.extend(lines.next());
        }
        told.sort_unstable();
        told.dedup();
        assert_eq!(told, visitors(0..100));
        lines.join(visitors(0..10));
        lines.join(visitors(0..10));
        while !lines.is_empty() {
            let next = lines.next();
            assert!(next.len() <= 2 * TOLD_TOGETHER_MAX);
        }
        assert_eq!(lines.next(), []);
    }
}
