//! Tests the list of ended chats: who sees which, by what it can be filtered, and what it finds.

use std::slice::from_ref;

use beckon_server::store::Store;
use beckon_server::store::queue::update_queue_agents;
use beckon_server::store::site::raise_config_version;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::chats::talking;
use super::client::Console;
use super::shop::{Plan, Shop};
use crate::harness::store_tests;

store_tests!(
    ended_chats_are_found_by_who_may_see_them,
    ended_chats_are_filtered_and_searched,
    ended_chats_come_in_pages,
    options_reach_the_other_browsers_of_an_agent,
);

/// Ends a talk of a fresh visitor with Alice in which `text` was said, and closes it on her side.
async fn past_chat(shop: &Shop, alice: &mut Console, text: &str) -> Value {
    let (mut browser, chat) = super::waiting::waiting(shop).await;
    let chat_id = chat["id"].clone();
    let rung = alice.ring_of(&chat_id).await;
    alice.take_rung(&rung).await;
    browser.say(&chat_id, "v1", text).await;
    alice.message(text).await;
    browser.socket.send(json!({ "type": "end_chat", "chat": chat_id })).await;
    browser.chat("ended").await;
    alice.chat("ended").await;
    let done = alice.command(json!({ "type": "close", "chat": chat_id })).await;
    assert_eq!(done["type"], "done", "{done}");
    chat_id
}

async fn ids(console: &Console, shop: &Shop, query: &str) -> Vec<Value> {
    let list = console.read(&format!("/api/v1/sites/{}/history?{query}", *shop.site.id)).await;
    list["items"].as_array().unwrap().iter().map(|chat| chat["id"].clone()).collect()
}

// spec: A-1 C-3 X-6
async fn ended_chats_are_found_by_who_may_see_them(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    browser.say(&chat["id"], "v1", "Is it oiled?").await;
    alice.message("Is it oiled?").await;
    let bob = shop.agent("Bob").await;
    let carol = shop.person("Carol", Role::Agent).await;
    let mut tx = shop.store.write().await.unwrap();
    update_queue_agents(&mut tx, &shop.queue, &[alice.user, bob.user]).await.unwrap();
    raise_config_version(&mut tx, *shop.queue.site_id).await.unwrap();
    tx.commit().await.unwrap();
    let sue = shop.person("Sue", Role::Supervisor).await;
    assert_eq!(ids(&sue, &shop, "").await, Vec::<Value>::new(), "it has not ended");
    browser.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    browser.chat("ended").await;
    let id = chat["id"].clone();
    assert_eq!(ids(&alice, &shop, "").await, from_ref(&id), "her own");
    assert_eq!(ids(&bob, &shop, "").await, Vec::<Value>::new(), "Alice still has it");
    let done = alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    assert_eq!(done["type"], "done");
    assert_eq!(ids(&bob, &shop, "").await, from_ref(&id), "of a queue he serves");
    assert_eq!(ids(&sue, &shop, "").await, from_ref(&id));
    assert_eq!(ids(&carol, &shop, "").await, Vec::<Value>::new(), "she serves no queue");
    let messages = format!("/api/v1/chats/{}/messages", id.as_str().unwrap());
    let said = bob.read(&messages).await;
    assert!(said["items"].as_array().unwrap().iter().any(|message| message["text"] == "Is it oiled?"));
    let (status, _) = carol.send("GET", &messages, &json!({})).await;
    assert_eq!(status, 404);
}

