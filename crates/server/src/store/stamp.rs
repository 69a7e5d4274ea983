//! Owns how this process tells, without reading again, that what it has read of a visitor still holds: that they are there, who
//! holds their visit, that they have no open chat. The embedded database changes through this process alone; PostgreSQL changes
//! through others too, so that there are no stamps of it.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use beckon_engine::id::VisitorId;
use sqlx::{Sqlite, SqliteConnection, Transaction};

use super::writer::Writing;
use super::{Pools, Store, Tx};

/// Visitors who share one counter see each other's changes, which costs a read and nothing else.
const COUNTERS: usize = 16_384;

/// What was read of a visitor after a stamp was taken holds while a new one is equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(u64);

/// The counters of one embedded database.
#[derive(Clone, Debug)]
pub(super) struct Stamps(Arc<[AtomicU64]>);

/// A visitor is being changed: counted at the beginning, and again when this goes, after the commit. Whoever reads in between
/// has read too early.
#[derive(Debug)]
struct Change {
    stamps: Stamps,
    visitor: VisitorId,
}

/// A unit of work on the embedded database.
#[derive(Debug)]
pub struct SqliteTx {
    // Goes first. What is rolled back was never to be read, and may be taken back after the changes are over.
    work: Work,
    stamps: Stamps,
    changes: Vec<Change>,
}

/// What a unit of work has.
#[derive(Debug)]
enum Work {
    /// On one of the connections that are shared, from which most only read.
    Pooled(Transaction<'static, Sqlite>),
    /// On the one that writes.
    Writes(Writing),
}

impl Store {
    /// The stamp of a visitor, to be taken before reading; none where other processes write too.
    #[must_use]
    pub fn stamp(&self, visitor: VisitorId) -> Option<Stamp> {
        match &self.pools {
            Pools::Sqlite { stamps, .. } => Some(Stamp(stamps.counter(visitor).load(Ordering::SeqCst))),
            Pools::Postgres { .. } => None,
        }
    }
}

impl Tx {
    /// Notes that this unit of work changes what stamps tell of. Said by the function that does so, before it does.
    pub(super) fn note_change(&mut self, visitor: VisitorId) {
        match self {
            Self::Sqlite(tx) => tx.changes.push(Change::begin(tx.stamps.clone(), visitor)),
            Self::Postgres(_) => {}
        }
    }
}

impl Stamps {
    pub(super) fn new() -> Self {
        Self((0..COUNTERS).map(|_| AtomicU64::new(0)).collect())
    }

    fn counter(&self, VisitorId(id): VisitorId) -> &AtomicU64 {
        // The end of an id is random, its beginning is the time.
        let end = u16::from_be_bytes(*id.as_bytes().last_chunk().expect("an id has 16 bytes"));
        &self.0[usize::from(end) % COUNTERS]
    }
}

impl Change {
    fn begin(stamps: Stamps, visitor: VisitorId) -> Self {
        stamps.counter(visitor).fetch_add(1, Ordering::SeqCst);
        Self { stamps, visitor }
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        self.stamps.counter(self.visitor).fetch_add(1, Ordering::SeqCst);
    }
}

impl SqliteTx {
    pub(super) const fn pooled(tx: Transaction<'static, Sqlite>, stamps: Stamps) -> Self {
        Self { work: Work::Pooled(tx), stamps, changes: Vec::new() }
    }

    pub(super) const fn writing(writing: Writing, stamps: Stamps) -> Self {
        Self { work: Work::Writes(writing), stamps, changes: Vec::new() }
    }

    /// Makes everything in it durable.
    ///
    /// # Errors
    /// When the database refused.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        let Self { work, changes, .. } = self;
        if changes.is_empty() {
            return work.commit().await;
        }
        // Goes on when nobody waits for it any more, such as a browser that has gone: the changes are over after the commit.
        let committed = tokio::spawn(async move {
            let committed = work.commit().await;
            drop(changes);
            committed
        });
        committed.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }
}

impl Work {
    async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Pooled(tx) => tx.commit().await,
            Self::Writes(writing) => writing.commit().await,
        }
    }
}

impl Deref for SqliteTx {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match &self.work {
            Work::Pooled(tx) => tx,
            Work::Writes(writing) => writing,
        }
    }
}

impl DerefMut for SqliteTx {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match &mut self.work {
            Work::Pooled(tx) => tx,
            Work::Writes(writing) => writing,
        }
    }
}
