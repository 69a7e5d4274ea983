//! Tests that whoever acts on a chat at the same time ends in one agreed state.

use std::collections::BTreeSet;
use std::time::Duration;

use beckon_server::store::Store;
use beckon_server::store::user::Role;
use serde_json::{Value, json};

use super::chats::talking;
use super::client::{Browser, Console};
use super::nodes::on_two_nodes;
use super::shop::{Plan, Shop};
use super::waiting::{patient, waiting};
use crate::harness::store_tests;

store_tests!(
    ten_who_race_over_an_active_chat_agree,
    ten_who_race_over_a_chat_that_is_ended_agree,
    ten_who_race_over_a_chat_that_waits_agree,
    of_two_who_take_a_waiting_chat_on_two_nodes_one_gets_it,
    a_chat_that_rings_on_one_node_is_not_taken_on_another,
);

/// What does not come within this time does not come.
const PATIENCE: Duration = Duration::from_secs(20);

// spec: Q-9 X-1 X-2
async fn ten_who_race_over_an_active_chat_agree(store: Store) {
    race(store, "watch").await;
}

// spec: Q-9 X-1 X-2
async fn ten_who_race_over_a_chat_that_is_ended_agree(store: Store) {
    race(store, "close").await;
}

/// The visitor, the owner, four supervisors and four agents; the fourth supervisor does `last`.
async fn race(store: Store, last: &str) {
    let shop = Shop::open(store, Plan::default()).await;
    let (mut browser, mut owner, chat) = talking(&shop).await;
    let mut others: Vec<Console> = Vec::new();
    for n in 0..4 {
        others.push(shop.person(&format!("Sue{n}"), Role::Supervisor).await);
    }
    for n in 0..4 {
        others.push(shop.agent(&format!("Bob{n}")).await);
    }
    let target = others[4].user;
    // Everyone acts before anyone is answered.
    let id = &chat["id"];
    for (n, console) in others.iter_mut().enumerate() {
        let frame = match n {
            0 | 1 => json!({ "type": "take_over", "ref": "r", "chat": id }),
            2 => json!({ "type": "join", "ref": "r", "chat": id }),
            3 => json!({ "type": last, "ref": "r", "chat": id }),
            _ => json!({ "type": "accept", "ref": "r", "chat": id }),
        };
        console.socket.send(frame).await;
    }
    owner.socket.send(json!({ "type": "transfer", "ref": "r", "chat": id, "to": { "agent": target } })).await;
    for n in 0..5 {
        owner.say(&chat, &format!("o{n}"), &format!("owner {n}")).await;
        browser.say(id, &format!("v{n}"), &format!("visitor {n}")).await;
    }
    let answered = |frame: &Value| frame["ref"] == "r";
    for console in others.iter_mut().chain([&mut owner]) {
        console.socket.next("an answer", answered).await;
    }
    // Every message was acknowledged or refused, once.
    let (mut said, mut acked) = (0, BTreeSet::new());
    for n in 0..5 {
        for (socket, id) in [(&mut owner.socket, format!("o{n}")), (&mut browser.socket, format!("v{n}"))] {
            let is = |frame: &Value| {
                (frame["type"] == "ack" || frame["type"] == "refused") && frame["id"] == id.as_str()
            };
            let answer = socket.next(&id, is).await;
            if answer["type"] == "ack" {
                acked.insert(answer["seq"].as_i64().unwrap());
                said += 1;
            }
        }
    }
    assert_eq!(acked.len(), said, "no number is given twice");
    agree(&others, &chat, &acked).await;
    others.push(owner);
    all_were_told(&shop, &mut others, &mut browser, &chat).await;
}

/// Of a chat what all see alike who may know that it is there.
fn outline(chat: &Value) -> Value {
    let who = json!([chat["agent"], chat["guests"], chat["owner_epoch"]]);
    json!([chat["id"], chat["state"], chat["ended_by"], chat["last_seq"], who])
}

