//! Owns the audit log at `/api/v1/audit`: who changed what, when, from what to what. How a change gets into it stands in
//! `record`.

use axum::Json;
use axum::extract::State;
use beckon_engine::id::{SiteId, UserId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::Api;
use super::auth::Admin;
use super::check::Checks;
use super::error::{Answer, Problem};
use super::extract::{Body, Id, Params};
use super::openapi::{ChangeRefusals, Refusals};
use super::page::{Page, PageParams};
use crate::store::Tx;
use crate::store::audit::{
    AuditAction, AuditFilter, AuditKind, AuditRow, find_audit, find_audit_values, list_audit,
    update_audit_note,
};
use difference::{Difference, differences};

pub mod difference;
pub mod record;

const NOTE_CHARS_MAX: usize = 500;

/// One thing that someone did.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Identity.
    pub id: Uuid,
    /// When, milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub user_id: UserId,
    /// How that person was called then.
    pub user_name: String,
    /// The token by which it came, as it was called then; empty for the console.
    pub via: String,
    /// What was done.
    pub action: AuditAction,
    /// To what kind of thing.
    pub kind: AuditKind,
    /// On which site; null where it is no site's.
    #[schema(required)]
    pub site_id: Option<SiteId>,
    /// The id of what it was done to.
    pub subject: String,
    /// How that was called then; empty for what has no name, and for customers.
    pub name: String,
    /// How much it was, which part was changed that is not shown, or the version it was brought back to; else empty.
    pub detail: String,
    /// JSON pointers of what is another than before, at most 20.
    pub changed: Vec<String>,
    /// The configuration version of the site that it made; null for what is no configuration of a site.
    #[schema(required)]
    pub version: Option<i64>,
    /// Why, in somebody's words; may be empty.
    pub note: String,
}

/// One thing that someone did, with what it changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditDetail {
    /// What was done.
    pub entry: AuditEntry,
    /// Every place that is another than before, in the order of the pointers.
    pub differences: Vec<Difference>,
    /// The whole as it was; null when there was nothing, or nothing is kept of it.
    #[schema(required, value_type = Value)]
    pub before: Option<Value>,
    /// The whole as it was then; null when there was nothing any more, or nothing is kept of it.
    #[schema(required, value_type = Value)]
    pub after: Option<Value>,
}

/// Why something was done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NotePatch {
    /// At most 500 characters; empty takes the note away.
    note: String,
}

/// Which lines to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditParams {
    /// Only what was done on this site.
    site: Option<SiteId>,
    /// Only what this person did.
    user: Option<UserId>,
    /// Only what was done to things of this kind.
    kind: Option<AuditKind>,
    /// Then or later, milliseconds since 1970.
    from: Option<i64>,
    /// Before, milliseconds since 1970.
    until: Option<i64>,
    /// Most items on the page, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    after: Option<String>,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show, note))
}

/// Who changed what, the latest first; of the last 400 days. For administrators.
#[utoipa::path(get, path = "/api/v1/audit", operation_id = "list_audit", tag = "audit",
    params(AuditParams), security(("session" = [])),
    responses((status = 200, description = "One page", body = Page<AuditEntry>), Refusals))]
async fn list(
    State(api): State<Api>,
    _: Admin,
    Params(params): Params<AuditParams>,
) -> Answer<Json<Page<AuditEntry>>> {
    let page = PageParams::new(params.limit, params.after);
    let limit = page.limit()?;
    let after = parse_after(page.after()?)?.map(|(at, id)| (UnixMs(at), id));
    let filter = AuditFilter {
        site: params.site,
        user: params.user,
        kind: params.kind,
        from: params.from.map(UnixMs),
        until: params.until.map(UnixMs),
    };
    let mut tx = api.store.read().await?;
    let rows = list_audit(&mut tx, &filter, after, limit + 1).await?;
    let key = |row: &AuditRow| [row.at.to_string(), row.id.to_string()];
    Ok(Json(Page::cut(rows, limit, key, AuditEntry::from)))
}

/// One thing that someone did, with what it changed. For administrators.
#[utoipa::path(get, path = "/api/v1/audit/{id}", operation_id = "show_audit", tag = "audit",
    params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 200, description = "The line, and what it changed", body = AuditDetail), Refusals))]
async fn show(State(api): State<Api>, _: Admin, Id(id): Id<Uuid>) -> Answer<Json<AuditDetail>> {
    let mut tx = api.store.read().await?;
    let row = find(&mut tx, id).await?;
    let values = find_audit_values(&mut tx, id).await?;
    let [before, after] = [values.value_before, values.value_after].map(|value| value.map(|kept| kept.0));
    let differences = match (&before, &after) {
        (Some(before), Some(after)) => differences(before, after),
        (None, _) | (_, None) => Vec::new(),
    };
    Ok(Json(AuditDetail { entry: row.into(), differences, before, after }))
}

/// Write down why something was done. For the administrator who did it.
#[utoipa::path(patch, path = "/api/v1/audit/{id}", operation_id = "note_audit", tag = "audit",
    params(("id" = Uuid, Path)), request_body = NotePatch, security(("session" = [])),
    responses((status = 200, description = "The line", body = AuditEntry), ChangeRefusals))]
async fn note(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<Uuid>,
    Body(NotePatch { note }): Body<NotePatch>,
) -> Answer<Json<AuditEntry>> {
    let mut checks = Checks::new();
    checks.text("/note", &note, 0..=NOTE_CHARS_MAX);
    checks.finish()?;
    let mut tx = api.store.write().await?;
    if find(&mut tx, id).await?.user_id != me.user.id {
        return Err(Problem::Forbidden);
    }
    update_audit_note(&mut tx, id, note.trim()).await?;
    let row = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(row.into()))
}

async fn find(tx: &mut Tx, id: Uuid) -> Answer<AuditRow> {
    find_audit(tx, id).await?.ok_or(Problem::NotFound)
}

/// A cursor of lines: a number that they are ordered by, and the id of the last one.
///
/// # Errors
/// When it is of another list.
pub(super) fn parse_after([number, id]: [String; 2]) -> Answer<Option<(i64, Uuid)>> {
    if id.is_empty() {
        return Ok(None);
    }
    let foreign = || Problem::field("?after", "is not a cursor of this list");
    Ok(Some((number.parse().map_err(|_| foreign())?, id.parse().map_err(|_| foreign())?)))
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            id: *row.id,
            at: row.at,
            user_id: *row.user_id,
            user_name: row.user_name,
            via: row.via,
            action: *row.action,
            kind: *row.kind,
            site_id: row.site_id.map(|site| *site),
            subject: row.subject,
            name: row.name,
            detail: row.detail,
            changed: row.changed.0,
            version: row.version,
            note: row.note,
        }
    }
}
