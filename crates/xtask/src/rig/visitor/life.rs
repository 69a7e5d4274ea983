//! Owns one life of a visitor: what it came for, where it stands, and what it holds. What is done with it stands in `visitor`.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::promise::Promise;
use crate::rig::dice::Dice;
use crate::rig::view::{Said, View};

/// Where a visitor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
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
pub(super) struct Plan {
    pub(super) offers: bool,
    pub(super) answer: Answer,
    pub(super) messages: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Accept,
    Reject,
    /// Leaves without a word.
    Leave,
}

/// One life of a visitor.
pub(super) struct Life {
    pub(super) plan: Plan,
    pub(super) began_at: Instant,
    pub(super) stage: Stage,
    pub(super) token: Option<String>,
    pub(super) offer: Option<String>,
    pub(super) chat: Option<String>,
    /// The chat waits for its form.
    pub(super) form: bool,
    pub(super) view: Option<Arc<Mutex<View>>>,
    /// The answer, the wish, the form or the end, whichever is to be said now.
    pub(super) promise: Promise,
    pub(super) said_at: Option<Instant>,
    pub(super) retry_at: Option<Instant>,
    pub(super) next_say_at: Instant,
    pub(super) answers: usize,
    pub(super) over: bool,
}

impl Life {
    /// Offers are left unanswered for so long only in the beginning: each takes 14 s until it is settled.
    pub(super) fn begin(dice: &mut Dice, since_came: Duration) -> Self {
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
            form: false,
            view: None,
            promise: Promise::default(),
            said_at: None,
            retry_at: None,
            next_say_at: now,
            answers: 0,
            over: false,
        }
    }

    pub(super) fn view(&self) -> Option<MutexGuard<'_, View>> {
        self.view.as_ref().map(|view| view.lock().expect("nobody panics with a view open"))
    }

    /// The view, if this is the chat it is of.
    pub(super) fn view_of(&self, chat: &Value) -> Option<MutexGuard<'_, View>> {
        self.chat.as_deref().filter(|own| chat == own)?;
        self.view()
    }

    /// Whether this is the id of a message that was written here.
    pub(super) fn has_said(&self, id: &str) -> bool {
        self.view().is_some_and(|view| view.said.iter().any(|said| said.id == id))
    }

    pub(super) fn unacked(&self) -> Vec<Value> {
        let frame =
            |said: &Said| json!({ "type": "say", "chat": self.chat, "id": said.id, "text": said.text });
        self.view().map(|view| view.unacked().map(frame).collect()).unwrap_or_default()
    }
}
