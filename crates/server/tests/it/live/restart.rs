//! Tests that a restart of the server loses nothing that was promised.

use beckon_engine::id::{VisitId, VisitorId};
use beckon_engine::settings::{AfterChat, SiteSettings};
use beckon_server::clock::Clock;
use beckon_server::jobs;
use beckon_server::store::chat::change::{update_chat_active, update_chat_ended};
use beckon_server::store::chat::{EndedBy, insert_chat};
use serde_json::{Value, json};

use super::chats::talking;
use super::client::Browser;
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::{Database, database_tests};
use crate::store::fixtures;

database_tests!(
    visit_offer_and_chat_go_on,
    an_offer_that_fell_due_meanwhile_is_settled,
    a_stop_leaves_a_yes_done_or_not_done,
    decisions_go_on_in_their_ring,
    a_chat_that_rings_at_a_colleague_rings_on,
    a_chat_that_was_completed_while_the_visitor_was_away_is_known,
    a_chat_that_came_and_went_while_nobody_held_the_visit_is_known,
);

async fn back(shop: &Shop, browser: &Browser, more: serde_json::Value) -> Browser {
    let mut hello = json!({ "token": browser.token(), "pages": [product(1)] });
    hello.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut back = Browser::connect(shop.address, Some(ORIGIN)).await;
    back.hello(&shop.site.key, hello).await;
    back
}

