//! Tests what an agent does beside the conversation: drafts that outlive browsers and ownership, and status with reasons.

use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::shop::{Plan, Shop};
use crate::harness::store_tests;

store_tests!(
    a_late_write_never_takes_the_place_of_a_newer_draft,
    a_draft_keeps_whom_it_is_for,
    a_draft_is_gone_once_it_is_sent,
    a_draft_stays_with_its_agent_and_with_nobody_else,
    away_has_a_reason_that_others_see,
    who_did_not_answer_is_away_for_that_reason,
    who_is_set_away_by_a_supervisor_is_told_so,
);

async fn chatting(shop: &Shop, console: &mut Console) -> (Browser, Value) {
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    let chat = console.take().await;
    (browser, chat)
}

async fn keep(console: &Console, chat: &Value, text: &str, version: i64) -> (u16, Value) {
    let path = format!("/api/v1/chats/{}/draft", chat["id"].as_str().unwrap());
    console.put(&path, &json!({"text": text, "version": version})).await
}

async fn draft(console: &Console, chat: &Value) -> (String, i64) {
    let found = console.read(&format!("/api/v1/chats/{}/draft", chat["id"].as_str().unwrap())).await;
    (found["text"].as_str().unwrap().to_owned(), found["version"].as_i64().unwrap())
}

// spec: A-1
async fn a_late_write_never_takes_the_place_of_a_newer_draft(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let (_browser, chat) = chatting(&shop, &mut alice).await;
    assert_eq!(draft(&alice, &chat).await, (String::new(), 0));
    assert_eq!(keep(&alice, &chat, "Good", 0).await.0, 200);
    assert_eq!(keep(&alice, &chat, "Good morning", 1).await.1["version"], 2);
    assert_eq!(keep(&alice, &chat, "Good morning", 1).await.0, 200, "the answer was lost");
    let (status, late) = keep(&alice, &chat, "Goo", 1).await;
    assert_eq!((status, &late["code"]), (409, &json!("stale")));
    let (status, first) = keep(&alice, &chat, "G", 0).await;
    assert_eq!((status, &first["code"]), (409, &json!("stale")));
    assert_eq!(draft(&alice, &chat).await, ("Good morning".to_owned(), 2));
    let (status, long) = keep(&alice, &chat, &"x".repeat(4_001), 2).await;
    assert_eq!((status, &long["code"]), (422, &json!("invalid")));
    assert_eq!(alice.read("/api/v1/drafts").await["items"].as_array().unwrap().len(), 1);
}

// spec: Q-9 X-6
async fn a_draft_keeps_whom_it_is_for(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let (_browser, chat) = chatting(&shop, &mut alice).await;
    let path = format!("/api/v1/chats/{}/draft", chat["id"].as_str().unwrap());
    assert_eq!(alice.read(&path).await["audience"], "all");
    let note = json!({"text": "Haggles", "audience": "staff", "version": 0});
    assert_eq!(alice.put(&path, &note).await.1["audience"], "staff");
    assert_eq!(alice.read(&path).await["audience"], "staff");
    assert_eq!(alice.read("/api/v1/drafts").await["items"][0]["audience"], "staff");
    let for_all = json!({"text": "Haggles", "audience": "all", "version": 0});
    let (status, other) = alice.put(&path, &for_all).await;
    assert_eq!((status, &other["code"]), (409, &json!("stale")), "the same text for others is another draft");
    let for_all = json!({"text": "Haggles", "audience": "all", "version": 1});
    assert_eq!(alice.put(&path, &for_all).await.0, 200);
    assert_eq!(alice.read(&path).await["audience"], "all");
}

// spec: A-1
async fn a_draft_is_gone_once_it_is_sent(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let (_browser, chat) = chatting(&shop, &mut alice).await;
    keep(&alice, &chat, "\u{2003}Good morn \n", 0).await;
    alice.say(&chat, "a1", "Good morning").await;
    alice.socket.next_of("ack").await;
    assert_eq!(draft(&alice, &chat).await, (String::new(), 1));
    assert!(alice.read("/api/v1/drafts").await["items"].as_array().unwrap().is_empty());
    assert_eq!(keep(&alice, &chat, "Now to the price", 1).await.0, 200, "the browser that sent writes on");
    alice.say(&chat, "a2", "One moment").await;
    alice.socket.next("the second ack", |frame| frame["type"] == "ack" && frame["id"] == "a2").await;
    assert_eq!(draft(&alice, &chat).await.0, "Now to the price", "another message leaves it");
}

// spec: A-1 X-6
async fn a_draft_stays_with_its_agent_and_with_nobody_else(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let (_browser, chat) = chatting(&shop, &mut alice).await;
    keep(&alice, &chat, "Between us", 0).await;
    let sue = shop.person("Sue", Role::Supervisor).await;
    assert_eq!(draft(&sue, &chat).await, (String::new(), 0));
    assert!(sue.read("/api/v1/drafts").await["items"].as_array().unwrap().is_empty());
    alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    assert_eq!(draft(&alice, &chat).await, ("Between us".to_owned(), 1), "kept though the chat is over");
    assert_eq!(keep(&alice, &chat, "", 1).await.0, 200, "given up by the agent");
}

// spec: A-1
async fn away_has_a_reason_that_others_see(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let away = json!({ "type": "status", "status": "away", "reason": "Lunch" });
    assert_eq!(alice.command(away).await["type"], "done");
    let told = alice.socket.next("away", |frame| frame["away_reason"] == "Lunch").await;
    assert_eq!((&told["status"], &told["reason"]), (&json!("away"), &json!("self")));
    let row = alice.read("/api/v1/agents").await["items"][0].clone();
    assert_eq!((&row["away_reason"], &row["status_since"]), (&json!("Lunch"), &told["since"]));
    let refused = alice.command(json!({ "type": "status", "status": "away", "reason": "Golf" })).await;
    assert_eq!((&refused["type"], &refused["code"]), (&json!("refused"), &json!("not_found")));
    alice.command(json!({ "type": "status", "status": "ready" })).await;
    let me = alice.read("/api/v1/me").await;
    assert_eq!((&me["status"], &me["away_reason"]), (&json!("ready"), &Value::Null));
    assert_eq!(me["queues"][0]["name"], "Advice");
}

// spec: A-3
async fn who_is_set_away_by_a_supervisor_is_told_so(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let sue = shop.person("Sue", Role::Supervisor).await;
    let path = format!("/api/v1/agents/{}/status", alice.user);
    assert_eq!(sue.put(&path, &json!({ "status": "away" })).await.0, 204);
    let told = alice.socket.next("away", |frame| frame["reason"] == "supervisor").await;
    assert_eq!(told["status"], "away");
}

// spec: Q-4 A-1
async fn who_did_not_answer_is_away_for_that_reason(store: Store) {
    let queue = json!({ "routing": { "ring_time_s": 1 } });
    let shop = Shop::open(store, Plan { queue, ..Plan::default() }).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    alice.ring().await;
    alice.socket.next("away", |frame| frame["reason"] == "no_answer").await;
    let row = alice.read("/api/v1/agents").await["items"][0].clone();
    assert_eq!((&row["status"], &row["reason"]), (&json!("away"), &json!("no_answer")));
}
