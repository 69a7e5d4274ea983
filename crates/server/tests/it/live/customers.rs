//! Tests what is known of visitors who are customers: what their form begins with, what agents see, and that a person can be
//! handed out and erased.

use beckon_engine::id::{SiteId, TabId};
use beckon_engine::time::UnixMs;
use beckon_server::clock::Clock;
use beckon_server::config::Mail;
use beckon_server::jobs;
use beckon_server::mail::Mailer;
use beckon_server::store::Store;
use beckon_server::store::audit::{AuditAction, AuditFilter, list_audit};
use beckon_server::store::enquiry::{NewEnquiry, insert_enquiry};
use beckon_server::store::mail::{Cause, NewMail, insert_mail, list_mails};
use beckon_server::store::page_view::{PageView, ViewKey, insert_page_views, list_page_views};
use beckon_server::store::user::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{Browser, Console, call};
use super::identity::{Signing, identify};
use super::shop::Plan;
use crate::harness::store_tests;

store_tests!(
    a_signed_identity_fills_in_first_name_and_email_and_nothing_else,
    an_unsigned_reference_fills_in_nothing_and_is_shown_as_unverified,
    an_identity_that_comes_late_fills_in_the_open_form,
    the_reference_of_a_merged_record_leads_to_the_one_that_was_kept,
    an_agent_links_a_visitor_by_hand_unless_a_signature_says_who_it_is,
    an_earlier_chat_is_readable_only_for_whom_it_was,
    a_person_is_handed_out_whole,
    an_erased_person_leaves_nothing_but_a_line_without_a_name,
    a_mail_is_of_whom_it_tells_and_not_of_whose_address_was_typed,
);

/// A form that asks for everything a record holds, two of them marked to be filled in.
fn form() -> Value {
    let field = |key: &str, kind: &str, prefill: Value| json!({ "key": key, "type": kind, "label": { "en": key }, "prefill": prefill });
    json!([
        field("first_name", "text", json!("first_name")),
        field("last_name", "text", Value::Null),
        field("email", "email", json!("primary_email")),
        field("phone", "phone", Value::Null),
        field("company", "text", Value::Null),
        field("tier", "text", Value::Null),
    ])
}

struct Known {
    site: Signing,
    agent: Console,
    customer: Value,
}

impl Known {
    /// A shop that knows customer C-1 and has an agent who is ready.
    async fn open(store: Store) -> Self {
        // Nobody listens there: the mails stay in the outbox.
        let settings =
            Mail { smtp_url: "smtp://127.0.0.1:9".to_owned(), from: "chat@shop.example".to_owned() };
        let mailer = Some(Mailer::new(&settings).unwrap());
        let plan = Plan { queue: json!({ "form_reactive": form() }), mailer, ..Plan::default() };
        let site = Signing::open(store, plan).await;
        let agent = site.shop.agent("Alice").await;
        let customers = format!("/api/v1/sites/{}/customers", site.shop.site.id.0);
        let customer = json!({ "customer_ref": "C-1", "first_name": "Ann", "last_name": "Moe",
                               "email": "ann@x.example", "phone": "+41 44 123", "company": "Moe & Co" });
        let (status, customer) = agent.write(&customers, &customer).await;
        assert_eq!(status, 201, "{customer}");
        Self { site, agent, customer }
    }

    fn signed(&self, customer_ref: &str) -> Value {
        json!({ "token": self.site.token(customer_ref, json!({ "attributes": { "plan": "gold" } })) })
    }

    async fn person(&self, chat: &Value) -> Value {
        self.person_until(chat, |_| true).await
    }

    async fn person_until(&self, chat: &Value, is: impl Fn(&Value) -> bool) -> Value {
        let visitor = chat["visitor_id"].as_str().unwrap();
        self.agent.read_until(&format!("/api/v1/visitors/{visitor}/person"), is).await
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/customers/{}{rest}", self.customer["id"].as_str().unwrap())
    }
}

