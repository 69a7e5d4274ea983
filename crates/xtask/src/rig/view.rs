//! Owns what one client saw of one chat: what it said, what was acknowledged, and every message it was shown. It notices at
//! once what contradicts itself; what contradicts the database is found by `judge`.

use std::collections::BTreeMap;

use serde_json::Value;

/// A message that a client wrote.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) id: String,
    pub(super) text: String,
    /// It was refused at least once, so that the person saw it fail and sent it again later than what followed.
    pub(super) refused: bool,
    /// It was refused for good; nothing was promised.
    pub(super) given_up: bool,
    /// Its number, once acknowledged.
    pub(super) acked: Option<i64>,
}

/// A message that a client was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) from: String,
    pub(super) id: String,
    pub(super) text: String,
}

/// One client's side of one chat.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// Who: `visitor 3`, `agent 1`.
    pub(super) who: String,
    /// `visitor` or `agent`, as in the stored messages.
    pub(super) side: &'static str,
    pub(super) chat: String,
    /// In the order of writing.
    pub(super) said: Vec<Said>,
    /// By number.
    pub(super) held: BTreeMap<i64, Shown>,
    /// It was read to its end after the chat had ended: nothing may be missing.
    pub(super) complete: bool,
    /// The number of the last message frame on this connection.
    told: i64,
}

impl View {
    pub(super) fn new(who: &str, side: &'static str, chat: &str) -> Self {
        Self {
            who: who.to_owned(),
            side,
            chat: chat.to_owned(),
            said: Vec::new(),
            held: BTreeMap::new(),
            complete: false,
            told: 0,
        }
    }

    /// The last message up to which nothing is missing.
    pub(super) fn last(&self) -> i64 {
        let mut last = 0;
        while self.held.contains_key(&(last + 1)) {
            last += 1;
        }
        last
    }

    /// What has no acknowledgement yet, in the order of writing.
    pub(super) fn unacked(&self) -> impl Iterator<Item = &Said> {
        self.said.iter().filter(|said| said.acked.is_none() && !said.given_up)
    }

    /// Writes something that is to be sent.
    pub(super) fn say(&mut self, id: &str, text: &str) {
        let (id, text) = (id.to_owned(), text.to_owned());
        self.said.push(Said { id, text, refused: false, given_up: false, acked: None });
    }

    /// A message was refused. Yields whether it is to be sent again.
    pub(super) fn refused(&mut self, id: &str, code: &str) -> bool {
        let Some(at) = self.said.iter().position(|said| said.id == id) else { return false };
        let mut said = self.said.remove(at);
        let again = code == "unavailable";
        said.refused = true;
        said.given_up = !again;
        self.said.push(said);
        again
    }

    /// A new connection: what it tells begins after [`Self::last`].
    pub(super) fn resume(&mut self) {
        self.told = self.last();
    }

    /// The server says: forget the messages, all of them follow.
    pub(super) fn reset(&mut self) {
        self.held.clear();
        self.told = 0;
    }

    /// A message frame. Yields its number, and what is wrong with it.
    pub(super) fn message(&mut self, message: &Value) -> (i64, Option<String>) {
        let text = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
        let seq = message["seq"].as_i64().unwrap_or_default();
        let shown = Shown { from: text("from"), id: text("id"), text: text("text") };
        // What comes again is recognised by its number, as the widget does it.
        let is_late = seq < self.told && !self.held.contains_key(&seq);
        let out_of_order = is_late.then(|| {
            format!("{} was told message {seq} of chat {} after {}", self.who, self.chat, self.told)
        });
        self.told = self.told.max(seq);
        (seq, self.hold(seq, shown).or(out_of_order))
    }

    /// An acknowledgement. Yields what is wrong with it.
    pub(super) fn ack(&mut self, id: &str, seq: i64) -> Option<String> {
        let said = self.said.iter_mut().find(|said| said.id == id)?;
        let before = said.acked.replace(seq);
        let shown = Shown { from: self.side.to_owned(), id: id.to_owned(), text: said.text.clone() };
        if let Some(before) = before.filter(|before| *before != seq) {
            return Some(format!("{}: message {id} was acknowledged as {before} and as {seq}", self.who));
        }
        self.hold(seq, shown)
    }

    fn hold(&mut self, seq: i64, shown: Shown) -> Option<String> {
        if let Some(held) = self.held.get(&seq).filter(|held| **held != shown) {
            return Some(format!(
                "{}: number {seq} of chat {} is {held:?} and {shown:?}",
                self.who, self.chat
            ));
        }
        let twice = self.held.iter().find(|(at, held)| {
            **at != seq && !held.id.is_empty() && held.id == shown.id && held.from == shown.from
        });
        if let Some((at, _)) = twice {
            return Some(format!(
                "{}: message {} of chat {} came as {at} and as {seq}",
                self.who, shown.id, self.chat
            ));
        }
        self.held.insert(seq, shown);
        None
    }
}
