//! Tests what is kept of decisions: why a visitor was offered something or nothing, and who presented what by hand.

use beckon_engine::settings::SiteSettings;
use beckon_engine::time::UnixMs;
use beckon_server::clock::Clock;
use beckon_server::jobs;
use beckon_server::store::Store;
use beckon_server::store::decision::{find_presentation_reasons, list_decisions};
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::shop::{Plan, Shop, page};
use crate::harness::store_tests;

store_tests!(
    a_decision_is_kept_when_it_changes,
    a_presentation_keeps_what_it_was_decided_on,
    what_is_kept_of_a_referrer_is_cut,
    presentations_come_in_pages,
    an_offer_by_hand_says_who_presented_it_over_which_cap,
    nobody_presents_by_hand_beside_an_open_offer_or_chat,
    decisions_are_forgotten_after_a_month,
    pages_attributes_and_events_are_suggested,
);

/// The decisions that are kept of a visit, once `holds` of them.
pub(super) async fn decisions_until(
    agent: &Console,
    visit: &str,
    holds: impl Fn(&[Value]) -> bool,
) -> Vec<Value> {
    let items = |said: &Value| said["items"].as_array().unwrap().clone();
    let path = format!("/api/v1/visits/{visit}/decisions");
    items(&agent.read_until(&path, |said| holds(&items(said))).await)
}

fn visit_of(browser: &Browser) -> &str {
    browser.welcome["visit"].as_str().unwrap()
}

async fn presentation_of(agent: &Console, offer: &Value) -> Value {
    agent.read(&format!("/api/v1/presentations/{}", offer["id"].as_str().unwrap())).await
}

// spec: R-9
async fn a_decision_is_kept_when_it_changes(store: Store) {
    let rule = json!({ "conditions": { "type": "any", "of": [{ "type": "device", "any_of": ["desktop"] },
                                                            { "type": "exit_intent" }] } });
    let shop = Shop::open(store, Plan { rule, ..Plan::default() }).await;
    let mut alice = shop.agent("Alice").await;
    alice.command(json!({ "type": "status", "status": "away" })).await;
    let mut browser = shop.browser().await;
    let visit = visit_of(&browser).to_owned();
    let has = |reason: &'static str| {
        move |kept: &[Value]| kept.first().is_some_and(|decision| decision["reason"] == reason)
    };
    let kept = decisions_until(&alice, &visit, has("no_agent")).await;
    assert_eq!(kept[0]["page"]["url"], "https://shop.example/product/oslo-chair");
    let rule = &kept[0]["rules"][0];
    assert_eq!((&rule["verdict"], &rule["blocked"]), (&json!("qualified"), &json!("no_agent")));
    assert_eq!(rule["conditions"]["of"][0]["value"], "desktop");
    assert_eq!(rule["conditions"]["of"][0]["holds"], true);

    for view in 2..6 {
        let mut same = page(view, "/product/oslo-chair");
        same["type"] = json!("page");
        browser.socket.send(same).await;
    }
    alice.command(json!({ "type": "status", "status": "ready" })).await;
    let offer = browser.offer().await;
    let presents = |decision: &&Value| decision["presentation_id"] == offer["id"];
    let kept = decisions_until(&alice, &visit, |kept| kept.iter().any(|one| presents(&one))).await;
    assert_eq!(kept.iter().find(presents).unwrap()["reason"], Value::Null);
    let blocked = kept.iter().filter(|decision| decision["reason"] == "no_agent").count();
    assert_eq!(blocked, 1, "the same decision is kept once: {kept:#?}");
    assert!(kept.windows(2).all(|pair| pair[0]["at"].as_i64() >= pair[1]["at"].as_i64()));
}

