//! Owns the checkpoints of the embedded database, which carry its write-ahead log over into its file: beside the commits, on a
//! connection of their own. SQLite makes one within whichever commit finds the log long, and whoever waits for that one waits
//! for the disk.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Pools, Store, StoreResult};

const EVERY: Duration = Duration::from_secs(1);
/// What was written while a checkpoint was made is carried over by the next one at once, so often: a short one can come to the
/// end of the log between two commits, and the log begins anew.
const PASSES_MAX: u32 = 4;
/// Pages of the log, 4 KB each, from which on a commit makes the checkpoint: under lasting load none beside the commits comes to
/// the end of the log, so that it could begin anew. Little is left to carry over by then.
pub(super) const LOG_PAGES_MAX: &str = "16000";

impl Store {
    /// Makes checkpoints until `stopping` is cancelled. PostgreSQL makes its own.
    pub async fn keep_checkpoints(self, stopping: CancellationToken) {
        if let Pools::Postgres { .. } = self.pools {
            return;
        }
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            if let Err(error) = self.make_checkpoint().await {
                tracing::warn!(%error, "the database's log could not be carried over into its file; a commit will do it");
            }
        }
    }

    /// One checkpoint, as far as it goes without making anyone wait.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn make_checkpoint(&self) -> StoreResult<()> {
        if let Pools::Sqlite { checkpoints, .. } = &self.pools {
            for _ in 0..PASSES_MAX {
                let sql = "PRAGMA wal_checkpoint(PASSIVE)";
                let (_, log, carried): (i64, i64, i64) = sqlx::query_as(sql).fetch_one(checkpoints).await?;
                if carried >= log {
                    break;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Store, Tx, opening};

    fn size(dir: &Path) -> u64 {
        std::fs::metadata(dir.join(opening::SQLITE_FILE)).unwrap().len()
    }

    // spec: X-1
    #[tokio::test]
    async fn no_commit_carries_a_log_over_that_a_checkpoint_can() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(dir.path()).await.unwrap();
        store.make_checkpoint().await.unwrap();
        let before = size(dir.path());
        for sql in ["CREATE TABLE much (what BLOB)"].into_iter().chain([MEGABYTE; 8]) {
            let Tx::Sqlite(mut tx) = store.write().await.unwrap() else { unreachable!("it is embedded") };
            sqlx::query(sql).execute(&mut *tx).await.unwrap();
            Tx::Sqlite(tx).commit().await.unwrap();
        }
        assert_eq!(size(dir.path()), before, "a commit waited for a checkpoint");
        store.make_checkpoint().await.unwrap();
        assert!(size(dir.path()) > before + (8 << 20), "the log was not carried over");
        store.close().await;
    }

    const MEGABYTE: &str = "INSERT INTO much VALUES (zeroblob(1 << 20))";
}
