//! Proves who may do what with a chat: every frame of a console and every route of chats stands in a table, and each cell is
//! tried by who has the chat, by agents who do not, and by who supervises.

use std::collections::BTreeSet;

use beckon_server::config::Mail;
use beckon_server::http::openapi;
use beckon_server::mail::Mailer;
use beckon_server::store::Store;
use beckon_server::store::queue::update_queue_agents;
use beckon_server::store::site::raise_config_version;
use beckon_server::store::user::Role;
use beckon_server::ws::wire::agent::AgentFrame;
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::shop::{Plan, Shop};
use super::waiting::waiting;
use crate::harness::store_tests;

store_tests!(every_frame_is_answered_as_the_table_says, every_route_of_chats_is_answered_as_the_table_says,);

/// How somebody is answered.
#[derive(Clone, Copy, Debug)]
enum Answer<'a> {
    /// It is done, or shown whole.
    Taken,
    /// The chat is shown, and nothing of what was said.
    Shell,
    /// No answer, and no effect; a list without the chat.
    Nothing,
    /// With this code.
    Refused(&'a str),
}

impl Answer<'_> {
    fn words(self) -> String {
        match self {
            Self::Taken => "done".to_owned(),
            Self::Shell => "only that it is there".to_owned(),
            Self::Nothing => "nothing".to_owned(),
            Self::Refused(code) => format!("refused with {code}"),
        }
    }
}

/// What it is on.
#[derive(Clone, Copy, Debug)]
enum State {
    /// On no chat: any will do.
    Any,
    /// A chat that nobody has.
    Waiting,
    /// A chat that rings at its agent.
    Ringing,
    /// A chat that its agent has taken.
    Active,
    /// The same once the visitor has ended it.
    Ended,
    /// The same once its agent has closed it too.
    Past,
}

/// The columns. Of a chat that waits, the first is one more agent of its queue.
const WHO: [&str; 5] = [
    "its agent",
    "another agent of its queue",
    "an agent of another queue",
    "a supervisor who has no part in it",
    "an administrator who has no part in it",
];

const TAKEN: Answer<'static> = Answer::Taken;
const SHELL: Answer<'static> = Answer::Shell;
const NOTHING: Answer<'static> = Answer::Nothing;
const BAD_FRAME: Answer<'static> = Answer::Refused("bad_frame");
const TOO_LATE: Answer<'static> = Answer::Refused("taken");
const NOT_YOURS: Answer<'static> = Answer::Refused("not_yours");
const NOT_FOUND: Answer<'static> = Answer::Refused("not_found");
const FORBIDDEN: Answer<'static> = Answer::Refused("forbidden");

