//! Tests what agents and administrators see and do beyond answering: writing first, presenting by hand, asking why.

use beckon_engine::settings::{AfterChat, SiteSettings};
use beckon_server::clock::Clock;
use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::{START, store_tests};

store_tests!(
    an_agent_is_alerted_and_writes_first,
    an_alert_is_withdrawn_when_the_visitor_leaves,
    a_visitor_is_faster_than_the_alerted_agent,
    an_offer_is_presented_by_hand,
    says_why_nothing_is_presented,
    decides_by_what_the_page_told,
    tests_an_imagined_visit,
    knows_the_visitor_of_an_earlier_visit_and_chat,
);

fn without_invite() -> Plan {
    Plan { rule: json!({ "action": "engage_without_invite", "offer_id": null }), ..Plan::default() }
}

async fn decision(console: &Console, browser: &Browser) -> Value {
    console.read(&format!("/api/v1/visits/{}/decision", browser.welcome["visit"].as_str().unwrap())).await
}

// spec: P-8 P-9 P-10
async fn an_agent_is_alerted_and_writes_first(store: Store) {
    let shop = Shop::open(store, without_invite()).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let chat = alice.take().await;
    assert_eq!(chat["mode"], "engage");
    assert_eq!(chat["page"]["url"], "https://shop.example/product/oslo-chair");
    assert_eq!(browser.socket.told("chat"), 0, "nothing shows before the agent has written");
    alice.say(&chat, "a1", "May I help?").await;
    browser.chat("active").await;
    assert_eq!(browser.message("May I help?").await["from"], "agent");
    browser.say(&chat["id"], "v1", "Yes").await;
    alice.message("Yes").await;
    browser.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    assert_eq!(alice.chat("ended").await["ended_by"], "visitor");
}

// spec: P-10
async fn an_alert_is_withdrawn_when_the_visitor_leaves(store: Store) {
    let shop = Shop::open(store, without_invite()).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    alice.ring().await;
    browser.socket.send(json!({ "type": "leave", "tab": 7, "view": 1, "visible_s": 3 })).await;
    browser.socket.leave().await;
    assert_eq!(alice.chat("ended").await["ended_by"], "system");
}

// spec: P-11
async fn a_visitor_is_faster_than_the_alerted_agent(store: Store) {
    // The slot that the alert takes is the only one.
    let shop = Shop::open(store, Plan { slots: 1, ..without_invite() }).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let alert = alice.ring().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let chat = browser.chat("queued").await;
    assert_ne!(chat["id"], alert["id"]);
    assert_eq!(alice.chat("ended").await["id"], alert["id"]);
    let rung = alice.ring_of(&chat["id"]).await;
    let taken = alice.take_rung(&rung).await;
    assert_eq!((&taken["id"], &taken["mode"]), (&chat["id"], &json!("reactive")));
}

