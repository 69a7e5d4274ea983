//! Proves links with which somebody chooses a password: shown once, good once, within seven days and until replaced or
//! revoked; what becomes of mail, of the log, and of those who guess.

use axum::http::StatusCode;
use axum::http::header::ORIGIN;
use beckon_engine::time::UnixMs;
use beckon_server::driver::Mails;
use beckon_server::store::Store;
use beckon_server::store::mail::{list_mails, update_mail_sent};
use beckon_server::store::user::Role;
use beckon_server::vault::SecretOf;
use serde_json::{Value, json};
use uuid::Uuid;

use super::place::{Browser, PASSWORD, Place, id_of};
use crate::harness::store_tests;

store_tests!(
    who_is_invited_chooses_a_password_and_is_signed_in,
    a_link_is_good_once_and_only_the_last_one,
    a_link_ends_after_seven_days_or_when_it_is_revoked,
    a_lost_password_is_replaced_and_the_old_sessions_end,
    a_disabled_user_gets_no_link_and_loses_theirs,
    a_link_is_mailed_and_not_kept_once_it_has_left,
    what_is_wrong_with_a_use_is_said_and_guesses_are_limited,
);

const DAY_MS: i64 = 24 * 3600 * 1000;
const USE: &str = "/api/v1/user-link";
const LOOK: &str = "/api/v1/user-link/look";

async fn invited(admin: &mut Browser, name: &str) -> String {
    let new = json!({"email": format!("{name}@example.test"), "name": name, "role": "agent"});
    let user = admin.post("/api/v1/users", &new).await.created();
    assert_eq!((&user["has_password"], &user["link"]), (&json!(false), &Value::Null));
    format!("/api/v1/users/{}", id_of(&user))
}

/// Makes a link for this user; yields what it carries.
async fn link(admin: &mut Browser, user: &str) -> String {
    let made = admin.post(&format!("{user}/link"), &json!({})).await.created();
    let address = made["address"].as_str().unwrap();
    address.split_once('#').unwrap().1.to_owned()
}

fn choice(token: &str, password: &str) -> Value {
    json!({"token": token, "name": "Alicia", "password": password})
}

// spec: A-4
async fn who_is_invited_chooses_a_password_and_is_signed_in(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    admin.headers.push((ORIGIN, "https://chat.example"));
    let alice = invited(&mut admin, "alice").await;
    let mut browser = place.browser();
    for password in ["", PASSWORD] {
        let credentials = json!({"email": "alice@example.test", "password": password});
        browser.post("/api/v1/session", &credentials).await.refused(401, "wrong_credentials");
    }
    let made = admin.post(&format!("{alice}/link"), &json!({})).await.created();
    assert_eq!((&made["link"]["kind"], &made["mailed"]), (&json!("invitation"), &json!(false)));
    let until = place.clock.now().0 + 7 * DAY_MS;
    assert_eq!(made["link"]["expires_at"], until);
    let address = made["address"].as_str().unwrap();
    let (page, token) = address.split_once('#').unwrap();
    assert_eq!((page, token.len()), ("https://chat.example/invitation", 64));
    let shown = admin.get(&alice).await;
    assert_eq!(shown.ok()["link"]["expires_at"], until);
    let listed = admin.get("/api/v1/users").await;
    assert_eq!(listed.ok()["items"][0]["link"]["kind"], "invitation");
    assert!(!shown.text.contains(token) && !listed.text.contains(token), "it is shown once");
    let holder = browser.post(LOOK, &json!({"token": token})).await.ok();
    assert_eq!((&holder["email"], &holder["name"]), (&json!("alice@example.test"), &json!("alice")));
    let session = browser.post(USE, &choice(token, PASSWORD)).await.ok();
    assert_eq!(session["user"]["name"], "Alicia");
    assert_eq!(browser.get("/api/v1/session").await.ok(), session);
    let after = admin.get(&alice).await.ok();
    assert_eq!((&after["has_password"], &after["link"]), (&json!(true), &Value::Null));
    let lines = admin.get("/api/v1/audit?kind=user").await.ok();
    let told: Vec<_> = lines["items"].as_array().unwrap().iter().map(|line| &line["detail"]).collect();
    assert_eq!(told, ["password", "link", ""]);
    for line in lines["items"].as_array().unwrap() {
        let whole = admin.get(&format!("/api/v1/audit/{}", id_of(line))).await;
        assert!(!whole.text.contains(token) && !whole.text.contains("argon2"), "{}", whole.text);
    }
}

// spec: A-4 X-6
async fn a_link_is_good_once_and_only_the_last_one(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let alice = invited(&mut admin, "alice").await;
    let first = link(&mut admin, &alice).await;
    let second = link(&mut admin, &alice).await;
    let mut browser = place.browser();
    browser.post(LOOK, &json!({"token": first})).await.refused(404, "dead_link");
    browser.post(USE, &choice(&first, PASSWORD)).await.refused(404, "dead_link");
    let mut other = place.browser();
    let choices = [choice(&second, PASSWORD), choice(&second, "another horse")];
    let (one, two) = tokio::join!(browser.post(USE, &choices[0]), other.post(USE, &choices[1]));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::NOT_FOUND], "of two at once one wins");
    browser.post(USE, &choice(&second, PASSWORD)).await.refused(404, "dead_link");
}