/// Opens the chat; yields its form by key with the value that each field begins with.
async fn opened_form(browser: &mut Browser) -> Vec<(String, Value)> {
    browser.open().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    fields(&browser.chat("form").await)
}

fn fields(chat: &Value) -> Vec<(String, Value)> {
    let form = chat["form"].as_array().unwrap().iter();
    form.map(|field| (field["key"].as_str().unwrap().to_owned(), field["value"].clone())).collect()
}

fn only_two(form: &[(String, Value)]) {
    for (key, value) in form {
        let expected = match key.as_str() {
            "first_name" => json!("Ann"),
            "email" => json!("ann@x.example"),
            _ => Value::Null,
        };
        assert_eq!(*value, expected, "{key}");
    }
}

/// Sends the form and lets the agent take the chat.
async fn talk(known: &mut Known, browser: &mut Browser, text: &str) -> Value {
    opened_form(browser).await;
    let chat = browser.chat_id();
    let answers = json!({ "first_name": "Ann", "email": "ann@x.example" });
    browser.socket.send(json!({ "type": "send_form", "chat": chat, "answers": answers })).await;
    browser.chat("queued").await;
    let taken = known.agent.take().await;
    browser.say(&chat, "m1", text).await;
    known.agent.message(text).await;
    taken
}

// spec: C-2
// spec: O-5
async fn a_signed_identity_fills_in_first_name_and_email_and_nothing_else(store: Store) {
    let known = Known::open(store).await;
    let mut visitor = known.site.browser(known.signed("C-1")).await;
    let form = opened_form(&mut visitor).await;
    assert_eq!(form.len(), 6);
    only_two(&form);
    let text = visitor.everything();
    for secret in ["Moe", "+41 44 123", "gold", known.customer["id"].as_str().unwrap()] {
        assert!(!text.contains(secret), "{secret} was sent to the browser");
    }
}

// spec: C-2
// spec: X-6
async fn an_unsigned_reference_fills_in_nothing_and_is_shown_as_unverified(store: Store) {
    let mut known = Known::open(store).await;
    let claim = json!({ "customer_ref": "C-1", "name": "Ann", "email": "evil@x.example" });
    let mut visitor = known.site.browser(claim).await;
    let form = opened_form(&mut visitor).await;
    assert!(form.iter().all(|(_, value)| value.is_null()), "{form:?}");
    assert!(!visitor.everything().contains("ann@x.example"));
    let chat = visitor.chat_id();
    visitor.socket.send(json!({ "type": "send_form", "chat": chat, "answers": {} })).await;
    let chat = known.agent.take().await;
    assert!(chat["visitor_name"].as_str().unwrap().starts_with("Visitor "), "a claim gives no name");
    let person = known.person(&chat).await;
    assert_eq!(person["link"], "claimed");
    assert_eq!(person["identity"]["proof"], "claimed");
    assert_eq!(person["customer"]["customer_ref"], "C-1");
    assert_eq!(person["chats"].as_array().unwrap().len(), 1, "only the visitor's own past");
}

// spec: C-2
async fn an_identity_that_comes_late_fills_in_the_open_form(store: Store) {
    let known = Known::open(store).await;
    let mut visitor = known.site.shop.browser().await;
    let form = opened_form(&mut visitor).await;
    assert!(form.iter().all(|(_, value)| value.is_null()));
    identify(&mut visitor, known.signed("C-1")).await;
    let filled = |frame: &Value| frame["type"] == "chat" && frame["chat"]["form"][0]["value"] == "Ann";
    let chat = visitor.socket.next("the form with values", filled).await["chat"].clone();
    only_two(&fields(&chat));
}

// spec: C-1
// spec: C-2
async fn the_reference_of_a_merged_record_leads_to_the_one_that_was_kept(store: Store) {
    let known = Known::open(store).await;
    let sue = known.site.shop.person("Sue", Role::Supervisor).await;
    let customers = format!("/api/v1/sites/{}/customers", known.site.shop.site.id.0);
    let (_, old) = sue.write(&customers, &json!({ "customer_ref": "OLD-1", "first_name": "Annie" })).await;
    let (status, _) = sue.write(&known.path("/merge"), &json!({ "gone_id": old["id"] })).await;
    assert_eq!(status, 200);
    let mut visitor = known.site.browser(known.signed("OLD-1")).await;
    only_two(&opened_form(&mut visitor).await);
}

