//! Proves single sign-on: who is let in and who is not, that what a provider says is believed only when it is verified, and what
//! administrators set. A provider that keeps to the standard is tried in the browser.

use std::collections::BTreeMap;

use axum::http::header::{LOCATION, SET_COOKIE};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use beckon_engine::id::UserId;
use beckon_server::store::Store;
use beckon_server::store::session::list_sessions_of_user;
use beckon_server::store::user::{Role, find_user_by_email};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::place::{Browser, PASSWORD, Place, Reply};
use super::provider::{CLIENT_ID, CLIENT_SECRET, Provider, Signed};
use crate::harness::store_tests;
use crate::listener::Listener;

store_tests!(
    whoever_has_a_verified_email_is_linked_and_known_from_then_on,
    an_id_token_that_is_not_good_lets_nobody_in,
    an_email_counts_only_once_it_is_verified,
    a_sign_in_is_good_once_in_its_browser_and_for_ten_minutes,
    what_is_set_while_somebody_signs_in_holds_for_them_too,
    an_office_behind_one_address_signs_in,
    new_people_are_made_where_they_are_taken,
    the_role_follows_the_claim_and_the_last_administrator_stays,
    who_is_disabled_or_another_person_is_not_let_in,
    an_administrator_takes_a_link_away,
    keys_that_are_not_known_are_asked_for_once,
    without_passwords_administrators_alone_may_use_one,
    where_everyone_must_use_a_second_step_the_code_is_asked_for,
);

pub(super) const SETTINGS: &str = "/api/v1/single-sign-on";
const PROVIDER: &str = "/api/v1/session/provider";

pub(super) struct Stage {
    pub(super) place: Place,
    provider: Provider,
    pub(super) admin: Browser,
}

/// One sign-in, on its way.
struct Way {
    browser: Browser,
    query: BTreeMap<String, String>,
}

impl Stage {
    pub(super) async fn on(store: Store) -> Self {
        let place = Place::on(store, |api| api.outbound = Listener::outbound()).await;
        let mut admin = place.signed_in("root", Role::Admin).await;
        let provider = Provider::start().await;
        let settings = json!({
            "enabled": true, "issuer": provider.url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        });
        admin.patch(SETTINGS, &settings).await.ok();
        Self { place, provider, admin }
    }

    pub(super) async fn set(&mut self, settings: Value) {
        self.admin.patch(SETTINGS, &settings).await.ok();
    }

    /// Begins to sign in, in a browser of its own.
    async fn begin(&self) -> Way {
        let mut browser = self.place.browser();
        let reply = browser.post(PROVIDER, &json!({"page": "/visitors"})).await;
        let address = Url::parse(reply.ok()["address"].as_str().unwrap()).unwrap();
        assert_eq!(address.path(), "/authorize");
        browser.cookie = cookie(&reply, "beckon_sign_in");
        Way { browser, query: address.query_pairs().into_owned().collect() }
    }

    /// What a good provider says of Alice.
    fn claims(&self, way: &Way) -> Value {
        let now = self.place.clock.now().0 / 1000;
        json!({
            "iss": self.provider.url, "aud": CLIENT_ID, "sub": "a-1", "nonce": way.query["nonce"],
            "iat": now, "exp": now + 300, "email": "Alice@Example.test", "email_verified": true, "name": "Alice A",
        })
    }

    /// Signs in as whom the provider says these things of, beside what it says of Alice.
    async fn sign_in(&self, changes: Value) -> (Way, Reply) {
        let mut way = self.begin().await;
        self.provider.say(with(self.claims(&way), changes), Signed::Well);
        let reply = way.come_back().await;
        (way, reply)
    }

    async fn find(&self, name: &str) -> Option<(UserId, Role)> {
        let mut tx = self.place.api.store.read().await.unwrap();
        let user = find_user_by_email(&mut tx, &format!("{name}@example.test")).await.unwrap();
        user.map(|user| (*user.id, *user.role))
    }

