//! Owns what an agent's console was told of the chats that concern it, and holds it against the list of open chats: who waits in
//! a queue that the agent serves, and what is the agent's. Reads and says nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::Value;

/// What the list has shown for this time is told on a connection that stands: nobody would see it otherwise.
const TOLD_WITHIN: Duration = Duration::from_secs(20);
/// A list of so many chats is not the whole list.
pub(super) const LIST_MAX: usize = 200;

/// What one console was told.
#[derive(Debug)]
pub(super) struct Told {
    /// The agent.
    me: String,
    /// Each chat that waits for the agent or is theirs, with the state that was told last.
    chats: BTreeMap<String, String>,
    /// What the list shows and was not told, and since when.
    untold: BTreeMap<String, Instant>,
}

/// What a look at the list came to.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// What should have been told for long, in words.
    pub(super) late: Vec<String>,
    /// The chats that need not be told any more.
    pub(super) known: Vec<Value>,
}

impl Told {
    pub(super) fn new(me: &str) -> Self {
        Self { me: me.to_owned(), chats: BTreeMap::new(), untold: BTreeMap::new() }
    }

    /// A console that has its connection again has read the list, which tells everything.
    pub(super) fn begin(&mut self, list: &[Value]) {
        self.chats.clear();
        self.untold.clear();
        for chat in list {
            self.tell(chat);
        }
    }

    /// The console is told of a chat.
    pub(super) fn tell(&mut self, chat: &Value) {
        let Some(id) = chat["id"].as_str() else { return };
        match self.state_of(chat) {
            Some(state) => drop(self.chats.insert(id.to_owned(), state.to_owned())),
            None => drop(self.chats.remove(id)),
        }
    }

    /// Holds the list against what was told. `held` yields the last message of a chat of the agent that the console has.
    pub(super) fn look(&mut self, list: &[Value], held: &impl Fn(&str) -> Option<i64>, now: Instant) -> Look {
        let before = std::mem::take(&mut self.untold);
        let mut look = Look::default();
        for chat in list {
            let Some(what) = self.find_untold(chat, held) else {
                look.known.push(chat.clone());
                continue;
            };
            if self.is_late(&before, &what, now) {
                look.late.push(what);
                look.known.push(chat.clone());
            }
        }
        for id in self.gone(list) {
            let what = format!("what became of chat {id}");
            if self.is_late(&before, &what, now) {
                self.chats.remove(&id);
                look.late.push(what);
            }
        }
        look
    }

    /// The state of a chat that waits for the agent or is theirs; none for another's, and for one that was closed.
    fn state_of<'a>(&self, chat: &'a Value) -> Option<&'a str> {
        let state = chat["state"].as_str()?;
        let is_mine = chat["agent"]["id"] == self.me.as_str();
        let concerns = match state {
            "queued" => chat["agent"].is_null(),
            "ringing" | "active" => is_mine,
            "ended" => is_mine && chat["wrapped_up"] == false,
            _ => false,
        };
        concerns.then_some(state)
    }

    fn find_untold(&self, chat: &Value, held: &impl Fn(&str) -> Option<i64>) -> Option<String> {
        let id = chat["id"].as_str()?;
        let state = self.state_of(chat)?;
        if self.chats.get(id).is_none_or(|told| told != state) {
            return Some(format!("that chat {id} is {state}"));
        }
        if state == "queued" {
            return None;
        }
        let next = held(id)? + 1;
        (next <= chat["last_seq"].as_i64()?).then(|| format!("message {next} of chat {id}"))
    }

    /// What was told and the list does not show any more: it was taken, has left the agent, or is closed.
    fn gone(&self, list: &[Value]) -> Vec<String> {
        if list.len() >= LIST_MAX {
            return Vec::new();
        }
        let listed: BTreeSet<&str> = list.iter().filter_map(|chat| chat["id"].as_str()).collect();
        self.chats.keys().filter(|id| !listed.contains(id.as_str())).cloned().collect()
    }

    /// Whether it has been untold for too long; otherwise it is kept in mind.
    fn is_late(&mut self, before: &BTreeMap<String, Instant>, what: &str, now: Instant) -> bool {
        let since = before.get(what).copied().unwrap_or(now);
        let is_late = now.duration_since(since) > TOLD_WITHIN;
        if !is_late {
            self.untold.insert(what.to_owned(), since);
        }
        is_late
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chat(state: &str, agent: Option<&str>) -> Value {
        json!({ "id": "c", "state": state, "agent": agent.map(|id| json!({ "id": id })),
                "wrapped_up": false, "last_seq": 2 })
    }

    /// What is late when the list shows this for long.
    fn late(told: &mut Told, list: &[Value], held: i64) -> Vec<String> {
        let now = Instant::now();
        let first = told.look(list, &|_| Some(held), now);
        assert_eq!(first.late, [""; 0], "it may be on its way");
        told.look(list, &|_| Some(held), now + TOLD_WITHIN * 2).late
    }

    // spec: X-3
    #[test]
    fn what_waits_or_is_the_agents_and_was_not_told_is_found() {
        for shown in [chat("queued", None), chat("ringing", Some("me")), chat("ended", Some("me"))] {
            let list = [shown];
            let mut told = Told::new("me");
            assert_eq!(late(&mut told, &list, 2).len(), 1, "{list:?}");
            told.tell(&list[0]);
            assert_eq!(late(&mut told, &list, 2), [""; 0]);
        }
        let of_others = [chat("form", None), chat("active", Some("other"))];
        assert_eq!(late(&mut Told::new("me"), &of_others, 2), [""; 0]);
    }

    // spec: X-3
    #[test]
    fn what_has_left_the_agent_untold_is_found() {
        let mut told = Told::new("me");
        told.begin(&[chat("active", Some("me"))]);
        assert_eq!(late(&mut told, &[], 2), ["what became of chat c"]);
        told.tell(&chat("active", Some("me")));
        assert_eq!(late(&mut told, &[chat("queued", None)], 2), ["that chat c is queued"]);
        told.tell(&chat("active", Some("other")));
        assert_eq!(late(&mut told, &[], 2), [""; 0], "it was told");
    }

    // spec: X-3
    #[test]
    fn a_message_that_was_not_told_is_found_and_a_new_connection_begins_anew() {
        let list = [chat("active", Some("me"))];
        let mut told = Told::new("me");
        told.begin(&list);
        assert_eq!(late(&mut told, &list, 1), ["message 2 of chat c"]);
        let now = Instant::now();
        told.look(&list, &|_| Some(1), now);
        told.begin(&list);
        assert_eq!(told.look(&list, &|_| Some(1), now + TOLD_WITHIN * 2).late, [""; 0]);
    }
}
