//! Owns the SQL of offers. What an offer is stands in the engine.

use beckon_engine::id::{OfferId, SiteId};
use beckon_engine::offer::{Offer, OfferDesign};

use super::column::{Json, Text};
use super::site::raise_config_version;
use super::sql::{execute, fetch_all, fetch_optional};
use super::{StoreResult, Tx};

// One text for the columns of an `OfferRow`.
macro_rules! select_offers {
    ($rest:literal) => {
        concat!("SELECT id, site_id, name, active, design, created_at, updated_at FROM offers ", $rest)
    };
}

/// An offer of a site.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OfferRow {
    /// Identity.
    pub id: Text<OfferId>,
    /// The site it belongs to.
    pub site_id: Text<SiteId>,
    /// Name in the console.
    pub name: String,
    /// Only an active offer is presented.
    pub active: bool,
    /// How it looks and what it says.
    pub design: Json<OfferDesign>,
    /// When the row was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

impl From<OfferRow> for Offer {
    fn from(row: OfferRow) -> Self {
        Self { id: row.id.0, name: row.name, active: row.active, design: row.design.0 }
    }
}

/// Adds an offer.
///
/// # Errors
/// `InUse` when there is no such site.
pub async fn insert_offer(tx: &mut Tx, offer: &OfferRow) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO offers (id, site_id, name, active, design, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        offer.id,
        offer.site_id,
        offer.name.as_str(),
        offer.active,
        &offer.design,
        offer.created_at,
        offer.updated_at,
    )?;
    raise_config_version(tx, offer.site_id.0).await?;
    Ok(())
}

/// Finds an offer, on whatever site.
///
/// # Errors
/// When the database failed.
pub async fn find_offer(tx: &mut Tx, id: OfferId) -> StoreResult<Option<OfferRow>> {
    fetch_optional!(tx, OfferRow, select_offers!("WHERE id = $1"), Text(id),)
}

/// The first `limit` offers of a site by name, then id, that come after `after`.
///
/// # Errors
/// When the database failed.
pub async fn list_offers(
    tx: &mut Tx,
    site: SiteId,
    after: (&str, &str),
    limit: i64,
) -> StoreResult<Vec<OfferRow>> {
    fetch_all!(
        tx,
        OfferRow,
        select_offers!(
            "WHERE site_id = $1 AND (lower(name), id) > (lower($2), $3) ORDER BY lower(name), id LIMIT $4"
        ),
        Text(site),
        after.0,
        after.1,
        limit,
    )
}

/// All offers of a site.
///
/// # Errors
/// When the database failed.
pub async fn list_all_offers(tx: &mut Tx, site: SiteId) -> StoreResult<Vec<OfferRow>> {
    list_offers(tx, site, ("", ""), i64::MAX).await
}

/// Writes name, design and whether the offer is active.
///
/// # Errors
/// When the database failed.
pub async fn update_offer(tx: &mut Tx, offer: &OfferRow) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE offers SET name = $3, active = $4, design = $5, updated_at = $6 WHERE id = $1 AND site_id = $2",
        offer.id,
        offer.site_id,
        offer.name.as_str(),
        offer.active,
        &offer.design,
        offer.updated_at,
    )?;
    raise_config_version(tx, offer.site_id.0).await?;
    Ok(())
}

/// Removes an offer. Presentations keep the version they were made from.
///
/// # Errors
/// When the database failed.
pub async fn delete_offer(tx: &mut Tx, site: SiteId, id: OfferId) -> StoreResult<()> {
    execute!(tx, "DELETE FROM offers WHERE id = $1 AND site_id = $2", Text(id), Text(site))?;
    raise_config_version(tx, site).await?;
    Ok(())
}
