//! Owns the SQL of what the pages of a site have shown and said lately, as suggestions for those who write rules.

use beckon_engine::id::SiteId;
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::Text;
use super::sql::{execute, fetch_all};
use super::{StoreResult, Tx};

/// Names that are kept of one kind and site; the one not seen for the longest time makes room.
pub const NAMES_MAX: i64 = 200;

/// What a page gave a name to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// An attribute of the visitor (T-5).
    Attribute,
    /// An event of the page's own.
    Event,
}

/// A name that a page of the site has used.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SeenName {
    /// The site.
    pub site_id: Text<SiteId>,
    /// What it names.
    pub kind: Text<NameKind>,
    /// The name, 1 to 64 characters.
    pub name: String,
    /// Type of an attribute's last value: `text`, `number`, `boolean`, `time`; empty for an event.
    #[sqlx(rename = "type")]
    pub value_type: String,
    /// When it was last noted.
    pub seen_at: i64,
}

/// A page that visitors of the site have seen lately.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SeenPage {
    /// Address as it may be stored (T-10).
    pub url: String,
    /// One of the titles it had.
    pub title: String,
    /// Views in the visits looked at.
    pub views: i64,
}

/// Notes a name, and forgets the oldest beyond [`NAMES_MAX`].
///
/// # Errors
/// When the database failed.
pub async fn insert_seen_name(tx: &mut Tx, seen: &SeenName) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO seen_names (site_id, kind, name, type, seen_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (site_id, kind, name) DO UPDATE SET type = excluded.type, seen_at = excluded.seen_at",
        seen.site_id,
        seen.kind,
        seen.name.as_str(),
        seen.value_type.as_str(),
        seen.seen_at,
    )?;
    execute!(
        tx,
        "DELETE FROM seen_names WHERE site_id = $1 AND kind = $2 AND name IN
             (SELECT name FROM seen_names WHERE site_id = $1 AND kind = $2
              ORDER BY seen_at DESC, name LIMIT 1000 OFFSET $3)",
        seen.site_id,
        seen.kind,
        NAMES_MAX,
    )?;
    Ok(())
}

/// Lists the names that the pages of a site have used, by name.
///
/// # Errors
/// When the database failed.
pub async fn list_seen_names(tx: &mut Tx, site: SiteId, kind: NameKind) -> StoreResult<Vec<SeenName>> {
    fetch_all!(
        tx,
        SeenName,
        "SELECT site_id, kind, name, type, seen_at FROM seen_names WHERE site_id = $1 AND kind = $2
         ORDER BY name LIMIT $3",
        Text(site),
        Text(kind),
        NAMES_MAX,
    )
}

/// Lists the pages of the latest `visits` visits of a site, the most viewed first.
///
/// # Errors
/// When the database failed.
pub async fn list_seen_pages(
    tx: &mut Tx,
    site: SiteId,
    visits: i64,
    limit: i64,
) -> StoreResult<Vec<SeenPage>> {
    fetch_all!(
        tx,
        SeenPage,
        "SELECT p.url, MAX(v.title) AS title, COUNT(*) AS views
         FROM (SELECT id FROM visits WHERE site_id = $1 ORDER BY started_at DESC LIMIT $2) w
         JOIN page_views v ON v.visit_id = w.id
         JOIN pages p ON p.id = v.page_id
         GROUP BY p.url ORDER BY views DESC, p.url LIMIT $3",
        Text(site),
        visits,
        limit,
    )
}

impl SeenName {
    /// Noted now.
    #[must_use]
    pub fn new(site: SiteId, kind: NameKind, name: &str, value_type: &str, now: UnixMs) -> Self {
        Self {
            site_id: Text(site),
            kind: Text(kind),
            name: name.to_owned(),
            value_type: value_type.to_owned(),
            seen_at: now.0,
        }
    }
}
