//! Owns what is written behind: page views and checkpoints, in batches. A crash may lose its last second; nothing a
//! person was promised passes here.

use std::time::Duration;

use beckon_engine::id::VisitId;
use beckon_engine::time::UnixMs;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use super::Driver;
use crate::store::page_view::{PageView, insert_page_view, update_page_view_left};
use crate::store::visit::{Checkpoint, update_visit_checkpoint};
use crate::store::{StoreError, StoreResult, Tx};

/// Items in one unit of work.
const BATCH_MAX: usize = 1_000;
/// Batches are gathered for this long.
const GATHER: Duration = Duration::from_millis(250);
/// Tries of one batch, and the wait between them, while the database is away.
const TRIES_MAX: u32 = 20;
const WAIT: Duration = Duration::from_millis(500);

/// Something observed.
#[derive(Debug)]
pub(super) enum Behind {
    /// A page view began.
    PageView(PageView),
    /// A page view ended.
    Left { visit: VisitId, view: u32, left_at: UnixMs, visible_s: u32 },
    /// Where a visit stands.
    Checkpoint(Checkpoint),
}

impl Driver {
    /// Hands an observation to the writer. Yields false when too many wait already: it is then not written.
    pub(super) fn write_behind(&self, item: Behind) -> bool {
        let taken = self.inner.behind.try_send(item).is_ok();
        if !taken {
            metrics::counter!("beckon_observations_dropped_total").increment(1);
        }
        taken
    }
}

/// Writes until the node stops and its shards have handed in their last.
pub(super) async fn run(driver: Driver, shards: TaskTracker, mut inbox: mpsc::Receiver<Behind>) {
    let stopping = driver.stopping().clone();
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            _ = inbox.recv_many(&mut batch, BATCH_MAX) => write(&driver, &mut batch).await,
        }
        tokio::select! {
            () = stopping.cancelled() => break,
            () = tokio::time::sleep(GATHER) => {}
        }
    }
    shards.wait().await;
    while let Ok(item) = inbox.try_recv() {
        batch.push(item);
    }
    write(&driver, &mut batch).await;
}

async fn write(driver: &Driver, batch: &mut Vec<Behind>) {
    for _ in 0..TRIES_MAX {
        match write_once(driver, batch).await {
            Ok(()) => break,
            Err(StoreError::Database(error)) if error.as_database_error().is_none() => {
                tracing::warn!(%error, items = batch.len(), "observations could not be written");
            }
            Err(error) => {
                tracing::warn!(%error, items = batch.len(), "a batch was refused; its items are written one by one");
                write_one_by_one(driver, batch).await;
                break;
            }
        }
        tokio::time::sleep(WAIT).await;
    }
    batch.clear();
}

/// One item that the database refuses costs only itself.
async fn write_one_by_one(driver: &Driver, batch: &[Behind]) {
    for item in batch.chunks(1) {
        if let Err(error) = write_once(driver, item).await {
            tracing::warn!(%error, "an observation was refused");
        }
    }
}

async fn write_once(driver: &Driver, batch: &[Behind]) -> StoreResult<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let mut tx = driver.store().write().await?;
    for item in batch {
        write_item(&mut tx, item).await?;
    }
    tx.commit().await
}

async fn write_item(tx: &mut Tx, item: &Behind) -> StoreResult<()> {
    match item {
        Behind::PageView(view) => insert_page_view(tx, view).await,
        Behind::Left { visit, view, left_at, visible_s } => {
            update_page_view_left(tx, *visit, *view, *left_at, *visible_s).await
        }
        // Refused when another node has claimed the visit since: then that node writes it down.
        Behind::Checkpoint(checkpoint) => update_visit_checkpoint(tx, checkpoint).await.map(|_| ()),
    }
}
