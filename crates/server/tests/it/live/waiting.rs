//! Tests waiting: places, priorities, skills, and what becomes of who waits for too long or whose queue closes.

use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::shop::{Plan, Shop};
use crate::harness::{START, store_tests};

store_tests!(
    the_place_falls_as_others_are_answered,
    a_raised_priority_raises_the_place,
    an_accepted_offer_can_come_first,
    a_rule_gives_the_chat_it_leads_to_a_priority,
    skills_decide_until_they_are_relaxed,
    a_rule_may_ask_for_the_wait,
    where_the_queue_names_no_time_nobody_waits_for_more_than_a_day,
    who_waits_too_long_gets_a_message,
    who_waits_too_long_may_leave_a_message,
    who_waits_too_long_goes_elsewhere,
    who_waits_too_long_waits_in_another_queue,
    the_places_behind_who_is_moved_change_at_once,
    a_queue_that_closes_says_so_to_who_waits,
    a_queue_whose_hours_run_out_says_so_to_who_waits,
    what_was_closed_by_hand_opens_by_itself,
    a_channel_switched_off_ends_the_wait,
);

/// A queue in which visitors wait although nobody is there.
pub(super) fn patient(routing: Value) -> Plan {
    let queue = json!({ "routing": routing, "alternatives": { "no_agent": { "do": "wait" } } });
    Plan { queue, ..Plan::default() }
}

pub(super) async fn waiting(shop: &Shop) -> (Browser, Value) {
    let mut browser = shop.browser().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let chat = browser.chat("queued").await;
    (browser, chat)
}

async fn at_place(browser: &mut Browser, place: i64) -> Value {
    let is = |frame: &Value| frame["type"] == "chat" && frame["chat"]["position"] == place;
    browser.socket.next("a place", is).await["chat"].clone()
}

async fn switch(console: &Console, shop: &Shop, switches: Value) -> Value {
    let path = format!("/api/v1/queues/{}/switches", *shop.queue.id);
    let (status, queue) = console.send("PATCH", &path, &switches).await;
    assert_eq!(status, 200, "{queue}");
    queue
}

// spec: Q-3
async fn the_place_falls_as_others_are_answered(store: Store) {
    let shop = Shop::open(store, patient(json!({}))).await;
    let (_first, chat) = waiting(&shop).await;
    assert_eq!(chat["position"], 1);
    assert!(chat.get("wait_s").is_none(), "nobody is there: nothing is promised");
    let (_second, chat) = waiting(&shop).await;
    assert_eq!(chat["position"], 2);
    let (mut third, chat) = waiting(&shop).await;
    assert_eq!(chat["position"], 3);
    let mut alice = shop.agent("Alice").await;
    alice.take().await;
    at_place(&mut third, 2).await;
    alice.take().await;
    let chat = at_place(&mut third, 1).await;
    assert_eq!(chat["state"], "queued");
}

// spec: Q-3
async fn a_raised_priority_raises_the_place(store: Store) {
    let shop = Shop::open(store, patient(json!({}))).await;
    let (mut first, _) = waiting(&shop).await;
    let (mut second, chat) = waiting(&shop).await;
    let sue = shop.person("Sue", Role::Supervisor).await;
    let path = format!("/api/v1/chats/{}/priority", chat["id"].as_str().unwrap());
    assert_eq!(sue.send("PUT", &path, &json!({ "priority": 10 })).await.0, 422);
    assert_eq!(sue.send("PUT", &path, &json!({ "priority": 5 })).await.0, 204);
    at_place(&mut second, 1).await;
    at_place(&mut first, 2).await;
    let mut alice = shop.agent("Alice").await;
    assert_eq!(alice.ring().await["id"], chat["id"]);
    assert_eq!(alice.send("PUT", &path, &json!({ "priority": 0 })).await.0, 403);
}

// spec: Q-3
async fn an_accepted_offer_can_come_first(store: Store) {
    let shop = Shop::open(store, patient(json!({ "priority": { "invite": 3, "reactive": 1 } }))).await;
    let mut alice = shop.agent("Alice").await;
    let mut invited = shop.browser().await;
    let offer = invited.offer().await;
    invited.accept(&offer).await;
    assert_eq!(alice.take().await["priority"], 3);
    let (_browser, chat) = waiting(&shop).await;
    assert_eq!(alice.ring_of(&chat["id"]).await["priority"], 1);
}

