//! Owns what the server tells visitors' browsers.

use beckon_engine::id::{ChatId, PresentationId, QueueId, TabId, VisitId};
use beckon_engine::offer::{OfferDesign, Outcome};
use beckon_engine::queue::enquiry::Missed;
use beckon_engine::queue::{Alternative, Field, Styling};
use beckon_engine::signal::Signals;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Message, RefusalCode};
use crate::driver::identity::IdentityRefusal;
use crate::store::chat::{ChatState, EndedBy};
use crate::store::survey::SurveyKind;

/// An offer that is before the visitor.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PresentedOffer {
    /// The presentation.
    pub id: PresentationId,
    /// When it was first presented.
    pub presented_at: i64,
    /// It counts as ignored, but can still be accepted late (O-7).
    pub folded: bool,
    /// How it looks and what it says.
    pub design: OfferDesign,
}

/// A form field, with the value to start with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormField {
    /// The field.
    #[serde(flatten)]
    pub field: Field,
    /// Value to start with, for a signed identity only (C-2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The name of a person, as visitors see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgentName {
    /// The name.
    pub name: String,
}

/// Whether the visitor can have the transcript by e-mail (P-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TranscriptState {
    /// It can be asked for.
    Offered,
    /// It was asked for, and is sent once the chat has ended.
    Promised,
}

/// A chat as the visitor sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitorChat {
    /// Identity.
    pub id: ChatId,
    /// Where it stands.
    pub state: ChatState,
    /// Place in the queue, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// Estimated wait, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<i64>,
    /// Who answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentName>,
    /// The form to fill in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Vec<FormField>>,
    /// Highest message number.
    pub last_seq: i64,
    /// Highest number the agent has read.
    pub agent_read_seq: i64,
    /// Highest number the agent's console has.
    pub agent_delivered_seq: i64,
    /// Highest number the visitor has read.
    pub visitor_read_seq: i64,
    /// Highest number the visitor's browser has.
    pub visitor_delivered_seq: i64,
    /// Who ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<EndedBy>,
    /// What the visitor is asked after the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub survey: Option<SurveyKind>,
    /// They have answered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rated: bool,
    /// The window opened by itself, and nobody has written yet (P-9).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub launched: bool,
    /// The visitor may send files.
    pub files: bool,
    /// Looks and texts, where the chat's queue is not the launcher's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub styling: Option<Box<Styling>>,
    /// The transcript by e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript: Option<TranscriptState>,
    /// Ended while waiting: what the visitor gets instead of an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<InsteadOfChat>,
}

/// What a visitor gets instead of a chat.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InsteadOfChat {
    /// Why there is no chat.
    pub reason: Missed,
    /// What there is instead.
    pub alternative: Alternative,
    /// The queue, to which an enquiry is sent.
    pub queue: QueueId,
    /// Out of hours: when the queue opens next, if it does within 400 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<i64>,
    /// The fields of the enquiry form, if that is what there is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub form: Vec<FormField>,
}

/// A frame to a visitor's browser.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum VisitorNotice {
    /// The connection carries: the answer to an echo.
    Echo,
    /// First answer on a connection, and to every poll.
    Welcome {
        /// Version of the frames.
        v: u32,
        /// The visitor's token, to be kept.
        token: String,
        /// The visit.
        visit: VisitId,
        /// The site's Poll Interval, seconds.
        poll_interval_s: u32,
        /// What pages report because some rule asks for it.
        signals: Box<Signals>,
        /// Looks and texts.
        styling: Box<Styling>,
        /// A reactive chat can be had now.
        open: bool,
        /// The offer that is before the visitor.
        offer: Option<Box<PresentedOffer>>,
        /// The visitor's chat.
        chat: Option<Box<VisitorChat>>,
    },
    /// An offer is presented, or shown again.
    Offer {
        /// The offer.
        offer: Box<PresentedOffer>,
        /// The tab to show it in first.
        tab: Option<TabId>,
    },
    /// A presentation has its outcome.
    Settled {
        /// Which.
        presentation: PresentationId,
        /// How it ended.
        outcome: Outcome,
    },
    /// The chat was made or changed.
    Chat {
        /// The chat.
        chat: Box<VisitorChat>,
    },
    /// A message, in order.
    Message {
        /// The chat.
        chat: ChatId,
        /// The message.
        message: Message,
    },
    /// A message of this browser is stored.
    Ack {
        /// The chat.
        chat: ChatId,
        /// The browser's id.
        id: String,
        /// Its place.
        seq: i64,
    },
    /// An agent is writing.
    Typing {
        /// The chat.
        chat: ChatId,
        /// Name of the agent; none from a node of an earlier version.
        name: Option<String>,
    },
    /// The agent's console has the messages up to here.
    Delivered {
        /// The chat.
        chat: ChatId,
        /// Up to and with this number.
        seq: i64,
    },
    /// The agent has read up to here.
    Read {
        /// The chat.
        chat: ChatId,
        /// Up to and with this number.
        seq: i64,
    },
    /// Forget the messages of this chat; all of them follow.
    Reset {
        /// The chat.
        chat: ChatId,
    },
    /// What pages report has changed.
    Signals {
        /// From now on.
        signals: Box<Signals>,
    },
    /// How the launcher's queue looks has changed.
    Styling {
        /// From now on.
        styling: Box<Styling>,
    },
    /// The site's Poll Interval has changed.
    PollInterval {
        /// Seconds.
        poll_interval_s: u32,
    },
    /// Whether a reactive chat can be had has changed.
    Availability {
        /// It can.
        open: bool,
    },
    /// A chat cannot be had; this is what the visitor gets instead. It comes again before an enquiry is refused, with the form as
    /// it is now.
    Alternative {
        /// Why, and what.
        #[serde(flatten)]
        instead: Box<InsteadOfChat>,
    },
    /// An enquiry is stored.
    EnquiryTaken {
        /// The browser's id for it.
        id: String,
    },
    /// An enquiry was not taken.
    EnquiryRefused {
        /// The browser's id for it.
        id: String,
        /// What is wrong, by key of the field: `required`, `invalid`, `too_long`.
        field_errors: std::collections::BTreeMap<String, String>,
    },
    /// The form was not taken.
    FormRefused {
        /// The chat.
        chat: ChatId,
        /// What is wrong, by key of the field: `required`, `invalid`, `too_long`.
        field_errors: std::collections::BTreeMap<String, String>,
    },
    /// The page has said who the visitor is, and it is written down.
    Identified {
        /// With proof.
        signed: bool,
    },
    /// Who the page says the visitor is was not believed; everything else goes on.
    IdentityRefused {
        /// Why.
        code: IdentityRefusal,
        /// Why, in words.
        detail: String,
    },
    /// A frame was refused.
    Refused {
        /// The id it carried.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Why.
        code: RefusalCode,
        /// Why, in words.
        detail: String,
    },
    /// Connect again after this time.
    Move {
        /// Milliseconds.
        after_ms: u32,
    },
}
