//! Owns the few places where the two engines must differ. Everything else is one SQL text.

use super::Tx;

impl Tx {
    /// Locks out every other unit of work under the same `key` until this one ends.
    /// On SQLite there is only one writer anyway.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn lock(&mut self, key: i64) -> super::StoreResult<()> {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(tx) => {
                sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(key).execute(&mut **tx).await?;
            }
        }
        Ok(())
    }
}

/// A list of values out of one JSON text, on SQLite.
macro_rules! sqlite_list {
    () => {
        "json_each($1) AS j"
    };
}

/// A list of values out of one JSON text, on PostgreSQL.
macro_rules! postgres_list {
    () => {
        "jsonb_array_elements(CAST($1 AS jsonb)) AS j(value)"
    };
}

pub(crate) use {postgres_list, sqlite_list};
