//! Owns the database: which engine it is, its pools, its transactions. The SQL of each noun stands in the submodules.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgPool, SqlitePool};

use crate::vault::Vault;
use connection::PostgresTx;
use stamp::{SqliteTx, Stamps};
use writer::Writer;

pub mod agent;
pub mod api_token;
pub mod append;
pub mod audit;
pub mod call;
pub mod canned_reply;
pub mod chat;
pub mod chat_view;
mod checkpoint;
pub mod column;
pub mod connection;
pub mod customer;
pub mod customer_import;
pub mod decision;
pub mod dialect;
pub mod draft;
pub mod enquiry;
pub mod file;
pub mod gate;
pub mod hand_request;
pub mod history;
pub mod idempotency_key;
pub mod identity;
pub mod live_list;
pub mod mail;
pub mod message;
pub mod migration;
pub mod moving;
pub mod node;
pub mod offer;
pub mod offer_preview;
pub mod offer_stop;
pub mod opening;
pub mod page_view;
pub mod participant;
pub mod picture;
#[cfg(test)]
mod plan;
pub mod presentation;
pub mod queue;
pub mod rule;
mod run;
pub mod second_step;
pub mod secret_key;
pub mod seen;
pub mod session;
pub mod setup_step;
pub mod setup_token;
pub mod sign_in_attempt;
pub mod single_sign_on;
pub mod site;
pub mod soundness;
pub mod sql;
pub mod stamp;
pub mod stuck;
pub mod survey;
pub mod table;
pub mod transcript;
pub mod user;
pub mod user_identity;
pub mod user_link;
pub mod user_skill;
pub mod visit;
pub mod visitor;
pub mod wallboard;
pub mod webhook;
pub mod workspace;
mod writer;

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique index refused the row.
    #[error("already there")]
    Taken,
    /// A foreign key refused: something still refers to the row, or what it refers to is gone.
    #[error("still in use")]
    InUse,
    /// The database failed or could not be reached.
    #[error("database: {0}")]
    Database(sqlx::Error),
    /// The batch that it was in could not be written.
    #[error("batch: {0}")]
    Batch(std::sync::Arc<str>),
    /// The migrations could not be applied.
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

impl StoreError {
    /// No answer came from the database, where others say that it refused, or answered what is not understood.
    #[must_use]
    pub fn is_away(&self) -> bool {
        use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
        matches!(
            self,
            Self::Database(Io(_) | PoolClosed | PoolTimedOut | Protocol(_) | Tls(_) | WorkerCrashed)
        )
    }
}

/// Result of a store operation.
pub type StoreResult<T> = Result<T, StoreError>;

/// The database of one installation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pools: Pools,
    vault: Vault,
}

#[derive(Clone, Debug)]
enum Pools {
    Sqlite {
        /// None where one connection does everything, as it does for commands.
        writer: Option<Writer>,
        readers: SqlitePool,
        checks: SqlitePool,
        checkpoints: SqlitePool,
        stamps: Stamps,
    },
    Postgres {
        all: PgPool,
        checks: PgPool,
    },
}

/// A unit of work on either engine. Dropped without [`Tx::commit`] it is rolled back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(SqliteTx),
    /// On PostgreSQL.
    Postgres(PostgresTx),
}

const SQLITE_READERS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Of a connection that writes. What a statement over many rows would need to take itself back is kept in memory, not in a file. And
/// it keeps 8 MB of pages: with what several hundred chats write it would read each page again otherwise.
const WRITING: [(&str, &str); 2] = [("temp_store", "MEMORY"), ("cache_size", "-8000")];
/// Rows that a statement of the embedded database yields before somebody takes them.
const ROWS_AHEAD: usize = 1_024;
/// While this variable is set, the embedded database does not wait for the disk at each commit, and a power loss takes
/// acknowledged messages along. The project's rig sets it, to show that it finds them missing; nobody else should.
const UNSAFE_WRITES: &str = "BECKON_TEST_UNSAFE_WRITES";

impl Store {
    /// Opens, or creates, the embedded database in the folder `dir`, and migrates it.
    ///
    /// # Errors
    /// When the folder cannot be made, the file cannot be opened, or a migration fails.
    pub async fn open_sqlite(dir: &Path) -> StoreResult<Self> {
        keep_private(dir).map_err(|error| StoreError::Database(sqlx::Error::Io(error)))?;
        let options = SqliteConnectOptions::new()
            .filename(dir.join(opening::SQLITE_FILE))
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .pragma("synchronous", synchronous())
            .busy_timeout(BUSY_TIMEOUT)
            .row_buffer_size(ROWS_AHEAD)
            .pragma("wal_autocheckpoint", checkpoint::LOG_PAGES_MAX);
        // An embedded database is there: it is not asked before each unit of work. A connection on which the library still counts a
        // transaction would refuse every further one. It is replaced.
        let pool = SqlitePoolOptions::new()
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
            .idle_timeout(None)
            .max_lifetime(None);
        // No migration waits for the disk by itself: what a power loss takes of them is applied again.
        let mut migrating = options.clone().synchronous(SqliteSynchronous::Normal).connect().await?;
        migration::KNOWN.run(&mut migrating).await?;
        migrating.close().await?;
        let writing =
            WRITING.iter().fold(options.clone(), |writing, (name, value)| writing.pragma(*name, *value));
        let writer = Some(Writer::open(writing).await?);
        let checkpoints = pool.clone().max_connections(1).connect_lazy_with(options.clone());
        let reading = options.read_only(true).create_if_missing(false);
        let checks = pool.clone().max_connections(1).connect_lazy_with(reading.clone());
        let readers = pool.max_connections(SQLITE_READERS).connect_with(reading).await?;
        let pools = Pools::Sqlite { writer, readers, checks, checkpoints, stamps: Stamps::new() };
        let store = Self { pools, vault: Vault::default() };
        store.complete().await?;
        store.keep_page_views_by_key().await;
        Ok(store)
    }

