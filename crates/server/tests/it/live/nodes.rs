//! Tests a visitor who goes from one server to another and back: whoever is left behind knows that it is out of date.

use std::net::SocketAddr;
use std::time::Duration;

use beckon_engine::id::{VisitId, VisitorId};
use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::store::visit::{claim_open_visit, find_visit, find_visit_node};
use beckon_server::store::{Store, Tx};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Child;

use super::client::{Browser, Console, poll, until_ready_says};
use super::shop::{ORIGIN, Plan, Shop, page};
use crate::bus::{connect, free_port, nats};
use crate::harness::store_tests;

store_tests!(
    a_node_that_was_left_takes_over_what_the_other_knows,
    a_node_whose_claim_was_stored_unheard_takes_over_what_the_other_knows,
    polls_follow_the_visit_from_node_to_node,
    of_two_answers_on_two_nodes_one_wins,
    of_two_wishes_to_chat_on_two_nodes_comes_one_chat,
    of_two_who_write_first_on_two_nodes_one_gets_the_chat,
    an_agent_sees_where_the_visitor_of_another_node_is,
    many_who_come_at_once_get_no_more_offers_than_there_is_room,
    while_the_bus_is_away_nodes_see_what_the_others_did,
    while_the_bus_is_away_an_offer_is_taken_back_on_the_other_node,
    nodes_that_have_a_bus_each_see_what_the_others_did,
    a_node_that_lost_the_bus_is_looked_at_by_those_who_have_it,
    what_ends_before_a_node_is_missed_is_told,
);

fn third_view() -> Plan {
    Plan { rule: json!({ "page_view_count": 3 }), ..Plan::default() }
}

fn viewed(view: u32) -> Value {
    json!([page(view, "/product/oslo-chair")])
}

