//! Owns the contract into a visit: everything that can have happened to it. Past tense, values only.

use serde::{Deserialize, Serialize};

use crate::attribute::Attribute;
use crate::condition::DeviceClass;
use crate::id::{OfferId, PresentationId, QueueId, TabId};
use crate::offer::Outcome;
use crate::reason::Reason;
use crate::time::UnixMs;

/// Something that happened to a visit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A tab loaded a page, reloaded it, or changed its route (T-3).
    PageViewed {
        /// The tab.
        tab: TabId,
        /// Full address; rules see it whole (T-10).
        url: String,
        /// Title of the document.
        title: String,
        /// Address the page was reached from; empty when there is none.
        referrer: String,
    },
    /// A tab was closed or left the site.
    TabClosed {
        /// The tab.
        tab: TabId,
    },
    /// The browser reported that it is still there: a heartbeat on a live connection, or a poll (T-6).
    Heard,
    /// A live connection stands: from now on timers are exact.
    LinkConnected,
    /// The live connection is gone: decisions wait for the next poll, or for the connection.
    LinkLost,
    /// A form of the page was entered.
    FormEntered {
        /// The tab.
        tab: TabId,
    },
    /// Something was typed into the form that was entered. Never what.
    FormInput {
        /// The tab.
        tab: TabId,
    },
    /// The form was submitted.
    FormSubmitted {
        /// The tab.
        tab: TabId,
    },
    /// A page was scrolled down.
    Scrolled {
        /// The tab.
        tab: TabId,
        /// The greatest depth so far, percent of the page, 0 to 100.
        percent: u8,
    },
    /// The pointer left a page towards the top.
    ExitIntended {
        /// The tab.
        tab: TabId,
    },
    /// Something was moved, touched or typed on a page; reported every few seconds at most.
    ActivitySeen {
        /// The tab.
        tab: TabId,
    },
    /// The browser said what it is.
    BrowserDescribed {
        /// BCP 47 tag of its language.
        language: String,
        /// Class of the device.
        device: DeviceClass,
    },
    /// What earlier visits left behind for this visitor.
    VisitorKnown {
        /// Which visit this is, from 1.
        visit_number: u32,
        /// Chats before this visit.
        previous_chats: u32,
        /// When the last of them that an agent answered ended.
        last_chat_completed_at: Option<UnixMs>,
    },
    /// The page said who the visitor is (T-5).
    VisitorIdentified {
        /// With a signed identity.
        signed: bool,
    },
    /// Attributes of the visitor were set (T-5); beyond 64 they are left out.
    AttributesSet {
        /// The new values; others stay.
        attributes: Vec<Attribute>,
    },
    /// The visitor allowed or forbade offers.
    ConsentChanged {
        /// Whether offers may be presented.
        given: bool,
    },
    /// The estimated wait in a queue has changed; told only where [`crate::world::Config::asks_for_wait`].
    QueueWaitEstimated {
        /// Which queue.
        queue: QueueId,
        /// Seconds; none when it cannot be estimated.
        wait_s: Option<u32>,
    },
    /// The visitor's open chat is an alert on which nobody has written yet: an agent was alerted, or has begun it (A-2, P-9).
    AlertFound {
        /// The queue it is in now.
        queue: QueueId,
    },
    /// Nobody was alerted after all: the store found no room for it. It starts no interval (P-11).
    AlertRefused {
        /// Why.
        reason: Reason,
    },
    /// The visitor is in a chat, and an alert that there was is over: its agent has written, or it has given way (P-9).
    AlertAnswered,
    /// The page reported an event of its own.
    CustomEventFired {
        /// Its name, at most 64 characters.
        name: String,
    },
    /// The store has committed a presentation that the visit asked for; it is now open (O-14).
    PresentationCommitted {
        /// Which.
        presentation: PresentationId,
    },
    /// The store refused a presentation that the visit asked for; it was never presented (O-14).
    PresentationRefused {
        /// Which.
        presentation: PresentationId,
        /// Why.
        reason: Reason,
    },
    /// The store held another outcome for a presentation; that one is final (O-10).
    OutcomeCorrected {
        /// Which.
        presentation: PresentationId,
        /// What it really ended in.
        outcome: Outcome,
        /// When.
        at: UnixMs,
    },
    /// The visitor said yes (O-5), or opened a folded offer late (O-7).
    OfferAccepted {
        /// Which.
        presentation: PresentationId,
    },
    /// The visitor said no (O-6).
    OfferRejected {
        /// Which.
        presentation: PresentationId,
    },
    /// An agent or a supervisor asked for an offer by hand (O-13): caps do not count, O-3 and O-4 do.
    OfferRequested {
        /// Which offer.
        offer: OfferId,
        /// For which queue.
        queue: QueueId,
    },
    /// The visitor's chat entered a state.
    ChatChanged {
        /// Which.
        state: ChatPhase,
    },
    /// Rules, offers, settings or a gate have changed; the world handed in is the new one (R-7, O-11).
    WorldChanged,
    /// A deadline that [`crate::visit::Visit::deadline`] named has come.
    DeadlineReached,
}

/// As much of a chat's state as offers depend on (O-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatPhase {
    /// The form before it is open.
    Form {
        /// It keeps offers away until then; 120 s at most (O-4).
        until: UnixMs,
    },
    /// Queued, ringing or active.
    Open,
    /// Ended, and an agent had answered. It may have come and gone while this visit was told nothing of it.
    Completed {
        /// When it ended.
        at: UnixMs,
    },
    /// Ended before an agent answered, or no chat was ever made.
    None,
}
