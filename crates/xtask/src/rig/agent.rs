//! Owns an agent's console: it is ready, takes every chat that rings, answers each message of the visitor once, and closes
//! what has ended. What it has no acknowledgement for, it says again. It also looks at the list of open chats, as no console does, to
//! notice what it should have been told.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::book::Kind;
use super::crowd::{Link, Place};
use super::dice::Dice;
use super::view::View;
use crate::shop::Employee;

mod told;

use told::{LIST_MAX, Told};

/// How often what was not done is asked for again.
const AGAIN: Duration = Duration::from_secs(2);
/// An answer that takes longer means a dead connection.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const BEAT_EVERY: Duration = Duration::from_secs(5);
const TICK: Duration = Duration::from_millis(50);

/// A chat that this agent has taken.
struct Talk {
    view: Arc<Mutex<View>>,
    epoch: i64,
    /// The visitor's messages that were answered.
    answered: HashSet<String>,
    ended: bool,
}

/// An agent's console.
pub(super) struct Agent {
    place: Arc<Place>,
    who: String,
    employee: Employee,
    link: Link,
    talks: BTreeMap<String, Talk>,
    commands: u64,
    told: Told,
    /// The list was read since the connection began.
    listed: bool,
    /// When something was sent that is still to be answered.
    asked_at: Option<Instant>,
    retry_at: Option<Instant>,
    beat_at: Instant,
    looked_at: Instant,
}

impl Agent {
    pub(super) fn new(place: Arc<Place>, number: usize, employee: Employee, dice: Dice) -> Self {
        let link = Link::new(Arc::clone(&place), Kind::Agent, number, employee.caller.cookie.clone(), dice);
        let (now, told) = (Instant::now(), Told::new(&employee.id));
        Self {
            place,
            who: format!("agent {number}"),
            employee,
            link,
            talks: BTreeMap::new(),
            commands: 0,
            told,
            listed: false,
            asked_at: None,
            retry_at: None,
            beat_at: now,
            looked_at: now,
        }
    }

    /// Works until the place closes.
    pub(super) async fn work(mut self) {
        while !self.place.is_closed() {
            self.step().await;
        }
        self.link.leave().await;
    }

    async fn step(&mut self) {
        if !self.link.is_up() {
            self.asked_at = None;
            let hello = self.hello();
            if !self.link.try_up(&hello).await {
                return;
            }
            self.asked_at = Some(Instant::now());
        }
        if let Some(frame) = self.link.next(TICK).await {
            self.hear(&frame).await;
        }
        if self.link.is_up() {
            self.act().await;
        }
    }

    fn hello(&self) -> Value {
        let held = |(chat, talk): (&String, &Talk)| {
            let mut view = talk.view();
            view.resume();
            json!({ "id": chat, "after": view.last() })
        };
        let chats: Vec<_> = self.talks.iter().map(held).collect();
        json!({ "type": "hello", "v": 1, "chats": chats })
    }

    async fn hear(&mut self, frame: &Value) {
        match frame["type"].as_str().unwrap_or_default() {
            "welcome" => {
                self.link.welcomed();
                self.asked_at = None;
                self.be_ready(&frame["status"]).await;
                self.listed = false;
                self.catch_up().await;
                self.say_again().await;
            }
            "status" => self.be_ready(&frame["status"]).await,
            "chat" => self.chat(&frame["chat"]).await,
            "message" => self.message(frame).await,
            "ack" => self.acked(frame),
            "refused" => self.refused(frame),
            "echo" => self.asked_at = self.waits().then(Instant::now),
            _ => {}
        }
    }

    async fn be_ready(&mut self, status: &Value) {
        if status != "ready" {
            self.command(json!({ "type": "status", "status": "ready" })).await;
        }
    }

    async fn command(&mut self, mut frame: Value) {
        self.commands += 1;
        frame["ref"] = json!(self.commands.to_string());
        self.link.send(&frame).await;
    }

    /// Reads the chats that are open: the agent's own, and those that wait in their queues.
    async fn list(&mut self) -> Option<Vec<Value>> {
        let path = format!("/api/v1/chats?state=open&limit={LIST_MAX}");
        let list = self.employee.caller.read(self.link.address(), &path).await.ok();
        // What came meanwhile is heard before the next look.
        self.looked_at = Instant::now();
        list?["items"].as_array().cloned()
    }

    /// Takes up what the list shows, as a console does when it has its connection again: until it can be had.
    async fn catch_up(&mut self) {
        let Some(list) = self.list().await else { return };
        self.listed = true;
        self.told.begin(&list);
        for chat in &list {
            self.chat(chat).await;
        }
    }

