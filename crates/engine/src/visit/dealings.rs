//! Owns what was offered to a visitor, what came of it, and how the visitor's chat stands, together: most visits have none of it.

use serde::{Deserialize, Serialize};

use super::Visit;
use super::alerting::Alert;
use super::presenting::{Presentation, Settled, Tally};
use crate::reason::Reason;
use crate::time::UnixMs;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Dealings {
    /// Asked for or open.
    pub(super) presentation: Option<Presentation>,
    pub(super) alert: Option<Alert>,
    pub(super) refusal: Option<Refusal>,
    pub(super) settled: Vec<Settled>,
    pub(super) tally: Tally,
    pub(super) chat: Chat,
    pub(super) chat_completed_at: Option<UnixMs>,
}

/// The store refused a presentation; nothing is asked of it again before `until`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    pub(super) until: UnixMs,
    pub(super) in_a_row: u8,
}

/// What the visit knows of the visitor's chat (O-4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Chat {
    #[default]
    None,
    Form {
        until: UnixMs,
    },
    Open,
}

impl Dealings {
    /// Bytes on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        self.settled.capacity() * size_of::<Settled>() + self.tally.heap_bytes()
    }
}

impl Visit {
    pub(super) fn dealings_mut(&mut self) -> &mut Dealings {
        self.dealings.get_or_insert_default()
    }

    pub(super) fn presentation_mut(&mut self) -> Option<&mut Presentation> {
        self.dealings.as_mut()?.presentation.as_mut()
    }

    pub(super) fn alerted(&self) -> Option<&Alert> {
        self.dealings.as_ref()?.alert.as_ref()
    }

    pub(super) fn alert_mut(&mut self) -> Option<&mut Alert> {
        self.dealings.as_mut()?.alert.as_mut()
    }

    pub(super) fn end_alert(&mut self) -> Option<Alert> {
        self.dealings.as_mut()?.alert.take()
    }

    pub(super) fn refusal(&self) -> Option<Refusal> {
        self.dealings.as_ref()?.refusal
    }

    pub(super) fn settled(&self) -> &[Settled] {
        self.dealings.as_ref().map_or(&[], |dealings| &dealings.settled)
    }

    pub(super) fn settled_mut(&mut self) -> &mut [Settled] {
        self.dealings.as_mut().map_or(&mut [], |dealings| &mut dealings.settled)
    }

    pub(super) fn tally(&self) -> Option<&Tally> {
        self.dealings.as_ref().map(|dealings| &dealings.tally)
    }

    pub(super) fn chat(&self) -> Chat {
        self.dealings.as_ref().map_or(Chat::None, |dealings| dealings.chat)
    }

    /// Nothing is kept of no chat where there never was one.
    pub(super) fn set_chat(&mut self, chat: Chat) {
        if chat != Chat::None || self.dealings.is_some() {
            self.dealings_mut().chat = chat;
        }
    }

    pub(super) fn chat_completed_at(&self) -> Option<UnixMs> {
        self.dealings.as_ref()?.chat_completed_at
    }

    pub(super) fn note_chat_completed(&mut self, at: Option<UnixMs>) {
        if at > self.chat_completed_at() {
            self.dealings_mut().chat_completed_at = at;
        }
    }
}
