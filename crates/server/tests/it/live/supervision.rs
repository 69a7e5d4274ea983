//! Tests what a supervisor sees and does: the wallboard, stopping offers, an agent's state, everyone on the site.

use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::chats::talking_with;
use super::client::{Browser, Console};
use super::shop::{Plan, Shop};
use crate::harness::store_tests;

store_tests!(
    the_wallboard_counts_who_waits_and_what_became_of_the_day,
    what_a_rule_has_brought_today_is_counted,
    stopped_offers_are_not_presented_until_they_go_on,
    an_agent_sees_no_wallboard_and_stops_nothing,
    a_supervisor_sets_an_agent_away_and_ready,
    the_live_list_has_page_offers_and_chat,
    a_visitor_waits_from_the_first_message_that_no_agent_has_answered,
);

/// Waits until a part of the queue's board is as expected.
async fn board_shows(console: &Console, pointer: &str, expected: Value) -> Value {
    let path = "/api/v1/wallboard?target_s=60";
    let whole = format!("/queues/0{pointer}");
    let shown = console.read_until(path, |board| board.pointer(&whole) == Some(&expected)).await;
    shown["queues"][0].clone()
}

/// A visitor who waits, and the id of their chat.
async fn waiting_browser(shop: &Shop) -> (Browser, Value) {
    let mut browser = shop.browser().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let chat = browser.chat("queued").await["id"].clone();
    (browser, chat)
}

fn quiet() -> Plan {
    Plan { required_time_s: 900, ..Plan::default() }
}

// spec: A-3
async fn the_wallboard_counts_who_waits_and_what_became_of_the_day(store: Store) {
    let shop = Shop::open(store, quiet()).await;
    let sam = shop.person("Sam", Role::Supervisor).await;
    let mut alice = shop.agent("Alice").await;
    let (mut first, first_chat) = waiting_browser(&shop).await;
    let (second, second_chat) = waiting_browser(&shop).await;
    let shown = board_shows(&sam, "/waiting", json!(2)).await;
    assert!(shown["waiting_since"].is_i64(), "{shown}");
    assert_eq!(shown["agents"]["ready"], 1);
    let first_rang = alice.ring_of(&first_chat).await;
    alice.take_rung(&first_rang).await;
    first.chat("active").await;
    let shown = board_shows(&sam, "/active", json!(1)).await;
    assert_eq!(shown["waiting"], 1);
    assert_eq!(shown["day"]["queued"], 2);
    assert_eq!((&shown["day"]["answered"], &shown["day"]["lost"]), (&json!(1), &json!(0)));
    assert_eq!(shown["day"]["service_level"], 100);
    let mut second = second;
    let chat = alice.ring_of(&second_chat).await;
    second.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    alice.chat("ended").await;
    let shown = board_shows(&sam, "/day/lost", json!(1)).await;
    assert_eq!(shown["waiting"], 0);
    assert_eq!(shown["waiting_since"], Value::Null);
    assert_eq!(shown["day"]["service_level"], 50, "a visitor who left unanswered counts against it");
}

