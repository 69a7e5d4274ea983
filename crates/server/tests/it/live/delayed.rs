//! Tests what is written down of something that could be committed only later.

use std::time::Duration;

use beckon_engine::id::ChatId;
use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::store::chat::{ChatState, find_chat};
use beckon_server::store::message::{Audience, NewMessage, Sender, append_message};
use beckon_server::store::visit::find_visit_epoch;
use beckon_server::store::{Store, Tx};
use serde_json::{Value, json};

use super::chats::talking;
use super::client::Browser;
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::{START, store_tests};

store_tests!(
    an_outcome_has_the_time_at_which_it_was_decided,
    an_outcome_is_kept_though_its_browser_connects_anew_meanwhile,
    a_hint_that_could_not_be_followed_is_followed_later,
    what_was_stored_unheard_is_told_when_it_is_sent_again,
);

/// From now on what needs this column fails, or works again.
async fn rename(store: &Store, table: &str, from: &str, to: &str) {
    let sql = sqlx::AssertSqlSafe(format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}"));
    let mut tx = store.write().await.unwrap();
    match &mut tx {
        Tx::Sqlite(tx) => drop(sqlx::raw_sql(sql).execute(&mut **tx).await.unwrap()),
        Tx::Postgres(tx) => drop(sqlx::raw_sql(sql).execute(&mut **tx).await.unwrap()),
    }
    tx.commit().await.unwrap();
}

// spec: X-4 O-7
async fn an_outcome_has_the_time_at_which_it_was_decided(store: Store) {
    let settings = SiteSettings { poll_interval_s: 300, ..Plan::default().settings };
    let shop = Shop::open_at(store, Plan { settings, ..Plan::default() }, Clock::manual(START)).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    rename(&shop.store, "presentations", "outcome_reason", "away").await;
    shop.clock.advance_ms(1_000);
    browser.socket.send(json!({ "type": "reject", "presentation": offer["id"] })).await;
    let path = format!("/api/v1/visits/{}/offers", browser.welcome["visit"].as_str().unwrap());
    alice.read_until(&path, |choice| choice["refused"] == Value::Null).await;
    // What is decided from now on, such as the next presentation, is later than the outcome.
    shop.clock.advance_ms(10_000);
    rename(&shop.store, "presentations", "away", "outcome_reason").await;
    browser.socket.next_of("settled").await;
    let stored = alice.read(&format!("/api/v1/presentations/{}", offer["id"].as_str().unwrap())).await;
    assert_eq!((&stored["outcome"], &stored["outcome_at"]), (&"rejected".into(), &START.plus_s(1).0.into()));
}

// spec: O-7 O-8
async fn an_outcome_is_kept_though_its_browser_connects_anew_meanwhile(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let visit = &browser.welcome["visit"];
    // Only who is to be told of an outcome reads it.
    rename(&shop.store, "webhooks", "events", "away").await;
    browser.socket.send(json!({ "type": "reject", "presentation": offer["id"] })).await;
    let path = format!("/api/v1/visits/{}/offers", visit.as_str().unwrap());
    alice.read_until(&path, |choice| choice["refused"] == Value::Null).await;
    let mut tab = Browser::connect(shop.address, Some(ORIGIN)).await;
    tab.hello(&shop.site.key, json!({ "token": browser.token(), "pages": [product(1)] })).await;
    let id = serde_json::from_value(visit.clone()).unwrap();
    let epoch = find_visit_epoch(&mut shop.store.read().await.unwrap(), id).await.unwrap();
    assert_eq!(epoch, Some(2), "the visit was claimed anew");
    rename(&shop.store, "webhooks", "away", "events").await;
    let settled = browser.socket.next_of("settled").await;
    assert_eq!((&settled["presentation"], &settled["outcome"]), (&offer["id"], &json!("rejected")));
    let stored = alice.read(&format!("/api/v1/presentations/{}", offer["id"].as_str().unwrap())).await;
    assert_eq!(stored["outcome"], "rejected");
}

// spec: A-1 Q-4 X-3
async fn a_hint_that_could_not_be_followed_is_followed_later(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    browser.open().await;
    // Only what consoles are shown of a chat reads it.
    rename(&shop.store, "chat_participants", "joined_at", "away").await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let id: ChatId = browser.chat("queued").await["id"].as_str().unwrap().parse().unwrap();
    let rings = async {
        loop {
            let row = find_chat(&mut shop.store.read().await.unwrap(), id).await.unwrap().unwrap();
            if *row.state == ChatState::Ringing {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), rings).await.unwrap();
    rename(&shop.store, "chat_participants", "away", "joined_at").await;
    // Long before it would ring again.
    tokio::time::timeout(Duration::from_secs(8), alice.ring()).await.unwrap();
}

// spec: X-1
async fn what_was_stored_unheard_is_told_when_it_is_sent_again(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    // As an earlier try leaves it when the answer to its commit is lost: nobody was told.
    let id: ChatId = chat["id"].as_str().unwrap().parse().unwrap();
    let message = NewMessage {
        id: "v1",
        sender: Sender::Visitor,
        user: None,
        name: "",
        body: "Is it oak?",
        file: None,
        audience: Audience::All,
    };
    let mut tx = shop.store.write().await.unwrap();
    append_message(&mut tx, id, message, shop.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    browser.say(&chat["id"], "v1", "Is it oak?").await;
    browser.socket.next_of("ack").await;
    alice.message("Is it oak?").await;
}
