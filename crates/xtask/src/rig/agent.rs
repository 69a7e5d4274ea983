//! Owns an agent's console: it is ready, takes every chat that rings, answers each message of the visitor once, and closes
//! what has ended. What it has no acknowledgement for, it says again. It also looks at the list of its chats, as no console does, to
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

/// How often what was not done is asked for again.
const AGAIN: Duration = Duration::from_secs(2);
/// What the list has shown for this time is told on a connection that stands: nobody would see it otherwise.
const TOLD_WITHIN: Duration = Duration::from_secs(20);
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
    /// The state in which each chat was told last.
    told: BTreeMap<String, String>,
    /// What the list shows and was not told, and since when.
    untold: BTreeMap<String, Instant>,
    /// When something was sent that is still to be answered.
    asked_at: Option<Instant>,
    retry_at: Option<Instant>,
    beat_at: Instant,
    looked_at: Instant,
}

impl Agent {
    pub(super) fn new(place: Arc<Place>, number: usize, employee: Employee, dice: Dice) -> Self {
        let link = Link::new(Arc::clone(&place), Kind::Agent, number, employee.caller.cookie.clone(), dice);
        let now = Instant::now();
        Self {
            place,
            who: format!("agent {number}"),
            employee,
            link,
            talks: BTreeMap::new(),
            commands: 0,
            told: BTreeMap::new(),
            untold: BTreeMap::new(),
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
                for chat in self.list().await.unwrap_or_default() {
                    self.chat(&chat).await;
                }
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

    /// Reads the chats that are open, as a console does when it has its connection again.
    async fn list(&mut self) -> Option<Vec<Value>> {
        self.looked_at = Instant::now();
        self.untold.clear();
        let path = "/api/v1/chats?mine=true&limit=200";
        let list = self.employee.caller.read(self.link.address(), path).await.ok()?;
        list["items"].as_array().cloned()
    }

    /// Does again what was told and not done, and notices what was not told.
    async fn look(&mut self) {
        let before = self.untold.clone();
        for chat in self.list().await.unwrap_or_default() {
            let Some(what) = self.find_untold(&chat) else {
                self.chat(&chat).await;
                continue;
            };
            let since = before.get(&what).copied().unwrap_or_else(Instant::now);
            if since.elapsed() > TOLD_WITHIN {
                self.place.book.violated("X-3", format!("{}: was not told {what}", self.who));
                self.chat(&chat).await;
            } else {
                self.untold.insert(what, since);
            }
        }
    }

    fn find_untold(&self, chat: &Value) -> Option<String> {
        let id = chat["id"].as_str()?;
        let state = chat["state"].as_str().filter(|state| ["ringing", "active", "ended"].contains(state))?;
        if self.told.get(id).is_none_or(|told| told != state) {
            return Some(format!("that chat {id} is {state}"));
        }
        let next = self.talks.get(id)?.view().last() + 1;
        (next <= chat["last_seq"].as_i64()?).then(|| format!("message {next} of chat {id}"))
    }

    async fn chat(&mut self, chat: &Value) {
        if chat["agent"]["id"] != self.employee.id.as_str() {
            return;
        }
        let id = chat["id"].as_str().unwrap_or_default();
        self.told.insert(id.to_owned(), chat["state"].as_str().unwrap_or_default().to_owned());
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