// spec: Q-3 R-7
async fn a_rule_gives_the_chat_it_leads_to_a_priority(store: Store) {
    let plan = |chat_priority: u8| Plan {
        rule: json!({ "chat_priority": chat_priority }),
        ..patient(json!({ "priority": { "invite": 3 } }))
    };
    for (by_rule, expected) in [(7, 7), (2, 3)] {
        let shop = Shop::open(store.clone(), plan(by_rule)).await;
        let mut alice = shop.agent(&format!("Alice {by_rule}")).await;
        let mut invited = shop.browser().await;
        let offer = invited.offer().await;
        // What is changed while the offer is open does not concern it.
        let root = shop.person(&format!("Root {by_rule}"), Role::Admin).await;
        let rules = root.read(&format!("/api/v1/sites/{}/rules", *shop.site.id)).await;
        let (rule, mut changed) = (&rules["items"][0], rules["items"][0]["plan"].clone());
        changed["chat_priority"] = json!(9);
        let path = format!("/api/v1/rules/{}", rule["id"].as_str().unwrap());
        assert_eq!(root.send("PATCH", &path, &json!({ "plan": changed })).await.0, 200);
        invited.accept(&offer).await;
        assert_eq!(alice.take().await["priority"], expected, "{by_rule}");
    }
}

// spec: Q-4
async fn skills_decide_until_they_are_relaxed(store: Store) {
    let skills = json!([{ "skill": "French", "level": 2 }]);
    let shop = Shop::open(store, patient(json!({ "skills": skills, "relax_skills_after_s": 2 }))).await;
    let mut alice = shop.agent("Alice").await;
    let mut bob = shop.agent("Bob").await;
    let root = shop.person("Root", Role::Admin).await;
    let path = format!("/api/v1/users/{}", bob.user);
    let known = json!({ "skills": [{ "name": "french", "level": 3 }] });
    let (status, user) = root.send("PATCH", &path, &known).await;
    assert_eq!((status, &user["skills"]), (200, &known["skills"]));
    let (_browser, chat) = waiting(&shop).await;
    assert_eq!(bob.take().await["id"], chat["id"]);
    bob.command(json!({ "type": "status", "status": "away" })).await;
    let (_other, chat) = waiting(&shop).await;
    assert_eq!(alice.ring().await["id"], chat["id"], "after two seconds Alice will do");
}

// spec: R-8 Q-3
async fn a_rule_may_ask_for_the_wait(store: Store) {
    let rule = json!({ "conditions": { "type": "queue_wait", "at_most_s": 30 } });
    let shop = Shop::open(store, Plan { rule, ..Plan::default() }).await;
    let mut browser = shop.browser().await;
    let _alice = shop.agent("Alice").await;
    browser.offer().await;
}

// spec: X-3 Q-5
async fn where_the_queue_names_no_time_nobody_waits_for_more_than_a_day(store: Store) {
    let shop = Shop::open_at(store, patient(json!({})), Clock::manual(START)).await;
    let (_browser, chat) = waiting(&shop).await;
    let sue = shop.person("Sue", Role::Supervisor).await;
    let seen = sue.read(&format!("/api/v1/chats/{}", chat["id"].as_str().unwrap())).await;
    assert_eq!((&seen["state"], &seen["wait_due_at"]), (&json!("queued"), &json!(START.plus_s(86_400).0)));
}

// spec: Q-5
async fn who_waits_too_long_gets_a_message(store: Store) {
    let then = json!({ "do": "message", "text": "Please call us." });
    let shop = Shop::open(store, patient(json!({ "dequeue_after_s": 1, "dequeue": then }))).await;
    let (mut browser, _) = waiting(&shop).await;
    let ended = browser.chat("ended").await;
    assert_eq!(ended["ended_by"], "system");
    assert_eq!(ended["instead"]["reason"], "waited_too_long");
    assert_eq!(ended["instead"]["alternative"]["text"], then["text"]);
    assert_eq!(browser.message("queue_timed_out").await["from"], "system");
}

