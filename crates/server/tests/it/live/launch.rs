//! Tests alerts without an invitation: the chat window that opens at launch, and what becomes of an alert that nobody takes.

use beckon_engine::queue::Activation;
use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::store::Store;
use beckon_server::store::queue::{QueueRow, update_queue};
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::shop::{ORIGIN, Plan, Shop, page};
use crate::harness::{START, store_tests};

store_tests!(
    the_window_opens_at_launch_and_the_agent_is_alerted,
    the_window_goes_when_nobody_takes_the_alert,
    the_window_goes_when_the_queue_closes,
    a_visitor_who_closes_the_window_is_left_alone,
    an_alert_that_the_visitor_does_not_see_takes_no_chat_away,
    the_window_stays_while_the_visitor_goes_from_page_to_page,
    nobody_is_alerted_while_the_queue_is_closed_or_its_channel_off,
    a_silent_agent_is_set_away_and_the_next_one_alerted,
    an_alert_goes_on_when_its_agent_takes_it_and_writes_nothing,
    an_alert_stays_with_the_agent_who_begins_to_write,
    an_alert_stays_while_its_agent_could_not_be_heard,
    a_queue_invites_by_itself_after_its_launch_criteria,
    a_queue_alerts_by_itself_after_its_launch_criteria,
    a_queue_without_launch_criteria_or_only_reactive_does_not_act_by_itself,
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
    // An agent may still write first.
    let second = alice.ring_after(&first).await;
    let second = alice.take_rung(&second).await;
    let shown = browser.everything().contains(second["id"].as_str().unwrap());
    assert!(!shown, "the window opens by itself once a visit");
    alice.say(&second, "a1", "May I help?").await;
    assert_eq!(browser.message("May I help?").await["from"], "agent");
}

