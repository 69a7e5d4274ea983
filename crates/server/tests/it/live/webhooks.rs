//! Tests that what happens on a site is told to its webhooks, once each, and no word of a visitor with it.

use beckon_engine::id::{SiteId, WebhookId};
use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::store::Store;
use beckon_server::store::column::{Json, Text};
use beckon_server::store::site::{SiteRow, insert_site};
use beckon_server::store::webhook::event::EventKind;
use beckon_server::store::webhook::{WebhookRow, insert_webhook};
use serde_json::json;
use uuid::Uuid;

use super::shop::{Plan, Shop};
use crate::harness::store_tests;
use crate::listener::Listener;

store_tests!(tells_of_offer_chat_and_their_ends, tells_of_enquiries, tells_each_webhook_what_it_asked_for);

async fn webhook(shop: &Shop, url: &str, site: Option<SiteId>, events: &[EventKind]) {
    let now = Clock::System.now().0;
    let row = WebhookRow {
        id: Text(WebhookId(Uuid::now_v7())),
        name: "CRM".to_owned(),
        url: url.to_owned(),
        secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        secret_at: now,
        secret_before: None,
        secret_before_until: None,
        site_id: site.map(Text),
        events: Json(events.to_vec()),
        enabled: true,
        disabled_why: String::new(),
        lost: 0,
        lost_at: None,
        created_at: now,
        updated_at: now,
    };
    let mut tx = shop.store.write().await.unwrap();
    insert_webhook(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
}

fn kinds(told: &[crate::listener::Told]) -> Vec<String> {
    let mut kinds: Vec<_> = told.iter().map(|told| told.body["type"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    kinds
}

// spec: N-2
async fn tells_of_offer_chat_and_their_ends(store: Store) {
    let listener = Listener::start().await;
    let field = json!({ "key": "name", "type": "text", "label": { "en": "Name" }, "required": true });
    let queue = json!({ "form_invite": [field] });
    // Without an interval the next offer may come, and be told, as soon as the chat has ended.
    let settings = SiteSettings { minimum_interval_s: 120, ..Plan::default().settings };
    let shop = Shop::open(store, Plan { queue, settings, ..Plan::default() }).await;
    webhook(&shop, &listener.url, Some(*shop.site.id), &EventKind::CHOICES).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    let presentation = offer["id"].clone();
    browser.accept(&offer).await;
    let chat = browser.chat("form").await["id"].clone();
    browser.socket.send(json!({ "type": "send_form", "chat": chat, "answers": { "name": "Ann" } })).await;
    alice.take().await;
    browser.chat("active").await;
    browser.socket.send(json!({ "type": "end_chat", "chat": chat })).await;
    browser.chat("ended").await;
    let told = listener.wait(5).await;
    assert_eq!(
        kinds(&told),
        ["chat.answered", "chat.ended", "chat.opened", "offer.presented", "offer.settled"]
    );
    let of = |kind: &str| told.iter().find(|told| told.body["type"] == kind).unwrap().body["data"].clone();
    assert_eq!(of("offer.settled")["presentation_id"], presentation);
    assert_eq!(of("offer.settled")["outcome"], "accepted");
    assert_eq!((&of("chat.opened")["chat_id"], &of("chat.opened")["state"]), (&chat, &json!("form")));
    assert_eq!(of("chat.answered")["agent_id"], json!(alice.user));
    assert_eq!(of("chat.ended")["ended_by"], "visitor");
    assert!(told.iter().all(|told| !told.text.contains("Ann")), "{told:#?}");
}

// spec: N-2 Q-6
async fn tells_of_enquiries(store: Store) {
    let listener = Listener::start().await;
    let queue = json!({
        "hours": { "time_zone": "UTC", "weekly": [], "exceptions": [] },
        "alternatives": { "out_of_hours": { "do": "enquiry" } },
    });
    let shop = Shop::open(store, Plan { queue, ..Plan::default() }).await;
    webhook(&shop, &listener.url, None, &[EventKind::EnquiryReceived]).await;
    let mut browser = shop.browser().await;
    let enquiry = json!({ "type": "send_enquiry", "id": "e1", "queue": *shop.queue.id,
                          "answers": { "name": "Ann", "email": "ann@home.example", "message": "Hello" } });
    for _ in 0..2 {
        browser.socket.send(enquiry.clone()).await;
        browser.socket.next_of("enquiry_taken").await;
    }
    let told = listener.wait(1).await;
    assert_eq!(told[0].body["data"]["queue_id"], json!(*shop.queue.id));
    assert!(!told[0].text.contains("ann@home.example"));
    assert_eq!(listener.told().len(), 1);
}

// spec: N-2 X-6
async fn tells_each_webhook_what_it_asked_for(store: Store) {
    let (offers, elsewhere) = (Listener::start().await, Listener::start().await);
    let shop = Shop::open(store, Plan::default()).await;
    let other =
        SiteRow { id: Text(SiteId(Uuid::now_v7())), key: "site_other".to_owned(), ..shop.site.clone() };
    let mut tx = shop.store.write().await.unwrap();
    insert_site(&mut tx, &other).await.unwrap();
    tx.commit().await.unwrap();
    webhook(&shop, &elsewhere.url, Some(*other.id), &EventKind::CHOICES).await;
    webhook(&shop, &offers.url, None, &[EventKind::OfferSettled]).await;
    let _alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let offer = browser.offer().await;
    browser.socket.send(json!({ "type": "reject", "presentation": offer["id"] })).await;
    let told = offers.wait(1).await;
    assert_eq!(kinds(&told), ["offer.settled"]);
    assert_eq!(told[0].body["data"]["outcome"], "rejected");
    assert_eq!(elsewhere.told().len(), 0);
}