// spec: C-3
async fn an_agent_links_a_visitor_by_hand_unless_a_signature_says_who_it_is(store: Store) {
    let mut known = Known::open(store).await;
    let mut visitor = known.site.shop.browser().await;
    let chat = talk(&mut known, &mut visitor, "hello").await;
    assert_eq!(known.person(&chat).await["customer"], Value::Null);
    let path = format!("/api/v1/visitors/{}/customer", chat["visitor_id"].as_str().unwrap());
    let link = json!({ "customer_id": known.customer["id"] });
    assert_eq!(known.agent.put(&path, &link).await.0, 204);
    let person = known.person(&chat).await;
    assert_eq!(
        (person["link"].as_str(), &person["customer"]["id"]),
        (Some("by_hand"), &known.customer["id"])
    );
    let history = known.agent.read(&known.path("/history")).await;
    assert_eq!(history["chats"][0]["id"], chat["id"]);
    identify(&mut visitor, known.signed("C-2")).await;
    visitor.socket.next_of("identified").await;
    let person = known.person_until(&chat, |person| person["attributes"][0] != Value::Null).await;
    assert_eq!(person["customer"], Value::Null, "a signature counts more than a hand");
    assert_eq!(person["identity"]["this_visit"], "signed");
    assert_eq!(
        person["attributes"][0],
        json!({ "name": "plan", "value": { "type": "text", "value": "gold" }, "signed": true })
    );
    assert_eq!(known.agent.put(&path, &link).await.0, 409);
}

// spec: C-3
// spec: X-6
async fn an_earlier_chat_is_readable_only_for_whom_it_was(store: Store) {
    let mut known = Known::open(store).await;
    let mut visitor = known.site.browser(known.signed("C-1")).await;
    let chat = talk(&mut known, &mut visitor, "hello").await;
    let bob = known.site.shop.person("Bob", Role::Agent).await;
    let sue = known.site.shop.person("Sue", Role::Supervisor).await;
    let path = format!("/api/v1/visitors/{}/person", chat["visitor_id"].as_str().unwrap());
    for (console, readable) in [(&known.agent, true), (&bob, false), (&sue, true)] {
        let person = console.read(&path).await;
        assert_eq!(person["chats"][0]["readable"], readable);
        assert_eq!(person["link"], "signed");
    }
}

// spec: N-4
async fn a_person_is_handed_out_whole(store: Store) {
    let mut known = Known::open(store).await;
    let mut visitor = known.site.browser(known.signed("C-1")).await;
    let chat = talk(&mut known, &mut visitor, "my order has not come").await;
    let invoice = send_file(&known, &chat, "invoice.pdf").await;
    let carrying = json!({ "type": "say", "chat": chat["id"], "id": "f1", "epoch": chat["owner_epoch"], "text": "",
                           "file": invoice });
    known.agent.socket.send(carrying).await;
    visitor.socket.next("the file", |frame| frame["message"]["file"]["name"] == "invoice.pdf").await;
    let wish = json!({ "type": "transcript", "chat": chat["id"], "email": "ann@elsewhere.example" });
    visitor.socket.send(wish).await;
    visitor.socket.next("promised", |frame| frame["chat"]["transcript"] == "promised").await;
    visitor.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    visitor.chat("ended").await;
    let sue = known.site.shop.person("Sue", Role::Supervisor).await;
    let is_written = |all: &Value| {
        let visit = &all["visitors"][0]["visits"][0];
        visit["attributes"][0]["signed"] == true && visit["pages"][0] != Value::Null
    };
    let all = sue.read_until(&known.path("/export"), is_written).await;
    assert_eq!(all["customer"]["email"], "ann@x.example");
    let visitor = &all["visitors"][0];
    assert_eq!(visitor["identity"]["proof"], "signed");
    assert_eq!(visitor["visits"][0]["pages"][0]["title"], "Oslo chair");
    assert_eq!(visitor["visits"][0]["attributes"][0]["name"], "plan");
    assert_eq!(visitor["chats"][0]["answers"][0]["value"], "Ann");
    let messages = visitor["chats"][0]["messages"].as_array().unwrap();
    assert!(messages.iter().any(|message| message["text"] == "my order has not come"));
    assert!(messages.iter().any(|message| message["file"]["name"] == "invoice.pdf"));
    let took_part = &visitor["chats"][0]["participants"][0];
    assert_eq!((&took_part["name"], &took_part["part"]), (&json!("Alice"), &json!("owner")));
    let mail = &all["mails"][0];
    assert_eq!((&mail["kind"], &mail["to"]), (&json!("transcript"), &json!("ann@elsewhere.example")));
    assert!(mail["text"].as_str().unwrap().contains("my order has not come"));
}

