//! Tests that bad input gets a clear answer and hurts nobody else.

use beckon_engine::settings::SiteSettings;
use beckon_server::store::{Store, Tx};
use serde_json::json;

use super::chats::talking;
use super::client::{Browser, Socket, call, poll};
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::store_tests;

store_tests!(
    closes_on_an_unknown_site,
    closes_on_a_foreign_origin,
    closes_on_a_token_that_is_not_one,
    closes_on_a_token_of_another_site,
    closes_when_the_first_frame_is_no_hello,
    closes_on_a_frame_that_is_too_large,
    closes_on_a_flood,
    closes_on_an_address_of_100_kb_and_on_ten_thousand_attributes,
    refuses_what_is_out_of_bounds_in_words_and_goes_on,
    refuses_a_malformed_frame_and_goes_on,
    ignores_fields_it_does_not_know,
    answers_whoever_asks_whether_the_connection_carries,
    lets_no_one_into_the_console_without_a_session,
    answers_a_bad_poll_with_its_status,
    refuses_messages_when_a_chat_has_ten_thousand,
    refuses_a_visitor_more_connections_than_sixteen,
    refuses_new_visitors_of_an_address_that_sends_too_many,
);

async fn closed_after_hello(
    shop: &Shop,
    origin: Option<&str>,
    site: &str,
    more: serde_json::Value,
) -> (String, u16) {
    let mut browser = Browser::connect(shop.address, origin).await;
    browser.say_hello(site, more).await;
    let refused = browser.socket.next_of("refused").await;
    (refused["code"].as_str().unwrap().to_owned(), browser.socket.closed().await)
}

async fn closes_on_an_unknown_site(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let closed = closed_after_hello(&shop, Some(ORIGIN), "nobody", json!({})).await;
    assert_eq!(closed, ("unknown_site".to_owned(), 4401));
}

// spec: X-6
async fn closes_on_a_foreign_origin(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    for origin in [Some("https://evil.example"), Some("http://shop.example"), Some("null"), None] {
        let closed = closed_after_hello(&shop, origin, &shop.site.key, json!({})).await;
        assert_eq!(closed, ("foreign_origin".to_owned(), 4403), "{origin:?}");
    }
}

async fn closes_on_a_token_that_is_not_one(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let closed = closed_after_hello(&shop, Some(ORIGIN), &shop.site.key, json!({ "token": "short" })).await;
    assert_eq!(closed, ("unknown_site".to_owned(), 4401));
}

// spec: X-6
async fn closes_on_a_token_of_another_site(store: Store) {
    let first = Shop::open(store.clone(), Plan::default()).await;
    let token = first.browser().await.token().to_owned();
    let second = Shop::open(store, Plan::default()).await;
    let closed = closed_after_hello(&second, Some(ORIGIN), &second.site.key, json!({ "token": token })).await;
    assert_eq!(closed, ("unknown_site".to_owned(), 4401));
}

async fn closes_when_the_first_frame_is_no_hello(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    for first in ["{\"type\":\"beat\"}", "nonsense", "[]", "{\"type\":\"hello\",\"v\":99,\"site\":\"x\"}"] {
        let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
        browser.socket.send_text(first.to_owned()).await;
        assert_eq!(browser.socket.closed().await, 4400, "{first}");
    }
}

async fn closes_on_a_frame_that_is_too_large(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut browser = shop.browser().await;
    browser.socket.send_text(format!("\"{}\"", "x".repeat(40_000))).await;
    assert_eq!(browser.socket.closed().await, 4413);
}

async fn closes_on_a_flood(store: Store) {
    let settings = SiteSettings { poll_interval_s: 60, ..SiteSettings::default() };
    let shop = Shop::open(store, Plan { settings, ..Plan::default() }).await;
    let mut flooding = shop.browser().await;
    let mut quiet = shop.browser().await;
    for _ in 0..400 {
        flooding.socket.send(json!({ "type": "beat" })).await;
    }
    assert_eq!(flooding.socket.closed().await, 4429);
    quiet.socket.send(json!({ "type": "open_chat" })).await;
    quiet.socket.next_of("alternative").await;
}

