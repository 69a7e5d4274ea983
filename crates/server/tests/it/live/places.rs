//! Tests that who waits is told where they stand when nothing that happened says so, on a clock that is moved by hand.

use beckon_engine::id::{ChatId, UserId};
use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::store::chat::change::{
    update_chat_active, update_chat_ended, update_chat_ringing, update_chat_wrapped_up,
};
use beckon_server::store::chat::{EndedBy, NewChat, insert_chat};
use beckon_server::store::user::Role;
use beckon_server::store::{Store, Tx};
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::shop::{Plan, Shop};
use super::waiting::waiting;
use crate::harness::{START, store_tests};
use crate::store::fixtures;

store_tests!(
    who_waits_is_told_their_place_every_fifteen_seconds,
    who_is_rung_for_is_told_their_place_too,
    what_a_queue_shows_of_the_wait_changes_at_once,
    how_long_chats_last_tells_how_long_who_waits_will,
    the_wait_falls_as_time_goes_by_and_forgets_who_was_answered_long_ago,
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

/// A chat that is over.
#[derive(Clone, Copy)]
struct Had {
    /// So long ago its visitor came.
    ago_s: i64,
    waited_s: u32,
    lasted_s: u32,
}

async fn insert_had(tx: &mut Tx, shop: &Shop, agent: UserId, had: Had) {
    let Had { ago_s, waited_s, lasted_s } = had;
    let came = shop.clock.now().plus_ms(-1_000 * ago_s);
    let (answered, ended) = (came.plus_s(waited_s), came.plus_s(waited_s + lasted_s));
    let who = fixtures::visit(tx, *shop.site.id, came).await;
    let chat = fixtures::chat(*shop.site.id, *shop.queue.id, who);
    assert!(insert_chat(tx, &chat, came).await.unwrap());
    assert!(update_chat_active(tx, chat.id, agent, answered, None).await.unwrap());
    assert!(update_chat_ended(tx, chat.id, EndedBy::Agent, ended, None).await.unwrap());
    assert!(update_chat_wrapped_up(tx, chat.id).await.unwrap());
}

/// A queue whose one agent has one slot, which a visitor takes who was answered at once; before that there were these chats.
async fn busy(store: Store, before: [Had; 3]) -> (Shop, Console, Browser, Value) {
    let queue = json!({ "alternatives": { "no_agent": { "do": "wait" } } });
    let settings = SiteSettings { poll_interval_s: 300, ..Plan::default().settings };
    let plan = Plan { queue, settings, slots: 1, required_time_s: 86_400, ..Plan::default() };
    let shop = Shop::open_at(store, plan, Clock::manual(START)).await;
    let mut alice = shop.lasting_agent("Alice").await;
    let mut tx = shop.store.write().await.unwrap();
    for had in before {
        insert_had(&mut tx, &shop, alice.user, had).await;
    }
    tx.commit().await.unwrap();
    let (browser, chat) = waiting(&shop).await;
    assert_eq!(alice.take().await["id"], chat["id"]);
    (shop, alice, browser, chat)
}

async fn waits(browser: &mut Browser, wait_s: u32) {
    let is = |frame: &Value| frame["type"] == "chat" && frame["chat"]["wait_s"] == wait_s;
    browser.socket.next("a wait", is).await;
}

// spec: Q-3
async fn how_long_chats_last_tells_how_long_who_waits_will(store: Store) {
    // Three chats of four minutes, within two hours. They were answered too long ago to say how long visitors wait.
    let had = Had { ago_s: 3_600, waited_s: 0, lasted_s: 240 };
    let (shop, _alice, mut talking, chat) = busy(store, [had; 3]).await;
    let (mut first, told) = waiting(&shop).await;
    assert_eq!((&told["position"], &told["wait_s"]), (&json!(1), &json!(240)));
    let (mut second, told) = waiting(&shop).await;
    assert_eq!((&told["position"], &told["wait_s"]), (&json!(2), &json!(480)));
    // A fourth one of two minutes. It is to be wrapped up, so that no slot is free.
    shop.clock.advance_ms(120_000);
    talking.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    waits(&mut first, 210).await;
    waits(&mut second, 420).await;
}

// spec: Q-3
async fn the_wait_falls_as_time_goes_by_and_forgets_who_was_answered_long_ago(store: Store) {
    // Four visitors were answered lately, three after two minutes and one at once: 90 s, which count for one third beside the
    // four minutes that a chat lasts.
    let had = Had { ago_s: 1_000, waited_s: 120, lasted_s: 240 };
    let (shop, _alice, _talking, _) = busy(store, [had; 3]).await;
    let (mut browser, told) = waiting(&shop).await;
    assert_eq!(told["wait_s"], 190);
    for (later_s, wait_s) in [(15, 185), (45, 170), (60, 160)] {
        shop.clock.advance_ms(1_000 * later_s);
        waits(&mut browser, wait_s).await;
    }
    // After half an hour the three count no longer, and one alone says nothing: what is left is how long chats last.
    shop.clock.advance_ms(1_000 * (1_800 - 880 - 120 + 1));
    waits(&mut browser, 240).await;
}
