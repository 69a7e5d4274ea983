//! Tests who visitors are said to be: signed and unsigned identities over real sockets, and that one person never meets
//! what belongs to another.

use beckon_server::clock::Clock;
use beckon_server::store::Store;
use beckon_server::store::audit::{AuditAction, AuditFilter, list_audit};
use beckon_server::store::user::Role;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::client::{Browser, Console, poll};
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::store_tests;

store_tests!(
    a_signed_identity_fulfils_a_rule_that_asks_for_one_and_an_unsigned_one_does_not,
    every_attribute_has_its_type_and_says_whether_it_is_signed,
    what_is_wrong_with_an_identity_is_told_and_the_visit_goes_on,
    another_signed_customer_in_the_same_browser_sees_nothing_of_the_first,
    a_signed_identity_takes_the_place_of_an_unsigned_one_and_never_the_reverse,
    the_secret_before_stays_good_for_the_stated_time,
    who_makes_or_removes_the_secret_is_noted,
    an_identity_comes_with_a_poll_too,
    a_token_that_expires_during_the_visit_does_not_make_the_visitor_unknown,
);

/// A shop with an identity secret.
pub(super) struct Signing {
    pub(super) shop: Shop,
    secret: String,
}

impl Signing {
    pub(super) async fn open(store: Store, plan: Plan) -> Self {
        let shop = Shop::open(store, plan).await;
        let admin = shop.person("Root", Role::Admin).await;
        let secret = make_secret(&shop, &admin, 24).await;
        Self { shop, secret }
    }

    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    pub(super) fn token(&self, customer_ref: &str, more: Value) -> String {
        token(&self.secret, customer_ref, more)
    }

    /// A browser whose page names this customer from the start.
    pub(super) async fn browser(&self, identity: Value) -> Browser {
        let mut browser = Browser::connect(self.shop.address, Some(ORIGIN)).await;
        browser.hello(&self.shop.site.key, json!({ "pages": [product(1)], "identity": identity })).await;
        browser
    }

    /// The same browser again, on a page that names this customer.
    pub(super) async fn again(&self, token: &str, identity: Value) -> Browser {
        let mut browser = Browser::connect(self.shop.address, Some(ORIGIN)).await;
        let more = json!({ "token": token, "pages": [product(2)], "identity": identity });
        browser.hello(&self.shop.site.key, more).await;
        browser
    }
}

async fn make_secret(shop: &Shop, admin: &Console, before_good_h: u32) -> String {
    let path = format!("/api/v1/sites/{}/identity-secret", shop.site.id.0);
    let (status, made) = admin.write(&path, &json!({ "before_good_h": before_good_h })).await;
    assert_eq!(status, 201, "{made}");
    made["secret"].as_str().unwrap().to_owned()
}

