//! Tests what there is instead of a chat: three reasons, four alternatives, and the enquiries that follow.

use std::collections::BTreeSet;

use beckon_engine::queue::enquiry::EnquiryPlan;
use beckon_server::store::Store;
use beckon_server::store::mail::list_mails;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::client::Browser;
use super::identity::Signing;
use super::shop::{Plan, Shop};
use crate::harness::store_tests;
use crate::smtpd::Smtpd;

store_tests!(
    an_enquiry_form_is_filled_in_for_who_has_proved_who_they_are,
    each_reason_has_each_alternative,
    is_stored_once_and_mailed_to_the_queue,
    says_when_its_mail_has_left,
    has_no_mail_where_none_can_leave,
    has_errors_at_its_fields,
    is_bounded_for_a_visitor,
    is_seen_by_who_serves_the_queue,
    is_found_and_dealt_with,
);

/// Where the widget says which languages it speaks besides English.
const LANGUAGES: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/src/widget/chat/texts.ts"));

// spec: Q-6 N-5
#[test]
fn the_built_in_form_speaks_the_languages_of_the_widget() {
    let (_, list) = LANGUAGES.split_once("languages = [").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let widget: BTreeSet<&str> =
        list.split(',').map(|name| name.trim().trim_matches('"')).chain(["en"]).collect();
    for field in EnquiryPlan::default().fields() {
        let form: BTreeSet<&str> = field.label.keys().map(String::as_str).collect();
        assert_eq!(form, widget, "{}", field.key);
    }
}

/// A queue that is closed and takes enquiries.
fn closed() -> Plan {
    let queue = json!({
        "hours": { "time_zone": "UTC", "weekly": [], "exceptions": [] },
        "alternatives": { "out_of_hours": { "do": "enquiry" } },
        "enquiry": { "emails": ["advice@shop.example", "boss@shop.example"] },
    });
    Plan { queue, ..Plan::default() }
}

fn enquiry(shop: &Shop, id: &str, message: &str) -> Value {
    json!({ "type": "send_enquiry", "id": id, "queue": *shop.queue.id,
            "answers": { "name": "Ann", "email": "ann@home.example", "message": message, "unknown": "x" } })
}

async fn sent(browser: &mut Browser, frame: Value) {
    let id = frame["id"].clone();
    browser.socket.send(frame).await;
    browser.socket.next("taken", |told| told["type"] == "enquiry_taken" && told["id"] == id).await;
}

fn list_of(shop: &Shop) -> String {
    format!("/api/v1/sites/{}/enquiries", *shop.site.id)
}

// spec: Q-6
async fn each_reason_has_each_alternative(store: Store) {
    let never = json!({ "time_zone": "UTC", "weekly": [], "exceptions": [] });
    let always = json!({ "time_zone": "UTC", "weekly":
        (1..=7).map(|day| json!({ "weekday": day, "from": "00:00", "to": "24:00" })).collect::<Vec<_>>() });
    for (reason, hours, channel_on) in
        [("out_of_hours", &never, true), ("channel_off", &always, false), ("no_agent", &always, true)]
    {
        for alternative in [
            json!({ "do": "wait" }),
            json!({ "do": "url", "url": "https://shop.example/contact" }),
            json!({ "do": "enquiry" }),
            json!({ "do": "message", "text": "Come again", "texts": { "de": "Kommen Sie wieder" } }),
        ] {
            let queue = json!({ "hours": hours, "alternatives": { reason: alternative } });
            let shop = Shop::open(store.clone(), Plan { queue, channel_on, ..Plan::default() }).await;
            let mut browser = shop.browser().await;
            browser.socket.send(json!({ "type": "open_chat" })).await;
            if alternative["do"] == "wait" {
                assert_eq!(browser.chat("queued").await["position"], 1, "{reason}");
                continue;
            }
            let told = browser.socket.next_of("alternative").await;
            assert_eq!((&told["reason"], &told["alternative"]), (&json!(reason), &alternative));
            assert_eq!(told["form"].is_array(), alternative["do"] == "enquiry", "{told}");
        }
    }
}