    /// Does again what was told and not done, and notices what was not told.
    async fn look(&mut self) {
        if !self.listed {
            return self.catch_up().await;
        }
        let Some(list) = self.list().await else { return };
        let held = |id: &str| self.talks.get(id).map(|talk| talk.view().last());
        let look = self.told.look(&list, &held, Instant::now());
        for what in look.late {
            self.place.book.violated("X-3", format!("{}: was not told {what}", self.who));
        }
        for chat in &look.known {
            self.chat(chat).await;
        }
    }

    async fn chat(&mut self, chat: &Value) {
        self.told.tell(chat);
        if chat["agent"]["id"] != self.employee.id.as_str() {
            return;
        }
        let id = chat["id"].as_str().unwrap_or_default();
        match chat["state"].as_str().unwrap_or_default() {
            "ringing" => self.command(json!({ "type": "accept", "chat": id })).await,
            "active" => self.take(id, chat["owner_epoch"].as_i64().unwrap_or_default()).await,
            "ended" if chat["wrapped_up"] == false => {
                if let Some(talk) = self.talks.get_mut(id) {
                    talk.ended = true;
                }
                self.command(json!({ "type": "close", "chat": id })).await;
            }
            "ended" => drop(self.talks.remove(id)),
            _ => {}
        }
    }

    async fn take(&mut self, id: &str, epoch: i64) {
        self.place.book.owns(id, epoch, &self.who);
        if let Some(talk) = self.talks.get_mut(id) {
            talk.epoch = epoch;
            return;
        }
        let view = self.place.book.view(&self.who, "agent", id);
        self.talks.insert(id.to_owned(), Talk { view, epoch, answered: HashSet::new(), ended: false });
        self.link.send(&json!({ "type": "follow", "chat": id, "after": 0 })).await;
    }

    async fn message(&mut self, frame: &Value) {
        let chat = frame["chat"].as_str().unwrap_or_default();
        let Some(talk) = self.talks.get_mut(chat) else { return };
        let message = &frame["message"];
        let (_, wrong) = talk.view().message(message);
        if let Some(wrong) = wrong {
            self.place.book.violated("X-1", wrong);
        }
        let id = message["id"].as_str().unwrap_or_default();
        if message["from"] != "visitor" || talk.ended || !talk.answered.insert(id.to_owned()) {
            return;
        }
        self.place.book.delivered(id);
        let (answer, text) = (format!("re-{id}"), format!("Answer to {id}"));
        talk.view().say(&answer, &text);
        let epoch = talk.epoch;
        self.asked_at.get_or_insert_with(Instant::now);
        self.link.send(&say(chat, &answer, epoch, &text)).await;
    }

    fn acked(&mut self, frame: &Value) {
        let Some(talk) = frame["chat"].as_str().and_then(|chat| self.talks.get(chat)) else { return };
        let id = frame["id"].as_str().unwrap_or_default();
        let wrong = talk.view().ack(id, frame["seq"].as_i64().unwrap_or_default());
        self.place.book.acked(id);
        if let Some(wrong) = wrong {
            self.place.book.violated("X-1", wrong);
        }
        self.asked_at = self.waits().then(Instant::now);
    }

    fn refused(&mut self, frame: &Value) {
        let Some(id) = frame["id"].as_str() else { return };
        let code = frame["code"].as_str().unwrap_or_default();
        let again = self.talks.values().any(|talk| talk.view().refused(id, code));
        if again {
            self.retry_at = Some(Instant::now() + Duration::from_millis(500));
        }
        self.asked_at = self.waits().then(Instant::now);
    }

    fn waits(&self) -> bool {
        self.talks.values().any(|talk| talk.view().unacked().next().is_some())
    }

    async fn say_again(&mut self) {
        self.retry_at = None;
        let mut frames = Vec::new();
        for (chat, talk) in &self.talks {
            frames.extend(talk.view().unacked().map(|said| say(chat, &said.id, talk.epoch, &said.text)));
        }
        self.asked_at = (!frames.is_empty()).then(Instant::now);
        for frame in frames {
            self.link.send(&frame).await;
        }
    }

    async fn act(&mut self) {
        if self.asked_at.is_some_and(|at| at.elapsed() > ANSWER_WITHIN) {
            self.asked_at = None;
            self.link.lose();
            return;
        }
        if !self.link.is_welcomed() {
            return;
        }
        if self.retry_at.is_some_and(|at| at <= Instant::now()) {
            self.say_again().await;
        }
        if self.beat_at.elapsed() > BEAT_EVERY {
            self.beat_at = Instant::now();
            self.asked_at.get_or_insert_with(Instant::now);
            self.link.send(&json!({ "type": "echo" })).await;
        }
        if self.looked_at.elapsed() > AGAIN {
            self.look().await;
        }
    }
}

impl Talk {
    fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().expect("nobody panics with a view open")
    }
}

fn say(chat: &str, id: &str, epoch: i64, text: &str) -> Value {
    json!({ "type": "say", "chat": chat, "id": id, "epoch": epoch, "text": text })
}