fn token(secret: &str, customer_ref: &str, more: Value) -> String {
    let now_s = Clock::System.now().0 / 1000;
    let mut claims = json!({ "sub": customer_ref, "iat": now_s, "exp": now_s + 300 });
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    encode(&Header::default(), &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

pub(super) async fn identify(browser: &mut Browser, identity: Value) {
    let mut frame = identity;
    frame["type"] = json!("identify");
    browser.socket.send(frame).await;
}

async fn refusal(browser: &mut Browser) -> String {
    let refused = browser.socket.next_of("identity_refused").await;
    assert!(refused["detail"].as_str().unwrap().ends_with('.'), "{refused}");
    refused["code"].as_str().unwrap().to_owned()
}

/// A chat in which the visitor has said something.
async fn chat_with(browser: &mut Browser, text: &str) -> Value {
    browser.open().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let chat = browser.socket.next_of("chat").await["chat"]["id"].clone();
    browser.say(&chat, "m1", text).await;
    browser.socket.next_of("ack").await;
    chat
}

// spec: T-5
// spec: R-8
async fn a_signed_identity_fulfils_a_rule_that_asks_for_one_and_an_unsigned_one_does_not(store: Store) {
    let conditions = json!({ "type": "all", "of": [
        { "type": "identified", "trust": "signed" },
        { "type": "attribute", "name": "plan", "trust": "signed",
          "test": { "is": "equal", "value": { "type": "text", "value": "gold" } } },
    ] });
    let site =
        Signing::open(store, Plan { rule: json!({ "conditions": conditions }), ..Plan::default() }).await;
    let _agent = site.shop.agent("Alice").await;
    let mut visitor = site.shop.browser().await;
    visitor.open().await;
    identify(&mut visitor, json!({ "customer_ref": "4711" })).await;
    assert_eq!(visitor.socket.next_of("identified").await["signed"], false);
    visitor.socket.send(json!({ "type": "set", "attributes": { "plan": "gold" } })).await;
    visitor
        .socket
        .send(json!({ "type": "page", "tab": 7, "view": 2, "url": format!("{ORIGIN}/product/b") }))
        .await;
    identify(&mut visitor, json!({ "token": site.token("4711", json!({})) })).await;
    assert_eq!(visitor.socket.next_of("identified").await["signed"], true);
    assert_eq!(visitor.socket.told("offer"), 0, "the attribute is not signed yet");
    let signed = json!({ "attributes": { "plan": "gold" } });
    identify(&mut visitor, json!({ "token": site.token("4711", signed) })).await;
    visitor.offer().await;
}

// spec: T-5
// spec: R-8
async fn every_attribute_has_its_type_and_says_whether_it_is_signed(store: Store) {
    let test = json!({ "is": "at_least", "value": { "type": "time", "value": 1_000 } });
    let rule = json!({ "conditions": { "type": "attribute", "name": "last_order", "test": test } });
    let site = Signing::open(store, Plan { rule, ..Plan::default() }).await;
    let agent = site.shop.agent("Alice").await;
    let mut visitor = site.shop.browser().await;
    visitor.open().await;
    let signed = json!({ "attributes": { "plan": "gold", "since": { "time": 500 } } });
    identify(&mut visitor, json!({ "token": site.token("4711", signed) })).await;
    assert_eq!(visitor.socket.next_of("identified").await["signed"], true);
    let set = |last: Value| {
        let claimed = json!({ "plan": "platinum", "cart_value": 90, "vip": true, "last_order": last });
        json!({ "type": "set", "attributes": claimed })
    };
    for last in [json!(2_000), json!("1970-01-01T00:00:02Z"), json!({ "time": 999 })] {
        visitor.socket.send(set(last)).await;
    }
    visitor.socket.send(json!({ "type": "nonsense" })).await;
    visitor.socket.next_of("refused").await;
    assert_eq!(
        visitor.socket.told("offer"),
        0,
        "neither a number nor a text is a time, and this one is too early"
    );
    visitor.socket.send(set(json!({ "time": 1_000 }))).await;
    visitor.offer().await;

    let expected = [
        json!({ "name": "cart_value", "value": { "type": "number", "value": 90.0 }, "signed": false }),
        json!({ "name": "last_order", "value": { "type": "time", "value": 1_000 }, "signed": false }),
        json!({ "name": "plan", "value": { "type": "text", "value": "gold" }, "signed": true }),
        json!({ "name": "plan", "value": { "type": "text", "value": "platinum" }, "signed": false }),
        json!({ "name": "since", "value": { "type": "time", "value": 500 }, "signed": true }),
        json!({ "name": "vip", "value": { "type": "boolean", "value": true }, "signed": false }),
    ];
    let visit = agent.read(&format!("/api/v1/visits/{}", visitor.welcome["visit"].as_str().unwrap())).await;
    let path = format!("/api/v1/visitors/{}/person", visit["visitor_id"].as_str().unwrap());
    let sorted = |person: &Value| {
        let mut shown = person["attributes"].as_array().unwrap().clone();
        shown.sort_by_key(|one| (one["name"].to_string(), one["signed"] == false));
        shown
    };
    agent.read_until(&path, |person| sorted(person) == expected).await;
}

// spec: C-2
// spec: X-6
async fn what_is_wrong_with_an_identity_is_told_and_the_visit_goes_on(store: Store) {
    let site = Signing::open(store, Plan::default()).await;
    let now_s = Clock::System.now().0 / 1000;
    let expired = site.token("4711", json!({ "iat": now_s - 400, "exp": now_s - 100 }));
    let mut visitor = site.browser(json!({ "token": expired })).await;
    assert_eq!(refusal(&mut visitor).await, "expired");
    for (token, code) in [
        (token("another secret", "4711", json!({})), "wrong_signature"),
        (site.token("4711", json!({ "aud": "another-site" })), "wrong_site"),
        (site.token("4711", json!({ "exp": now_s + 7_200 })), "too_long"),
        (site.token("", json!({})), "malformed"),
        (format!("{}.x", "a".repeat(5_000)), "too_large"),
        ("nonsense".to_owned(), "malformed"),
    ] {
        identify(&mut visitor, json!({ "token": token })).await;
        assert_eq!(refusal(&mut visitor).await, code);
    }
    identify(&mut visitor, json!({ "customer_ref": "a\u{0}b" })).await;
    assert_eq!(refusal(&mut visitor).await, "malformed");
    identify(&mut visitor, json!({ "who": "knows" })).await;
    assert_eq!(visitor.socket.next_of("refused").await["code"], "bad_frame");
    identify(&mut visitor, json!({ "token": site.token("4711", json!({})) })).await;
    assert_eq!(visitor.socket.next_of("identified").await["signed"], true);
}

// spec: X-6
async fn another_signed_customer_in_the_same_browser_sees_nothing_of_the_first(store: Store) {
    let site = Signing::open(store, Plan::default()).await;
    let _agent = site.shop.agent("Alice").await;
    let mut first = site.browser(json!({ "token": site.token("4711", json!({})) })).await;
    let first_token = first.token().to_owned();
    let chat = chat_with(&mut first, "my order 4711").await;
    identify(&mut first, json!({ "token": site.token("4712", json!({})) })).await;
    assert_eq!(first.socket.closed().await, 4000, "the browser is told to come again");
    let mut second = site.again(&first_token, json!({ "token": site.token("4712", json!({})) })).await;
    assert_ne!(second.token(), first_token);
    assert_eq!(second.welcome["chat"], Value::Null);
    assert_eq!(second.socket.next_of("identified").await["signed"], true);
    second.socket.send(json!({ "type": "resume", "chat": chat, "after": 0 })).await;
    second.say(&chat, "m2", "hello").await;
    assert_eq!(second.socket.next_of("refused").await["code"], "not_found");
    assert_eq!(second.socket.told("message"), 0);
    let back = site.again(&first_token, json!({ "token": site.token("4711", json!({})) })).await;
    assert_eq!(back.token(), first_token, "the first customer is who they were");
}

// spec: T-5
// spec: X-6
async fn a_signed_identity_takes_the_place_of_an_unsigned_one_and_never_the_reverse(store: Store) {
    let site = Signing::open(store, Plan::default()).await;
    let mut visitor = site.browser(json!({ "customer_ref": "4711" })).await;
    assert_eq!(visitor.socket.next_of("identified").await["signed"], false);
    identify(&mut visitor, json!({ "token": site.token("4711", json!({})) })).await;
    assert_eq!(visitor.socket.next_of("identified").await["signed"], true);
    identify(&mut visitor, json!({ "customer_ref": "4712" })).await;
    assert_eq!(refusal(&mut visitor).await, "signed_stands");
    let token = visitor.token().to_owned();
    let mut again = site.again(&token, json!({ "customer_ref": "4712" })).await;
    assert_eq!(again.token(), token);
    assert_eq!(refusal(&mut again).await, "signed_stands");
}

// spec: C-2
async fn the_secret_before_stays_good_for_the_stated_time(store: Store) {
    let site = Signing::open(store, Plan::default()).await;
    let admin = site.shop.person("Ada", Role::Admin).await;
    let old = site.secret.clone();
    let new = make_secret(&site.shop, &admin, 1).await;
    for secret in [&old, &new] {
        let mut visitor = site.browser(json!({ "token": token(secret, "4711", json!({})) })).await;
        assert_eq!(visitor.socket.next_of("identified").await["signed"], true);
    }
    let newest = make_secret(&site.shop, &admin, 0).await;
    for secret in [&old, &new] {
        let mut visitor = site.browser(json!({ "token": token(secret, "4711", json!({})) })).await;
        assert_eq!(refusal(&mut visitor).await, "wrong_signature");
    }
    let mut visitor = site.browser(json!({ "token": token(&newest, "4711", json!({})) })).await;
    assert_eq!(visitor.socket.next_of("identified").await["signed"], true);
}

// spec: T-6
// spec: X-6
async fn an_identity_comes_with_a_poll_too(store: Store) {
    let site = Signing::open(store, Plan::default()).await;
    let hello = |token: Option<&str>, identity: Value| {
        json!({ "type": "hello", "v": 1, "site": site.shop.site.key, "token": token, "language": "en",
                "time_zone": "UTC", "pages": [product(1)], "identity": identity })
    };
    let first = json!({ "token": site.token("4711", json!({})) });
    let (status, notices) = poll(site.shop.address, ORIGIN, json!([hello(None, first)])).await;
    assert_eq!(status, 200);
    assert!(notices.iter().any(|notice| notice["type"] == "identified" && notice["signed"] == true));
    let token = notices[0]["token"].as_str().unwrap().to_owned();
    let second = json!({ "token": site.token("4712", json!({})) });
    let (_, notices) = poll(site.shop.address, ORIGIN, json!([hello(Some(&token), second)])).await;
    assert_ne!(notices[0]["token"], token.as_str(), "another customer is another visitor");
    let claim = json!({ "type": "identify", "customer_ref": "4713" });
    let (_, notices) =
        poll(site.shop.address, ORIGIN, json!([hello(Some(&token), Value::Null), claim])).await;
    assert!(notices.iter().any(|notice| notice["code"] == "signed_stands"), "{notices:?}");
}

// spec: C-2
async fn a_token_that_expires_during_the_visit_does_not_make_the_visitor_unknown(store: Store) {
    let site = Signing::open(store, Plan::default()).await;
    let visitor = site.browser(json!({ "token": site.token("4711", json!({})) })).await;
    let now_s = Clock::System.now().0 / 1000;
    let expired = |customer_ref| site.token(customer_ref, json!({ "iat": now_s - 400, "exp": now_s - 100 }));
    let mut again = site.again(visitor.token(), json!({ "token": expired("4711") })).await;
    assert_eq!(again.socket.next_of("identified").await["signed"], true);
    let mut other = site.again(visitor.token(), json!({ "token": expired("4712") })).await;
    assert_eq!(refusal(&mut other).await, "expired");
}

// spec: C-2 A-4
async fn who_makes_or_removes_the_secret_is_noted(store: Store) {
    let site = Signing::open(store.clone(), Plan::default()).await;
    let admin = site.shop.person("Ada", Role::Admin).await;
    let second = make_secret(&site.shop, &admin, 0).await;
    let path = format!("/api/v1/sites/{}/identity-secret", site.shop.site.id.0);
    assert_eq!(admin.send("DELETE", &path, &Value::Null).await.0, 204);
    let mut tx = store.read().await.unwrap();
    let log = list_audit(&mut tx, &AuditFilter::default(), None, 10).await.unwrap();
    let actions: Vec<AuditAction> = log.iter().map(|line| *line.action).collect();
    use AuditAction::{IdentitySecretMade, IdentitySecretRemoved};
    assert_eq!(actions, [IdentitySecretRemoved, IdentitySecretMade, IdentitySecretMade]);
    assert_eq!(*log[0].user_id, admin.user);
    let text = format!("{log:?}");
    assert!(!text.contains(&site.secret) && !text.contains(&second), "a secret stands in the log");
}