async fn closes_on_an_address_of_100_kb_and_on_ten_thousand_attributes(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut page = product(2);
    page["type"] = json!("page");
    page["url"] = json!(format!("{ORIGIN}/{}", "x".repeat(100_000)));
    let attributes: serde_json::Map<_, _> = (0..10_000).map(|n| (format!("a{n}"), json!(n))).collect();
    for large in [page, json!({ "type": "set", "attributes": attributes })] {
        let mut browser = shop.browser().await;
        browser.socket.send(large).await;
        assert_eq!(browser.socket.closed().await, 4413);
    }
}

async fn refuses_what_is_out_of_bounds_in_words_and_goes_on(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut browser = shop.browser().await;
    let many: serde_json::Map<_, _> = (0..65).map(|n| (format!("a{n}"), json!(n))).collect();
    let set = |attributes| json!({ "type": "set", "attributes": attributes });
    for (frame, why) in [
        (set(json!(many)), "At most 64 attributes are set at once."),
        (set(json!({ "x".repeat(65): 1 })), "The name of an attribute has 1 to 64 characters."),
        (set(json!({ "a": "x".repeat(257) })), "The text of an attribute has at most 256 characters."),
        (json!({ "type": "scroll", "tab": 1, "percent": 101 }), "A depth is 0 to 100 percent."),
        (json!({ "type": "event", "name": "x".repeat(65) }), "The name of an event has 1 to 64 characters."),
        (json!({ "type": "hello", "v": 1, "site": "x" }), "A connection says hello once."),
    ] {
        browser.socket.send(frame).await;
        let refused = browser.socket.next_of("refused").await;
        assert_eq!((&refused["code"], &refused["detail"]), (&json!("bad_frame"), &json!(why)));
    }
    browser.socket.send(json!({ "type": "open_chat" })).await;
    browser.socket.next_of("alternative").await;
}

// spec: X-1
async fn answers_whoever_asks_whether_the_connection_carries(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut console) = (shop.browser().await, shop.agent("Alice").await);
    for socket in [&mut browser.socket, &mut console.socket] {
        socket.send(json!({ "type": "echo" })).await;
        assert_eq!(socket.next_of("echo").await, json!({ "type": "echo" }));
    }
}

async fn refuses_a_malformed_frame_and_goes_on(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut browser = shop.browser().await;
    for bad in [
        "nonsense",
        "{\"type\":\"unheard\"}",
        "{\"type\":\"say\",\"chat\":7}",
        "{\"type\":\"event\",\"name\":\"\"}",
    ] {
        browser.socket.send_text(bad.to_owned()).await;
        assert_eq!(browser.socket.next_of("refused").await["code"], "bad_frame", "{bad}");
    }
    browser.socket.send(json!({ "type": "open_chat" })).await;
    browser.socket.next_of("alternative").await;
}

async fn ignores_fields_it_does_not_know(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut browser = shop.browser().await;
    browser.socket.send(json!({ "type": "open_chat", "later": [1, 2, 3] })).await;
    browser.socket.next_of("alternative").await;
}

// spec: X-6
async fn lets_no_one_into_the_console_without_a_session(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let alice = shop.agent("Alice").await;
    let own = format!("http://{}", shop.address);
    for (cookie, origin) in
        [("beckon_session=guessed", own.as_str()), (alice.cookie.as_str(), "https://evil.example")]
    {
        let url = format!("ws://{}/live/agent", shop.address);
        let headers = [("cookie", cookie), ("origin", origin)];
        assert!(Socket::try_connect(url, &headers).await.is_err(), "{cookie} {origin}");
    }
}

async fn answers_a_bad_poll_with_its_status(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let hello = json!({ "type": "hello", "v": 1, "site": shop.site.key, "pages": [product(1)] });
    let too_many = json!(vec![hello.clone(); 65]);
    for (origin, frames, status) in [
        (ORIGIN, json!([]), 400),
        (ORIGIN, json!([{ "type": "beat" }]), 400),
        (ORIGIN, json!([{ "type": "hello", "v": 1, "site": "nobody" }]), 401),
        ("https://evil.example", json!([hello]), 403),
        (ORIGIN, too_many, 429),
        (ORIGIN, json!([{ "type": "hello", "v": 1, "site": "x".repeat(40_000) }]), 413),
    ] {
        assert_eq!(poll(shop.address, origin, frames).await.0, status);
    }
}

