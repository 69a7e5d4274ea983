//! Proves what people do with their own sign-in: they see and end their sessions and change their password, and an
//! administrator ends the sessions of others.

use axum::http::HeaderName;
use axum::http::header::USER_AGENT;
use beckon_server::http::auth::{SESSIONS_MAX, hash_token};
use beckon_server::http::password;
use beckon_server::store::Store;
use beckon_server::store::session::{NewSession, delete_sessions_of_user, insert_session};
use beckon_server::store::user::{Role, find_user, update_user};
use serde_json::{Value, json};
use uuid::Uuid;

use super::place::{Browser, PASSWORD, Place, column, id_of};
use crate::harness::{one_waits, store_tests};

store_tests!(
    a_person_sees_where_they_are_signed_in,
    a_person_ends_their_own_sessions_and_nobody_elses,
    a_new_password_takes_the_old_one_and_ends_the_other_sessions,
    an_administrator_ends_all_sessions_of_a_user,
    who_signs_in_while_the_password_changes_is_not_let_in,
    who_is_signing_in_when_an_administrator_changes_the_password_is_out_again,
);

const SESSIONS: &str = "/api/v1/me/sessions";
const MINUTE_MS: i64 = 60_000;

async fn is_signed_in(browser: &mut Browser) -> bool {
    !browser.get("/api/v1/session").await.ok().is_null()
}

fn credentials(name: &str, password: &str) -> Value {
    json!({"email": format!("{name}@example.test"), "password": password})
}

// spec: A-4
async fn a_person_sees_where_they_are_signed_in(store: Store) {
    let place = Place::on(store, |api| api.trusted_proxies = 1).await;
    let alice = place.user_with_password("alice", Role::Agent).await;
    let mut office = place.browser_of(alice).await;
    place.clock.advance_ms(MINUTE_MS);
    let mut phone = place.browser();
    phone.headers = vec![
        (USER_AGENT, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5) Version/18.5 Mobile/15E148 Safari/604.1"),
        (HeaderName::from_static("x-forwarded-for"), "203.0.113.77"),
    ];
    phone.post("/api/v1/session", &credentials("alice", PASSWORD)).await.ok();
    place.clock.advance_ms(6 * MINUTE_MS);
    place.signed_in("bob", Role::Agent).await;
    let reply = office.get(SESSIONS).await;
    let token = office.cookie.clone().unwrap();
    assert!(!reply.text.contains(token.rsplit('=').next().unwrap()), "no answer holds a token");
    let list = reply.ok();
    assert_eq!(column(&list, "browser"), ["Chrome", "Safari"], "the one used last comes first");
    let [this, other] = [&list["items"][0], &list["items"][1]];
    assert_eq!((&this["current"], &other["current"]), (&json!(true), &json!(false)));
    assert_eq!((&other["system"], &other["network"]), (&json!("iOS"), &json!("203.0.113.0/24")));
    let now = place.clock.now().0;
    assert_eq!((&this["created_at"], &this["used_at"]), (&json!(now - 7 * MINUTE_MS), &json!(now)));
    assert_eq!(other["used_at"], now - 6 * MINUTE_MS);
    place.clock.advance_ms(6 * MINUTE_MS);
    office.get(SESSIONS).await.ok();
    for _ in 1..SESSIONS_MAX {
        place.browser_of(alice).await;
    }
    let kept = office.get(SESSIONS).await;
    assert_eq!(kept.ok()["items"].as_array().unwrap().len(), usize::try_from(SESSIONS_MAX).unwrap());
    assert!(!is_signed_in(&mut phone).await, "of too many the one that was not used for longest ends");
}

// spec: A-4 X-6
async fn a_person_ends_their_own_sessions_and_nobody_elses(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let alice = place.user("alice", Role::Agent).await;
    let [mut here, mut there, mut third] =
        [place.browser_of(alice).await, place.browser_of(alice).await, place.browser_of(alice).await];
    let mut bob = place.signed_in("bob", Role::Admin).await;
    let own = there.get(SESSIONS).await.ok();
    let current = own["items"].as_array().unwrap().iter().find(|item| item["current"] == true).unwrap();
    let path = format!("{SESSIONS}/{}", id_of(current));
    bob.delete(&path).await.refused(404, "not_found");
    bob.delete(&format!("{SESSIONS}/{}", Uuid::nil())).await.refused(404, "not_found");
    here.delete(&path).await.done();
    assert!(!is_signed_in(&mut there).await);
    assert!(is_signed_in(&mut third).await);
    here.delete(&path).await.refused(404, "not_found");
    here.delete(SESSIONS).await.done();
    assert!(!is_signed_in(&mut third).await);
    assert!(is_signed_in(&mut here).await && is_signed_in(&mut bob).await);
}

