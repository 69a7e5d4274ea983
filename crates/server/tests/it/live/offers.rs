//! Tests offers from page view to outcome.

use std::time::Duration;

use beckon_engine::id::QueueId;
use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::store::Store;
use beckon_server::store::column::Text;
use beckon_server::store::offer::update_offer;
use beckon_server::store::queue::{QueueRow, find_queue, insert_queue, update_queue};
use beckon_server::store::user::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{Browser, Console};
use super::shop::{ORIGIN, Plan, Shop, employ, page, product};
use crate::harness::{START, store_tests};

store_tests!(
    is_presented_when_the_required_time_has_passed,
    is_not_presented_without_an_agent,
    is_the_same_one_in_two_connections,
    comes_again_on_the_next_page_with_its_first_time,
    has_one_outcome_of_two_answers,
    declined_and_taken_up_after_all_leads_to_its_own_form,
    is_withdrawn_when_the_channel_is_switched_off,
    stays_within_the_capacity_of_the_queue,
    beyond_the_room_that_is_left_goes_the_latest_first,
    beyond_the_room_goes_when_a_yes_takes_a_slot,
    waits_until_a_chat_has_ended_whether_it_rings_or_is_active,
    keeps_the_design_that_it_was_made_from,
    needs_an_agent_of_its_own_queue,
    keeps_to_business_hours,
);

// spec: R-4
async fn is_presented_when_the_required_time_has_passed(store: Store) {
    let shop = Shop::open(store, Plan { required_time_s: 1, ..Plan::default() }).await;
    let _alice = shop.agent("Alice").await;
    let entered_at = Clock::System.now();
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    assert!(offer["presented_at"].as_i64().unwrap() >= entered_at.plus_s(1).0);
    assert_eq!(offer["design"]["texts"]["en"]["title"], "May we help?");
    assert_eq!(offer["folded"], false);
}

// spec: O-1
async fn is_not_presented_without_an_agent(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut browser = shop.browser().await;
    assert_eq!(browser.welcome["open"], false);
    let _alice = shop.agent("Alice").await;
    let available = browser.socket.next("an agent", |frame| frame["type"] == "availability").await;
    assert_eq!(available["open"], true);
    browser.offer().await;
}

// spec: O-3 X-4
async fn is_the_same_one_in_two_connections(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let _alice = shop.agent("Alice").await;
    let mut first = shop.browser().await;
    let offer = first.offer().await;
    let mut second = Browser::connect(shop.address, Some(ORIGIN)).await;
    let mut other_tab = product(2);
    other_tab["tab"] = json!(8);
    second.hello(&shop.site.key, json!({ "token": first.token(), "pages": [product(1), other_tab] })).await;
    assert_eq!(second.welcome["offer"]["id"], offer["id"]);
    assert_eq!(second.welcome["visit"], first.welcome["visit"]);
    second.socket.send(json!({ "type": "reject", "presentation": offer["id"] })).await;
    for browser in [&mut first, &mut second] {
        let settled = browser.socket.next_of("settled").await;
        assert_eq!((&settled["presentation"], &settled["outcome"]), (&offer["id"], &json!("rejected")));
    }
}

// spec: O-9
async fn comes_again_on_the_next_page_with_its_first_time(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let _alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let mut next = page(2, "/about");
    next["type"] = json!("page");
    browser.socket.send(next).await;
    let again = browser.offer().await;
    assert_eq!((&again["id"], &again["presented_at"]), (&offer["id"], &offer["presented_at"]));
}

// spec: O-10 X-5
async fn has_one_outcome_of_two_answers(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    for answer in ["accept", "reject", "accept"] {
        browser.socket.send(json!({ "type": answer, "presentation": offer["id"] })).await;
    }
    let settled = browser.socket.next_of("settled").await;
    assert_eq!(settled["outcome"], "accepted");
    alice.take().await;
    assert_eq!(browser.socket.told("settled"), 0);
    let visit = alice.read(&format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap())).await;
    let outcomes: Vec<&Value> =
        visit["presentations"].as_array().unwrap().iter().map(|presented| &presented["outcome"]).collect();
    assert_eq!(outcomes, ["accepted"]);
}

