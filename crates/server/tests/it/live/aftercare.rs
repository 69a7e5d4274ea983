//! Tests what happens to a chat by itself and after its end: idle visitors, wrap-up, survey, screen pop.

use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::config::Mail;
use beckon_server::mail::Mailer;
use beckon_server::store::Store;
use beckon_server::store::mail::list_mails;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::chats::talking;
use super::client::{Browser, Console};
use super::identity::Signing;
use super::shop::{Plan, Shop};
use super::waiting::waiting;
use crate::harness::{START, store_tests};

store_tests!(
    an_idle_visitor_is_warned_and_the_chat_closes,
    a_visitor_who_answers_the_warning_goes_on,
    who_waits_for_the_agent_is_not_idle,
    who_waited_for_another_agent_is_not_idle_when_that_one_comes,
    an_ended_chat_keeps_its_slot_until_it_is_closed,
    a_chat_closes_by_itself_after_the_time_for_wrapping_up,
    a_chat_is_noted_before_it_is_closed,
    the_visitor_says_once_what_they_thought,
    the_address_for_the_agent_carries_the_answers,
    the_address_for_the_agent_names_the_customer_only_with_proof,
    the_transcript_leaves_once_the_chat_has_ended,
);

fn conducted(conduct: Value) -> Plan {
    Plan { queue: json!({ "conduct": conduct }), ..Plan::default() }
}

async fn end(browser: &mut Browser, chat: &Value) {
    browser.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    browser.chat("ended").await;
}

// spec: Q-10 X-3
async fn an_idle_visitor_is_warned_and_the_chat_closes(store: Store) {
    let shop = Shop::open(store, conducted(json!({ "idle_warn_after_s": 1, "idle_close_after_s": 1 }))).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    alice.say(&chat, "a1", "Are you there?").await;
    browser.message("idle_warning").await;
    alice.message("idle_warning").await;
    let is = |frame: &Value| frame["type"] == "chat" && frame["chat"]["idle_close_at"].is_i64();
    alice.socket.next("when it closes", is).await;
    browser.message("idle_closed").await;
    assert_eq!(browser.chat("ended").await["ended_by"], "system");
    let ended = alice.chat("ended").await;
    assert_eq!((&ended["ended_by"], &ended["wrapped_up"]), (&json!("system"), &json!(false)));
}

// spec: Q-10
async fn a_visitor_who_answers_the_warning_goes_on(store: Store) {
    let shop =
        Shop::open(store, conducted(json!({ "idle_warn_after_s": 1, "idle_close_after_s": 600 }))).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    alice.say(&chat, "a1", "Are you there?").await;
    let is = |frame: &Value| frame["type"] == "chat" && frame["chat"]["idle_close_at"].is_i64();
    alice.socket.next("when it closes", is).await;
    browser.message("idle_warning").await;
    browser.say(&chat["id"], "v1", "Yes").await;
    let answer = alice.message("Yes").await["seq"].as_i64();
    // The chat is looked at now, not first when it would close; and who is silent again is warned again as soon.
    let is = |frame: &Value| {
        frame["type"] == "chat"
            && frame["chat"]["last_seq"].as_i64() >= answer
            && frame["chat"]["idle_close_at"].is_null()
    };
    alice.socket.next("no closing any more", is).await;
    alice.say(&chat, "a2", "Good").await;
    browser.message("Good").await;
    browser.message("idle_warning").await;
    assert_eq!(browser.socket.told("refused"), 0);
}