// spec: Q-7 O-9 X-1
async fn visit_offer_and_chat_go_on(database: Database) {
    let reopen = async || database.open().await;
    let shop = Shop::open(reopen().await, Plan::default()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;

    let shop = shop.restart(reopen).await;
    let mut browser = back(&shop, &browser, json!({})).await;
    assert_eq!(browser.welcome["offer"]["id"], offer["id"]);
    assert_eq!(browser.welcome["offer"]["presented_at"], offer["presented_at"]);

    let token = alice.cookie.strip_prefix("beckon_session=").unwrap().to_owned();
    let mut alice = super::client::Console::sign_in(shop.address, &token, alice.user).await;
    browser.accept(&offer).await;
    let chat = alice.take().await;
    browser.say(&chat["id"], "v1", "before").await;
    browser.socket.next_of("ack").await;

    let shop = shop.restart(async || database.open().await).await;
    let mut browser = back(&shop, &browser, json!({ "chat": { "id": chat["id"], "after": 0 } })).await;
    assert_eq!(browser.welcome["chat"]["state"], "active");
    assert_eq!(browser.message("before").await["seq"], 2);
    let mut alice = super::client::Console::sign_in(shop.address, &token, alice.user).await;
    alice.socket.send(json!({ "type": "follow", "chat": chat["id"], "after": 0 })).await;
    alice.message("before").await;
    alice.say(&chat, "a1", "after").await;
    assert_eq!(browser.message("after").await["seq"], 3);
}

// spec: O-9 X-3
async fn an_offer_that_fell_due_meanwhile_is_settled(database: Database) {
    let store = database.open().await;
    let settings = SiteSettings { poll_interval_s: 2, ignored_after_s: 10, ..SiteSettings::default() };
    let shop = Shop::open(store, Plan { settings, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let shop = shop.restart(async || database.open().await).await;
    let later =
        Clock::manual(beckon_engine::time::UnixMs(offer["presented_at"].as_i64().unwrap()).plus_s(60));
    jobs::sweep(&shop.store, &later).await.unwrap();
    let token = alice.cookie.strip_prefix("beckon_session=").unwrap().to_owned();
    let alice = super::client::Console::sign_in(shop.address, &token, alice.user).await;
    let visit = alice.read(&format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap())).await;
    let settled = &visit["presentations"][0];
    assert_eq!(settled["outcome"], "passively_ignored");
    assert_eq!(settled["outcome_at"].as_i64().unwrap(), offer["presented_at"].as_i64().unwrap() + 14_000);
    let back = back(&shop, &browser, json!({})).await;
    assert!(back.welcome["offer"].is_null());
}

// spec: O-10 O-15 X-1
async fn a_stop_leaves_a_yes_done_or_not_done(database: Database) {
    let field = json!({ "key": "name", "type": "text", "label": { "en": "Name" }, "required": false });
    let queue = json!({ "form_invite": [field] });
    let shop = Shop::open(database.open().await, Plan { queue, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    let shop = shop.restart(async || database.open().await).await;
    let token = alice.cookie.strip_prefix("beckon_session=").unwrap().to_owned();
    let alice = super::client::Console::sign_in(shop.address, &token, alice.user).await;
    let visit = alice.read(&format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap())).await;
    let chats = alice.read("/api/v1/chats").await["items"].as_array().unwrap().len();
    let mut browser = back(&shop, &browser, json!({})).await;
    if visit["presentations"][0]["outcome"] == "accepted" {
        assert_eq!((chats, &browser.welcome["chat"]["state"]), (1, &json!("form")));
    } else {
        assert_eq!((chats, &browser.welcome["offer"]["id"]), (0, &offer["id"]));
    }
    // Whichever it was: the browser says yes again, and there is one chat.
    browser.accept(&offer).await;
    let chat = if browser.welcome["chat"].is_null() { browser.chat("form").await } else { Value::Null };
    let chats = alice.read("/api/v1/chats").await;
    assert_eq!(chats["items"].as_array().unwrap().len(), 1, "{chat}");
}

// spec: R-9
async fn decisions_go_on_in_their_ring(database: Database) {
    let shop = Shop::open(database.open().await, Plan { required_time_s: 900, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let browser = shop.browser().await;
    let visit = browser.welcome["visit"].as_str().unwrap().to_owned();
    let kept = super::decisions::decisions_until(&alice, &visit, |all| !all.is_empty()).await;
    let shop = shop.restart(async || database.open().await).await;
    let token = alice.cookie.strip_prefix("beckon_session=").unwrap().to_owned();
    let alice = super::client::Console::sign_in(shop.address, &token, alice.user).await;
    let mut browser = back(&shop, &browser, json!({})).await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let is_chat = |decision: &Value| decision["reason"] == "chat_open";
    let now = super::decisions::decisions_until(&alice, &visit, |all| all.iter().any(is_chat)).await;
    assert!(now.len() > kept.len(), "what was kept before is there still: {now:#?}");
    assert_eq!(now.last(), kept.last());
}

// spec: Q-7 Q-9 X-2
async fn a_chat_that_rings_at_a_colleague_rings_on(database: Database) {
    let reopen = async || database.open().await;
    let shop = Shop::open(reopen().await, Plan::default()).await;
    let (browser, mut alice, chat) = super::chats::talking(&shop).await;
    let bob = shop.agent("Bob").await;
    let frame =
        json!({ "type": "transfer", "chat": chat["id"], "to": { "agent": bob.user }, "note": "Wants oak" });
    assert_eq!(alice.command(frame).await["type"], "done");
    let token = bob.cookie.strip_prefix("beckon_session=").unwrap().to_owned();

    let shop = shop.restart(reopen).await;
    let mut browser = back(&shop, &browser, json!({ "chat": { "id": chat["id"], "after": 0 } })).await;
    let mut bob = super::client::Console::sign_in(shop.address, &token, bob.user).await;
    assert_eq!(bob.command(json!({ "type": "accept", "chat": chat["id"] })).await["type"], "done");
    assert_eq!(browser.message("handed_over").await["name"], "Bob");
    bob.socket.send(json!({ "type": "follow", "chat": chat["id"], "after": 0 })).await;
    bob.message("Wants oak").await;
    let shown = bob.read(&format!("/api/v1/chats/{}", chat["id"].as_str().unwrap())).await;
    assert_eq!((&shown["agent"]["name"], &shown["owner_epoch"]), (&json!("Bob"), &json!(2)));
}

fn no_more_after_a_chat() -> Plan {
    let settings = SiteSettings {
        poll_interval_s: 300,
        after_chat: AfterChat::NoMoreThisVisit,
        ..Plan::default().settings
    };
    Plan { settings, ..Plan::default() }
}

// spec: R-5 O-4
async fn a_chat_that_was_completed_while_the_visitor_was_away_is_known(database: Database) {
    let shop = Shop::open(database.open().await, no_more_after_a_chat()).await;
    let (browser, alice, chat) = talking(&shop).await;
    let shop = shop.restart(async || database.open().await).await;
    let token = alice.cookie.strip_prefix("beckon_session=").unwrap().to_owned();
    let mut alice = super::client::Console::sign_in(shop.address, &token, alice.user).await;
    let closed = alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    assert_eq!(closed["type"], "done", "{closed}");
    let mut back = back(&shop, &browser, json!({})).await;
    assert_eq!(back.welcome["visit"], browser.welcome["visit"]);
    back.open().await;
    let visit = back.welcome["visit"].as_str().unwrap();
    let why = alice.read(&format!("/api/v1/visits/{visit}/decision")).await;
    assert_eq!(why["reason"], "after_chat", "{why}");
    shop.close();
}

// spec: R-5 O-4
async fn a_chat_that_came_and_went_while_nobody_held_the_visit_is_known(database: Database) {
    let shop = Shop::open(database.open().await, no_more_after_a_chat()).await;
    let browser = shop.browser().await;
    let shop = shop.restart(async || database.open().await).await;
    let alice = shop.agent("Alice").await;
    let visit = browser.welcome["visit"].as_str().unwrap();
    let of = alice.read(&format!("/api/v1/visits/{visit}")).await;
    let visitor: VisitorId = serde_json::from_value(of["visitor_id"].clone()).unwrap();
    let visit_id: VisitId = serde_json::from_value(of["id"].clone()).unwrap();
    let now = shop.clock.now();
    let mut tx = shop.store.write().await.unwrap();
    let chat = fixtures::chat(*shop.site.id, *shop.queue.id, (visitor, visit_id));
    assert!(insert_chat(&mut tx, &chat, now).await.unwrap());
    assert!(update_chat_active(&mut tx, chat.id, alice.user, now, None).await.unwrap());
    assert!(update_chat_ended(&mut tx, chat.id, EndedBy::Agent, now, None).await.unwrap());
    tx.commit().await.unwrap();
    let mut back = back(&shop, &browser, json!({})).await;
    assert_eq!(back.welcome["visit"], visit);
    back.open().await;
    let why = alice.read(&format!("/api/v1/visits/{visit}/decision")).await;
    assert_eq!(why["reason"], "after_chat", "{why}");
    shop.close();
}