    async fn sessions(&self, user: UserId) -> usize {
        let mut tx = self.place.api.store.read().await.unwrap();
        list_sessions_of_user(&mut tx, user, self.place.clock.now()).await.unwrap().len()
    }

    /// The newest line of the log.
    pub(super) async fn line(&mut self) -> Value {
        self.admin.get("/api/v1/audit?limit=1").await.ok()["items"][0].clone()
    }
}

impl Way {
    async fn come_back(&mut self) -> Reply {
        let state = self.query["state"].clone();
        self.come_with(&format!("code=good&state={state}")).await
    }

    async fn come_with(&mut self, query: &str) -> Reply {
        let kept = self.browser.cookie.clone();
        let reply = self.browser.get(&format!("{PROVIDER}?{query}")).await;
        assert_eq!(reply.status, 303, "{}", reply.text);
        let told = reply.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
        let is_cleared = told.into_iter().any(|cookie| cookie.starts_with("beckon_sign_in=;"));
        self.browser.cookie = cookie(&reply, "beckon_session").or(kept.filter(|_| !is_cleared));
        reply
    }
}

/// What a cookie is set to, as a browser sends it.
fn cookie(reply: &Reply, name: &str) -> Option<String> {
    let set = reply.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let pair =
        set.filter_map(|value| value.split(';').next()).find(|pair| pair.starts_with(&format!("{name}=")));
    pair.filter(|pair| !pair.ends_with('=')).map(str::to_owned)
}

fn location(reply: &Reply) -> &str {
    reply.header(LOCATION).unwrap()
}

#[track_caller]
fn refused(reply: &Reply, why: &str) {
    assert_eq!(location(reply), format!("/?refused={why}"));
    assert_eq!(cookie(reply, "beckon_session"), None);
}

/// With other claims; null takes one away.
fn with(mut claims: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        let claims = claims.as_object_mut().unwrap();
        if value.is_null() {
            claims.remove(name)
        } else {
            claims.insert(name.clone(), value.clone())
        };
    }
    claims
}

// spec: A-4
async fn whoever_has_a_verified_email_is_linked_and_known_from_then_on(store: Store) {
    let mut stage = Stage::on(store).await;
    stage.set(json!({"scopes": ["groups"]})).await;
    let alice = stage.place.user("alice", Role::Agent).await;
    let ways = stage.place.browser().get("/api/v1/session/ways").await.ok();
    assert_eq!(ways, json!({"provider": "Sign in with single sign-on", "passwords": true}));
    let mut way = stage.begin().await;
    assert_eq!(way.query["scope"], "openid email profile groups");
    assert_eq!(way.query["response_type"], "code");
    assert_eq!(way.query["redirect_uri"], "http://chat.example/api/v1/session/provider");
    assert_eq!(way.query["code_challenge_method"], "S256");
    stage.provider.say(stage.claims(&way), Signed::Well);
    let reply = way.come_back().await;
    assert_eq!(location(&reply), "/visitors");
    let session = way.browser.get("/api/v1/session").await.ok();
    assert_eq!(session["user"]["id"], alice.to_string());
    assert_eq!(session["must_set_up"], false);
    let asked = stage.provider.asked().remove(0);
    let secret = BASE64_STANDARD.encode("beckon:the+secret+of+the+client");
    assert_eq!(asked.authorization, Some(format!("Basic {secret}")));
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&asked.form["code_verifier"]));
    assert_eq!(challenge, way.query["code_challenge"], "the verifier is that of the challenge");
    let line = stage.line().await;
    assert_eq!((&line["kind"], &line["changed"]), (&json!("user"), &json!(["/single_sign_on"])));
    assert_eq!(line["detail"], "single_sign_on");

    let (mut way, reply) =
        stage.sign_in(json!({"email": "other@example.test", "email_verified": false})).await;
    assert_eq!(location(&reply), "/visitors", "the subject says who it is, whatever became of the e-mail");
    assert_eq!(way.browser.get("/api/v1/session").await.ok()["user"]["id"], alice.to_string());
    assert_eq!(stage.sessions(alice).await, 2);
    let mine = way.browser.get("/api/v1/me/sessions").await.ok();
    assert_eq!(mine["items"].as_array().unwrap().len(), 2, "its sessions are listed as others are");
    way.browser.delete("/api/v1/session").await.done();
    assert_eq!(stage.sessions(alice).await, 1);

    stage.provider.describe("token_endpoint_auth_methods_supported", json!(["client_secret_post"]));
    stage.place.clock.advance_ms(10 * 60_000);
    let (_, reply) = stage.sign_in(json!({})).await;
    assert_eq!(location(&reply), "/visitors");
    let asked = stage.provider.asked().remove(2);
    assert_eq!((asked.authorization, asked.form["client_secret"].as_str()), (None, CLIENT_SECRET));
}

