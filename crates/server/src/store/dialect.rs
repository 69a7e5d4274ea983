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