// spec: A-4 A-5
async fn what_a_rule_has_brought_today_is_counted(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let root = shop.person("Ada", Role::Admin).await;
    let _alice = shop.agent("Alice").await;
    let site = format!("/api/v1/sites/{}", shop.site.id.0);
    let today = format!("{site}/rules/today");
    assert_eq!(root.read(&today).await["items"], json!([]));
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let mut second = shop.browser().await;
    second.offer().await;
    browser.accept(&offer).await;
    browser.chat("queued").await;
    let rule = root.read(&format!("{site}/rules")).await["items"][0]["id"].clone();
    let shown = root.read(&today).await;
    assert_eq!(shown["items"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(shown["items"][0]["rule_id"], rule);
    let offers = &shown["items"][0]["offers"];
    assert_eq!(
        (&offers["open"], &offers["accepted"], &offers["rejected"]),
        (&json!(1), &json!(1), &json!(0))
    );
}

// spec: A-3 O-14
async fn stopped_offers_are_not_presented_until_they_go_on(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let sam = shop.person("Sam", Role::Supervisor).await;
    let _alice = shop.agent("Alice").await;
    let stop = format!("/api/v1/sites/{}/offer-stop", shop.site.id.0);
    let (status, answer) = sam.put(&stop, &json!({ "stopped": true })).await;
    assert_eq!((status, &answer["stopped"]["by"]), (200, &json!("Sam")));
    let board = sam.read("/api/v1/wallboard").await;
    assert_eq!(board["sites"][0]["offers_stopped"]["by"], "Sam");
    let mut browser = shop.browser().await;
    let path = format!("/api/v1/visits/{}/decision", browser.welcome["visit"].as_str().unwrap());
    sam.read_until(&path, |decision| decision["reason"] == "offers_stopped").await;
    assert_eq!(browser.socket.told("offer"), 0);
    let (_, answer) = sam.put(&stop, &json!({ "stopped": false })).await;
    assert_eq!(answer["stopped"], Value::Null);
    browser.offer().await;
}

// spec: A-3 X-6
async fn an_agent_sees_no_wallboard_and_stops_nothing(store: Store) {
    let shop = Shop::open(store, quiet()).await;
    let alice = shop.agent("Alice").await;
    let stop = format!("/api/v1/sites/{}/offer-stop", shop.site.id.0);
    assert_eq!(alice.put(&stop, &json!({ "stopped": true })).await.0, 403);
    let sam = shop.person("Sam", Role::Supervisor).await;
    assert_eq!(sam.read("/api/v1/wallboard").await["sites"][0]["offers_stopped"], Value::Null);
    assert_eq!(sam.put(&stop, &json!({ "stopped": "yes" })).await.0, 422);
}

// spec: A-3
async fn a_supervisor_sets_an_agent_away_and_ready(store: Store) {
    let shop = Shop::open(store, quiet()).await;
    let sam = shop.person("Sam", Role::Supervisor).await;
    let mut alice = shop.agent("Alice").await;
    let path = format!("/api/v1/agents/{}/status", alice.user.0);
    assert_eq!(sam.put(&path, &json!({ "status": "away" })).await.0, 204);
    alice.socket.next("the new status", |frame| frame["type"] == "status" && frame["status"] == "away").await;
    assert_eq!(sam.put(&path, &json!({ "status": "ready" })).await.0, 204);
    alice
        .socket
        .next("the new status", |frame| frame["type"] == "status" && frame["status"] == "ready")
        .await;
    let agents = sam.read("/api/v1/agents").await;
    let row = agents["items"].as_array().unwrap().iter().find(|row| row["name"] == "Alice").unwrap().clone();
    assert_eq!(row["queues"], json!([shop.queue.id.to_string()]));
}

// spec: A-2
async fn the_live_list_has_page_offers_and_chat(store: Store) {
    // Nobody counts as away because the machine is slow.
    let mut plan = Plan::default();
    plan.settings.poll_interval_s = 60;
    let shop = Shop::open(store, plan).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let list = alice.read("/api/v1/visits").await;
    let visit = &list["items"][0];
    assert_eq!(visit["page"]["url"], "https://shop.example/product/oslo-chair");
    assert_eq!(visit["offer_state"]["offer"]["name"], "Help", "{visit}");
    assert_eq!((&visit["offers"], &visit["live"]), (&json!(1), &json!(true)));
    assert_eq!(visit["chat_id"], Value::Null);
    browser.accept(&offer).await;
    let chat = alice.take().await;
    let list = alice.read("/api/v1/visits").await;
    let visit = &list["items"][0];
    assert_eq!(
        (&visit["chat_id"], &visit["offer_state"], &visit["offers"]),
        (&chat["id"], &Value::Null, &json!(1))
    );
}

/// Since when the visitor of the one chat has waited, once its last message is this one.
async fn unanswered_since(sam: &Console, last: &str) -> Option<i64> {
    let is_last = |list: &Value| list["items"][0]["last_message"]["text"] == last;
    sam.read_until("/api/v1/chats", is_last).await["items"][0]["unanswered_since"].as_i64()
}

// spec: A-3
async fn a_visitor_waits_from_the_first_message_that_no_agent_has_answered(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut sam = shop.person("Sam", Role::Supervisor).await;
    let (mut browser, mut alice, chat) = talking_with(&shop, "Alice").await;
    let taken = sam.read("/api/v1/chats").await["items"][0].clone();
    assert!(taken["answered_at"].is_i64());
    assert_eq!(taken["unanswered_since"], taken["answered_at"], "an agent has taken it, and written nothing");
    alice.say(&chat, "a1", "Hello").await;
    assert_eq!(unanswered_since(&sam, "Hello").await, None);
    browser.say(&chat["id"], "v1", "Is it oak?").await;
    let asked = unanswered_since(&sam, "Is it oak?").await.unwrap();
    browser.say(&chat["id"], "v2", "Or ash?").await;
    assert_eq!(unanswered_since(&sam, "Or ash?").await, Some(asked), "who asks again waits no shorter");
    sam.command(json!({ "type": "join", "chat": chat["id"] })).await;
    let (id, epoch, text) = (&chat["id"], &chat["owner_epoch"], "Answer, please");
    let note =
        json!({ "type": "say", "chat": id, "id": "n1", "epoch": epoch, "text": text, "audience": "staff" });
    sam.socket.send(note).await;
    assert_eq!(unanswered_since(&sam, "Answer, please").await, Some(asked), "a note is no answer");
    alice.say(&chat, "a2", "It is ash").await;
    assert_eq!(unanswered_since(&sam, "It is ash").await, None);
}
