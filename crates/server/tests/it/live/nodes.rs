//! Tests a visitor who goes from one server to another and back: whoever is left behind knows that it is out of date.

use std::net::SocketAddr;
use std::time::Duration;

use beckon_engine::id::VisitId;
use beckon_server::store::{Store, Tx};
use serde_json::{Value, json};

use super::client::{Browser, poll};
use super::shop::{ORIGIN, Plan, Shop, page};
use crate::harness::store_tests;

store_tests!(a_node_that_was_left_takes_over_what_the_other_knows, polls_follow_the_visit_from_node_to_node);

fn third_view() -> Plan {
    Plan { rule: json!({ "page_view_count": 3 }), ..Plan::default() }
}

fn viewed(view: u32) -> Value {
    json!([page(view, "/product/oslo-chair")])
}

/// Waits until what a visit knows of this view is written down.
async fn written(store: &Store, visit: &Value, view: u32) {
    let visit: VisitId = serde_json::from_value(visit.clone()).unwrap();
    for _ in 0..200 {
        let sql = "SELECT state FROM visits WHERE id = $1";
        let id = visit.to_string();
        let state: String = match store.read().await.unwrap() {
            Tx::Sqlite(mut tx) => sqlx::query_scalar(sql).bind(id).fetch_one(&mut *tx).await.unwrap(),
            Tx::Postgres(mut tx) => sqlx::query_scalar(sql).bind(id).fetch_one(&mut *tx).await.unwrap(),
        };
        if state.contains(&format!("\"view\":{view},")) {
            return;
        }
        // Checkpoints are written once a second.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("view {view} was not written down");
}

// spec: X-4 X-1
async fn a_node_that_was_left_takes_over_what_the_other_knows(store: Store) {
    let shop = Shop::open(store, third_view()).await;
    let _alice = shop.agent("Alice").await;
    let other = shop.other_node().await;
    let mut first = shop.browser().await;
    let (token, visit) = (first.token().to_owned(), first.welcome["visit"].clone());
    written(&shop.store, &visit, 1).await;
    let mut second = Browser::connect(other, Some(ORIGIN)).await;
    second.hello(&shop.site.key, json!({ "token": token, "pages": viewed(2) })).await;
    assert_eq!(second.welcome["visit"], visit);
    written(&shop.store, &visit, 2).await;
    second.socket.leave().await;
    first.socket.closed().await;
    let mut back = Browser::connect(shop.address, Some(ORIGIN)).await;
    back.hello(&shop.site.key, json!({ "token": token, "pages": viewed(3) })).await;
    back.offer().await;
}

async fn poll_at(address: SocketAddr, shop: &Shop, token: &Value, view: u32) -> Vec<Value> {
    let hello =
        json!({ "type": "hello", "v": 1, "site": shop.site.key, "token": token, "pages": viewed(view) });
    let (status, notices) = poll(address, ORIGIN, json!([hello])).await;
    assert_eq!(status, 200, "{notices:?}");
    notices
}

// spec: X-4 T-6
async fn polls_follow_the_visit_from_node_to_node(store: Store) {
    let shop = Shop::open(store, third_view()).await;
    let _alice = shop.agent("Alice").await;
    let other = shop.other_node().await;
    let welcome = poll_at(shop.address, &shop, &Value::Null, 1).await[0].clone();
    written(&shop.store, &welcome["visit"], 1).await;
    poll_at(other, &shop, &welcome["token"], 2).await;
    written(&shop.store, &welcome["visit"], 2).await;
    let third = poll_at(shop.address, &shop, &welcome["token"], 3).await;
    assert!(!third[0]["offer"].is_null(), "the third view brings the offer: {third:#?}");
}
