//! Owns copying an embedded database while it is used, and looking whether a database is sound.

use std::path::Path;

use sqlx::AssertSqlSafe;

use super::connection::within;
use super::sql::{fetch_all, fetch_one, fetch_optional};
use super::{Pools, Store, StoreResult, Tx};

/// Damages that are told of one database.
const DAMAGES_MAX: u32 = 20;

/// How closely to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Without holding indexes against their tables.
    Quick,
    /// At everything.
    Whole,
}

/// How an engine is set, by its own names: `journal_mode` or `fsync` for example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// What it is called.
    pub name: &'static str,
    /// How it stands.
    pub value: String,
}

/// The settings of PostgreSQL without which what was committed may be lost.
const DURABILITY: [&str; 3] = ["fsync", "full_page_writes", "synchronous_commit"];

impl Store {
    /// Writes the embedded database, as it is at one moment, into this file, which is empty or not there. Whoever uses the
    /// database goes on.
    ///
    /// # Errors
    /// When the copy cannot be written.
    ///
    /// # Panics
    /// On PostgreSQL, which copies itself.
    pub async fn copy_into(&self, file: &Path) -> StoreResult<()> {
        let Pools::Sqlite { readers, .. } = &self.pools else { panic!("PostgreSQL copies itself") };
        let mut connection = readers.acquire().await?;
        let name = file.to_string_lossy().into_owned();
        sqlx::query("VACUUM INTO $1").bind(name).execute(&mut *connection).await?;
        Ok(())
    }

    /// Folds what stands beside the embedded database into it, so that the file alone is all of it. Only who holds the database
    /// can do so.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn fold(&self) -> StoreResult<()> {
        if let Pools::Sqlite { readers, .. } = &self.pools {
            let mut connection = readers.acquire().await?;
            sqlx::query("PRAGMA journal_mode = DELETE").execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// What is damaged, in words; empty when nothing is.
///
/// # Errors
/// When the database cannot be read at all.
pub async fn list_damages(tx: &mut Tx, look: Look) -> StoreResult<Vec<String>> {
    match tx {
        Tx::Sqlite(_) => {
            let check = match look {
                Look::Quick => "quick_check",
                Look::Whole => "integrity_check",
            };
            let sql = AssertSqlSafe(format!("PRAGMA {check}({DAMAGES_MAX})"));
            let Tx::Sqlite(tx) = tx else { unreachable!("it is embedded") };
            let said: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut **tx).await?;
            let mut damages: Vec<String> = said.into_iter().filter(|line| line != "ok").collect();
            let sql =
                "SELECT \"table\", parent, COUNT(*) FROM pragma_foreign_key_check GROUP BY 1, 2 LIMIT 20";
            let lost: Vec<(String, String, i64)> = sqlx::query_as(sql).fetch_all(&mut **tx).await?;
            damages.extend(lost.into_iter().map(|(table, parent, count)| {
                format!("{count} rows of {table} refer to rows of {parent} that are not there")
            }));
            Ok(damages)
        }
        Tx::Postgres(_) => {
            let sql = "SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                       WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace LIMIT 20";
            let invalid = fetch_all!(tx, (String,), sql)?;
            Ok(invalid.into_iter().map(|(name,)| format!("the index {name} is not valid")).collect())
        }
    }
}

/// What the engine is and which version of it, as it says itself.
///
/// # Errors
/// When the database failed.
pub async fn find_engine_version(tx: &mut Tx) -> StoreResult<String> {
    let sql = match tx {
        Tx::Sqlite(_) => "SELECT sqlite_version()",
        Tx::Postgres(_) => "SELECT current_setting('server_version')",
    };
    let (version,): (String,) = fetch_one!(tx, (String,), sql)?;
    Ok(version)
}

/// The settings on which it depends whether what was committed stays.
///
/// # Errors
/// When the database failed.
pub async fn list_durability(tx: &mut Tx) -> StoreResult<Vec<Setting>> {
    match tx {
        Tx::Sqlite(tx) => {
            let value: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut **tx).await?;
            Ok(vec![Setting { name: "journal_mode", value }])
        }
        Tx::Postgres(tx) => {
            let mut settings = Vec::new();
            for name in DURABILITY {
                let sql = "SELECT current_setting($1)";
                let value: String = sqlx::query_scalar(sql).bind(name).fetch_one(&mut **tx).await?;
                settings.push(Setting { name, value });
            }
            Ok(settings)
        }
    }
}

/// The time of the database's machine, Unix milliseconds; none where it is this one.
///
/// # Errors
/// When the database failed.
pub async fn find_time(tx: &mut Tx) -> StoreResult<Option<i64>> {
    match tx {
        Tx::Sqlite(_) => Ok(None),
        Tx::Postgres(tx) => {
            let sql = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
            let time = tx.answered_within();
            Ok(Some(within(time, sqlx::query_scalar(sql).fetch_one(&mut **tx)).await?))
        }
    }
}

/// How many connections the database takes, and how many there are; none where nobody counts them.
///
/// # Errors
/// When the database failed.
pub async fn find_connections(tx: &mut Tx) -> StoreResult<Option<(i64, i64)>> {
    match tx {
        Tx::Sqlite(_) => Ok(None),
        Tx::Postgres(tx) => {
            let sql =
                "SELECT CAST(current_setting('max_connections') AS BIGINT), COUNT(*) FROM pg_stat_activity";
            Ok(Some(sqlx::query_as(sql).fetch_one(&mut **tx).await?))
        }
    }
}

/// The name under which another program sees what this unit of work sees; none where there is no such thing.
///
/// # Errors
/// When the database failed.
pub async fn find_snapshot(tx: &mut Tx) -> StoreResult<Option<String>> {
    match tx {
        Tx::Sqlite(_) => Ok(None),
        Tx::Postgres(_) => {
            let row = fetch_optional!(tx, (String,), "SELECT pg_export_snapshot()")?;
            Ok(row.map(|(name,)| name))
        }
    }
}