// spec: A-4
async fn an_id_token_that_is_not_good_lets_nobody_in(store: Store) {
    let stage = Stage::on(store).await;
    let alice = stage.place.user("alice", Role::Agent).await;
    let now = stage.place.clock.now().0 / 1000;
    let wrong = [
        (json!({"nonce": "another"}), Signed::Well),
        (json!({"nonce": null}), Signed::Well),
        (json!({"aud": "another"}), Signed::Well),
        (json!({"aud": [CLIENT_ID, "another"]}), Signed::Well),
        (json!({"azp": "another"}), Signed::Well),
        (json!({"iss": "https://id.example"}), Signed::Well),
        (json!({"exp": now - 1}), Signed::Well),
        (json!({"iat": now - 16 * 60}), Signed::Well),
        (json!({"iat": now + 3 * 60}), Signed::Well),
        (json!({"sub": null}), Signed::Well),
        (json!({"exp": null}), Signed::Well),
        (json!({}), Signed::ByAnother),
        (json!({}), Signed::BySecret),
        (json!({}), Signed::Not),
    ];
    for (changes, signed) in wrong {
        let mut way = stage.begin().await;
        stage.provider.say(with(stage.claims(&way), changes.clone()), signed);
        let reply = way.come_back().await;
        assert_eq!(location(&reply), "/?refused=provider_failed", "{changes} {signed:?}");
        assert_eq!(cookie(&reply, "beckon_session"), None);
    }
    assert_eq!(stage.sessions(alice).await, 0);
    let (_, reply) = stage.sign_in(json!({"aud": [CLIENT_ID], "azp": CLIENT_ID, "iat": now + 60})).await;
    assert_eq!(location(&reply), "/visitors");
}

// spec: A-4
async fn an_email_counts_only_once_it_is_verified(store: Store) {
    let stage = Stage::on(store).await;
    let alice = stage.place.user("alice", Role::Agent).await;
    stage.provider.say_more(json!({"sub": "a-1"}));
    refused(&stage.sign_in(json!({"email_verified": false})).await.1, "email_not_verified");
    refused(&stage.sign_in(json!({"email_verified": null})).await.1, "email_not_verified");
    refused(&stage.sign_in(json!({"email": null})).await.1, "no_email");
    stage.provider.say_more(json!({"sub": "a-1", "email": "other@example.test", "email_verified": true}));
    refused(&stage.sign_in(json!({"email_verified": null})).await.1, "email_not_verified");
    stage.provider.say_more(json!({"sub": "b-2", "email": "alice@example.test", "email_verified": true}));
    refused(&stage.sign_in(json!({"email": null})).await.1, "provider_failed");
    assert_eq!(stage.sessions(alice).await, 0);
    stage.provider.say_more(json!({"sub": "a-1", "email": "alice@example.test", "email_verified": true}));
    let (_, reply) = stage.sign_in(json!({"email": null, "email_verified": null})).await;
    assert_eq!(location(&reply), "/visitors", "what the token leaves out is asked for");
}

