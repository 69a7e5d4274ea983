//! Owns opening a database as it is: for those who look at it, copy it or replace it. Nothing is migrated or made.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteLockingMode, SqlitePoolOptions};

use super::stamp::Stamps;
use super::{BUSY_TIMEOUT, Pools, Store, StoreError, StoreResult};
use crate::vault::Vault;

/// Name of the embedded database in its folder.
pub const SQLITE_FILE: &str = "beckon.db";
/// What a server calls its connections to PostgreSQL.
pub(super) const SERVER: &str = "beckon";
/// What everything else calls its own.
const COMMAND: &str = "beckon command";
/// A database that does not answer within this time is not reached.
const REACHED_WITHIN: Duration = Duration::from_secs(10);

impl Store {
    /// Opens an embedded database to read it, while servers may use it.
    ///
    /// # Errors
    /// When it is not there or cannot be opened.
    pub async fn look_at_sqlite(file: &Path) -> StoreResult<Self> {
        let options = SqliteConnectOptions::new().filename(file).read_only(true).busy_timeout(BUSY_TIMEOUT);
        Self::on_one_connection(options).await
    }

    /// Opens a copy of an embedded database, which nobody else knows of and nobody writes to. Nothing is made beside it.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn look_at_copy(file: &Path) -> StoreResult<Self> {
        Self::on_one_connection(SqliteConnectOptions::new().filename(file).read_only(true).immutable(true))
            .await
    }

    /// Opens an embedded database that nobody else has open, and keeps everybody else out; none when it is in use.
    ///
    /// # Errors
    /// When it is not there, cannot be opened, or is no database.
    pub async fn hold_sqlite(file: &Path) -> StoreResult<Option<Self>> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .foreign_keys(true)
            .locking_mode(SqliteLockingMode::Exclusive)
            .busy_timeout(Duration::ZERO);
        let held = async {
            let store = Self::on_one_connection(options).await?;
            let Pools::Sqlite { readers, .. } = &store.pools else { unreachable!("it is embedded") };
            readers.begin_with("BEGIN EXCLUSIVE").await?.commit().await?;
            Ok(store)
        };
        match held.await {
            Ok(store) => Ok(Some(store)),
            Err(StoreError::Database(error)) if is_busy(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Connects to PostgreSQL at `url`, once.
    ///
    /// # Errors
    /// When the address is malformed or the server cannot be reached.
    pub async fn look_at_postgres(url: &str) -> StoreResult<Self> {
        let options = PgConnectOptions::from_str(url)?.application_name(COMMAND);
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(REACHED_WITHIN);
        let all = pool.connect_with(options).await?;
        Ok(Self { pools: Pools::Postgres { checks: all.clone(), all }, vault: Vault::default() })
    }

    async fn on_one_connection(options: SqliteConnectOptions) -> StoreResult<Self> {
        let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let one = pool.connect_with(options).await?;
        let [readers, checks, checkpoints] = std::array::from_fn(|_| one.clone());
        let pools = Pools::Sqlite { readers, checks, checkpoints, writer: None, stamps: Stamps::new() };
        Ok(Self { pools, vault: Vault::default() })
    }
}

/// `SQLITE_BUSY` or `SQLITE_LOCKED`, whatever more the code says.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| [5, 6].contains(&(code & 0xff)))
}
