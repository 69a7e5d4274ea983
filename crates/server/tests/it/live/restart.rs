//! Tests that a restart of the server loses nothing that was promised.

use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::jobs;
use beckon_server::store::Store;
use serde_json::json;

use super::client::Browser;
use super::shop::{ORIGIN, Plan, Shop, product};

async fn back(shop: &Shop, browser: &Browser, more: serde_json::Value) -> Browser {
    let mut hello = json!({ "token": browser.token(), "pages": [product(1)] });
    hello.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut back = Browser::connect(shop.address, Some(ORIGIN)).await;
    back.hello(&shop.site.key, hello).await;
    back
}

// spec: Q-7 O-9 X-1
#[tokio::test]
async fn visit_offer_and_chat_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let reopen = async || Store::open_sqlite(dir.path()).await.unwrap();
    let shop = Shop::open(reopen().await, Plan::default()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;

    let shop = shop.restart(reopen).await;
    let mut browser = back(&shop, &browser, json!({})).await;
    assert_eq!(browser.welcome["offer"]["id"], offer["id"]);
    assert_eq!(browser.welcome["offer"]["presented_at"], offer["presented_at"]);

    let token = alice.cookie.strip_prefix("beckon_session=").unwrap().to_owned();
    let mut alice = super::client::Console::sign_in(shop.address, &token, alice.user).await;
    browser.accept(&offer).await;
    let chat = alice.take().await;
    browser.say(&chat["id"], "v1", "before").await;
    browser.socket.next_of("ack").await;

    let shop = shop.restart(async || Store::open_sqlite(dir.path()).await.unwrap()).await;
    let mut browser = back(&shop, &browser, json!({ "chat": { "id": chat["id"], "after": 0 } })).await;
    assert_eq!(browser.welcome["chat"]["state"], "active");
    assert_eq!(browser.message("before").await["seq"], 2);
    let mut alice = super::client::Console::sign_in(shop.address, &token, alice.user).await;
    alice.socket.send(json!({ "type": "follow", "chat": chat["id"], "after": 0 })).await;
    alice.message("before").await;
    alice.say(&chat, "a1", "after").await;
    assert_eq!(browser.message("after").await["seq"], 3);
}

// spec: O-9 X-3
#[tokio::test]
async fn an_offer_that_fell_due_meanwhile_is_settled() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_sqlite(dir.path()).await.unwrap();
    let settings = SiteSettings { poll_interval_s: 2, ignored_after_s: 10, ..SiteSettings::default() };
    let shop = Shop::open(store, Plan { settings, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let shop = shop.restart(async || Store::open_sqlite(dir.path()).await.unwrap()).await;
    let later =
        Clock::manual(beckon_engine::time::UnixMs(offer["presented_at"].as_i64().unwrap()).plus_s(60));
    jobs::sweep(&shop.store, &later).await.unwrap();
    let token = alice.cookie.strip_prefix("beckon_session=").unwrap().to_owned();
    let alice = super::client::Console::sign_in(shop.address, &token, alice.user).await;
    let visit = alice.read(&format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap())).await;
    let settled = &visit["presentations"][0];
    assert_eq!(settled["outcome"], "passively_ignored");
    assert_eq!(settled["outcome_at"].as_i64().unwrap(), offer["presented_at"].as_i64().unwrap() + 14_000);
    let back = back(&shop, &browser, json!({})).await;
    assert!(back.welcome["offer"].is_null());
}
