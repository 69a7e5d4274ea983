//! Tests conversations from acceptance to the end, and that nothing in them is lost, doubled or another's.

use beckon_server::clock::Clock;
use beckon_server::store::Store;
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::{START, store_tests};

store_tests!(
    goes_from_offer_over_form_and_queue_to_an_agent,
    refuses_a_form_with_its_errors,
    stores_a_message_once_however_often_it_is_sent,
    sends_what_was_missed_and_nothing_twice,
    forgets_what_the_browser_should_not_hold,
    shows_the_place_in_the_queue,
    belongs_to_its_visitor,
    tells_reading_and_writing,
    marks_go_from_sent_over_delivered_to_read_and_never_back,
    opens_at_the_visitors_wish,
    holds_a_slot_while_the_form_is_open,
    gives_the_slot_back_when_the_form_was_open_for_120_s,
    refuses_a_message_that_no_database_takes,
);

const FORM: &str = r#"{ "form_invite": [
    { "key": "first_name", "type": "text", "label": { "en": "First name" }, "required": true },
    { "key": "email", "type": "email", "label": { "en": "E-mail" }, "required": true }
] }"#;

fn with_form() -> Plan {
    Plan { queue: serde_json::from_str(FORM).unwrap(), ..Plan::default() }
}

/// A visitor who accepted an offer, and the agent who took the chat.
pub(crate) async fn talking(shop: &Shop) -> (Browser, Console, Value) {
    talking_with(shop, "Alice").await
}

pub(crate) async fn talking_with(shop: &Shop, agent: &str) -> (Browser, Console, Value) {
    let mut alice = shop.agent(agent).await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    let chat = alice.take().await;
    browser.chat("active").await;
    (browser, alice, chat)
}

// spec: O-5 P-3 P-4 P-5 P-6 P-7
async fn goes_from_offer_over_form_and_queue_to_an_agent(store: Store) {
    let shop = Shop::open(store, with_form()).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    let form = browser.chat("form").await;
    assert_eq!(form["form"][0]["key"], "first_name");
    let answers = json!({ "first_name": "Nora", "email": "nora@visitor.example" });
    browser.socket.send(json!({ "type": "send_form", "chat": form["id"], "answers": answers })).await;
    assert_eq!(browser.chat("queued").await["position"], 1);

    let chat = alice.take().await;
    assert_eq!(chat["visitor_name"], "Nora");
    assert_eq!(chat["answers"][1]["value"], "nora@visitor.example");
    assert_eq!((&chat["rule"]["name"], &chat["offer"]["name"]), (&json!("Product"), &json!("Help")));
    assert_eq!(chat["page"]["url"], "https://shop.example/product/oslo-chair");
    assert_eq!(browser.chat("active").await["agent"]["name"], "Alice");

    alice.say(&chat, "a1", "How may I help?").await;
    assert_eq!(browser.message("How may I help?").await["from"], "agent");
    browser.say(&chat["id"], "v1", "Is it oak?").await;
    assert_eq!(alice.message("Is it oak?").await["from"], "visitor");
    browser.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    assert_eq!(alice.chat("ended").await["ended_by"], "visitor");
    alice.message("visitor_left").await;
    let done = alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    assert_eq!(done["type"], "done");
    assert_eq!(browser.chat("ended").await["ended_by"], "visitor");
    let open = alice.read("/api/v1/chats").await;
    assert_eq!(open["items"], json!([]));
}

// spec: P-3 Q-2
async fn refuses_a_form_with_its_errors(store: Store) {
    let shop = Shop::open(store, with_form()).await;
    let _alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    let form = browser.chat("form").await;
    let answers = json!({ "email": "nora", "unknown": "x" });
    browser.socket.send(json!({ "type": "send_form", "chat": form["id"], "answers": answers })).await;
    let refused = browser.socket.next_of("form_refused").await;
    assert_eq!(refused["field_errors"], json!({ "first_name": "required", "email": "invalid" }));
}

// spec: X-1
async fn stores_a_message_once_however_often_it_is_sent(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    for _ in 0..3 {
        browser.say(&chat["id"], "v1", "Hello").await;
        alice.say(&chat, "v1", "Hello to you").await;
    }
    let mut seqs = Vec::new();
    for _ in 0..3 {
        seqs.push((
            browser.socket.next_of("ack").await["seq"].clone(),
            alice.socket.next_of("ack").await["seq"].clone(),
        ));
    }
    assert!(seqs.iter().all(|acked| *acked == seqs[0]), "{seqs:?}");
    let stored = alice.read(&format!("/api/v1/chats/{}/messages", chat["id"].as_str().unwrap())).await;
    let numbers: Vec<i64> =
        stored["items"].as_array().unwrap().iter().map(|m| m["seq"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3]);
}

