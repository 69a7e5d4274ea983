//! Owns merging two records of one person, and taking that back (C-1).

use axum::Json;
use axum::extract::State;
use beckon_engine::id::CustomerId;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Api;
use super::super::auth::{SignedIn, Supervisor};
use super::super::error::{Answer, Problem};
use super::super::extract::{Body, Id};
use super::super::openapi::ChangeRefusals;
use super::{Customer, find, find_present};
use crate::driver::customer::import::laid_over;
use crate::store::audit::{AuditAction, AuditKind, AuditRow, AuditValues, insert_audit};
use crate::store::column::{Json as JsonColumn, Text};
use crate::store::customer::merge::{
    MergeChange, MergeRow, find_merge_of, insert_merge, list_merged, update_merge_undone, update_merged,
    update_parted,
};
use crate::store::customer::{Details, update_customer};

/// What is to go into a record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MergeRequest {
    /// The record that goes away.
    gone_id: CustomerId,
}

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(merge)).routes(routes!(part))
}

/// Let another record go into this one: it fills in what is empty here, and its visits and chats follow. For supervisors.
#[utoipa::path(post, path = "/api/v1/customers/{id}/merge", operation_id = "merge_customers", tag = "customers",
    params(("id" = CustomerId, Path)), request_body = MergeRequest, security(("session" = [])),
    responses((status = 200, description = "The record that was kept", body = Customer), ChangeRefusals))]
async fn merge(
    State(api): State<Api>,
    Supervisor(me): Supervisor,
    Id(id): Id<CustomerId>,
    Body(MergeRequest { gone_id }): Body<MergeRequest>,
) -> Answer<Json<Customer>> {
    if id == gone_id {
        return Err(Problem::field("/gone_id", "is the same record"));
    }
    let now = api.clock.now();
    let mut tx = api.change().await?;
    let kept = find_present(&mut tx, id).await?;
    let gone = find_present(&mut tx, gone_id).await?;
    if kept.site_id != gone.site_id {
        return Err(Problem::field("/gone_id", "is a customer of another site"));
    }
    let after = Details {
        customer_ref: kept.details.customer_ref.clone(),
        ..laid_over(&gone.details, &kept.details)
    };
    let change = MergeChange {
        before: kept.details,
        after: after.clone(),
        moved: list_merged(&mut tx, gone_id).await?,
    };
    update_customer(&mut tx, id, &after, now).await?;
    update_merged(&mut tx, gone_id, id).await?;
    let row = MergeRow {
        id: Text(api.clock.new_id()),
        site_id: kept.site_id,
        kept_id: Text(id),
        gone_id: Text(gone_id),
        merged_at: now.0,
        merged_by: me.user.id,
        change: JsonColumn(change),
        undone_at: None,
    };
    insert_merge(&mut tx, &row).await?;
    insert_audit(&mut tx, &line(&api, &row, &me, AuditAction::CustomersMerged), &AuditValues::default())
        .await?;
    let kept = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(kept.into()))
}

/// Take back the merge by which this record went away. What was changed since in the other record stays. For supervisors.
#[utoipa::path(post, path = "/api/v1/customers/{id}/part", operation_id = "part_customers", tag = "customers",
    params(("id" = CustomerId, Path)), security(("session" = [])),
    responses((status = 200, description = "The record that is back", body = Customer), ChangeRefusals))]
async fn part(
    State(api): State<Api>,
    Supervisor(me): Supervisor,
    Id(id): Id<CustomerId>,
) -> Answer<Json<Customer>> {
    let now = api.clock.now();
    let mut tx = api.change().await?;
    find(&mut tx, id).await?;
    let merge = find_merge_of(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let kept = find(&mut tx, *merge.kept_id).await?;
    let details = restored(&kept.details, &merge.change);
    update_customer(&mut tx, *kept.id, &details, now).await?;
    update_parted(&mut tx, &merge).await?;
    update_merge_undone(&mut tx, *merge.id, now).await?;
    insert_audit(&mut tx, &line(&api, &merge, &me, AuditAction::MergeUndone), &AuditValues::default())
        .await?;
    let row = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(row.into()))
}

/// What the merge filled in goes again, unless someone has changed it since.
fn restored(now: &Details, change: &MergeChange) -> Details {
    let MergeChange { before, after, .. } = change;
    let text =
        |now: &str, before: &str, after: &str| if now == after { before.to_owned() } else { now.to_owned() };
    let mut fields = now.fields.clone();
    fields.0.retain(|key, value| before.fields.0.contains_key(key) || after.fields.0.get(key) != Some(value));
    Details {
        customer_ref: now.customer_ref.clone(),
        first_name: text(&now.first_name, &before.first_name, &after.first_name),
        last_name: text(&now.last_name, &before.last_name, &after.last_name),
        email: text(&now.email, &before.email, &after.email),
        phone: text(&now.phone, &before.phone, &after.phone),
        company: text(&now.company, &before.company, &after.company),
        fields,
    }
}

fn line(api: &Api, merge: &MergeRow, by: &SignedIn, action: AuditAction) -> AuditRow {
    let (id, now, kept) = (api.clock.new_id(), api.clock.now(), merge.kept_id.to_string());
    AuditRow {
        via: by.via.clone(),
        site_id: Some(merge.site_id),
        detail: merge.gone_id.to_string(),
        ..AuditRow::new(id, now, *by.user.id, action, AuditKind::Customer, kept)
    }
}
