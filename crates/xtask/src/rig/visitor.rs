//! Owns a visitor's browser: it comes, answers an offer or asks for a chat, says a few things, ends the chat, reads it
//! once more from the beginning, and comes again as somebody else. What it has no acknowledgement for, it says again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::book::{Kind, Offered};
use super::crowd::{Link, Place};
use super::dice::Dice;
use super::view::View;

mod life;
mod promise;

use life::{Answer, Life, Stage};
use promise::Promise;

/// A wish to chat that was not answered for this time counts as failed, and the visitor presses the button again.
const ASKING_MAX: Duration = Duration::from_secs(15);
/// An acknowledgement that takes longer means a dead connection.
const ACK_WITHIN: Duration = Duration::from_secs(10);
/// Nobody stays longer than this for one chat.
const STAY_MAX: Duration = Duration::from_secs(90);
/// After a refusal that is not for good.
const RETRY_AFTER: Duration = Duration::from_millis(500);
const BEAT_EVERY: Duration = Duration::from_secs(2);
const TICK: Duration = Duration::from_millis(50);

/// A visitor's browser.
pub(super) struct Visitor {
    place: Arc<Place>,
    who: String,
    dice: Dice,
    link: Link,
    life: Life,
    lives: u64,
    beat_at: Instant,
    came_at: Instant,
}

impl Visitor {
    pub(super) fn new(place: Arc<Place>, number: u64, mut dice: Dice) -> Self {
        let node = usize::try_from(number).unwrap_or_default();
        let link = Link::new(Arc::clone(&place), Kind::Visitor, node, String::new(), dice.split(1));
        let life = Life::begin(&mut dice, Duration::ZERO);
        let now = Instant::now();
        Self {
            place,
            who: format!("visitor {number}"),
            dice,
            link,
            life,
            lives: 0,
            beat_at: now,
            came_at: now,
        }
    }

    /// Comes again and again, until the place closes.
    pub(super) async fn browse(mut self) {
        while !self.place.is_closing() {
            self.life = Life::begin(&mut self.dice, self.came_at.elapsed());
            self.lives += 1;
            while !self.is_over() {
                self.step().await;
            }
            self.link.leave().await;
        }
    }

    fn is_over(&self) -> bool {
        let life = &self.life;
        life.over || (life.chat.is_none() && life.stage != Stage::Asking && self.place.is_closing())
    }

    async fn step(&mut self) {
        if !self.link.is_up() {
            let hello = self.hello();
            if !self.link.try_up(&hello).await {
                return;
            }
        }
        let frame = self.link.next(TICK).await;
        if let Some(frame) = frame {
            self.hear(&frame).await;
        }
        if self.link.is_welcomed() {
            self.act().await;
        }
    }

    fn hello(&self) -> Value {
        let path = if self.life.plan.offers { "/product/oslo-chair" } else { "/about" };
        let mut hello = self.place.shop.hello(path);
        if let Some(token) = &self.life.token {
            hello["token"] = json!(token);
        }
        if let (Some(chat), Some(mut view)) = (&self.life.chat, self.life.view()) {
            view.resume();
            hello["chat"] = json!({ "id": chat, "after": view.last() });
        }
        hello
    }

    async fn hear(&mut self, frame: &Value) {
        match frame["type"].as_str().unwrap_or_default() {
            "welcome" => self.welcome(frame).await,
            "offer" => self.offered(&frame["offer"]),
            "settled" => self.settled(frame),
            "chat" => self.chat(&frame["chat"]),
            "message" => self.message(frame),
            "ack" => self.acked(frame),
            "reset" => {
                if let Some(mut view) = self.life.view_of(&frame["chat"]) {
                    view.reset();
                }
            }
            "refused" => self.refused(frame),
            // A server that has too much to do is asked again: of what was asked before something may yet come.
            "alternative" if frame["reason"] == "overloaded" => self.life.promise.refused(Instant::now()),
            "alternative" => self.life.over = true,
            _ => {}
        }
    }

    async fn welcome(&mut self, welcome: &Value) {
        self.link.welcomed();
        let token = welcome["token"].as_str().unwrap_or_default().to_owned();
        if let Some(before) = self.life.token.replace(token.clone()).filter(|before| *before != token) {
            let what = format!("{}: the token {before:.8} is not known any more", self.who);
            self.place.book.violated("X-1", what);
            self.life.over = true;
            return;
        }
        self.life.promise = Promise::default();
        if welcome["chat"].is_object() {
            self.chat(&welcome["chat"]);
        } else if let Some(chat) = &self.life.chat {
            self.place.book.violated("X-3", format!("{}: chat {chat} is not known any more", self.who));
            self.life.over = true;
        }
        if welcome["offer"].is_object() {
            self.offered(&welcome["offer"]);
        } else {
            self.without_offer();
        }
        self.say_again().await;
    }