// spec: Q-7 X-1
async fn sends_what_was_missed_and_nothing_twice(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    alice.say(&chat, "a1", "one").await;
    let held = browser.message("one").await["seq"].clone();
    let token = browser.token().to_owned();
    browser.socket.leave().await;
    for (id, text) in [("a2", "two"), ("a3", "three")] {
        alice.say(&chat, id, text).await;
        alice.socket.next_of("ack").await;
    }
    let mut back = Browser::connect(shop.address, Some(ORIGIN)).await;
    let hello = json!({ "token": token, "pages": [product(1)], "chat": { "id": chat["id"], "after": held } });
    back.hello(&shop.site.key, hello).await;
    assert_eq!(back.welcome["chat"]["state"], "active");
    let missed = [back.socket.next_of("message").await, back.socket.next_of("message").await];
    assert_eq!(missed.map(|frame| frame["message"]["text"].clone()), ["two", "three"]);
    back.socket.send(json!({ "type": "resume", "chat": chat["id"], "after": held })).await;
    assert_eq!(back.message("two").await["seq"], held.as_i64().unwrap() + 1);
}

// spec: X-1
async fn forgets_what_the_browser_should_not_hold(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, ..) = talking(&shop).await;
    let token = browser.token().to_owned();
    let chat = browser.message("agent_joined").await;
    assert_eq!(chat["name"], "Alice");
    let mut restored = Browser::connect(shop.address, Some(ORIGIN)).await;
    let unknown = "01990000-0000-7000-8000-000000000000";
    let hello = json!({ "token": token, "pages": [product(1)], "chat": { "id": unknown, "after": 90 } });
    restored.hello(&shop.site.key, hello).await;
    assert_eq!(restored.socket.next_of("reset").await["chat"], unknown);
    restored.message("agent_joined").await;
}

// spec: Q-3 P-4
async fn shows_the_place_in_the_queue(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let mut browser = shop.browser().await;
        let offer = browser.offer().await;
        waiting.push((browser, offer));
    }
    let mut one = json!({ "type": "status", "status": "away" });
    for (browser, offer) in &mut waiting {
        browser.accept(offer).await;
        let is = |frame: &Value| frame["type"] == "chat" && frame["chat"]["state"] == "queued";
        browser.socket.next("queued", is).await;
    }
    alice.take().await;
    let second = &mut waiting[1].0;
    second.socket.next("the first place", |frame| frame["chat"]["position"] == 1).await;
    one["status"] = json!("ready");
    alice.command(one).await;
}

// spec: X-6
async fn belongs_to_its_visitor(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (_browser, _alice, chat) = talking(&shop).await;
    let mut stranger = shop.browser().await;
    for frame in [
        json!({ "type": "say", "chat": chat["id"], "id": "x", "text": "mine" }),
        json!({ "type": "read", "chat": chat["id"], "seq": 1 }),
        json!({ "type": "end_chat", "chat": chat["id"] }),
        json!({ "type": "send_form", "chat": chat["id"], "answers": {} }),
    ] {
        stranger.socket.send(frame).await;
        assert_eq!(stranger.socket.next_of("refused").await["code"], "not_found");
    }
    stranger.socket.send(json!({ "type": "resume", "chat": chat["id"], "after": 0 })).await;
    assert_eq!(stranger.socket.next_of("reset").await["chat"], chat["id"]);
    assert_eq!(stranger.socket.told("message"), 0);
}

// spec: Q-8
async fn tells_reading_and_writing(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    alice.socket.send(json!({ "type": "typing", "chat": chat["id"] })).await;
    assert_eq!(browser.socket.next_of("typing").await["name"], "Alice");
    browser.socket.send(json!({ "type": "typing", "chat": chat["id"] })).await;
    assert_eq!(alice.socket.next_of("typing").await["name"], Value::Null);
    browser.socket.send(json!({ "type": "read", "chat": chat["id"], "seq": 1 })).await;
    assert_eq!(alice.socket.next_of("read").await["seq"], 1);
    alice.socket.send(json!({ "type": "read", "chat": chat["id"], "seq": 1 })).await;
    assert_eq!(browser.socket.next_of("read").await["seq"], 1);
}

