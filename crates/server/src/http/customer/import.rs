//! Owns imports: taking a file, saying what its columns are, starting it, and the report (C-1). The work stands in `jobs`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use beckon_engine::id::SiteId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Api;
use super::super::audit::record::{Audited, Done, record};
use super::super::auth::Admin;
use super::super::check::Checks;
use super::super::error::{Answer, Problem};
use super::super::extract::{Body, Id};
use super::super::openapi::{ChangeRefusals, Refusals};
use super::super::page::Page;
use super::super::site;
use crate::driver::customer::csv::{BYTES_MAX, read};
use crate::driver::customer::import::{guess, wrong_columns};
use crate::store::Tx;
use crate::store::audit::AuditKind;
use crate::store::column::{Json as JsonColumn, Text};
use crate::store::customer::find_custom_fields;
use crate::store::customer_import::{
    Column, Counts, ImportRow, ImportState, RowProblem, delete_import, find_import, insert_import,
    list_imports, update_import_begun, update_import_by,
};

const LISTED_MAX: i64 = 50;

/// A file on its way into the directory.
#[derive(Debug, Serialize, ToSchema)]
struct CustomerImport {
    /// Identity.
    id: Uuid,
    /// The site.
    site_id: SiteId,
    /// Where it stands.
    state: ImportState,
    /// The columns of the file.
    columns: Vec<Column>,
    /// Rows of the file, the first line not counted.
    rows_total: i64,
    /// Rows that were worked off.
    rows_done: i64,
    /// Rows that make, or made, a new record.
    created: i64,
    /// Rows that change, or changed, a record.
    updated: i64,
    /// Rows that say what the record says already.
    unchanged: i64,
    /// Rows that are not taken.
    refused: i64,
    /// The first 1 000 rows that are not taken, with reasons.
    problems: Vec<RowProblem>,
    /// When the file came.
    created_at: i64,
    /// When it was taken in.
    #[schema(required)]
    finished_at: Option<i64>,
}

/// What the columns of a file are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImportPatch {
    /// What each column is taken for, in the order of the file; null leaves one out.
    targets: Vec<Option<String>>,
}

/// An import as the audit log keeps it: nothing of what the file holds.
#[derive(Debug, Serialize)]
struct Filed {
    #[serde(skip)]
    id: Uuid,
    #[serde(skip)]
    site: SiteId,
    rows_total: i64,
    targets: Vec<Option<String>>,
}

impl Audited for Filed {
    const KIND: AuditKind = AuditKind::CustomerImport;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn site(&self) -> Option<SiteId> {
        Some(self.site)
    }
}

impl From<&ImportRow> for Filed {
    fn from(row: &ImportRow) -> Self {
        let targets = row.columns.iter().map(|column| column.target.clone()).collect();
        Self { id: *row.id, site: *row.site_id, rows_total: row.rows_total, targets }
    }
}

/// A table of at most 32 MB in UTF-8.
struct Csv(String);

impl<S: Send + Sync> FromRequest<S> for Csv {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Problem::field("", format!("has more than {} MB", BYTES_MAX / 1024 / 1024)))?;
        if bytes.contains(&0) {
            return Err(Problem::field("", "is not a text in UTF-8"));
        }
        let text =
            String::from_utf8(bytes.into()).map_err(|_| Problem::field("", "is not a text in UTF-8"))?;
        Ok(Self(text))
    }
}

pub(super) fn router() -> OpenApiRouter<Api> {
    let files = OpenApiRouter::new().routes(routes!(upload, list)).layer(DefaultBodyLimit::max(BYTES_MAX));
    files.routes(routes!(show, change, forget)).routes(routes!(begin))
}

/// Hand in a table of customers: comma, semicolon or tab between the cells, names of the columns in the first line.
/// Every row is tried at once; nothing is taken before the import is begun. For administrators.
#[utoipa::path(post, path = "/api/v1/sites/{id}/customer-imports", operation_id = "upload_customers", tag = "customers",
    params(("id" = SiteId, Path)), request_body(content = String, content_type = "text/csv"), security(("session" = [])),
    responses((status = 201, description = "The import", body = CustomerImport), ChangeRefusals))]
async fn upload(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(site): Id<SiteId>,
    Csv(text): Csv,
) -> Answer<(StatusCode, Json<CustomerImport>)> {
    let table = read(&text).map_err(|why| Problem::field("", why))?;
    let mut tx = api.store.write().await?;
    site::find(&mut tx, site).await?;
    let fields = find_custom_fields(&mut tx, site).await?;
    let now = api.clock.now();
    let row = ImportRow {
        id: Text(api.clock.new_id()),
        site_id: Text(site),
        user_id: me.user.id,
        via: me.via.clone(),
        state: Text(ImportState::Checking),
        columns: JsonColumn(guess(&table.header, &fields)),
        rows_total: i64::try_from(table.rows.len()).expect("a file has few rows"),
        rows_done: 0,
        counts: Counts::default(),
        problems: JsonColumn(Vec::new()),
        created_at: now.0,
        finished_at: None,
    };
    insert_import(&mut tx, &row, &text, now).await?;
    record(&api, &mut tx, &me, Done::created(&Filed::from(&row))).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

/// The latest imports of a site, newest first. For administrators.
#[utoipa::path(get, path = "/api/v1/sites/{id}/customer-imports", operation_id = "list_customer_imports", tag = "customers",
    params(("id" = SiteId, Path)), security(("session" = [])),
    responses((status = 200, description = "The imports", body = Page<CustomerImport>), Refusals))]
