//! Owns what is handed out: everything held on one person as JSON (N-4), which `held` gathers, and the directory as a table
//! (C-1).

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use beckon_engine::id::{CustomerId, SiteId};
use futures_util::stream;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Api;
use super::super::auth::{SignedIn, Supervisor};
use super::super::error::Answer;
use super::super::extract::Id;
use super::super::openapi::Refusals;
use super::super::site;
use super::find;
use super::held::gather;
use crate::driver::customer::csv;
use crate::store::audit::{AuditAction, AuditKind, AuditRow, AuditValues, insert_audit};
use crate::store::column::Text;
use crate::store::customer::{CustomField, CustomerRow, find_custom_fields, list_customers, sort_key};
use crate::store::{Store, StoreResult};

/// Records read at a time.
const BATCH: i64 = 1_000;

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(person)).routes(routes!(directory))
}

/// Everything held on a person: record, browsers, visits with pages and offers, chats with answers, messages, files and who
/// took part, enquiries and mails. For supervisors.
#[utoipa::path(get, path = "/api/v1/customers/{id}/export", operation_id = "export_customer", tag = "customers",
    params(("id" = CustomerId, Path)), security(("session" = [])),
    responses((status = 200, description = "Everything", content_type = "application/json", body = Object), Refusals))]
async fn person(
    State(api): State<Api>,
    Supervisor(me): Supervisor,
    Id(id): Id<CustomerId>,
) -> Answer<Response> {
    let mut tx = api.store.read().await?;
    let row = find(&mut tx, id).await?;
    let site = *row.site_id;
    let everything = gather(&mut tx, row, api.clock.now().0).await?;
    drop(tx);
    note(&api, &me, site, (AuditAction::CustomerExported, AuditKind::Customer), id.to_string()).await?;
    let text = serde_json::to_string_pretty(&everything).expect("JSON values are always text");
    Ok(file("application/json", &format!("customer-{id}.json"), Body::from(text)))
}

/// All customers of a site as a table, comma-separated in UTF-8. For supervisors.
#[utoipa::path(get, path = "/api/v1/sites/{id}/customers.csv", operation_id = "export_customers", tag = "customers",
    params(("id" = SiteId, Path)), security(("session" = [])),
    responses((status = 200, description = "The table", content_type = "text/csv", body = String), Refusals))]
async fn directory(
    State(api): State<Api>,
    Supervisor(me): Supervisor,
    Id(id): Id<SiteId>,
) -> Answer<Response> {
    let mut tx = api.store.read().await?;
    site::find(&mut tx, id).await?;
    let fields = find_custom_fields(&mut tx, id).await?;
    drop(tx);
    note(&api, &me, id, (AuditAction::CustomersExported, AuditKind::Site), id.to_string()).await?;
    Ok(file(
        "text/csv; charset=utf-8",
        "customers.csv",
        Body::from_stream(table(api.store.clone(), id, fields)),
    ))
}

/// Page by page: a directory is larger than what one answer should hold in memory.
fn table(
    store: Store,
    site: SiteId,
    fields: Vec<CustomField>,
) -> impl futures_util::Stream<Item = StoreResult<Bytes>> {
    let names = ["customer_ref", "first_name", "last_name", "email", "phone", "company"];
    let head = csv::line(names.into_iter().chain(fields.iter().map(|field| field.key.as_str())));
    let begin = Some((Some(format!("\u{feff}{head}")), [String::new(), String::new()]));
    stream::try_unfold(begin, move |state| {
        let (store, fields) = (store.clone(), fields.clone());
        async move {
            let Some((head, [name, id])) = state else { return Ok(None) };
            let mut tx = store.read().await?;
            let rows = list_customers(&mut tx, site, "", (&name, &id), BATCH).await?;
            drop(tx);
            let mut text = head.unwrap_or_default();
            for row in &rows {
                text.push_str(&record(row, &fields));
            }
            let next = rows.last().map(|last| (None, sort_key(last)));
            let next = next.filter(|_| i64::try_from(rows.len()).is_ok_and(|rows| rows == BATCH));
            Ok(Some((Bytes::from(text), next)))
        }
    })
}

fn record(row: &CustomerRow, fields: &[CustomField]) -> String {
    let details = &row.details;
    let own = fields.iter().map(|field| details.fields.get(&field.key).map_or("", String::as_str));
    let cells = [
        details.customer_ref.as_deref().unwrap_or_default(),
        &details.first_name,
        &details.last_name,
        &details.email,
        &details.phone,
        &details.company,
    ];
    csv::line(cells.into_iter().chain(own))
}

async fn note(
    api: &Api,
    by: &SignedIn,
    site: SiteId,
    (action, kind): (AuditAction, AuditKind),
    subject: String,
) -> Answer<()> {
    let line = AuditRow {
        via: by.via.clone(),
        site_id: Some(Text(site)),
        ..AuditRow::new(api.clock.new_id(), api.clock.now(), *by.user.id, action, kind, subject)
    };
    let mut tx = api.store.write().await?;
    insert_audit(&mut tx, &line, &AuditValues::default()).await?;
    Ok(tx.commit().await?)
}

fn file(kind: &'static str, name: &str, body: Body) -> Response {
    let attachment = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, attachment)], body).into_response()
}
