//! Owns the alert of an agent to a visitor, without an invitation (P-8 to P-11). Rings nobody itself.

use serde::{Deserialize, Serialize};

use super::Visit;
use crate::effect::Effect;
use crate::id::{QueueId, RuleId};
use crate::reason::Reason;
use crate::time::UnixMs;
use crate::world::World;

/// An agent is being alerted; it lasts until one writes, the driver gives up, or the visitor leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Alert {
    queue: QueueId,
}

impl Visit {
    /// Alerts the first available agent. It starts the interval like a presentation (P-11).
    pub(super) fn alert(&mut self, rule: RuleId, queue: QueueId, now: UnixMs, effects: &mut Vec<Effect>) {
        assert!(
            self.alerted().is_none() && self.presentation().is_none(),
            "at most one offer or alert is open"
        );
        self.dealings_mut().alert = Some(Alert { queue });
        self.presented_at = Some(now).into();
        effects.push(Effect::AlertAgent { rule, queue });
    }

    /// The alert is taken back when the visitor left first (P-10), the queue closed, or the visitor forbids offers. Whether an agent is free does
    /// not count: the one who is alerted may have been the last.
    pub(super) fn withdraw_alert_if_left(&mut self, now: UnixMs, world: &World, effects: &mut Vec<Effect>) {
        let Some(alert) = self.alerted() else { return };
        let gate = world.gate(alert.queue);
        if self.is_away(now, world.config.settings()) {
            self.withdraw_alert(Reason::VisitorAway, effects);
        } else if !gate.hours_open {
            self.withdraw_alert(Reason::OutOfHours, effects);
        } else if !gate.channel_on {
            self.withdraw_alert(Reason::ChannelOff, effects);
        } else if !self.offers_allowed {
            self.withdraw_alert(Reason::NoConsent, effects);
        }
    }

    pub(super) fn withdraw_alert(&mut self, reason: Reason, effects: &mut Vec<Effect>) {
        if let Some(Alert { queue }) = self.end_alert() {
            effects.push(Effect::WithdrawAlert { queue, reason });
        }
    }
}
