//! Owns how long this node has routed without a gap. Consoles and browsers need their time to come back after one: nobody
//! counts as gone before.

use std::sync::atomic::{AtomicI64, Ordering};

use beckon_engine::time::UnixMs;

/// Routing that was silent for longer was away: the machine slept, or the database did not answer.
const GAP_MS: i64 = 30_000;

/// Since when passes have followed each other and none has failed.
#[derive(Debug)]
pub(super) struct Patience {
    since: AtomicI64,
    last: AtomicI64,
}

impl Patience {
    pub(super) fn begin(now: UnixMs) -> Self {
        Self { since: AtomicI64::new(now.0), last: AtomicI64::new(now.0) }
    }

    /// A pass decides by this moment, or has been made.
    pub(super) fn passes(&self, now: UnixMs) {
        if now.0 - self.last.swap(now.0, Ordering::SeqCst) > GAP_MS {
            self.since.store(now.0, Ordering::SeqCst);
        }
    }

    /// A pass has failed.
    pub(super) fn failed(&self, now: UnixMs) {
        self.last.store(now.0, Ordering::SeqCst);
        self.since.store(now.0, Ordering::SeqCst);
    }

    /// Routing has gone on without a gap since `before`.
    pub(super) fn since(&self, before: UnixMs) -> bool {
        self.since.load(Ordering::SeqCst) <= before.0
    }
}