// spec: A-4
async fn a_sign_in_is_good_once_in_its_browser_and_for_ten_minutes(store: Store) {
    let mut stage = Stage::on(store).await;
    stage.place.user("alice", Role::Agent).await;
    let mut way = stage.begin().await;
    let attempt = way.browser.cookie.clone();
    stage.provider.say(stage.claims(&way), Signed::Well);
    assert_eq!(location(&way.come_back().await), "/visitors");
    way.browser.cookie = attempt;
    refused(&way.come_back().await, "expired");

    let (mut one, mut other) = (stage.begin().await, stage.begin().await);
    one.query.insert("state".to_owned(), other.query["state"].clone());
    refused(&one.come_back().await, "expired");
    other.browser.cookie = None;
    refused(&other.come_back().await, "expired");

    let mut way = stage.begin().await;
    stage.provider.say(stage.claims(&way), Signed::Well);
    refused(&way.come_with("code=good&state=another").await, "expired");
    assert_eq!(location(&way.come_back().await), "/visitors", "another page cannot end what is under way");

    let mut late = stage.begin().await;
    stage.place.clock.advance_ms(10 * 60_000);
    refused(&late.come_back().await, "expired");

    let mut way = stage.begin().await;
    let state = way.query["state"].clone();
    refused(&way.come_with(&format!("error=access_denied&state={state}")).await, "denied");
    refused(&way.come_back().await, "expired");
    let mut way = stage.begin().await;
    let state = way.query["state"].clone();
    refused(&way.come_with(&format!("error=server_error&state={state}")).await, "provider_failed");
    let mut way = stage.begin().await;
    let query = format!("code=good&iss=https%3A%2F%2Fid.example&state={}", way.query["state"]);
    refused(&way.come_with(&query).await, "provider_failed");
    assert_eq!(stage.provider.asked().len(), 2, "nothing of this was brought to the provider");

    let mut way = stage.begin().await;
    stage.set(json!({"enabled": false})).await;
    refused(&way.come_back().await, "off");
    stage.place.browser().post(PROVIDER, &json!({})).await.refused(409, "single_sign_on_off");
}

// spec: A-4
async fn what_is_set_while_somebody_signs_in_holds_for_them_too(store: Store) {
    let mut stage = Stage::on(store).await;
    let alice = stage.place.user("alice", Role::Agent).await;
    let mut way = stage.begin().await;
    stage.provider.say(stage.claims(&way), Signed::Well);
    let held = stage.provider.hold();
    let change = async {
        held.brought.await.unwrap();
        stage.set(json!({"role_claim": "groups"})).await;
        held.let_go.send(()).unwrap();
    };
    let (reply, ()) = tokio::join!(way.come_back(), change);
    refused(&reply, "expired");
    assert_eq!(stage.sessions(alice).await, 0);
}

// spec: A-4
async fn an_office_behind_one_address_signs_in(store: Store) {
    let stage = Stage::on(store).await;
    stage.place.user("alice", Role::Agent).await;
    // More ways out and back than attempts from one address at once.
    for _ in 0..40 {
        assert_eq!(location(&stage.sign_in(json!({})).await.1), "/visitors");
    }
    let mut stranger = stage.begin().await;
    stranger.browser.cookie = None;
    let mut why = Vec::new();
    for _ in 0..100 {
        why.push(location(&stranger.come_back().await).to_owned());
    }
    assert!(why.contains(&"/?refused=too_many".to_owned()), "who has not begun here is counted");
}