    /// Connects to PostgreSQL at `url` and migrates the database.
    ///
    /// # Errors
    /// When the address is malformed, the server cannot be reached, or a migration fails.
    pub async fn open_postgres(url: &str) -> StoreResult<Self> {
        let options = PgConnectOptions::from_str(url)?.application_name(opening::SERVER);
        let all = connection::pool(options.clone()).await?;
        migration::KNOWN.run(&all).await?;
        let pools = Pools::Postgres { all, checks: connection::pool_of_checks(options) };
        let store = Self { pools, vault: Vault::default() };
        store.complete().await?;
        Ok(store)
    }

    /// The same store, whose secrets are sealed with the key of this vault.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault, ..self }
    }

    /// What seals and opens the secrets that the database holds. The functions of the nouns take and yield them sealed.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Begins a unit of work that writes. On SQLite there is one at a time.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn write(&self) -> StoreResult<Tx> {
        Ok(match &self.pools {
            Pools::Sqlite { writer: Some(writer), stamps, .. } => {
                Tx::Sqlite(SqliteTx::writing(writer.begin().await?, stamps.clone()))
            }
            Pools::Sqlite { writer: None, readers, stamps, .. } => {
                Tx::Sqlite(SqliteTx::pooled(readers.begin_with("BEGIN IMMEDIATE").await?, stamps.clone()))
            }
            Pools::Postgres { all, .. } => Tx::Postgres(PostgresTx::write(all).await?),
        })
    }

    /// Begins a unit of work that only reads, on one consistent view.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn read(&self) -> StoreResult<Tx> {
        match &self.pools {
            Pools::Sqlite { readers, stamps, .. } => read_sqlite(readers, stamps).await,
            Pools::Postgres { all, .. } => Ok(Tx::Postgres(PostgresTx::read(all).await?)),
        }
    }

    /// Begins a unit of work that only reads, on a connection kept for those who ask whether the database answers: they wait for
    /// each other alone.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn check(&self) -> StoreResult<Tx> {
        match &self.pools {
            Pools::Sqlite { checks, stamps, .. } => read_sqlite(checks, stamps).await,
            Pools::Postgres { checks, .. } => Ok(Tx::Postgres(PostgresTx::read(checks).await?)),
        }
    }

    /// Closes all connections; on SQLite this also folds the write-ahead log into the file.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers, checks, checkpoints, .. } => {
                checkpoints.close().await;
                checks.close().await;
                readers.close().await;
                if let Some(writer) = writer {
                    writer.close().await;
                }
            }
            Pools::Postgres { all, checks } => {
                checks.close().await;
                all.close().await;
            }
        }
    }
}

async fn read_sqlite(pool: &SqlitePool, stamps: &Stamps) -> StoreResult<Tx> {
    Ok(Tx::Sqlite(SqliteTx::pooled(pool.begin().await?, stamps.clone())))
}

/// When the disk has what was committed: before anyone is told.
fn synchronous() -> &'static str {
    if std::env::var_os(UNSAFE_WRITES).is_none() {
        return "FULL";
    }
    tracing::warn!("{UNSAFE_WRITES} is set: a power loss takes acknowledged messages along");
    "NORMAL"
}

/// Makes the file of a new embedded database, which is its owner's alone; what the engine writes beside it is as it is. One that
/// is there stays as its owner has it.
fn keep_private(dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    // One that is there is not even opened: closing it would drop the locks that this process holds on it.
    let made =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(dir.join(opening::SQLITE_FILE));
    match made {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

impl Tx {
    /// Makes everything in this unit of work durable.
    ///
    /// # Errors
    /// When the database refused or could not be reached; what was written may then be there or not.
    pub async fn commit(self) -> StoreResult<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        let Some(kind) = error.as_database_error().map(sqlx::error::DatabaseError::kind) else {
            return Self::Database(error);
        };
        if matches!(kind, ErrorKind::UniqueViolation) {
            Self::Taken
        } else if matches!(kind, ErrorKind::ForeignKeyViolation) {
            Self::InUse
        } else {
            Self::Database(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // spec: X-1
    #[tokio::test]
    async fn the_embedded_database_waits_for_the_disk_at_each_commit() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(dir.path()).await.unwrap();
        let Tx::Sqlite(mut tx) = store.write().await.unwrap() else {
            unreachable!("the store is an embedded database")
        };
        let how: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *tx).await.unwrap();
        assert_eq!(how, 2, "1 is NORMAL, 2 is FULL");
    }
}