// spec: Q-5 Q-6
async fn who_waits_too_long_may_leave_a_message(store: Store) {
    let shop =
        Shop::open(store, patient(json!({ "dequeue_after_s": 1, "dequeue": { "do": "enquiry" } }))).await;
    let (mut browser, chat) = waiting(&shop).await;
    let ended = browser.chat("ended").await;
    let keys: Vec<_> =
        ended["instead"]["form"].as_array().unwrap().iter().map(|field| field["key"].clone()).collect();
    assert_eq!(keys, ["name", "email", "message"]);
    let answers = json!({ "email": "ann@home.example", "message": "Is it in stock?" });
    let queue = &ended["instead"]["queue"];
    let frame =
        json!({ "type": "send_enquiry", "id": "e1", "queue": queue, "chat": chat["id"], "answers": answers });
    browser.socket.send(frame).await;
    assert_eq!(browser.socket.next_of("enquiry_taken").await["id"], "e1");
    let sue = shop.person("Sue", Role::Supervisor).await;
    let list = sue.read(&format!("/api/v1/sites/{}/enquiries", *shop.site.id)).await;
    assert_eq!(list["items"][0]["chat_id"], chat["id"]);
}

// spec: Q-5
async fn who_waits_too_long_goes_elsewhere(store: Store) {
    let then = json!({ "do": "url", "url": "https://shop.example/contact" });
    let shop = Shop::open(store, patient(json!({ "dequeue_after_s": 1, "dequeue": then }))).await;
    let (mut browser, _) = waiting(&shop).await;
    assert_eq!(browser.chat("ended").await["instead"]["alternative"], then);
}

// spec: Q-5 X-3
async fn who_waits_too_long_waits_in_another_queue(store: Store) {
    let shop = Shop::open(store, patient(json!({}))).await;
    let root = shop.person("Root", Role::Admin).await;
    let mut alice = shop.agent("Alice").await;
    let other = json!({ "name": "Second", "agents": [alice.user],
        "plan": { "routing": { "priority": { "moved": 4 } }, "alternatives": { "no_agent": { "do": "wait" } } } });
    let (status, other) = root.write(&format!("/api/v1/sites/{}/queues", *shop.site.id), &other).await;
    assert_eq!(status, 201, "{other}");
    let then = json!({ "do": "queue", "queue_id": other["id"] });
    let plan = json!({ "routing": { "dequeue_after_s": 1, "dequeue": then },
        "alternatives": { "no_agent": { "do": "wait" } } });
    let mut changed = json!({ "plan": plan, "agents": [] });
    changed["plan"]["styling"] = json!({ "title": "Changed" });
    let (status, refused) = root.send("PATCH", &format!("/api/v1/queues/{}", *shop.queue.id), &changed).await;
    assert_eq!(status, 200, "{refused}");
    while shop.browser().await.welcome["styling"]["title"] != "Changed" {
        tokio::task::yield_now().await;
    }
    let (mut browser, chat) = waiting(&shop).await;
    let rung = alice.ring().await;
    assert_eq!((&rung["id"], &rung["queue"]["id"]), (&chat["id"], &other["id"]));
    assert_eq!(rung["priority"], 4);
    assert_eq!(rung["queued_at"], alice.read("/api/v1/chats").await["items"][0]["queued_at"]);
    browser.message("queue_moved").await;
}

// spec: Q-3 Q-5
async fn the_places_behind_who_is_moved_change_at_once(store: Store) {
    let settings = SiteSettings { poll_interval_s: 300, ..Plan::default().settings };
    let shop = Shop::open_at(store, Plan { settings, ..patient(json!({})) }, Clock::manual(START)).await;
    let root = shop.person("Root", Role::Admin).await;
    let wait = json!({ "no_agent": { "do": "wait" } });
    let second = json!({ "name": "Second", "agents": [], "plan": { "alternatives": wait } });
    let (status, second) = root.write(&format!("/api/v1/sites/{}/queues", *shop.site.id), &second).await;
    assert_eq!(status, 201, "{second}");
    let then = json!({ "dequeue_after_s": 60, "dequeue": { "do": "queue", "queue_id": second["id"] } });
    let styling = json!({ "title": "Changed" });
    let changed = json!({ "plan": { "routing": then, "alternatives": wait, "styling": styling } });
    let path = format!("/api/v1/queues/{}", *shop.queue.id);
    assert_eq!(root.send("PATCH", &path, &changed).await.0, 200);
    while shop.browser().await.welcome["styling"]["title"] != "Changed" {
        tokio::task::yield_now().await;
    }
    let (mut first, _) = waiting(&shop).await;
    shop.clock.advance_ms(10_000);
    let (mut behind, chat) = waiting(&shop).await;
    assert_eq!(chat["position"], 2);
    shop.clock.advance_ms(50_000);
    first.message("queue_moved").await;
    // All are told anew every 15 seconds of this clock, which stands.
    at_place(&mut behind, 1).await;
}