// spec: P-9 X-1
async fn an_alert_that_the_visitor_does_not_see_takes_no_chat_away(store: Store) {
    let shop = Shop::open(store, at_launch(json!({}))).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let first = browser.chat("queued").await["id"].clone();
    alice.ring().await;
    browser.socket.send(json!({ "type": "end_chat", "chat": first })).await;
    assert_eq!(alice.chat("ended").await["id"], first);
    alice.ring_after(&first).await;
    let token = browser.token().to_owned();
    browser.socket.leave().await;
    let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
    let hello = json!({ "token": token, "pages": [page(2, "/about")], "chat": { "id": first, "after": 0 } });
    browser.hello(&shop.site.key, hello).await;
    let shown = &browser.welcome["chat"];
    assert_eq!((&shown["id"], &shown["state"]), (&first, &json!("ended")), "{}", browser.welcome);
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

// spec: P-11 O-1
async fn nobody_is_alerted_while_the_queue_is_closed_or_its_channel_off(store: Store) {
    let settings = SiteSettings { poll_interval_s: 60, ..Plan::default().settings };
    let never = json!({ "hours": { "time_zone": "UTC", "weekly": [], "exceptions": [] } });
    let off = Plan { channel_on: false, ..without_invite(json!({})) };
    for (plan, why, opening) in [
        (without_invite(never), "out_of_hours", json!({ "by_hand": { "open": true } })),
        (off, "channel_off", json!({ "channel_on": true })),
    ] {
        let shop = Shop::open(store.clone(), Plan { settings: settings.clone(), ..plan }).await;
        let mut alice = shop.agent(&format!("Alice {why}")).await;
        let browser = shop.browser().await;
        let path = format!("/api/v1/visits/{}/decision", browser.welcome["visit"].as_str().unwrap());
        let decision = alice.read_until(&path, |decision| decision["reason"] == why).await;
        assert_eq!(decision["rules"][0]["blocked"], why, "{decision}");
        assert_eq!(alice.read("/api/v1/chats").await["items"], json!([]));
        assert_eq!(alice.socket.last(|frame| frame["type"] == "chat"), Value::Null);
        // Nothing else was in the way: once that is over, Alice is alerted.
        let sue = shop.person(&format!("Sue {why}"), Role::Supervisor).await;
        let switches = format!("/api/v1/queues/{}/switches", *shop.queue.id);
        assert_eq!(sue.send("PATCH", &switches, &opening).await.0, 200);
        assert_eq!(alice.ring().await["mode"], "engage");
        assert_eq!(browser.socket.told("chat"), 0);
        shop.close();
    }
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

/// A shop on a clock of its own with two agents, of whom Alice has taken the alert of a visitor.
async fn taken_alert(store: Store) -> (Shop, Console, Browser, Value, Console) {
    let settings = SiteSettings { poll_interval_s: 300, ..SiteSettings::default() };
    let shop = Shop::open_at(
        store,
        Plan { settings, ..without_invite(json!({ "routing": { "ring_time_s": 5 } })) },
        Clock::manual(START),
    )
    .await;
    let mut alice = shop.lasting_agent("Alice").await;
    let browser = shop.browser().await;
    let chat = alice.take().await;
    let bob = shop.lasting_agent("Bob").await;
    (shop, alice, browser, chat, bob)
}

// spec: P-10 X-3
async fn an_alert_goes_on_when_its_agent_takes_it_and_writes_nothing(store: Store) {
    let (shop, mut alice, mut browser, chat, mut bob) = taken_alert(store).await;
    shop.clock.advance_ms(3 * 5_000);
    let rung = bob.ring_of(&chat["id"]).await;
    assert_eq!(browser.socket.told("chat"), 0, "the visitor knows nothing of it");
    let is_silent = |frame: &Value| frame["type"] == "status" && frame["reason"] == "no_answer";
    assert_eq!(alice.socket.next("the status", is_silent).await["status"], "away");
    alice.say(&chat, "a1", "May I help?").await;
    alice.socket.next_of("refused").await;
    let taken = bob.take_rung(&rung).await;
    assert_eq!(bob.message("not_written").await["name"], "Alice");
    bob.say(&taken, "b1", "Good morning").await;
    assert_eq!(browser.message("Good morning").await["name"], "Bob");
}

// spec: P-10 A-1
async fn an_alert_stays_with_the_agent_who_begins_to_write(store: Store) {
    let (shop, mut alice, mut browser, chat, _bob) = taken_alert(store).await;
    shop.clock.advance_ms(14_000);
    let path = format!("/api/v1/chats/{}/draft", chat["id"].as_str().unwrap());
    assert_eq!(alice.put(&path, &json!({ "text": "May I", "version": 0 })).await.0, 200);
    shop.clock.advance_ms(14_000);
    shop.looks_again(&chat, START.plus_s(14 + 15)).await;
    alice.say(&chat, "a1", "May I help?").await;
    assert_eq!(browser.message("May I help?").await["name"], "Alice");
    shop.clock.advance_ms(15_000);
    browser.say(&chat["id"], "v1", "Yes").await;
    assert_eq!(alice.message("Yes").await["from"], "visitor");
}

// spec: P-10 X-3
async fn an_alert_stays_while_its_agent_could_not_be_heard(store: Store) {
    let (shop, mut alice, mut browser, chat, _bob) = taken_alert(store).await;
    // Routing was away for so long.
    shop.clock.advance_ms(60_000);
    shop.looks_again(&chat, START.plus_s(60 + 15)).await;
    alice.say(&chat, "a1", "May I help?").await;
    browser.message("May I help?").await;
}

/// A shop on a clock of its own whose queue acts by itself after 10 s.
async fn launching(store: Store, activation: Activation, launch_after_s: u32) -> (Shop, Console) {
    let settings = SiteSettings { poll_interval_s: 60, ..SiteSettings::default() };
    let plan = Plan { settings, ..Plan::default() };
    let shop = Shop::open_at(store, plan, Clock::manual(START)).await;
    let mut queue = shop.queue.clone();
    queue.plan.0.activation = activation;
    queue.plan.0.launch_after_s = launch_after_s;
    queue.plan.0.launch_offer_id = Some(*shop.offer.id);
    let mut tx = shop.store.write().await.unwrap();
    update_queue(&mut tx, &queue).await.unwrap();
    tx.commit().await.unwrap();
    let alice = shop.lasting_agent(&format!("Alice{activation:?}{launch_after_s}")).await;
    (shop, alice)
}

async fn reason(console: &Console, browser: &Browser) -> Value {
    let visit = browser.welcome["visit"].as_str().unwrap();
    console.read(&format!("/api/v1/visits/{visit}/decision")).await["reason"].clone()
}

/// A browser on a page that no rule matches, which has been on the site for just less than 10 s, on two pages.
async fn almost_due(shop: &Shop, alice: &Console) -> Browser {
    let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
    browser.hello(&shop.site.key, json!({ "pages": [page(1, "/")] })).await;
    browser.open().await;
    shop.clock.advance_ms(5_000);
    let mut next = page(2, "/about");
    next["type"] = json!("page");
    browser.socket.send(next).await;
    shop.clock.advance_ms(4_999);
    browser.socket.send(json!({ "type": "nonsense" })).await;
    browser.socket.next_of("refused").await;
    assert_eq!(reason(alice, &browser).await, "no_rule_qualified");
    assert_eq!((browser.socket.told("offer"), browser.socket.told("chat")), (0, 0));
    browser
}

// spec: P-1 P-3
async fn a_queue_invites_by_itself_after_its_launch_criteria(store: Store) {
    let (shop, mut alice) = launching(store, Activation::WithInvite, 10).await;
    let mut browser = almost_due(&shop, &alice).await;
    shop.clock.advance_ms(1);
    let offer = browser.offer().await;
    assert_eq!(offer["presented_at"], START.plus_s(10).0, "time on the site, over its pages");
    assert_eq!(
        reason(&alice, &browser).await,
        "presentation_open",
        "nobody is alerted before the visitor has answered"
    );
    browser.accept(&offer).await;
    assert_eq!(alice.take().await["mode"], "invite");
}

// spec: P-8 P-9
async fn a_queue_alerts_by_itself_after_its_launch_criteria(store: Store) {
    let (shop, mut alice) = launching(store, Activation::WithoutInvite, 10).await;
    let mut browser = almost_due(&shop, &alice).await;
    shop.clock.advance_ms(1);
    let chat = alice.take().await;
    assert_eq!(
        (&chat["mode"], &chat["page"]["url"]),
        (&json!("engage"), &json!("https://shop.example/about"))
    );
    alice.say(&chat, "a1", "May I help?").await;
    assert_eq!(browser.message("May I help?").await["from"], "agent");
    assert_eq!(browser.socket.told("offer"), 0);
}

// spec: P-1 P-8
async fn a_queue_without_launch_criteria_or_only_reactive_does_not_act_by_itself(store: Store) {
    for (activation, launch_after_s) in
        [(Activation::ReactiveOnly, 10), (Activation::WithInvite, 0), (Activation::WithoutInvite, 0)]
    {
        let (shop, mut alice) = launching(store.clone(), activation, launch_after_s).await;
        let mut browser = almost_due(&shop, &alice).await;
        shop.clock.advance_ms(20_000);
        browser.socket.send(json!({ "type": "beat" })).await;
        assert_eq!(reason(&alice, &browser).await, "no_rule_qualified", "{activation:?}");
        browser.socket.send(json!({ "type": "open_chat" })).await;
        assert_eq!(alice.take().await["mode"], "reactive", "a visitor may always ask");
        shop.close();
    }
}
