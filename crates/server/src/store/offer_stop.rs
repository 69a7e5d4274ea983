//! Owns the SQL of the switch with which a supervisor stops the offers of a site.

use beckon_engine::id::SiteId;
use beckon_engine::time::UnixMs;

use super::column::Text;
use super::sql::{execute, fetch_all, fetch_optional};
use super::{StoreResult, Tx};

/// That nothing is presented on a site until a supervisor resumes.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OfferStop {
    /// The site.
    pub site_id: Text<SiteId>,
    /// Since when.
    pub stopped_at: i64,
    /// Name of who stopped.
    pub stopped_by: String,
}

/// Stops the offers of a site. Yields false when they are stopped already.
///
/// # Errors
/// When the database failed.
pub async fn insert_offer_stop(tx: &mut Tx, site: SiteId, by: &str, now: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "INSERT INTO offer_stops (site_id, stopped_at, stopped_by) VALUES ($1, $2, $3) ON CONFLICT (site_id) DO NOTHING",
        Text(site),
        now.0,
        by,
    )?;
    Ok(rows == 1)
}

/// Lets the offers of a site go on. Yields false when they were not stopped.
///
/// # Errors
/// When the database failed.
pub async fn delete_offer_stop(tx: &mut Tx, site: SiteId) -> StoreResult<bool> {
    let rows = execute!(tx, "DELETE FROM offer_stops WHERE site_id = $1", Text(site))?;
    Ok(rows == 1)
}

/// Whether the offers of a site are stopped.
///
/// # Errors
/// When the database failed.
pub async fn find_offer_stop(tx: &mut Tx, site: SiteId) -> StoreResult<Option<OfferStop>> {
    fetch_optional!(
        tx,
        OfferStop,
        "SELECT site_id, stopped_at, stopped_by FROM offer_stops WHERE site_id = $1",
        Text(site),
    )
}

/// Lists the sites whose offers are stopped.
///
/// # Errors
/// When the database failed.
pub async fn list_offer_stops(tx: &mut Tx) -> StoreResult<Vec<OfferStop>> {
    fetch_all!(tx, OfferStop, "SELECT site_id, stopped_at, stopped_by FROM offer_stops ORDER BY site_id")
}