// spec: Q-6
async fn is_stored_once_and_mailed_to_the_queue(store: Store) {
    let shop = Shop::open(store, closed()).await;
    let mut browser = shop.browser().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let told = browser.socket.next_of("alternative").await;
    assert_eq!(told["queue"], json!(*shop.queue.id));
    for _ in 0..2 {
        sent(&mut browser, enquiry(&shop, "e1", "<b>Is it\nin stock?</b>")).await;
    }
    let sue = shop.person("Sue", Role::Supervisor).await;
    let items = sue.read(&list_of(&shop)).await["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
    assert_eq!(items[0]["email"], "ann@home.example");
    assert_eq!(items[0]["page_url"], "https://shop.example/product/oslo-chair");
    let keys: Vec<_> =
        items[0]["answers"].as_array().unwrap().iter().map(|answer| answer["key"].clone()).collect();
    assert_eq!(keys, ["name", "email", "message"]);
    let mails = list_mails(&mut shop.store.read().await.unwrap(), 10).await.unwrap();
    let to: BTreeSet<_> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
    assert_eq!(to, BTreeSet::from(["advice@shop.example", "boss@shop.example"]));
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].subject, "Enquiry on Shop, Advice: Ann");
    assert_eq!(mails[0].reply_to.as_deref(), Some("ann@home.example"));
    assert!(mails[0].text.contains("<b>Is it\nin stock?</b>"), "{}", mails[0].text);
}

// spec: Q-6
async fn says_when_its_mail_has_left(store: Store) {
    let server = Smtpd::start().await;
    let shop = Shop::open(store, Plan { mailer: Some(server.mailer()), ..closed() }).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    sent(&mut browser, enquiry(&shop, "e1", "Hello")).await;
    let listed = alice.read_until(&list_of(&shop), |list| list["items"][0]["mail"] == "sent").await;
    let path = format!("/api/v1/enquiries/{}", listed["items"][0]["id"].as_str().unwrap());
    assert_eq!(alice.read(&path).await["mail"], "sent");
    assert_eq!(alice.send("PATCH", &path, &json!({ "state": "done" })).await.1["mail"], "sent");
}