    fn offered(&mut self, offer: &Value) {
        let id = offer["id"].as_str().unwrap_or_default().to_owned();
        let folded = offer["folded"] == true;
        let shown = Offered {
            to: format!("{}, for the {}. time", self.who, self.lives),
            presented_at: offer["presented_at"].as_i64().unwrap_or_default(),
            folded,
            over: self.life.offer.clone().filter(|open| *open != id),
        };
        self.place.book.offered(&id, shown);
        self.life.offer = Some(id);
        // A chat may have been asked for before the offer came: then nobody refuses it or goes, for the chat must be ended.
        if self.life.stage != Stage::Looking {
            return;
        }
        match self.life.plan.answer {
            Answer::Accept => self.life.stage = Stage::Asking,
            // A folded one has its outcome; there is nothing left to say no to.
            Answer::Reject => self.life.over |= folded,
            Answer::Leave => self.life.over = true,
        }
    }

    /// A welcome without the offer that was before this visitor: either it has its outcome, or it was forgotten (O-9).
    fn without_offer(&mut self) {
        let Some(id) = &self.life.offer else { return };
        self.place.book.missed(&self.who, id);
        if self.life.stage == Stage::Looking {
            self.life.over |= self.life.plan.answer == Answer::Reject;
            self.life.offer = None;
        }
    }

    fn settled(&mut self, frame: &Value) {
        let id = frame["presentation"].as_str().unwrap_or_default();
        let outcome = frame["outcome"].as_str().unwrap_or_default();
        self.place.book.settled(id, outcome);
        if self.life.offer.as_deref() == Some(id) {
            // With an offer that is gone, the visitor asks by themselves or has had enough; after a yes the chat is on its way.
            if self.life.stage != Stage::Asking || outcome != "accepted" {
                self.life.offer = None;
            }
            self.life.over |= outcome == "rejected" && self.life.stage == Stage::Looking;
        }
    }

    fn chat(&mut self, chat: &Value) {
        let id = chat["id"].as_str().unwrap_or_default();
        if self.life.chat.is_none() {
            self.life.chat = Some(id.to_owned());
            self.life.view = Some(self.place.book.view(&self.who, "visitor", id));
        }
        if self.life.chat.as_deref() != Some(id) {
            self.place
                .book
                .violated("X-2", format!("{}: has the chats {:?} and {id}", self.who, self.life.chat));
            return;
        }
        let stage = match chat["state"].as_str().unwrap_or_default() {
            "active" if self.life.stage == Stage::Ending => Stage::Ending,
            "active" => Stage::Talking,
            "ended" => Stage::Ended,
            _ if self.life.stage == Stage::Ending => Stage::Ending,
            _ => Stage::Waiting,
        };
        self.life.form = chat["state"] == "form";
        self.life.stage = stage;
    }

    fn message(&mut self, frame: &Value) {
        if self.life.chat.as_deref().is_some_and(|own| frame["chat"] != own) {
            let what = format!("{}: is told a message of chat {}", self.who, frame["chat"]);
            self.place.book.violated("X-6", what);
        }
        let Some(mut view) = self.life.view_of(&frame["chat"]) else { return };
        let message = &frame["message"];
        let (_, wrong) = view.message(message);
        drop(view);
        if let Some(wrong) = wrong {
            self.place.book.violated("X-1", wrong);
        }
        if message["from"] == "agent" {
            self.life.answers += 1;
            self.place.book.delivered(message["id"].as_str().unwrap_or_default());
        }
    }

    fn acked(&mut self, frame: &Value) {
        let Some(mut view) = self.life.view_of(&frame["chat"]) else { return };
        let id = frame["id"].as_str().unwrap_or_default();
        let wrong = view.ack(id, frame["seq"].as_i64().unwrap_or_default());
        let waits = view.unacked().next().is_some();
        drop(view);
        self.life.said_at = waits.then(Instant::now);
        self.place.book.acked(id);
        if let Some(wrong) = wrong {
            self.place.book.violated("X-1", wrong);
        }
    }

    fn refused(&mut self, frame: &Value) {
        let code = frame["code"].as_str().unwrap_or_default();
        let Some(id) = frame["id"].as_str().filter(|id| self.life.has_said(id)) else {
            // Not a message, but what was asked for.
            if code == "unavailable" {
                self.life.promise.refused(Instant::now());
            }
            return;
        };
        let Some(mut view) = self.life.view() else { return };
        let again = view.refused(id, code);
        let waits = view.unacked().next().is_some();
        drop(view);
        self.life.said_at = waits.then(Instant::now);
        if again {
            self.life.retry_at = Some(Instant::now() + RETRY_AFTER);
        }
    }

    /// What has no acknowledgement, again, in the order of writing.
    async fn say_again(&mut self) {
        self.life.retry_at = None;
        let frames = self.life.unacked();
        self.life.said_at = (!frames.is_empty()).then(Instant::now);
        for frame in frames {
            self.link.send(&frame).await;
        }
    }