/// So many messages were written in every chat.
async fn written(store: &Store, count: i64) {
    let sql = "UPDATE chats SET last_seq = $1";
    match store.write().await.unwrap() {
        Tx::Sqlite(mut tx) => {
            sqlx::query(sql).bind(count).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
        }
        Tx::Postgres(mut tx) => {
            sqlx::query(sql).bind(count).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

async fn refuses_messages_when_a_chat_has_ten_thousand(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut alice, chat) = talking(&shop).await;
    written(&shop.store, 9_998).await;
    browser.say(&chat["id"], "v1", "The last but one").await;
    assert_eq!(browser.socket.next_of("ack").await["seq"], 9_999);
    alice.say(&chat, "a1", "The last").await;
    alice.socket.next("the last", |frame| frame["type"] == "ack" && frame["id"] == "a1").await;
    let detail = json!("This chat has as many messages as a chat can have. Begin another one.");
    browser.say(&chat["id"], "v2", "One too many").await;
    let refused = browser.socket.next("a refusal", |frame| frame["id"] == "v2").await;
    assert_eq!((&refused["code"], &refused["detail"]), (&json!("too_many"), &detail), "{refused}");
    alice.say(&chat, "a2", "One too many").await;
    let refused = alice.socket.next("a refusal", |frame| frame["id"] == "a2").await;
    assert_eq!((&refused["code"], &refused["detail"]), (&json!("too_many"), &detail), "{refused}");
    let note = json!({ "type": "say", "chat": chat["id"], "id": "n1", "epoch": chat["owner_epoch"],
                       "text": "A note", "audience": "staff" });
    alice.socket.send(note).await;
    let refused = alice.socket.next("a refusal", |frame| frame["id"] == "n1").await;
    assert_eq!(refused["code"], "too_many", "{refused}");
    browser.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    alice.chat("ended").await;
}

async fn refuses_a_visitor_more_connections_than_sixteen(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let mut browsers = vec![shop.browser().await];
    let token = browsers[0].token().to_owned();
    let hello = || json!({ "token": token, "pages": [product(1)] });
    while browsers.len() < 16 {
        let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
        browser.hello(&shop.site.key, hello()).await;
        browsers.push(browser);
    }
    let closed = closed_after_hello(&shop, Some(ORIGIN), &shop.site.key, hello()).await;
    assert_eq!(closed, ("too_many".to_owned(), 4429));
    browsers.pop().unwrap().socket.leave().await;
    loop {
        let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
        browser.say_hello(&shop.site.key, hello()).await;
        let is = |frame: &serde_json::Value| frame["type"] == "welcome" || frame["type"] == "refused";
        if browser.socket.next("an answer", is).await["type"] == "welcome" {
            return;
        }
    }
}

async fn refuses_new_visitors_of_an_address_that_sends_too_many(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let hello = async |address: &str, token: Option<&str>| {
        let frame =
            json!({ "type": "hello", "v": 1, "site": shop.site.key, "token": token, "pages": [product(1)] });
        let body = json!({ "frames": [frame] }).to_string();
        let headers = [("origin", ORIGIN), ("x-forwarded-for", address), ("content-type", "text/plain")];
        let answer = call(shop.address, "POST", "/live/visitor", &headers, body.as_bytes()).await;
        (answer.status, answer.json()["notices"][0].clone())
    };
    let (status, welcome) = hello("203.0.113.7", None).await;
    assert_eq!(status, 200, "{welcome}");
    let mut refused = None;
    for _ in 0..600 {
        let (status, notice) = hello("203.0.113.7", None).await;
        if status != 200 {
            refused = Some((status, notice));
            break;
        }
    }
    let (status, notice) = refused.expect("a bound");
    assert_eq!((status, &notice["code"]), (429, &json!("too_many")), "{notice}");
    let token = welcome["token"].as_str().unwrap();
    assert_eq!(hello("203.0.113.7", Some(token)).await.0, 200, "who is known comes in");
    assert_eq!(hello("203.0.113.8", None).await.0, 200, "others are not held up");
}
