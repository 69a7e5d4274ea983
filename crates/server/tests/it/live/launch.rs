//! Tests alerts without an invitation: the chat window that opens at launch, and what becomes of an alert that nobody takes.

use beckon_server::store::Store;
use beckon_server::store::queue::{QueueRow, update_queue};
use serde_json::{Value, json};

use super::client::Browser;
use super::shop::{ORIGIN, Plan, Shop, page};
use crate::harness::store_tests;

store_tests!(
    the_window_opens_at_launch_and_the_agent_is_alerted,
    the_window_goes_when_nobody_takes_the_alert,
    the_window_goes_when_the_queue_closes,
    a_visitor_who_closes_the_window_is_left_alone,
    the_window_stays_while_the_visitor_goes_from_page_to_page,
    a_silent_agent_is_set_away_and_the_next_one_alerted,
);

fn without_invite(queue: Value) -> Plan {
    Plan { rule: json!({ "action": "engage_without_invite", "offer_id": null }), queue, ..Plan::default() }
}

fn at_launch(routing: Value) -> Plan {
    without_invite(json!({ "launch_window": "at_launch", "routing": routing }))
}

// spec: P-9 P-8
async fn the_window_opens_at_launch_and_the_agent_is_alerted(store: Store) {
    let shop = Shop::open(store, at_launch(json!({}))).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let shown = browser.chat("queued").await;
    assert_eq!((&shown["launched"], &shown["position"]), (&json!(true), &Value::Null), "{shown}");
    let chat = alice.take().await;
    assert_eq!(chat["id"], shown["id"]);
    assert_eq!(browser.chat("active").await["launched"], true, "nobody has written yet");
    alice.say(&chat, "a1", "May I help?").await;
    assert_eq!(browser.message("May I help?").await["from"], "agent");
    assert_eq!(browser.chat("active").await["launched"], Value::Null);
    browser.say(&chat["id"], "v1", "Yes").await;
    alice.message("Yes").await;
}

// spec: P-9 P-10 X-3
async fn the_window_goes_when_nobody_takes_the_alert(store: Store) {
    let shop = Shop::open(store, at_launch(json!({ "ring_time_s": 1 }))).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let chat = alice.ring().await["id"].clone();
    let ended = browser.chat("ended").await;
    assert_eq!((&ended["id"], &ended["launched"], &ended["instead"]), (&chat, &json!(true), &Value::Null));
    assert_eq!(alice.chat("ended").await["ended_by"], "system");
}

// spec: P-9 P-11
async fn the_window_goes_when_the_queue_closes(store: Store) {
    let shop = Shop::open(store, at_launch(json!({}))).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    alice.ring().await;
    let mut tx = shop.store.write().await.unwrap();
    update_queue(&mut tx, &QueueRow { channel_on: false, ..shop.queue.clone() }).await.unwrap();
    tx.commit().await.unwrap();
    let ended = browser.chat("ended").await;
    assert_eq!((&ended["launched"], &ended["instead"]), (&json!(true), &Value::Null), "{ended}");
}

// spec: P-9 P-10
async fn a_visitor_who_closes_the_window_is_left_alone(store: Store) {
    let shop = Shop::open(store, at_launch(json!({}))).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let first = browser.chat("queued").await["id"].clone();
    alice.ring().await;
    browser.socket.send(json!({ "type": "end_chat", "chat": first })).await;
    assert_eq!(alice.chat("ended").await["ended_by"], "visitor");
    browser.chat("ended").await;
    let second = alice.take().await;
    assert_ne!(second["id"], first, "an agent may still write first");
    let shown = browser.everything().contains(second["id"].as_str().unwrap());
    assert!(!shown, "the window opens by itself once a visit");
    alice.say(&second, "a1", "May I help?").await;
    assert_eq!(browser.message("May I help?").await["from"], "agent");
}

// spec: P-9 P-10
async fn the_window_stays_while_the_visitor_goes_from_page_to_page(store: Store) {
    let shop = Shop::open(store, at_launch(json!({}))).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let chat = browser.chat("queued").await["id"].clone();
    alice.ring().await;
    browser.socket.send(json!({ "type": "leave", "tab": 7, "view": 1, "visible_s": 3 })).await;
    let token = browser.token().to_owned();
    browser.socket.leave().await;
    let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
    let hello = json!({ "token": token, "pages": [page(2, "/about")], "chat": { "id": chat, "after": 0 } });
    browser.hello(&shop.site.key, hello).await;
    assert_eq!((&browser.welcome["chat"]["id"], &browser.welcome["chat"]["launched"]), (&chat, &json!(true)));
    let taken = alice.take_rung(&json!({ "id": chat })).await;
    alice.say(&taken, "a1", "May I help?").await;
    browser.message("May I help?").await;
}

// spec: P-10 Q-4
async fn a_silent_agent_is_set_away_and_the_next_one_alerted(store: Store) {
    let shop = Shop::open(store, without_invite(json!({ "routing": { "ring_time_s": 1 } }))).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let chat = alice.ring().await["id"].clone();
    let mut bob = shop.agent("Bob").await;
    let rung = bob.ring_of(&chat).await;
    let is_silent = |frame: &Value| frame["type"] == "status" && frame["reason"] == "no_answer";
    assert_eq!(alice.socket.next("the status", is_silent).await["status"], "away");
    let taken = bob.take_rung(&rung).await;
    bob.say(&taken, "b1", "May I help?").await;
    assert_eq!(browser.message("May I help?").await["name"], "Bob");
}