// spec: A-1 C-3
async fn ended_chats_are_filtered_and_searched(store: Store) {
    let conduct = json!({ "dispositions": ["Sold", "Lost"] });
    let shop = Shop::open(store, Plan { queue: json!({ "conduct": conduct }), ..Plan::default() }).await;
    let mut alice = shop.agent("Alice").await;
    let oak = past_chat(&shop, &mut alice, "Is the OAK 100% oiled_twice?").await;
    let pine = past_chat(&shop, &mut alice, "Größe of the pine, crème or brulee?").await;
    let noted = json!({ "disposition": "Sold", "tags": ["a\"b", "vip"], "note": "Wants a Call" });
    let path = format!("/api/v1/chats/{}/wrap-up", oak.as_str().unwrap());
    assert_eq!(alice.put(&path, &noted).await.0, 204);
    let found = async |query: &str| ids(&alice, &shop, query).await;
    assert_eq!(found("").await, [pine.clone(), oak.clone()], "the latest first");
    for query in [
        "q=oak",
        "q=100%25%20oiled",
        "q=oiled_t",
        "q=wants%20a%20call",
        "q=vip",
        "disposition=Sold",
        "tag=vip",
        "tag=a%22b",
    ] {
        assert_eq!(found(query).await, from_ref(&oak), "{query}");
    }
    for query in ["gr%C3%B6%C3%9Fe", "gro%C3%9Fe", "creme", "CR%C3%88ME", "cre%CC%80me", "br%C3%BBl%C3%A9e"] {
        assert_eq!(
            found(&format!("q={query}")).await,
            from_ref(&pine),
            "accents and case say nothing: {query}"
        );
    }
    for query in [
        "q=oiled%20pine",
        "q=oiledxt",
        "q=aked",
        "q=%25%25",
        "tag=vi",
        "tag=VIP",
        "tag=%25",
        "disposition=Lost",
        "until=1000",
        "from=99999999999999",
    ] {
        assert_eq!(found(query).await, Vec::<Value>::new(), "{query}");
    }
    let me = alice.user;
    let queue = *shop.queue.id;
    assert_eq!(found(&format!("agent={me}&queue={queue}&from=1")).await.len(), 2);
    let nobody = uuid::Uuid::nil();
    assert_eq!(found(&format!("agent={nobody}")).await, Vec::<Value>::new());
    assert_eq!(found(&format!("queue={nobody}")).await, Vec::<Value>::new());
    assert_eq!(found(&format!("customer={nobody}")).await, Vec::<Value>::new());
    let site = *shop.site.id;
    for query in
        [format!("q={}", "x".repeat(101)), "after=zz".to_owned(), "limit=0".to_owned(), "other=1".to_owned()]
    {
        let (status, _) =
            alice.send("GET", &format!("/api/v1/sites/{site}/history?{query}"), &json!({})).await;
        assert_eq!(status, 422, "{query}");
    }
}

// spec: A-6 N-1
async fn ended_chats_come_in_pages(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let mut chats = Vec::new();
    for text in ["One", "Two", "Three"] {
        chats.insert(0, past_chat(&shop, &mut alice, text).await);
    }
    let path = format!("/api/v1/sites/{}/history?limit=2", *shop.site.id);
    let first = alice.read(&path).await;
    let next = first["next"].as_str().unwrap();
    let second = alice.read(&format!("{path}&after={next}")).await;
    assert_eq!(second["next"], Value::Null);
    let items = [&first["items"], &second["items"]].into_iter().flat_map(|list| list.as_array().unwrap());
    let got: Vec<Value> = items.map(|chat| chat["id"].clone()).collect();
    assert_eq!(got, chats);
}

// spec: P-12 P-13
async fn options_reach_the_other_browsers_of_an_agent(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut alice = shop.agent("Alice").await;
    let mut bob = shop.agent("Bob").await;
    let (status, _) = alice.send("PATCH", "/api/v1/me/options", &json!({ "top_on_new_chat": true })).await;
    assert_eq!(status, 200);
    alice.socket.next_of("options_changed").await;
    let (status, _) = bob.send("PATCH", "/api/v1/me/options", &json!({ "top_on_new_chat": true })).await;
    assert_eq!(status, 200);
    bob.socket.next_of("options_changed").await;
    assert_eq!(alice.socket.told("options_changed"), 0, "they are Bob's");
}
