//! Owns the secret with which a site's server signs identities, at `/api/v1/sites/{id}/identity-secret`. It is shown once.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::SiteId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::{Admin, SignedIn};
use super::check::Checks;
use super::error::Answer;
use super::extract::{Body, Id};
use super::openapi::{ChangeRefusals, Refusals};
use super::site;
use crate::store::audit::{AuditAction, AuditKind, AuditRow, AuditValues, insert_audit};
use crate::store::column::Text;
use crate::store::identity::{SecretsRow, delete_secrets, find_secrets, update_secret};
use crate::store::{StoreResult, Tx};
use crate::vault::SecretOf;

/// Hours for which the secret before stays good unless the request says otherwise.
const BEFORE_GOOD_H: u32 = 24;
/// Longest time for which it may, hours.
const BEFORE_GOOD_H_MAX: i64 = 168;

/// What is known of a site's identity secret. The secret itself is not shown again.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentitySecret {
    /// When the present secret was made, milliseconds since 1970; null when the site has none.
    #[schema(required)]
    pub made_at: Option<i64>,
    /// Until when the one before is good; null when it is not.
    #[schema(required)]
    pub before_good_until: Option<i64>,
}

/// A secret that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewIdentitySecret {
    /// 256 bits in hexadecimal; use the text as it is as the key of HS256. It is not shown again.
    pub secret: String,
    /// When it was made.
    pub made_at: i64,
    /// Until when the one before is good; null when there was none.
    #[schema(required)]
    pub before_good_until: Option<i64>,
}

/// How to make a secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRequest {
    /// For so long the secret before stays good, hours, 0 to 168; 24 when absent.
    #[serde(default = "before_good_h")]
    pub before_good_h: u32,
}

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show, make, remove))
}

/// Whether a site has an identity secret, and since when. For administrators.
#[utoipa::path(
    get,
    path = "/api/v1/sites/{id}/identity-secret",
    operation_id = "show_identity_secret",
    tag = "sites",
    params(("id" = SiteId, Path)),
    responses((status = 200, description = "What is known of it", body = IdentitySecret), Refusals),
    security(("session" = []))
)]
async fn show(State(api): State<Api>, _: Admin, Id(id): Id<SiteId>) -> Answer<Json<IdentitySecret>> {
    let mut tx = api.store.read().await?;
    site::find(&mut tx, id).await?;
    let row = find_secrets(&mut tx, id).await?;
    let made_at = row.as_ref().and_then(|row| row.made_at);
    let before_good_until = row.and_then(|row| good_until(&row, api.clock.now().0));
    Ok(Json(IdentitySecret { made_at, before_good_until }))
}

/// Make an identity secret, in place of the one there is. The answer is the only place where it is shown. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/sites/{id}/identity-secret",
    operation_id = "make_identity_secret",
    tag = "sites",
    params(("id" = SiteId, Path)),
    request_body = SecretRequest,
    responses((status = 201, description = "The secret", body = NewIdentitySecret), ChangeRefusals),
    security(("session" = []))
)]
async fn make(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<SiteId>,
    Body(request): Body<SecretRequest>,
) -> Answer<(StatusCode, Json<NewIdentitySecret>)> {
    let mut checks = Checks::new();
    checks.number("/before_good_h", request.before_good_h, 0..=BEFORE_GOOD_H_MAX);
    checks.finish()?;
    let secret = hex::encode(rand::random::<[u8; 32]>());
    let now = api.clock.now();
    let mut tx = api.change().await?;
    site::find(&mut tx, id).await?;
    let sealed = api.store.vault().seal(SecretOf::Site, &secret);
    update_secret(&mut tx, id, &sealed, now, now.plus_s(request.before_good_h * 3_600)).await?;
    let before_good_until = find_secrets(&mut tx, id).await?.and_then(|row| good_until(&row, now.0));
    note(&api, &mut tx, &me, id, AuditAction::IdentitySecretMade).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(NewIdentitySecret { secret, made_at: now.0, before_good_until })))
}

/// Take the identity secret away: no signed identity is believed any more. For administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/sites/{id}/identity-secret",
    operation_id = "remove_identity_secret",
    tag = "sites",
    params(("id" = SiteId, Path)),
    responses((status = 204, description = "Done"), ChangeRefusals),
    security(("session" = []))
)]
async fn remove(State(api): State<Api>, Admin(me): Admin, Id(id): Id<SiteId>) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    site::find(&mut tx, id).await?;
    delete_secrets(&mut tx, id).await?;
    note(&api, &mut tx, &me, id, AuditAction::IdentitySecretRemoved).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who did it, in the unit of work of what was done; never the secret.
async fn note(api: &Api, tx: &mut Tx, by: &SignedIn, site: SiteId, action: AuditAction) -> StoreResult<()> {
    let (id, now, kind) = (api.clock.new_id(), api.clock.now(), AuditKind::IdentitySecret);
    let line = AuditRow {
        via: by.via.clone(),
        site_id: Some(Text(site)),
        ..AuditRow::new(id, now, *by.user.id, action, kind, site.to_string())
    };
    insert_audit(tx, &line, &AuditValues::default()).await
}

const fn before_good_h() -> u32 {
    BEFORE_GOOD_H
}

fn good_until(row: &SecretsRow, now: i64) -> Option<i64> {
    row.before_until.filter(|until| row.before.is_some() && now < *until)
}
