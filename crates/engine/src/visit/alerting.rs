//! Owns the alert of an agent to a visitor, without an invitation (P-8 to P-11). Rings nobody itself.

use serde::{Deserialize, Serialize};

use super::Visit;
use crate::effect::Effect;
use crate::id::{QueueId, RuleId};
use crate::reason::Reason;
use crate::settings::SiteSettings;
use crate::time::UnixMs;
use crate::world::World;

/// Going from page to page is not leaving: between two pages none is open for at most this time.
const BETWEEN_PAGES_S: u32 = 10;

/// An agent is being alerted; it lasts until one writes, the driver gives up, or the visitor leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Alert {
    queue: QueueId,
    /// Since when no page of the visit has been open.
    #[serde(default)]
    no_page_since: Option<UnixMs>,
    /// This visit has asked for it.
    #[serde(default)]
    asked: Option<Asked>,
}

/// What an alert that is refused gives back.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Asked {
    presented_before: Option<UnixMs>,
}

impl Visit {
    /// Alerts the first available agent. It starts the interval like a presentation (P-11).
    pub(super) fn alert(&mut self, rule: RuleId, queue: QueueId, now: UnixMs, effects: &mut Vec<Effect>) {
        assert!(
            self.alerted().is_none() && self.presentation().is_none(),
            "at most one offer or alert is open"
        );
        let asked = Some(Asked { presented_before: self.presented_at.get() });
        self.dealings_mut().alert = Some(Alert { queue, no_page_since: None, asked });
        self.presented_at = Some(now).into();
        effects.push(Effect::AlertAgent { rule, queue });
    }

    /// One that lasts already goes on, in this queue.
    pub(super) fn begin_alert(&mut self, queue: QueueId) {
        self.note_alert_made();
        self.dealings_mut().alert.get_or_insert(Alert { queue, no_page_since: None, asked: None }).queue =
            queue;
    }

    /// The agent has written (P-9).
    pub(super) fn answer_alert(&mut self) {
        self.note_alert_made();
        self.end_alert();
    }

    /// What was asked for is there: it counts from when it was asked for, and ends the row of refusals.
    fn note_alert_made(&mut self) {
        if self.alert_mut().and_then(|alert| alert.asked.take()).is_some() {
            self.dealings_mut().refusal = None;
        }
    }

    /// Nobody was alerted: it was never made (O-14).
    pub(super) fn refuse_alert(&mut self, reason: Reason, now: UnixMs) {
        let Some(Asked { presented_before }) = self.alert_mut().and_then(|alert| alert.asked.take()) else {
            return;
        };
        self.end_alert();
        self.presented_at = presented_before.into();
        self.pause(reason, now);
    }

    /// The alert is taken back when the visitor left first (P-10), the queue closed, or the visitor forbids offers. Whether an agent is free does
    /// not count: the one who is alerted may have been the last.
    pub(super) fn withdraw_alert_if_left(&mut self, now: UnixMs, world: &World, effects: &mut Vec<Effect>) {
        let no_page = self.pages.is_empty();
        let Some(alert) = self.alert_mut() else { return };
        alert.no_page_since = alert.no_page_since.or(Some(now)).filter(|_| no_page);
        let gate = world.gate(alert.queue);
        if self.alert_left_at(world.config.settings()).is_some_and(|left_at| now >= left_at) {
            self.withdraw_alert(Reason::VisitorAway, effects);
        } else if !gate.hours_open {
            self.withdraw_alert(Reason::OutOfHours, effects);
        } else if !gate.channel_on {
            self.withdraw_alert(Reason::ChannelOff, effects);
        } else if !self.offers_allowed {
            self.withdraw_alert(Reason::NoConsent, effects);
        }
    }

    /// When the visitor who is alerted to has left, unless something is heard before.
    pub(super) fn alert_left_at(&self, settings: &SiteSettings) -> Option<UnixMs> {
        let alert = self.alerted()?;
        let no_page = alert.no_page_since.map(|since| since.plus_s(BETWEEN_PAGES_S));
        no_page.into_iter().chain(self.away_at(settings)).min()
    }

    pub(super) fn withdraw_alert(&mut self, reason: Reason, effects: &mut Vec<Effect>) {
        if let Some(Alert { queue, .. }) = self.end_alert() {
            effects.push(Effect::WithdrawAlert { queue, reason });
        }
    }
}
