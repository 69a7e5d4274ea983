//! Owns the rules that the reference goes by: what the queue is set to, and the times that nobody can set.

use beckon_engine::queue::QueuePlan;
use serde_json::json;

/// As the settings of the queue say.
pub(super) const RING_S: u32 = 10;
pub(super) const WAIT_S: u32 = 200;
/// Not less than [`FIRST_WORD_S`]: before that nobody looks at an alert that was taken.
pub(super) const WARN_S: u32 = 45;
pub(super) const CLOSE_S: u32 = 20;
pub(super) const WRAP_UP_S: u32 = 25;
pub(super) const INVITE_PRIORITY: u8 = 1;

/// An alert passes after it.
pub(super) const ALERT_S: u32 = 5 * RING_S;
/// Who has taken an alert begins to write within it.
pub(super) const FIRST_WORD_S: u32 = 3 * RING_S;
/// Who let a chat pass is rung again after it.
pub(super) const AGAIN_S: u32 = 3 * RING_S;
/// And from the second time on after it.
pub(super) const LATER_S: u32 = 9 * RING_S;
/// A form is given up after it.
pub(super) const FORM_S: u32 = 1_800;
/// The form of an accepted offer holds a slot for so long.
pub(super) const HOLD_S: u32 = 120;
/// Two Poll Intervals of 5 s, and the time within which the last contact is written down.
pub(super) const GONE_S: u32 = 55;
/// Routing that was silent for longer was asleep.
pub(super) const SLEEP_MS: i64 = 30_000;

/// How it comes to a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Unasked,
    Invited,
    Alerted,
}

/// What a queue does with visitors.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// They may wait though no slot is free; else they get something instead.
    pub(super) lets_wait: bool,
    /// Who comes unasked has a form too.
    pub(super) asks: bool,
}

impl Rules {
    pub(super) fn has_form(self, way: Way) -> bool {
        match way {
            Way::Unasked => self.asks,
            Way::Invited => true,
            Way::Alerted => false,
        }
    }

    pub(super) fn as_plan(self) -> QueuePlan {
        let form = json!([{ "key": "name", "type": "text", "label": { "en": "Name" } }]);
        let unasked = if self.asks { form.clone() } else { json!([]) };
        let no_agent = if self.lets_wait { "wait" } else { "message" };
        let plan = json!({
            "form_reactive": unasked,
            "form_invite": form,
            "routing": {
                "ring_time_s": RING_S,
                "dequeue_after_s": WAIT_S,
                "priority": { "invite": INVITE_PRIORITY },
            },
            "alternatives": { "no_agent": { "do": no_agent } },
            "conduct": { "idle_warn_after_s": WARN_S, "idle_close_after_s": CLOSE_S, "wrap_up_s": WRAP_UP_S },
        });
        serde_json::from_value(plan).unwrap()
    }
}