// spec: P-2 P-3 O-10 X-5
async fn declined_and_taken_up_after_all_leads_to_its_own_form(store: Store) {
    let field = json!({ "key": "topic", "type": "text", "label": { "en": "Topic" }, "required": false });
    let queue = json!({ "form_invite": [field], "routing": { "priority": { "reactive": 1, "invite": 5 } } });
    let shop = Shop::open(store, Plan { queue, ..Plan::default() }).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.socket.send(json!({ "type": "reject", "presentation": offer["id"] })).await;
    browser.socket.next_of("settled").await;
    let take_up = json!({ "type": "open_chat", "declined": offer["id"] });

    let mut other = shop.browser().await;
    other.socket.send(take_up.clone()).await;
    other.chat("queued").await;
    let chat = alice.take().await;
    assert_eq!(
        (&chat["mode"], &chat["priority"]),
        (&json!("reactive"), &json!(1)),
        "it was not offered to them"
    );

    browser.socket.send(take_up.clone()).await;
    let form = browser.chat("form").await;
    browser
        .socket
        .send(json!({ "type": "send_form", "chat": form["id"], "answers": { "topic": "Oak" } }))
        .await;
    let rung = alice.ring_of(&form["id"]).await;
    assert_eq!((&rung["mode"], &rung["priority"]), (&json!("invite"), &json!(5)));
    let path = format!("/api/v1/presentations/{}", offer["id"].as_str().unwrap());
    assert_eq!(alice.read(&path).await["outcome"], "rejected");
    browser.socket.send(json!({ "type": "end_chat", "chat": form["id"] })).await;
    browser.chat("ended").await;
    // It has led to its chat.
    browser.socket.send(take_up).await;
    let is_another = |frame: &Value| {
        frame["type"] == "chat" && frame["chat"]["state"] == "queued" && frame["chat"]["id"] != form["id"]
    };
    browser.socket.next("a chat without the form", is_another).await;
}

// spec: O-11 R-7
async fn is_withdrawn_when_the_channel_is_switched_off(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let _alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let mut tx = shop.store.write().await.unwrap();
    let mut queue = find_queue(&mut tx, *shop.queue.id).await.unwrap().unwrap();
    queue.channel_on = false;
    update_queue(&mut tx, &queue).await.unwrap();
    tx.commit().await.unwrap();
    let settled = browser.socket.next_of("settled").await;
    assert_eq!((&settled["presentation"], &settled["outcome"]), (&offer["id"], &json!("withdrawn")));
    browser.accept(&offer).await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let instead = browser.socket.next_of("alternative").await;
    assert_eq!(
        (&instead["reason"], &instead["alternative"]["do"]),
        (&json!("channel_off"), &json!("message"))
    );
}

// spec: O-12 O-14
async fn stays_within_the_capacity_of_the_queue(store: Store) {
    let settings = SiteSettings { capacity_factor: 1, poll_interval_s: 2, ..SiteSettings::default() };
    let shop = Shop::open(store, Plan { settings, ..Plan::default() }).await;
    let mut alice = shop.agent("Alice").await;
    let mut browsers = Vec::new();
    let mut offers = Vec::new();
    for _ in 0..2 {
        let mut browser = shop.browser().await;
        offers.push(browser.offer().await);
        browsers.push(browser);
    }
    let mut third = shop.browser().await;
    let visits = || async {
        let visits = alice.read("/api/v1/visits").await;
        let open = |visit: &&Value| !visit["offer_state"].is_null();
        visits["items"].as_array().unwrap().iter().filter(open).count()
    };
    assert_eq!(visits().await, 2);
    assert_eq!(third.socket.told("offer"), 0);
    browsers[0].socket.send(json!({ "type": "reject", "presentation": offers[0]["id"] })).await;
    third.offer().await;
    alice.command(json!({ "type": "status", "status": "away" })).await;
}

async fn reason(console: &Console, browser: &Browser) -> Value {
    let visit = browser.welcome["visit"].as_str().unwrap();
    console.read(&format!("/api/v1/visits/{visit}/decision")).await["reason"].clone()
}

