//! Proves the second step of signing in: set up with a code, asked for at the door, each code good once, guesses limited,
//! recovery codes, and what an administrator can do and demand.

use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use beckon_engine::id::UserId;
use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use super::place::{Browser, PASSWORD, Place, Reply, id_of};
use crate::harness::store_tests;

store_tests!(
    who_has_set_it_up_is_asked_for_a_code,
    a_code_is_good_once,
    a_recovery_code_is_good_once,
    codes_that_are_tried_are_limited,
    it_is_turned_off_with_a_code_or_by_an_administrator,
    where_everyone_must_use_it_nothing_else_can_be_done_before,
    a_new_password_by_link_asks_for_the_code_too,
    what_is_begun_is_not_asked_for_before_it_is_confirmed,
);

const PATH: &str = "/api/v1/me/second-step";
pub(super) const STEP_MS: i64 = 30_000;

/// The app of one person.
pub(super) struct App {
    secret: String,
    pub(super) codes: Vec<String>,
}

impl App {
    /// Sets the second step up in this browser.
    pub(super) async fn set_up(place: &Place, browser: &mut Browser) -> Self {
        let made = browser.post(PATH, &json!({})).await.created();
        let mut app = Self::of(made["secret"].as_str().unwrap());
        let confirmed = browser.send("PUT", PATH, code(&app.now(place)).to_string().into()).await.ok();
        let codes = confirmed["codes"].as_array().unwrap().iter();
        app.codes = codes.map(|code| code.as_str().unwrap().to_owned()).collect();
        place.clock.advance_ms(STEP_MS);
        app
    }

    /// That was shown this secret.
    pub(super) fn of(secret: &str) -> Self {
        Self { secret: secret.to_owned(), codes: Vec::new() }
    }

    /// What it shows.
    pub(super) fn now(&self, place: &Place) -> String {
        let secret = Secret::try_from_base32(&self.secret).unwrap();
        let seconds = u64::try_from(place.clock.now().0 / 1000).unwrap();
        Builder::new().with_secret(secret).build_noncompliant().generate(seconds).to_string()
    }
}

fn code(code: &str) -> Value {
    json!({"code": code})
}

async fn sign_in(place: &Place, name: &str, code: Option<&str>) -> Reply {
    let mut credentials = json!({"email": format!("{name}@example.test"), "password": PASSWORD});
    if let Some(code) = code {
        credentials["code"] = json!(code);
    }
    place.browser().post("/api/v1/session", &credentials).await
}

async fn alice(place: &Place) -> (UserId, Browser, App) {
    let id = place.user_with_password("alice", Role::Agent).await;
    let mut browser = place.browser_of(id).await;
    let app = App::set_up(place, &mut browser).await;
    (id, browser, app)
}

// spec: A-4
async fn who_has_set_it_up_is_asked_for_a_code(store: Store) {
    let place = Place::on(store, |_| {}).await;
    place.user_with_password("bob", Role::Agent).await;
    let (_, mut browser, app) = alice(&place).await;
    assert_eq!(app.codes.len(), 10);
    let shown = browser.get(PATH).await;
    assert_eq!(shown.ok()["recovery_codes"], 10);
    assert_eq!(shown.ok()["on"], true);
    assert!(!shown.text.contains(&app.secret), "the secret is shown once");
    sign_in(&place, "alice", None).await.refused(401, "code_needed");
    sign_in(&place, "alice", Some(" ")).await.refused(401, "code_needed");
    sign_in(&place, "alice", Some("000000")).await.refused(401, "wrong_code");
    let spaced = {
        let code = app.now(&place);
        format!("{} {}", &code[..3], &code[3..])
    };
    let session = sign_in(&place, "alice", Some(&spaced)).await.ok();
    assert_eq!((&session["user"]["name"], &session["must_set_up"]), (&json!("alice"), &json!(false)));
    sign_in(&place, "bob", None).await.ok();
    let wrong =
        json!({"email": "alice@example.test", "password": "incorrect horse", "code": app.now(&place)});
    place.browser().post("/api/v1/session", &wrong).await.refused(401, "wrong_credentials");
    browser.post(PATH, &json!({})).await.refused(409, "in_use");
}

