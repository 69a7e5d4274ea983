//! Owns what the server tells consoles.

use beckon_engine::id::{
    ChatId, OfferId, PresentationId, QueueId, RuleId, SiteId, UserId, VisitId, VisitorId,
};
use beckon_engine::queue::conduct::PopOpen;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Message, Named, PageOnScreen, RefusalCode};
use crate::store::call::Purpose;
use crate::store::chat::{Answer, ChatMode, ChatState, EndedBy};
use crate::store::message::Sender;
use crate::store::survey::SurveyKind;
use crate::store::user::Role;

/// The last message of a chat, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LastMessage {
    /// Who wrote it.
    pub from: Sender,
    /// Name of the agent who wrote it, or whom it is about; empty otherwise.
    pub name: String,
    /// The text.
    pub text: String,
    /// Name of the file it carries.
    pub file: Option<String>,
    /// When.
    pub at: i64,
}

/// An open call: the chat rings at one agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Call {
    /// What for.
    pub purpose: Purpose,
    /// Who called.
    pub from: Named<UserId>,
    /// Who is called.
    pub to: Named<UserId>,
    /// What the caller wrote to them.
    pub note: String,
    /// When it rings out.
    pub due_at: i64,
}

/// What the visitor thought of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rating {
    /// How it was asked.
    pub kind: SurveyKind,
    /// One to five; or one for up and zero for down.
    pub rating: i64,
    /// In words; may be empty.
    pub comment: String,
}

/// What the agent noted of a chat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Noted {
    /// What it came to; empty when not chosen.
    pub disposition: String,
    /// Tags.
    pub tags: Vec<String>,
    /// In words.
    pub note: String,
}

/// An address to open for the agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Pop {
    /// `https:` or `http:`.
    pub url: String,
    /// How it is opened.
    pub open: PopOpen,
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
    /// Who has joined and writes along.
    pub guests: Vec<Named<UserId>>,
    /// Who reads along; empty for agents.
    pub watchers: Vec<Named<UserId>>,
    /// The open call, if it rings at somebody who is to take it over or to join.
    pub call: Option<Call>,
    /// Rises with every change of owner.
    pub owner_epoch: i64,
    /// When it was asked for.
    pub requested_at: i64,
    /// When it began to wait.
    pub queued_at: Option<i64>,
    /// The higher is answered first, 0 to 9.
    pub priority: i64,
    /// When it leaves the queue unless somebody answers, while waiting.
    pub wait_due_at: Option<i64>,
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
    /// When it is closed there by itself.
    pub wrap_up_due_at: Option<i64>,
    /// When an idle chat closes; none unless the visitor was warned.
    pub idle_close_at: Option<i64>,
    /// What the agent noted of it.
    pub noted: Noted,
    /// What the visitor thought of it.
    pub rating: Option<Rating>,
    /// What is opened for the agent at the start.
    pub screen_pop: Option<Pop>,
    /// Answers of the form.
    pub answers: Vec<Answer>,
    /// Highest message number.
    pub last_seq: i64,
    /// Highest number the visitor has read.
    pub visitor_read_seq: i64,
    /// Highest number the visitor's browser has.
    pub visitor_delivered_seq: i64,
    /// Highest number the agent has read.
    pub agent_read_seq: i64,
    /// Highest number the agent's console has.
    pub agent_delivered_seq: i64,
    /// The last message.
    pub last_message: Option<LastMessage>,
    /// Since when the visitor has waited for an agent to write: their first message after the last of an agent that they can
    /// read, or, before any, when the chat was taken. None while no answer is owed.
    pub unanswered_since: Option<i64>,
    /// The visitor was heard from within 2 × Poll Interval.
    pub visitor_present: bool,
    /// The page the visitor is on.
    pub page: Option<PageOnScreen>,
    /// The presentation that led here.
    pub presentation_id: Option<PresentationId>,
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
    /// They came back after a long time and have not said that they are ready.
    Absence,
    /// A supervisor set them away.
    Supervisor,
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
    /// The connection carries: the answer to an echo.
    Echo,
    /// First answer on a connection.
    Welcome {
        /// Version of the frames.
        v: u32,
        /// Who is signed in.
        user: ConsoleUser,
        /// Their status.
        status: AgentStatus,
        /// Why.
        reason: StatusReason,
        /// The reason they named for being away.
        away_reason: Option<String>,
        /// Since when.
        since: i64,
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
    /// The visitor of a followed chat, or a colleague in it, is writing.
    Typing {
        /// The chat.
        chat: ChatId,
        /// Name of the colleague; none of the visitor.
        name: Option<String>,
    },
    /// The visitor's browser has the messages up to here.
    Delivered {
        /// The chat.
        chat: ChatId,
        /// Up to and with this number.
        seq: i64,
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
        /// The reason they named for being away.
        away_reason: Option<String>,
        /// Since when.
        since: i64,
    },
    /// An enquiry of this site was sent, or dealt with: ask for the list.
    EnquiryChanged {
        /// The site.
        site: SiteId,
    },
    /// The agent changed their options, in this browser or another: ask for them.
    OptionsChanged {},
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
