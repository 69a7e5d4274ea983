//! Tests routing and ownership: who is rung, who gets a chat, who may write in it.

use beckon_server::clock::Clock;
use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::shop::{Plan, Shop};
use crate::harness::{START, store_tests};

store_tests!(
    ring_out_and_the_next_agent_is_rung,
    declining_passes_the_chat_on,
    of_two_who_take_one_gets_it,
    only_the_owner_writes,
    never_more_by_routing_than_slots,
    see_no_more_of_others_than_they_must,
    who_is_only_rung_does_not_end_the_chat,
    who_signs_out_of_one_of_two_browsers_keeps_the_chat,
);

async fn waiting(shop: &Shop) -> Browser {
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    browser.socket.next("a chat", |frame| frame["type"] == "chat").await;
    browser
}

// spec: Q-4
async fn ring_out_and_the_next_agent_is_rung(store: Store) {
    let queue = json!({ "routing": { "ring_time_s": 1 } });
    let shop = Shop::open(store, Plan { queue, ..Plan::default() }).await;
    let mut alice = shop.agent("Alice").await;
    let _browser = waiting(&shop).await;
    alice.ring().await;
    let mut bob = shop.agent("Bob").await;
    let away = alice.socket.next("away", |frame| frame["reason"] == "no_answer").await;
    assert_eq!(away["status"], "away");
    assert_eq!(bob.take().await["agent"]["name"], "Bob");
}

// spec: Q-4
async fn declining_passes_the_chat_on(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let _browser = waiting(&shop).await;
    let chat = alice.ring().await;
    assert_eq!(alice.command(json!({ "type": "decline", "chat": chat["id"] })).await["type"], "done");
    let mut bob = shop.agent("Bob").await;
    let taken = bob.take().await;
    assert_eq!((&taken["id"], &taken["queued_at"]), (&chat["id"], &chat["queued_at"]));
}

// spec: Q-4 X-3
async fn who_is_only_rung_does_not_end_the_chat(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let _browser = waiting(&shop).await;
    let chat = alice.ring().await;
    let refused = alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    assert_eq!(refused["code"], "not_yours", "{refused}");
    assert_eq!(alice.take().await["id"], chat["id"]);
}

// spec: X-3
async fn who_signs_out_of_one_of_two_browsers_keeps_the_chat(store: Store) {
    let clock = Clock::manual(START);
    let shop = Shop::open_at(store, Plan::default(), clock.clone()).await;
    clock.advance_ms(121_000);
    let mut alice = shop.agent("Alice").await;
    let mut browser = waiting(&shop).await;
    let chat = alice.take().await;
    browser.chat("active").await;
    let phone = shop.another_session(&alice).await;
    assert_eq!(phone.send("DELETE", "/api/v1/session", &Value::Null).await.0, 204);
    let mut bob = shop.agent("Bob").await;
    let next = waiting(&shop).await;
    assert_eq!(bob.ring().await["id"], next.chat_id(), "Alice keeps hers, and is not rung");
    alice.say(&chat, "a1", "Still here").await;
    browser.message("Still here").await;
}

// spec: X-2
async fn of_two_who_take_one_gets_it(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let mut sue = shop.person("Sue", Role::Supervisor).await;
    let _browser = waiting(&shop).await;
    let chat = alice.ring().await;
    alice.command(json!({ "type": "decline", "chat": chat["id"] })).await;
    let take = json!({ "type": "accept", "chat": chat["id"] });
    let (first, second) = tokio::join!(alice.command(take.clone()), sue.command(take));
    let (won, lost) = if first["type"] == "done" { ("Alice", second) } else { ("Sue", first) };
    assert_eq!(lost["code"], "taken", "{lost}");
    assert_eq!(lost["detail"], format!("{won} has this chat."));
}

// spec: X-2 X-6
async fn only_the_owner_writes(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let _browser = waiting(&shop).await;
    let chat = alice.take().await;
    let mut bob = shop.agent("Bob").await;
    bob.say(&chat, "b1", "Hello").await;
    assert_eq!(bob.socket.next_of("refused").await["code"], "not_yours");
    let mut stale = chat.clone();
    stale["owner_epoch"] = json!(chat["owner_epoch"].as_i64().unwrap() - 1);
    alice.say(&stale, "a1", "Hello").await;
    let refused = alice.socket.next_of("refused").await;
    assert_eq!((&refused["code"], &refused["id"]), (&json!("stale_owner"), &json!("a1")));
    alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    alice.say(&chat, "a2", "Hello").await;
    assert_eq!(alice.socket.next_of("refused").await["code"], "chat_closed");
}

// spec: X-2
async fn never_more_by_routing_than_slots(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let mut browsers = Vec::new();
    let mut offers = Vec::new();
    for _ in 0..3 {
        let mut browser = shop.browser().await;
        offers.push(browser.offer().await);
        browsers.push(browser);
    }
    browsers[0].accept(&offers[0]).await;
    let first = alice.take().await;
    browsers[1].accept(&offers[1]).await;
    browsers[1].socket.next_of("chat").await;
    let second = alice.ring_of(&browsers[1].chat_id()).await;
    alice.take_rung(&second).await;
    browsers[2].socket.send(json!({ "type": "open_chat" })).await;
    assert_eq!(browsers[2].socket.next_of("alternative").await["reason"], "no_agent");
    let agents = alice.read("/api/v1/agents").await;
    assert_eq!(agents["items"][0]["slots_used"], 2);
    alice.command(json!({ "type": "close", "chat": first["id"] })).await;
}

// spec: X-6
async fn see_no_more_of_others_than_they_must(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let mut bob = shop.agent("Bob").await;
    let mut browser = waiting(&shop).await;
    let mut owner_and_other: [&mut Console; 2] = [&mut alice, &mut bob];
    let rung = owner_and_other[0].socket.next("a ring", |frame| frame["chat"]["state"] == "ringing").await;
    let owner_is_alice = rung["chat"]["agent"]["name"] == "Alice";
    if !owner_is_alice {
        owner_and_other.reverse();
    }
    let [owner, other] = owner_and_other;
    let accepted = owner.command(json!({ "type": "accept", "chat": rung["chat"]["id"] })).await;
    assert_eq!(accepted["type"], "done");
    browser.say(&rung["chat"]["id"], "v1", "My address is secret").await;
    browser.socket.next_of("ack").await;
    let seen = other.socket.next("the chat", |frame| frame["chat"]["state"] == "active").await;
    assert_eq!(seen["chat"]["last_message"], Value::Null);
    other.socket.send(json!({ "type": "follow", "chat": rung["chat"]["id"], "after": 0 })).await;
    assert_eq!(other.socket.next_of("refused").await["code"], "not_yours");
    assert_eq!(other.socket.told("message"), 0);
}
