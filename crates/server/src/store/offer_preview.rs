//! Owns the SQL of previews: who holds the token of one sees an offer on its site, for a short time.

use beckon_engine::id::{OfferId, SiteId};
use beckon_engine::time::UnixMs;

use super::column::Text;
use super::sql::{execute, fetch_optional};
use super::{StoreResult, Tx};

/// Previews of one offer at a time; a further one takes the place of the oldest.
pub const PREVIEWS_MAX: i64 = 20;

/// A preview, by the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PreviewRow {
    /// What it shows.
    pub offer_id: Text<OfferId>,
    /// On which site.
    pub site_id: Text<SiteId>,
    /// When it was made.
    pub created_at: i64,
    /// From when on it shows nothing.
    pub expires_at: i64,
}

/// Adds a preview.
///
/// # Errors
/// `InUse` when there is no such offer.
pub async fn insert_offer_preview(tx: &mut Tx, row: &PreviewRow, token_hash: &str) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO offer_previews (token_hash, offer_id, site_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
        token_hash,
        row.offer_id,
        row.site_id,
        row.created_at,
        row.expires_at,
    )?;
    execute!(
        tx,
        "DELETE FROM offer_previews WHERE offer_id = $1 AND token_hash NOT IN (
             SELECT token_hash FROM offer_previews WHERE offer_id = $1
             ORDER BY created_at DESC, token_hash LIMIT $2)",
        row.offer_id,
        PREVIEWS_MAX,
    )?;
    Ok(())
}

/// Finds the preview with this token, whether it has expired or not.
///
/// # Errors
/// When the database failed.
pub async fn find_offer_preview(tx: &mut Tx, token_hash: &str) -> StoreResult<Option<PreviewRow>> {
    fetch_optional!(
        tx,
        PreviewRow,
        "SELECT offer_id, site_id, created_at, expires_at FROM offer_previews WHERE token_hash = $1",
        token_hash,
    )
}

/// Forgets previews that expired before `until`.
///
/// # Errors
/// When the database failed.
pub async fn delete_old_offer_previews(tx: &mut Tx, until: UnixMs) -> StoreResult<()> {
    execute!(tx, "DELETE FROM offer_previews WHERE expires_at < $1", until.0)?;
    Ok(())
}