// spec: R-9 O-1 O-7 O-9 O-12 R-7
async fn a_presentation_keeps_what_it_was_decided_on(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let record = presentation_of(&alice, &offer).await;
    assert_eq!(record["presented_at"], offer["presented_at"]);
    assert_eq!(record["design"]["texts"]["en"]["title"], "May we help?");
    assert_eq!((&record["rule"]["name"], &record["by"]), (&json!("Product"), &Value::Null));
    assert_eq!(record["queue"]["name"], "Advice");
    assert!(record["config_version"].as_i64().unwrap() >= 1);
    let after = |name: &str| record[name].as_i64().unwrap() - record["presented_at"].as_i64().unwrap();
    assert_eq!((after("ignored_due"), after("passive_due")), (60_000, 64_000));
    let why = &record["why"];
    assert_eq!(
        why["gate"],
        json!({ "hours_open": true, "channel_on": true, "free_slots": 2, "open_presentations": 0 })
    );
    assert_eq!((&why["capacity_factor"], &why["overrode"]), (&json!(3), &json!([])));
    assert_eq!(why["page"]["title"], "Oslo chair");
    assert_eq!(why["rules"][0]["verdict"], "qualified");

    browser.accept(&offer).await;
    let chat = browser.socket.next("a chat", |frame| frame["type"] == "chat").await;
    let record = presentation_of(&alice, &offer).await;
    assert_eq!((&record["outcome"], &record["chat_id"]), (&json!("accepted"), &chat["chat"]["id"]));
}