/// Of the same chat what its visitor sees too. No agent is named to who waits.
fn to_visitor(chat: &Value) -> Value {
    json!([chat["id"], chat["state"], chat["ended_by"], chat["agent"]["name"]])
}

/// What each of these consoles and the browser were told last of this chat is what REST says of it.
async fn all_were_told(shop: &Shop, consoles: &mut [Console], browser: &mut Browser, chat: &Value) {
    // What was on its way to a console comes before this, so that nothing older comes last.
    let answers = json!({ "email": "ann@home.example", "message": "Is it in stock?" });
    let enquiry = json!({ "type": "send_enquiry", "id": "e1", "queue": *shop.queue.id, "answers": answers });
    browser.socket.send(enquiry).await;
    for console in consoles.iter_mut() {
        console.socket.next_of("enquiry_changed").await;
    }
    let path = format!("/api/v1/chats/{}", chat["id"].as_str().unwrap());
    let is_of_it = |frame: &Value| frame["type"] == "chat" && frame["chat"]["id"] == chat["id"];
    let (mut view, mut told) = (Value::Null, Vec::<Value>::new());
    let agreed = async {
        loop {
            view = consoles[0].read(&path).await;
            let last = |console: &mut Console| console.socket.last(is_of_it)["chat"].clone();
            told = consoles.iter_mut().map(last).collect();
            let shown = browser.socket.last(is_of_it)["chat"].clone();
            let is_told = told.iter().all(|chat| outline(chat) == outline(&view));
            told.push(shown.clone());
            if is_told && to_visitor(&shown) == to_visitor(&view) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let agreed = tokio::time::timeout(PATIENCE, agreed).await;
    assert!(agreed.is_ok(), "REST says {view:#}, and last was told {told:#?}");
}

/// All who may look see the same: one owner or an end, and numbers without gaps in which every acknowledged message stands.
async fn agree(others: &[Console], chat: &Value, acked: &BTreeSet<i64>) {
    let path = format!("/api/v1/chats/{}", chat["id"].as_str().unwrap());
    let views: Vec<Value> =
        [others[0].read(&path).await, others[1].read(&path).await, others[2].read(&path).await]
            .iter()
            .map(outline)
            .collect();
    assert!(views.iter().all(|view| *view == views[0]), "{views:#?}");
    let view = others[0].read(&path).await;
    assert!(view["agent"].is_object(), "{view:#}");
    let log = others[0].read(&format!("{path}/messages?limit=200")).await;
    let seqs: Vec<i64> =
        log["items"].as_array().unwrap().iter().map(|m| m["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, (1..=view["last_seq"].as_i64().unwrap()).collect::<Vec<_>>());
    assert!(acked.iter().all(|seq| seqs.contains(seq)));
    let handed = log["items"].as_array().unwrap().iter().filter(|m| m["text"] == "handed_over").count();
    assert_eq!(
        view["owner_epoch"],
        json!(1 + i64::try_from(handed).unwrap()),
        "each change of owner is said once"
    );
}

// spec: P-6 X-2
async fn ten_who_race_over_a_chat_that_waits_agree(store: Store) {
    let shop = Shop::open(store, patient(json!({}))).await;
    let (mut browser, chat) = waiting(&shop).await;
    let mut racers: Vec<Console> = Vec::new();
    for n in 0..10 {
        // Nobody is ready: the chat rings at no one, and each takes it by hand.
        let role = if n < 3 { Role::Supervisor } else { Role::Agent };
        racers.push(shop.person(&format!("Racer{n}"), role).await);
    }
    let wish = |n: usize| if n == 2 { "close" } else { "accept" };
    for (n, console) in racers.iter_mut().enumerate() {
        console.socket.send(json!({ "type": wish(n), "ref": "r", "chat": chat["id"] })).await;
    }
    let mut took = Vec::new();
    for (n, console) in racers.iter_mut().enumerate() {
        let answer = console.socket.next("an answer", |frame| frame["ref"] == "r").await;
        match (wish(n), answer["type"].as_str().unwrap()) {
            ("accept", "done") => took.push(console.user.0.to_string()),
            ("accept", _) => assert_eq!(answer["code"], "taken", "{answer}"),
            _ => assert_eq!(answer["type"], "done", "{answer}"),
        }
    }
    assert!(took.len() <= 1, "{took:?}");
    let path = format!("/api/v1/chats/{}", chat["id"].as_str().unwrap());
    let seen = racers[0].read(&path).await;
    assert_eq!((&seen["state"], &seen["ended_by"]), (&json!("ended"), &json!("agent")));
    assert_eq!(seen["agent"]["id"].as_str(), took.first().map(String::as_str));
    let log = racers[0].read(&format!("{path}/messages?limit=200")).await;
    let said: Vec<&str> =
        log["items"].as_array().unwrap().iter().map(|message| message["text"].as_str().unwrap()).collect();
    let expected: &[&str] = if took.is_empty() { &["agent_left"] } else { &["agent_joined", "agent_left"] };
    assert_eq!(said, expected);
    all_were_told(&shop, &mut racers, &mut browser, &chat).await;
}

/// Two agents take the same chat at the same moment, on two nodes: one gets it, and the other is told who. Yields which did.
async fn both_take(
    shop: &Shop,
    agents: &mut [Console; 2],
    browser: &mut Browser,
    chat: &Value,
) -> &'static str {
    let wish = json!({ "type": "accept", "chat": chat["id"] });
    let [alice, bob] = agents;
    let answers = tokio::join!(alice.command(wish.clone()), bob.command(wish));
    let (winner, refused) = match &answers {
        (done, refused) if done["type"] == "done" => ("Alice", refused),
        (refused, done) if done["type"] == "done" => ("Bob", refused),
        neither => panic!("{neither:?}"),
    };
    let detail = format!("{winner} has this chat.");
    assert_eq!((&refused["code"], &refused["detail"]), (&json!("taken"), &json!(detail)), "{refused}");
    let path = format!("/api/v1/chats/{}", chat["id"].as_str().unwrap());
    for console in agents.iter() {
        let seen = console.read(&path).await;
        let has = (&seen["state"], &seen["agent"]["name"], &seen["owner_epoch"]);
        assert_eq!(has, (&json!("active"), &json!(winner), &json!(1)));
    }
    all_were_told(shop, agents, browser, chat).await;
    winner
}

// spec: P-6 X-2
async fn of_two_who_take_a_waiting_chat_on_two_nodes_one_gets_it(store: Store) {
    let (shop, other, _between) = on_two_nodes(store, patient(json!({}))).await;
    let (alice, bob) = (shop.person("Alice", Role::Agent).await, shop.person("Bob", Role::Agent).await);
    // Nobody is ready: the chats ring at no one, and each takes them by hand.
    let mut agents = [alice, shop.another_session_at(&bob, other).await];
    for _ in 0..4 {
        let (mut browser, chat) = waiting(&shop).await;
        both_take(&shop, &mut agents, &mut browser, &chat).await;
    }
}

// spec: Q-4 X-2
async fn a_chat_that_rings_on_one_node_is_not_taken_on_another(store: Store) {
    let plan = Plan { required_time_s: 86_400, slots: 4, ..patient(json!({})) };
    let (shop, other, _between) = on_two_nodes(store, plan).await;
    let (alice, bob) = (shop.agent("Alice").await, shop.person("Bob", Role::Agent).await);
    let mut agents = [alice, shop.another_session_at(&bob, other).await];
    for _ in 0..3 {
        let (mut browser, chat) = waiting(&shop).await;
        agents[0].ring_of(&chat["id"]).await;
        assert_eq!(both_take(&shop, &mut agents, &mut browser, &chat).await, "Alice");
    }
}
