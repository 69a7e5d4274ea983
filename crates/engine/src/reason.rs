//! Owns the closed list of reasons why nothing is presented. A new refusal is a new variant here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The single reason why an evaluation presented nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No enabled rule with an active offer has qualified.
    NoRuleQualified,
    /// Outside the queue's business hours (O-1).
    OutOfHours,
    /// The channel switch is off (O-1).
    ChannelOff,
    /// No agent is signed in, ready, serving the queue, with a free slot (O-1).
    NoAgent,
    /// Open presentations of the queue have reached their bound (O-12).
    CapacityReached,
    /// Another presentation of this visit is open (O-3).
    PresentationOpen,
    /// The visitor has a chat that is queued, ringing or active (O-4).
    ChatOpen,
    /// The form of an accepted offer is open (O-4).
    FormOpen,
    /// The minimum interval since the last presentation has not passed (O-8).
    IntervalNotPassed,
    /// An earlier rejection ended offers for this visit.
    RejectedThisVisit,
    /// An earlier ignored offer ended offers for this visit.
    IgnoredThisVisit,
    /// Every qualified rule's offer was rejected or ignored, and may not come again.
    OfferNotAgain,
    /// The visit has reached its number of rejections.
    RejectionsMax,
    /// The visit has reached its number of ignored offers.
    IgnoredMax,
    /// A completed chat ended offers for this visit or for some hours.
    AfterChat,
    /// No page of the visit is open, or none has been heard from for 2 × Poll Interval.
    VisitorAway,
    /// The visitor has not consented.
    NoConsent,
    /// The store refused: another node presented first, or could not be asked.
    StoreRefused,
    /// A supervisor has stopped offers.
    OffersStopped,
    /// An agent is alerted to this visitor and has not written yet (P-11).
    AlertOpen,
    /// The offer that was asked for by hand is unknown or inactive.
    OfferInactive,
    /// The server is overloaded, and presents nothing.
    Overloaded,
    /// The visitor polls, and nothing is presented between two polls.
    BetweenPolls,
}
