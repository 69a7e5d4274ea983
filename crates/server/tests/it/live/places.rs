//! Tests that who waits is told where they stand when nothing that happened says so, on a clock that is moved by hand.

use beckon_engine::id::ChatId;
use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::store::chat::change::update_chat_ringing;
use beckon_server::store::chat::{NewChat, insert_chat};
use beckon_server::store::user::Role;
use beckon_server::store::{Store, Tx};
use serde_json::{Value, json};

use super::client::Browser;
use super::shop::{Plan, Shop};
use super::waiting::waiting;
use crate::harness::{START, store_tests};
use crate::store::fixtures;

store_tests!(
    who_waits_is_told_their_place_every_fifteen_seconds,
    who_is_rung_for_is_told_their_place_too,
    what_a_queue_shows_of_the_wait_changes_at_once,
);

/// Who waits is told anew after this time.
const TOLD_EVERY_MS: i64 = 15_000;

/// A queue in which visitors wait although nobody is there.
async fn open(store: Store) -> Shop {
    let queue = json!({ "alternatives": { "no_agent": { "do": "wait" } } });
    let settings = SiteSettings { poll_interval_s: 300, ..Plan::default().settings };
    Shop::open_at(store, Plan { queue, settings, ..Plan::default() }, Clock::manual(START)).await
}

/// Somebody comes before all others, and nobody is told.
async fn comes_first(tx: &mut Tx, shop: &Shop) -> ChatId {
    let who = fixtures::visit(tx, *shop.site.id, shop.clock.now()).await;
    let chat = NewChat { priority: 5, ..fixtures::chat(*shop.site.id, *shop.queue.id, who) };
    assert!(insert_chat(tx, &chat, shop.clock.now()).await.unwrap());
    chat.id
}

async fn at_place(browser: &mut Browser, place: u32) {
    let is = |frame: &Value| frame["type"] == "chat" && frame["chat"]["position"] == place;
    browser.socket.next("a place", is).await;
}

// spec: Q-3
async fn who_waits_is_told_their_place_every_fifteen_seconds(store: Store) {
    let shop = open(store).await;
    let (mut browser, chat) = waiting(&shop).await;
    assert_eq!(chat["position"], 1);
    for place in [2, 3] {
        let mut tx = shop.store.write().await.unwrap();
        comes_first(&mut tx, &shop).await;
        tx.commit().await.unwrap();
        shop.clock.advance_ms(TOLD_EVERY_MS);
        at_place(&mut browser, place).await;
    }
}

// spec: Q-3
async fn who_is_rung_for_is_told_their_place_too(store: Store) {
    let shop = open(store).await;
    let alice = shop.person("Alice", Role::Agent).await;
    let (mut browser, chat) = waiting(&shop).await;
    let chat: ChatId = serde_json::from_value(chat["id"].clone()).unwrap();
    let mut tx = shop.store.write().await.unwrap();
    // Nobody hears of the rings, so that nothing but the time tells of them.
    for rung in [comes_first(&mut tx, &shop).await, chat] {
        assert!(update_chat_ringing(&mut tx, rung, alice.user, START.plus_s(600)).await.unwrap());
    }
    tx.commit().await.unwrap();
    shop.clock.advance_ms(TOLD_EVERY_MS);
    at_place(&mut browser, 2).await;
}

// spec: Q-3 R-7
async fn what_a_queue_shows_of_the_wait_changes_at_once(store: Store) {
    let shop = open(store).await;
    let root = shop.person("Root", Role::Admin).await;
    let (mut browser, chat) = waiting(&shop).await;
    assert_eq!(chat["position"], 1);
    let path = format!("/api/v1/queues/{}", *shop.queue.id);
    let plan = root.read(&path).await["plan"].clone();
    for shows in [false, true] {
        let mut plan = plan.clone();
        plan["routing"]["show_position"] = json!(shows);
        assert_eq!(root.send("PATCH", &path, &json!({ "plan": plan })).await.0, 200);
        let is = |frame: &Value| {
            frame["type"] == "chat" && frame["chat"]["position"] == if shows { json!(1) } else { Value::Null }
        };
        browser.socket.next("what is shown now", is).await;
    }
}