// spec: Q-1 Q-6
async fn a_queue_that_closes_says_so_to_who_waits(store: Store) {
    let queue =
        json!({ "alternatives": { "no_agent": { "do": "wait" }, "out_of_hours": { "do": "enquiry" } } });
    let shop = Shop::open(store, Plan { queue, ..Plan::default() }).await;
    let (mut browser, _) = waiting(&shop).await;
    let sue = shop.person("Sue", Role::Supervisor).await;
    let tomorrow = shop.queue.updated_at + 4_000_000_000_000;
    let queue = switch(&sue, &shop, json!({ "by_hand": { "open": false, "until": tomorrow } })).await;
    assert_eq!((&queue["open_now"], &queue["next_change_at"]), (&json!(false), &json!(tomorrow)));
    let ended = browser.chat("ended").await;
    assert_eq!(ended["instead"]["reason"], "out_of_hours");
    assert_eq!(ended["instead"]["alternative"]["do"], "enquiry");
    assert_eq!(ended["instead"]["opens_at"], tomorrow);
    browser.message("queue_closed").await;
}

// spec: Q-1 Q-6
async fn a_queue_whose_hours_run_out_says_so_to_who_waits(store: Store) {
    // On Mondays, the day on which the clock begins, until a minute from then.
    let weekly = json!([{ "weekday": 1, "from": "08:00", "to": "09:01" }]);
    let queue = json!({
        "hours": { "time_zone": "UTC", "weekly": weekly, "exceptions": [] },
        "alternatives": { "no_agent": { "do": "wait" }, "out_of_hours": { "do": "enquiry" } },
    });
    let settings = SiteSettings { poll_interval_s: 300, ..Plan::default().settings };
    let plan = Plan { queue, settings, ..Plan::default() };
    let shop = Shop::open_at(store, plan, Clock::manual(START)).await;
    let (mut first, _) = waiting(&shop).await;
    shop.clock.advance_ms(59_999);
    let (mut last, _) = waiting(&shop).await;
    shop.clock.advance_ms(1);
    let mut late = shop.browser().await;
    late.socket.send(json!({ "type": "open_chat" })).await;
    let told = late.socket.next_of("alternative").await;
    let opens_at = json!(START.plus_s(7 * 86_400 - 3_600).0);
    assert_eq!((&told["reason"], &told["opens_at"]), (&json!("out_of_hours"), &opens_at));
    for browser in [&mut first, &mut last] {
        let ended = browser.chat("ended").await;
        assert_eq!(ended["ended_by"], "system");
        let instead = &ended["instead"];
        assert_eq!((&instead["reason"], &instead["opens_at"]), (&json!("out_of_hours"), &opens_at));
        assert_eq!(instead["alternative"], json!({ "do": "enquiry" }));
        browser.message("queue_closed").await;
    }
}

// spec: Q-1 X-3
async fn what_was_closed_by_hand_opens_by_itself(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let _alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    browser.open().await;
    let sue = shop.person("Sue", Role::Supervisor).await;
    let (status, refused) = sue
        .send(
            "PATCH",
            &format!("/api/v1/queues/{}/switches", *shop.queue.id),
            &json!({ "by_hand": { "open": false, "until": 1 } }),
        )
        .await;
    assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("/by_hand/until")));
    let soon = beckon_server::clock::Clock::System.now().plus_ms(1_500).0;
    switch(&sue, &shop, json!({ "by_hand": { "open": false, "until": soon } })).await;
    browser.socket.next("closed", |frame| frame["type"] == "availability" && frame["open"] == false).await;
    browser.socket.next("open", |frame| frame["type"] == "availability" && frame["open"] == true).await;
    assert!(beckon_server::clock::Clock::System.now().0 >= soon);
    let queue = switch(&sue, &shop, json!({})).await;
    assert_eq!((&queue["by_hand"], &queue["open_now"]), (&Value::Null, &json!(true)));
}

// spec: Q-1 Q-6
async fn a_channel_switched_off_ends_the_wait(store: Store) {
    let shop = Shop::open(store, patient(json!({}))).await;
    let (mut browser, _) = waiting(&shop).await;
    let sue = shop.person("Sue", Role::Supervisor).await;
    switch(&sue, &shop, json!({ "channel_on": false })).await;
    let ended = browser.chat("ended").await;
    assert_eq!(ended["instead"]["reason"], "channel_off");
    assert_eq!(ended["instead"]["alternative"], json!({ "do": "message", "text": "", "texts": {} }));
}
