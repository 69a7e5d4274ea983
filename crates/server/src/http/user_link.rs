//! Owns links with which somebody chooses a password: making and revoking one, for administrators, and using it, at
//! `/api/v1/user-link`. It is an invitation for who has no password yet, else a new password for one that was lost.

use axum::Json;
use axum::extract::State;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum_extra::extract::CookieJar;
use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit::record::{Done, record};
use super::auth::{self, Admin, SignedIn, hash_token};
use super::check::Checks;
use super::client::Client;
use super::error::{Answer, Problem};
use super::extract::{Body, Id, present};
use super::openapi::ChangeRefusals;
use super::session::{Session, allow_password, leave, tell_ended};
use super::user::{check_name, find, shown};
use super::{Api, password, second_step};
use crate::driver::Mails;
use crate::store::Tx;
use crate::store::column::Text;
use crate::store::mail::{Cause, NewMail, delete_link_mails, insert_mail};
use crate::store::second_step::has_second_step;
use crate::store::session::delete_sessions_of_user;
use crate::store::user::{UserRow, update_user};
use crate::store::user_link::{
    GoodLinkRow, LinkKind, UserLinkRow, delete_user_link, find_good_link, update_user_link,
};
use crate::vault::SecretOf;

/// How long a link is good: seven days.
const GOOD_FOR_S: u32 = 7 * 24 * 3600;

/// A link that waits to be used, or has ended unused.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserLink {
    /// What it is for.
    pub kind: LinkKind,
    /// When it ends, milliseconds since 1970.
    pub expires_at: i64,
}

/// A link that was just made. It is not shown again.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeUserLink {
    /// What it is.
    pub link: UserLink,
    /// What the person opens in a browser. Whoever has it can choose the password.
    pub address: String,
    /// It was put into the mail too.
    pub mailed: bool,
}

/// What a link carries.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    /// What stands behind the `#` of its address.
    #[schema(format = Password)]
    pub token: String,
}

/// For whom a link is.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkHolder {
    /// What it is for.
    pub kind: LinkKind,
    /// Address of the person.
    pub email: String,
    /// Name that visitors see.
    pub name: String,
    /// The person has a second step, of which a code is needed too.
    pub code_needed: bool,
    /// When it ends, milliseconds since 1970.
    pub expires_at: i64,
}

/// What the person chooses.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkUse {
    /// What stands behind the `#` of the link's address.
    #[schema(format = Password)]
    pub token: String,
    /// Name that visitors see, 1 to 100 characters.
    pub name: String,
    /// Password, 10 to 200 characters.
    #[schema(format = Password)]
    pub password: String,
    /// For who has a second step: the code that the app shows, or a recovery code.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, format = Password)]
    pub code: Option<String>,
}

/// The routes of these resources.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(make, revoke)).routes(routes!(look)).routes(routes!(redeem))
}

/// Make a link with which a user chooses a password: an invitation for who has none, else for one that was lost. It is good
/// for seven days and once; one made before is dead. The answer is the only place where it is shown. For administrators.
#[utoipa::path(post, path = "/api/v1/users/{id}/link", operation_id = "create_user_link", tag = "users",
    params(("id" = UserId, Path)), security(("session" = [])),
    responses((status = 201, description = "The link", body = MadeUserLink), ChangeRefusals))]
async fn make(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<UserId>,
    client: Client,
    headers: HeaderMap,
) -> Answer<(StatusCode, Json<MadeUserLink>)> {
    let now = api.clock.now();
    let mut tx = api.change().await?;
    let row = find(&mut tx, id).await?;
    if row.disabled {
        return Err(Problem::Disabled);
    }
    allow_password(&mut tx, *row.role).await?;
    let before = shown(&mut tx, row.clone()).await?;
    let kind = if row.password_hash.is_empty() { LinkKind::Invitation } else { LinkKind::Reset };
    let token = hex::encode(rand::random::<[u8; 32]>());
    let link = UserLinkRow {
        user_id: Text(id),
        kind: Text(kind),
        created_at: now.0,
        expires_at: now.plus_s(GOOD_FOR_S).0,
    };
    update_user_link(&mut tx, &link, &hash_token(&token)).await?;
    let address = format!("{}/{}#{token}", own_origin(&headers, client), page_of(kind));
    let mailed = send(&api, &mut tx, &row, &link, &address).await?;
    let after = shown(&mut tx, row).await?;
    record(&api, &mut tx, &me, Done { unseen: "link", ..Done::changed(&before, &after) }).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(MadeUserLink { link: link.into(), address, mailed })))
}

/// Revoke the link of a user; whoever has it can do nothing with it from then on. For administrators.
#[utoipa::path(delete, path = "/api/v1/users/{id}/link", operation_id = "remove_user_link", tag = "users",
    params(("id" = UserId, Path)), security(("session" = [])),
    responses((status = 204, description = "Done"), ChangeRefusals))]
async fn revoke(State(api): State<Api>, Admin(me): Admin, Id(id): Id<UserId>) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    let row = find(&mut tx, id).await?;
    let before = shown(&mut tx, row.clone()).await?;
    if before.link.is_none() {
        return Err(Problem::NotFound);
    }
    forget(&mut tx, id).await?;
    let after = shown(&mut tx, row).await?;
    record(&api, &mut tx, &me, Done::changed(&before, &after)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// For whom a link is. Changes nothing.
#[utoipa::path(post, path = "/api/v1/user-link/look", operation_id = "show_user_link", tag = "session",
    request_body = LinkToken,
    responses((status = 200, description = "For whom it is", body = LinkHolder), ChangeRefusals))]
