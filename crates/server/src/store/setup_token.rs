//! Owns the SQL of setup tokens: with one of them the first administrator is made, on whatever node. Only their hashes are kept.

use beckon_engine::time::UnixMs;

use super::sql::{execute, fetch_all};
use super::{StoreResult, Tx};

/// Tokens that hold; older ones go.
pub const SETUP_TOKENS_MAX: i64 = 20;

/// Adds the hash of a token, and forgets those beyond [`SETUP_TOKENS_MAX`].
///
/// # Errors
/// When the database failed.
pub async fn insert_setup_token(tx: &mut Tx, hash: &str, now: UnixMs) -> StoreResult<()> {
    execute!(tx, "INSERT INTO setup_tokens (hash, made_at) VALUES ($1, $2)", hash, now.0)?;
    execute!(
        tx,
        "DELETE FROM setup_tokens WHERE hash NOT IN
            (SELECT hash FROM setup_tokens ORDER BY made_at DESC, hash LIMIT $1)",
        SETUP_TOKENS_MAX,
    )?;
    Ok(())
}

/// Whether there is a token with this hash.
///
/// # Errors
/// When the database failed.
pub async fn has_setup_token(tx: &mut Tx, hash: &str) -> StoreResult<bool> {
    let found = fetch_all!(tx, (String,), "SELECT hash FROM setup_tokens WHERE hash = $1", hash)?;
    Ok(!found.is_empty())
}

/// Forgets all tokens.
///
/// # Errors
/// When the database failed.
pub async fn delete_setup_tokens(tx: &mut Tx) -> StoreResult<()> {
    execute!(tx, "DELETE FROM setup_tokens",).map(drop)
}
