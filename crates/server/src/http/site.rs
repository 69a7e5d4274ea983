//! Owns the websites at `/api/v1/sites`, with their visitor tracking settings.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::hours;
use beckon_engine::id::{QueueId, SiteId};
use beckon_engine::queue::QueuePlan;
use beckon_engine::settings::SiteSettings;
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use url::{Origin, Url};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::audit::record::{Audited, Done, record};
use super::auth::{Admin, Agent};
use super::bringing::{Bringing, is_so};
use super::check::Checks;
use super::error::{Answer, Problem};
use super::extract::{Body, Id, Params, present};
use super::openapi::{ChangeRefusals, Refusals};
use super::page::{Page, PageParams};
use super::queue::Queue;
use crate::store::Tx;
use crate::store::audit::AuditKind;
use crate::store::column::{Json as JsonColumn, Text};
use crate::store::queue::{QueueRow, insert_queue};
use crate::store::site::{
    SiteRow, delete_site, find_site, find_site_has_chats, insert_site, list_config_versions, list_sites,
    update_site,
};

/// Most sites of an installation.
pub const SITES_MAX: i64 = 1_000;

const LIST_MAX: usize = 100;

/// A website under one owner.
#[derive(Debug, Serialize, ToSchema)]
pub struct Site {
    /// Identity.
    pub id: SiteId,
    /// The public key in the snippet.
    pub key: String,
    /// Name in the console.
    pub name: String,
    /// Origins that may load the widget, such as `https://shop.example`.
    pub origins: Vec<String>,
    /// Visitor tracking settings.
    pub settings: SiteSettings,
    /// Paths on which nothing is loaded, by prefix.
    pub deny_paths: Vec<String>,
    /// Query parameters that are stored with an address.
    pub allow_params: Vec<String>,
    /// Rises with every change of the site, its rules, offers and queues.
    pub config_version: i64,
    /// When the site was made, milliseconds since 1970.
    pub created_at: i64,
}

/// A site to make. It begins with one queue, the one of its launcher.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// Name in the console, 1 to 100 characters.
    pub name: String,
    /// Origins that may load the widget, at most 100, such as `https://shop.example`.
    pub origins: Vec<String>,
    /// Visitor tracking settings.
    #[serde(default)]
    pub settings: SiteSettings,
    /// Paths on which nothing is loaded, by prefix, at most 100; each begins with `/`.
    #[serde(default)]
    pub deny_paths: Vec<String>,
    /// Query parameters that are stored with an address, at most 100.
    #[serde(default)]
    pub allow_params: Vec<String>,
}

/// What to change of a site; what is absent stays, what is named is replaced as a whole.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SitePatch {
    /// Name in the console, 1 to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Origins that may load the widget, at most 100.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub origins: Option<Vec<String>>,
    /// Visitor tracking settings.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub settings: Option<SiteSettings>,
    /// Paths on which nothing is loaded, by prefix, at most 100.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub deny_paths: Option<Vec<String>>,
    /// Query parameters that are stored with an address, at most 100.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub allow_params: Option<Vec<String>>,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, change, remove))
}

/// The sites, by name.
#[utoipa::path(
    get,
    path = "/api/v1/sites",
    operation_id = "list_sites",
    tag = "sites",
    params(PageParams),
    responses((status = 200, description = "One page", body = Page<Site>), Refusals),
    security(("session" = []))
)]
async fn list(
    State(api): State<Api>,
    _: Agent,
    Params(params): Params<PageParams>,
) -> Answer<Json<Page<Site>>> {
    let limit = params.limit()?;
    let [name, id] = params.after()?;
    let mut tx = api.store.read().await?;
    let rows = list_sites(&mut tx, (&name, &id), limit + 1).await?;
    let key = |row: &SiteRow| [row.name.clone(), row.id.0.to_string()];
    Ok(Json(Page::cut(rows, limit, key, Site::from)))
}

/// Make a site, with one queue that is always open. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/sites",
    operation_id = "create_site",
    tag = "sites",
    request_body = NewSite,
    responses((status = 201, description = "The site", body = Site), ChangeRefusals),
    security(("session" = []))
)]
async fn create(
    State(api): State<Api>,
    Admin(me): Admin,
    Body(new): Body<NewSite>,
) -> Answer<(StatusCode, Json<Site>)> {
    let id = SiteId(api.clock.new_id());
    let row = new_row(new, id, api.clock.now().0)?;
    let mut tx = api.change().await?;
    let count = list_config_versions(&mut tx).await?.len();
    if i64::try_from(count).is_ok_and(|count| count >= SITES_MAX) {
        return Err(Problem::LimitReached(SITES_MAX));
    }
    insert_site(&mut tx, &row).await?;
    let queue = insert_first_queue(&mut tx, &row, QueueId(api.clock.new_id())).await?;
    let site = Site::from(find(&mut tx, id).await?);
    record(&api, &mut tx, &me, Done::created(&site)).await?;
    record(&api, &mut tx, &me, Done::created(&queue)).await?;
    api.commit(tx, id).await?;
    Ok((StatusCode::CREATED, Json(site)))
}

