//! Owns what the server tells browsers: the frames to visitors and to consoles. How they travel stands in `ws`.

use beckon_engine::id::{
    ChatId, OfferId, PresentationId, QueueId, RuleId, SiteId, TabId, UserId, VisitId, VisitorId,
};
use beckon_engine::offer::{OfferDesign, Outcome};
use beckon_engine::queue::{Alternative, Field, Styling};
use beckon_engine::reason::Reason;
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::chat::{Answer, ChatMode, ChatState, EndedBy};
use crate::store::message::Sender;
use crate::store::user::Role;

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

/// One message of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Message {
    /// Place in the chat, from 1.
    pub seq: i64,
    /// Made by the sender.
    pub id: String,
    /// Who wrote it.
    pub from: Sender,
    /// Name of the agent; empty otherwise.
    pub name: String,
    /// The text; a key when from the system.
    pub text: String,
    /// When it was stored.
    pub at: i64,
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
    /// Highest number the visitor has read.
    pub visitor_read_seq: i64,
    /// Who ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<EndedBy>,
}

/// Why a frame was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// Not a frame, or not one that can come now.
    BadFrame,
    /// No site has this key, or the token belongs to another one.
    UnknownSite,
    /// The page's origin is not among the site's.
    ForeignOrigin,
    /// Larger than a frame may be.
    TooLarge,
    /// Too many frames in a short time.
    TooMany,
    /// The chat has ended.
    ChatClosed,
    /// It belongs to somebody else.
    NotYours,
    /// There is no such thing.
    NotFound,
    /// Somebody else was faster.
    Taken,
    /// The chat has changed hands since.
    StaleOwner,
    /// The server cannot do it now; the browser keeps what it has and tries again.
    Unavailable,
}

/// A frame to a visitor's browser.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum VisitorNotice {
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
    /// The agent is writing.
    Typing {
        /// The chat.
        chat: ChatId,
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
    /// Whether a reactive chat can be had has changed.
    Availability {
        /// It can.
        open: bool,
    },
    /// A chat cannot be had; this is what the visitor gets instead.
    Alternative {
        /// Out of hours, channel off, or no agent.
        reason: Reason,
        /// What instead.
        alternative: Alternative,
    },
    /// The form was not taken.
    FormRefused {
        /// The chat.
        chat: ChatId,
        /// What is wrong, by key of the field: `required`, `invalid`, `too_long`.
        field_errors: std::collections::BTreeMap<String, String>,
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

/// Something with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Named<T> {
    /// Identity.
    pub id: T,
    /// Name.
    pub name: String,
}

/// A page as the console shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PageOnScreen {
    /// Address as it may be stored (T-10).
    pub url: String,
    /// Title of the document.
    pub title: String,
    /// When it was entered.
    pub entered_at: i64,
}

/// The last message of a chat, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LastMessage {
    /// Who wrote it.
    pub from: Sender,
    /// The text.
    pub text: String,
    /// When.
    pub at: i64,
}

/// A chat as the console sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Chat {
    /// Identity.
    pub id: ChatId,
    /// The site.
    pub site_id: SiteId,
    /// The queue.
    pub queue: Named<QueueId>,
    /// The visitor.
    pub visitor_id: VisitorId,
    /// The visit it began in.
    pub visit_id: VisitId,
    /// Best name there is.
    pub visitor_name: String,
    /// How it came about.
    pub mode: ChatMode,
    /// Where it stands.
    pub state: ChatState,
    /// Who is rung, or owns it.
    pub agent: Option<Named<UserId>>,
    /// Rises with every change of owner.
    pub owner_epoch: i64,
    /// When it was asked for.
    pub requested_at: i64,
    /// When it began to wait.
    pub queued_at: Option<i64>,
    /// When the ring ends, while ringing.
    pub ring_due_at: Option<i64>,
    /// When an agent first took it.
    pub answered_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
    /// Closed on the agent's side.
    pub wrapped_up: bool,
    /// Answers of the form.
    pub answers: Vec<Answer>,
    /// Highest message number.
    pub last_seq: i64,
    /// Highest number the visitor has read.
    pub visitor_read_seq: i64,
    /// Highest number the agent has read.
    pub agent_read_seq: i64,
    /// The last message.
    pub last_message: Option<LastMessage>,
    /// The visitor was heard from within 2 × Poll Interval.
    pub visitor_present: bool,
    /// The page the visitor is on.
    pub page: Option<PageOnScreen>,
    /// The rule that led here.
    pub rule: Option<Named<RuleId>>,
    /// The offer that led here.
    pub offer: Option<Named<OfferId>>,
}

/// An agent's status as everyone sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentStatus {
    /// Takes chats.
    Ready,
    /// Signed in, takes none.
    Away,
    /// Not heard from.
    Offline,
}

/// Why an agent's status changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatusReason {
    /// They chose it.
    #[serde(rename = "self")]
    Chosen,
    /// They let a chat ring out.
    NoAnswer,
}

/// Who is signed in on a console connection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsoleUser {
    /// Identity.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
}

/// A frame to a console.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AgentNotice {
    /// First answer on a connection.
    Welcome {
        /// Version of the frames.
        v: u32,
        /// Who is signed in.
        user: ConsoleUser,
        /// Their status.
        status: AgentStatus,
        /// Their slots.
        slots: i64,
    },
    /// The command with this `ref` is done.
    Done {
        /// Of the command.
        r#ref: String,
    },
    /// A chat that this person may see was made or changed.
    Chat {
        /// The chat.
        chat: Box<Chat>,
    },
    /// A message of a followed chat, in order.
    Message {
        /// The chat.
        chat: ChatId,
        /// The message.
        message: Message,
    },
    /// A message of this console is stored.
    Ack {
        /// The chat.
        chat: ChatId,
        /// The console's id.
        id: String,
        /// Its place.
        seq: i64,
    },
    /// The visitor is writing.
    Typing {
        /// The chat.
        chat: ChatId,
    },
    /// The visitor has read up to here.
    Read {
        /// The chat.
        chat: ChatId,
        /// Up to and with this number.
        seq: i64,
    },
    /// This person's status changed.
    Status {
        /// To what.
        status: AgentStatus,
        /// Why.
        reason: StatusReason,
    },
    /// The visitor of an open chat went to another page.
    VisitPage {
        /// The visit.
        visit: VisitId,
        /// The page.
        page: PageOnScreen,
    },
    /// A frame was refused.
    Refused {
        /// Of the command.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#ref: Option<String>,
        /// Of the message.
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