// spec: A-4
async fn a_code_is_good_once(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let (_, _, app) = alice(&place).await;
    let before = app.now(&place);
    place.clock.advance_ms(STEP_MS);
    let now = app.now(&place);
    let (one, two) = tokio::join!(sign_in(&place, "alice", Some(&now)), sign_in(&place, "alice", Some(&now)));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::UNAUTHORIZED], "of two at once one is in");
    sign_in(&place, "alice", Some(&now)).await.refused(401, "wrong_code");
    sign_in(&place, "alice", Some(&before)).await.refused(401, "wrong_code");
    place.clock.advance_ms(2 * STEP_MS);
    let late = app.now(&place);
    place.clock.advance_ms(STEP_MS);
    sign_in(&place, "alice", Some(&late)).await.ok();
    place.clock.advance_ms(2 * STEP_MS);
    sign_in(&place, "alice", Some(&late)).await.refused(401, "wrong_code");
}

// spec: A-4
async fn a_recovery_code_is_good_once(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let (_, mut browser, app) = alice(&place).await;
    let [first, second] = [&app.codes[0], &app.codes[1]];
    sign_in(&place, "alice", Some(&first.to_uppercase().replace('-', " "))).await.ok();
    sign_in(&place, "alice", Some(first)).await.refused(401, "wrong_code");
    assert_eq!(browser.get(PATH).await.ok()["recovery_codes"], 9);
    let renewed = browser.post(&format!("{PATH}/recovery-codes"), &code(&app.now(&place))).await.created();
    assert_eq!(renewed["codes"].as_array().unwrap().len(), 10);
    sign_in(&place, "alice", Some(second)).await.refused(401, "wrong_code");
    sign_in(&place, "alice", renewed["codes"][9].as_str()).await.ok();
}

