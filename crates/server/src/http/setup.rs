//! Owns the first start at `/api/v1/setup`: whoever reads the server's output makes the first administrator.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::CookieJar;
use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::audit::record::{Done, record};
use super::auth::{self, SignedIn, hash_token};
use super::check::Checks;
use super::client::Client;
use super::error::{Answer, Problem};
use super::extract::Body;
use super::openapi::{ChangeRefusals, Refusals};
use super::password;
use super::session::Session;
use super::user::{check_email, check_name, shown};
use crate::store::column::Text;
use crate::store::setup_token::{delete_setup_tokens, has_setup_token, insert_setup_token};
use crate::store::user::{Role, UserRow, find_user_count, insert_user};
use crate::store::{Store, StoreResult};

/// Whether the installation waits for its first administrator.
#[derive(Debug, Serialize, ToSchema)]
pub struct Setup {
    /// There is no user yet.
    pub first_start: bool,
}

/// The first administrator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSetup {
    /// Address, in upper or lower case.
    pub email: String,
    /// Name that visitors see, 1 to 100 characters.
    pub name: String,
    /// Password, 10 to 200 characters.
    #[schema(format = Password)]
    pub password: String,
    /// What the server printed at its start.
    pub setup_token: String,
}

/// A token to print when there is no user yet; `None` when there is one. It holds on every node of the installation.
///
/// # Errors
/// When the database failed.
pub async fn prepare(store: &Store, now: UnixMs) -> StoreResult<Option<String>> {
    let mut tx = store.write().await?;
    if find_user_count(&mut tx).await? > 0 {
        return Ok(None);
    }
    let token = password::generate();
    insert_setup_token(&mut tx, &hash_token(&token), now).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show, set_up))
}

/// Whether the installation waits for its first administrator.
#[utoipa::path(
    get,
    path = "/api/v1/setup",
    operation_id = "show_setup",
    tag = "setup",
    responses((status = 200, description = "Whether it waits", body = Setup), Refusals)
)]
async fn show(State(api): State<Api>) -> Answer<Json<Setup>> {
    let mut tx = api.store.read().await?;
    Ok(Json(Setup { first_start: find_user_count(&mut tx).await? == 0 }))
}

/// Make the first administrator and sign them in. Only while there is no user.
#[utoipa::path(
    post,
    path = "/api/v1/setup",
    operation_id = "set_up",
    tag = "setup",
    request_body = NewSetup,
    responses((status = 201, description = "Who is signed in", body = Session), ChangeRefusals)
)]
async fn set_up(
    State(api): State<Api>,
    client: Client,
    jar: CookieJar,
    Body(new): Body<NewSetup>,
) -> Answer<(StatusCode, CookieJar, Json<Session>)> {
    let mut tx = api.store.read().await?;
    if find_user_count(&mut tx).await? > 0 {
        return Err(Problem::SetUpAlready);
    }
    api.throttle.count(client.address, "")?;
    if !has_setup_token(&mut tx, &hash_token(new.setup_token.trim())).await? {
        return Err(Problem::WrongSetupToken);
    }
    drop(tx);
    let email = new.email.trim().to_lowercase();
    let mut checks = Checks::new();
    check_email(&mut checks, &email);
    check_name(&mut checks, &new.name);
    password::check(&mut checks, "/password", &new.password);
    checks.finish()?;
    let password_hash = api.passwords.hash(new.password).await;
    let now = api.clock.now();
    let mut tx = api.change().await?;
    if find_user_count(&mut tx).await? > 0 {
        return Err(Problem::SetUpAlready);
    }
    let user = UserRow {
        id: Text(UserId(api.clock.new_id())),
        email,
        name: new.name,
        role: Text(Role::Admin),
        slots: super::user::SLOTS_DEFAULT,
        password_hash,
        disabled: false,
        created_at: now.0,
    };
    insert_user(&mut tx, &user).await?;
    delete_setup_tokens(&mut tx).await?;
    let me = SignedIn::by_session(user.clone(), String::new());
    let made = shown(&mut tx, user.clone()).await?;
    record(&api, &mut tx, &me, Done::created(&made)).await?;
    let (cookie, must_set_up) = auth::begin_session(&mut tx, &api.clock, user.id.0, client).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, jar.add(cookie), Json(Session::new(user, must_set_up))))
}
