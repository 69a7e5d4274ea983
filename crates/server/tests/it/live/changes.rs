//! Tests that what an administrator changes acts at once on what is under way: on forms that are open, on looks, and on chats.

use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::chats::talking;
use super::client::{Browser, Console, poll};
use super::shop::{ORIGIN, Plan, Shop, product};
use super::waiting::waiting;
use crate::harness::{START, store_tests};

store_tests!(
    an_open_form_becomes_the_one_that_is_asked_for_now,
    an_enquiry_that_is_refused_brings_the_form_that_is_asked_for_now,
    an_enquiry_after_a_wait_that_is_refused_brings_the_form_that_is_asked_for_now,
    a_launcher_looks_at_once_as_its_queue_does,
    a_chat_looks_as_its_own_queue_does,
    pages_beat_as_often_as_the_site_says_now,
    a_chat_under_way_is_idle_when_its_queue_says_so_now,
    a_chat_to_be_wrapped_up_ends_when_its_queue_says_so_now,
    a_queue_to_which_another_moves_its_visitors_stays,
    a_disposition_that_is_gone_keeps_no_chat_from_being_noted,
);

struct Changing {
    shop: Shop,
    admin: Console,
}

impl Changing {
    async fn open(store: Store, queue: Value) -> Self {
        let settings = SiteSettings { poll_interval_s: 300, ..Plan::default().settings };
        Self::of(
            Shop::open_at(store, Plan { settings, queue, ..Plan::default() }, Clock::manual(START)).await,
        )
        .await
    }

    async fn of(shop: Shop) -> Self {
        let admin = shop.person("Ada", Role::Admin).await;
        Self { shop, admin }
    }

    fn queue(&self) -> String {
        format!("/api/v1/queues/{}", *self.shop.queue.id)
    }

    /// Lays this over the queue's plan.
    async fn change(&self, over: Value) {
        let mut plan = self.admin.read(&self.queue()).await["plan"].clone();
        for (name, value) in over.as_object().unwrap() {
            plan[name] = value.clone();
        }
        self.patch(&self.queue(), json!({ "plan": plan })).await;
    }

    /// From now on the enquiry form asks for the order too, and the node of this browser knows.
    async fn ask_for_order(&self, browser: &mut Browser) {
        let form = json!([field("name"), field("order")]);
        self.change(json!({ "enquiry": { "form": form }, "styling": { "title": "Orders" } })).await;
        browser.socket.next_of("styling").await;
    }

    async fn patch(&self, path: &str, patch: Value) {
        let (status, answer) = self.admin.send("PATCH", path, &patch).await;
        assert_eq!(status, 200, "{answer}");
    }

    async fn second_queue(&self, plan: Value) -> Value {
        let body = json!({ "name": "Second", "agents": [self.admin.user], "plan": plan });
        let (status, queue) =
            self.admin.write(&format!("/api/v1/sites/{}/queues", *self.shop.site.id), &body).await;
        assert_eq!(status, 201, "{queue}");
        queue["id"].clone()
    }
}

fn field(key: &str) -> Value {
    json!({ "key": key, "type": "text", "label": { "en": key }, "required": true })
}

// spec: Q-2 P-3 R-7
async fn an_open_form_becomes_the_one_that_is_asked_for_now(store: Store) {
    let site = Changing::open(store, json!({ "form_reactive": [field("name")] })).await;
    let _alice = site.shop.lasting_agent("Alice").await;
    let mut browser = site.shop.browser().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    assert_eq!(browser.chat("form").await["form"].as_array().unwrap().len(), 1);
    site.change(json!({ "form_reactive": [field("name"), field("order")] })).await;
    let is = |frame: &Value| frame["type"] == "chat" && frame["chat"]["form"][1]["key"] == "order";
    browser.socket.next("the form as it is now", is).await;
}

/// An enquiry that answers the form as it was.
fn enquiry(queue: &Value, more: Value) -> Value {
    let mut frame =
        json!({ "type": "send_enquiry", "id": "e1", "queue": queue, "answers": { "name": "Ann" } });
    frame.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    frame
}