// spec: A-4
async fn new_people_are_made_where_they_are_taken(store: Store) {
    let mut stage = Stage::on(store).await;
    refused(&stage.sign_in(json!({})).await.1, "unknown");
    assert_eq!(stage.find("alice").await, None);
    stage.set(json!({"create_users": true})).await;
    let (mut way, _) = stage.sign_in(json!({})).await;
    let session = way.browser.get("/api/v1/session").await.ok();
    assert_eq!(session["user"]["name"], "Alice A");
    assert_eq!(
        (&session["user"]["email"], &session["user"]["role"]),
        (&json!("alice@example.test"), &json!("agent"))
    );
    let line = stage.line().await;
    assert_eq!(
        (&line["action"], &line["kind"], &line["name"]),
        (&json!("created"), &json!("user"), &json!("Alice A"))
    );
    let users = stage.admin.get("/api/v1/users").await.ok();
    assert_eq!(
        (&users["items"][0]["has_password"], &users["items"][0]["single_sign_on"]),
        (&json!(false), &json!(true))
    );

    let values = json!({"agent": ["desk"], "supervisor": ["lead"], "admin": []});
    stage.set(json!({"default_role": null, "role_claim": "realm.roles", "role_values": values})).await;
    let bob = json!({"sub": "b-2", "email": "bob@example.test", "name": null});
    refused(&stage.sign_in(with(bob.clone(), json!({"realm": {"roles": ["other"]}}))).await.1, "unknown");
    let (_, reply) = stage.sign_in(with(bob, json!({"realm": {"roles": ["desk", "lead"]}}))).await;
    assert_eq!(location(&reply), "/visitors");
    assert_eq!(stage.find("bob").await.unwrap().1, Role::Supervisor, "the highest counts");
}

// spec: A-4
async fn the_role_follows_the_claim_and_the_last_administrator_stays(store: Store) {
    let mut stage = Stage::on(store).await;
    stage.place.user("alice", Role::Agent).await;
    let values = json!({"agent": ["desk"], "supervisor": [], "admin": ["it"]});
    stage.set(json!({"role_claim": "groups", "role_values": values})).await;
    stage.sign_in(json!({"groups": "it"})).await;
    assert_eq!(stage.find("alice").await.unwrap().1, Role::Admin);
    assert_eq!(stage.line().await["changed"], json!(["/role"]));
    stage.sign_in(json!({"groups": ["other"]})).await;
    assert_eq!(stage.find("alice").await.unwrap().1, Role::Admin, "whom no value names keeps the role");
    stage.sign_in(json!({"groups": ["desk"]})).await;
    assert_eq!(stage.find("alice").await.unwrap().1, Role::Agent);
    let root = json!({"sub": "r", "email": "root@example.test", "groups": ["desk"]});
    let (_, reply) = stage.sign_in(root).await;
    assert_eq!(location(&reply), "/visitors");
    assert_eq!(stage.find("root").await.unwrap().1, Role::Admin, "nobody else could administer");
}

// spec: A-4
async fn who_is_disabled_or_another_person_is_not_let_in(store: Store) {
    let mut stage = Stage::on(store).await;
    let alice = stage.place.user("alice", Role::Agent).await;
    stage.sign_in(json!({})).await;
    refused(&stage.sign_in(json!({"sub": "a-2"})).await.1, "another_person");
    stage.admin.patch(&format!("/api/v1/users/{alice}"), &json!({"disabled": true})).await.ok();
    assert_eq!(stage.sessions(alice).await, 0);
    refused(&stage.sign_in(json!({})).await.1, "disabled");
    let bob = stage.place.user("bob", Role::Agent).await;
    stage.admin.patch(&format!("/api/v1/users/{bob}"), &json!({"disabled": true})).await.ok();
    refused(&stage.sign_in(json!({"sub": "b", "email": "bob@example.test"})).await.1, "disabled");
}

// spec: A-4
async fn an_administrator_takes_a_link_away(store: Store) {
    let mut stage = Stage::on(store).await;
    let alice = stage.place.user("alice", Role::Agent).await;
    let path = format!("/api/v1/users/{alice}/identity");
    stage.admin.delete(&path).await.refused(404, "not_found");
    stage.sign_in(json!({})).await;
    stage.admin.delete(&path).await.done();
    let (_, reply) = stage.sign_in(json!({"sub": "a-2"})).await;
    assert_eq!(location(&reply), "/visitors", "the next with the e-mail is linked");
    refused(&stage.sign_in(json!({})).await.1, "another_person");
}