// spec: A-4
async fn a_new_password_takes_the_old_one_and_ends_the_other_sessions(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let alice = place.user_with_password("alice", Role::Agent).await;
    let [mut here, mut there] = [place.browser_of(alice).await, place.browser_of(alice).await];
    let path = "/api/v1/me/password";
    let put = |body: Value| body.to_string().into();
    let short = json!({"current": PASSWORD, "password": "short"});
    let errors = here.send("PUT", path, put(short)).await.refused(422, "invalid");
    assert_eq!(errors, ["/password: has less than 10 characters"]);
    let wrong = json!({"current": "incorrect horse", "password": "another horse"});
    let errors = here.send("PUT", path, put(wrong.clone())).await.refused(422, "invalid");
    assert_eq!(errors, ["/current: is not the present password"]);
    assert!(is_signed_in(&mut there).await, "nothing has changed");
    here.send("PUT", path, put(json!({"current": PASSWORD, "password": "another horse"}))).await.done();
    assert!(is_signed_in(&mut here).await && !is_signed_in(&mut there).await);
    let mut anew = place.browser();
    anew.post("/api/v1/session", &credentials("alice", PASSWORD)).await.refused(401, "wrong_credentials");
    anew.post("/api/v1/session", &credentials("alice", "another horse")).await.ok();
    let mut last = 422;
    for _ in 0..40 {
        last = here.send("PUT", path, put(wrong.clone())).await.status.as_u16();
    }
    assert_eq!(last, 429, "guesses are limited as at the door");
}

// spec: A-4
async fn an_administrator_ends_all_sessions_of_a_user(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let root = place.user("root", Role::Admin).await;
    let alice = place.user("alice", Role::Agent).await;
    let [mut admin, mut other_admin] = [place.browser_of(root).await, place.browser_of(root).await];
    let [mut here, mut there] = [place.browser_of(alice).await, place.browser_of(alice).await];
    let path = format!("/api/v1/users/{alice}/sessions");
    admin.delete(&path).await.done();
    assert!(!is_signed_in(&mut here).await && !is_signed_in(&mut there).await);
    admin.delete(&path).await.done();
    let lines = admin.get("/api/v1/audit?kind=user").await.ok();
    assert_eq!(
        lines["items"].as_array().unwrap().len(),
        1,
        "where nothing ended there is nothing to write down"
    );
    let line = &lines["items"][0];
    assert_eq!(
        (&line["action"], &line["detail"], &line["subject"]),
        (&json!("changed"), &json!("sessions"), &json!(alice))
    );
    admin.delete(&format!("/api/v1/users/{root}/sessions")).await.done();
    assert!(is_signed_in(&mut admin).await && !is_signed_in(&mut other_admin).await);
    admin.delete(&format!("/api/v1/users/{}/sessions", Uuid::nil())).await.refused(404, "not_found");
}

// spec: A-4
async fn who_signs_in_while_the_password_changes_is_not_let_in(store: Store) {
    let place = Place::on(store.clone(), |_| {}).await;
    let alice = place.user_with_password("alice", Role::Agent).await;
    let mut tx = store.write().await.unwrap();
    let mut row = find_user(&mut tx, alice).await.unwrap().unwrap();
    row.password_hash = password::hash("another horse");
    update_user(&mut tx, &row).await.unwrap();
    delete_sessions_of_user(&mut tx, alice, "").await.unwrap();
    let mut thief = place.browser();
    let signing_in =
        tokio::spawn(async move { thief.post("/api/v1/session", &credentials("alice", PASSWORD)).await });
    one_waits(&store).await;
    tx.commit().await.unwrap();
    signing_in.await.unwrap().refused(401, "wrong_credentials");
}

// spec: A-4
async fn who_is_signing_in_when_an_administrator_changes_the_password_is_out_again(store: Store) {
    let place = Place::on(store.clone(), |_| {}).await;
    let alice = place.user_with_password("alice", Role::Agent).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let mut thief = place.browser_of(alice).await;
    // A sign-in that has compared the password and made its session, and has not committed yet.
    let mut tx = store.write().await.unwrap();
    tx.lock_user(alice).await.unwrap();
    let token = "6d".repeat(32);
    let session = NewSession {
        id: Uuid::now_v7(),
        token_hash: &hash_token(&token),
        user: alice,
        browser: "",
        system: "",
        network: "",
        must_set_up: false,
        now: place.clock.now(),
        expires_at: place.clock.now().plus_s(86_400),
    };
    insert_session(&mut tx, session).await.unwrap();
    let path = format!("/api/v1/users/{alice}");
    let changing =
        tokio::spawn(async move { admin.patch(&path, &json!({"password": "another horse"})).await });
    one_waits(&store).await;
    tx.commit().await.unwrap();
    changing.await.unwrap().ok();
    thief.cookie = Some(format!("beckon_session={token}"));
    assert!(!is_signed_in(&mut thief).await);
}