// spec: A-4
async fn a_link_ends_after_seven_days_or_when_it_is_revoked(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let root = place.user("root", Role::Admin).await;
    let mut admin = place.browser_of(root).await;
    let alice = invited(&mut admin, "alice").await;
    let token = link(&mut admin, &alice).await;
    let mut browser = place.browser();
    place.clock.advance_ms(7 * DAY_MS - 1);
    browser.post(LOOK, &json!({"token": token})).await.ok();
    place.clock.advance_ms(1);
    browser.post(LOOK, &json!({"token": token})).await.refused(404, "dead_link");
    browser.post(USE, &choice(&token, PASSWORD)).await.refused(404, "dead_link");
    assert!(admin.get(&alice).await.ok()["link"].is_object(), "that it has ended is still shown");
    let token = link(&mut admin, &alice).await;
    admin.delete(&format!("{alice}/link")).await.done();
    browser.post(USE, &choice(&token, PASSWORD)).await.refused(404, "dead_link");
    admin.delete(&format!("{alice}/link")).await.refused(404, "not_found");
    assert!(admin.get(&alice).await.ok()["link"].is_null());
    admin.post(&format!("/api/v1/users/{}/link", Uuid::nil()), &json!({})).await.refused(404, "not_found");
    let lines = admin.get("/api/v1/audit?kind=user").await.ok();
    assert_eq!(lines["items"][0]["changed"], json!(["/link"]), "revoking is written down");
}

// spec: A-4
async fn a_lost_password_is_replaced_and_the_old_sessions_end(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let id = place.user_with_password("alice", Role::Agent).await;
    let alice = format!("/api/v1/users/{id}");
    let mut of_alice = place.browser_of(id).await;
    let made = admin.post(&format!("{alice}/link"), &json!({})).await.created();
    assert_eq!(made["link"]["kind"], "reset");
    let (page, token) = made["address"].as_str().unwrap().split_once('#').unwrap();
    assert_eq!(page, "http://chat.example/new-password");
    assert!(!of_alice.get("/api/v1/session").await.ok().is_null(), "until it is used nothing changes");
    let mut browser = place.browser();
    browser.post(USE, &choice(token, "another horse")).await.ok();
    assert!(of_alice.get("/api/v1/session").await.ok().is_null());
    let mut anew = place.browser();
    for (password, status) in [(PASSWORD, 401), ("another horse", 200)] {
        let credentials = json!({"email": "alice@example.test", "password": password});
        assert_eq!(anew.post("/api/v1/session", &credentials).await.status, status);
    }
    let token = link(&mut admin, &alice).await;
    let own = json!({"current": "another horse", "password": PASSWORD});
    anew.send("PUT", "/api/v1/me/password", own.to_string().into()).await.done();
    browser.post(USE, &choice(&token, PASSWORD)).await.refused(404, "dead_link");
}

// spec: A-4
async fn a_disabled_user_gets_no_link_and_loses_theirs(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let alice = invited(&mut admin, "alice").await;
    let token = link(&mut admin, &alice).await;
    admin.patch(&alice, &json!({"disabled": true})).await.ok();
    place.browser().post(USE, &choice(&token, PASSWORD)).await.refused(404, "dead_link");
    admin.post(&format!("{alice}/link"), &json!({})).await.refused(409, "disabled");
    admin.patch(&alice, &json!({"disabled": false})).await.ok();
    place.browser().post(USE, &choice(&token, PASSWORD)).await.refused(404, "dead_link");
    // Whoever has no password cannot be the only one who administers.
    admin.patch(&alice, &json!({"role": "admin"})).await.ok();
    let root = admin.get("/api/v1/session").await.ok()["user"]["id"].clone();
    let own = format!("/api/v1/users/{}", root.as_str().unwrap());
    admin.patch(&own, &json!({"role": "agent"})).await.refused(409, "last_admin");
}

// spec: A-4
async fn a_link_is_mailed_and_not_kept_once_it_has_left(store: Store) {
    let place = Place::sending(store.clone(), Mails::Leave).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let alice = invited(&mut admin, "alice").await;
    link(&mut admin, &alice).await;
    let made = admin.post(&format!("{alice}/link"), &json!({})).await.created();
    assert_eq!(made["mailed"], true);
    let address = made["address"].as_str().unwrap();
    let mails = async || {
        let mut tx = store.read().await.unwrap();
        list_mails(&mut tx, 10).await.unwrap()
    };
    let waiting = mails().await;
    assert_eq!(waiting.len(), 1, "the mail of a dead link does not leave");
    assert_eq!((waiting[0].recipient.as_str(), waiting[0].reply_to.as_deref()), ("alice@example.test", None));
    let text = store.vault().open(SecretOf::Mail, &waiting[0].text).unwrap();
    assert!(text.contains(&format!("\n{address}\n")), "{text}");
    assert!(text.contains("9 March 2026, 09:00 UTC"), "{text}");
    let mut tx = store.write().await.unwrap();
    update_mail_sent(&mut tx, *waiting[0].id, UnixMs(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(mails().await[0].text, "");
    link(&mut admin, &alice).await;
    admin.delete(&format!("{alice}/link")).await.done();
    assert_eq!(mails().await.len(), 1, "a revoked link does not leave");
}

// spec: A-4
async fn what_is_wrong_with_a_use_is_said_and_guesses_are_limited(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let alice = invited(&mut admin, "alice").await;
    let token = link(&mut admin, &alice).await;
    let mut browser = place.browser();
    let bad = json!({"token": token, "name": " ", "password": "short"});
    let errors = browser.post(USE, &bad).await.refused(422, "invalid");
    assert_eq!(errors, ["/name: is empty", "/password: has less than 10 characters"]);
    browser.post(USE, &choice(&token.to_uppercase(), PASSWORD)).await.refused(404, "dead_link");
    let errors = browser.post(LOOK, &json!({})).await.refused(422, "invalid");
    assert_eq!(errors, ["/token: is missing"]);
    let mut last = StatusCode::OK;
    for guess in 0..70 {
        last = browser.post(LOOK, &json!({"token": guess.to_string()})).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}