/// The browser goes to the product page, and hears of no offer there.
async fn looks_in_vain(console: &Console, browser: &mut Browser, view: u32) -> Value {
    let mut next = product(view);
    next["type"] = json!("page");
    browser.socket.send(next).await;
    browser.socket.send(json!({ "type": "nonsense" })).await;
    browser.socket.next_of("refused").await;
    let why = reason(console, browser).await;
    assert_eq!(browser.socket.told("offer"), 0);
    why
}

// spec: O-4
async fn waits_until_a_chat_has_ended_whether_it_rings_or_is_active(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
    browser.hello(&shop.site.key, json!({ "pages": [page(1, "/about")] })).await;
    browser.open().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let chat = alice.ring().await;
    browser.chat("queued").await;
    assert_eq!(looks_in_vain(&alice, &mut browser, 2).await, "chat_open");
    alice.take_rung(&chat).await;
    browser.chat("active").await;
    assert_eq!(looks_in_vain(&alice, &mut browser, 3).await, "chat_open");

    let token = browser.token().to_owned();
    browser.socket.leave().await;
    let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
    let chat_of = json!({ "id": chat["id"], "after": 0 });
    let hello = json!({ "token": token, "pages": [product(4)], "chat": chat_of });
    browser.hello(&shop.site.key, hello).await;
    assert_eq!(
        (&browser.welcome["chat"]["state"], &browser.welcome["offer"]),
        (&json!("active"), &Value::Null)
    );
    assert_eq!(looks_in_vain(&alice, &mut browser, 5).await, "chat_open");
    alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    browser.chat("ended").await;
    browser.offer().await;
}

// spec: R-7
async fn keeps_the_design_that_it_was_made_from(store: Store) {
    let title = |offer: &Value| offer["design"]["texts"]["en"]["title"].clone();
    let shop = Shop::open(store, Plan::default()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let mut changed = shop.offer.clone();
    changed.design.0.texts.get_mut("en").unwrap().title = "Ask us".to_owned();
    let mut tx = shop.store.write().await.unwrap();
    update_offer(&mut tx, &changed).await.unwrap();
    tx.commit().await.unwrap();
    let other = async {
        loop {
            let mut other = shop.browser().await;
            let shown = other.offer().await;
            other.socket.send(json!({ "type": "reject", "presentation": shown["id"] })).await;
            other.socket.next_of("settled").await;
            if title(&shown) == "Ask us" {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), other).await.expect("the next visitor sees the change");

    let mut next = product(2);
    next["type"] = json!("page");
    browser.socket.send(next).await;
    let again = browser.offer().await;
    assert_eq!((&again["id"], title(&again)), (&offer["id"], json!("May we help?")));
    let mut tab = Browser::connect(shop.address, Some(ORIGIN)).await;
    tab.hello(&shop.site.key, json!({ "token": browser.token(), "pages": [product(2)] })).await;
    assert_eq!(title(&tab.welcome["offer"]), "May we help?");
    let kept = alice.read(&format!("/api/v1/presentations/{}", offer["id"].as_str().unwrap())).await;
    assert_eq!(kept["outcome"], Value::Null);
}

// spec: O-1
async fn needs_an_agent_of_its_own_queue(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let id = Text(QueueId(Uuid::now_v7()));
    let orders = QueueRow { id, name: "Orders".to_owned(), is_default: false, ..shop.queue.clone() };
    let mut tx = shop.store.write().await.unwrap();
    insert_queue(&mut tx, &orders).await.unwrap();
    tx.commit().await.unwrap();
    let (token, bob) = employ(&shop.store, &orders, "Bob", Role::Agent, 2, shop.clock.now()).await;
    let mut bob = Console::sign_in(shop.address, &token, bob).await;
    bob.command(json!({ "type": "status", "status": "ready" })).await;
    let mut browser = shop.browser().await;
    assert_eq!(browser.welcome["open"], false);
    let path = format!("/api/v1/visits/{}/offers", browser.welcome["visit"].as_str().unwrap());
    let bob_is_seen = async {
        let of_orders = |queue: &Value| queue["name"] == "Orders" && queue["gate"]["free_slots"] == 2;
        while !bob.read(&path).await["queues"].as_array().unwrap().iter().any(of_orders) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), bob_is_seen).await.expect("the gate of his queue opens");
    assert_eq!(looks_in_vain(&bob, &mut browser, 2).await, "no_agent");
    let _alice = shop.agent("Alice").await;
    browser.offer().await;
}

// spec: O-1 O-11 Q-1
async fn keeps_to_business_hours(store: Store) {
    let settings = SiteSettings { poll_interval_s: 300, ignored_after_s: 900, ..SiteSettings::default() };
    let monday = json!([{ "weekday": 1, "from": "11:00", "to": "11:01" }]);
    let hours = json!({ "time_zone": "Europe/Zurich", "weekly": monday, "exceptions": [] });
    let plan = Plan { settings, queue: json!({ "hours": hours }), ..Plan::default() };
    // 11:00 in Zürich is 10:00 UTC, an hour after the start.
    let clock = Clock::manual(START.plus_s(3_599));
    let shop = Shop::open_at(store, plan, clock.clone()).await;
    let alice = shop.lasting_agent("Alice").await;
    let mut browser = shop.browser().await;
    assert_eq!(looks_in_vain(&alice, &mut browser, 2).await, "out_of_hours");
    clock.advance_ms(1_000);
    let offer = browser.offer().await;
    clock.advance_ms(60_000);
    let settled = browser.socket.next_of("settled").await;
    assert_eq!((&settled["presentation"], &settled["outcome"]), (&offer["id"], &json!("withdrawn")));
    let visit = alice.read(&format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap())).await;
    assert_eq!(visit["presentations"][0]["outcome_reason"], "out_of_hours", "{visit}");
}

