//! Owns how often a browser says what its visitor wants: an answer to an offer, the wish to chat, the form, the end. As the
//! widget does it: once a connection, and again only after a refusal that is not for good. Sends nothing itself.

use std::time::{Duration, Instant};

use serde_json::Value;

/// After a refusal that is not for good.
const AGAIN_AFTER: Duration = Duration::from_secs(3);

/// The word that was said last on this connection.
#[derive(Debug, Default)]
pub(super) struct Promise {
    said: Option<(Value, Instant)>,
    /// When it is said again, because it was refused.
    again_at: Option<Instant>,
}

impl Promise {
    /// Whether this word is to be said now; it counts as said then.
    pub(super) fn is_due(&mut self, word: &Value, now: Instant) -> bool {
        let again = self.again_at.is_some_and(|at| at <= now);
        if !again && self.said.as_ref().is_some_and(|(said, _)| said == word) {
            return false;
        }
        self.said = Some((word.clone(), now));
        self.again_at = None;
        true
    }

    /// The server could not do it: it is asked again after a while.
    pub(super) fn refused(&mut self, now: Instant) {
        if self.said.is_some() {
            self.again_at = Some(now + AGAIN_AFTER);
        }
    }

    /// Nothing came of it for so long that the visitor presses the button again.
    pub(super) fn forget_after(&mut self, wait: Duration, now: Instant) {
        if self.said.as_ref().is_some_and(|(_, at)| now.duration_since(*at) > wait) {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_is_said_once_a_connection_and_again_after_a_refusal() {
        let (word, other) = (json!({ "type": "send_form" }), json!({ "type": "end_chat" }));
        let (mut promise, now) = (Promise::default(), Instant::now());
        promise.refused(now);
        assert!(promise.is_due(&word, now));
        assert!(!promise.is_due(&word, now + AGAIN_AFTER * 10));
        promise.refused(now);
        assert!(!promise.is_due(&word, now));
        assert!(promise.is_due(&word, now + AGAIN_AFTER));
        assert!(!promise.is_due(&word, now + AGAIN_AFTER));
        assert!(promise.is_due(&other, now + AGAIN_AFTER), "another word");
        promise = Promise::default();
        assert!(promise.is_due(&other, now), "another connection");
        promise.forget_after(AGAIN_AFTER, now + AGAIN_AFTER);
        assert!(!promise.is_due(&other, now + AGAIN_AFTER));
        promise.forget_after(AGAIN_AFTER, now + AGAIN_AFTER * 2);
        assert!(promise.is_due(&other, now + AGAIN_AFTER * 2), "the button is pressed again");
    }
}
