//! Owns API tokens at `/api/v1/api-tokens`: with one, a program calls the interface in the name of whoever made it, within its
//! scopes. What they are for stands in `scope`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::Api;
use super::audit::record::{Audited, Done, record};
use super::auth::{Admin, hash_token};
use super::check::Checks;
use super::error::{Answer, Problem};
use super::extract::{Body, Id};
use super::openapi::{ChangeRefusals, Refusals};
use crate::store::api_token::{
    ApiTokenRow, Scope, delete_api_token, find_api_token, find_api_token_count, insert_api_token,
    list_api_tokens,
};
use crate::store::audit::AuditKind;
use crate::store::column::{Json as JsonColumn, Text};

/// Most tokens of an installation.
pub const API_TOKENS_MAX: i64 = 200;

const NAME_CHARS_MAX: usize = 100;
/// Every token begins with this, so that a leaked one is found by search.
const PREFIX: &str = "beckon_";
const ENDING_LEN: usize = 4;

/// A token with which a program calls the interface.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiToken {
    /// Identity.
    pub id: Uuid,
    /// Name in lists and in the audit log.
    pub name: String,
    /// Its last four characters.
    pub ending: String,
    /// In whose name it acts: it can do no more than that person, and nothing once that person is disabled.
    pub user_id: UserId,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was made, milliseconds since 1970.
    pub created_at: i64,
    /// When it ends, milliseconds since 1970; null when it does not.
    #[schema(required)]
    pub expires_at: Option<i64>,
    /// When it was last used, to the minute, milliseconds since 1970; null when it never was.
    #[schema(required)]
    pub last_used_at: Option<i64>,
}

/// All tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiTokens {
    /// By name; at most 200.
    pub items: Vec<ApiToken>,
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiToken {
    /// Name in lists and in the audit log, 1 to 100 characters.
    pub name: String,
    /// What it may be used for; at least one.
    pub scopes: Vec<Scope>,
    /// When it ends, milliseconds since 1970; null when it does not.
    #[serde(default)]
    pub expires_at: Option<i64>,
}

/// A token that was just made. It is not shown again.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeApiToken {
    /// What it is.
    pub api_token: ApiToken,
    /// What the program sends: `Authorization: Bearer beckon_…`.
    pub token: String,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(remove))
}

/// All API tokens, by name. For administrators.
#[utoipa::path(get, path = "/api/v1/api-tokens", operation_id = "list_api_tokens", tag = "api tokens",
    security(("session" = [])),
    responses((status = 200, description = "All of them", body = ApiTokens), Refusals))]
async fn list(State(api): State<Api>, _: Admin) -> Answer<Json<ApiTokens>> {
    let mut tx = api.store.read().await?;
    let rows = list_api_tokens(&mut tx).await?;
    Ok(Json(ApiTokens { items: rows.into_iter().map(ApiToken::from).collect() }))
}

/// Make an API token that acts in the caller's name. The answer is the only place where it is shown. For administrators.
#[utoipa::path(post, path = "/api/v1/api-tokens", operation_id = "create_api_token", tag = "api tokens",
    request_body = NewApiToken, security(("session" = [])),
    responses((status = 201, description = "The token", body = MadeApiToken), ChangeRefusals))]
async fn create(
    State(api): State<Api>,
    Admin(me): Admin,
    Body(new): Body<NewApiToken>,
) -> Answer<(StatusCode, Json<MadeApiToken>)> {
    let now = api.clock.now().0;
    let mut scopes = new.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    let mut checks = Checks::new();
    checks.line("/name", &new.name, 1..=NAME_CHARS_MAX);
    if scopes.is_empty() {
        checks.wrong("/scopes", "names nothing that the token is for");
    }
    if new.expires_at.is_some_and(|at| at <= now) {
        checks.wrong("/expires_at", "is not in the future");
    }
    checks.finish()?;
    let token = format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()));
    let row = ApiTokenRow {
        id: Text(api.clock.new_id()),
        ending: token[token.len() - ENDING_LEN..].to_owned(),
        user_id: me.user.id,
        name: new.name,
        scopes: JsonColumn(scopes),
        created_at: now,
        expires_at: new.expires_at,
        last_used_at: None,
    };
    let mut tx = api.change().await?;
    if find_api_token_count(&mut tx).await? >= API_TOKENS_MAX {
        return Err(Problem::LimitReached(API_TOKENS_MAX));
    }
    insert_api_token(&mut tx, &row, &hash_token(&token)).await?;
    let api_token = ApiToken::from(row);
    record(&api, &mut tx, &me, Done::created(&api_token)).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(MadeApiToken { api_token, token })))
}

/// Take an API token away; what uses it is refused from then on. For administrators.
#[utoipa::path(delete, path = "/api/v1/api-tokens/{id}", operation_id = "remove_api_token", tag = "api tokens",
    params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 204, description = "Done"), ChangeRefusals))]
async fn remove(State(api): State<Api>, Admin(me): Admin, Id(id): Id<Uuid>) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    let row = find_api_token(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    delete_api_token(&mut tx, id).await?;
    record(&api, &mut tx, &me, Done::removed(&ApiToken::from(row))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Audited for ApiToken {
    const KIND: AuditKind = AuditKind::ApiToken;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl From<ApiTokenRow> for ApiToken {
    fn from(row: ApiTokenRow) -> Self {
        Self {
            id: *row.id,
            name: row.name,
            ending: row.ending,
            user_id: *row.user_id,
            scopes: row.scopes.0,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        }
    }
}
