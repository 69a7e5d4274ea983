//! Tests what is written down of something that could be committed only later.

use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::store::{Store, Tx};
use serde_json::Value;

use super::shop::{Plan, Shop};
use crate::harness::{START, store_tests};

store_tests!(an_outcome_has_the_time_at_which_it_was_decided);

/// From now on no outcome can be written, or again each can.
async fn rename(store: &Store, from: &str, to: &str) {
    let sql = sqlx::AssertSqlSafe(format!("ALTER TABLE presentations RENAME COLUMN {from} TO {to}"));
    let mut tx = store.write().await.unwrap();
    match &mut tx {
        Tx::Sqlite(tx) => drop(sqlx::raw_sql(sql).execute(&mut **tx).await.unwrap()),
        Tx::Postgres(tx) => drop(sqlx::raw_sql(sql).execute(&mut **tx).await.unwrap()),
    }
    tx.commit().await.unwrap();
}

// spec: X-4 O-7
async fn an_outcome_has_the_time_at_which_it_was_decided(store: Store) {
    let settings = SiteSettings { poll_interval_s: 300, ..Plan::default().settings };
    let shop = Shop::open_at(store, Plan { settings, ..Plan::default() }, Clock::manual(START)).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    rename(&shop.store, "outcome_reason", "away").await;
    shop.clock.advance_ms(1_000);
    browser.socket.send(serde_json::json!({ "type": "reject", "presentation": offer["id"] })).await;
    let path = format!("/api/v1/visits/{}/offers", browser.welcome["visit"].as_str().unwrap());
    alice.read_until(&path, |choice| choice["refused"] == Value::Null).await;
    // What is decided from now on, such as the next presentation, is later than the outcome.
    shop.clock.advance_ms(10_000);
    rename(&shop.store, "away", "outcome_reason").await;
    browser.socket.next_of("settled").await;
    let stored = alice.read(&format!("/api/v1/presentations/{}", offer["id"].as_str().unwrap())).await;
    assert_eq!((&stored["outcome"], &stored["outcome_at"]), (&"rejected".into(), &START.plus_s(1).0.into()));
}
