//! Owns signing in through the provider, below `/api/v1/session`: which ways in there are, the way out to the provider, the way
//! back, and the code of the second step where everyone must use one. Whoever cannot be let in comes back to the sign-in
//! page, which says why.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Redirect;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use beckon_engine::id::UserId;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use url::{Url, form_urlencoded};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::auth::{self, hash_token};
use super::super::client::Client;
use super::super::error::{Answer, Problem};
use super::super::extract::{Body, present};
use super::super::openapi::{ChangeRefusals, Refusals};
use super::super::second_step::{self, SecondStepCode};
use super::super::session::{Session, tell_ended};
use super::super::user_link::own_origin;
use super::super::{Api, error};
use super::arrival::receive;
use crate::openid::token::{Attempt, Person, Registration};
use crate::store::Tx;
use crate::store::column::Text;
use crate::store::second_step::has_second_step;
use crate::store::session::{delete_expired_sessions, delete_session};
use crate::store::sign_in_attempt::{
    AttemptRow, delete_attempt, delete_attempts_beyond, find_attempt, insert_attempt,
};
use crate::store::single_sign_on::{SingleSignOn, find_single_sign_on};
use crate::store::user::{UserRow, find_user};
use crate::store::workspace::find_workspace;
use crate::vault::SecretOf;

/// Name of the cookie that binds a sign-in to its browser.
const COOKIE: &str = "beckon_sign_in";
/// Where the provider sends browsers back to; the cookie goes nowhere else.
const PATH: &str = "/api/v1/session/provider";
const ATTEMPT_S: u32 = 10 * 60;
/// Most sign-ins under way; of more, those that end first are forgotten.
const ATTEMPTS_MAX: i64 = 10_000;
const PAGE_CHARS_MAX: usize = 500;
/// Longest address to come back to, bytes: it is kept for each sign-in under way.
const ADDRESS_LEN_MAX: usize = 500;

/// How people can sign in.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaysIn {
    /// What stands on the button of the provider; null when there is none.
    #[schema(required)]
    pub provider: Option<String>,
    /// Others than administrators may use a password.
    pub passwords: bool,
}

/// A sign-in through the provider to begin.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSignIn {
    /// The page of the console to see afterwards, as a path; the first page when absent.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub page: Option<String>,
}

/// A sign-in that has begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct BegunSignIn {
    /// Where the browser goes to sign in.
    pub address: String,
}

/// Why somebody who came from the provider is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Refused {
    /// Too many attempts from this address.
    TooMany,
    /// It took too long, was begun in another browser, or was used already.
    Expired,
    /// Nobody signs in through a provider any more.
    Off,
    /// The provider did not let them in, or they did not want to.
    Denied,
    /// The provider cannot be reached or used, or what it says is not good.
    ProviderFailed,
    /// The provider told no e-mail.
    NoEmail,
    /// The provider has not seen that the e-mail is theirs.
    EmailNotVerified,
    /// The user of this e-mail is another person at the provider.
    AnotherPerson,
    /// Nobody here, and new people are not taken.
    Unknown,
    /// There can be no more users.
    Full,
    /// The user is disabled.
    Disabled,
    /// This server failed.
    Failed,
}

/// What becomes of who came back.
enum Arrived {
    In { cookie: Cookie<'static>, page: String },
    CodeNeeded { cookie: Cookie<'static>, page: String },
}

/// The routes of this resource.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(ways)).routes(routes!(begin, come_back, give_code))
}

/// How people can sign in.
#[utoipa::path(get, path = "/api/v1/session/ways", operation_id = "show_ways_in", tag = "session",
    responses((status = 200, description = "The ways", body = WaysIn), Refusals))]
async fn ways(State(api): State<Api>) -> Answer<Json<WaysIn>> {
    let mut tx = api.store.read().await?;
    let (settings, _) = find_single_sign_on(&mut tx).await?;
    let passwords = !settings.enabled || settings.passwords;
    Ok(Json(WaysIn { provider: settings.enabled.then_some(settings.button), passwords }))
}

/// Begin to sign in through the provider. The answer sets a cookie that binds the sign-in to this browser for ten minutes.
#[utoipa::path(post, path = "/api/v1/session/provider", operation_id = "begin_sign_in", tag = "session",
    request_body = NewSignIn,
    responses((status = 200, description = "Where to go", body = BegunSignIn),
        (status = 502, description = "The provider cannot be reached or used: `provider_failed`",
            body = error::ProblemDocument, content_type = "application/problem+json"),
        ChangeRefusals))]
