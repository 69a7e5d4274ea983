//! Proves what a load balancer is told: the database and its migrations decide, NATS does not.

use std::net::SocketAddr;
use std::time::Duration;

use beckon_server::clock::Clock;
use beckon_server::store::{Store, Tx};
use serde_json::{Value, json};

use crate::bus::{connect, free_port, nats};
use crate::harness::{START, store_tests};
use crate::live::client::call;
use crate::live::shop::{Plan, Shop};
use crate::rest::place::Place;

store_tests!(
    migrations_decide,
    without_nats_a_node_serves_and_says_so,
    a_clock_that_is_wrong_is_told,
    a_node_with_much_to_do_is_ready,
);

/// What `/readyz` says, with its status.
pub(super) async fn readiness(address: SocketAddr) -> (u16, Value) {
    let answer = call(address, "GET", "/readyz", &[], &[]).await;
    (answer.status, answer.json())
}

/// Waits until it says this.
pub(crate) async fn until(address: SocketAddr, status: u16, said: &str) -> Value {
    let waiting = async {
        loop {
            let (code, body) = readiness(address).await;
            if (code, &body["status"]) == (status, &json!(said)) {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap_or_else(|_| panic!("never {said}"))
}

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
    assert_eq!(browser.get("/readyz").await.ok()["status"], "ready", "a newer node has migrated it");
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
    let said = until(shop.address, 200, "degraded").await;
    assert_eq!(said["reasons"][0]["code"], "nats");
    assert!(said["reasons"][0]["detail"].as_str().unwrap().contains("NATS"), "{said}");
    let _between = nats(port);
    assert_eq!(until(shop.address, 200, "ready").await["reasons"], json!([]));
}

// spec: N-6
async fn a_clock_that_is_wrong_is_told(store: Store) {
    let port = free_port();
    let _between = nats(port);
    let has_a_clock = matches!(store.read().await.unwrap(), Tx::Postgres(_));
    let clock = Clock::manual(START);
    let shop = Shop::open_on(store, Plan::default(), clock, connect(port).await).await;
    if has_a_clock {
        let said = until(shop.address, 200, "degraded").await;
        assert_eq!(said["reasons"][0]["code"], "clock", "{said}");
    } else {
        assert_eq!(readiness(shop.address).await, (200, json!({ "status": "ready", "reasons": [] })));
    }
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
