//! Owns offers by hand (O-13): what refuses one whoever asks, and which caps it would go over. Presents nothing itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Visit;
use super::decide::{after_rejection, gate_block};
use crate::effect::Effect;
use crate::id::{OfferId, QueueId};
use crate::reason::Reason;
use crate::settings::{AfterChat, AfterOutcome, SiteSettings};
use crate::time::UnixMs;
use crate::world::World;

/// A cap on offers that the site has set, and how far the visit has used it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cap {
    /// The reason it is when it holds offers back.
    pub reason: Reason,
    /// It holds offers back now.
    pub reached: bool,
    /// Offers so far; for an interval, seconds since it began, or its whole length when it never did.
    pub value: u32,
    /// Offers after which it holds back; for an interval, its length in seconds.
    pub limit: u32,
    /// When it ends by itself.
    #[schema(required)]
    pub until: Option<UnixMs>,
}

impl Visit {
    /// An offer by hand (O-13): caps do not count, everything else does.
    pub(super) fn request(
        &mut self,
        offer: OfferId,
        queue: QueueId,
        now: UnixMs,
        world: &World,
        effects: &mut Vec<Effect>,
    ) -> Option<Reason> {
        let blocked = self.request_block(offer, queue, now, world);
        if blocked.is_none() {
            self.ask(None, offer, queue, now, world, effects);
        }
        blocked
    }

    /// Why an offer could not be presented by hand now, or `None` when it could (O-13).
    #[must_use]
    pub fn request_block(
        &self,
        offer: OfferId,
        queue: QueueId,
        now: UnixMs,
        world: &World,
    ) -> Option<Reason> {
        if let Some(block) = self.standing_block(now) {
            return Some(block.reason);
        }
        if !world.config.offer(offer).is_some_and(|offer| offer.active) {
            return Some(Reason::OfferInactive);
        }
        self.hand_block(now, world).or_else(|| gate_block(queue, now, world).map(|block| block.reason))
    }

    /// What refuses every offer by hand now, whichever it is (O-3, O-4): nobody can override it.
    #[must_use]
    pub fn hand_block(&self, now: UnixMs, world: &World) -> Option<Reason> {
        if !self.offers_allowed {
            return Some(Reason::NoConsent);
        }
        if let Some(block) = self.standing_block(now) {
            return Some(block.reason);
        }
        if let Some(reason) = world.offers_stopped {
            return Some(reason);
        }
        self.is_away(now, world.config.settings()).then_some(Reason::VisitorAway)
    }

    /// The caps that the site has set on this visit, reached or not (O-13).
    #[must_use]
    pub fn caps(&self, now: UnixMs, world: &World) -> Vec<Cap> {
        let settings = world.config.settings();
        let mut caps = Vec::new();
        caps.extend(self.interval_cap(now, settings));
        let counted = |reason, value: u32, limit: u32| {
            (limit > 0).then_some(Cap { reason, reached: value >= limit, value, limit, until: None })
        };
        let one_if = |holds: bool| u32::from(holds);
        let ends_by_rejection = after_rejection(settings) == AfterOutcome::NoMoreThisVisit;
        let ends_by_ignoring = settings.after_ignored == AfterOutcome::NoMoreThisVisit;
        let (rejected, ignored) = self.tally().map_or((0, 0), |tally| (tally.rejected, tally.ignored));
        caps.extend(counted(Reason::RejectedThisVisit, rejected, one_if(ends_by_rejection)));
        caps.extend(counted(Reason::IgnoredThisVisit, ignored, one_if(ends_by_ignoring)));
        caps.extend(counted(Reason::RejectionsMax, rejected, settings.rejections_max));
        caps.extend(counted(Reason::IgnoredMax, ignored, settings.ignored_max));
        caps.extend(self.chat_cap(now, settings));
        caps
    }

    /// The cap on one offer: it was rejected or ignored, and may not come again.
    #[must_use]
    pub fn offer_cap(&self, offer: OfferId, world: &World) -> Option<Cap> {
        let reached = self.may_not_come_again(offer, world.config.settings());
        reached.then_some(Cap { reason: Reason::OfferNotAgain, reached, value: 1, limit: 1, until: None })
    }

    fn interval_cap(&self, now: UnixMs, settings: &SiteSettings) -> Option<Cap> {
        let limit = settings.minimum_interval_s;
        let since = |at: UnixMs| u32::try_from(now.ms_since(at) / 1000).unwrap_or(u32::MAX);
        let value = self.presented_at.get().map_or(limit, since);
        let until = self.presented_at.get().map(|at| at.plus_s(limit)).filter(|until| now < *until);
        let reason = Reason::IntervalNotPassed;
        (limit > 0).then_some(Cap { reason, reached: until.is_some(), value: value.min(limit), limit, until })
    }

    fn chat_cap(&self, now: UnixMs, settings: &SiteSettings) -> Option<Cap> {
        match settings.after_chat {
            AfterChat::MayResume => return None,
            AfterChat::NoMoreThisVisit | AfterChat::NoneForHours => {}
        }
        let block = self.after_chat_block(now, settings);
        let (reason, reached) = (Reason::AfterChat, block.is_some());
        let until = block.and_then(|block| block.until);
        Some(Cap { reason, reached, value: u32::from(reached), limit: 1, until })
    }
}
