//! Owns signing in and out at `/api/v1/session`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum_extra::extract::CookieJar;
use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{self, Anyone, SettingUp};
use super::check::Checks;
use super::client::Client;
use super::error::{Answer, Problem};
use super::extract::{Body, present};
use super::openapi::{ChangeRefusals, Refusals};
use super::{Api, second_step};
use crate::bus::Hint;
use crate::store::Tx;
use crate::store::agent::{find_agent, update_agent_heard};
use crate::store::gate::PRESENCE_MS;
use crate::store::session::{delete_expired_sessions, delete_session, has_session};
use crate::store::single_sign_on::find_single_sign_on;
use crate::store::user::{Role, UserRow, find_user_by_email};

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// The user.
    pub user: SessionUser,
    /// Everyone must use the second step, and this user has none: until it is set up nothing else can be done.
    pub must_set_up: bool,
}

/// The user as they see themselves.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionUser {
    /// Identity.
    pub id: UserId,
    /// Address in lower case.
    pub email: String,
    /// Name that visitors see.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Chats at a time by routing.
    pub slots: i64,
    /// Has chosen a password; who has none comes through the provider of single sign-on.
    pub has_password: bool,
}

/// What signs a user in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// Address, in upper or lower case.
    pub email: String,
    /// Password.
    #[schema(format = Password)]
    pub password: String,
    /// For who has a second step: the code that the app shows, or a recovery code.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, format = Password)]
    pub code: Option<String>,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(sign_in, show, sign_out))
}

/// Sign in. The answer sets the cookie `beckon_session`.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    operation_id = "sign_in",
    tag = "session",
    request_body = Credentials,
    responses((status = 200, description = "Who is signed in", body = Session), ChangeRefusals)
)]
async fn sign_in(
    State(api): State<Api>,
    client: Client,
    headers: HeaderMap,
    jar: CookieJar,
    Body(credentials): Body<Credentials>,
) -> Answer<(CookieJar, Json<Session>)> {
    let email = credentials.email.trim().to_lowercase();
    let mut checks = Checks::new();
    checks.email("/email", &email);
    checks.finish()?;
    api.throttle.count(client.address, &email)?;
    let mut tx = api.store.read().await?;
    let found = find_user_by_email(&mut tx, &email).await?.filter(|user| !user.disabled);
    drop(tx);
    let kept = found.as_ref().map(|user| user.password_hash.clone());
    if !api.passwords.matches(credentials.password, kept).await {
        return Err(Problem::WrongCredentials);
    }
    let user = found.ok_or(Problem::WrongCredentials)?;
    let now = api.clock.now();
    let mut tx = api.store.write().await?;
    // Comparing takes its time: what was compared must still be so, and stay so until the session is there to be ended.
    tx.lock_user(user.id.0).await?;
    let still = find_user_by_email(&mut tx, &email).await?;
    if !still.is_some_and(|still| !still.disabled && still.password_hash == user.password_hash) {
        return Err(Problem::WrongCredentials);
    }
    delete_expired_sessions(&mut tx, now).await?;
    if let Some(previous) = auth::session_token_hash(&headers) {
        delete_session(&mut tx, &previous).await?;
    }
    allow_password(&mut tx, *user.role).await?;
    second_step::pass(&api, &mut tx, user.id.0, credentials.code.as_deref()).await?;
    let (cookie, must_set_up) = auth::begin_session(&mut tx, &api.clock, user.id.0, client).await?;
    tx.commit().await?;
    Ok((jar.add(cookie), Json(Session::new(user, must_set_up))))
}

/// Refuses passwords to whom single sign-on leaves none.
///
/// # Errors
/// `PasswordOff` when they are refused.
pub(super) async fn allow_password(tx: &mut Tx, role: Role) -> Answer<()> {
    let (settings, _) = find_single_sign_on(tx).await?;
    let is_there = cfg!(feature = "openid-connect");
    if is_there && !settings.allows_password(role) { Err(Problem::PasswordOff) } else { Ok(()) }
}

/// Who is signed in; null when nobody is. The answer sets the cookie again, so that a console in use never runs out of it.
#[utoipa::path(
    get,
    path = "/api/v1/session",
    operation_id = "show_session",
    tag = "session",
    responses((status = 200, description = "Who is signed in, or null", body = Option<Session>), Refusals)
)]
async fn show(
    Anyone(signed_in): Anyone,
    client: Client,
    headers: HeaderMap,
    jar: CookieJar,
) -> (CookieJar, Json<Option<Session>>) {
    let Some(signed_in) = signed_in else { return (jar, Json(None)) };
    let jar = match auth::renewed_cookie(&headers, client) {
        Some(cookie) => jar.add(cookie),
        None => jar,
    };
    (jar, Json(Some(Session::new(signed_in.user, signed_in.must_set_up))))
}

/// Sign out. The session ends on the server too.
#[utoipa::path(
    delete,
    path = "/api/v1/session",
    operation_id = "sign_out",
    tag = "session",
    responses((status = 204, description = "Done"), ChangeRefusals),
    security(("session" = []))
)]
async fn sign_out(
    State(api): State<Api>,
    SettingUp(signed_in): SettingUp,
    client: Client,
    jar: CookieJar,
) -> Answer<(StatusCode, CookieJar)> {
    let user = *signed_in.user.id;
    let mut tx = api.store.write().await?;
    tx.lock_user(user).await?;
    delete_session(&mut tx, &signed_in.token_hash).await?;
    leave(&mut tx, user, api.clock.now()).await?;
    tx.commit().await?;
    tell_ended(&api, user);
    Ok((StatusCode::NO_CONTENT, jar.add(auth::cleared_cookie(client))))
}

/// Whoever has signed out is not available from this moment. Where they are signed in elsewhere, their chats stay with them,
/// and the other console says by itself that they are there.
pub(super) async fn leave(tx: &mut Tx, user: UserId, now: UnixMs) -> Answer<()> {
    let heard_at = if has_session(tx, user, now).await? {
        let before = find_agent(tx, user).await?.map_or(0, |agent| agent.heard_at);
        UnixMs(before).min(now.plus_ms(-PRESENCE_MS - 1))
    } else {
        UnixMs(0)
    };
    Ok(update_agent_heard(tx, user, heard_at).await?)
}

/// Tells all nodes that sessions of a user have ended: their consoles are cut off at once. Called after the commit.
pub(super) fn tell_ended(api: &Api, user: UserId) {
    api.driver.bus().publish(Hint::SessionsEnded { user });
    api.driver.bus().publish(Hint::AgentChanged { user, no_answer: false });
}

impl Session {
    pub(super) fn new(user: UserRow, must_set_up: bool) -> Self {
        let UserRow { id, email, name, role, slots, password_hash, .. } = user;
        let has_password = !password_hash.is_empty();
        Self { user: SessionUser { id: id.0, email, name, role: role.0, slots, has_password }, must_set_up }
    }
}
