//! Proves API tokens: shown once, good within their scopes, no longer than they and their maker last, and named in the log.

use std::collections::BTreeSet;

use axum::http::header::AUTHORIZATION;
use beckon_server::http::openapi;
use beckon_server::http::scope::AREAS;
use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::place::{Browser, Place, id_of};
use crate::harness::store_tests;

store_tests!(
    a_token_is_shown_once_and_acts_in_the_name_of_its_maker,
    a_token_is_good_within_its_scopes_alone,
    what_leaves_the_installation_takes_the_administration,
    a_token_ends_with_its_time_its_maker_or_its_removal,
    what_is_wrong_with_a_token_is_said_at_the_field,
);

const PATH: &str = "/api/v1/api-tokens";

/// A program that sends this token.
pub(super) fn program(place: &Place, token: &Value) -> Browser {
    let bearer: &'static str = format!("Bearer {}", token.as_str().unwrap()).leak();
    let mut program = place.browser();
    program.headers.push((AUTHORIZATION, bearer));
    program
}

pub(super) async fn make(admin: &mut Browser, scopes: &[&str]) -> Value {
    admin.post(PATH, &json!({"name": "Deploy", "scopes": scopes})).await.created()
}

// spec: A-4
async fn a_token_is_shown_once_and_acts_in_the_name_of_its_maker(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let root = place.user("root", Role::Admin).await;
    let mut admin = place.browser_of(root).await;
    let made = make(&mut admin, &["configuration:write"]).await;
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("beckon_") && token.len() == 7 + 64, "{token}");
    let listed = admin.get(PATH).await;
    assert!(!listed.text.contains(&token[7..]), "the list shows the token");
    assert!(token.ends_with(listed.ok()["items"][0]["ending"].as_str().unwrap()));
    assert_eq!(listed.ok()["items"][0]["last_used_at"], Value::Null);
    let mut program = program(&place, &made["token"]);
    program.post("/api/v1/sites", &json!({"name": "Shop", "origins": []})).await.created();
    assert_eq!(admin.get(PATH).await.ok()["items"][0]["last_used_at"], place.clock.now().0);
    let log = admin.get("/api/v1/audit?kind=site").await;
    assert_eq!(log.ok()["items"][0]["via"], "Deploy");
    assert_eq!(log.ok()["items"][0]["user_id"], json!(root));
    let lines = admin.get("/api/v1/audit?kind=api_token").await.ok();
    let line = admin.get(&format!("/api/v1/audit/{}", id_of(&lines["items"][0]))).await;
    assert_eq!(line.ok()["after"]["name"], "Deploy");
    assert!(!line.text.contains(&token[7..]), "the audit log shows the token");
}

// spec: A-4 X-6
async fn a_token_is_good_within_its_scopes_alone(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let reading = make(&mut admin, &["configuration:read", "customers:read"]).await;
    let mut program = program(&place, &reading["token"]);
    program.get("/api/v1/sites").await.ok();
    program
        .post("/api/v1/sites/00000000-0000-0000-0000-000000000000/rules/check", &json!({}))
        .await
        .refused(422, "invalid");
    program.get("/api/v1/workspace").await.ok();
    let new = json!({"name": "Shop", "origins": []});
    for (reply, detail) in [
        (program.post("/api/v1/sites", &new).await, "It takes the scope configuration:write."),
        (
            program.get("/api/v1/sites/00000000-0000-0000-0000-000000000000/identity-secret").await,
            "It takes the scope administration:read.",
        ),
        (program.get("/api/v1/users").await, "It takes the scope administration:read."),
        (program.get("/api/v1/chats").await, "It takes the scope conversations:read."),
        (program.get(PATH).await, "Only a person who is signed in can do this."),
        (program.get("/api/v1/me").await, "Only a person who is signed in can do this."),
        (program.delete("/api/v1/session").await, "Only a person who is signed in can do this."),
    ] {
        reply.refused(403, "out_of_scope");
        assert_eq!(reply.json()["detail"], detail);
    }
    // What a proxy in front asked for is not ours, and a cookie beside a token does not help.
    admin.headers.push((AUTHORIZATION, "Basic cm9vdDp4"));
    admin.get("/api/v1/sites").await.ok();
    program.cookie.clone_from(&admin.cookie);
    program.post("/api/v1/sites", &new).await.refused(403, "out_of_scope");
}