/// One open offer an agent with one slot.
fn one_each() -> Plan {
    let settings = SiteSettings { capacity_factor: 1, ..Plan::default().settings };
    Plan { settings, slots: 1, ..Plan::default() }
}

async fn last_outcome(console: &Console, browser: &Browser) -> (Value, Value) {
    let visit = console.read(&format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap())).await;
    let last = &visit["presentations"][0];
    (last["outcome"].clone(), last["outcome_reason"].clone())
}

// spec: O-12 O-10
async fn beyond_the_room_that_is_left_goes_the_latest_first(store: Store) {
    let shop = Shop::open(store, one_each()).await;
    let mut alice = shop.agent("Alice").await;
    let mut bob = shop.agent("Bob").await;
    let mut first = shop.browser().await;
    let offer = first.offer().await;
    let mut second = shop.browser().await;
    let later = second.offer().await;
    bob.command(json!({ "type": "status", "status": "away" })).await;
    let settled = second.socket.next_of("settled").await;
    assert_eq!((&settled["presentation"], &settled["outcome"]), (&later["id"], &json!("withdrawn")));
    assert_eq!(last_outcome(&alice, &second).await, (json!("withdrawn"), json!("capacity_reached")));
    assert_eq!(reason(&alice, &second).await, "capacity_reached");
    assert_eq!(last_outcome(&alice, &first).await, (Value::Null, Value::Null));
    first.accept(&offer).await;
    alice.take().await;
    assert_eq!(first.socket.next_of("settled").await["outcome"], "accepted");
}

// spec: O-12 O-15
async fn beyond_the_room_goes_when_a_yes_takes_a_slot(store: Store) {
    let settings = SiteSettings { capacity_factor: 2, ..one_each().settings };
    let shop = Shop::open(store, Plan { settings, slots: 2, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut browsers = Vec::new();
    let mut offers = Vec::new();
    for _ in 0..4 {
        let mut browser = shop.browser().await;
        offers.push(browser.offer().await);
        browsers.push(browser);
    }
    browsers[0].accept(&offers[0]).await;
    assert_eq!(browsers[0].socket.next_of("settled").await["outcome"], "accepted");
    assert_eq!(browsers[3].socket.next_of("settled").await["outcome"], "withdrawn");
    for browser in &browsers[1..3] {
        assert_eq!(
            last_outcome(&alice, browser).await,
            (Value::Null, Value::Null),
            "one slot has room for two"
        );
    }
}