// spec: Q-6
async fn has_no_mail_where_none_can_leave(store: Store) {
    let shop = Shop::open(store, closed()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    sent(&mut browser, enquiry(&shop, "e1", "Hello")).await;
    assert_eq!(alice.read(&list_of(&shop)).await["items"][0]["mail"], "none");
}

// spec: Q-2 Q-6
async fn has_errors_at_its_fields(store: Store) {
    let shop = Shop::open(store, closed()).await;
    let mut browser = shop.browser().await;
    let wrong = json!({ "type": "send_enquiry", "id": "e1", "queue": *shop.queue.id,
                        "answers": { "email": "ann", "message": " ", "name": true } });
    browser.socket.send(wrong).await;
    let refused = browser.socket.next_of("enquiry_refused").await;
    let expected = json!({ "email": "invalid", "message": "required", "name": "invalid" });
    assert_eq!((&refused["id"], &refused["field_errors"]), (&json!("e1"), &expected));
    let mut foreign = enquiry(&shop, "e1", "Hello");
    foreign["queue"] = json!(uuid::Uuid::now_v7());
    browser.socket.send(foreign).await;
    assert_eq!(browser.socket.next_of("refused").await["code"], "not_found");
    let mut nameless = enquiry(&shop, "", "Hello");
    nameless["id"] = json!("");
    browser.socket.send(nameless).await;
    assert_eq!(browser.socket.next_of("refused").await["code"], "bad_frame");
    let sue = shop.person("Sue", Role::Supervisor).await;
    assert_eq!(sue.read(&list_of(&shop)).await["items"], json!([]));
}

// spec: Q-6
async fn is_bounded_for_a_visitor(store: Store) {
    let shop = Shop::open(store, closed()).await;
    let mut browser = shop.browser().await;
    for number in 1..=5 {
        sent(&mut browser, enquiry(&shop, &format!("e{number}"), "Hello")).await;
    }
    browser.socket.send(enquiry(&shop, "e6", "Hello")).await;
    let refused = browser.socket.next_of("refused").await;
    assert_eq!((&refused["code"], &refused["id"]), (&json!("too_many"), &json!("e6")));
    sent(&mut browser, enquiry(&shop, "e1", "Hello")).await;
    let mut other = shop.browser().await;
    sent(&mut other, enquiry(&shop, "e1", "Hello")).await;
}

// spec: X-6
async fn is_seen_by_who_serves_the_queue(store: Store) {
    let shop = Shop::open(store, closed()).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    sent(&mut browser, enquiry(&shop, "e1", "Hello")).await;
    assert_eq!(alice.socket.next_of("enquiry_changed").await["site"], json!(*shop.site.id));
    let items = alice.read(&list_of(&shop)).await["items"].clone();
    let path = format!("/api/v1/enquiries/{}", items[0]["id"].as_str().unwrap());
    assert_eq!(alice.read(&path).await["name"], "Ann");
    let root = shop.person("Root", Role::Admin).await;
    let agents = json!({ "agents": [] });
    assert_eq!(root.send("PATCH", &format!("/api/v1/queues/{}", *shop.queue.id), &agents).await.0, 200);
    assert_eq!(alice.read(&list_of(&shop)).await["items"], json!([]));
    assert_eq!(alice.read("/api/v1/enquiries/count").await["open"], 0);
    assert_eq!(alice.send("PATCH", &path, &json!({ "state": "done" })).await.0, 404);
    assert_eq!(root.read(&path).await["state"], "open");
}

// spec: Q-6
async fn is_found_and_dealt_with(store: Store) {
    let shop = Shop::open(store, closed()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    sent(&mut browser, enquiry(&shop, "e1", "A 100% blue chair")).await;
    sent(&mut browser, enquiry(&shop, "e2", "A red chair")).await;
    let count = async |more: &str| {
        alice.read(&format!("{}{more}", list_of(&shop))).await["items"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 2);
    assert_eq!(count("?q=BLUE").await, 1);
    assert_eq!(count("?q=100%25").await, 1);
    assert_eq!(count("?q=1__%25").await, 0);
    let first = alice.read(&format!("{}?limit=1", list_of(&shop))).await;
    assert_eq!(first["items"][0]["answers"][2]["value"], "A red chair");
    let next = format!("?limit=1&after={}", first["next"].as_str().unwrap());
    assert_eq!(alice.read(&format!("{}{next}", list_of(&shop))).await["next"], Value::Null);
    let path = format!("/api/v1/enquiries/{}", first["items"][0]["id"].as_str().unwrap());
    let (status, done) = alice.send("PATCH", &path, &json!({ "state": "done" })).await;
    assert_eq!((status, &done["handled_by"]["name"]), (200, &json!("Alice")));
    assert!(done["handled_at"].is_i64());
    assert_eq!((count("?state=open").await, count("?state=done").await), (1, 1));
    assert_eq!(alice.read("/api/v1/enquiries/count").await["open"], 1);
    let (_, open) = alice.send("PATCH", &path, &json!({ "state": "open" })).await;
    assert_eq!((&open["handled_by"], &open["handled_at"]), (&Value::Null, &Value::Null));
}

// spec: C-2 Q-6
async fn an_enquiry_form_is_filled_in_for_who_has_proved_who_they_are(store: Store) {
    let mut fields = json!(
        ["name", "email", "message"].map(|key| json!({ "key": key, "type": "text", "label": { "en": key } }))
    );
    fields[0]["prefill"] = json!("first_name");
    fields[1]["prefill"] = json!("primary_email");
    let queue = json!({ "enquiry": { "form": fields }, "alternatives": { "no_agent": { "do": "enquiry" } } });
    let signing = Signing::open(store, Plan { queue, ..Plan::default() }).await;
    let admin = signing.shop.person("Ada", Role::Admin).await;
    let path = format!("/api/v1/sites/{}/customers", *signing.shop.site.id);
    let customer = json!({ "customer_ref": "C-1", "first_name": "Ann", "email": "ann@x.example" });
    assert_eq!(admin.write(&path, &customer).await.0, 201);
    let identity = json!({ "token": signing.token("C-1", json!({})) });
    let mut browser = signing.browser(identity).await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let told = browser.socket.next_of("alternative").await;
    let values: Vec<_> =
        told["form"].as_array().unwrap().iter().map(|field| field["value"].clone()).collect();
    assert_eq!(values, [json!("Ann"), json!("ann@x.example"), Value::Null]);
}
