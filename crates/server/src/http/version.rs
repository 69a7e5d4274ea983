//! Owns the versions of a site's configuration at `/api/v1/sites/{id}/versions`, and the way back to one of them. Every
//! change of the site, its rules, offers or queues makes one; what a decision or a presentation was made from names its number.

use axum::Json;
use axum::extract::State;
use beckon_engine::id::SiteId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit::{AuditEntry, parse_after};
use super::auth::Admin;
use super::bringing::Bringing;
use super::error::{Answer, Problem};
use super::extract::{Body, Id, Params};
use super::openapi::{ChangeRefusals, Refusals};
use super::page::{Page, PageParams};
use super::site::Site;
use super::{Api, offer, queue, rule, site};
use crate::store::audit::{
    AuditKind, AuditRow, EarlierRow, leads_back_to, list_changed_since, list_versions,
};

/// Most things that one way back brings back.
const RESTORED_MAX: i64 = 2_500;

/// A version to go back to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Restore {
    /// Its number.
    version: i64,
}

/// A site that is as it was in an earlier version.
#[derive(Debug, Serialize, ToSchema)]
struct Restored {
    /// The site, with its new version.
    site: Site,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, restore))
}

/// The versions of a site's configuration, the latest first. For administrators.
#[utoipa::path(get, path = "/api/v1/sites/{id}/versions", operation_id = "list_versions", tag = "audit",
    params(("id" = SiteId, Path), PageParams), security(("session" = [])),
    responses((status = 200, description = "One page", body = Page<AuditEntry>), Refusals))]
async fn list(
    State(api): State<Api>,
    _: Admin,
    Id(site): Id<SiteId>,
    Params(params): Params<PageParams>,
) -> Answer<Json<Page<AuditEntry>>> {
    let limit = params.limit()?;
    let after = parse_after(params.after()?)?;
    let mut tx = api.store.read().await?;
    site::find(&mut tx, site).await?;
    let rows = list_versions(&mut tx, site, after, limit + 1).await?;
    let key = |row: &AuditRow| [row.version.unwrap_or_default().to_string(), row.id.to_string()];
    Ok(Json(Page::cut(rows, limit, key, AuditEntry::from)))
}

/// Bring the site, its rules, offers and queues back to what they were in an earlier version, as a whole; it makes new
/// versions. The switches of queues stay as they are, and so does a queue that was made since. For administrators.
#[utoipa::path(post, path = "/api/v1/sites/{id}/versions", operation_id = "restore_version", tag = "audit",
    params(("id" = SiteId, Path)), request_body = Restore, security(("session" = [])),
    responses((status = 200, description = "The site as it is now", body = Restored), ChangeRefusals))]
async fn restore(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<SiteId>,
    Body(Restore { version }): Body<Restore>,
) -> Answer<Json<Restored>> {
    let mut tx = api.change().await?;
    site::find(&mut tx, id).await?;
    if !leads_back_to(&mut tx, id, version).await? {
        return Err(Problem::field("/version", "is not a version that is kept"));
    }
    let earlier = list_changed_since(&mut tx, id, version, RESTORED_MAX + 1).await?;
    if i64::try_from(earlier.len()).is_ok_and(|count| count > RESTORED_MAX) {
        return Err(Problem::LimitReached(RESTORED_MAX));
    }
    let mut back = Bringing { api: &api, by: &me, tx, site: id, version: Some(version), brought: Vec::new() };
    restore_all(&mut back, &earlier).await?;
    let mut tx = back.tx;
    rule::check_together(&mut tx, id).await?;
    let site = site::find(&mut tx, id).await?.into();
    api.commit(tx, id).await?;
    Ok(Json(Restored { site }))
}

/// What others refer to comes back before them and goes after them.
async fn restore_all(back: &mut Bringing<'_>, earlier: &[EarlierRow]) -> Answer<()> {
    let of = |kind: AuditKind, is_there: bool| {
        earlier.iter().filter(move |row| *row.kind == kind && row.value_before.is_some() == is_there)
    };
    for row in of(AuditKind::Site, true) {
        let Some((patch, _)) = was(row, &["key"])? else { continue };
        site::bring(back, patch).await?;
    }
    for row in of(AuditKind::Offer, true) {
        offer::bring(back, id(row)?, was(row, &[])?).await?;
    }
    for row in of(AuditKind::Queue, true) {
        let Some(wanted) = was(row, &["by_hand", "is_default"])? else { continue };
        queue::bring(back, id(row)?, wanted).await?;
    }
    // Queues can refer to each other.
    for row in of(AuditKind::Queue, true) {
        queue::check_brought(&mut back.tx, id(row)?).await?;
    }
    for row in of(AuditKind::Rule, true).chain(of(AuditKind::Rule, false)) {
        rule::bring(back, id(row)?, was(row, &[])?).await?;
    }
    for row in of(AuditKind::Offer, false) {
        offer::bring(back, id(row)?, None).await?;
    }
    Ok(())
}

fn id<T: std::str::FromStr>(row: &EarlierRow) -> Answer<T> {
    row.subject.parse().map_err(|_| unreadable(row))
}

/// The thing as one would ask for it anew, and when it was made. `besides` are further fields that nobody asks for.
fn was<T: DeserializeOwned>(row: &EarlierRow, besides: &[&str]) -> Answer<Option<(T, i64)>> {
    let Some(kept) = &row.value_before else { return Ok(None) };
    let Value::Object(mut fields) = kept.0.clone() else { return Err(unreadable(row)) };
    let created_at = fields.get("created_at").and_then(Value::as_i64).unwrap_or_default();
    for name in ["id", "site_id", "created_at"].iter().chain(besides) {
        fields.remove(*name);
    }
    let thing = serde_json::from_value(Value::Object(fields)).map_err(|_| unreadable(row))?;
    Ok(Some((thing, created_at)))
}

fn unreadable(row: &EarlierRow) -> Problem {
    Problem::Stale(format!("What \"{}\" was in that version cannot be read by this release.", row.subject))
}
