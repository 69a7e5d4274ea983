//! Owns how the chats of a queue are conducted: when they count as idle, what comes after the end, what opens at the start
//! . Acts on none of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the chats of a queue are conducted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Conduct {
    /// A visitor who owes an answer for this long is warned, seconds, 0 (never) or 10 to 86 400.
    pub idle_warn_after_s: u32,
    /// An idle chat closes this long after the warning, seconds, 10 to 86 400.
    pub idle_close_after_s: u32,
    /// An ended chat is closed on the agent's side after this time, seconds, 0 (never) or 5 to 86 400.
    pub wrap_up_s: u32,
    /// What a chat can have come to, for the agent to choose from; at most 50, each 1 to 80 characters.
    pub dispositions: Vec<String>,
    /// The agent cannot close a chat without choosing one.
    pub disposition_required: bool,
    /// Tags that are suggested to the agent; at most 100, each 1 to 40 characters.
    pub tags: Vec<String>,
    /// What the visitor is asked after the end.
    pub survey: Survey,
    /// The visitor is offered the transcript by e-mail, where the server can send any (P-7).
    pub transcript: bool,
    /// What is opened for the agent at the start; nothing when absent.
    pub screen_pop: Option<ScreenPop>,
}

/// What the visitor is asked after the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Survey {
    /// Nothing.
    #[default]
    Off,
    /// One to five, with a comment.
    Rating,
    /// Up or down, with a comment.
    Thumbs,
}

/// An address that is opened for the agent at the start of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScreenPop {
    /// `https:` or `http:`, with variables in braces after the host, at most 2 000 characters. Each variable's value is
    /// percent-encoded: `{chat_id}`, `{visitor_id}`, `{visitor_name}`, `{customer_ref}`, `{queue}`, `{answer.KEY}`.
    pub url: String,
    /// How it is opened.
    #[serde(default)]
    pub open: PopOpen,
}

/// How a screen pop is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PopOpen {
    /// By a link beside the chat.
    #[default]
    Link,
    /// In a new tab, when the agent accepts the chat.
    Tab,
}

impl Default for Conduct {
    fn default() -> Self {
        Self {
            idle_warn_after_s: 0,
            idle_close_after_s: 120,
            wrap_up_s: 0,
            dispositions: Vec::new(),
            disposition_required: false,
            tags: Vec::new(),
            survey: Survey::Off,
            transcript: true,
            screen_pop: None,
        }
    }
}