/// Every frame; its first word is the type.
const FRAMES: &[(&str, State, [Answer<'static>; 5])] = &[
    // Each connection has said it once.
    ("hello", State::Any, [BAD_FRAME, BAD_FRAME, BAD_FRAME, BAD_FRAME, BAD_FRAME]),
    ("status", State::Any, [TAKEN, TAKEN, TAKEN, TAKEN, TAKEN]),
    ("accept", State::Waiting, [TAKEN, TAKEN, NOT_FOUND, TAKEN, TAKEN]),
    ("accept", State::Ringing, [TAKEN, TOO_LATE, NOT_FOUND, TOO_LATE, TOO_LATE]),
    ("accept", State::Active, [TAKEN, TOO_LATE, NOT_FOUND, TOO_LATE, TOO_LATE]),
    ("decline", State::Ringing, [TAKEN, TOO_LATE, NOT_FOUND, TOO_LATE, TOO_LATE]),
    ("decline", State::Active, [TOO_LATE, TOO_LATE, NOT_FOUND, TOO_LATE, TOO_LATE]),
    ("say", State::Active, [TAKEN, NOT_YOURS, NOT_FOUND, NOT_YOURS, NOT_YOURS]),
    ("say to the team", State::Active, [TAKEN, NOT_YOURS, NOT_FOUND, TAKEN, TAKEN]),
    ("transfer to an agent", State::Active, [TAKEN, NOT_YOURS, NOT_FOUND, TAKEN, TAKEN]),
    ("transfer to a queue", State::Active, [TAKEN, NOT_YOURS, NOT_FOUND, TAKEN, TAKEN]),
    ("invite", State::Active, [TAKEN, NOT_YOURS, NOT_FOUND, TAKEN, TAKEN]),
    ("recall", State::Active, [TAKEN, NOT_YOURS, NOT_FOUND, TAKEN, TAKEN]),
    // Agents are refused before the chat is looked for.
    ("watch", State::Active, [NOT_YOURS, NOT_YOURS, NOT_YOURS, TAKEN, TAKEN]),
    ("join", State::Active, [NOT_YOURS, NOT_YOURS, NOT_YOURS, TAKEN, TAKEN]),
    ("take_over", State::Active, [NOT_YOURS, NOT_YOURS, NOT_YOURS, TAKEN, TAKEN]),
    // Who has no part in it has left it already.
    ("leave", State::Active, [BAD_FRAME, TAKEN, NOT_FOUND, TAKEN, TAKEN]),
    ("typing", State::Active, [TAKEN, NOTHING, NOTHING, NOTHING, NOTHING]),
    ("delivered", State::Active, [TAKEN, NOTHING, NOTHING, NOTHING, NOTHING]),
    ("read", State::Active, [TAKEN, NOTHING, NOTHING, NOTHING, NOTHING]),
    ("close", State::Ringing, [NOT_YOURS, NOT_YOURS, NOT_FOUND, TAKEN, TAKEN]),
    ("close", State::Active, [TAKEN, NOT_YOURS, NOT_FOUND, TAKEN, TAKEN]),
    ("close", State::Ended, [TAKEN, NOT_YOURS, NOT_FOUND, TAKEN, TAKEN]),
    ("follow", State::Waiting, [TAKEN, TAKEN, NOT_FOUND, TAKEN, TAKEN]),
    ("follow", State::Active, [TAKEN, NOT_YOURS, NOT_FOUND, TAKEN, TAKEN]),
    ("follow", State::Ended, [TAKEN, NOT_YOURS, NOT_FOUND, TAKEN, TAKEN]),
    ("follow", State::Past, [TAKEN, TAKEN, NOT_FOUND, TAKEN, TAKEN]),
    // Only of the console's own list.
    ("unfollow", State::Active, [TAKEN, TAKEN, TAKEN, TAKEN, TAKEN]),
    ("beat", State::Any, [TAKEN, TAKEN, TAKEN, TAKEN, TAKEN]),
    ("echo", State::Any, [TAKEN, TAKEN, TAKEN, TAKEN, TAKEN]),
];

/// Every route of chats, and those of others that show chats; all under `/api/v1`.
const CHAT_ROUTES: &[(&str, &str, State, [Answer<'static>; 5])] = &[
    ("GET", "/chats", State::Waiting, [TAKEN, TAKEN, NOTHING, TAKEN, TAKEN]),
    ("GET", "/chats", State::Active, [TAKEN, NOTHING, NOTHING, TAKEN, TAKEN]),
    ("GET", "/chats/{id}", State::Waiting, [TAKEN, TAKEN, NOT_FOUND, TAKEN, TAKEN]),
    ("GET", "/chats/{id}", State::Active, [TAKEN, SHELL, NOT_FOUND, TAKEN, TAKEN]),
    ("GET", "/chats/{id}", State::Past, [TAKEN, TAKEN, NOT_FOUND, TAKEN, TAKEN]),
    ("GET", "/chats/{id}/messages", State::Waiting, [TAKEN, TAKEN, NOT_FOUND, TAKEN, TAKEN]),
    ("GET", "/chats/{id}/messages", State::Active, [TAKEN, NOT_FOUND, NOT_FOUND, TAKEN, TAKEN]),
    ("GET", "/chats/{id}/messages", State::Ended, [TAKEN, NOT_FOUND, NOT_FOUND, TAKEN, TAKEN]),
    ("GET", "/chats/{id}/messages", State::Past, [TAKEN, TAKEN, NOT_FOUND, TAKEN, TAKEN]),
    ("POST", "/chats/{id}/files", State::Active, [TAKEN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND]),
    ("PUT", "/chats/{id}/wrap-up", State::Active, [TAKEN, FORBIDDEN, NOT_FOUND, TAKEN, TAKEN]),
    ("PUT", "/chats/{id}/wrap-up", State::Past, [TAKEN, FORBIDDEN, NOT_FOUND, TAKEN, TAKEN]),
    ("POST", "/chats/{id}/transcript", State::Active, [TAKEN, FORBIDDEN, NOT_FOUND, TAKEN, TAKEN]),
    ("PUT", "/chats/{id}/priority", State::Waiting, [FORBIDDEN, FORBIDDEN, FORBIDDEN, TAKEN, TAKEN]),
    // A draft is the caller's own.
    ("GET", "/chats/{id}/draft", State::Active, [TAKEN, TAKEN, NOT_FOUND, TAKEN, TAKEN]),
    ("PUT", "/chats/{id}/draft", State::Active, [TAKEN, TAKEN, NOT_FOUND, TAKEN, TAKEN]),
    ("GET", "/sites/{id}/history", State::Ended, [TAKEN, NOTHING, NOTHING, TAKEN, TAKEN]),
    ("GET", "/sites/{id}/history", State::Past, [TAKEN, TAKEN, NOTHING, TAKEN, TAKEN]),
    ("GET", "/visitors/{id}/person", State::Active, [TAKEN, SHELL, SHELL, TAKEN, TAKEN]),
    ("GET", "/visitors/{id}/person", State::Past, [TAKEN, TAKEN, SHELL, TAKEN, TAKEN]),
    ("GET", "/customers/{id}/history", State::Active, [TAKEN, SHELL, SHELL, TAKEN, TAKEN]),
    ("GET", "/customers/{id}/history", State::Past, [TAKEN, TAKEN, SHELL, TAKEN, TAKEN]),
];

fn kind_of(action: &str) -> &str {
    action.split(' ').next().unwrap()
}

#[test]
fn every_frame_of_a_console_is_in_the_table() {
    let refused = serde_json::from_value::<AgentFrame>(json!({ "type": "none" })).unwrap_err().to_string();
    // "unknown variant `none`, expected one of `hello`, `status`, …"
    let known: BTreeSet<&str> = refused.split('`').skip(3).step_by(2).collect();
    let listed: BTreeSet<&str> = FRAMES.iter().map(|row| kind_of(row.0)).collect();
    assert_eq!(known, listed, "{refused}");
}

#[test]
fn every_route_of_chats_is_in_the_table() {
    let document = serde_json::to_value(openapi::parts().1).unwrap();
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.insert((method.to_uppercase(), path.trim_start_matches("/api/v1").to_owned()));
        }
    }
    let listed: BTreeSet<(String, String)> =
        CHAT_ROUTES.iter().map(|row| (row.0.to_owned(), row.1.to_owned())).collect();
    for row in &listed {
        assert!(described.contains(row), "{row:?} is not described");
    }
    for row in described.iter().filter(|row| row.1.starts_with("/chats")) {
        assert!(listed.contains(row), "{row:?} is not in the table");
    }
}

/// Everyone who tries, in the order of the columns, and what they need for it.
struct Team {
    people: [Console; 5],
    /// Ready to be called, and rung by no queue.
    dora: Console,
    /// A queue that the third serves.
    returns: Value,
    customer: Value,
}

/// Nobody is rung unless a test wants it: visitors wait although nobody is ready.
async fn open(store: Store) -> (Shop, Team) {
    let routing = json!({ "ring_time_s": 300 });
    let queue = json!({ "routing": routing, "alternatives": { "no_agent": { "do": "wait" } } });
    // Nobody listens there: the mails stay in the outbox.
    let settings = Mail { smtp_url: "smtp://127.0.0.1:9".to_owned(), from: "chat@shop.example".to_owned() };
    let mailer = Some(Mailer::new(&settings).unwrap());
    let plan = Plan { queue, mailer, required_time_s: 900, slots: 500, ..Plan::default() };
    let shop = Shop::open(store, plan).await;
    let team = Team::hire(&shop).await;
    (shop, team)
}

impl Team {
    async fn hire(shop: &Shop) -> Self {
        let alice = shop.person("Alice", Role::Agent).await;
        let bob = shop.person("Bob", Role::Agent).await;
        let carol = shop.person("Carol", Role::Agent).await;
        let sue = shop.person("Sue", Role::Supervisor).await;
        let ada = shop.person("Ada", Role::Admin).await;
        let dora = shop.agent("Dora").await;
        let mut tx = shop.store.write().await.unwrap();
        update_queue_agents(&mut tx, &shop.queue, &[alice.user, bob.user]).await.unwrap();
        raise_config_version(&mut tx, *shop.queue.site_id).await.unwrap();
        tx.commit().await.unwrap();
        let site = format!("/api/v1/sites/{}", *shop.site.id);
        let queue = json!({ "name": "Returns", "agents": [carol.user] });
        let (status, returns) = ada.write(&format!("{site}/queues"), &queue).await;
        assert_eq!(status, 201, "{returns}");
        let (status, customer) =
            ada.write(&format!("{site}/customers"), &json!({ "customer_ref": "C-1" })).await;
        assert_eq!(status, 201, "{customer}");
        let (returns, customer) = (returns["id"].clone(), customer["id"].clone());
        Self { people: [alice, bob, carol, sue, ada], dora, returns, customer }
    }

    /// They are still there, and have read what they were told.
    async fn stay(&mut self) {
        for console in self.people.iter_mut().chain([&mut self.dora]) {
            console.socket.send(json!({ "type": "echo" })).await;
            console.socket.next_of("echo").await;
        }
    }

    /// A fresh chat, and how its agent sees it.
    async fn begin(&mut self, shop: &Shop, state: State) -> (Browser, Value) {
        let (mut browser, chat) = waiting(shop).await;
        browser.say(&chat["id"], "v1", "Is it oak?").await;
        browser.socket.next_of("ack").await;
        let alice = &mut self.people[0];
        match state {
            State::Any | State::Waiting => {}
            State::Ringing => {
                done(alice, json!({ "type": "status", "status": "ready" })).await;
                alice.ring_of(&chat["id"]).await;
                done(alice, json!({ "type": "status", "status": "away" })).await;
            }
            State::Active | State::Ended | State::Past => {
                done(alice, json!({ "type": "accept", "chat": chat["id"] })).await;
                browser.chat("active").await;
            }
        }
        if matches!(state, State::Ended | State::Past) {
            browser.socket.send(json!({ "type": "end_chat", "chat": chat["id"] })).await;
            browser.chat("ended").await;
        }
        if matches!(state, State::Past) {
            done(alice, json!({ "type": "close", "chat": chat["id"] })).await;
        }
        let shown = alice.read(&format!("/api/v1/chats/{}", chat["id"].as_str().unwrap())).await;
        (browser, shown)
    }

    fn frame(&self, action: &str, chat: &Value) -> Value {
        let epoch = &chat["owner_epoch"];
        let more = match action {
            "hello" => json!({ "v": 1 }),
            "status" => json!({ "status": "away" }),
            "say" => json!({ "id": "a1", "epoch": epoch, "text": "Good morning" }),
            "say to the team" => json!({ "id": "n1", "epoch": epoch, "text": "Note", "audience": "staff" }),
            "transfer to an agent" => json!({ "to": { "agent": self.dora.user } }),
            "transfer to a queue" => json!({ "to": { "queue": self.returns } }),
            "invite" => json!({ "agent": self.dora.user }),
            "delivered" | "read" => json!({ "seq": chat["last_seq"] }),
            _ => json!({}),
        };
        let mut frame = json!({ "type": kind_of(action), "ref": "r", "chat": chat["id"] });
        frame.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        frame
    }

    /// How a frame is answered: what comes before the echo that is asked for next.
    async fn send(&mut self, who: usize, action: &str, chat: &Value, browser: &mut Browser) -> String {
        let frame = self.frame(action, chat);
        let socket = &mut self.people[who].socket;
        socket.send(frame).await;
        socket.send(json!({ "type": "echo" })).await;
        socket.next_of("echo").await;
        if socket.told("refused") > 0 {
            let refused = socket.next_of("refused").await;
            return Answer::Refused(refused["code"].as_str().unwrap()).words();
        }
        match kind_of(action) {
            "beat" | "unfollow" => {}
            "echo" => {
                socket.next_of("echo").await;
            }
            "say" => {
                socket.next_of("ack").await;
            }
            "follow" => {
                let is = |frame: &Value| frame["type"] == "message" && frame["chat"] == chat["id"];
                socket.next("its messages", is).await;
            }
            kind @ ("typing" | "delivered" | "read") => {
                // They are told in order; the first of the two may come along with what was said before.
                for text in ["One moment.", "Yes, it is."] {
                    self.people[0].say(chat, text, text).await;
                    self.people[0].socket.next_of("ack").await;
                    browser.message(text).await;
                }
                if browser.socket.told(kind) == 0 {
                    return Answer::Nothing.words();
                }
            }
            _ => {
                socket.next_of("done").await;
            }
        }
        Answer::Taken.words()
    }

    /// How a route is answered.
    async fn call(&self, who: usize, method: &str, path: &str, chat: &Value) -> String {
        if path.starts_with("/customers") {
            let visitor = format!("/api/v1/visitors/{}/customer", chat["visitor_id"].as_str().unwrap());
            let linked = self.people[4].put(&visitor, &json!({ "customer_id": self.customer })).await;
            assert_eq!(linked.0, 204, "{}", linked.1);
        }
        let (of, query, body) = match path {
            "/chats/{id}/files" => (&chat["id"], "?id=f1&name=oak.txt", json!("oak")),
            "/chats/{id}/transcript" => (&chat["id"], "", json!({ "email": "nora@visitor.example" })),
            "/chats/{id}/priority" => (&chat["id"], "", json!({ "priority": 3 })),
            "/chats/{id}/draft" => (&chat["id"], "", json!({ "text": "Oak", "version": 0 })),
            "/sites/{id}/history" => (&chat["site_id"], "", json!({})),
            "/visitors/{id}/person" => (&chat["visitor_id"], "", json!({})),
            "/customers/{id}/history" => (&self.customer, "", json!({})),
            _ => (&chat["id"], "", json!({})),
        };
        let address = format!("/api/v1{path}{query}").replace("{id}", of.as_str().unwrap());
        let (status, answer) = self.people[who].send(method, &address, &body).await;
        if status >= 400 {
            return Answer::Refused(answer["code"].as_str().unwrap_or("no code")).words();
        }
        let found = |list: &str| answer[list].as_array().unwrap().iter().find(|one| one["id"] == chat["id"]);
        let shown = match path {
            "/chats" | "/sites/{id}/history" if found("items").is_none() => Answer::Nothing,
            "/chats/{id}" if answer["last_message"].is_null() => Answer::Shell,
            "/visitors/{id}/person" | "/customers/{id}/history" => match found("chats") {
                Some(one) if one["readable"] == true => Answer::Taken,
                Some(_) => Answer::Shell,
                None => Answer::Nothing,
            },
            _ => Answer::Taken,
        };
        shown.words()
    }
}

async fn done(console: &mut Console, frame: Value) {
    let answer = console.command(frame).await;
    assert_eq!(answer["type"], "done", "{answer}");
}

// spec: X-6 A-3 Q-9
async fn every_frame_is_answered_as_the_table_says(store: Store) {
    let (shop, mut team) = open(store).await;
    for &(action, state, cells) in FRAMES {
        team.stay().await;
        for (who, expected) in cells.into_iter().enumerate() {
            let (mut browser, chat) = team.begin(&shop, state).await;
            let answer = team.send(who, action, &chat, &mut browser).await;
            assert_eq!(answer, expected.words(), "{action}, {state:?}, by {}", WHO[who]);
        }
    }
}

// spec: X-6 A-3
async fn every_route_of_chats_is_answered_as_the_table_says(store: Store) {
    let (shop, mut team) = open(store).await;
    for &(method, path, state, cells) in CHAT_ROUTES {
        team.stay().await;
        let mut begun = team.begin(&shop, state).await;
        for (who, expected) in cells.into_iter().enumerate() {
            // Reading changes nothing.
            if who > 0 && method != "GET" {
                begun = team.begin(&shop, state).await;
            }
            let answer = team.call(who, method, path, &begun.1).await;
            assert_eq!(answer, expected.words(), "{method} {path}, {state:?}, by {}", WHO[who]);
        }
    }
}
