//! Owns which chats a console follows, and up to which message each was sent.

use std::collections::VecDeque;

use beckon_engine::id::ChatId;

/// Chats one console follows at a time; the one followed longest is dropped.
pub(super) const FOLLOWED_MAX: usize = 100;

/// The chats, the one followed longest first.
#[derive(Debug, Default)]
pub(super) struct Following(VecDeque<(ChatId, i64)>);

impl Following {
    /// From now on, or anew, after message `after`.
    pub(super) fn begin(&mut self, chat: ChatId, after: i64) {
        self.end(chat);
        if self.0.len() >= FOLLOWED_MAX {
            self.0.pop_front();
        }
        self.0.push_back((chat, after));
    }

    pub(super) fn end(&mut self, chat: ChatId) {
        self.0.retain(|(followed, _)| *followed != chat);
    }

    pub(super) fn has(&self, chat: ChatId) -> bool {
        self.0.iter().any(|(followed, _)| *followed == chat)
    }

    /// Up to which message the chat was sent, if it is followed.
    pub(super) fn sent(&mut self, chat: ChatId) -> Option<&mut i64> {
        self.0.iter_mut().find(|(followed, _)| *followed == chat).map(|(_, after)| after)
    }
}

#[cfg(test)]
mod tests {
    use beckon_engine::id::ChatId;
    use uuid::Uuid;

    use super::{FOLLOWED_MAX, Following};

    #[test]
    fn the_chat_followed_longest_is_dropped_whatever_its_id() {
        let chat = |n: usize| ChatId(Uuid::from_u128(u128::try_from(n).unwrap()));
        let mut following = Following::default();
        for n in (1..=FOLLOWED_MAX).rev() {
            following.begin(chat(n), 7);
        }
        following.begin(chat(FOLLOWED_MAX), 9);
        following.begin(chat(0), 0);
        assert!(!following.has(chat(FOLLOWED_MAX - 1)), "followed longest");
        assert_eq!(following.sent(chat(1)), Some(&mut 7), "the lowest id before");
        assert_eq!(following.sent(chat(FOLLOWED_MAX)), Some(&mut 9), "followed anew");
    }
}
