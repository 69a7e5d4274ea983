//! Owns what people do with their own sign-in, below `/api/v1/me`: where they are signed in, and their password.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::audit::record::{Done, record};
use super::auth::Agent;
use super::check::Checks;
use super::client::Client;
use super::error::{Answer, Problem};
use super::extract::{Body, Id};
use super::openapi::{ChangeRefusals, Refusals};
use super::session::{leave, tell_ended};
use super::user::shown;
use super::{Api, password, user_link};
use crate::store::session::{
    OwnSessionRow, delete_session_of_user, delete_sessions_of_user, list_sessions_of_user,
};
use crate::store::user::{UserRow, find_user, update_user};

/// A browser in which the caller is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSession {
    /// Identity.
    pub id: Uuid,
    /// What the browser said it is, such as Firefox; empty when it said nothing.
    pub browser: String,
    /// The system it said it runs on, such as Windows; empty when it named none that is known.
    pub system: String,
    /// The address it was begun from, without its last part; empty when it is not known.
    pub network: String,
    /// When it began, milliseconds since 1970.
    pub created_at: i64,
    /// When it was last used, to some minutes, milliseconds since 1970.
    pub used_at: i64,
    /// It is the one that asks.
    pub current: bool,
}

/// The caller's sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSessions {
    /// The one that was used last first; at most 50.
    pub items: Vec<OwnSession>,
}

/// Another password for oneself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present one.
    #[schema(format = Password)]
    pub current: String,
    /// The new one, 10 to 200 characters.
    #[schema(format = Password)]
    pub password: String,
}

/// The routes of these resources.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_sessions, end_others))
        .routes(routes!(end_session))
        .routes(routes!(change_password))
}

/// Where the caller is signed in.
#[utoipa::path(get, path = "/api/v1/me/sessions", operation_id = "list_own_sessions", tag = "session",
    security(("session" = [])),
    responses((status = 200, description = "All of them", body = OwnSessions), Refusals))]
async fn list_sessions(State(api): State<Api>, Agent(me): Agent) -> Answer<Json<OwnSessions>> {
    let mut tx = api.store.read().await?;
    let rows = list_sessions_of_user(&mut tx, *me.user.id, api.clock.now()).await?;
    let items = rows.into_iter().map(|row| OwnSession::new(row, &me.token_hash)).collect();
    Ok(Json(OwnSessions { items }))
}

/// End one of the caller's sessions. Its live connection is cut at once.
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", operation_id = "end_own_session", tag = "session",
    params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 204, description = "Done"), ChangeRefusals))]
async fn end_session(State(api): State<Api>, Agent(me): Agent, Id(id): Id<Uuid>) -> Answer<StatusCode> {
    let user = *me.user.id;
    let mut tx = api.store.write().await?;
    tx.lock_user(user).await?;
    if !delete_session_of_user(&mut tx, user, id).await? {
        return Err(Problem::NotFound);
    }
    leave(&mut tx, user, api.clock.now()).await?;
    tx.commit().await?;
    tell_ended(&api, user);
    Ok(StatusCode::NO_CONTENT)
}

/// End all of the caller's sessions but the one that asks.
#[utoipa::path(delete, path = "/api/v1/me/sessions", operation_id = "end_other_sessions", tag = "session",
    security(("session" = [])), responses((status = 204, description = "Done"), ChangeRefusals))]
async fn end_others(State(api): State<Api>, Agent(me): Agent) -> Answer<StatusCode> {
    let mut tx = api.store.write().await?;
    tx.lock_user(*me.user.id).await?;
    delete_sessions_of_user(&mut tx, *me.user.id, &me.token_hash).await?;
    tx.commit().await?;
    tell_ended(&api, *me.user.id);
    Ok(StatusCode::NO_CONTENT)
}

/// Change one's own password. The other sessions end.
#[utoipa::path(put, path = "/api/v1/me/password", operation_id = "change_own_password", tag = "session",
    request_body = PasswordChange, security(("session" = [])),
    responses((status = 204, description = "Done"), ChangeRefusals))]
async fn change_password(
    State(api): State<Api>,
    Agent(me): Agent,
    client: Client,
    Body(change): Body<PasswordChange>,
) -> Answer<StatusCode> {
    let user = *me.user.id;
    let mut checks = Checks::new();
    password::check(&mut checks, "/password", &change.password);
    checks.finish()?;
    api.throttle.count(client.address, &me.user.email)?;
    if !api.passwords.matches(change.current, Some(me.user.password_hash.clone())).await {
        return Err(Problem::field("/current", "is not the present password"));
    }
    let password_hash = api.passwords.hash(change.password).await;
    let mut tx = api.change().await?;
    let row = find_user(&mut tx, user).await?.ok_or(Problem::SignedOut)?;
    if row.password_hash != me.user.password_hash {
        return Err(Problem::Stale("The password was changed elsewhere.".to_owned()));
    }
    let before = shown(&mut tx, row.clone()).await?;
    let row = UserRow { password_hash, ..row };
    update_user(&mut tx, &row).await?;
    user_link::forget(&mut tx, user).await?;
    delete_sessions_of_user(&mut tx, user, &me.token_hash).await?;
    let after = shown(&mut tx, row).await?;
    record(&api, &mut tx, &me, Done { unseen: "password", ..Done::changed(&before, &after) }).await?;
    tx.commit().await?;
    tell_ended(&api, user);
    Ok(StatusCode::NO_CONTENT)
}

impl OwnSession {
    fn new(row: OwnSessionRow, asking: &str) -> Self {
        let OwnSessionRow { id, token_hash, browser, system, network, created_at, used_at } = row;
        Self { id: *id, browser, system, network, created_at, used_at, current: token_hash == asking }
    }
}