fn keys(form: &Value) -> Vec<&str> {
    form.as_array().unwrap().iter().map(|field| field["key"].as_str().unwrap()).collect()
}

// spec: Q-2 Q-6 R-7
async fn an_enquiry_that_is_refused_brings_the_form_that_is_asked_for_now(store: Store) {
    let plan = json!({ "enquiry": { "form": [field("name")] },
                       "alternatives": { "no_agent": { "do": "enquiry" }, "channel_off": { "do": "enquiry" } } });
    let site = Changing::open(store, plan).await;
    let mut browser = site.shop.browser().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let shown = browser.socket.next_of("alternative").await;
    assert_eq!(keys(&shown["form"]), ["name"]);
    site.ask_for_order(&mut browser).await;
    browser.socket.send(enquiry(&shown["queue"], json!({}))).await;
    let is = |frame: &Value| frame["type"] == "alternative" || frame["type"] == "enquiry_refused";
    let again = browser.socket.next("the form as it is now, before the refusal", is).await;
    assert_eq!(keys(&again["form"]), ["name", "order"]);
    for same in ["reason", "alternative", "queue"] {
        assert_eq!(again[same], shown[same]);
    }
    let refused = browser.socket.next_of("enquiry_refused").await;
    assert_eq!(refused["field_errors"], json!({ "order": "required" }));
    let hello = json!({ "type": "hello", "v": 1, "site": site.shop.site.key, "token": browser.welcome["token"],
                        "pages": [product(1)] });
    let (_, polled) =
        poll(site.shop.address, ORIGIN, json!([hello, enquiry(&shown["queue"], json!({}))])).await;
    let of = |kind: &str| polled.iter().find(|notice| notice["type"] == kind);
    assert_eq!(keys(&of("alternative").expect("it is shown to who polls too")["form"]), ["name", "order"]);
    assert!(of("enquiry_refused").is_some());
}

// spec: Q-5 Q-6 R-7
async fn an_enquiry_after_a_wait_that_is_refused_brings_the_form_that_is_asked_for_now(store: Store) {
    let plan = json!({ "routing": { "dequeue_after_s": 1, "dequeue": { "do": "enquiry" } },
                       "enquiry": { "form": [field("name")] }, "alternatives": { "no_agent": { "do": "wait" } } });
    let site = Changing::open(store, plan).await;
    let (mut browser, chat) = waiting(&site.shop).await;
    site.shop.clock.advance_ms(2_000);
    let ended = browser.chat("ended").await;
    assert_eq!(keys(&ended["instead"]["form"]), ["name"]);
    site.ask_for_order(&mut browser).await;
    browser.socket.send(enquiry(&ended["instead"]["queue"], json!({ "chat": chat["id"] }))).await;
    let asks = |frame: &Value| frame["chat"]["instead"]["form"][1]["key"] == "order";
    let is = |frame: &Value| asks(frame) || frame["type"] == "enquiry_refused";
    let again = browser.socket.next("the form as it is now, before the refusal", is).await;
    assert_eq!(keys(&again["chat"]["instead"]["form"]), ["name", "order"]);
    let refused = browser.socket.next_of("enquiry_refused").await;
    assert_eq!(refused["field_errors"], json!({ "order": "required" }));
}

// spec: Q-11
async fn a_launcher_looks_at_once_as_its_queue_does(store: Store) {
    let site = Changing::open(store, json!({})).await;
    let mut browser = site.shop.browser().await;
    site.change(json!({ "styling": { "title": "Chairs and tables" } })).await;
    assert_eq!(browser.socket.next_of("styling").await["styling"]["title"], "Chairs and tables");
}

// spec: Q-11
async fn a_chat_looks_as_its_own_queue_does(store: Store) {
    let site = Changing::open(store, json!({ "styling": { "title": "Shop" } })).await;
    let (mut browser, mut alice, chat) = talking(&site.shop).await;
    assert!(chat.get("styling").is_none(), "consoles have looks of their own");
    let wait = json!({ "no_agent": { "do": "wait" } });
    let second = site.second_queue(json!({ "alternatives": wait, "styling": { "title": "Returns" } })).await;
    let transfer = json!({ "type": "transfer", "chat": chat["id"], "to": { "queue": second }, "note": "" });
    assert_eq!(alice.command(transfer).await["type"], "done");
    let is = |frame: &Value| frame["chat"]["styling"]["title"] == "Returns";
    browser.socket.next("the looks of the second queue", is).await;
}