// spec: A-4
async fn keys_that_are_not_known_are_asked_for_once(store: Store) {
    let stage = Stage::on(store).await;
    stage.place.user("alice", Role::Agent).await;
    stage.sign_in(json!({})).await;
    assert_eq!(stage.provider.keys_asked(), 1);
    stage.provider.change_key("second", true);
    refused(&stage.sign_in(json!({})).await.1, "provider_failed");
    assert_eq!(stage.provider.keys_asked(), 1, "not again within a minute");
    stage.place.clock.advance_ms(60_000);
    assert_eq!(location(&stage.sign_in(json!({})).await.1), "/visitors");
    assert_eq!(stage.provider.keys_asked(), 2);
    stage.place.clock.advance_ms(60_000);
    stage.provider.change_key("third", false);
    for _ in 0..3 {
        refused(&stage.sign_in(json!({})).await.1, "provider_failed");
    }
    assert_eq!(stage.provider.keys_asked(), 3);
}

// spec: A-4
async fn without_passwords_administrators_alone_may_use_one(store: Store) {
    let mut stage = Stage::on(store).await;
    let alice = stage.place.user_with_password("alice", Role::Agent).await;
    let boss = stage.place.user_with_password("boss", Role::Admin).await;
    let link = format!("/api/v1/users/{alice}/link");
    let made = stage.admin.post(&link, &json!({})).await.created();
    let token = made["address"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    stage.set(json!({"passwords": false})).await;
    let by_password = async |name: &str, password: &str| {
        let credentials = json!({"email": format!("{name}@example.test"), "password": password});
        stage.place.browser().post("/api/v1/session", &credentials).await
    };
    by_password("alice", PASSWORD).await.refused(403, "password_off");
    by_password("alice", "not this one").await.refused(401, "wrong_credentials");
    by_password("boss", PASSWORD).await.ok();
    let ways = stage.place.browser().get("/api/v1/session/ways").await.ok();
    assert_eq!(ways["passwords"], false);
    let chosen = json!({"token": token, "name": "Alice", "password": PASSWORD});
    stage.place.browser().post("/api/v1/user-link", &chosen).await.refused(403, "password_off");
    stage.admin.post(&link, &json!({})).await.refused(403, "password_off");
    stage.admin.post(&format!("/api/v1/users/{boss}/link"), &json!({})).await.created();
    stage.set(json!({"enabled": false})).await;
    let credentials = json!({"email": "alice@example.test", "password": PASSWORD});
    stage.place.browser().post("/api/v1/session", &credentials).await.ok();
}

// spec: A-4
async fn where_everyone_must_use_a_second_step_the_code_is_asked_for(store: Store) {
    let mut stage = Stage::on(store).await;
    let alice = stage.place.user("alice", Role::Agent).await;
    let mut browser = stage.place.browser_of(alice).await;
    let app = super::second_step::App::set_up(&stage.place, &mut browser).await;
    assert_eq!(
        location(&stage.sign_in(json!({})).await.1),
        "/visitors",
        "the provider stands for the person"
    );
    stage.admin.patch("/api/v1/workspace", &json!({"second_step_required": true})).await.ok();
    let (mut way, reply) = stage.sign_in(json!({})).await;
    assert_eq!(location(&reply), "/visitors?sign_in=code");
    assert_eq!(cookie(&reply, "beckon_session"), None);
    way.browser.cookie = cookie(&reply, "beckon_sign_in");
    let attempt = way.browser.cookie.clone();
    let give = async |browser: &mut Browser, code: &str| {
        browser.cookie = attempt.clone();
        browser.send("PUT", PROVIDER, json!({"code": code}).to_string().into()).await
    };
    refused(&way.come_back().await, "expired");
    give(&mut way.browser, "000000").await.refused(401, "wrong_code");
    let code = app.now(&stage.place);
    assert_eq!(give(&mut way.browser, &code).await.ok()["user"]["id"], alice.to_string());
    give(&mut way.browser, &app.codes[0]).await.refused(401, "sign_in_over");

    let bob = json!({"sub": "b-2", "email": "bob@example.test"});
    stage.place.user("bob", Role::Agent).await;
    let (mut way, _) = stage.sign_in(bob).await;
    assert_eq!(way.browser.get("/api/v1/session").await.ok()["must_set_up"], true);
    way.browser.get("/api/v1/me").await.refused(403, "must_set_up");
}
