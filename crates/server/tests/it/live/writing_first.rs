//! Tests chats that an agent begins from the live list: who gets them, what the visitor sees of them, and what refuses them.

use beckon_engine::settings::{AfterChat, SiteSettings};
use beckon_server::clock::Clock;
use beckon_server::store::Store;
use beckon_server::store::queue::update_queue_agents;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::nodes::on_two_nodes;
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::{START, store_tests};

store_tests!(
    the_chat_is_whose_who_asked_and_shows_once_they_write,
    of_two_who_ask_at_once_one_gets_it_and_the_other_hears_who,
    an_open_offer_and_a_chat_refuse_it,
    a_visitor_who_forbids_offers_or_has_left_refuses_it,
    it_is_no_chat_when_it_ends_before_a_word,
    it_ends_when_the_visitor_leaves_before_a_word,
    it_ends_when_the_visitor_forbids_offers_before_a_word_on_whatever_node,
    once_the_agent_has_written_it_stays,
    a_closed_queue_refuses_it_and_whose_chats_these_are_not,
    a_late_yes_takes_the_place_of_a_chat_before_a_word,
);

/// No rule acts: whoever is there is only there.
fn quiet() -> Plan {
    Plan { required_time_s: 900, ..Plan::default() }
}

fn path_of(browser: &Browser) -> String {
    format!("/api/v1/visits/{}/chat", browser.welcome["visit"].as_str().unwrap())
}

async fn begin(console: &Console, browser: &Browser) -> Value {
    let (status, answer) = console.write(&path_of(browser), &json!({})).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

// spec: A-2 P-9 O-4
async fn the_chat_is_whose_who_asked_and_shows_once_they_write(store: Store) {
    let shop = Shop::open(store, quiet()).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let begun = begin(&alice, &browser).await;
    assert_eq!((&begun["refused"], &begun["taken_by"]), (&Value::Null, &Value::Null), "{begun}");
    let chat = alice.chat("active").await;
    assert_eq!(
        (&chat["id"], &chat["mode"], &chat["agent"]["name"]),
        (&begun["chat_id"], &json!("engage"), &json!("Alice"))
    );
    assert_eq!(browser.socket.told("chat"), 0, "nothing shows before the agent has written");
    alice.socket.send(json!({ "type": "follow", "chat": chat["id"], "after": 0 })).await;
    alice.say(&chat, "a1", "May I help?").await;
    assert_eq!(browser.chat("active").await["id"], chat["id"]);
    assert_eq!(browser.message("May I help?").await["from"], "agent");
    browser.say(&chat["id"], "v1", "Yes").await;
    alice.message("Yes").await;
    let why = format!("/api/v1/visits/{}/decision", browser.welcome["visit"].as_str().unwrap());
    assert_eq!(alice.read(&why).await["reason"], "chat_open");
}

// spec: A-2 X-2 Q-7
async fn of_two_who_ask_at_once_one_gets_it_and_the_other_hears_who(store: Store) {
    let shop = Shop::open(store, quiet()).await;
    let (alice, bob) = (shop.agent("Alice").await, shop.agent("Bob").await);
    for _ in 0..4 {
        let browser = shop.browser().await;
        let (one, two) = tokio::join!(begin(&alice, &browser), begin(&bob, &browser));
        let (won, lost, winner) =
            if one["refused"].is_null() { (&one, &two, "Alice") } else { (&two, &one, "Bob") };
        assert!(won["refused"].is_null() && won["chat_id"].is_string(), "{one} {two}");
        assert_eq!((&lost["refused"], &lost["chat_id"]), (&json!("chat_open"), &Value::Null), "{lost}");
        assert_eq!(lost["taken_by"], winner);
        let chat =
            alice.read(&format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap())).await;
        assert_eq!(chat["chat_id"], won["chat_id"]);
    }
}

// spec: O-3 O-4 A-2
async fn an_open_offer_and_a_chat_refuse_it(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let mut offered = shop.browser().await;
    let offer = offered.offer().await;
    assert_eq!(begin(&alice, &offered).await["refused"], "presentation_open");
    offered.socket.send(json!({ "type": "reject", "presentation": offer["id"] })).await;
    offered.socket.next_of("settled").await;
    assert!(begin(&alice, &offered).await["chat_id"].is_string());

    let mut waits = shop.browser().await;
    waits.socket.send(json!({ "type": "open_chat" })).await;
    waits.chat("queued").await;
    let refused = begin(&alice, &waits).await;
    assert_eq!(refused["refused"], "chat_open", "{refused}");
    alice.take().await;
    assert_eq!(begin(&alice, &waits).await["taken_by"], "Alice");

    let path = "/api/v1/visits/00000000-0000-7000-8000-000000000000/chat";
    assert_eq!(alice.write(path, &json!({})).await.0, 404);
}

// spec: A-2 P-11 T-7
async fn a_visitor_who_forbids_offers_or_has_left_refuses_it(store: Store) {
    let clock = Clock::manual(START);
    let shop = Shop::open_at(store, quiet(), clock.clone()).await;
    let alice = shop.lasting_agent("Alice").await;
    let mut forbids = shop.browser().await;
    forbids.socket.send(json!({ "type": "consent", "given": false })).await;
    forbids.socket.send(json!({ "type": "nonsense" })).await;
    forbids.socket.next_of("refused").await;
    assert_eq!(begin(&alice, &forbids).await["refused"], "no_consent");

    let leaves = shop.browser().await;
    let path = path_of(&leaves);
    leaves.socket.leave().await;
    clock.advance_ms(60_000);
    assert_eq!(alice.write(&path, &json!({})).await.1["refused"], "visitor_away");
}

