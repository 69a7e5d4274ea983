//! Tests what becomes of what was committed when the answer to the commit was lost. The embedded database has no way on
//! which it could be.

use std::time::Duration;

use beckon_engine::id::PresentationId;
use beckon_engine::offer::Outcome;
use beckon_engine::settings::SiteSettings;
use beckon_server::store::Store;
use beckon_server::store::presentation::{find_open_presentation, find_presentation};

use serde_json::json;

use super::chats::talking;
use super::shop::{Plan, Shop};
use crate::harness::{Database, vault, with_postgres};
use crate::lossy::LossyWay;

/// What writes messages.
const APPENDS: &str = "SET last_seq = chats.last_seq + jsonb_array_length";

/// A shop that reaches its database by a way that loses answers, and the same database by another.
async fn on_lossy_way(test: impl AsyncFnOnce(&Shop, LossyWay, Store)) {
    with_postgres(async |database: Database| {
        let Database::Postgres(url) = &database else { panic!("it is PostgreSQL") };
        let way = LossyWay::to(url).await;
        let store = Store::open_postgres(&way.url).await.unwrap().with_vault(vault());
        let settings = SiteSettings { poll_interval_s: 60, ..Plan::default().settings };
        let shop = Shop::open(store, Plan { settings, ..Plan::default() }).await;
        test(&shop, way, database.open().await).await;
        shop.close();
    })
    .await;
}

// spec: X-1 Q-8
#[tokio::test]
async fn a_message_is_seen_though_its_writer_is_told_to_try_again() {
    on_lossy_way(async |shop, way, _| {
        let (mut browser, mut alice, chat) = talking(shop).await;
        way.lose_alone(APPENDS);
        browser.say(&chat["id"], "v1", "Is anybody there").await;
        alice.message("Is anybody there").await;
        assert_eq!(browser.socket.next_of("refused").await["id"], "v1");
    })
    .await;
}

// spec: X-1 Q-8
#[tokio::test]
async fn what_an_agent_writes_is_seen_though_they_are_told_to_try_again() {
    on_lossy_way(async |shop, way, _| {
        let (mut browser, mut alice, chat) = talking(shop).await;
        way.lose_alone(APPENDS);
        alice.say(&chat, "a1", "Good morning").await;
        browser.message("Good morning").await;
        assert_eq!(alice.socket.next_of("refused").await["id"], "a1");
    })
    .await;
}

// spec: X-1 P-7
#[tokio::test]
async fn the_agent_is_told_of_an_end_though_the_visitor_is_told_that_it_failed() {
    on_lossy_way(async |shop, way, _| {
        let (mut browser, mut alice, chat) = talking(shop).await;
        way.lose("state = 'ended', ended_at = $3", None);
        browser.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
        assert_eq!(browser.socket.next_of("refused").await["code"], "unavailable");
        alice.chat("ended").await;
    })
    .await;
}

// spec: O-3 O-12
#[tokio::test]
async fn an_offer_that_is_given_up_is_taken_back_where_it_was_stored() {
    on_lossy_way(async |shop, way, store| {
        let _alice = shop.agent("Alice").await;
        way.lose("INSERT INTO presentations", Some("FROM presentations WHERE id = $1"));
        let browser = shop.browser().await;
        let visit = serde_json::from_value(browser.welcome["visit"].clone()).unwrap();
        let mut stored: Option<PresentationId> = None;
        let taken_back = async {
            loop {
                let mut tx = store.read().await.unwrap();
                if stored.is_none() {
                    stored = find_open_presentation(&mut tx, visit).await.unwrap().map(|row| *row.id);
                }
                if let Some(id) = stored
                    && let Some(outcome) = find_presentation(&mut tx, id).await.unwrap().unwrap().outcome
                {
                    return *outcome;
                }
                drop(tx);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let outcome = tokio::time::timeout(Duration::from_secs(30), taken_back).await;
        assert_eq!(outcome.expect("it is taken back"), Outcome::Withdrawn);
        assert_eq!(browser.socket.told("offer"), 0);
    })
    .await;
}