/// The agent's upload; yields its id.
async fn send_file(known: &Known, chat: &Value, name: &str) -> Value {
    let content = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n";
    let path = format!("/api/v1/chats/{}/files?id=u1&name={name}", chat["id"].as_str().unwrap());
    let cookie = [("cookie", known.agent.cookie.as_str())];
    let answer = call(known.agent.address, "POST", &path, &cookie, content).await;
    answer.json()["id"].clone()
}

// spec: N-4
async fn an_erased_person_leaves_nothing_but_a_line_without_a_name(store: Store) {
    let mut known = Known::open(store.clone()).await;
    let mut visitor = known.site.browser(known.signed("C-1")).await;
    let token = visitor.token().to_owned();
    let chat = talk(&mut known, &mut visitor, "my order has not come").await;
    let visit = chat["visit_id"].as_str().unwrap().to_owned();
    // Its only page view is written behind, and not counted below.
    known
        .agent
        .read_until(&format!("/api/v1/visits/{visit}"), |visit| visit["pages"][0] != Value::Null)
        .await;
    let mut other = known.site.browser(known.signed("C-9")).await;
    let root = known.site.shop.person("Rea", Role::Admin).await;
    let (status, refused) = root.write(&known.path("/erase"), &json!({ "confirm": "C-2" })).await;
    assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("/confirm")));
    let (status, erased) = root.write(&known.path("/erase"), &json!({ "confirm": "C-1" })).await;
    assert_eq!((status, &erased["visitors"], &erased["chats"]), (200, &json!(1), &json!(1)), "{erased}");
    assert_eq!(visitor.socket.closed().await, 4000, "the browser is told to come again");
    let again = known.site.again(&token, Value::Null).await;
    assert_ne!(again.token(), token);
    assert_eq!(again.welcome["chat"], Value::Null);
    let (status, _) = root.write(&known.path("/erase"), &json!({ "confirm": "C-1" })).await;
    assert_eq!(status, 404);
    let mut tx = store.read().await.unwrap();
    let messages = beckon_server::store::message::list_messages(
        &mut tx,
        beckon_engine::id::ChatId(chat["id"].as_str().unwrap().parse().unwrap()),
        0,
        10,
    );
    assert_eq!(messages.await.unwrap(), Vec::new());
    let log = list_audit(&mut tx, &AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!(*log[0].action, AuditAction::CustomerErased);
    let line = format!("{:?}", log[0]);
    assert!(!line.contains("Ann") && !line.contains("C-1"), "{line}");
    drop(tx);
    page_views_that_come_late_go_too(&store, &visit).await;
    other.open().await;
    other.socket.send(json!({ "type": "beat" })).await;
    assert_eq!(other.welcome["type"], "welcome", "nobody else is touched");
}

async fn count_page_views(store: &Store, visit: &str) -> usize {
    let mut tx = store.read().await.unwrap();
    list_page_views(&mut tx, visit.parse().unwrap(), 10).await.unwrap().len()
}

