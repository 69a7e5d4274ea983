//! Owns reading how far visitors' chats are, for the shards that hold their visits.

use beckon_engine::id::VisitorId;
use futures_util::StreamExt;
use futures_util::stream;

use super::command::{ShardCommand, VisitorSignal};
use super::{Driver, conversation};

/// Reads that one shard has under way at a time when it reads everything anew.
const READ_AT_ONCE: usize = 4;

/// Reads how far the chat of a visitor is; `read` says which of the reads this is.
pub(super) async fn read(driver: Driver, visitor: VisitorId, read: u64) {
    match conversation::find_progress(&driver, visitor).await {
        Ok(progress) => driver.send(visitor, ShardCommand::ChatProgress { visitor, read, progress }).await,
        Err(error) => {
            tracing::warn!(%error, "the state of a chat could not be read");
            let signal = VisitorSignal::ChatChanged;
            driver.send(visitor, ShardCommand::Signal { visitor, signal }).await;
        }
    }
}

/// The same for many visitors, a few at a time: a node holds more visits than the database takes questions at once.
pub(super) async fn read_all(driver: Driver, visitors: Vec<(VisitorId, u64)>) {
    let reads = stream::iter(visitors);
    reads.for_each_concurrent(READ_AT_ONCE, |(visitor, number)| read(driver.clone(), visitor, number)).await;
}