async fn begin(
    State(api): State<Api>,
    client: Client,
    headers: HeaderMap,
    jar: CookieJar,
    Body(new): Body<NewSignIn>,
) -> Answer<(CookieJar, Json<BegunSignIn>)> {
    api.throttle.count_address(client.address)?;
    let mut tx = api.store.read().await?;
    let (settings, secret) = find_single_sign_on(&mut tx).await?;
    drop(tx);
    let (true, Some(secret)) = (settings.enabled, secret) else { return Err(Problem::SingleSignOnOff) };
    let secret = opened(&api, &secret).map_err(Problem::Provider)?;
    let redirect_url = format!("{}{PATH}", own_origin(&headers, client));
    if redirect_url.len() > ADDRESS_LEN_MAX || Url::parse(&redirect_url).is_err() {
        return Err(Problem::field("Host", "is not where a browser can be sent back to"));
    }
    let token = hex::encode(rand::random::<[u8; 32]>());
    let now = api.clock.now();
    let registration = registration(&settings, &secret, &redirect_url);
    let begun = api.providers.begin(&api.outbound, &registration, &Attempt::of(&token), now).await;
    let address = begun.map_err(|trouble| Problem::Provider(trouble.to_string()))?.to_string();
    let client = Client { is_https: redirect_url.starts_with("https://"), ..client };
    let attempt = AttemptRow {
        token_hash: hash_token(&token),
        redirect_url,
        page: page(new.page.as_deref()),
        user_id: None,
        expires_at: now.plus_s(ATTEMPT_S).0,
    };
    let mut tx = api.store.write().await?;
    delete_attempts_beyond(&mut tx, now, ATTEMPTS_MAX - 1).await?;
    insert_attempt(&mut tx, &attempt).await?;
    tx.commit().await?;
    Ok((jar.add(cookie(token, client)), Json(BegunSignIn { address })))
}

/// Come back from the provider, which sends browsers here. Leads to the console, or to its sign-in page with `refused` in the
/// address when the person is not let in.
#[utoipa::path(get, path = "/api/v1/session/provider", operation_id = "come_back_from_provider", tag = "session",
    responses((status = 303, description = "To the console, signed in, or to the sign-in page")))]
async fn come_back(
    State(api): State<Api>,
    client: Client,
    headers: HeaderMap,
    jar: CookieJar,
    RawQuery(query): RawQuery,
) -> (CookieJar, Redirect) {
    let said: BTreeMap<String, String> =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let begun = begun(&api, client, &headers, &said).await.unwrap_or_else(failed);
    let (attempt, row) = match begun {
        Ok(begun) => begun,
        // The cookie stays: what is under way in this browser goes on.
        Err(refused) => return (jar, turned_away(refused)),
    };
    match arrive(&api, client, &headers, &said, attempt, row).await.unwrap_or_else(failed) {
        Ok(Arrived::In { cookie, page }) => (jar.add(cleared(client)).add(cookie), Redirect::to(&page)),
        Ok(Arrived::CodeNeeded { cookie, page }) => {
            (jar.add(cookie), Redirect::to(&format!("{page}?sign_in=code")))
        }
        Err(refused) => (jar.add(cleared(client)), turned_away(refused)),
    }
}

fn failed<T>(problem: Problem) -> Result<T, Refused> {
    tracing::error!(?problem, "a sign-in through the provider failed");
    Err(Refused::Failed)
}

fn turned_away(refused: Refused) -> Redirect {
    let why = serde_json::to_value(refused).expect("a plain enum is always JSON");
    Redirect::to(&format!("/?refused={}", why.as_str().unwrap_or_default()))
}

/// Finish a sign-in through the provider with a code of the second step, where everyone must use one. The answer sets the
/// cookie `beckon_session`.
#[utoipa::path(put, path = "/api/v1/session/provider", operation_id = "finish_sign_in", tag = "session",
    request_body = SecondStepCode,
    responses((status = 200, description = "Who is signed in", body = Session), ChangeRefusals))]
