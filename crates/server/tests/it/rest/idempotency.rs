//! Proves idempotency keys: what was done is not done again, whoever sends it how often.

use std::time::Duration;

use axum::http::{HeaderName, header::CONTENT_TYPE};
use beckon_server::jobs::sweep;
use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::place::{Browser, Place, Reply, column};
use crate::harness::store_tests;

store_tests!(
    a_request_sent_again_is_answered_and_not_done_again,
    one_of_many_at_once_is_done,
    what_nobody_waits_for_is_done_to_its_end,
    what_was_refused_can_be_sent_again,
    a_lower_role_is_not_answered,
    a_key_is_one_persons_and_one_requests,
);

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const SITES: &str = "/api/v1/sites";

async fn post(browser: &mut Browser, key: &'static str, path: &str, body: &Value) -> Reply {
    browser.headers.push((KEY, key));
    let reply = browser.post(path, body).await;
    browser.headers.pop();
    reply
}

fn site(name: &str) -> Value {
    json!({"name": name, "origins": []})
}

// spec: N-1
async fn a_request_sent_again_is_answered_and_not_done_again(store: Store) {
    let place = Place::on(store.clone(), |_| {}).await;
    let root = place.user("root", Role::Admin).await;
    let mut admin = place.browser_of(root).await;
    let first = post(&mut admin, "k-1", SITES, &site("Shop")).await;
    let again = post(&mut admin, "k-1", SITES, &site("Shop")).await;
    assert_eq!(first.created(), again.created());
    assert_eq!((first.header(REPLAYED), again.header(REPLAYED)), (None, Some("true")));
    assert_eq!(again.header(CONTENT_TYPE), Some("application/json"));
    assert_eq!(column(&admin.get(SITES).await.ok(), "name"), ["Shop"]);
    // A day later the key is forgotten.
    place.clock.advance_ms(86_400_001);
    sweep(&store, &place.clock).await.unwrap();
    let mut admin = place.browser_of(root).await;
    post(&mut admin, "k-1", SITES, &site("Shop")).await.created();
    assert_eq!(column(&admin.get(SITES).await.ok(), "name"), ["Shop", "Shop"]);
}

// spec: N-1
async fn one_of_many_at_once_is_done(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let root = place.user("root", Role::Admin).await;
    let mut sent = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let mut admin = place.browser_of(root).await;
        sent.spawn(async move { post(&mut admin, "k-1", SITES, &site("Shop")).await });
    }
    for reply in sent.join_all().await {
        if reply.status != 201 {
            reply.refused(409, "key_under_way");
        }
    }
    let mut admin = place.browser_of(root).await;
    assert_eq!(column(&admin.get(SITES).await.ok(), "name"), ["Shop"]);
    post(&mut admin, "k-1", SITES, &site("Shop")).await.created();
}

// spec: N-1
async fn what_nobody_waits_for_is_done_to_its_end(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let root = place.user("root", Role::Admin).await;
    let mut admin = place.browser_of(root).await;
    for patience in 0..40 {
        let key: &'static str = format!("k-{patience}").leak();
        let mut gone = place.browser_of(root).await;
        let sent = tokio::spawn(async move { post(&mut gone, key, SITES, &site("Shop")).await.status });
        for _ in 0..patience * 3 {
            tokio::task::yield_now().await;
        }
        sent.abort();
        let _ = sent.await;
        let answered = async {
            loop {
                let reply = post(&mut admin, key, SITES, &site("Shop")).await;
                if reply.status != 409 {
                    return reply.created();
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), answered).await.expect("the key comes to an answer");
    }
    assert_eq!(column(&admin.get(&format!("{SITES}?limit=200")).await.ok(), "name").len(), 40);
}

// spec: N-1 X-6
async fn a_lower_role_is_not_answered(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut root = place.signed_in("root", Role::Admin).await;
    let ada = place.user("ada", Role::Admin).await;
    let mut admin = place.browser_of(ada).await;
    post(&mut admin, "k-1", SITES, &site("Shop")).await.created();
    root.patch(&format!("/api/v1/users/{ada}"), &json!({"role": "agent"})).await.ok();
    post(&mut admin, "k-1", SITES, &site("Shop")).await.refused(403, "forbidden");
}

// spec: N-1
async fn what_was_refused_can_be_sent_again(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    post(&mut admin, "k-1", SITES, &site(" ")).await.refused(422, "invalid");
    post(&mut admin, "k-1", SITES, &site("Shop")).await.created();
    let mut agent = place.signed_in("alice", Role::Agent).await;
    post(&mut agent, "k-2", SITES, &site("Shop")).await.refused(403, "forbidden");
    let mut nobody = place.browser();
    post(&mut nobody, "k-3", SITES, &site("Shop")).await.refused(401, "signed_out");
}

// spec: N-1
async fn a_key_is_one_persons_and_one_requests(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let mut other = place.signed_in("ben", Role::Admin).await;
    post(&mut admin, "k-1", SITES, &site("Shop")).await.created();
    post(&mut other, "k-1", SITES, &site("Store")).await.created();
    let reused = post(&mut admin, "k-1", SITES, &site("Other")).await.refused(422, "invalid");
    assert_eq!(reused, ["Idempotency-Key: was named with another request before"]);
    let secret = json!({"name": "A", "scopes": ["customers:read"]});
    let unkept = post(&mut admin, "k-2", "/api/v1/api-tokens", &secret).await.refused(422, "invalid");
    assert_eq!(unkept, ["Idempotency-Key: is of no use here: the answer is not kept"]);
    for path in ["/api/v1/users", "/api/v1/customers/{id}/merge"] {
        let path = path.replace("{id}", "00000000-0000-0000-0000-000000000000");
        assert_eq!(post(&mut admin, "k-3", &path, &json!({})).await.refused(422, "invalid"), unkept);
    }
    let bad = post(&mut admin, "", SITES, &site("Shop")).await.refused(422, "invalid");
    assert_eq!(bad, ["Idempotency-Key: has not 1 to 200 visible characters"]);
}