/// Waits until what a visit knows of this view is written down.
async fn written(store: &Store, visit: &Value, view: u32) {
    let visit: VisitId = serde_json::from_value(visit.clone()).unwrap();
    for _ in 0..200 {
        let sql = "SELECT state FROM visits WHERE id = $1";
        let id = visit.to_string();
        let state: String = match store.read().await.unwrap() {
            Tx::Sqlite(mut tx) => sqlx::query_scalar(sql).bind(id).fetch_one(&mut *tx).await.unwrap(),
            Tx::Postgres(mut tx) => sqlx::query_scalar(sql).bind(id).fetch_one(&mut *tx).await.unwrap(),
        };
        if state.contains(&format!("\"view\":{view},")) {
            return;
        }
        // Checkpoints are written once a second.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("view {view} was not written down");
}

/// What a visitor leaves behind who goes to another node: the connection, and the node that held the visit.
struct Left {
    browser: Browser,
    visitor: VisitorId,
    node: String,
}

impl Left {
    async fn of(shop: &Shop) -> Self {
        let browser = shop.browser().await;
        let visit = &browser.welcome["visit"];
        written(&shop.store, visit, 1).await;
        let id = serde_json::from_value(visit.clone()).unwrap();
        let mut tx = shop.store.read().await.unwrap();
        let row = find_visit(&mut tx, id).await.unwrap().expect("a visit");
        let node = find_visit_node(&mut tx, id).await.unwrap().expect("a node holds it");
        Self { browser, visitor: *row.visitor_id, node }
    }
}

// spec: X-4 X-1
async fn a_node_that_was_left_takes_over_what_the_other_knows(store: Store) {
    there_and_back(store, async |_, first| {
        first.browser.socket.vanish().await;
    })
    .await;
}

// spec: X-4 X-1
async fn a_node_whose_claim_was_stored_unheard_takes_over_what_the_other_knows(store: Store) {
    there_and_back(store, async |store, first| {
        let mut tx = store.write().await.unwrap();
        let now = Clock::System.now();
        claim_open_visit(&mut tx, first.visitor, &first.node, now).await.unwrap().expect("an open visit");
        tx.commit().await.unwrap();
    })
    .await;
}

/// A visitor goes to another node and comes back; `between` happens before that.
async fn there_and_back(store: Store, between: impl AsyncFnOnce(&Store, &mut Left)) {
    let shop = Shop::open(store, third_view()).await;
    let _alice = shop.agent("Alice").await;
    let other = shop.other_node().await;
    let mut first = Left::of(&shop).await;
    let (token, visit) = (first.browser.token().to_owned(), first.browser.welcome["visit"].clone());
    let mut second = Browser::connect(other, Some(ORIGIN)).await;
    second.hello(&shop.site.key, json!({ "token": token, "pages": viewed(2) })).await;
    assert_eq!(second.welcome["visit"], visit);
    written(&shop.store, &visit, 2).await;
    second.socket.leave().await;
    between(&shop.store, &mut first).await;
    let mut back = Browser::connect(shop.address, Some(ORIGIN)).await;
    back.hello(&shop.site.key, json!({ "token": token, "pages": viewed(3) })).await;
    back.offer().await;
}

async fn poll_at(address: SocketAddr, shop: &Shop, token: &Value, view: u32) -> Vec<Value> {
    let hello =
        json!({ "type": "hello", "v": 1, "site": shop.site.key, "token": token, "pages": viewed(view) });
    let (status, notices) = poll(address, ORIGIN, json!([hello])).await;
    assert_eq!(status, 200, "{notices:?}");
    notices
}

// spec: X-4 T-6
async fn polls_follow_the_visit_from_node_to_node(store: Store) {
    let shop = Shop::open(store, third_view()).await;
    let _alice = shop.agent("Alice").await;
    let other = shop.other_node().await;
    let welcome = poll_at(shop.address, &shop, &Value::Null, 1).await[0].clone();
    written(&shop.store, &welcome["visit"], 1).await;
    poll_at(other, &shop, &welcome["token"], 2).await;
    written(&shop.store, &welcome["visit"], 2).await;
    let third = poll_at(shop.address, &shop, &welcome["token"], 3).await;
    assert!(!third[0]["offer"].is_null(), "the third view brings the offer: {third:#?}");
}

/// A shop on two nodes that hear of each other, and the server between them, which goes with this value.
pub(super) async fn on_two_nodes(store: Store, plan: Plan) -> (Shop, SocketAddr, Child) {
    let port = free_port();
    let between = nats(port);
    let shop = Shop::open_on(store, plan, Clock::System, connect(port).await).await;
    let other = shop.other_node_on(connect(port).await).await;
    (shop, other, between)
}

/// What a poll of this visitor that carries this answer brings.
async fn answer_at(address: SocketAddr, shop: &Shop, token: &Value, answer: Value) -> Vec<Value> {
    let hello = json!({ "type": "hello", "v": 1, "site": shop.site.key, "token": token, "pages": viewed(1) });
    poll(address, ORIGIN, json!([hello, answer])).await.1
}

// spec: A-2 X-2 P-9
async fn of_two_who_write_first_on_two_nodes_one_gets_the_chat(store: Store) {
    let plan = Plan { required_time_s: 900, ..Plan::default() };
    let (shop, other, _between) = on_two_nodes(store, plan).await;
    let alice = shop.agent("Alice").await;
    let mut agents = [shop.another_session_at(&alice, other).await, shop.agent("Bob").await];
    let mut browser = Browser::connect(other, Some(ORIGIN)).await;
    browser.hello(&shop.site.key, json!({ "pages": viewed(1) })).await;
    let path = format!("/api/v1/visits/{}/chat", browser.welcome["visit"].as_str().unwrap());
    let nothing = json!({});
    let begun = join_all(agents.iter().map(|agent| agent.write(&path, &nothing))).await;
    let won = begun.iter().position(|(_, answer)| answer["chat_id"].is_string()).expect("one gets it");
    assert_eq!(begun[1 - won].1["refused"], "chat_open", "{begun:?}");
    assert_eq!(begun[1 - won].1["taken_by"], ["Alice", "Bob"][won]);
    let winner = &mut agents[won];
    let chat = winner.chat("active").await;
    winner.say(&chat, "a1", "May I help?").await;
    browser.message("May I help?").await;
    assert_eq!(browser.chat_id(), chat["id"]);
}

// spec: P-8 A-1 R-9
async fn an_agent_sees_where_the_visitor_of_another_node_is(store: Store) {
    let plan = Plan { required_time_s: 900, ..Plan::default() };
    let (shop, other, _between) = on_two_nodes(store, plan).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = Browser::connect(other, Some(ORIGIN)).await;
    browser.hello(&shop.site.key, json!({ "pages": viewed(1) })).await;
    browser.open().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let chat = alice.take().await;
    let is_there = |chat: &Value| {
        chat["visitor_present"] == true && chat["page"]["url"] == format!("{ORIGIN}/product/oslo-chair")
    };
    let seen = alice.read_until(&format!("/api/v1/chats/{}", chat["id"].as_str().unwrap()), is_there).await;
    assert_eq!(seen["visit_id"], browser.welcome["visit"]);
    let mut next = page(2, "/checkout");
    next["type"] = json!("page");
    browser.socket.send(next).await;
    let moved =
        |frame: &Value| frame["type"] == "visit_page" && frame["page"]["url"] == format!("{ORIGIN}/checkout");
    alice.socket.next("the page", moved).await;
    let path = format!("/api/v1/visits/{}/decision", browser.welcome["visit"].as_str().unwrap());
    assert!(alice.read(&path).await["rules"].is_array());
}

// spec: O-10 O-3 X-5
async fn of_two_answers_on_two_nodes_one_wins(store: Store) {
    let (shop, other, _between) = on_two_nodes(store, Plan { slots: 10, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    for round in 0..6 {
        let mut welcome = poll_at(shop.address, &shop, &Value::Null, 1).await.remove(0);
        while welcome["offer"].is_null() {
            welcome = poll_at(shop.address, &shop, &welcome["token"], 1).await.remove(0);
        }
        let (token, offer) = (&welcome["token"], &welcome["offer"]["id"]);
        let say = |answer: &str| json!({ "type": answer, "presentation": offer });
        let path = format!("/api/v1/visits/{}", welcome["visit"].as_str().unwrap());
        let presented = async || alice.read(&path).await["presentations"].as_array().unwrap().clone();
        // A browser sends again what was not answered.
        while presented().await[0]["outcome"].is_null() {
            let yes = answer_at(shop.address, &shop, token, say("accept"));
            let no = answer_at(other, &shop, token, say("reject"));
            if round % 2 == 0 {
                tokio::join!(yes, no)
            } else {
                tokio::join!(no, yes)
            };
        }
        let outcome = presented().await[0]["outcome"].clone();
        assert!(outcome == "accepted" || outcome == "rejected", "{outcome}");
        for address in [shop.address, other, shop.address] {
            for answer in ["accept", "reject"] {
                let notices = answer_at(address, &shop, token, say(answer)).await;
                let told = notices.iter().filter(|notice| notice["type"] == "settled");
                assert!(
                    told.into_iter().all(|notice| notice["outcome"] == outcome),
                    "{outcome}: {notices:#?}"
                );
            }
            let now = poll_at(address, &shop, token, 1).await.remove(0);
            assert_eq!(now["offer"], Value::Null);
            assert_eq!(!now["chat"].is_null(), outcome == "accepted", "a chat comes of a yes alone: {now:#}");
        }
        let presented = presented().await;
        assert_eq!((presented.len(), &presented[0]["outcome"]), (1, &outcome), "an outcome is final");
    }
}

/// What a poll of this visitor, who reads no product, brings with these frames.
async fn poll_elsewhere(address: SocketAddr, shop: &Shop, token: &Value, frames: &[Value]) -> Value {
    let hello = json!({ "type": "hello", "v": 1, "site": shop.site.key, "token": token,
                        "pages": [page(1, "/about")] });
    let all: Vec<Value> = std::iter::once(hello).chain(frames.iter().cloned()).collect();
    poll(address, ORIGIN, json!(all)).await.1.remove(0)
}

// spec: Q-7 X-4
async fn of_two_wishes_to_chat_on_two_nodes_comes_one_chat(store: Store) {
    let (shop, other, _between) = on_two_nodes(store, Plan { slots: 10, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let both = [shop.address, other];
    for address in both {
        let mut seen = Browser::connect(address, Some(ORIGIN)).await;
        seen.hello(&shop.site.key, json!({ "pages": [page(1, "/about")] })).await;
        seen.open().await;
    }
    let wish = [json!({ "type": "open_chat" })];
    let mut known = Vec::new();
    for _ in 0..6 {
        let mut welcome = poll_elsewhere(shop.address, &shop, &Value::Null, &[]).await;
        let token = welcome["token"].clone();
        // A browser sends again what was not answered.
        while welcome["chat"].is_null() {
            join_all(both.map(|address| poll_elsewhere(address, &shop, &token, &wish))).await;
            welcome = poll_elsewhere(shop.address, &shop, &token, &[]).await;
        }
        let chat = welcome["chat"]["id"].clone();
        for address in both {
            let again = poll_elsewhere(address, &shop, &token, &wish).await;
            assert!(again["chat"].is_null() || again["chat"]["id"] == chat, "{again:#}");
            assert_eq!(poll_elsewhere(address, &shop, &token, &[]).await["chat"]["id"], chat);
        }
        known.push(chat);
    }
    let listed = alice.read("/api/v1/chats").await;
    let mut listed: Vec<Value> =
        listed["items"].as_array().unwrap().iter().map(|chat| chat["id"].clone()).collect();
    let by_id = |a: &Value, b: &Value| a.as_str().cmp(&b.as_str());
    listed.sort_by(by_id);
    known.sort_by(by_id);
    assert_eq!(listed, known);
}

// spec: O-12 X-4
async fn many_who_come_at_once_get_no_more_offers_than_there_is_room(store: Store) {
    let settings = SiteSettings { capacity_factor: 1, poll_interval_s: 60, ..Plan::default().settings };
    let (shop, other, _between) = on_two_nodes(store, Plan { settings, slots: 3, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut there = shop.another_session(&alice).await;
    there.address = other;
    let mut seen =
        [Browser::connect(shop.address, Some(ORIGIN)).await, Browser::connect(other, Some(ORIGIN)).await];
    for browser in &mut seen {
        browser.hello(&shop.site.key, json!({ "pages": [page(1, "/about")] })).await;
        browser.open().await;
    }
    let come = (0..12).map(async |n| {
        let address = if n % 2 == 0 { shop.address } else { other };
        let mut browser = Browser::connect(address, Some(ORIGIN)).await;
        browser.hello(&shop.site.key, json!({ "pages": viewed(1) })).await;
        browser
    });
    let mut browsers = join_all(come).await;
    let mut offers = 0;
    for (n, browser) in browsers.iter_mut().enumerate() {
        let console = if n % 2 == 0 { &alice } else { &there };
        let path = format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap());
        let is_presented = async {
            loop {
                if !console.read(&path).await["presentations"].as_array().unwrap().is_empty() {
                    return true;
                }
                if console.read(&format!("{path}/decision")).await["reason"] == "capacity_reached" {
                    return false;
                }
            }
        };
        if tokio::time::timeout(Duration::from_secs(20), is_presented).await.expect("it is decided") {
            browser.offer().await;
            offers += 1;
        }
        browser.socket.send(json!({ "type": "nonsense" })).await;
        browser.socket.next_of("refused").await;
        assert_eq!((browser.socket.told("offer"), browser.socket.told("settled")), (0, 0));
    }
    assert_eq!(offers, 3);
}

/// The browsers of these tests have no heart that beats.
fn patient() -> Plan {
    Plan { settings: SiteSettings { poll_interval_s: 60, ..Plan::default().settings }, ..Plan::default() }
}

// spec: X-1 X-3
async fn while_the_bus_is_away_nodes_see_what_the_others_did(store: Store) {
    let (shop, other, mut between) = on_two_nodes(store, patient()).await;
    let alice = shop.agent("Alice").await;
    between.kill().await.unwrap();
    chat_across(&shop, alice, other).await;
}

// spec: O-12 X-1
async fn while_the_bus_is_away_an_offer_is_taken_back_on_the_other_node(store: Store) {
    let settings = SiteSettings { capacity_factor: 1, poll_interval_s: 60, ..Plan::default().settings };
    let plan = Plan { settings, slots: 1, ..Plan::default() };
    let (shop, other, mut between) = on_two_nodes(store, plan).await;
    let (_alice, mut bob) = (shop.agent("Alice").await, shop.agent("Bob").await);
    let mut browsers = Vec::new();
    for _ in 0..2 {
        let mut browser = Browser::connect(other, Some(ORIGIN)).await;
        browser.hello(&shop.site.key, json!({ "pages": viewed(1) })).await;
        browser.offer().await;
        browsers.push(browser);
    }
    between.kill().await.unwrap();
    until_ready_says(other, 200, "degraded").await;
    let away = bob.command(json!({ "type": "status", "status": "away" })).await;
    assert_eq!(away["type"], "done", "{away}");
    let settled = browsers.pop().unwrap().socket.next_of("settled").await;
    assert_eq!(settled["outcome"], "withdrawn");
}

/// Both have a server that they reach, and neither hears the other, as when servers of NATS have lost each other.
// spec: X-1 X-3
async fn nodes_that_have_a_bus_each_see_what_the_others_did(store: Store) {
    let (port, other_port) = (free_port(), free_port());
    let _servers = [nats(port), nats(other_port)];
    let shop = Shop::open_on(store, patient(), Clock::System, connect(port).await).await;
    let other = shop.other_node_on(connect(other_port).await).await;
    let alice = shop.agent("Alice").await;
    chat_across(&shop, alice, other).await;
}

// spec: X-1 X-3
async fn a_node_that_lost_the_bus_is_looked_at_by_those_who_have_it(store: Store) {
    let (port, other_port) = (free_port(), free_port());
    let [mut server, _other_server] = [nats(port), nats(other_port)];
    let shop = Shop::open_on(store, patient(), Clock::System, connect(port).await).await;
    // Before the nodes have met.
    server.kill().await.unwrap();
    let other = shop.other_node_on(connect(other_port).await).await;
    let alice = shop.agent("Alice").await;
    chat_across(&shop, alice, other).await;
}

// spec: X-1 X-3
async fn what_ends_before_a_node_is_missed_is_told(store: Store) {
    let port = free_port();
    let _server = nats(port);
    let way = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let through = way.local_addr().unwrap().port();
    let way = tokio::spawn(async move {
        let (mut from, _) = way.accept().await.unwrap();
        let mut there = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        tokio::io::copy_bidirectional(&mut from, &mut there).await.ok();
    });
    let shop = Shop::open_on(store, patient(), Clock::System, connect(port).await).await;
    let other = shop.other_node_on(connect(through).await).await;
    let mut alice = shop.agent("Alice").await;
    let (mut browser, chat) = taken_across(&shop, &mut alice, other).await;
    way.abort();
    way.await.unwrap_err();
    browser.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
    browser.chat("ended").await;
    alice.chat("ended").await;
}

/// A chat that an agent at the shop's node has taken, of a visitor at the other one.
async fn taken_across(shop: &Shop, alice: &mut Console, other: SocketAddr) -> (Browser, Value) {
    let mut browser = Browser::connect(other, Some(ORIGIN)).await;
    browser.hello(&shop.site.key, json!({ "pages": [page(1, "/about")] })).await;
    browser.open().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let chat = alice.take().await;
    browser.chat("active").await;
    (browser, chat)
}

/// A whole chat between an agent at the shop's node and a visitor at the other one.
async fn chat_across(shop: &Shop, mut alice: Console, other: SocketAddr) {
    let (mut browser, chat) = taken_across(shop, &mut alice, other).await;
    browser.say(&chat["id"], "v1", "Is anybody there").await;
    alice.message("Is anybody there").await;
    alice.say(&chat, "a1", "I am").await;
    browser.message("I am").await;
    let closed = alice.command(json!({ "type": "close", "chat": chat["id"] })).await;
    assert_eq!(closed["type"], "done", "{closed}");
    browser.chat("ended").await;
}
