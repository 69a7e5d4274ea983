//! Owns the connection that writes to the embedded database, and whose turn it is: who writes has it alone, in the order of asking,
//! and what was not committed is taken back before the next one has it. Messages have a connection of their own, and take turns too.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Who waits longer than this for the connection is told that the database is away.
const HAD_WITHIN: Duration = Duration::from_secs(30);

/// The way to the connection. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    options: Arc<SqliteConnectOptions>,
    connection: Arc<Mutex<Option<SqliteConnection>>>,
}

/// The right to write next. Whoever has it writes through this connection, or through another one.
#[derive(Debug)]
pub struct Turn(OwnedMutexGuard<Option<SqliteConnection>>);

/// A unit of work that writes. Dropped without [`Writing::commit`] it is rolled back.
#[derive(Debug)]
pub(super) struct Writing {
    /// None once it is over.
    held: Option<OwnedMutexGuard<Option<SqliteConnection>>>,
}

impl Writer {
    /// Opens the connection.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let connection = Arc::new(Mutex::new(Some(options.connect().await?)));
        Ok(Self { options: Arc::new(options), connection })
    }

    /// The file of the database.
    pub(super) fn file(&self) -> &Path {
        self.options.get_filename()
    }

    /// Waits until those who asked before have written.
    ///
    /// # Errors
    /// When the turn does not come in time, or the connection is closed.
    pub(super) async fn turn(&self) -> Result<Turn, sqlx::Error> {
        let held = tokio::time::timeout(HAD_WITHIN, Arc::clone(&self.connection).lock_owned());
        let held = held.await.map_err(|_| sqlx::Error::PoolTimedOut)?;
        if held.is_none() { Err(sqlx::Error::PoolClosed) } else { Ok(Turn(held)) }
    }

    /// Begins a unit of work.
    ///
    /// # Errors
    /// When the connection is not had in time or is closed, or the database failed.
    pub(super) async fn begin(&self) -> Result<Writing, sqlx::Error> {
        let Turn(held) = self.turn().await?;
        // From here on it is taken back when it fails, or when nobody waits for it any more.
        let mut writing = Writing { held: Some(held) };
        match writing.run("BEGIN IMMEDIATE").await {
            Err(error) if error.as_database_error().is_none() => {
                tracing::warn!(%error, "the connection to the database is made anew");
                *writing = self.options.connect().await?;
                writing.run("BEGIN IMMEDIATE").await?;
            }
            begun => begun?,
        }
        Ok(writing)
    }

    /// Closes the connection, after the unit of work that is under way.
    pub(super) async fn close(&self) {
        if let Some(connection) = self.connection.lock().await.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database could not be closed");
        }
    }
}

impl Writing {
    async fn run(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        sqlx::query(statement).execute(&mut **self).await.map(drop)
    }

    /// Makes everything in it durable.
    ///
    /// # Errors
    /// When the database refused.
    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.run("COMMIT").await?;
        self.held = None;
        Ok(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        // Without a runtime the process ends, and with it the unit of work.
        if let Some(mut held) = self.held.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(async move {
                if let Some(connection) = held.as_mut() {
                    // It fails where the database has rolled back by itself, such as when the disk is full.
                    drop(sqlx::query("ROLLBACK").execute(connection).await);
                }
            });
        }
    }
}

impl Deref for Writing {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.held
            .as_deref()
            .and_then(Option::as_ref)
            .expect("a unit of work has the connection until it is over")
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.held
            .as_deref_mut()
            .and_then(Option::as_mut)
            .expect("a unit of work has the connection until it is over")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sqlx::sqlite::SqliteConnectOptions;

    use super::{Writer, Writing};

    async fn writer(folder: &tempfile::TempDir) -> Writer {
        let options =
            SqliteConnectOptions::new().filename(folder.path().join("one.db")).create_if_missing(true);
        let writer = Writer::open(options).await.unwrap();
        let mut writing = writer.begin().await.unwrap();
        writing.run("CREATE TABLE kept (n BIGINT NOT NULL)").await.unwrap();
        writing.commit().await.unwrap();
        writer
    }

    async fn count(writing: &mut Writing) -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM kept").fetch_one(&mut **writing).await.unwrap()
    }

    // spec: X-1
    #[tokio::test]
    async fn what_is_not_committed_is_taken_back_before_the_next_unit_of_work() {
        let folder = tempfile::tempdir().unwrap();
        let writer = writer(&folder).await;
        for _ in 0..20 {
            let mut writing = writer.begin().await.unwrap();
            writing.run("INSERT INTO kept VALUES (1)").await.unwrap();
            drop(writing);
            // Given up after a moment, wherever it is then.
            drop(tokio::time::timeout(Duration::from_micros(50), writer.begin()).await);
            let mut writing = writer.begin().await.unwrap();
            assert_eq!(count(&mut writing).await, 0);
        }
        let mut writing = writer.begin().await.unwrap();
        writing.run("INSERT INTO kept VALUES (1)").await.unwrap();
        writing.commit().await.unwrap();
        assert_eq!(count(&mut writer.begin().await.unwrap()).await, 1);
    }

    // spec: X-1
    #[tokio::test]
    async fn where_the_database_has_rolled_back_by_itself_nothing_is_committed_and_the_next_one_writes() {
        let folder = tempfile::tempdir().unwrap();
        let writer = writer(&folder).await;
        let mut writing = writer.begin().await.unwrap();
        writing.run("INSERT INTO kept VALUES (1)").await.unwrap();
        writing.run("ROLLBACK").await.unwrap();
        writing.commit().await.unwrap_err();
        let mut writing = writer.begin().await.unwrap();
        assert_eq!(count(&mut writing).await, 0);
        writing.run("INSERT INTO kept VALUES (2)").await.unwrap();
        writing.commit().await.unwrap();
    }

    // spec: X-1
    #[tokio::test]
    async fn closing_waits_for_the_unit_of_work_and_then_there_are_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let writer = writer(&folder).await;
        let writing = writer.begin().await.unwrap();
        let closing = tokio::spawn({
            let writer = writer.clone();
            async move { writer.close().await }
        });
        tokio::task::yield_now().await;
        assert!(!closing.is_finished());
        writing.commit().await.unwrap();
        closing.await.unwrap();
        assert!(matches!(writer.begin().await, Err(sqlx::Error::PoolClosed)));
    }
}
