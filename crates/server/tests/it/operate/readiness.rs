//! Proves what a load balancer is told: the database and its migrations decide, NATS does not.

use std::time::Duration;

use beckon_server::clock::Clock;
use beckon_server::store::{Store, Tx};
use serde_json::json;

use crate::bus::{connect, free_port, nats};
use crate::harness::{START, on_postgres, store_tests};
use crate::live::client::{readiness, until_ready_says};
use crate::live::shop::{Plan, Shop};
use crate::rest::place::Place;

store_tests!(migrations_decide, without_nats_a_node_serves_and_says_so, a_node_with_much_to_do_is_ready,);

async fn run(store: &Store, sql: &'static str) {
    let mut tx = store.write().await.unwrap();
    match &mut tx {
        Tx::Sqlite(tx) => drop(sqlx::query(sql).execute(&mut **tx).await.unwrap()),
        Tx::Postgres(tx) => drop(sqlx::query(sql).execute(&mut **tx).await.unwrap()),
    }
    tx.commit().await.unwrap();
}

// spec: N-6
async fn migrations_decide(store: Store) {
    let place = Place::on(store.clone(), |_| {}).await;
    let mut browser = place.browser();
    run(
        &store,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 SELECT 9999, description, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
    )
    .await;
    // A newer node has migrated it: this one serves all the same. Its clock is the test's own.
    assert_ne!(browser.get("/readyz").await.ok()["status"], "not_ready");
    run(&store, "DELETE FROM _sqlx_migrations WHERE version = 57").await;
    let reply = browser.get("/readyz").await;
    assert_eq!((reply.status.as_u16(), &reply.json()["reasons"][0]["code"]), (503, &json!("migrations")));
}

// spec: N-6
async fn without_nats_a_node_serves_and_says_so(store: Store) {
    let port = free_port();
    let mut between = nats(port);
    let shop = Shop::open_on(store, Plan::default(), Clock::System, connect(port).await).await;
    assert_eq!(readiness(shop.address).await, (200, json!({ "status": "ready", "reasons": [] })));
    between.kill().await.unwrap();
    let said = until_ready_says(shop.address, 200, "degraded").await;
    assert_eq!(said["reasons"][0]["code"], "nats");
    assert!(said["reasons"][0]["detail"].as_str().unwrap().contains("NATS"), "{said}");
    let _between = nats(port);
    assert_eq!(until_ready_says(shop.address, 200, "ready").await["reasons"], json!([]));
}

/// The embedded database has no clock of its own.
// spec: N-6
#[tokio::test]
async fn a_clock_that_is_wrong_is_told() {
    on_postgres(async |store| {
        let shop = Shop::open_at(store, Plan::default(), Clock::manual(START)).await;
        let said = until_ready_says(shop.address, 200, "degraded").await;
        assert_eq!(said["reasons"][0]["code"], "clock", "{said}");
        shop.close();
    })
    .await;
}

// spec: N-6
async fn a_node_with_much_to_do_is_ready(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut taken = Vec::new();
    while let Ok(tx) = tokio::time::timeout(Duration::from_secs(1), shop.store.read()).await {
        taken.push(tx.unwrap());
    }
    let (code, said) = readiness(shop.address).await;
    assert_eq!(code, 200, "with {} connections taken: {said}", taken.len());
}
