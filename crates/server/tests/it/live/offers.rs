//! Tests offers from page view to outcome.

use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::store::Store;
use beckon_server::store::queue::{find_queue, update_queue};
use serde_json::{Value, json};

use super::client::Browser;
use super::shop::{ORIGIN, Plan, Shop, page, product};
use crate::harness::store_tests;

store_tests!(
    is_presented_when_the_required_time_has_passed,
    is_not_presented_without_an_agent,
    is_the_same_one_in_two_connections,
    comes_again_on_the_next_page_with_its_first_time,
    has_one_outcome_of_two_answers,
    is_withdrawn_when_the_channel_is_switched_off,
    stays_within_the_capacity_of_the_queue,
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