async fn look(
    State(api): State<Api>,
    client: Client,
    Body(asked): Body<LinkToken>,
) -> Answer<Json<LinkHolder>> {
    let hash = hash_token(&asked.token);
    api.throttle.count(client.address, &hash)?;
    let mut tx = api.store.read().await?;
    let link = find_good_link(&mut tx, &hash, api.clock.now()).await?.ok_or(Problem::DeadLink)?;
    let GoodLinkRow { kind, expires_at, user } = link;
    let code_needed = has_second_step(&mut tx, *user.id).await?;
    Ok(Json(LinkHolder { kind: *kind, email: user.email, name: user.name, code_needed, expires_at }))
}

/// Use a link: choose name and password, and be signed in. All sessions of the user that were there end. The answer sets the
/// cookie `beckon_session`.
#[utoipa::path(post, path = "/api/v1/user-link", operation_id = "use_user_link", tag = "session",
    request_body = LinkUse,
    responses((status = 200, description = "Who is signed in", body = Session), ChangeRefusals))]
async fn redeem(
    State(api): State<Api>,
    client: Client,
    jar: CookieJar,
    Body(chosen): Body<LinkUse>,
) -> Answer<(CookieJar, Json<Session>)> {
    let hash = hash_token(&chosen.token);
    api.throttle.count(client.address, &hash)?;
    let mut checks = Checks::new();
    check_name(&mut checks, &chosen.name);
    password::check(&mut checks, "/password", &chosen.password);
    checks.finish()?;
    let mut tx = api.store.read().await?;
    find_good_link(&mut tx, &hash, api.clock.now()).await?.ok_or(Problem::DeadLink)?;
    drop(tx);
    let password_hash = api.passwords.hash(chosen.password).await;
    let mut tx = api.change().await?;
    // Hashing takes its time: the link must still be good.
    let link = find_good_link(&mut tx, &hash, api.clock.now()).await?.ok_or(Problem::DeadLink)?;
    let user = *link.user.id;
    allow_password(&mut tx, *link.user.role).await?;
    second_step::pass(&api, &mut tx, user, chosen.code.as_deref()).await?;
    let before = shown(&mut tx, link.user.clone()).await?;
    let row = UserRow { name: chosen.name, password_hash, ..link.user };
    update_user(&mut tx, &row).await?;
    forget(&mut tx, user).await?;
    delete_sessions_of_user(&mut tx, user, "").await?;
    leave(&mut tx, user, api.clock.now()).await?;
    let after = shown(&mut tx, row.clone()).await?;
    let by = SignedIn::by_session(row.clone(), String::new());
    record(&api, &mut tx, &by, Done { unseen: "password", ..Done::changed(&before, &after) }).await?;
    let (cookie, must_set_up) = auth::begin_session(&mut tx, &api.clock, user, client).await?;
    tx.commit().await?;
    tell_ended(&api, user);
    Ok((jar.add(cookie), Json(Session::new(row, must_set_up))))
}

/// Takes the link of a user away, and the mail that has not left yet.
pub(super) async fn forget(tx: &mut Tx, user: UserId) -> Answer<()> {
    delete_user_link(tx, user).await?;
    Ok(delete_link_mails(tx, user).await?)
}

/// The origin at which the console was called: the layer before has seen that it is the server's own.
pub(super) fn own_origin(headers: &HeaderMap, client: Client) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(ORIGIN), text(HOST)) {
        (Some(origin), _) => origin.to_owned(),
        (None, host) => {
            let scheme = if client.is_https { "https" } else { "http" };
            format!("{scheme}://{}", host.unwrap_or_default())
        }
    }
}

fn page_of(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Invitation => "invitation",
        LinkKind::Reset => "new-password",
    }
}

/// Puts the link into the outbox, instead of one that still waits there; false where mail is not set up.
async fn send(api: &Api, tx: &mut Tx, user: &UserRow, link: &UserLinkRow, address: &str) -> Answer<bool> {
    delete_link_mails(tx, *user.id).await?;
    match api.driver.mails() {
        Mails::Wait => return Ok(false),
        Mails::Leave => {}
    }
    let until = written(UnixMs(link.expires_at));
    let (subject, first) = match *link.kind {
        LinkKind::Invitation => {
            ("Your invitation to Beckon", "You are invited to the chat console of your team.")
        }
        LinkKind::Reset => (
            "Your new password for Beckon",
            "An administrator made this link so that you can choose a new password.",
        ),
    };
    let text = format!(
        "Hello {},\n\n{first} Open this link, which is good until {until} and once:\n\n{address}\n\n\
         If you did not expect this, do nothing: without the link nothing changes.\n",
        user.name
    );
    let mail = NewMail {
        id: api.clock.new_id(),
        cause: Cause::UserLink(*user.id),
        to: &user.email,
        reply_to: None,
        subject,
        text: &api.store.vault().seal(SecretOf::Mail, &text),
    };
    Ok(insert_mail(tx, mail, api.clock.now()).await?)
}

fn written(at: UnixMs) -> String {
    let at = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

impl From<UserLinkRow> for UserLink {
    fn from(row: UserLinkRow) -> Self {
        Self { kind: *row.kind, expires_at: row.expires_at }
    }
}