// spec: Q-10
async fn who_waits_for_the_agent_is_not_idle(store: Store) {
    let shop = Shop::open(store, conducted(json!({ "idle_warn_after_s": 1, "idle_close_after_s": 1 }))).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    browser.say(&chat["id"], "v1", "Hello?").await;
    browser.socket.next_of("ack").await;
    // A chat that begins later and whose visitor is silent has been warned and closed meanwhile.
    let mut silent = shop.browser().await;
    let offer = silent.offer().await;
    silent.accept(&offer).await;
    let waiting = silent.chat("queued").await;
    let rung = alice.ring_of(&waiting["id"]).await;
    alice.take_rung(&rung).await;
    silent.chat("active").await;
    let other = alice.read(&format!("/api/v1/chats/{}", waiting["id"].as_str().unwrap())).await;
    alice.say(&other, "b1", "Are you there?").await;
    silent.message("idle_closed").await;
    alice.say(&chat, "a1", "Here I am").await;
    browser.message("Here I am").await;
    let path = format!("/api/v1/chats/{}/messages", chat["id"].as_str().unwrap());
    let texts: Vec<Value> =
        alice.read(&path).await["items"].as_array().unwrap().iter().map(|m| m["text"].clone()).collect();
    assert_eq!(texts, ["agent_joined", "Hello?", "Here I am"]);
}

// spec: Q-10 Q-9
async fn who_waited_for_another_agent_is_not_idle_when_that_one_comes(store: Store) {
    let plan = Plan {
        settings: SiteSettings { poll_interval_s: 300, ..Plan::default().settings },
        ..conducted(json!({ "idle_warn_after_s": 120, "idle_close_after_s": 120 }))
    };
    let shop = Shop::open_at(store, plan, Clock::manual(START)).await;
    let mut alice = shop.lasting_agent("Alice").await;
    let (mut browser, _) = waiting(&shop).await;
    let chat = alice.take().await;
    alice.say(&chat, "a1", "One moment, somebody else will help you").await;
    alice.message("One moment, somebody else will help you").await;
    let transfer =
        json!({ "type": "transfer", "chat": chat["id"], "to": { "queue": *shop.queue.id }, "note": "" });
    assert_eq!(alice.command(json!({ "type": "status", "status": "away" })).await["type"], "done");
    assert_eq!(alice.command(transfer).await["type"], "done");
    browser.chat("queued").await;
    shop.clock.advance_ms(300_000);
    let mut bob = shop.lasting_agent("Bob").await;
    let taken = bob.take().await;
    shop.clock.advance_ms(120_000);
    shop.looks_again(&chat, START.plus_s(540)).await;
    bob.say(&taken, "b1", "Here I am").await;
    browser.message("Here I am").await;
    shop.clock.advance_ms(120_000);
    browser.message("idle_warning").await;
}

// spec: Q-10 X-2
async fn an_ended_chat_keeps_its_slot_until_it_is_closed(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut first, mut alice, one) = talking(&shop).await;
    let used = |agents: &Value, name: &str| {
        let items = agents["items"].as_array().unwrap().iter();
        items.filter(|agent| agent["name"] == name).map(|agent| agent["slots_used"].clone()).next().unwrap()
    };
    end(&mut first, &one).await;
    assert_eq!(used(&alice.read("/api/v1/agents").await, "Alice"), 1);
    assert_eq!(alice.command(json!({ "type": "close", "chat": one["id"] })).await["type"], "done");
    assert_eq!(used(&alice.read("/api/v1/agents").await, "Alice"), 0);
}

// spec: Q-10 X-3
async fn a_chat_closes_by_itself_after_the_time_for_wrapping_up(store: Store) {
    let shop = Shop::open(store, conducted(json!({ "wrap_up_s": 1 }))).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    end(&mut browser, &chat).await;
    let is = |frame: &Value| frame["chat"]["state"] == "ended" && frame["chat"]["wrap_up_due_at"].is_i64();
    alice.socket.next("the time", is).await;
    alice.socket.next("closed", |frame| frame["chat"]["wrapped_up"] == true).await;
    assert_eq!(alice.read("/api/v1/chats").await["items"], json!([]));
}

async fn wrap_up(console: &Console, chat: &Value, body: Value) -> (u16, Value) {
    console.put(&format!("/api/v1/chats/{}/wrap-up", chat["id"].as_str().unwrap()), &body).await
}