// spec: A-4 X-6
async fn what_leaves_the_installation_takes_the_administration(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let site = id_of(&admin.post("/api/v1/sites", &json!({"name": "Shop", "origins": []})).await.created());
    let queues = format!("/api/v1/sites/{site}/queues");
    let queue = admin.get(&queues).await.ok()["items"][0].clone();
    let path = format!("/api/v1/queues/{}", id_of(&queue));
    let made = make(&mut admin, &["configuration:write"]).await;
    let mut narrow = program(&place, &made["token"]);
    let made = make(&mut admin, &["configuration:write", "administration:write"]).await;
    let mut wide = program(&place, &made["token"]);
    let hook = json!({"name": "CRM", "url": "https://crm.example/hook", "events": ["chat.ended"]});
    narrow.get("/api/v1/webhooks").await.refused(403, "out_of_scope");
    narrow.post("/api/v1/webhooks", &hook).await.refused(403, "out_of_scope");
    let hook = id_of(&wide.post("/api/v1/webhooks", &hook).await.created()["webhook"]);
    let deliveries = format!("/api/v1/webhooks/{hook}/deliveries");
    narrow.get(&deliveries).await.refused(403, "out_of_scope");
    wide.get(&deliveries).await.ok();
    let before = admin.get(&format!("/api/v1/sites/{site}")).await.ok()["config_version"].clone();
    for (part, value) in [
        ("enquiry", json!({"emails": ["else@where.example"]})),
        ("conduct", json!({"screen_pop": {"url": "https://else.where/{visitor_name}"}})),
    ] {
        let mut plan = queue["plan"].clone();
        for (name, value) in value.as_object().unwrap() {
            plan[part][name] = value.clone();
        }
        let new = json!({"name": "Second", "plan": plan});
        narrow.post(&queues, &new).await.refused(403, "out_of_scope");
        let refused = narrow.patch(&path, &json!({"plan": plan})).await;
        refused.refused(403, "out_of_scope");
        assert_eq!(refused.json()["detail"], "It takes the scope administration:write.");
        wide.patch(&path, &json!({"plan": plan})).await.ok();
        narrow.patch(&path, &json!({"plan": plan, "name": part})).await.ok();
    }
    let versions = format!("/api/v1/sites/{site}/versions");
    narrow.post(&versions, &json!({"version": before})).await.refused(403, "out_of_scope");
    wide.post(&versions, &json!({"version": before})).await.ok();
}

// spec: A-4
async fn a_token_ends_with_its_time_its_maker_or_its_removal(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let ada = place.user("ada", Role::Admin).await;
    let mut of_ada = place.browser_of(ada).await;
    let until = place.clock.now().0 + 60_000;
    let new = json!({"name": "Short", "scopes": ["configuration:read"], "expires_at": until});
    let mut short = program(&place, &of_ada.post(PATH, &new).await.created()["token"]);
    let kept = make(&mut of_ada, &["configuration:read", "administration:read"]).await;
    let mut long = program(&place, &kept["token"]);
    short.get("/api/v1/sites").await.ok();
    place.clock.advance_ms(60_000);
    short.get("/api/v1/sites").await.refused(401, "signed_out");
    long.get("/api/v1/audit").await.ok();
    let user = format!("/api/v1/users/{ada}");
    admin.patch(&user, &json!({"role": "agent"})).await.ok();
    long.get("/api/v1/audit").await.refused(403, "forbidden");
    long.get("/api/v1/sites").await.ok();
    admin.patch(&user, &json!({"disabled": true})).await.ok();
    long.get("/api/v1/sites").await.refused(401, "signed_out");
    admin.patch(&user, &json!({"disabled": false})).await.ok();
    long.get("/api/v1/sites").await.ok();
    let path = format!("{PATH}/{}", id_of(&kept["api_token"]));
    admin.delete(&path).await.done();
    long.get("/api/v1/sites").await.refused(401, "signed_out");
    admin.delete(&path).await.refused(404, "not_found");
}

// spec: A-4
async fn what_is_wrong_with_a_token_is_said_at_the_field(store: Store) {
    let place = Place::on(store, |_| {}).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let now = place.clock.now().0;
    for (new, detail) in [
        (json!({"name": " ", "scopes": ["customers:read"]}), "/name: is empty"),
        (json!({"name": "A", "scopes": []}), "/scopes: names nothing that the token is for"),
        (
            json!({"name": "A", "scopes": ["customers:read"], "expires_at": now}),
            "/expires_at: is not in the future",
        ),
    ] {
        assert_eq!(admin.post(PATH, &new).await.refused(422, "invalid"), [detail]);
    }
    let unknown = admin.post(PATH, &json!({"name": "A", "scopes": ["all"]})).await.refused(422, "invalid");
    assert!(unknown[0].starts_with("/scopes/0: unknown variant"), "{unknown:?}");
    for bad in ["Bearer", "Bearer beckon_0", "Basic cm9vdDp4", "Bearer \u{e9}"] {
        let mut nobody = place.browser();
        nobody.headers.push((AUTHORIZATION, bad));
        nobody.get("/api/v1/sites").await.refused(401, "signed_out");
    }
}

// spec: X-6
#[test]
fn every_route_of_the_description_has_an_area_or_is_for_people_alone() {
    let document = serde_json::to_value(openapi::parts().1).unwrap();
    let described: BTreeSet<&str> =
        document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let known: BTreeSet<&str> = AREAS.iter().map(|(path, _)| *path).collect();
    assert_eq!(known.len(), AREAS.len(), "a route stands in the table twice");
    assert_eq!(described, known);
}