async fn give_code(
    State(api): State<Api>,
    client: Client,
    headers: HeaderMap,
    jar: CookieJar,
    Body(given): Body<SecondStepCode>,
) -> Answer<(CookieJar, Json<Session>)> {
    api.throttle.count_address(client.address)?;
    let token = token(&headers).ok_or(Problem::SignInOver)?;
    let mut tx = api.store.write().await?;
    if !find_single_sign_on(&mut tx).await?.0.enabled {
        return Err(Problem::SignInOver);
    }
    let attempt = find_attempt(&mut tx, &hash_token(&token), api.clock.now()).await?;
    let (Some(attempt), Some(user)) = (attempt.as_ref(), attempt.as_ref().and_then(|row| row.user_id)) else {
        return Err(Problem::SignInOver);
    };
    tx.lock_user(*user).await?;
    let user = find_user(&mut tx, *user).await?.filter(|user| !user.disabled).ok_or(Problem::SignInOver)?;
    second_step::pass(&api, &mut tx, *user.id, Some(&given.code)).await?;
    if !delete_attempt(&mut tx, &attempt.token_hash).await? {
        return Err(Problem::SignInOver);
    }
    let (cookie, must_set_up) = session_of(&api, &mut tx, *user.id, client, &headers).await?;
    tx.commit().await?;
    Ok((jar.add(cleared(client)).add(cookie), Json(Session::new(user, must_set_up))))
}

/// The sign-in that this browser has begun, taken; whoever comes with another one's state has not begun it here.
async fn begun(
    api: &Api,
    client: Client,
    headers: &HeaderMap,
    said: &BTreeMap<String, String>,
) -> Answer<Result<(Attempt, AttemptRow), Refused>> {
    let Some(token) = token(headers) else { return Ok(Err(not_begun(api, client))) };
    let attempt = Attempt::of(&token);
    let state = said.get("state").map_or("", String::as_str);
    // Before anything is taken: another page can lead here, and must not end a sign-in that is under way.
    if !bool::from(state.as_bytes().ct_eq(attempt.state.as_bytes())) {
        return Ok(Err(not_begun(api, client)));
    }
    let row = take(api, &token).await?;
    Ok(row.map(|row| (attempt, row)).ok_or_else(|| not_begun(api, client)))
}

async fn arrive(
    api: &Api,
    client: Client,
    headers: &HeaderMap,
    said: &BTreeMap<String, String>,
    attempt: Attempt,
    row: AttemptRow,
) -> Answer<Result<Arrived, Refused>> {
    let client = Client { is_https: row.redirect_url.starts_with("https://"), ..client };
    let mut tx = api.store.read().await?;
    let (settings, secret) = find_single_sign_on(&mut tx).await?;
    drop(tx);
    let (true, Some(secret)) = (settings.enabled, secret) else { return Ok(Err(Refused::Off)) };
    let secret = match opened(api, &secret) {
        Ok(secret) => secret,
        Err(cause) => return Ok(Err(told(&cause))),
    };
    let registration = registration(&settings, &secret, &row.redirect_url);
    let person = match who(api, &registration, &attempt, said).await {
        Ok(person) => person,
        Err(refused) => return Ok(Err(refused)),
    };
    let mut tx = api.change().await?;
    // The provider took its time: what was asked there must still be asked.
    if find_single_sign_on(&mut tx).await?.0 != settings {
        return Ok(Err(Refused::Expired));
    }
    let user = match receive(api, &mut tx, &settings, &person).await? {
        Ok(user) => user,
        Err(refused) => return Ok(Err(refused)),
    };
    let arrived = let_in(api, &mut tx, &user, row, client, headers).await?;
    tx.commit().await?;
    if !settings.role_claim.is_empty() {
        // Another role sees other chats: the consoles that are open look again.
        tell_ended(api, *user.id);
    }
    Ok(Ok(arrived))
}

/// Of who comes back without having begun here, only so many are looked at.
fn not_begun(api: &Api, client: Client) -> Refused {
    match api.throttle.count_address(client.address) {
        Ok(()) => Refused::Expired,
        Err(_) => Refused::TooMany,
    }
}

/// Takes the sign-in of a browser: whatever comes of it, it is good once.
async fn take(api: &Api, token: &str) -> Answer<Option<AttemptRow>> {
    let hash = hash_token(token);
    let mut tx = api.store.read().await?;
    if find_attempt(&mut tx, &hash, api.clock.now()).await?.is_none() {
        return Ok(None);
    }
    drop(tx);
    let mut tx = api.store.write().await?;
    let row = find_attempt(&mut tx, &hash, api.clock.now()).await?.filter(|row| row.user_id.is_none());
    let taken = row.is_some() && delete_attempt(&mut tx, &hash).await?;
    tx.commit().await?;
    Ok(row.filter(|_| taken))
}