    async fn act(&mut self) {
        if self.beat_at.elapsed() > BEAT_EVERY {
            self.beat_at = Instant::now();
            self.link.send(&json!({ "type": "beat" })).await;
        }
        if self.life.said_at.is_some_and(|at| at.elapsed() > ACK_WITHIN) {
            self.life.said_at = None;
            self.link.lose();
            return;
        }
        if self.life.retry_at.is_some_and(|at| at <= Instant::now()) {
            self.say_again().await;
        }
        let tired = self.life.began_at.elapsed() > STAY_MAX || self.place.is_closing();
        match self.life.stage {
            Stage::Looking => self.look().await,
            // A chat that was asked for may come late: nobody goes without having ended it.
            Stage::Asking => self.ask().await,
            Stage::Waiting | Stage::Talking if tired => self.life.stage = Stage::Ending,
            Stage::Waiting if self.life.form => self.send_form().await,
            Stage::Waiting => {}
            Stage::Talking => self.talk().await,
            Stage::Ending => self.end().await,
            Stage::Ended => self.read_all().await,
        }
    }

    async fn look(&mut self) {
        if let (Answer::Reject, Some(offer)) = (self.life.plan.answer, &self.life.offer) {
            let no = json!({ "type": "reject", "presentation": offer });
            return self.promise(&no).await;
        }
        let waited = if self.life.plan.offers { Duration::from_secs(6) } else { Duration::from_millis(100) };
        if self.life.offer.is_none() && self.life.began_at.elapsed() > waited {
            self.life.stage = Stage::Asking;
        }
    }

    /// Says what is wanted, unless it was said on this connection.
    async fn promise(&mut self, word: &Value) {
        if self.life.promise.is_due(word, Instant::now()) {
            self.link.send(word).await;
        }
    }

    async fn ask(&mut self) {
        self.life.promise.forget_after(ASKING_MAX, Instant::now());
        let wish = match &self.life.offer {
            Some(offer) => json!({ "type": "accept", "presentation": offer }),
            None => json!({ "type": "open_chat" }),
        };
        self.promise(&wish).await;
    }

    async fn send_form(&mut self) {
        let answers = json!({ "name": "A visitor" });
        let form = json!({ "type": "send_form", "chat": self.life.chat, "answers": answers });
        self.promise(&form).await;
    }

    async fn talk(&mut self) {
        let said = self.life.view().map_or(0, |view| view.said.len());
        if said < self.life.plan.messages {
            if Instant::now() >= self.life.next_say_at {
                self.say(said).await;
            }
            return;
        }
        let answered = self.life.answers >= 1 || self.life.next_say_at.elapsed() > Duration::from_secs(8);
        if self.life.said_at.is_none() && answered {
            self.life.stage = Stage::Ending;
        }
    }

    /// One to three messages at once, without waiting for the acknowledgement in between.
    async fn say(&mut self, said: usize) {
        let burst = self.dice.between(1, 3);
        let pause_ms = self.place.pace * self.dice.between(20, 300);
        self.life.next_say_at = Instant::now() + Duration::from_millis(pause_ms);
        self.life.said_at = Some(Instant::now());
        for more in 0..burst {
            let id = format!(
                "{}-{}-{}",
                self.who.replace(' ', ""),
                self.lives,
                said + usize::try_from(more).unwrap_or(0)
            );
            let text = format!("Message {id}");
            let Some(chat) = self.life.chat.clone() else { return };
            if let Some(mut view) = self.life.view() {
                view.say(&id, &text);
            }
            self.link.send(&json!({ "type": "say", "chat": chat, "id": id, "text": text })).await;
        }
    }

    async fn end(&mut self) {
        let end = json!({ "type": "end_chat", "chat": self.life.chat });
        self.promise(&end).await;
    }

    /// A browser that has nothing is told the whole chat.
    async fn read_all(&mut self) {
        self.link.leave().await;
        let (Some(chat), Some(view)) = (self.life.chat.clone(), self.life.view.clone()) else { return };
        let mut hello = self.place.shop.hello("/about");
        hello["token"] = json!(self.life.token);
        hello["chat"] = json!({ "id": chat, "after": 0 });
        if !self.link.try_up(&hello).await {
            return;
        }
        let mut again = View::new(&self.who, "visitor", &chat);
        let deadline = Instant::now() + Duration::from_secs(5);
        let mut last = i64::MAX;
        while again.last() < last && Instant::now() < deadline && self.link.is_up() {
            let Some(frame) = self.link.next(TICK).await else { continue };
            match frame["type"].as_str().unwrap_or_default() {
                "welcome" => {
                    self.link.welcomed();
                    last = frame["chat"]["last_seq"].as_i64().unwrap_or_default();
                }
                "message" => drop(again.message(&frame["message"])),
                _ => {}
            }
        }
        if again.last() < last {
            return;
        }
        let mut view = view.lock().expect("nobody panics with a view open");
        for (seq, shown) in &view.held {
            if again.held.get(seq) != Some(shown) {
                let what = format!("{}: message {seq} of chat {chat} is not there after the end", self.who);
                self.place.book.violated("X-1", what);
            }
        }
        view.held = again.held;
        view.complete = true;
        self.life.over = true;
    }
}
