//! Tests that no waiting state is forgotten when the server is away at its deadline.

use std::time::Duration;

use beckon_server::store::Store;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::{Browser, Console};
use super::shop::{ORIGIN, Plan, Shop, product};

/// Longer than the deadlines of these tests.
const AWAY: Duration = Duration::from_millis(1_300);

struct Place {
    dir: TempDir,
    shop: Shop,
}

impl Place {
    async fn open(queue: Value) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let shop =
            Shop::open(Store::open_sqlite(dir.path()).await.unwrap(), Plan { queue, ..Plan::default() });
        Self { shop: shop.await, dir }
    }

    /// Stops the server, lets the deadline pass, and starts it.
    async fn away(self) -> Self {
        let Self { shop, dir } = self;
        let reopen = async || {
            tokio::time::sleep(AWAY).await;
            Store::open_sqlite(dir.path()).await.unwrap()
        };
        Self { shop: shop.restart(reopen).await, dir }
    }

    async fn back(&self, browser: &Browser, chat: &Value) -> Browser {
        let hello = json!({ "token": browser.token(), "pages": [product(1)], "chat": { "id": chat["id"], "after": 0 } });
        let mut back = Browser::connect(self.shop.address, Some(ORIGIN)).await;
        back.hello(&self.shop.site.key, hello).await;
        back
    }
}

/// The chat of a browser that came back, once it is in this state.
async fn once(browser: &mut Browser, state: &str) -> Value {
    if browser.welcome["chat"]["state"] == state {
        return browser.welcome["chat"].clone();
    }
    browser.chat(state).await
}

async fn queued(place: &Place) -> (Browser, Value) {
    let mut browser = place.shop.browser().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let chat = browser.chat("queued").await;
    (browser, chat)
}

// spec: Q-5 X-3
#[tokio::test]
async fn a_wait_that_ran_out_meanwhile_ends_with_what_the_queue_has() {
    let then = json!({ "do": "enquiry" });
    let place = Place::open(json!({ "routing": { "dequeue_after_s": 1, "dequeue": then },
                                    "alternatives": { "no_agent": { "do": "wait" } } }))
    .await;
    let (browser, chat) = queued(&place).await;
    let place = place.away().await;
    let mut back = place.back(&browser, &chat).await;
    let ended = once(&mut back, "ended").await;
    assert_eq!(ended["instead"]["alternative"], then);
}

// spec: Q-4 X-3
#[tokio::test]
async fn a_ring_that_ran_out_meanwhile_goes_on_to_the_next() {
    let place = Place::open(json!({ "routing": { "ring_time_s": 1 } })).await;
    let mut alice = place.shop.agent("Alice").await;
    let (browser, chat) = queued(&place).await;
    alice.ring().await;
    let token = alice.cookie.strip_prefix("beckon_session=").unwrap().to_owned();
    let place = place.away().await;
    let mut back = place.back(&browser, &chat).await;
    let mut bob = place.shop.agent("Bob").await;
    assert_eq!(bob.take().await["id"], chat["id"]);
    once(&mut back, "active").await;
    let alice = Console::sign_in(place.shop.address, &token, alice.user).await;
    let agents = alice.read("/api/v1/agents").await;
    let status = agents["items"].as_array().unwrap().iter().find(|agent| agent["name"] == "Alice").unwrap();
    assert_eq!(status["status"], "away");
}

// spec: Q-1 Q-6 X-3
#[tokio::test]
async fn a_queue_that_closed_meanwhile_says_so() {
    let place = Place::open(json!({ "alternatives": { "no_agent": { "do": "wait" } } })).await;
    let (browser, chat) = queued(&place).await;
    let mut tx = place.shop.store.write().await.unwrap();
    let mut queue = place.shop.queue.clone();
    queue.plan.0.hours.weekly.clear();
    beckon_server::store::queue::update_queue(&mut tx, &queue).await.unwrap();
    let place = Place { shop: place.shop, dir: place.dir };
    tx.commit().await.unwrap();
    let place = place.away().await;
    let mut back = place.back(&browser, &chat).await;
    assert_eq!(once(&mut back, "ended").await["instead"]["reason"], "out_of_hours");
}
