//! Tests what a node does less of while units of work wait too long, and that a chat that is open goes on.

use std::time::Duration;

use beckon_engine::settings::SiteSettings;
use beckon_server::store::soundness::find_time;
use beckon_server::store::{Store, Tx};
use serde_json::{Value, json};

use super::client::{Browser, call};
use super::decisions::decisions_until;
use super::shop::{ORIGIN, Plan, Shop, page, product};
use crate::harness::store_tests;

store_tests!(offers_and_new_chats_go_and_a_chat_that_is_open_stays);

/// Every unit of work that can be had at once: whoever else wants one waits.
async fn occupy(store: &Store) -> Vec<Tx> {
    let mut held = Vec::new();
    while let Ok(tx) = tokio::time::timeout(Duration::from_millis(500), store.write()).await {
        held.push(tx.unwrap());
    }
    held
}

async fn reasons(shop: &Shop) -> Value {
    call(shop.address, "GET", "/readyz", &[], &[]).await.json()["reasons"].take()
}

fn turns_chats_away(reasons: &Value) -> bool {
    let mut overload = reasons.as_array().unwrap().iter().filter(|reason| reason["code"] == "overload");
    overload.any(|reason| reason["detail"].as_str().unwrap().contains("no chats"))
}

async fn about(shop: &Shop) -> Browser {
    let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
    browser.hello(&shop.site.key, json!({ "pages": [page(1, "/about")] })).await;
    browser.open().await;
    browser
}

// spec: R-9 X-1
async fn offers_and_new_chats_go_and_a_chat_that_is_open_stays(store: Store) {
    // Nobody is thought to be gone meanwhile.
    let settings = SiteSettings { poll_interval_s: 60, minimum_interval_s: 0, ..SiteSettings::default() };
    let shop = Shop::open(store, Plan { settings, ..Plan::default() }).await;
    let mut alice = shop.agent("Alice").await;
    let (mut talker, mut newcomer) = (about(&shop).await, about(&shop).await);
    talker.socket.send(json!({ "type": "open_chat" })).await;
    let chat = alice.take().await;
    talker.chat("active").await;

    let mut held = Vec::new();
    let occupied = async {
        while !turns_chats_away(&reasons(&shop).await) {
            held.extend(occupy(&shop.store).await);
            for tx in &mut held {
                // PostgreSQL ends a unit of work that says nothing.
                find_time(tx).await.unwrap();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(90), occupied).await.expect("the node turns chats away");
    newcomer.socket.send(json!({ "type": "open_chat" })).await;
    let instead = newcomer.socket.next_of("alternative").await;
    assert_eq!(
        (&instead["reason"], &instead["alternative"]["do"]),
        (&json!("overloaded"), &json!("message"))
    );
    let mut goes = product(2);
    goes["type"] = json!("page");
    newcomer.socket.send(goes).await;
    newcomer.socket.send(json!({ "type": "nonsense" })).await;
    newcomer.socket.next_of("refused").await;
    talker.say(&chat["id"], "m1", "Are you still there?").await;
    assert_eq!(newcomer.socket.told("offer"), 0);
    drop(held);

    alice.message("Are you still there?").await;
    talker.socket.next("its acknowledgement", |frame| frame["id"] == "m1" && frame["type"] == "ack").await;
    newcomer.offer().await;
    let visit = newcomer.welcome["visit"].as_str().unwrap();
    decisions_until(&alice, visit, |kept| kept.iter().any(|decision| decision["reason"] == "overloaded"))
        .await;
    let mut late = about(&shop).await;
    while !reasons(&shop).await.as_array().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    late.socket.send(json!({ "type": "open_chat" })).await;
    late.chat("queued").await;
}
