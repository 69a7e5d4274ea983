//! Proves signing in and out: who gets a session, how long it lasts, and that no other page can use it.

use axum::http::header::{CACHE_CONTROL, ORIGIN, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderName, StatusCode};
use beckon_server::store::user::Role;
use serde_json::json;

use super::place::{PASSWORD, Place};

const DAY_MS: i64 = 24 * 3600 * 1000;
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

#[tokio::test]
async fn a_user_signs_in_and_out() {
    let place = Place::empty().await;
    place.user_with_password("alice", Role::Agent).await;
    let mut browser = place.browser();
    assert!(browser.get("/api/v1/session").await.ok().is_null());
    let credentials = json!({"email": " Alice@Example.TEST", "password": PASSWORD});
    let reply = browser.post("/api/v1/session", &credentials).await;
    let session = reply.ok();
    assert_eq!(session["user"]["email"], "alice@example.test");
    assert_eq!(session["user"]["slots"], 3);
    assert!(session["user"].get("password_hash").is_none());
    assert_eq!(reply.header(CACHE_CONTROL), Some("no-store"));
    let cookie = reply.header(SET_COOKIE).unwrap();
    for part in ["beckon_session=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "the request did not come by https");
    assert_eq!(browser.get("/api/v1/session").await.ok(), session);

    let stolen = browser.cookie.clone();
    browser.delete("/api/v1/session").await.done();
    assert_eq!(browser.cookie, None, "the cookie was taken back");
    browser.cookie = stolen;
    assert!(browser.get("/api/v1/session").await.ok().is_null());
}

#[tokio::test]
async fn over_https_the_cookie_is_secure() {
    let place = Place::empty().await;
    place.user_with_password("alice", Role::Agent).await;
    let mut browser = place.browser();
    browser.headers.push((ORIGIN, "https://chat.example"));
    let credentials = json!({"email": "alice@example.test", "password": PASSWORD});
    let reply = browser.post("/api/v1/session", &credentials).await;
    assert!(reply.header(SET_COOKIE).unwrap().contains("; Secure"));
}

#[tokio::test]
async fn who_does_not_have_the_password_does_not_learn_who_exists() {
    let place = Place::empty().await;
    let alice = place.user_with_password("alice", Role::Agent).await;
    let mut browser = place.browser();
    let mut attempt = async |email: &str, password: &str| {
        browser.post("/api/v1/session", &json!({"email": email, "password": password})).await
    };
    let wrong = attempt("alice@example.test", "incorrect horse").await;
    let unknown = attempt("bob@example.test", PASSWORD).await;
    wrong.refused(401, "wrong_credentials");
    assert_eq!((wrong.status, wrong.text), (unknown.status, unknown.text));

    let mut admin = place.signed_in("root", Role::Admin).await;
    admin.patch(&format!("/api/v1/users/{alice}"), &json!({"disabled": true})).await.ok();
    attempt("alice@example.test", PASSWORD).await.refused(401, "wrong_credentials");
}

#[tokio::test]
async fn a_session_in_use_lasts_and_an_idle_one_ends() {
    let place = Place::empty().await;
    let mut used = place.signed_in("alice", Role::Agent).await;
    let mut idle = place.signed_in("bob", Role::Agent).await;
    for _ in 0..5 {
        place.clock.advance_ms(3 * DAY_MS);
        let reply = used.get("/api/v1/session").await;
        assert_eq!(reply.status, StatusCode::OK);
        assert!(reply.header(SET_COOKIE).unwrap().contains("Max-Age=1209600"), "the browser keeps it too");
    }
    assert!(idle.get("/api/v1/session").await.ok().is_null());
    place.clock.advance_ms(14 * DAY_MS);
    assert!(used.get("/api/v1/session").await.ok().is_null());
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let place = Place::empty().await;
    place.user_with_password("alice", Role::Agent).await;
    let mut browser = place.browser();
    let credentials = json!({"email": "alice@example.test", "password": PASSWORD});
    browser.post("/api/v1/session", &credentials).await.ok();
    let before = browser.cookie.clone();
    browser.post("/api/v1/session", &credentials).await.ok();
    assert_ne!(browser.cookie, before);
    browser.cookie = before;
    assert!(browser.get("/api/v1/session").await.ok().is_null());
}

#[tokio::test]
async fn a_made_up_token_opens_nothing() {
    let place = Place::empty().await;
    let mut browser = place.signed_in("alice", Role::Agent).await;
    let real = browser.cookie.clone().unwrap();
    for cookie in
        ["beckon_session=", "beckon_session=x", "other=1", &real[..real.len() - 1], &format!("{real}0")]
    {
        browser.cookie = Some(cookie.to_owned());
        assert!(browser.get("/api/v1/session").await.ok().is_null());
    }
}

#[tokio::test]
async fn attempts_are_limited() {
    let place = Place::empty().await;
    let mut browser = place.browser();
    let credentials = json!({"email": "alice@example.test", "password": "incorrect horse"});
    let mut last = browser.post("/api/v1/session", &credentials).await;
    for _ in 0..50 {
        if last.status == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        last = browser.post("/api/v1/session", &credentials).await;
    }
    last.refused(429, "too_many");
    let seconds: u64 = last.header(RETRY_AFTER).unwrap().parse().unwrap();
    assert!((1..=10).contains(&seconds));
}

// spec: X-6
#[tokio::test]
async fn no_page_of_another_origin_changes_anything() {
    let place = Place::empty().await;
    let mut browser = place.signed_in("root", Role::Admin).await;
    let site = json!({"name": "Shop", "origins": []});
    for foreign in [
        (SEC_FETCH_SITE, "cross-site"),
        (SEC_FETCH_SITE, "same-site"),
        (ORIGIN, "https://evil.example"),
        (ORIGIN, "null"),
    ] {
        browser.headers = vec![foreign];
        browser.post("/api/v1/sites", &site).await.refused(403, "foreign_origin");
        browser.delete("/api/v1/session").await.refused(403, "foreign_origin");
    }
    for own in [(SEC_FETCH_SITE, "same-origin"), (ORIGIN, "https://chat.example")] {
        browser.headers = vec![own];
        browser.post("/api/v1/sites", &site).await.created();
    }
}
