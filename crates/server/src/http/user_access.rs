//! Owns what an administrator does with somebody's sign-in, below `/api/v1/users/{id}`: ending where they are signed in,
//! turning off a second step that was lost, and taking a link to the provider away.

use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::UserId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::audit::record::{Done, record};
use super::auth::{Admin, spared};
use super::error::{Answer, Problem};
use super::extract::Id;
use super::openapi::ChangeRefusals;
use super::session::{leave, tell_ended};
use super::user::{find, shown};
use crate::store::second_step::delete_second_step;
use crate::store::session::delete_sessions_of_user;
use crate::store::user_identity::delete_identities;

/// The routes of these resources.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(end_sessions))
        .routes(routes!(turn_off_second_step))
        .routes(routes!(unlink))
}

/// End all sessions of a user; of one's own, the one that asks stays. Their live connections are cut at once. For
/// administrators.
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions", operation_id = "end_sessions", tag = "users",
    params(("id" = UserId, Path)), security(("session" = [])),
    responses((status = 204, description = "Done"), ChangeRefusals))]
async fn end_sessions(State(api): State<Api>, Admin(me): Admin, Id(id): Id<UserId>) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    tx.lock_user(id).await?;
    let row = find(&mut tx, id).await?;
    if delete_sessions_of_user(&mut tx, id, spared(&me, id)).await? > 0 {
        let user = shown(&mut tx, row).await?;
        record(&api, &mut tx, &me, Done { unseen: "sessions", ..Done::changed(&user, &user) }).await?;
    }
    leave(&mut tx, id, api.clock.now()).await?;
    tx.commit().await?;
    tell_ended(&api, id);
    Ok(StatusCode::NO_CONTENT)
}

/// Turn the second step of a user off, for who has lost the app and the recovery codes. For administrators.
#[utoipa::path(delete, path = "/api/v1/users/{id}/second-step", operation_id = "remove_second_step", tag = "users",
    params(("id" = UserId, Path)), security(("session" = [])),
    responses((status = 204, description = "Done"), ChangeRefusals))]
async fn turn_off_second_step(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<UserId>,
) -> Answer<StatusCode> {
    if id == *me.user.id {
        return Err(Problem::InUse("Your own goes off with a code, on the page of your account.".to_owned()));
    }
    let mut tx = api.change().await?;
    let row = find(&mut tx, id).await?;
    let before = shown(&mut tx, row.clone()).await?;
    if !delete_second_step(&mut tx, id).await? {
        return Err(Problem::NotFound);
    }
    let after = shown(&mut tx, row).await?;
    record(&api, &mut tx, &me, Done::changed(&before, &after)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forget who a user is at the provider of single sign-on. The next sign-in there links whoever has the user's e-mail, verified.
/// For administrators.
#[utoipa::path(delete, path = "/api/v1/users/{id}/identity", operation_id = "remove_identity", tag = "users",
    params(("id" = UserId, Path)), security(("session" = [])),
    responses((status = 204, description = "Done"), ChangeRefusals))]
async fn unlink(State(api): State<Api>, Admin(me): Admin, Id(id): Id<UserId>) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    let row = find(&mut tx, id).await?;
    let before = shown(&mut tx, row.clone()).await?;
    if !delete_identities(&mut tx, id).await? {
        return Err(Problem::NotFound);
    }
    let after = shown(&mut tx, row).await?;
    record(&api, &mut tx, &me, Done::changed(&before, &after)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