/// One site.
#[utoipa::path(
    get,
    path = "/api/v1/sites/{id}",
    operation_id = "show_site",
    tag = "sites",
    params(("id" = SiteId, Path)),
    responses((status = 200, description = "The site", body = Site), Refusals),
    security(("session" = []))
)]
async fn show(State(api): State<Api>, _: Agent, Id(id): Id<SiteId>) -> Answer<Json<Site>> {
    let mut tx = api.store.read().await?;
    Ok(Json(find(&mut tx, id).await?.into()))
}

/// Change a site; running visits follow at once. For administrators.
#[utoipa::path(
    patch,
    path = "/api/v1/sites/{id}",
    operation_id = "change_site",
    tag = "sites",
    params(("id" = SiteId, Path)),
    request_body = SitePatch,
    responses((status = 200, description = "The site", body = Site), ChangeRefusals),
    security(("session" = []))
)]
async fn change(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<SiteId>,
    Body(patch): Body<SitePatch>,
) -> Answer<Json<Site>> {
    let mut tx = api.change().await?;
    let (before, site) = update(&mut tx, id, patch).await?;
    record(&api, &mut tx, &me, Done::changed(&before, &site)).await?;
    api.commit(tx, id).await?;
    Ok(Json(site))
}

fn new_row(new: NewSite, id: SiteId, now: i64) -> Answer<SiteRow> {
    let mut row = SiteRow {
        id: Text(id),
        key: hex::encode(rand::random::<[u8; 12]>()),
        name: new.name,
        origins: JsonColumn(new.origins),
        settings: JsonColumn(new.settings),
        deny_paths: JsonColumn(new.deny_paths),
        allow_params: JsonColumn(new.allow_params),
        config_version: 1,
        created_at: now,
    };
    check(&mut row)?;
    Ok(row)
}

/// The queue with which a site begins: the one of its launcher, always open.
async fn insert_first_queue(tx: &mut Tx, site: &SiteRow, id: QueueId) -> Answer<Queue> {
    let queue = QueueRow {
        id: Text(id),
        site_id: site.id,
        name: "Chat".to_owned(),
        channel_on: true,
        by_hand: None,
        is_default: true,
        plan: JsonColumn(QueuePlan::default()),
        created_at: site.created_at,
        updated_at: site.created_at,
    };
    insert_queue(tx, &queue).await?;
    Ok(Queue::new(queue, Vec::new(), UnixMs(site.created_at)))
}

/// Makes a site, with its first queue unless others come.
///
/// # Errors
/// When it is not valid, or the database failed.
pub(super) async fn bring_new(bringing: &mut Bringing<'_>, new: NewSite, first_queue: bool) -> Answer<()> {
    let clock = &bringing.api.clock;
    let row = new_row(new, bringing.site, clock.now().0)?;
    insert_site(&mut bringing.tx, &row).await?;
    bringing.record(None, Some(&Site::from(row.clone()))).await?;
    if first_queue {
        let queue = insert_first_queue(&mut bringing.tx, &row, QueueId(clock.new_id())).await?;
        bringing.record(None, Some(&queue)).await?;
    }
    Ok(())
}

/// Makes a site what it should be.
///
/// # Errors
/// When it does not fit what is there, or the database failed.
pub(super) async fn bring(bringing: &mut Bringing<'_>, wanted: SitePatch) -> Answer<()> {
    let (before, site) = update(&mut bringing.tx, bringing.site, wanted).await?;
    if is_so(Some(&before), &site) {
        return Ok(());
    }
    bringing.record(Some(&before), Some(&site)).await
}

async fn update(tx: &mut Tx, id: SiteId, patch: SitePatch) -> Answer<(Site, Site)> {
    let mut row = find(tx, id).await?;
    let before = Site::from(row.clone());
    row.name = patch.name.unwrap_or(row.name);
    row.origins = patch.origins.map_or(row.origins, JsonColumn);
    row.settings = patch.settings.map_or(row.settings, JsonColumn);
    row.deny_paths = patch.deny_paths.map_or(row.deny_paths, JsonColumn);
    row.allow_params = patch.allow_params.map_or(row.allow_params, JsonColumn);
    check(&mut row)?;
    if !is_so(Some(&before), &row.clone().into()) {
        row.config_version = update_site(tx, &row).await?;
    }
    Ok((before, row.into()))
}