// spec: Q-8
async fn marks_go_from_sent_over_delivered_to_read_and_never_back(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    alice.say(&chat, "a1", "Good morning").await;
    let seq = browser.message("Good morning").await["seq"].as_i64().unwrap();
    let path = format!("/api/v1/chats/{}", chat["id"].as_str().unwrap());
    let mark = |kind: &str, seq: i64| json!({ "type": kind, "chat": chat["id"], "seq": seq });
    // Sent: it is stored, and nobody has said more.
    let shown = alice.read(&path).await;
    assert_eq!(shown["last_seq"], seq);
    assert!(shown["visitor_delivered_seq"].as_i64().unwrap() < seq);
    browser.socket.send(mark("delivered", seq)).await;
    alice.socket.next("delivered", |frame| *frame == mark("delivered", seq)).await;
    let shown = alice.read(&path).await;
    assert_eq!(shown["visitor_delivered_seq"], seq);
    assert!(shown["visitor_read_seq"].as_i64().unwrap() < seq);
    browser.socket.send(mark("read", seq)).await;
    alice.socket.next("read", |frame| *frame == mark("read", seq)).await;
    // Neither an older mark nor one of a message that is not there moves anything.
    for (kind, seq) in [("read", seq - 1), ("delivered", seq - 1), ("read", seq + 7), ("delivered", seq + 7)]
    {
        browser.socket.send(mark(kind, seq)).await;
    }
    browser.say(&chat["id"], "v1", "Good morning to you").await;
    let answer = alice.message("Good morning to you").await["seq"].as_i64().unwrap();
    let shown = alice.read(&path).await;
    assert_eq!((&shown["visitor_read_seq"], &shown["visitor_delivered_seq"]), (&json!(seq), &json!(seq)));
    // And the other way.
    alice.socket.send(mark("delivered", answer)).await;
    browser.socket.next("delivered", |frame| *frame == mark("delivered", answer)).await;
    alice.socket.send(mark("read", answer)).await;
    browser.socket.next("read", |frame| *frame == mark("read", answer)).await;
    let token = browser.token().to_owned();
    let mut back = Browser::connect(shop.address, Some(ORIGIN)).await;
    back.hello(&shop.site.key, json!({ "token": token, "pages": [product(1)] })).await;
    let marks = (&back.welcome["chat"]["agent_read_seq"], &back.welcome["chat"]["agent_delivered_seq"]);
    assert_eq!(marks, (&json!(answer), &json!(answer)), "they are kept");
}

// spec: Q-6
async fn opens_at_the_visitors_wish(store: Store) {
    let shop = Shop::open(store, Plan { required_time_s: 900, ..Plan::default() }).await;
    let mut browser = shop.browser().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    assert_eq!(browser.socket.next_of("alternative").await["reason"], "no_agent");
    let mut alice = shop.agent("Alice").await;
    browser.socket.next_of("availability").await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    browser.chat("queued").await;
    assert_eq!(alice.take().await["mode"], "reactive");
}

// spec: O-15
async fn holds_a_slot_while_the_form_is_open(store: Store) {
    let shop = Shop::open(store, with_form()).await;
    let _alice = shop.agent("Alice").await;
    for _ in 0..2 {
        let mut browser = shop.browser().await;
        let offer = browser.offer().await;
        browser.accept(&offer).await;
        browser.chat("form").await;
    }
    let mut third = shop.browser().await;
    third.socket.send(json!({ "type": "open_chat" })).await;
    assert_eq!(third.socket.next_of("alternative").await["reason"], "no_agent");
}

// spec: O-15 O-4
async fn gives_the_slot_back_when_the_form_was_open_for_120_s(store: Store) {
    let clock = Clock::manual(START);
    let shop = Shop::open_at(store, Plan { slots: 1, ..with_form() }, clock.clone()).await;
    let _alice = shop.agent("Alice").await;
    let mut slow = shop.browser().await;
    let offer = slow.offer().await;
    slow.accept(&offer).await;
    slow.chat("form").await;
    clock.advance_ms(119_999);
    // Alice has not been heard from for too long by now: the one slot is Bob's, and the form holds it.
    let _bob = shop.agent("Bob").await;
    let mut next = shop.browser().await;
    next.socket.send(json!({ "type": "open_chat" })).await;
    assert_eq!(next.socket.next_of("alternative").await["reason"], "no_agent");
    clock.advance_ms(1);
    next.socket.send(json!({ "type": "open_chat" })).await;
    next.chat("queued").await;
}

// spec: X-1
async fn refuses_a_message_that_no_database_takes(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    browser.say(&chat["id"], "v1", "a\u{0}b").await;
    let refused = browser.socket.next_of("refused").await;
    assert_eq!((&refused["id"], &refused["code"]), (&json!("v1"), &json!("bad_frame")));
    let mut page = product(2);
    page["type"] = json!("page");
    page["title"] = json!("Oslo\u{0} chair");
    browser.socket.send(page).await;
    browser.say(&chat["id"], "v2", "still here").await;
    alice.message("still here").await;
}