// spec: T-10 R-8
async fn what_is_kept_of_a_referrer_is_cut(store: Store) {
    let rule = json!({ "conditions": { "type": "referrer", "contains": "secret" } });
    let shop = Shop::open(store, Plan { rule, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut browser = Browser::connect(shop.address, Some(super::shop::ORIGIN)).await;
    let mut seen = super::shop::product(1);
    seen["referrer"] = json!("https://ann@news.example/chairs?token=secret");
    browser.hello(&shop.site.key, json!({ "pages": [seen] })).await;
    let offer = browser.offer().await;
    let record = presentation_of(&alice, &offer).await;
    assert_eq!(record["why"]["rules"][0]["conditions"]["value"], "https://news.example/chairs");
}

async fn presentations_come_in_pages(store: Store) {
    let shop = Shop::open(store, Plan { rule: json!({}), ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let first = browser.offer().await;
    browser.socket.send(json!({ "type": "reject", "presentation": first["id"] })).await;
    browser.socket.next_of("settled").await;
    let path = format!("/api/v1/visits/{}/offers", visit_of(&browser));
    let wanted = json!({ "offer_id": *shop.offer.id, "queue_id": *shop.queue.id, "override_caps": true });
    assert_eq!(alice.write(&path, &wanted).await.1["refused"], Value::Null);
    let second = browser.offer().await;
    let list = format!("/api/v1/visits/{}/presentations?limit=1", visit_of(&browser));
    let newest = alice.read(&list).await;
    assert_eq!(newest["items"][0]["id"], second["id"]);
    let rest = alice.read(&format!("{list}&after={}", newest["next"].as_str().unwrap())).await;
    assert_eq!((&rest["items"][0]["id"], &rest["next"]), (&first["id"], &Value::Null));
}

// spec: O-13 O-8
async fn an_offer_by_hand_says_who_presented_it_over_which_cap(store: Store) {
    let settings = SiteSettings { poll_interval_s: 2, minimum_interval_s: 600, ..SiteSettings::default() };
    let shop = Shop::open(store, Plan { settings, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let first = browser.offer().await;
    browser.socket.send(json!({ "type": "reject", "presentation": first["id"] })).await;
    browser.socket.next_of("settled").await;
    let path = format!("/api/v1/visits/{}/offers", visit_of(&browser));
    let choice = alice.read(&path).await;
    assert_eq!(choice["refused"], Value::Null);
    let interval = &choice["caps"][0];
    assert_eq!((&interval["reason"], &interval["reached"]), (&json!("interval_not_passed"), &json!(true)));
    assert_eq!(interval["limit"], 600);
    assert_eq!(choice["offers"][0]["cap"]["reason"], "offer_not_again");
    assert_eq!(choice["queues"][0]["gate"]["free_slots"], 2);

    let mut wanted = json!({ "offer_id": *shop.offer.id, "queue_id": *shop.queue.id });
    let refused = alice.write(&path, &wanted).await.1;
    assert_eq!(refused, json!({ "refused": "interval_not_passed", "presentation_id": null }));
    wanted["override_caps"] = json!(true);
    let presented = alice.write(&path, &wanted).await.1;
    let offer = browser.offer().await;
    assert_eq!(presented, json!({ "refused": null, "presentation_id": offer["id"] }));
    let record = presentation_of(&alice, &offer).await;
    assert_eq!((&record["by"]["name"], &record["rule"]), (&json!("Alice"), &Value::Null));
    assert_eq!(record["why"]["overrode"], json!(["interval_not_passed", "offer_not_again"]));
}

// spec: O-13 O-3 O-4
async fn nobody_presents_by_hand_beside_an_open_offer_or_chat(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let alice = shop.agent("Alice").await;
    let sue = shop.person("Sue", Role::Supervisor).await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let path = format!("/api/v1/visits/{}/offers", visit_of(&browser));
    let wanted = json!({ "offer_id": *shop.offer.id, "queue_id": *shop.queue.id, "override_caps": true });
    assert_eq!(sue.write(&path, &wanted).await.1["refused"], "presentation_open");
    assert_eq!(sue.read(&path).await["refused"], "presentation_open");
    browser.accept(&offer).await;
    browser.socket.next("a chat", |frame| frame["type"] == "chat").await;
    let refused = alice.write(&path, &wanted).await.1["refused"].clone();
    assert!(refused == "chat_open" || refused == "form_open", "{refused}");
}

// spec: R-9
async fn decisions_are_forgotten_after_a_month(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let kept = decisions_until(&alice, visit_of(&browser), |kept| !kept.is_empty()).await;
    let day = |n: i64| UnixMs(kept[0]["at"].as_i64().unwrap()).plus_ms(n * 86_400_000);
    let id = serde_json::from_value(offer["id"].clone()).unwrap();
    for (days, is_kept) in [(29, true), (31, false)] {
        jobs::sweep(&shop.store, &Clock::manual(day(days))).await.unwrap();
        let mut tx = shop.store.read().await.unwrap();
        let reasons = find_presentation_reasons(&mut tx, id).await.unwrap();
        let visit = visit_of(&browser).parse().unwrap();
        let decisions = list_decisions(&mut tx, *shop.site.id, visit).await.unwrap();
        assert_eq!((reasons.is_some(), !decisions.is_empty()), (is_kept, is_kept), "after {days} days");
    }
}

// spec: R-8 T-10
async fn pages_attributes_and_events_are_suggested(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let admin = shop.person("Ada", Role::Admin).await;
    let mut browser = shop.browser().await;
    let mut next = page(2, "/prices?token=secret");
    next["type"] = json!("page");
    browser.socket.send(next).await;
    browser.socket.send(json!({ "type": "set", "attributes": { "cart_value": 90, "vip": true } })).await;
    browser.socket.send(json!({ "type": "event", "name": "video_played" })).await;
    let path = format!("/api/v1/sites/{}/seen", *shop.site.id);
    // What is observed is written behind.
    let is_all = |seen: &Value| {
        seen["pages"].as_array().unwrap().len() == 2 && seen["events"] == json!(["video_played"])
    };
    let seen = admin.read_until(&path, is_all).await;
    let urls: Vec<&Value> = seen["pages"].as_array().unwrap().iter().map(|page| &page["url"]).collect();
    assert!(urls.contains(&&json!("https://shop.example/prices")), "{urls:?}");
    let number = json!({ "name": "cart_value", "value_type": "number" });
    assert_eq!(seen["attributes"], json!([number, { "name": "vip", "value_type": "boolean" }]));
}
