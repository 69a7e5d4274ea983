//! Owns the contract out of a visit: everything it can ask the shell to do. Imperative, values only.

use serde::{Deserialize, Serialize};

use crate::id::{OfferId, PresentationId, QueueId, RuleId, TabId};
use crate::offer::Outcome;
use crate::reason::Reason;
use crate::time::UnixMs;

/// Something the shell must do for a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Commit this presentation, then send it, then answer with `PresentationCommitted` or `PresentationRefused`.
    PresentOffer {
        /// Identity, made by the visit from time and its own generator.
        presentation: PresentationId,
        /// The rule that won; none when a person asked for it (O-13) or the queue's own timer did.
        rule: Option<RuleId>,
        /// What to present.
        offer: OfferId,
        /// For which queue.
        queue: QueueId,
        /// Where to show it first: the tab last used.
        tab: Option<TabId>,
        /// Counts as ignored from then on (O-7).
        ignored_due: UnixMs,
        /// Counts as passively ignored from then on (O-9).
        passive_due: UnixMs,
    },
    /// Show the open presentation on a page that was just loaded, with its first presentation time (O-9).
    ShowOffer {
        /// Which.
        presentation: PresentationId,
        /// In which tab.
        tab: TabId,
    },
    /// Commit the outcome of a presentation, once, then tell every tab (O-10).
    SettleOutcome {
        /// Which.
        presentation: PresentationId,
        /// What it ended in.
        outcome: Outcome,
        /// Why, when it was withdrawn.
        reason: Option<Reason>,
    },
    /// Record that an ignored offer was accepted after all (O-7); its outcome stays.
    RecordLateAccept {
        /// Which.
        presentation: PresentationId,
    },
    /// Bring the visitor into the chat: hold a slot and open the form, or queue at once (O-5, O-15).
    OpenChat {
        /// The accepted presentation.
        presentation: PresentationId,
        /// For which queue.
        queue: QueueId,
    },
    /// The gate had closed when the visitor said yes: give the queue's alternative (O-11, Q-6).
    GiveAlternative {
        /// The presentation that was withdrawn.
        presentation: PresentationId,
        /// Whose alternative.
        queue: QueueId,
        /// Out of hours, channel off, or no agent.
        reason: Reason,
    },
    /// Alert the first available agent that the visitor is there (P-8).
    AlertAgent {
        /// The rule that won; the queue's own id, as a rule id, when its timer did.
        rule: RuleId,
        /// For which queue.
        queue: QueueId,
    },
    /// Take the alert back: the visitor left, started a chat, or the gate closed (P-10).
    WithdrawAlert {
        /// Whose alert.
        queue: QueueId,
        /// Why.
        reason: Reason,
    },
    /// End the visit: nothing was heard for its timeout (T-7).
    EndVisit,
}

impl Effect {
    /// The queue that it is about, if any.
    #[must_use]
    pub const fn queue(&self) -> Option<QueueId> {
        match self {
            Self::PresentOffer { queue, .. }
            | Self::OpenChat { queue, .. }
            | Self::GiveAlternative { queue, .. }
            | Self::AlertAgent { queue, .. }
            | Self::WithdrawAlert { queue, .. } => Some(*queue),
            Self::ShowOffer { .. }
            | Self::SettleOutcome { .. }
            | Self::RecordLateAccept { .. }
            | Self::EndVisit => None,
        }
    }
}
