//! Owns the configuration as a file at `/api/v1/configuration`: handed out whole, compared, and taken in one unit of work.
//! Things are told apart by their names, so that one installation's file fits another. What the file is stands in `document`.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use axum::{Router, response::IntoResponse};
use serde::{Deserialize, Serialize};
use utoipa::openapi::OpenApi;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::audit::difference::Difference;
use super::auth::{Admin, SignedIn};
use super::error::{Answer, Problem};
use super::extract::{Body, Params};
use super::openapi::{ChangeRefusals, Refusals};
use crate::bus::Hint;
use crate::store::audit::{AuditAction, AuditKind};
use apply::{Applied, apply};
use document::Configuration;

pub mod apply;
pub mod document;
pub mod export;
pub mod names;
pub mod picture;
pub mod schema;

/// Most bytes of a file: pictures stand in it.
pub const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// What a file changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfigurationPlan {
    /// Names the configuration that it was compared with.
    pub based_on: String,
    /// In the order in which it is done; empty when everything is as the file says.
    pub changes: Vec<ConfigurationChange>,
}

/// One thing that the file makes another.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfigurationChange {
    /// `created`, `changed` or `removed`.
    pub action: AuditAction,
    /// What kind of thing.
    pub kind: AuditKind,
    /// The name of its site; null where it is no site's.
    #[schema(required)]
    pub site: Option<String>,
    /// Its name; empty for what has none.
    pub name: String,
    /// Where it is another, as the file says it; none for what is made or removed.
    pub differences: Vec<Difference>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ApplyParams {
    /// The `based_on` of a plan: refused when the configuration is another by now.
    based_on: Option<String>,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(show, replace))
        .routes(routes!(plan))
        .layer(DefaultBodyLimit::max(FILE_BYTES_MAX))
}

/// The route that serves the schema of the file.
pub fn serve_schema(document: &OpenApi) -> Router<Api> {
    let text = schema::of(document).to_string();
    Router::new().route(
        schema::PATH,
        get(async move || ([(CONTENT_TYPE, "application/schema+json")], text).into_response()),
    )
}

/// The whole configuration as a file: sites with their offers, queues and rules, shared canned replies, webhooks without their
/// secrets, the workspace. No users, no secrets, no customers. For administrators.
#[utoipa::path(get, path = "/api/v1/configuration", operation_id = "export_configuration", tag = "configuration",
    security(("session" = [])),
    responses(
        (status = 200, description = "The file", body = Configuration),
        (status = 409, description = "Two things have one name: `taken`", body = super::error::ProblemDocument,
            content_type = "application/problem+json"),
        Refusals))]
async fn show(State(api): State<Api>, _: Admin) -> Answer<Json<Configuration>> {
    let mut tx = api.store.read().await?;
    Ok(Json(export::export(&mut tx, api.clock.now()).await?))
}

/// What a file would change, changing nothing. For administrators.
#[utoipa::path(post, path = "/api/v1/configuration/plan", operation_id = "plan_configuration", tag = "configuration",
    request_body = Configuration, security(("session" = [])),
    responses((status = 200, description = "What it would change", body = ConfigurationPlan), ChangeRefusals))]
async fn plan(
    State(api): State<Api>,
    Admin(me): Admin,
    Body(file): Body<Configuration>,
) -> Answer<Json<ConfigurationPlan>> {
    // The unit of work is dropped, and with it all that was done in it.
    Ok(Json(applied(&api, &me, file).await?.plan))
}

/// Make the configuration what a file says, as a whole or not at all. Lists that the file names are complete: what is not in
/// them goes. What the file does not name stays, and so does every site that it does not name. For administrators.
#[utoipa::path(put, path = "/api/v1/configuration", operation_id = "apply_configuration", tag = "configuration",
    params(ApplyParams), request_body = Configuration, security(("session" = [])),
    responses((status = 200, description = "What it changed", body = ConfigurationPlan), ChangeRefusals))]
async fn replace(
    State(api): State<Api>,
    Admin(me): Admin,
    Params(params): Params<ApplyParams>,
    Body(file): Body<Configuration>,
) -> Answer<Json<ConfigurationPlan>> {
    let Applied { tx, plan, sites } = applied(&api, &me, file).await?;
    if params.based_on.is_some_and(|based_on| based_on != plan.based_on) {
        return Err(Problem::Stale("The configuration was changed since the plan was made.".to_owned()));
    }
    tx.commit().await?;
    for site in sites {
        api.driver.bus().publish(Hint::SiteChanged { site });
    }
    Ok(Json(plan))
}

async fn applied(api: &Api, me: &SignedIn, file: Configuration) -> Answer<Applied> {
    let pictures = picture::renew_new(api, &file).await?;
    let tx = api.change().await?;
    apply(api, me, tx, file, pictures).await
}
