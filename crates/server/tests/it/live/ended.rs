//! Tests that a session which has ended takes its live connection with it, on every node, without waiting for a sign of life.

use std::time::{Duration, Instant};

use beckon_server::clock::Clock;
use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::client::Console;
use super::shop::{Plan, Shop};
use crate::bus::{connect, free_port, nats};
use crate::harness::store_tests;

store_tests!(
    an_ended_session_is_cut_off_on_every_node_and_the_others_stay,
    whoever_is_disabled_or_has_another_password_is_cut_off,
    who_is_signed_in_nowhere_any_more_is_not_there,
);

const UNAUTHORIZED: u16 = 4401;
/// Without being told, a console's connection looks after itself every eight seconds.
const AT_ONCE: Duration = Duration::from_secs(4);

async fn is_cut(console: &mut Console, since: Instant) {
    assert_eq!(console.socket.closed().await, UNAUTHORIZED);
    assert!(since.elapsed() < AT_ONCE, "cut after {:?}", since.elapsed());
}

// spec: A-4
async fn an_ended_session_is_cut_off_on_every_node_and_the_others_stay(store: Store) {
    let port = free_port();
    let _between = nats(port);
    let shop = Shop::open_on(store, Plan::default(), Clock::System, connect(port).await).await;
    let other = shop.other_node_on(connect(port).await).await;
    let mut here = shop.agent("Alice").await;
    let mut bob = shop.agent("Bob").await;
    let mut same_node = shop.another_session(&here).await;
    let mut other_node = shop.another_session_at(&here, other).await;
    let began = Instant::now();
    let answer = here.send("DELETE", "/api/v1/me/sessions", &Value::Null).await;
    assert_eq!(answer.0, 204, "{}", answer.1);
    is_cut(&mut same_node, began).await;
    is_cut(&mut other_node, began).await;
    for console in [&mut here, &mut bob] {
        let status = json!({ "type": "status", "status": "ready" });
        assert_eq!(console.command(status).await["type"], "done");
    }
}

// spec: A-4
async fn whoever_is_disabled_or_has_another_password_is_cut_off(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let root = shop.person("Root", Role::Admin).await;
    let mut alice = shop.agent("Alice").await;
    let path = format!("/api/v1/users/{}", alice.user);
    for change in [json!({"password": "another horse"}), json!({"disabled": true})] {
        let mut console = shop.another_session(&alice).await;
        let began = Instant::now();
        assert_eq!(root.send("PATCH", &path, &change).await.0, 200);
        is_cut(&mut console, began).await;
        assert_eq!(root.send("PATCH", &path, &json!({"disabled": false})).await.0, 200);
    }
    assert_eq!(alice.socket.closed().await, UNAUTHORIZED);
}

// spec: A-4 X-3
async fn who_is_signed_in_nowhere_any_more_is_not_there(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let root = shop.person("Root", Role::Admin).await;
    let mut alice = shop.agent("Alice").await;
    let status = async || {
        let agents = root.read("/api/v1/agents").await;
        let named = |row: &&Value| row["name"] == "Alice";
        agents["items"].as_array().unwrap().iter().find(named).unwrap()["status"].clone()
    };
    assert_eq!(status().await, "ready");
    let path = format!("/api/v1/users/{}/sessions", alice.user);
    assert_eq!(root.send("DELETE", &path, &Value::Null).await.0, 204);
    assert_eq!(status().await, "offline");
    assert_eq!(alice.socket.closed().await, UNAUTHORIZED);
}