/// What was on its way to the database when the visit was erased, perhaps on another node.
async fn page_views_that_come_late_go_too(store: &Store, visit: &str) {
    let view = PageView {
        key: ViewKey { visit: visit.parse().unwrap(), tab: TabId(1), view: 99 },
        site: SiteId(Uuid::now_v7()),
        url: "https://shop.example/account".to_owned(),
        title: "Your account".to_owned(),
        entered_at: UnixMs(0),
    };
    let now = Clock::System.now();
    for later_s in [1, 61, 86_000] {
        let mut tx = store.write().await.unwrap();
        insert_page_views(&mut tx, &[&view]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(count_page_views(store, visit).await, 0, "refused after {later_s} s");
        jobs::sweep(store, &Clock::manual(now.plus_s(later_s))).await.unwrap();
    }
}

/// A chat that has ended, and whose transcript the visitor wanted at this address.
async fn transcribed(known: &mut Known, browser: &mut Browser, text: &str, email: &str) -> Value {
    let chat = talk(known, browser, text).await;
    browser.socket.send(json!({ "type": "transcript", "chat": chat["id"], "email": email })).await;
    browser.socket.next("promised", |frame| frame["chat"]["transcript"] == "promised").await;
    browser.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    browser.chat("ended").await;
    chat
}

/// The visitor of this chat has left an enquiry with this address; it is mailed to the staff.
async fn enquired(known: &Known, chat: &Value, email: &str, text: &str) {
    let shop = &known.site.shop;
    let id = Uuid::now_v7();
    let enquiry = NewEnquiry {
        id,
        site: *shop.site.id,
        queue: *shop.queue.id,
        visitor: serde_json::from_value(chat["visitor_id"].clone()).unwrap(),
        visit: serde_json::from_value(chat["visit_id"].clone()).unwrap(),
        chat: None,
        client_id: id.to_string(),
        name: String::new(),
        email: email.to_owned(),
        answers: Vec::new(),
        page_url: String::new(),
    };
    let now = Clock::System.now();
    let to = "advice@shop.example";
    let cause = Cause::Enquiry(id);
    let mail = NewMail { id: Uuid::now_v7(), cause, to, reply_to: Some(email), subject: "Enquiry", text };
    let mut tx = shop.store.write().await.unwrap();
    insert_enquiry(&mut tx, &enquiry, now).await.unwrap();
    insert_mail(&mut tx, mail, now).await.unwrap();
    tx.commit().await.unwrap();
}

// spec: N-4 X-6
async fn a_mail_is_of_whom_it_tells_and_not_of_whose_address_was_typed(store: Store) {
    let mut known = Known::open(store.clone()).await;
    let mut ann = known.site.browser(known.signed("C-1")).await;
    let own = transcribed(&mut known, &mut ann, "the words of Ann", "ann@elsewhere.example").await;
    enquired(&known, &own, "", "a question of Ann").await;
    known.agent.command(json!({ "type": "status", "status": "away" })).await;
    known.agent = known.site.shop.agent("Carl").await;
    let mut bob = known.site.browser(json!(null)).await;
    let other = transcribed(&mut known, &mut bob, "the words of Bob", "ann@x.example").await;
    enquired(&known, &other, "ann@x.example", "a question of Bob").await;
    let root = known.site.shop.person("Rea", Role::Admin).await;
    let mails = root.read(&known.path("/export")).await["mails"].to_string();
    for (whose, held) in [("Ann", true), ("Bob", false)] {
        assert_eq!(mails.contains(&format!("the words of {whose}")), held, "{mails}");
        assert_eq!(mails.contains(&format!("a question of {whose}")), held, "{mails}");
    }
    let (status, erased) = root.write(&known.path("/erase"), &json!({ "confirm": "C-1" })).await;
    assert_eq!(status, 200, "{erased}");
    let left = list_mails(&mut store.read().await.unwrap(), 10).await.unwrap();
    assert_eq!(left.len(), 2, "{left:#?}");
    assert!(left.iter().all(|mail| mail.text.contains("of Bob")), "{left:#?}");
}
