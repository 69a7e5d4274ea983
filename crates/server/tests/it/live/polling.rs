//! Tests the fallback: a browser that only polls gets everything that a connected one gets.

use std::time::Duration;

use beckon_engine::id::{VisitId, VisitorId};
use beckon_server::clock::Clock;
use beckon_server::store::customer::erase::{Erased, delete_visitor};
use beckon_server::store::visit::{claim_open_visit, find_visit, find_visit_epoch};
use beckon_server::store::{Store, Tx};
use serde_json::{Value, json};

use super::client::{Browser, poll};
use super::shop::{ORIGIN, Plan, Shop, page, product};
use crate::harness::{START, on_sqlite, store_tests};

store_tests!(
    carries_a_whole_chat,
    a_visitor_who_polls_and_was_erased_comes_as_a_new_one,
    a_token_that_is_remembered_is_refused_on_another_site,
    a_chat_that_began_on_another_connection_is_in_the_next_poll,
    a_visit_that_was_claimed_elsewhere_is_claimed_back,
);

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

/// A visitor who has polled so often that the server remembers all it knows of them.
async fn remembered(shop: &Shop) -> Poller<'_> {
    let mut poller = Poller { shop, token: Value::Null, chat: Value::Null };
    for _ in 0..4 {
        poller.poll(&[]).await;
    }
    poller
}

async fn visit_of(poller: &mut Poller<'_>) -> VisitId {
    serde_json::from_value(poller.poll(&[]).await[0]["visit"].clone()).unwrap()
}

async fn visitor_of(store: &Store, visit: VisitId) -> VisitorId {
    *find_visit(&mut store.read().await.unwrap(), visit).await.unwrap().unwrap().visitor_id
}

async fn epoch_of(store: &Store, visit: VisitId) -> i64 {
    find_visit_epoch(&mut store.read().await.unwrap(), visit).await.unwrap().unwrap()
}

// spec: N-4 X-6
async fn a_visitor_who_polls_and_was_erased_comes_as_a_new_one(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut poller = remembered(&shop).await;
    let (token, visit) = (poller.token.clone(), visit_of(&mut poller).await);
    let visitor = visitor_of(&shop.store, visit).await;
    // Nobody is told: what is remembered goes with the rows.
    let mut tx = shop.store.write().await.unwrap();
    let known_until = Clock::System.now().plus_s(86_400);
    delete_visitor(&mut tx, visitor, known_until, &mut Erased::default()).await.unwrap();
    tx.commit().await.unwrap();
    let after = visit_of(&mut poller).await;
    assert_ne!(poller.token, token, "the token of somebody who was erased is nobody's");
    assert_ne!(after, visit);
    assert_ne!(visitor_of(&shop.store, after).await, visitor);
}

// spec: X-6
async fn a_token_that_is_remembered_is_refused_on_another_site(store: Store) {
    let first = Shop::open(store, Plan::default()).await;
    // Its node serves the site of the first as well.
    let second = Shop::open(first.store.clone(), Plan::default()).await;
    let at_second = async |site: &str, token: &Value| {
        let hello = json!({ "type": "hello", "v": 1, "site": site, "token": token, "pages": [product(1)] });
        poll(second.address, ORIGIN, json!([hello])).await
    };
    let mut token = Value::Null;
    for _ in 0..4 {
        let (status, notices) = at_second(&first.site.key, &token).await;
        assert_eq!(status, 200, "{notices:?}");
        token = notices[0]["token"].clone();
    }
    assert_eq!(at_second(&second.site.key, &token).await.0, 401);
    let (status, notices) = at_second(&first.site.key, &token).await;
    assert_eq!((status, &notices[0]["token"]), (200, &token));
}

// spec: Q-7 T-6
async fn a_chat_that_began_on_another_connection_is_in_the_next_poll(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let _alice = shop.agent("Alice").await;
    let mut poller = Poller { shop: &shop, token: Value::Null, chat: Value::Null };
    let hello = |token: &Value| json!({ "token": token, "pages": [page(1, "/about")] });
    let about = async |token: &Value| {
        let mut hello = hello(token);
        let more = json!({ "type": "hello", "v": 1, "site": shop.site.key });
        hello.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        poll(shop.address, ORIGIN, json!([hello])).await.1.remove(0)
    };
    for _ in 0..4 {
        let welcome = about(&poller.token).await;
        assert_eq!(welcome["chat"], Value::Null);
        poller.token = welcome["token"].clone();
    }
    let mut tab = Browser::connect(shop.address, Some(ORIGIN)).await;
    tab.hello(&shop.site.key, hello(&poller.token)).await;
    // The socket claims the visit; the polls after it are remembered anew.
    for _ in 0..3 {
        assert_eq!(about(&poller.token).await["chat"], Value::Null);
    }
    tab.open().await;
    tab.socket.send(json!({ "type": "open_chat" })).await;
    tab.socket.next_of("chat").await;
    let chat = about(&poller.token).await["chat"].clone();
    assert_eq!(chat["id"], tab.chat_id(), "the chat that the other connection has: {chat}");
    tab.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    tab.chat("ended").await;
    assert_eq!(about(&poller.token).await["chat"], Value::Null);
}

// spec: X-4 T-6
async fn a_visit_that_was_claimed_elsewhere_is_claimed_back(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut poller = remembered(&shop).await;
    let visit = visit_of(&mut poller).await;
    let held = epoch_of(&shop.store, visit).await;
    let visitor = visitor_of(&shop.store, visit).await;
    let mut tx = shop.store.write().await.unwrap();
    claim_open_visit(&mut tx, visitor, "elsewhere", Clock::System.now()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert_eq!(visit_of(&mut poller).await, visit);
    assert_eq!(epoch_of(&shop.store, visit).await, held + 2, "once there, once back");
    assert_eq!(visit_of(&mut poller).await, visit);
    assert_eq!(epoch_of(&shop.store, visit).await, held + 2, "it is held again");
}

// spec: T-6
#[tokio::test]
async fn a_poll_of_a_visitor_whose_visit_is_here_asks_the_embedded_database_nothing() {
    on_sqlite(async |store: Store| {
        let shop = Shop::open(store, Plan::default()).await;
        let mut poller = remembered(&shop).await;
        // Every connection to the database is taken.
        let mut taken = vec![shop.store.write().await.unwrap()];
        for _ in 0..4 {
            taken.push(shop.store.read().await.unwrap());
        }
        let polled = tokio::time::timeout(PATIENCE, poller.poll(&[])).await;
        assert_eq!(polled.expect("an answer without the database")[0]["type"], "welcome");
    })
    .await;
}

// spec: X-4
#[tokio::test]
async fn what_is_remembered_is_looked_at_again_after_a_while() {
    on_sqlite(async |store: Store| {
        let clock = Clock::manual(START);
        let shop = Shop::open_at(store, Plan::default(), clock.clone()).await;
        let mut poller = remembered(&shop).await;
        let visit = visit_of(&mut poller).await;
        let held = epoch_of(&shop.store, visit).await;
        // By another process, of which this one hears nothing.
        let Tx::Sqlite(mut tx) = shop.store.write().await.unwrap() else { panic!("it is SQLite") };
        sqlx::query("UPDATE visits SET epoch = epoch + 1").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        clock.advance_ms(29_000);
        poller.poll(&[]).await;
        assert_eq!(epoch_of(&shop.store, visit).await, held + 1);
        clock.advance_ms(1_000);
        poller.poll(&[]).await;
        assert_eq!(epoch_of(&shop.store, visit).await, held + 2);
    })
    .await;
}
