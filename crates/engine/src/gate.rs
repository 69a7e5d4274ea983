//! Owns the gate: the test that an offer may be presented at all (O-1, O-12). Does not know where the counts come from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::reason::Reason;

/// What the gate of one queue looks like at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gate {
    /// Within business hours, or opened by hand.
    pub hours_open: bool,
    /// The channel switch.
    pub channel_on: bool,
    /// Free slots of the agents that are signed in, ready and serve this queue, held slots (O-15) taken off.
    pub free_slots: u32,
    /// Presentations of this queue that are open now, over all visits.
    pub open_presentations: u32,
}

impl Gate {
    /// Why nothing may be presented for this queue, or `None` when the gate is open (O-1).
    #[must_use]
    pub fn closed_because(self) -> Option<Reason> {
        if !self.hours_open {
            Some(Reason::OutOfHours)
        } else if !self.channel_on {
            Some(Reason::ChannelOff)
        } else if self.free_slots == 0 {
            Some(Reason::NoAgent)
        } else {
            None
        }
    }

    /// Whether one more presentation stays within `factor` × free slots (O-12).
    #[must_use]
    pub fn has_capacity(self, factor: u32) -> bool {
        self.open_presentations < self.free_slots.saturating_mul(factor)
    }

    /// How many open presentations are beyond `factor` × free slots: an agent has gone, or their slots were taken (O-12).
    #[must_use]
    pub fn surplus(self, factor: u32) -> u32 {
        self.open_presentations.saturating_sub(self.free_slots.saturating_mul(factor))
    }
}
