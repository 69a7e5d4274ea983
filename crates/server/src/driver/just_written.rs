//! Owns the messages that this node wrote last, so that a browser to which one of them is the next need not read it back.

use std::collections::VecDeque;
use std::sync::Mutex;

use beckon_engine::id::ChatId;

use crate::store::message::MessageRow;

/// Messages that are kept.
const KEPT_MAX: usize = 256;

/// The last messages, the oldest first.
#[derive(Debug, Default)]
pub(super) struct JustWritten(Mutex<VecDeque<(ChatId, MessageRow)>>);

impl JustWritten {
    /// To be called once it is committed, and before anyone is told.
    pub(super) fn keep(&self, chat: ChatId, message: MessageRow) {
        let mut kept = self.0.lock().expect("no holder of this lock panics");
        if kept.len() >= KEPT_MAX {
            kept.pop_front();
        }
        kept.push_back((chat, message));
    }

    /// Somebody was erased: nothing of them stays.
    pub(super) fn clear(&self) {
        self.0.lock().expect("no holder of this lock panics").clear();
    }

    /// The message with this number of the chat, if it is among them.
    pub(super) fn find(&self, chat: ChatId, seq: i64) -> Option<MessageRow> {
        let kept = self.0.lock().expect("no holder of this lock panics");
        let found = kept.iter().rev().find(|(of, message)| *of == chat && message.seq == seq);
        found.map(|(_, message)| message.clone())
    }
}

#[cfg(test)]
mod tests {
    use beckon_engine::id::ChatId;
    use uuid::Uuid;

    use super::{JustWritten, KEPT_MAX};
    use crate::store::column::Text;
    use crate::store::message::{Audience, MessageRow, Sender};

    fn message(seq: i64, body: &str) -> MessageRow {
        MessageRow {
            seq,
            id: format!("m{seq}"),
            sender: Text(Sender::Agent),
            name: "Ada".to_owned(),
            body: body.to_owned(),
            file: None,
            sent_at: 0,
            audience: Text(Audience::All),
        }
    }

    // spec: X-6
    #[test]
    fn a_message_is_found_by_its_own_chat_and_number_until_others_have_taken_its_place() {
        let (one, other) = (ChatId(Uuid::from_u128(1)), ChatId(Uuid::from_u128(2)));
        let written = JustWritten::default();
        written.keep(one, message(1, "for the first"));
        written.keep(other, message(1, "for the second"));
        assert_eq!(written.find(one, 1).unwrap().body, "for the first");
        assert_eq!(written.find(other, 1).unwrap().body, "for the second");
        assert!(written.find(one, 2).is_none());
        for seq in 2..=i64::try_from(KEPT_MAX).unwrap() {
            written.keep(other, message(seq, "more"));
        }
        assert!(written.find(one, 1).is_none(), "it was the oldest");
        assert!(written.find(other, 1).is_some());
    }
}