/// Remove a site that never had a chat, with all that belongs to it. For administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/sites/{id}",
    operation_id = "remove_site",
    tag = "sites",
    params(("id" = SiteId, Path)),
    responses((status = 204, description = "Done"), ChangeRefusals),
    security(("session" = []))
)]
async fn remove(State(api): State<Api>, Admin(me): Admin, Id(id): Id<SiteId>) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    let site = Site::from(find(&mut tx, id).await?);
    if find_site_has_chats(&mut tx, id).await? {
        return Err(Problem::InUse("The site has had chats: remove its origins instead.".to_owned()));
    }
    delete_site(&mut tx, id).await?;
    record(&api, &mut tx, &me, Done::removed(&site)).await?;
    api.commit(tx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Finds a site that must be there.
///
/// # Errors
/// `NotFound` when it is not.
pub async fn find(tx: &mut Tx, id: SiteId) -> Answer<SiteRow> {
    find_site(tx, id).await?.ok_or(Problem::NotFound)
}

/// Checks that the site which a body names as its `site_id` is there.
///
/// # Errors
/// When it is not, or the database failed.
pub async fn find_named(tx: &mut Tx, id: SiteId) -> Answer<()> {
    match find(tx, id).await {
        Ok(_) => Ok(()),
        Err(Problem::NotFound) => Err(Problem::field("/site_id", "is no site")),
        Err(problem) => Err(problem),
    }
}

/// Checks a site and brings its origins into the form in which browsers send them.
fn check(row: &mut SiteRow) -> Answer<()> {
    let mut checks = Checks::new();
    checks.line("/name", &row.name, 1..=100);
    checks.count("/origins", row.origins.len(), 0..=LIST_MAX);
    let mut seen = BTreeSet::new();
    for (i, origin) in row.origins.0.iter_mut().enumerate() {
        match parse_origin(origin) {
            Some(parsed) if !seen.insert(parsed.clone()) => {
                checks.wrong(format!("/origins/{i}"), "is in the list twice");
            }
            Some(parsed) => *origin = parsed,
            None => checks.wrong(format!("/origins/{i}"), "is not an origin such as https://shop.example"),
        }
    }
    checks.count("/deny_paths", row.deny_paths.len(), 0..=LIST_MAX);
    for (i, path) in row.deny_paths.iter().enumerate() {
        let at = format!("/deny_paths/{i}");
        if path.starts_with('/') {
            checks.line(&at, path, 1..=500);
        } else {
            checks.wrong(at, "does not begin with /");
        }
    }
    checks.count("/allow_params", row.allow_params.len(), 0..=LIST_MAX);
    for (i, name) in row.allow_params.iter().enumerate() {
        checks.line(&format!("/allow_params/{i}"), name, 1..=100);
    }
    check_settings(&mut checks, &row.settings);
    checks.finish()
}

fn check_settings(checks: &mut Checks, settings: &SiteSettings) {
    for (name, number, range) in [
        ("poll_interval_s", settings.poll_interval_s, 2..=300),
        ("minimum_interval_s", settings.minimum_interval_s, 0..=86_400),
        ("ignored_after_s", settings.ignored_after_s, 10..=14_400),
        ("rejections_max", settings.rejections_max, 0..=99),
        ("ignored_max", settings.ignored_max, 0..=99),
        ("after_chat_hours", settings.after_chat_hours, 1..=8_760),
        ("visit_timeout_min", settings.visit_timeout_min, 5..=1_440),
        ("capacity_factor", settings.capacity_factor, 1..=100),
    ] {
        checks.number(&format!("/settings/{name}"), number, range);
    }
    if !hours::is_time_zone(&settings.time_zone) {
        checks.wrong("/settings/time_zone", "is not an IANA time zone such as Europe/Zurich");
    }
}

fn parse_origin(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let has_user = !url.username().is_empty() || url.password().is_some();
    let is_web = matches!(url.scheme(), "https" | "http");
    match url.origin() {
        origin @ Origin::Tuple(..) if is_bare && is_web && !has_user => Some(origin.ascii_serialization()),
        Origin::Tuple(..) | Origin::Opaque(_) => None,
    }
}

impl Audited for Site {
    const KIND: AuditKind = AuditKind::Site;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn site(&self) -> Option<SiteId> {
        Some(self.id)
    }
}

impl From<SiteRow> for Site {
    fn from(row: SiteRow) -> Self {
        Self {
            id: row.id.0,
            key: row.key,
            name: row.name,
            origins: row.origins.0,
            settings: row.settings.0,
            deny_paths: row.deny_paths.0,
            allow_params: row.allow_params.0,
            config_version: row.config_version,
            created_at: row.created_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_brought_into_the_form_that_browsers_send() {
        let parsed = |text| parse_origin(text);
        assert_eq!(parsed("https://Shop.Example/").as_deref(), Some("https://shop.example"));
        assert_eq!(parsed("https://shop.example:443").as_deref(), Some("https://shop.example"));
        assert_eq!(parsed("http://127.0.0.1:8081").as_deref(), Some("http://127.0.0.1:8081"));
        assert_eq!(parsed("https://bücher.example").as_deref(), Some("https://xn--bcher-kva.example"));
        for wrong in ["shop.example", "https://shop.example/path", "https://a@b.example", "file:///", "*", ""]
        {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }
}