// spec: Q-10 X-6
async fn a_chat_is_noted_before_it_is_closed(store: Store) {
    let conduct = json!({ "dispositions": ["Sold", "Lost"], "disposition_required": true });
    let shop = Shop::open(store, conducted(conduct)).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let bob = shop.agent("Bob").await;
    end(&mut browser, &chat).await;
    let refused = alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    assert_eq!(refused["detail"], "Choose first what the chat came to.");
    let (status, problem) = wrap_up(&alice, &chat, json!({ "disposition": "Won", "tags": [""] })).await;
    assert_eq!(status, 422);
    let pointers: Vec<&Value> = problem["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
    assert_eq!(pointers, ["/disposition", "/tags/0"]);
    assert_eq!(wrap_up(&bob, &chat, json!({ "disposition": "Sold" })).await.0, 403);
    let noted = json!({ "disposition": "Sold", "tags": ["oak", "oak", " chair "], "note": "Two of them" });
    assert_eq!(wrap_up(&alice, &chat, noted).await.0, 204);
    assert_eq!(alice.command(json!({ "type": "close", "chat": chat["id"] })).await["type"], "done");
    let sue = shop.person("Sue", Role::Supervisor).await;
    let shown = sue.read(&format!("/api/v1/chats/{}", chat["id"].as_str().unwrap())).await;
    assert_eq!(
        shown["noted"],
        json!({ "disposition": "Sold", "tags": ["oak", "chair"], "note": "Two of them" })
    );
}

// spec: Q-10 X-6
async fn the_visitor_says_once_what_they_thought(store: Store) {
    let shop = Shop::open(store, conducted(json!({ "survey": "rating" }))).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    let rate = |rating: i64, comment: &str| json!({ "type": "rate", "chat": chat["id"], "rating": rating, "comment": comment });
    browser.socket.send(rate(5, "")).await;
    assert_eq!(browser.socket.next_of("refused").await["code"], "bad_frame");
    browser.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    let ended = browser.chat("ended").await;
    assert_eq!((&ended["survey"], &ended["rated"]), (&json!("rating"), &Value::Null));
    browser.socket.send(rate(6, "")).await;
    assert_eq!(browser.socket.next_of("refused").await["code"], "bad_frame");
    let mut stranger = shop.browser().await;
    stranger.socket.send(rate(1, "mine")).await;
    assert_eq!(stranger.socket.next_of("refused").await["code"], "not_found");
    browser.socket.send(rate(4, " Quick and kind ")).await;
    browser.socket.next("noted", |frame| frame["chat"]["rated"] == true).await;
    browser.socket.send(rate(1, "changed my mind")).await;
    let is = |frame: &Value| frame["chat"]["rating"].is_object();
    let rated = alice.socket.next("the rating", is).await["chat"]["rating"].clone();
    assert_eq!(rated, json!({ "kind": "rating", "rating": 4, "comment": "Quick and kind" }));
    let shown = alice.read(&format!("/api/v1/chats/{}", chat["id"].as_str().unwrap())).await;
    assert_eq!(shown["rating"]["rating"], 4);
}

// spec: Q-12
async fn the_address_for_the_agent_carries_the_answers(store: Store) {
    let queue = json!({
        "conduct": { "screen_pop": { "url": "https://crm.example/find?q={answer.first_name}&c={chat_id}", "open": "tab" } },
        "form_invite": [{ "key": "first_name", "type": "text", "label": { "en": "Name" } }]
    });
    let shop = Shop::open(store, Plan { queue, ..Plan::default() }).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.accept(&offer).await;
    let form = browser.chat("form").await;
    let answers = json!({ "first_name": "Nora & Søn" });
    browser.socket.send(json!({ "type": "send_form", "chat": form["id"], "answers": answers })).await;
    let chat = alice.take().await;
    let url = format!("https://crm.example/find?q=Nora%20%26%20S%C3%B8n&c={}", chat["id"].as_str().unwrap());
    assert_eq!(chat["screen_pop"], json!({ "url": url, "open": "tab" }));
}

// spec: Q-12 C-2
async fn the_address_for_the_agent_names_the_customer_only_with_proof(store: Store) {
    let queue = json!({
        "conduct": { "screen_pop": { "url": "https://crm.example/card?of={customer_ref}", "open": "tab" } },
        "form_invite": [{ "key": "customer_ref", "type": "text", "label": { "en": "Number" } }]
    });
    let signing = Signing::open(store, Plan { queue, slots: 3, ..Plan::default() }).await;
    let mut alice = signing.shop.agent("Alice").await;
    let signed = json!({ "token": signing.token("C-1", json!({})) });
    for (identity, named) in [(signed, "C-1"), (json!({ "customer_ref": "C-1" }), ""), (Value::Null, "")] {
        let mut browser = signing.browser(identity.clone()).await;
        let offer = browser.offer().await;
        browser.accept(&offer).await;
        let form = browser.chat("form").await;
        let answers = json!({ "customer_ref": "C-1" });
        browser.socket.send(json!({ "type": "send_form", "chat": form["id"], "answers": answers })).await;
        let rung = alice.ring_of(&form["id"]).await;
        alice.take_rung(&rung).await;
        let chat = alice.read(&format!("/api/v1/chats/{}", form["id"].as_str().unwrap())).await;
        let url = format!("https://crm.example/card?of={named}");
        assert_eq!(chat["screen_pop"]["url"], url, "{identity}");
    }
}

// spec: P-7 X-6
async fn the_transcript_leaves_once_the_chat_has_ended(store: Store) {
    // Nobody listens there: the mails stay in the outbox, where they are looked at.
    let settings = Mail { smtp_url: "smtp://127.0.0.1:9".to_owned(), from: "chat@shop.example".to_owned() };
    let shop =
        Shop::open(store, Plan { mailer: Some(Mailer::new(&settings).unwrap()), ..Plan::default() }).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    alice.say(&chat, "a1", "Good morning").await;
    browser.message("Good morning").await;
    let epoch = &chat["owner_epoch"];
    let note = json!({ "type": "say", "chat": chat["id"], "id": "n1", "epoch": epoch, "text": "A regular", "audience": "staff" });
    alice.socket.send(note).await;
    browser.say(&chat["id"], "v1", "Is it oak?").await;
    alice.message("Is it oak?").await;

    let wish = |email: &str| json!({ "type": "transcript", "chat": chat["id"], "email": email });
    browser.socket.send(wish("nora@visitor")).await;
    assert_eq!(browser.socket.next_of("refused").await["code"], "bad_frame");
    browser.socket.send(wish("nora@visitor.example")).await;
    browser.socket.next("promised", |frame| frame["chat"]["transcript"] == "promised").await;
    assert!(mails(&shop).await.is_empty());
    end(&mut browser, &chat).await;
    let sent = mails(&shop).await;
    assert_eq!(sent.len(), 1);
    assert_eq!(
        (sent[0].0.as_str(), sent[0].1.as_str()),
        ("nora@visitor.example", "Your conversation with Shop")
    );
    let lines: Vec<&str> = sent[0].2.lines().skip(2).map(|line| line.split_once("] ").unwrap().1).collect();
    assert_eq!(lines, ["(Alice joined)", "Alice: Good morning", "You: Is it oak?"]);

    let path = format!("/api/v1/chats/{}/transcript", chat["id"].as_str().unwrap());
    assert_eq!(alice.write(&path, &json!({ "email": "no address" })).await.0, 422);
    let bob = shop.agent("Bob").await;
    assert_eq!(bob.write(&path, &json!({ "email": "bob@home.example" })).await.0, 403);
    // What agents have sent and what the visitor asked for are counted apart.
    for _ in 0..3 {
        assert_eq!(alice.write(&path, &json!({ "email": "office@visitor.example" })).await.0, 204);
    }
    assert_eq!(
        alice.write(&path, &json!({ "email": "office@visitor.example" })).await.1["code"],
        "limit_reached"
    );
    assert_eq!(mails(&shop).await.len(), 4);
}

/// Recipient, subject and text of each mail.
async fn mails(shop: &Shop) -> Vec<(String, String, String)> {
    let mut tx = shop.store.read().await.unwrap();
    let rows = list_mails(&mut tx, 10).await.unwrap();
    rows.into_iter().map(|mail| (mail.recipient, mail.subject, mail.text)).collect()
}