// spec: T-6
async fn pages_beat_as_often_as_the_site_says_now(store: Store) {
    let site = Changing::open(store, json!({})).await;
    let mut browser = site.shop.browser().await;
    let path = format!("/api/v1/sites/{}", *site.shop.site.id);
    let mut settings = site.admin.read(&path).await["settings"].clone();
    settings["poll_interval_s"] = json!(30);
    site.patch(&path, json!({ "settings": settings })).await;
    assert_eq!(browser.socket.next_of("poll_interval").await["poll_interval_s"], 30);
}

// spec: Q-10 R-7
async fn a_chat_under_way_is_idle_when_its_queue_says_so_now(store: Store) {
    let site = Changing::open(store, json!({})).await;
    let mut alice = site.shop.lasting_agent("Alice").await;
    let (mut browser, _) = waiting(&site.shop).await;
    let chat = alice.take().await;
    alice.say(&chat, "a1", "Are you there?").await;
    browser.message("Are you there?").await;
    site.shop.clock.advance_ms(60_000);
    site.change(json!({ "conduct": { "idle_warn_after_s": 90, "idle_close_after_s": 90 } })).await;
    site.shop.looks_again(&chat, START.plus_s(90)).await;
    site.shop.clock.advance_ms(30_000);
    browser.message("idle_warning").await;
}

// spec: Q-10 R-7
async fn a_chat_to_be_wrapped_up_ends_when_its_queue_says_so_now(store: Store) {
    let site = Changing::open(store, json!({})).await;
    let mut alice = site.shop.lasting_agent("Alice").await;
    let (mut browser, _) = waiting(&site.shop).await;
    let chat = alice.take().await;
    browser.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    alice.chat("ended").await;
    site.change(json!({ "conduct": { "wrap_up_s": 60 } })).await;
    site.shop.clock.advance_ms(60_000);
    alice.socket.next("closed", |frame| frame["chat"]["wrapped_up"] == true).await;
}

// spec: Q-5
async fn a_queue_to_which_another_moves_its_visitors_stays(store: Store) {
    let site = Changing::open(store, json!({})).await;
    let second = site.second_queue(json!({})).await;
    let there = json!({ "dequeue_after_s": 60, "dequeue": { "do": "queue", "queue_id": second } });
    site.change(json!({ "routing": there })).await;
    let path = format!("/api/v1/queues/{}", second.as_str().unwrap());
    let (status, refused) = site.admin.send("DELETE", &path, &Value::Null).await;
    assert_eq!((status, &refused["code"]), (409, &json!("in_use")), "{refused}");
    assert_eq!(refused["detail"], format!("The queue \"{}\" moves visitors to it.", site.shop.queue.name));
    site.change(json!({ "routing": {} })).await;
    assert_eq!(site.admin.send("DELETE", &path, &Value::Null).await.0, 204);
}

// spec: Q-10
async fn a_disposition_that_is_gone_keeps_no_chat_from_being_noted(store: Store) {
    let site = Changing::open(store, json!({ "conduct": { "dispositions": ["Sold", "Lost"] } })).await;
    let (_browser, alice, chat) = talking(&site.shop).await;
    let path = format!("/api/v1/chats/{}/wrap-up", chat["id"].as_str().unwrap());
    let noted =
        |disposition: &str, note: &str| json!({ "disposition": disposition, "tags": [], "note": note });
    assert_eq!(alice.put(&path, &noted("Sold", "")).await.0, 204);
    site.change(json!({ "conduct": { "dispositions": ["Lost"] } })).await;
    assert_eq!(alice.put(&path, &noted("Sold", "An oak table")).await.0, 204);
    assert_eq!(alice.put(&path, &noted("Lost", "An oak table")).await.0, 204);
    assert_eq!(alice.put(&path, &noted("Sold", "An oak table")).await.0, 422);
}
