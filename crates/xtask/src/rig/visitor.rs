//! Owns a visitor's browser: it comes, answers an offer or asks for a chat, says a few things, ends the chat, reads it
//! once more from the beginning, and comes again as somebody else. What it has no acknowledgement for, it says again.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::book::Kind;
use super::crowd::{Link, Place};
use super::dice::Dice;
use super::view::{Said, View};

/// How often a browser that waits for something asks for it again.
const AGAIN: Duration = Duration::from_secs(3);
/// An acknowledgement that takes longer means a dead connection.
const ACK_WITHIN: Duration = Duration::from_secs(10);
/// Nobody stays longer than this for one chat.
const STAY_MAX: Duration = Duration::from_secs(90);
/// After a refusal that is not for good.
const RETRY_AFTER: Duration = Duration::from_millis(500);
const BEAT_EVERY: Duration = Duration::from_secs(2);
const TICK: Duration = Duration::from_millis(50);

/// Where a visitor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// On a page, with nothing.
    Looking,
    /// An offer was accepted, or a chat asked for.
    Asking,
    /// The chat waits for an agent, or for the form.
    Waiting,
    Talking,
    Ending,
    Ended,
}

/// What this visitor came for.
#[derive(Clone, Debug)]
struct Plan {
    offers: bool,
    answer: Answer,
    messages: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Accept,
    Reject,
    /// Leaves without a word.
    Leave,
}

/// One life of a visitor.
struct Life {
    plan: Plan,
    began_at: Instant,
    stage: Stage,
    token: Option<String>,
    offer: Option<String>,
    chat: Option<String>,
    view: Option<Arc<Mutex<View>>>,
    asked_at: Option<Instant>,
    said_at: Option<Instant>,
    retry_at: Option<Instant>,
    next_say_at: Instant,
    answers: usize,
    over: bool,
}

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
            "offer" => self.offered(&frame["offer"]).await,
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
            "alternative" => self.life.over |= frame["reason"] != "overloaded",
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
        self.life.asked_at = None;
        if welcome["chat"].is_object() {
            self.chat(&welcome["chat"]);
        } else if let Some(chat) = &self.life.chat {
            self.place.book.violated("X-3", format!("{}: chat {chat} is not known any more", self.who));
            self.life.over = true;
        }
        if welcome["offer"].is_object() {
            self.offered(&welcome["offer"]).await;
        }
        self.say_again().await;
    }

    async fn offered(&mut self, offer: &Value) {
        let id = offer["id"].as_str().unwrap_or_default().to_owned();
        let over = self.life.offer.clone().filter(|open| *open != id);
        self.place.book.offered(&id, offer["presented_at"].as_i64().unwrap_or_default(), over);
        if self.life.offer.as_ref() == Some(&id) && self.life.stage == Stage::Asking {
            // Answered already; the answer may have been lost, and is given again.
            self.life.asked_at = None;
        }
        self.life.offer = Some(id.clone());
        // A chat may have been asked for before the offer came: then nobody refuses it or goes, for the chat must be ended.
        if self.life.stage != Stage::Looking {
            return;
        }
        match self.life.plan.answer {
            Answer::Accept => self.life.stage = Stage::Asking,
            Answer::Reject => {
                self.link.send(&json!({ "type": "reject", "presentation": id })).await;
            }
            Answer::Leave => self.life.over = true,
        }
    }

    fn settled(&mut self, frame: &Value) {
        let id = frame["presentation"].as_str().unwrap_or_default();
        let outcome = frame["outcome"].as_str().unwrap_or_default();
        self.place.book.settled(id, outcome);
        if self.life.offer.as_deref() == Some(id) {
            self.life.offer = None;
            // With an offer that is gone, the visitor asks by themselves or has had enough.
            if self.life.stage == Stage::Asking && outcome != "accepted" {
                self.life.asked_at = None;
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
        if chat["form"].is_array() && chat["state"] == "form" && self.life.stage != Stage::Waiting {
            self.life.asked_at = None;
        }
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
        let (Some(id), Some(mut view)) = (frame["id"].as_str(), self.life.view()) else { return };
        let again = view.refused(id, frame["code"].as_str().unwrap_or_default());
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
            Stage::Looking => self.look(),
            // A chat that was asked for may come late: nobody goes without having ended it.
            Stage::Asking => self.ask().await,
            Stage::Waiting | Stage::Talking if tired => self.life.stage = Stage::Ending,
            Stage::Waiting => self.send_form().await,
            Stage::Talking => self.talk().await,
            Stage::Ending => self.end().await,
            Stage::Ended => self.read_all().await,
        }
    }

    fn look(&mut self) {
        let waited = if self.life.plan.offers { Duration::from_secs(6) } else { Duration::from_millis(100) };
        if self.life.offer.is_none() && self.life.began_at.elapsed() > waited {
            self.life.stage = Stage::Asking;
        }
    }

    /// Whether it is time to ask again for what this stage waits for.
    fn again(&mut self) -> bool {
        let again = self.life.asked_at.is_none_or(|at| at.elapsed() > AGAIN);
        if again {
            self.life.asked_at = Some(Instant::now());
        }
        again
    }

    async fn ask(&mut self) {
        if self.again() {
            let frame = match &self.life.offer {
                Some(offer) => json!({ "type": "accept", "presentation": offer }),
                None => json!({ "type": "open_chat" }),
            };
            self.link.send(&frame).await;
        }
    }

    async fn send_form(&mut self) {
        if self.again() {
            let answers = json!({ "name": "A visitor" });
            self.link.send(&json!({ "type": "send_form", "chat": self.life.chat, "answers": answers })).await;
        }
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
            self.life.asked_at = None;
        }
    }

    /// One to three messages at once, without waiting for the acknowledgement in between.
    async fn say(&mut self, said: usize) {
        let burst = self.dice.between(1, 3);
        self.life.next_say_at = Instant::now() + Duration::from_millis(self.dice.between(20, 300));
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
        if self.again() {
            self.link.send(&json!({ "type": "end_chat", "chat": self.life.chat })).await;
        }
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

impl Life {
    /// Offers are left unanswered for so long only in the beginning: each takes 14 s until it is settled.
    fn begin(dice: &mut Dice, since_came: Duration) -> Self {
        let answer = match dice.below(10) {
            0..=5 => Answer::Accept,
            6..=7 => Answer::Reject,
            _ if since_came.as_secs() % 60 < 5 => Answer::Leave,
            _ => Answer::Accept,
        };
        let messages = usize::try_from(dice.between(3, 10)).unwrap_or(3);
        let now = Instant::now();
        Self {
            plan: Plan { offers: dice.percent(50), answer, messages },
            began_at: now,
            stage: Stage::Looking,
            token: None,
            offer: None,
            chat: None,
            view: None,
            asked_at: None,
            said_at: None,
            retry_at: None,
            next_say_at: now,
            answers: 0,
            over: false,
        }
    }

    fn view(&self) -> Option<MutexGuard<'_, View>> {
        self.view.as_ref().map(|view| view.lock().expect("nobody panics with a view open"))
    }

    /// The view, if this is the chat it is of.
    fn view_of(&self, chat: &Value) -> Option<MutexGuard<'_, View>> {
        self.chat.as_deref().filter(|own| chat == own)?;
        self.view()
    }

    fn unacked(&self) -> Vec<Value> {
        let frame =
            |said: &Said| json!({ "type": "say", "chat": self.chat, "id": said.id, "text": said.text });
        self.view().map(|view| view.unacked().map(frame).collect()).unwrap_or_default()
    }
}
