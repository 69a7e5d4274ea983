//! Tests the fallback: a browser that only polls gets everything that a connected one gets.

use std::time::Duration;

use beckon_server::store::Store;
use serde_json::{Value, json};

use super::client::poll;
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::store_tests;

store_tests!(carries_a_whole_chat,);

/// What does not come within this time does not come.
const PATIENCE: Duration = Duration::from_secs(20);

struct Poller<'a> {
    shop: &'a Shop,
    token: Value,
    chat: Value,
}

impl Poller<'_> {
    async fn poll(&mut self, frames: &[Value]) -> Vec<Value> {
        let hello = json!({ "type": "hello", "v": 1, "site": self.shop.site.key, "token": self.token,
                            "pages": [product(1)], "chat": self.chat });
        let all: Vec<Value> = std::iter::once(hello).chain(frames.iter().cloned()).collect();
        let (status, notices) = poll(self.shop.address, ORIGIN, json!(all)).await;
        assert_eq!(status, 200, "{notices:?}");
        self.token = notices[0]["token"].clone();
        notices
    }

    /// Polls until a notice comes of which `is` holds.
    async fn until(&mut self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let wait = async {
            loop {
                if let Some(found) = self.poll(&[]).await.into_iter().find(&is) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{what} did not come"))
    }
}

// spec: T-6 Q-7 X-6
async fn carries_a_whole_chat(store: Store) {
    let shop = Shop::open(store, Plan { required_time_s: 1, ..Plan::default() }).await;
    let mut alice = shop.agent("Alice").await;
    let mut poller = Poller { shop: &shop, token: Value::Null, chat: Value::Null };
    let first = poller.poll(&[]).await;
    let welcome = poller.until("an offer", |notice| !notice["offer"].is_null()).await;
    assert_eq!(welcome["visit"], first[0]["visit"], "polls belong to one visit");
    let accept = json!({ "type": "accept", "presentation": welcome["offer"]["id"] });
    let answer = poller.poll(&[accept]).await;
    assert!(answer.iter().any(|notice| notice["outcome"] == "accepted"), "{answer:?}");
    let chat = alice.take().await;
    alice.say(&chat, "a1", "Hello").await;
    let message = poller.until("a message", |notice| notice["message"]["text"] == "Hello").await;
    poller.chat = json!({ "id": chat["id"], "after": message["message"]["seq"] });
    let say = json!({ "type": "say", "chat": chat["id"], "id": "v1", "text": "Good day" });
    let answer = poller.poll(&[say.clone(), say]).await;
    assert_eq!(answer.iter().filter(|notice| notice["type"] == "ack").count(), 2);
    alice.message("Good day").await;
    let typing = json!({ "type": "typing", "chat": chat["id"] });
    poller.poll(std::slice::from_ref(&typing)).await;
    alice.socket.next_of("typing").await;
    let mut stranger = Poller { shop: &shop, token: Value::Null, chat: poller.chat.clone() };
    stranger.poll(&[typing]).await;
    poller.poll(&[json!({ "type": "say", "chat": chat["id"], "id": "v2", "text": "Are you there?" })]).await;
    alice.message("Are you there?").await;
    assert_eq!(alice.socket.told("typing"), 0, "who names a chat of somebody else writes nothing there");
    let again = poller.poll(&[]).await;
    assert!(again.iter().all(|notice| notice["message"]["text"] != "Hello"), "{again:?}");
}
