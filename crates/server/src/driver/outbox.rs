//! Owns the way from a visit to one of its visitor's connections: bounded, and small, because there are many and most are idle. A
//! channel of the runtime takes more than a kilobyte from the start, this one what waits in it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

use super::command::VisitorSignal;

/// Signals that wait for one connection; one that has more is cut off.
const WAITING_MAX: usize = 64;

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    noticed: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<VisitorSignal>,
    /// One of the two ends is gone.
    over: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, signal: VisitorSignal) -> bool {
        let mut queue = self.lock();
        if queue.over || queue.waiting.len() >= WAITING_MAX {
            return false;
        }
        queue.waiting.push_back(signal);
        drop(queue);
        self.noticed.notify_one();
        true
    }

    fn end(&self) {
        self.lock().over = true;
        self.noticed.notify_one();
    }
}

/// The end of the visit: with it the connection goes.
#[derive(Debug)]
pub struct Outbox(Arc<Shared>);

/// Reaches a connection for as long as its outbox is there.
#[derive(Debug)]
pub(super) struct OutboxOfSomeone(Weak<Shared>);

/// The end of the connection.
#[derive(Debug)]
pub struct Inbox(Arc<Shared>);

/// A way to a connection.
#[must_use]
pub fn outbox() -> (Outbox, Inbox) {
    let shared = Arc::<Shared>::default();
    (Outbox(Arc::clone(&shared)), Inbox(shared))
}

impl Outbox {
    /// Yields false when the connection is gone, or takes too little.
    pub(super) fn tell(&self, signal: VisitorSignal) -> bool {
        self.0.tell(signal)
    }

    pub(super) fn of_someone(&self) -> OutboxOfSomeone {
        OutboxOfSomeone(Arc::downgrade(&self.0))
    }
}

impl OutboxOfSomeone {
    /// Who has gone, or is cut off, is not told.
    pub(super) fn tell(&self, signal: VisitorSignal) {
        if let Some(shared) = self.0.upgrade() {
            shared.tell(signal);
        }
    }
}

impl Inbox {
    /// The next signal; none when the outbox is gone and all that waited is told. Nothing is lost when the wait is given up.
    pub async fn next(&mut self) -> Option<VisitorSignal> {
        loop {
            {
                let mut queue = self.0.lock();
                if let Some(signal) = queue.waiting.pop_front() {
                    return Some(signal);
                }
                if queue.over {
                    return None;
                }
            }
            self.0.noticed.notified().await;
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_waits_is_told_in_order_and_then_the_end() {
        let (outbox, mut inbox) = outbox();
        assert!(outbox.tell(VisitorSignal::MessageAdded(Some(1))));
        assert!(outbox.tell(VisitorSignal::ChatChanged));
        drop(outbox);
        assert!(matches!(inbox.next().await, Some(VisitorSignal::MessageAdded(Some(1)))));
        assert!(matches!(inbox.next().await, Some(VisitorSignal::ChatChanged)));
        assert!(inbox.next().await.is_none());
    }

    #[tokio::test]
    async fn who_waits_is_woken() {
        let (outbox, mut inbox) = outbox();
        let waits = tokio::spawn(async move { inbox.next().await.is_some() });
        tokio::task::yield_now().await;
        outbox.of_someone().tell(VisitorSignal::Leave);
        assert!(waits.await.unwrap());
    }

    #[test]
    fn who_takes_nothing_or_has_gone_is_told_nothing_more() {
        let (full, inbox) = outbox();
        for _ in 0..WAITING_MAX {
            assert!(full.tell(VisitorSignal::ChatChanged));
        }
        assert!(!full.tell(VisitorSignal::ChatChanged));
        drop(inbox);
        let (gone, inbox) = outbox();
        drop(inbox);
        assert!(!gone.tell(VisitorSignal::ChatChanged));
    }
}
