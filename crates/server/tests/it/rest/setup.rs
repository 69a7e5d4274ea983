//! Proves the first start: the token that was printed makes one administrator, once.

use beckon_server::http::setup::prepare;
use beckon_server::store::setup_token::SETUP_TOKENS_MAX;
use beckon_server::store::user::Role;
use serde_json::json;

use super::place::{Place, column};
use crate::harness::START;

#[tokio::test]
async fn the_first_administrator_is_made_with_the_printed_token() {
    let place = Place::empty().await;
    let printed = prepare(&place.api.store, START).await.unwrap().unwrap();
    let mut browser = place.browser();
    assert_eq!(browser.get("/api/v1/setup").await.ok(), json!({"first_start": true}));
    let mut body = json!({"email": "Root@Example.test", "name": "Root", "password": "correct horse", "setup_token": "guess"});
    browser.post("/api/v1/setup", &body).await.refused(403, "wrong_setup_token");
    body["setup_token"] = json!(printed);
    let session = browser.post("/api/v1/setup", &body).await.created();
    assert_eq!(session["user"]["email"], "root@example.test");
    assert_eq!(session["user"]["role"], "admin");
    let users = browser.get("/api/v1/users").await.ok();
    assert_eq!(column(&users, "email"), ["root@example.test"], "the answer signed the administrator in");
    assert_eq!(browser.get("/api/v1/setup").await.ok(), json!({"first_start": false}));
    place.browser().post("/api/v1/setup", &body).await.refused(409, "set_up_already");
}

#[tokio::test]
async fn a_weak_start_is_refused_with_everything_that_is_wrong() {
    let place = Place::empty().await;
    let printed = prepare(&place.api.store, START).await.unwrap().unwrap();
    let body = json!({"email": "root", "name": " ", "password": "short", "setup_token": printed});
    let errors = place.browser().post("/api/v1/setup", &body).await.refused(422, "invalid");
    assert_eq!(
        errors,
        ["/email: is not an e-mail address", "/name: is empty", "/password: has less than 10 characters"]
    );
}

#[tokio::test]
async fn a_token_is_printed_only_while_there_is_no_user() {
    let place = Place::empty().await;
    let first = prepare(&place.api.store, START).await.unwrap().unwrap();
    let second = prepare(&place.api.store, START).await.unwrap().unwrap();
    assert_ne!(first, second);
    place.user("root", Role::Admin).await;
    assert!(prepare(&place.api.store, START).await.unwrap().is_none());
}

/// A balancer sends the browser to whatever node it likes.
#[tokio::test]
async fn what_one_node_printed_holds_on_every_other() {
    let place = Place::empty().await;
    let printed = prepare(&place.api.store, START).await.unwrap().unwrap();
    for _ in 1..SETUP_TOKENS_MAX {
        prepare(&place.api.store, START.plus_s(1)).await.unwrap();
    }
    let mut browser = place.browser();
    let setup = |token| json!({"email": "root@example.test", "name": "Root", "password": "correct horse", "setup_token": token});
    browser.post("/api/v1/setup", &setup("")).await.refused(403, "wrong_setup_token");
    let other = prepare(&place.api.store, START.plus_s(2)).await.unwrap().unwrap();
    browser.post("/api/v1/setup", &setup(&printed)).await.refused(403, "wrong_setup_token");
    browser.post("/api/v1/setup", &setup(&other)).await.created();
}
