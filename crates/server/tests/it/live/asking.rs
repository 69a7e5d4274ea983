//! Tests offers by hand to a visitor whose visit another node holds: presented and refused there, and never after a no.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use beckon_engine::settings::SiteSettings;
use beckon_server::store::{Store, Tx};
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::nodes::on_two_nodes;
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::store_tests;

store_tests!(
    an_offer_by_hand_reaches_a_visitor_on_another_node,
    the_node_that_holds_the_visit_refuses_with_its_reason,
    what_a_visitor_forbids_on_another_node_is_known,
    while_the_bus_is_away_offers_by_hand_reach_other_nodes,
    what_no_node_takes_is_refused_and_not_presented_later,
);

/// No rule acts, and browsers here have no heart that beats.
fn quiet() -> Plan {
    let settings = SiteSettings { poll_interval_s: 60, minimum_interval_s: 600, ..Plan::default().settings };
    Plan { required_time_s: 900, settings, ..Plan::default() }
}

async fn browser_at(address: SocketAddr, shop: &Shop) -> Browser {
    let mut browser = Browser::connect(address, Some(ORIGIN)).await;
    browser.hello(&shop.site.key, json!({ "pages": [product(1)] })).await;
    // That node knows of the agent.
    browser.open().await;
    browser
}

fn path_of(browser: &Browser) -> String {
    format!("/api/v1/visits/{}/offers", browser.welcome["visit"].as_str().unwrap())
}

async fn present(console: &Console, browser: &Browser, shop: &Shop, override_caps: bool) -> Value {
    let wanted =
        json!({ "offer_id": *shop.offer.id, "queue_id": *shop.queue.id, "override_caps": override_caps });
    let (status, answer) = console.write(&path_of(browser), &wanted).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

// spec: O-13 A-2
async fn an_offer_by_hand_reaches_a_visitor_on_another_node(store: Store) {
    let (shop, other, _between) = on_two_nodes(store, quiet()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = browser_at(other, &shop).await;
    let choice = alice.read(&path_of(&browser)).await;
    assert_eq!((&choice["refused"], &choice["offers"][0]["name"]), (&Value::Null, &json!("Help")));
    let presented = present(&alice, &browser, &shop, false).await;
    let offer = browser.offer().await;
    assert_eq!(presented, json!({ "refused": null, "presentation_id": offer["id"] }));
    let record = alice.read(&format!("/api/v1/presentations/{}", offer["id"].as_str().unwrap())).await;
    assert_eq!((&record["by"]["name"], &record["rule"]), (&json!("Alice"), &Value::Null));
}

// spec: O-13 O-3 O-8
async fn the_node_that_holds_the_visit_refuses_with_its_reason(store: Store) {
    let (shop, other, _between) = on_two_nodes(store, quiet()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = browser_at(other, &shop).await;
    present(&alice, &browser, &shop, false).await;
    let offer = browser.offer().await;
    assert_eq!(present(&alice, &browser, &shop, true).await["refused"], "presentation_open");
    let path = path_of(&browser);
    alice.read_until(&path, |choice| choice["refused"] == "presentation_open").await;
    browser.socket.send(json!({ "type": "reject", "presentation": offer["id"] })).await;
    browser.socket.next_of("settled").await;
    alice
        .read_until(&path, |choice| choice["refused"].is_null() && choice["caps"][0]["reached"] == true)
        .await;
    assert_eq!(present(&alice, &browser, &shop, false).await["refused"], "interval_not_passed");
    assert_eq!(present(&alice, &browser, &shop, true).await["refused"], Value::Null);
    let again = browser.offer().await;
    let record = alice.read(&format!("/api/v1/presentations/{}", again["id"].as_str().unwrap())).await;
    assert_eq!(record["why"]["overrode"], json!(["interval_not_passed", "offer_not_again"]));
}

// spec: O-13 A-2 N-4
async fn what_a_visitor_forbids_on_another_node_is_known(store: Store) {
    let (shop, other, _between) = on_two_nodes(store, quiet()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = browser_at(other, &shop).await;
    browser.socket.send(json!({ "type": "consent", "given": false })).await;
    alice.read_until(&path_of(&browser), |choice| choice["refused"] == "no_consent").await;
    assert_eq!(present(&alice, &browser, &shop, true).await["refused"], "no_consent");
    let chat = path_of(&browser).replace("/offers", "/chat");
    assert_eq!(alice.write(&chat, &json!({})).await.1["refused"], "no_consent");
}

// spec: O-13 X-3
async fn while_the_bus_is_away_offers_by_hand_reach_other_nodes(store: Store) {
    let (shop, other, mut between) = on_two_nodes(store, quiet()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = browser_at(other, &shop).await;
    between.kill().await.unwrap();
    let asked = Instant::now();
    assert_eq!(present(&alice, &browser, &shop, false).await["refused"], Value::Null);
    assert!(asked.elapsed() < Duration::from_secs(6), "{:?}", asked.elapsed());
    browser.offer().await;
}

/// Writes down which node has claimed the visit; yields which had.
async fn claim(store: &Store, browser: &Browser, node: &str) -> String {
    let id = browser.welcome["visit"].as_str().unwrap();
    let (read, write) =
        ("SELECT node FROM visits WHERE id = $1", "UPDATE visits SET node = $2 WHERE id = $1");
    let mut tx = store.write().await.unwrap();
    let before = match &mut tx {
        Tx::Sqlite(tx) => {
            let before = sqlx::query_scalar(read).bind(id).fetch_one(&mut **tx).await.unwrap();
            sqlx::query(write).bind(id).bind(node).execute(&mut **tx).await.unwrap();
            before
        }
        Tx::Postgres(tx) => {
            let before = sqlx::query_scalar(read).bind(id).fetch_one(&mut **tx).await.unwrap();
            sqlx::query(write).bind(id).bind(node).execute(&mut **tx).await.unwrap();
            before
        }
    };
    tx.commit().await.unwrap();
    before
}

// spec: O-13
async fn what_no_node_takes_is_refused_and_not_presented_later(store: Store) {
    let (shop, other, _between) = on_two_nodes(store, quiet()).await;
    let alice = shop.agent("Alice").await;
    let there = shop.another_session_at(&alice, other).await;
    let mut browser = browser_at(other, &shop).await;
    let holder = claim(&shop.store, &browser, "a node that has died").await;
    for console in [&alice, &there] {
        let answer = present(console, &browser, &shop, false).await;
        assert_eq!(answer, json!({ "refused": "visitor_away", "presentation_id": null }));
    }
    claim(&shop.store, &browser, &holder).await;
    // The node that has it again would take what was asked first, and refuse this.
    assert_eq!(present(&alice, &browser, &shop, false).await["refused"], Value::Null);
    browser.offer().await;
    assert_eq!(browser.socket.told("offer"), 0, "what was refused is not presented");
}