// spec: A-4
async fn codes_that_are_tried_are_limited(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let (_, _, app) = alice(&place).await;
    let mut last = StatusCode::OK;
    for guess in 0..12 {
        last = sign_in(&place, "alice", Some(&format!("{guess:06}"))).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    sign_in(&place, "alice", Some(&app.now(&place))).await.refused(429, "too_many");
    sign_in(&place, "alice", Some(&app.codes[0])).await.refused(429, "too_many");
}

// spec: A-4
async fn it_is_turned_off_with_a_code_or_by_an_administrator(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let (id, mut browser, app) = alice(&place).await;
    let off = format!("{PATH}/off");
    browser.post(&off, &code("000000")).await.refused(401, "wrong_code");
    browser.post(&off, &code(&app.now(&place))).await.done();
    sign_in(&place, "alice", None).await.ok();
    assert_eq!(browser.get(PATH).await.ok()["recovery_codes"], 0);
    App::set_up(&place, &mut browser).await;
    sign_in(&place, "alice", None).await.refused(401, "code_needed");
    let user = format!("/api/v1/users/{id}");
    assert_eq!(admin.get(&user).await.ok()["second_step"], true);
    let listed = admin.get("/api/v1/users").await.ok();
    assert_eq!(
        (&listed["items"][0]["second_step"], &listed["items"][1]["second_step"]),
        (&json!(true), &json!(false))
    );
    admin.delete(&format!("{user}/second-step")).await.done();
    sign_in(&place, "alice", None).await.ok();
    admin.delete(&format!("{user}/second-step")).await.refused(404, "not_found");
    let lines = admin.get("/api/v1/audit?kind=user").await.ok();
    assert_eq!(lines["items"][0]["changed"], json!(["/second_step"]));
}

// spec: A-4 X-6
async fn where_everyone_must_use_it_nothing_else_can_be_done_before(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let bob_id = place.user_with_password("bob", Role::Admin).await;
    let (_, mut of_alice, app) = alice(&place).await;
    let made = admin
        .post("/api/v1/api-tokens", &json!({"name": "T", "scopes": ["configuration:write"]}))
        .await
        .created();
    let require = json!({"second_step_required": true});
    let mut program = place.browser();
    program.headers.push((AUTHORIZATION, format!("Bearer {}", made["token"].as_str().unwrap()).leak()));
    program.patch("/api/v1/workspace", &require).await.refused(403, "out_of_scope");
    admin.patch("/api/v1/workspace", &require).await.ok();
    admin.get("/api/v1/sites").await.ok();
    let off = format!("{PATH}/off");
    of_alice.post(&off, &code(&app.now(&place))).await.refused(409, "in_use");
    let mut bob = place.browser();
    let credentials = json!({"email": "bob@example.test", "password": PASSWORD});
    let session = bob.post("/api/v1/session", &credentials).await.ok();
    assert_eq!(session["must_set_up"], true);
    assert_eq!(bob.get("/api/v1/session").await.ok(), session);
    for path in ["/api/v1/sites", "/api/v1/me", "/api/v1/me/sessions", "/api/v1/users", "/live/agent"] {
        bob.get(path).await.refused(403, "must_set_up");
    }
    let own = json!({"current": PASSWORD, "password": "another horse"});
    bob.send("PUT", "/api/v1/me/password", own.to_string().into()).await.refused(403, "must_set_up");
    bob.post(&off, &code("000000")).await.refused(403, "must_set_up");
    bob.patch("/api/v1/workspace", &json!({"second_step_required": false})).await.refused(403, "must_set_up");
    assert_eq!(bob.get(PATH).await.ok()["required"], true);
    let mut thief = place.browser();
    thief.post("/api/v1/session", &credentials).await.ok();
    App::set_up(&place, &mut bob).await;
    assert_eq!(bob.get("/api/v1/session").await.ok()["must_set_up"], false);
    bob.get("/api/v1/sites").await.ok();
    thief.get("/api/v1/sites").await.refused(401, "signed_out");
    let own = format!("/api/v1/users/{bob_id}/second-step");
    bob.delete(&own).await.refused(409, "in_use");
    let mut again = place.browser();
    again.post("/api/v1/session", &credentials).await.refused(401, "code_needed");
    admin.patch("/api/v1/workspace", &json!({"second_step_required": false})).await.ok();
    let log = admin.get("/api/v1/audit?kind=workspace").await.ok();
    assert_eq!(log["items"][0]["changed"], json!(["/second_step_required"]));
}

// spec: A-4
async fn a_new_password_by_link_asks_for_the_code_too(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let (id, _, app) = alice(&place).await;
    let made = admin.post(&format!("/api/v1/users/{id}/link"), &json!({})).await.created();
    let token = made["address"].as_str().unwrap().split_once('#').unwrap().1;
    let mut browser = place.browser();
    assert_eq!(
        browser.post("/api/v1/user-link/look", &json!({"token": token})).await.ok()["code_needed"],
        true
    );
    let mut chosen = json!({"token": token, "name": "Alice", "password": "another horse"});
    browser.post("/api/v1/user-link", &chosen).await.refused(401, "code_needed");
    chosen["code"] = json!("000000");
    browser.post("/api/v1/user-link", &chosen).await.refused(401, "wrong_code");
    sign_in(&place, "alice", Some(&app.now(&place))).await.ok();
    chosen["code"] = json!(app.codes[3]);
    browser.post("/api/v1/user-link", &chosen).await.ok();
}

// spec: A-4
async fn what_is_begun_is_not_asked_for_before_it_is_confirmed(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let alice = place.user_with_password("alice", Role::Agent).await;
    let mut browser = place.browser_of(alice).await;
    let confirm = |code: &str| json!({"code": code}).to_string().into();
    browser.send("PUT", PATH, confirm("123456")).await.refused(404, "not_found");
    browser.post(&format!("{PATH}/recovery-codes"), &code("123456")).await.refused(404, "not_found");
    let first = browser.post(PATH, &json!({})).await.created();
    assert!(first["address"].as_str().unwrap().starts_with("otpauth://totp/Beckon:alice%40example.test?"));
    let second = browser.post(PATH, &json!({})).await.created();
    assert_ne!(first["secret"], second["secret"]);
    sign_in(&place, "alice", None).await.ok();
    let stale = App { secret: first["secret"].as_str().unwrap().to_owned(), codes: Vec::new() };
    browser.send("PUT", PATH, confirm(&stale.now(&place))).await.refused(401, "wrong_code");
    let errors = browser.send("PUT", PATH, "{}".into()).await.refused(422, "invalid");
    assert_eq!(errors, ["/code: is missing"]);
    assert_eq!(browser.get(PATH).await.ok()["on"], false);
    let users = place.signed_in("root", Role::Admin).await.get("/api/v1/users").await.ok();
    let listed = users["items"].as_array().unwrap().iter().find(|user| id_of(user) == alice.0).unwrap();
    assert_eq!(listed["second_step"], false);
}
