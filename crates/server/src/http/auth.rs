//! Owns who is calling, by the session cookie or by an API token, and one extractor a role. A handler that asks for a role
//! cannot be reached without it.

use axum::extract::{FromRef, FromRequestParts, MatchedPath};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use beckon_engine::id::UserId;
use beckon_engine::time::UnixMs;
use sha2::{Digest, Sha256};

use super::client::Client;
use super::error::{Answer, Problem};
use super::{Api, scope};
use crate::clock::Clock;
use crate::store::api_token::{Scope, find_token_in_use, update_api_token_used};
use crate::store::second_step::has_second_step;
use crate::store::session::{
    NewSession, SessionRow, delete_sessions_beyond, find_session, insert_session, update_session_used,
};
use crate::store::user::{Role, UserRow};
use crate::store::workspace::find_workspace;
use crate::store::{Store, StoreResult, Tx};

/// Name of the session cookie.
pub const COOKIE: &str = "beckon_session";

const SESSION_S: u32 = 14 * 24 * 3600;
/// A use of a session less than this after the one before is not written down.
const SESSION_USED_AGAIN_AFTER_MS: i64 = 5 * 60_000;
/// Most sessions of a user; of more, those that were not used for longest end.
pub const SESSIONS_MAX: i64 = 50;
/// A use of a token less than this after the one before is not written down.
const USED_AGAIN_AFTER_MS: i64 = 60_000;

/// Who is signed in, by which session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user.
    pub user: UserRow,
    /// Hash of the token of the session, or of the API token by which it came.
    pub token_hash: String,
    /// The token by which it came, as it is called; empty for the console.
    pub via: String,
    /// What that token is for; none for the console, in which the role alone decides.
    scopes: Option<Vec<Scope>>,
    /// The second step is to be set up before anything else.
    pub must_set_up: bool,
}

impl SignedIn {
    /// Somebody in the console.
    #[must_use]
    pub const fn by_session(user: UserRow, token_hash: String) -> Self {
        Self { user, token_hash, via: String::new(), scopes: None, must_set_up: false }
    }

    /// Refuses a token that is not for this too, where one part of a change takes more than its route.
    ///
    /// # Errors
    /// When it is not.
    pub fn check_scope(&self, needed: Scope) -> Answer<()> {
        match &self.scopes {
            Some(scopes) if !scope::allows(scopes, needed) => {
                Err(Problem::OutOfScope(Some(scope::name_of(needed))))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Anyone who is signed in, also who must set up the second step first.
#[derive(Clone, Debug)]
pub struct SettingUp(pub SignedIn);

/// Who is signed in, if anyone is.
#[derive(Clone, Debug)]
pub struct Anyone(pub Option<SignedIn>);

impl<S: Send + Sync> FromRequestParts<S> for Anyone
where
    Api: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match authenticate(&Api::from_ref(state), parts).await {
            Ok(signed_in) => Ok(Self(Some(signed_in))),
            Err(Problem::SignedOut) => Ok(Self(None)),
            Err(problem) => Err(problem),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SettingUp
where
    Api: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        authenticate(&Api::from_ref(state), parts).await.map(Self)
    }
}

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident => $role:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub SignedIn);

        impl<S: Send + Sync> FromRequestParts<S> for $name
        where
            Api: FromRef<S>,
        {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
                let signed_in = authenticate(&Api::from_ref(state), parts).await?;
                if signed_in.must_set_up {
                    return Err(Problem::MustSetUp);
                }
                if signed_in.user.role.0 < $role {
                    return Err(Problem::Forbidden);
                }
                Ok(Self(signed_in))
            }
        }
    )*};
}

roles! {
    /// Anyone who is signed in.
    Agent => Role::Agent;
    /// A supervisor or administrator.
    Supervisor => Role::Supervisor;
    /// An administrator.
    Admin => Role::Admin;
}

/// Signs a user in: makes a session and yields the cookie that carries its token, and whether the second step is to be set up
/// first, which it is where everyone must use it and this user has none.
///
/// # Errors
/// When the database failed.
pub async fn begin_session(
    tx: &mut Tx,
    clock: &Clock,
    user: UserId,
    client: Client,
) -> Answer<(Cookie<'static>, bool)> {
    let must_set_up = find_workspace(tx).await?.second_step_required && !has_second_step(tx, user).await?;
    let token = hex::encode(rand::random::<[u8; 32]>());
    let now = clock.now();
    let new = NewSession {
        id: clock.new_id(),
        token_hash: &hash_token(&token),
        user,
        browser: client.browser,
        system: client.system,
        network: &client.network(),
        must_set_up,
        now,
        expires_at: now.plus_s(SESSION_S),
    };
    delete_sessions_beyond(tx, user, SESSIONS_MAX - 1).await?;
    insert_session(tx, new).await?;
    Ok((cookie(token, client), must_set_up))
}