/// Begins a chat of which the visit has heard when this is over.
async fn begun(console: &mut Console, browser: &Browser, there: &Console) -> Value {
    assert!(begin(console, browser).await["chat_id"].is_string());
    let why = path_of(browser).replace("/chat", "/decision");
    there.read_until(&why, |why| why["reason"] == "chat_open").await;
    console.chat("active").await
}

// spec: A-2 P-9 R-5
async fn it_is_no_chat_when_it_ends_before_a_word(store: Store) {
    let settings = SiteSettings {
        poll_interval_s: 300,
        after_chat: AfterChat::NoMoreThisVisit,
        ..Plan::default().settings
    };
    let plan = Plan { settings, required_time_s: 30, ..Plan::default() };
    let shop = Shop::open_at(store, plan, Clock::manual(START)).await;
    let mut alice = shop.lasting_agent("Alice").await;
    let there = shop.another_session(&alice).await;
    let mut browser = shop.browser().await;
    let chat = begun(&mut alice, &browser, &there).await;
    let closed = alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    assert_eq!(closed["type"], "done", "{closed}");
    let why = path_of(&browser).replace("/chat", "/decision");
    there.read_until(&why, |why| why["reason"] != "chat_open").await;
    shop.clock.advance_ms(30_000);
    browser.offer().await;
}

// spec: A-2 P-10 T-7
async fn it_ends_when_the_visitor_leaves_before_a_word(store: Store) {
    let clock = Clock::manual(START);
    let shop = Shop::open_at(store, quiet(), clock.clone()).await;
    let mut alice = shop.lasting_agent("Alice").await;
    let there = shop.another_session(&alice).await;
    let browser = shop.browser().await;
    let chat = begun(&mut alice, &browser, &there).await;
    browser.socket.leave().await;
    // They count as away after two Poll Intervals of 2 s.
    clock.advance_ms(4_000);
    let ended = alice.chat("ended").await;
    assert_eq!((&ended["id"], &ended["ended_by"]), (&chat["id"], &json!("system")));
}

// spec: A-2 P-11 N-4
async fn it_ends_when_the_visitor_forbids_offers_before_a_word_on_whatever_node(store: Store) {
    let (shop, other, _between) = on_two_nodes(store, quiet()).await;
    let mut alice = shop.agent("Alice").await;
    let there = shop.another_session_at(&alice, other).await;
    let mut browser = Browser::connect(other, Some(ORIGIN)).await;
    browser.hello(&shop.site.key, json!({ "pages": [product(1)] })).await;
    let chat = begun(&mut alice, &browser, &there).await;
    browser.socket.send(json!({ "type": "consent", "given": false })).await;
    let ended = alice.chat("ended").await;
    assert_eq!((&ended["id"], &ended["ended_by"]), (&chat["id"], &json!("system")));
    assert_eq!(browser.socket.told("chat"), 0, "the visitor knows nothing of it");
}

// spec: A-2 P-9
async fn once_the_agent_has_written_it_stays(store: Store) {
    let shop = Shop::open(store, quiet()).await;
    let mut alice = shop.agent("Alice").await;
    let there = shop.another_session(&alice).await;
    let mut browser = shop.browser().await;
    let chat = begun(&mut alice, &browser, &there).await;
    alice.say(&chat, "a1", "May I help?").await;
    browser.message("May I help?").await;
    browser.socket.send(json!({ "type": "consent", "given": false })).await;
    browser.say(&chat["id"], "v1", "Yes").await;
    alice.socket.send(json!({ "type": "follow", "chat": chat["id"], "after": 0 })).await;
    alice.message("Yes").await;
    alice.say(&chat, "a2", "With what?").await;
    browser.message("With what?").await;
    assert_eq!(browser.chat("active").await["id"], chat["id"]);
}

// spec: A-2 O-1 P-11
async fn a_closed_queue_refuses_it_and_whose_chats_these_are_not(store: Store) {
    let shop = Shop::open(store, quiet()).await;
    let (alice, ada) = (shop.agent("Alice").await, shop.person("Ada", Role::Supervisor).await);
    let browser = shop.browser().await;
    let mut tx = shop.store.write().await.unwrap();
    update_queue_agents(&mut tx, &shop.queue, &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(begin(&alice, &browser).await["refused"], "not_served");
    let switches = format!("/api/v1/queues/{}/switches", *shop.queue.id);
    let (status, answer) = ada.send("PATCH", &switches, &json!({ "channel_on": false })).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(begin(&ada, &browser).await["refused"], "channel_off");
    ada.send("PATCH", &switches, &json!({ "channel_on": true })).await;
    assert!(begin(&ada, &browser).await["chat_id"].is_string());
}

// spec: O-7
// spec: O-15
// spec: P-9
async fn a_late_yes_takes_the_place_of_a_chat_before_a_word(store: Store) {
    // The slot that the agent's chat takes is the only one.
    let mut plan = Plan { slots: 1, ..Plan::default() };
    plan.settings.ignored_after_s = 1;
    plan.settings.minimum_interval_s = 600;
    let shop = Shop::open(store, plan).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    assert_eq!(browser.socket.next_of("settled").await["outcome"], "ignored");
    let begun = begin(&alice, &browser).await;
    alice.chat("active").await;
    browser.accept(&offer).await;
    let chat = browser.chat("queued").await;
    assert_ne!(chat["id"], begun["chat_id"]);
    assert_eq!(alice.chat("ended").await["wrapped_up"], true, "nothing was said in it");
    assert_eq!(alice.ring_of(&chat["id"]).await["mode"], "invite");
    let presentation = alice.read(&format!("/api/v1/presentations/{}", offer["id"].as_str().unwrap())).await;
    assert_eq!(presentation["outcome"], "ignored");
    assert!(presentation["accepted_late_at"].is_i64(), "{presentation}");
}
