//! Owns the frames that consoles send.

use beckon_engine::id::{ChatId, FileId, QueueId, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Held;
use crate::driver::notice::agent::AgentStatus;
use crate::store::message::Audience;

/// To whom a chat is handed on.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// To an agent.
    Agent(UserId),
    /// To a queue of the same site.
    Queue(QueueId),
}

/// A frame of a console.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AgentFrame {
    /// First frame.
    Hello {
        /// Version of the frames.
        v: u32,
        /// The chats the console follows, and up to which message it holds them.
        #[serde(default)]
        chats: Vec<Held>,
    },
    /// Set the agent's status.
    Status {
        /// Echoed in the answer.
        r#ref: String,
        /// To what; `offline` is not to be chosen.
        status: AgentStatus,
        /// Why away: one of the reasons of the workspace.
        #[serde(default)]
        reason: Option<String>,
    },
    /// Take a chat.
    Accept {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
    },
    /// Pass a ringing chat on.
    Decline {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
    },
    /// A message.
    Say {
        /// The chat.
        chat: ChatId,
        /// The console's id for it.
        id: String,
        /// The owner epoch the console knows.
        epoch: i64,
        /// The text; may be empty when there is a file.
        #[serde(default)]
        text: String,
        /// A file that was sent to this chat before, by the same side.
        #[serde(default)]
        file: Option<FileId>,
        /// Who may see it: everyone, or only the team.
        #[serde(default)]
        audience: Audience,
    },
    /// Hand an active chat on to an agent, who is rung for it, or to a queue.
    Transfer {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
        /// To whom.
        to: Target,
        /// What only the team sees, at most 1 000 characters.
        #[serde(default)]
        note: String,
    },
    /// Call another agent to join an active chat.
    Invite {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
        /// Whom.
        agent: UserId,
        /// What only the team sees, at most 1 000 characters.
        #[serde(default)]
        note: String,
    },
    /// Take back an open call.
    Recall {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
    },
    /// For supervisors: read along.
    Watch {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
    },
    /// For supervisors: write along.
    Join {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
    },
    /// For supervisors: become the owner.
    TakeOver {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
    },
    /// Stop reading or writing along.
    Leave {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
    },
    /// The agent is writing.
    Typing {
        /// The chat.
        chat: ChatId,
    },
    /// The console has the messages.
    Delivered {
        /// The chat.
        chat: ChatId,
        /// Up to and with this number.
        seq: i64,
    },
    /// The agent has read.
    Read {
        /// The chat.
        chat: ChatId,
        /// Up to and with this number.
        seq: i64,
    },
    /// End an active chat, or close an ended one.
    Close {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
    },
    /// Send messages of this chat from here on.
    Follow {
        /// The chat.
        chat: ChatId,
        /// The last message the console holds.
        #[serde(default)]
        after: i64,
    },
    /// Send no more messages of this chat.
    Unfollow {
        /// The chat.
        chat: ChatId,
    },
    /// The console is still there.
    Beat,
    /// Asks whether the connection still carries; answered with the same.
    Echo,
}