/// The session that ending those of a user spares: the caller's own, when they are that user.
pub(super) fn spared(caller: &SignedIn, user: UserId) -> &str {
    if *caller.user.id == user { &caller.token_hash } else { "" }
}

/// The cookie of the request's session again, with its full time to live.
#[must_use]
pub fn renewed_cookie(headers: &HeaderMap, client: Client) -> Option<Cookie<'static>> {
    session_token(headers).map(|token| cookie(token, client))
}

/// The cookie that takes the session's cookie away.
#[must_use]
pub fn cleared_cookie(client: Client) -> Cookie<'static> {
    let mut cleared = cookie(String::new(), client);
    cleared.make_removal();
    cleared
}

/// Hash of the token that the request's cookie carries.
#[must_use]
pub fn session_token_hash(headers: &HeaderMap) -> Option<String> {
    session_token(headers).map(|token| hash_token(&token))
}

/// By the token where the request carries one, else by the session.
pub(super) async fn authenticate(api: &Api, parts: &Parts) -> Answer<SignedIn> {
    match bearer(&parts.headers) {
        Some(token) => authenticate_token(api, parts, token).await,
        None => authenticate_session(api, &parts.headers).await,
    }
}

/// What a proxy in front asks browsers for, such as Basic, is none of ours.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn authenticate_token(api: &Api, parts: &Parts, token: &str) -> Answer<SignedIn> {
    let token_hash = hash_token(token);
    let now = api.clock.now();
    let mut tx = api.store.read().await?;
    let token = find_token_in_use(&mut tx, &token_hash, now).await?.ok_or(Problem::SignedOut)?;
    drop(tx);
    let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let needed = scope::scope_of(&parts.method, route);
    if !needed.is_some_and(|needed| scope::allows(&token.scopes, needed)) {
        return Err(Problem::OutOfScope(needed.map(scope::name_of)));
    }
    let used_before = token.last_used_at.unwrap_or_default();
    if now.ms_since(UnixMs(used_before)) >= USED_AGAIN_AFTER_MS {
        let mut tx = api.store.write().await?;
        update_api_token_used(&mut tx, *token.token_id, now).await?;
        tx.commit().await?;
    }
    Ok(SignedIn {
        user: token.user,
        token_hash,
        via: token.token_name,
        scopes: Some(token.scopes.0),
        must_set_up: false,
    })
}

async fn authenticate_session(api: &Api, headers: &HeaderMap) -> Answer<SignedIn> {
    let token_hash = session_token_hash(headers).ok_or(Problem::SignedOut)?;
    let now = api.clock.now();
    let mut tx = api.store.read().await?;
    let session = find_session(&mut tx, &token_hash, now).await?.ok_or(Problem::SignedOut)?;
    drop(tx);
    mark_used(&api.store, &token_hash, &session, now).await?;
    let must_set_up = session.must_set_up;
    Ok(SignedIn { must_set_up, ..SignedIn::by_session(session.user, token_hash) })
}

/// Writes down, now and then, that a session is in use: from its last use on it is good for its full time.
///
/// # Errors
/// When the database failed.
pub async fn mark_used(
    store: &Store,
    token_hash: &str,
    session: &SessionRow,
    now: UnixMs,
) -> StoreResult<()> {
    if now.ms_since(UnixMs(session.used_at)) >= SESSION_USED_AGAIN_AFTER_MS {
        let mut tx = store.write().await?;
        update_session_used(&mut tx, token_hash, now, now.plus_s(SESSION_S)).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn session_token(headers: &HeaderMap) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(COOKIE).map(|cookie| cookie.value().to_owned())
}

/// The form in which a token is kept: who reads the database cannot use it.
#[must_use]
pub fn hash_token(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

fn cookie(token: String, client: Client) -> Cookie<'static> {
    let seconds = std::time::Duration::from_secs(u64::from(SESSION_S));
    Cookie::build((COOKIE, token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(client.is_https)
        .max_age(seconds.try_into().expect("two weeks fit into any duration"))
        .build()
}
