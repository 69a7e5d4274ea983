//! Owns the two things that must not be read anywhere else: the time, and new ids. Keeps no timers.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use beckon_engine::time::UnixMs;
use uuid::{ContextV7, Timestamp, Uuid};

/// Where the time comes from. Cheap to clone; clones of a manual clock share their time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that moves only when told to, for tests and simulations.
    Manual(Arc<Hand>),
}

/// A clock that is moved by hand.
#[derive(Debug)]
pub struct Hand {
    now: AtomicI64,
    /// Keeps ids of one millisecond in the order in which they were made.
    ids: Mutex<ContextV7>,
}

impl Clock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn manual(start: UnixMs) -> Self {
        Self::Manual(Arc::new(Hand { now: AtomicI64::new(start.0), ids: Mutex::new(ContextV7::new()) }))
    }

    /// The present time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine is asked")]
    pub fn now(&self) -> UnixMs {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Manual(hand) => UnixMs(hand.now.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock forward.
    ///
    /// # Panics
    /// On the machine's clock: nobody moves that.
    pub fn advance_ms(&self, ms: i64) {
        match self {
            Self::System => panic!("only a manual clock is moved by hand"),
            Self::Manual(hand) => {
                hand.now.fetch_add(ms, Ordering::SeqCst);
            }
        }
    }

    /// A new id: UUIDv7, so that ids sort by the time they were made, and those of one process by their order.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        match self {
            Self::System => Uuid::now_v7(),
            Self::Manual(hand) => {
                let ms = u64::try_from(hand.now.load(Ordering::SeqCst)).unwrap_or_default();
                let nanos = u32::try_from(ms % 1000).unwrap_or_default() * 1_000_000;
                let ids = hand.ids.lock().expect("nobody panics while making an id");
                Uuid::new_v7(Timestamp::from_unix(&*ids, ms / 1000, nanos))
            }
        }
    }
}
