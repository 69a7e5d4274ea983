//! Owns the SQL of sites, and the version under which all their configuration is read and changed as a whole.

use beckon_engine::id::SiteId;
use beckon_engine::offer::Offer;
use beckon_engine::queue::Queue;
use beckon_engine::rule::Rule;
use beckon_engine::settings::SiteSettings;

use super::column::{Json, Text};
use super::sql::{execute, fetch_all, fetch_one, fetch_optional};
use super::{StoreResult, Tx, offer, queue, rule};

// One text for the columns of a `SiteRow`.
macro_rules! select_sites {
    ($rest:literal) => {
        concat!("SELECT id, key, name, origins, settings, deny_paths, allow_params, config_version, created_at FROM sites ", $rest)
    };
}

/// A website under one owner.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SiteRow {
    /// Identity.
    pub id: Text<SiteId>,
    /// The public key in the snippet.
    pub key: String,
    /// Name in the console.
    pub name: String,
    /// Origins that may load the widget, such as `https://shop.example`.
    pub origins: Json<Vec<String>>,
    /// Visitor tracking settings.
    pub settings: Json<SiteSettings>,
    /// Paths on which nothing is loaded (T-9), by prefix.
    pub deny_paths: Json<Vec<String>>,
    /// Query parameters that are stored (T-10).
    pub allow_params: Json<Vec<String>>,
    /// Rises with every change of the site, its rules, offers and queues.
    pub config_version: i64,
    /// When the row was made.
    pub created_at: i64,
}

/// Everything that decides what happens on a site, read at one version.
#[derive(Clone, Debug)]
pub struct SiteConfig {
    /// The site with its settings.
    pub site: SiteRow,
    /// All rules, disabled ones included, by priority, then name.
    pub rules: Vec<Rule>,
    /// All offers, inactive ones included.
    pub offers: Vec<Offer>,
    /// All queues.
    pub queues: Vec<Queue>,
    /// The queue of the launcher.
    pub default_queue: Option<beckon_engine::id::QueueId>,
}

/// Reads everything that decides what happens on a site; `None` when there is no such site.
///
/// # Errors
/// When the database failed.
pub async fn load_site_config(tx: &mut Tx, id: SiteId) -> StoreResult<Option<SiteConfig>> {
    let Some(site) = find_site(tx, id).await? else { return Ok(None) };
    let rules = rule::list_all_rules(tx, id).await?;
    let offers = offer::list_all_offers(tx, id).await?;
    let queues = queue::list_all_queues(tx, id).await?;
    let default_queue = queues.iter().find(|queue| queue.is_default).map(|queue| queue.id.0);
    Ok(Some(SiteConfig {
        site,
        rules: rules.into_iter().map(Rule::from).collect(),
        offers: offers.into_iter().map(Offer::from).collect(),
        queues: queues.into_iter().map(Queue::from).collect(),
        default_queue,
    }))
}

/// Counts one more change of the site's configuration; yields the new version.
/// Every function that changes a site's configuration calls it in the same unit of work.
///
/// # Errors
/// When the database failed.
pub async fn raise_config_version(tx: &mut Tx, id: SiteId) -> StoreResult<i64> {
    let (version,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "UPDATE sites SET config_version = config_version + 1 WHERE id = $1 RETURNING config_version",
        Text(id),
    )?;
    Ok(version)
}

/// Adds a site.
///
/// # Errors
/// `Taken` when the key is in use.
pub async fn insert_site(tx: &mut Tx, site: &SiteRow) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO sites (id, key, name, origins, settings, deny_paths, allow_params, config_version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        site.id,
        site.key.as_str(),
        site.name.as_str(),
        &site.origins,
        &site.settings,
        &site.deny_paths,
        &site.allow_params,
        site.config_version,
        site.created_at,
    )?;
    Ok(())
}

/// Finds a site.
///
/// # Errors
/// When the database failed.
pub async fn find_site(tx: &mut Tx, id: SiteId) -> StoreResult<Option<SiteRow>> {
    fetch_optional!(tx, SiteRow, select_sites!("WHERE id = $1"), Text(id),)
}

/// Finds the site with this public key.
///
/// # Errors
/// When the database failed.
pub async fn find_site_by_key(tx: &mut Tx, key: &str) -> StoreResult<Option<SiteRow>> {
    fetch_optional!(tx, SiteRow, select_sites!("WHERE key = $1"), key,)
}

/// The first `limit` sites by name, then id, that come after `after`; two empty texts start at the beginning.
///
/// # Errors
/// When the database failed.
pub async fn list_sites(tx: &mut Tx, after: (&str, &str), limit: i64) -> StoreResult<Vec<SiteRow>> {
    fetch_all!(
        tx,
        SiteRow,
        select_sites!("WHERE (lower(name), id) > (lower($1), $2) ORDER BY lower(name), id LIMIT $3"),
        after.0,
        after.1,
        limit,
    )
}

/// All sites with the version of their configuration, for whoever keeps a copy of it.
///
/// # Errors
/// When the database failed.
pub async fn list_config_versions(tx: &mut Tx) -> StoreResult<Vec<(SiteId, i64)>> {
    let rows: Vec<(Text<SiteId>, i64)> =
        fetch_all!(tx, (Text<SiteId>, i64), "SELECT id, config_version FROM sites ORDER BY id")?;
    Ok(rows.into_iter().map(|(id, version)| (id.0, version)).collect())
}

/// Writes name, origins, settings and lists, and raises the version.
///
/// # Errors
/// When the database failed.
pub async fn update_site(tx: &mut Tx, site: &SiteRow) -> StoreResult<i64> {
    execute!(
        tx,
        "UPDATE sites SET name = $2, origins = $3, settings = $4, deny_paths = $5, allow_params = $6 WHERE id = $1",
        site.id,
        site.name.as_str(),
        &site.origins,
        &site.settings,
        &site.deny_paths,
        &site.allow_params,
    )?;
    raise_config_version(tx, site.id.0).await
}

/// Whether anyone ever chatted on the site.
///
/// # Errors
/// When the database failed.
pub async fn find_site_has_chats(tx: &mut Tx, id: SiteId) -> StoreResult<bool> {
    let chat: Option<(i64,)> =
        fetch_optional!(tx, (i64,), "SELECT last_seq FROM chats WHERE site_id = $1 LIMIT 1", Text(id))?;
    Ok(chat.is_some())
}

/// Removes a site with its rules, offers, queues, visitors and visits.
///
/// # Errors
/// `InUse` when it has chats.
pub async fn delete_site(tx: &mut Tx, id: SiteId) -> StoreResult<()> {
    execute!(
        tx,
        "DELETE FROM page_views WHERE visit_id IN (SELECT id FROM visits WHERE site_id = $1)",
        Text(id)
    )?;
    execute!(tx, "DELETE FROM pages WHERE site_id = $1", Text(id))?;
    execute!(tx, "DELETE FROM sites WHERE id = $1", Text(id))?;
    Ok(())
}