// spec: O-13
async fn an_offer_is_presented_by_hand(store: Store) {
    let shop = Shop::open(store, Plan { required_time_s: 900, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    browser.open().await;
    let path = format!("/api/v1/visits/{}/offers", browser.welcome["visit"].as_str().unwrap());
    let offer = json!({ "offer_id": shop.offer.id.to_string(), "queue_id": shop.queue.id.to_string() });
    let (status, answer) = alice.write(&path, &offer).await;
    let presented = browser.offer().await;
    assert_eq!(
        (status, &answer["refused"], &answer["presentation_id"]),
        (200, &Value::Null, &presented["id"])
    );
    assert_eq!(alice.write(&path, &offer).await.1["refused"], "presentation_open");
}

// spec: R-9
async fn says_why_nothing_is_presented(store: Store) {
    let shop = Shop::open(store, Plan { required_time_s: 900, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    browser.chat("queued").await;
    let why = decision(&alice, &browser).await;
    assert_eq!(why["rules"][0]["name"], "Product", "{why}");
    assert_eq!(why["reason"], "chat_open", "{why}");
}

// spec: R-8 T-5
async fn decides_by_what_the_page_told(store: Store) {
    let test = json!({ "is": "at_least", "value": { "type": "number", "value": 100.0 } });
    let rule = json!({ "conditions": { "type": "attribute", "name": "cart_value", "test": test } });
    let shop = Shop::open(store, Plan { rule, ..Plan::default() }).await;
    let _alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    browser.socket.send(json!({ "type": "set", "attributes": { "cart_value": 90 } })).await;
    browser.socket.send(json!({ "type": "set", "attributes": { "cart_value": f64::MAX, "": 1 } })).await;
    assert_eq!(browser.socket.next_of("refused").await["code"], "bad_frame");
    assert_eq!(browser.socket.told("offer"), 0);
    browser.socket.send(json!({ "type": "set", "attributes": { "cart_value": 120 } })).await;
    browser.offer().await;
}

// spec: R-9 A-4
async fn tests_an_imagined_visit(store: Store) {
    let shop = Shop::open(store, Plan { required_time_s: 30, ..Plan::default() }).await;
    let admin = shop.person("Ada", Role::Admin).await;
    let path = format!("/api/v1/sites/{}/rules/test", *shop.site.id);
    let at = |dwell_s: u32| {
        json!({ "assume_available": true,
                "situation": { "url": "https://shop.example/product/oslo-chair", "dwell_s": dwell_s } })
    };
    let (status, early) = admin.write(&path, &at(29)).await;
    assert_eq!((status, &early["action"]), (200, &Value::Null), "{early}");
    let (_, late) = admin.write(&path, &at(30)).await;
    assert!(!late["action"].is_null(), "{late}");
    let (status, refused) = admin.write(&path, &json!({ "situation": { "url": "x", "dwel_s": 1 } })).await;
    assert_eq!((status, &refused["code"]), (422, &json!("invalid")), "{refused}");
}

// spec: R-8 O-4 T-7
async fn knows_the_visitor_of_an_earlier_visit_and_chat(store: Store) {
    let settings = SiteSettings {
        poll_interval_s: 300,
        visit_timeout_min: 11,
        after_chat: AfterChat::NoneForHours,
        after_chat_hours: 2,
        ..Plan::default().settings
    };
    let again = json!([{ "type": "visit_number", "at_least": 2 }, { "type": "returning_visitor" },
                       { "type": "previous_chats", "at_least": 1 }]);
    let rule = json!({ "conditions": { "type": "all", "of": again } });
    let clock = Clock::manual(START);
    let plan = Plan { settings, rule, ..Plan::default() };
    let shop = Shop::open_at(store, plan, clock.clone()).await;
    let mut alice = shop.lasting_agent("Alice").await;
    let mut first = shop.browser().await;
    first.open().await;
    let why = decision(&alice, &first).await;
    assert_eq!(why["reason"], "no_rule_qualified");
    let holds = |why: &Value| -> Vec<Value> {
        why["rules"][0]["conditions"]["of"].as_array().unwrap().iter().map(|of| of["holds"].clone()).collect()
    };
    assert_eq!(holds(&why), [false, false, false], "{why}");
    first.socket.send(json!({ "type": "open_chat" })).await;
    let chat = alice.take().await;
    alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    first.chat("ended").await;
    let (token, visit) = (first.token().to_owned(), first.welcome["visit"].clone());
    first.socket.send(json!({ "type": "leave", "tab": 7, "view": 1, "visible_s": 3 })).await;
    first.socket.leave().await;

    clock.advance_ms(12 * 60_000);
    let mut second = Browser::connect(shop.address, Some(ORIGIN)).await;
    second.hello(&shop.site.key, json!({ "token": token, "pages": [product(1)] })).await;
    assert_ne!(second.welcome["visit"], visit);
    let why = decision(&alice, &second).await;
    assert_eq!((holds(&why), &why["reason"]), (vec![json!(true); 3], &json!("after_chat")), "{why}");
    assert_eq!(second.socket.told("offer"), 0);
    clock.advance_ms(2 * 3_600_000 - 12 * 60_000);
    second.socket.send(json!({ "type": "beat" })).await;
    second.offer().await;
}
