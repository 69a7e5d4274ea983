//! Owns erasing one person: record, browsers, visits, page views, chats, messages, files, answers (N-4). It cannot be taken back.

use axum::Json;
use axum::extract::State;
use beckon_engine::id::CustomerId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Api;
use super::super::auth::Admin;
use super::super::error::{Answer, Problem};
use super::super::extract::{Body, Id};
use super::super::openapi::ChangeRefusals;
use super::find_present;
use crate::store::audit::{AuditAction, AuditKind, AuditRow, AuditValues, insert_audit};
use crate::store::customer::erase::{Erased, delete_customer, delete_visitor};
use crate::store::customer::link::list_visitors_of;

/// For so long it is known that a visit was erased, and nothing of it is taken from a node that comes late: a day.
const KNOWN_S: u32 = 86_400;

/// That it is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EraseRequest {
    /// The customer's reference; for a record without one, its id.
    confirm: String,
}

/// How much was erased.
#[derive(Debug, Serialize, ToSchema)]
struct ErasedCounts {
    /// Records of the directory.
    records: u64,
    /// Browsers.
    visitors: u64,
    /// Visits.
    visits: u64,
    /// Page views.
    page_views: u64,
    /// Chats, with messages and answers.
    chats: u64,
}

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(erase))
}

/// Erase everything held on a person, for good. For administrators.
#[utoipa::path(post, path = "/api/v1/customers/{id}/erase", operation_id = "erase_customer", tag = "customers",
    params(("id" = CustomerId, Path)), request_body = EraseRequest, security(("session" = [])),
    responses((status = 200, description = "What was erased", body = ErasedCounts), ChangeRefusals))]
async fn erase(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<CustomerId>,
    Body(EraseRequest { confirm }): Body<EraseRequest>,
) -> Answer<Json<ErasedCounts>> {
    let mut tx = api.change().await?;
    let row = find_present(&mut tx, id).await?;
    let expected = row.details.customer_ref.clone().unwrap_or_else(|| id.to_string());
    if confirm != expected {
        return Err(Problem::field("/confirm", "is not the customer's reference"));
    }
    let visitors = list_visitors_of(&mut tx, id).await?;
    let mut erased = Erased::default();
    for visitor in &visitors {
        delete_visitor(&mut tx, *visitor, api.clock.now().plus_s(KNOWN_S), &mut erased).await?;
    }
    delete_customer(&mut tx, id, &mut erased).await?;
    let Erased { records, visitors: browsers, visits, page_views, chats } = erased;
    let line = AuditRow {
        via: me.via.clone(),
        site_id: Some(row.site_id),
        detail: format!("{records} records, {browsers} visitors, {visits} visits, {chats} chats"),
        ..AuditRow::new(
            api.clock.new_id(),
            api.clock.now(),
            *me.user.id,
            AuditAction::CustomerErased,
            AuditKind::Customer,
            id.to_string(),
        )
    };
    insert_audit(&mut tx, &line, &AuditValues::default()).await?;
    tx.commit().await?;
    // A browser that is here now comes again, and is a new visitor.
    for visitor in visitors {
        api.driver.tell_of_erasure(row.site_id.0, visitor);
    }
    Ok(Json(ErasedCounts { records, visitors: browsers, visits, page_views, chats }))
}
