//! Owns the SQL of visitors: one browser on one site, known by the hash of its token.

use beckon_engine::id::{SiteId, VisitorId};
use beckon_engine::time::UnixMs;

use super::column::Text;
use super::sql::{execute, fetch_one, fetch_optional};
use super::{StoreResult, Tx};

/// One browser on one site.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct VisitorRow {
    /// Identity.
    pub id: Text<VisitorId>,
    /// The site it belongs to.
    pub site_id: Text<SiteId>,
}

/// Adds a visitor without visits.
///
/// # Errors
/// When the database failed.
pub async fn insert_visitor(
    tx: &mut Tx,
    id: VisitorId,
    site: SiteId,
    token_hash: &str,
    now: UnixMs,
) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO visitors (id, site_id, token_hash, created_at, visits) VALUES ($1, $2, $3, $4, 0)",
        Text(id),
        Text(site),
        token_hash,
        now.0,
    )?;
    Ok(())
}

/// Finds the visitor with this token, on whatever site.
///
/// # Errors
/// When the database failed.
pub async fn find_visitor_by_token(tx: &mut Tx, token_hash: &str) -> StoreResult<Option<VisitorRow>> {
    fetch_optional!(tx, VisitorRow, "SELECT id, site_id FROM visitors WHERE token_hash = $1", token_hash)
}

/// Finds a visitor.
///
/// # Errors
/// When the database failed.
pub async fn find_visitor(tx: &mut Tx, id: VisitorId) -> StoreResult<Option<VisitorRow>> {
    fetch_optional!(tx, VisitorRow, "SELECT id, site_id FROM visitors WHERE id = $1", Text(id))
}

/// Finds what is kept of a visitor's token.
///
/// # Errors
/// When the database failed.
pub async fn find_visitor_token_hash(tx: &mut Tx, id: VisitorId) -> StoreResult<Option<String>> {
    let found: Option<(String,)> =
        fetch_optional!(tx, (String,), "SELECT token_hash FROM visitors WHERE id = $1", Text(id))?;
    Ok(found.map(|(token_hash,)| token_hash))
}

/// Counts one more visit of a visitor; yields its number, from 1.
///
/// # Errors
/// When the database failed.
pub async fn update_visitor_visits(tx: &mut Tx, id: VisitorId) -> StoreResult<i64> {
    let (visits,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "UPDATE visitors SET visits = visits + 1 WHERE id = $1 RETURNING visits",
        Text(id)
    )?;
    Ok(visits)
}