async fn list(State(api): State<Api>, _: Admin, Id(site): Id<SiteId>) -> Answer<Json<Page<CustomerImport>>> {
    let mut tx = api.store.read().await?;
    site::find(&mut tx, site).await?;
    let items =
        list_imports(&mut tx, site, LISTED_MAX).await?.into_iter().map(CustomerImport::from).collect();
    Ok(Json(Page { items, next: None }))
}

/// One import, with how far it is and what was not taken. For administrators.
#[utoipa::path(get, path = "/api/v1/customer-imports/{id}", operation_id = "show_customer_import", tag = "customers",
    params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 200, description = "The import", body = CustomerImport), Refusals))]
async fn show(State(api): State<Api>, _: Admin, Id(id): Id<Uuid>) -> Answer<Json<CustomerImport>> {
    let mut tx = api.store.read().await?;
    Ok(Json(find(&mut tx, id).await?.into()))
}

/// Say what the columns of the file are; every row is tried anew. For administrators.
#[utoipa::path(patch, path = "/api/v1/customer-imports/{id}", operation_id = "change_customer_import", tag = "customers",
    params(("id" = Uuid, Path)), request_body = ImportPatch, security(("session" = [])),
    responses((status = 200, description = "The import", body = CustomerImport), ChangeRefusals))]
async fn change(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<Uuid>,
    Body(ImportPatch { targets }): Body<ImportPatch>,
) -> Answer<Json<CustomerImport>> {
    let mut tx = api.store.write().await?;
    let row = find(&mut tx, id).await?;
    let before = Filed::from(&row);
    let fields = find_custom_fields(&mut tx, *row.site_id).await?;
    let mut checks = Checks::new();
    checks.count("/targets", targets.len(), row.columns.len()..=row.columns.len());
    checks.finish()?;
    let names = row.columns.0.into_iter().map(|column| column.name);
    let columns: Vec<Column> = names.zip(targets).map(|(name, target)| Column { name, target }).collect();
    let mut checks = Checks::new();
    for (at, why) in wrong_columns(&columns, &fields) {
        checks.wrong(format!("/targets/{at}"), why);
    }
    checks.finish()?;
    started(update_import_begun(&mut tx, id, ImportState::Checking, &columns, api.clock.now()).await?)?;
    let row = find(&mut tx, id).await?;
    record(&api, &mut tx, &me, Done::changed(&before, &Filed::from(&row))).await?;
    tx.commit().await?;
    Ok(Json(row.into()))
}

/// Begin to take the rows into the directory. For administrators.
#[utoipa::path(post, path = "/api/v1/customer-imports/{id}/begin", operation_id = "begin_customer_import", tag = "customers",
    params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 200, description = "The import", body = CustomerImport), ChangeRefusals))]
async fn begin(State(api): State<Api>, Admin(me): Admin, Id(id): Id<Uuid>) -> Answer<Json<CustomerImport>> {
    let mut tx = api.store.write().await?;
    let row = find(&mut tx, id).await?;
    started(update_import_begun(&mut tx, id, ImportState::Running, &row.columns, api.clock.now()).await?)?;
    update_import_by(&mut tx, id, *me.user.id, &me.via).await?;
    let row = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(row.into()))
}

/// Forget an import that is not being taken in. For administrators.
#[utoipa::path(delete, path = "/api/v1/customer-imports/{id}", operation_id = "forget_customer_import", tag = "customers",
    params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 204, description = "Done"), ChangeRefusals))]
async fn forget(State(api): State<Api>, Admin(me): Admin, Id(id): Id<Uuid>) -> Answer<StatusCode> {
    let mut tx = api.store.write().await?;
    let row = find(&mut tx, id).await?;
    started(delete_import(&mut tx, id).await?)?;
    record(&api, &mut tx, &me, Done::removed(&Filed::from(&row))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(tx: &mut Tx, id: Uuid) -> Answer<ImportRow> {
    find_import(tx, id).await?.ok_or(Problem::NotFound)
}

fn started(done: bool) -> Answer<()> {
    if done { Ok(()) } else { Err(Problem::InUse("The rows are being taken in, or were.".to_owned())) }
}

impl From<ImportRow> for CustomerImport {
    fn from(row: ImportRow) -> Self {
        Self {
            id: *row.id,
            site_id: *row.site_id,
            state: *row.state,
            columns: row.columns.0,
            rows_total: row.rows_total,
            rows_done: row.rows_done,
            created: row.counts.created,
            updated: row.counts.updated,
            unchanged: row.counts.unchanged,
            refused: row.counts.refused,
            problems: row.problems.0,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}