/// Who it is, as the provider says.
async fn who(
    api: &Api,
    registration: &Registration<'_>,
    attempt: &Attempt,
    said: &BTreeMap<String, String>,
) -> Result<Person, Refused> {
    if said.get("iss").is_some_and(|issuer| issuer != registration.issuer) {
        return Err(Refused::ProviderFailed);
    }
    if let Some(error) = said.get("error") {
        let is_refusal = error == "access_denied";
        return Err(if is_refusal { Refused::Denied } else { told(&format!("{error:.60}")) });
    }
    let code = said.get("code").ok_or(Refused::ProviderFailed)?;
    let now = api.clock.now();
    let finished = api.providers.finish(&api.outbound, registration, attempt, code, now).await;
    finished.map_err(|fault| told(&fault.to_string()))
}

fn told(cause: &str) -> Refused {
    tracing::warn!(cause, "a sign-in through the provider failed");
    Refused::ProviderFailed
}

/// The provider stands for the person, so that no code is asked for, unless everyone must use a second step here.
async fn let_in(
    api: &Api,
    tx: &mut Tx,
    user: &UserRow,
    row: AttemptRow,
    client: Client,
    headers: &HeaderMap,
) -> Answer<Arrived> {
    let id = *user.id;
    tx.lock_user(id).await?;
    if find_workspace(tx).await?.second_step_required && has_second_step(tx, id).await? {
        let token = hex::encode(rand::random::<[u8; 32]>());
        let expires_at = api.clock.now().plus_s(ATTEMPT_S).0;
        let row = AttemptRow { token_hash: hash_token(&token), user_id: Some(Text(id)), expires_at, ..row };
        insert_attempt(tx, &row).await?;
        return Ok(Arrived::CodeNeeded { cookie: cookie(token, client), page: row.page });
    }
    let (cookie, _) = session_of(api, tx, id, client, headers).await?;
    Ok(Arrived::In { cookie, page: row.page })
}

async fn session_of(
    api: &Api,
    tx: &mut Tx,
    user: UserId,
    client: Client,
    headers: &HeaderMap,
) -> Answer<(Cookie<'static>, bool)> {
    delete_expired_sessions(tx, api.clock.now()).await?;
    if let Some(previous) = auth::session_token_hash(headers) {
        delete_session(tx, &previous).await?;
    }
    auth::begin_session(tx, &api.clock, user, client).await
}

fn registration<'a>(settings: &'a SingleSignOn, secret: &'a str, redirect_url: &'a str) -> Registration<'a> {
    Registration {
        issuer: &settings.issuer,
        client_id: &settings.client_id,
        client_secret: secret,
        redirect_url,
        scopes: &settings.scopes,
        role_claim: &settings.role_claim,
    }
}

fn opened(api: &Api, sealed: &str) -> Result<String, String> {
    let opened = api.store.vault().open(SecretOf::SingleSignOn, sealed);
    opened.map_err(|error| format!("the client secret cannot be used, enter it again: {error}"))
}

/// A path of the console; anything else is the first page.
fn page(wanted: Option<&str>) -> String {
    let here = Url::parse("https://console.invalid").expect("a plain address");
    let wanted = wanted.filter(|page| page.starts_with('/') && page.len() <= PAGE_CHARS_MAX);
    let inside = wanted.and_then(|page| here.join(page).ok()).filter(|url| url.origin() == here.origin());
    // A path that begins with two slashes would be another host for a browser.
    let inside = inside.filter(|url| !url.path().starts_with("//"));
    inside.map_or_else(|| "/".to_owned(), |url| url.path().to_owned())
}

fn token(headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(COOKIE).map(|cookie| cookie.value().to_owned())
}

fn cookie(token: String, client: Client) -> Cookie<'static> {
    let seconds = std::time::Duration::from_secs(u64::from(ATTEMPT_S));
    Cookie::build((COOKIE, token))
        .path(PATH)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(client.is_https)
        .max_age(seconds.try_into().expect("ten minutes fit into any duration"))
        .build()
}

fn cleared(client: Client) -> Cookie<'static> {
    let mut cleared = cookie(String::new(), client);
    cleared.make_removal();
    cleared
}

#[cfg(test)]
mod tests {
    use super::*;

    // spec: A-4
    #[test]
    fn a_sign_in_leads_to_a_page_of_the_console_and_nowhere_else() {
        assert_eq!(page(Some("/admin/users")), "/admin/users");
        for elsewhere in [
            "",
            "admin",
            "//evil.example/x",
            "/\\evil.example",
            "https://evil.example/",
            "/\t/evil.example",
            "/.//evil.example",
            "/x/..//evil.example",
            "/%2e//evil.example",
        ] {
            assert_eq!(page(Some(elsewhere)), "/", "{elsewhere}");
        }
        assert_eq!(page(None), "/");
    }
}
