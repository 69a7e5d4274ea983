//! Owns what the database holds of a run, as far as the promises are about it. Read whole; it is small.

use serde::Deserialize;

use super::database::Database;
use crate::shop::RING_S;

/// A chat.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Chat {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) presentation_id: Option<String>,
    pub(super) agent_id: Option<String>,
    /// Closed on the agent's side, 1 or 0.
    pub(super) wrapped_up: i64,
    pub(super) last_seq: i64,
    /// Since when its agent has it.
    pub(super) owned_since: Option<i64>,
    /// When the present state runs out, where that is bounded.
    pub(super) due_at: Option<i64>,
    pub(super) wait_due: Option<i64>,
}

impl Chat {
    /// It has ended, and its agent, if it had one, has closed it.
    pub(super) fn is_over(&self) -> bool {
        self.state == "ended" && (self.agent_id.is_none() || self.wrapped_up == 1)
    }

    /// When it began to ring, if it does.
    pub(super) fn rang_at(&self) -> Option<i64> {
        self.due_at.filter(|_| self.state == "ringing").map(|due| due - 1_000 * i64::from(RING_S))
    }
}

/// A message.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Message {
    pub(super) chat_id: String,
    pub(super) seq: i64,
    pub(super) id: String,
    pub(super) sender: String,
    pub(super) user_id: Option<String>,
    pub(super) body: String,
}

/// A presentation.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Presentation {
    pub(super) id: String,
    pub(super) visit_id: String,
    pub(super) presented_at: i64,
    pub(super) outcome: Option<String>,
    pub(super) outcome_at: Option<i64>,
    pub(super) accepted_late_at: Option<i64>,
}

/// Someone who takes or took part in a chat.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Participant {
    pub(super) chat_id: String,
    pub(super) user_id: String,
    pub(super) part: String,
    pub(super) left_at: Option<i64>,
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored {
    pub(super) chats: Vec<Chat>,
    pub(super) messages: Vec<Message>,
    pub(super) presentations: Vec<Presentation>,
    pub(super) participants: Vec<Participant>,
}

const PRESENTATIONS: &str = "SELECT id, visit_id, presented_at, outcome, outcome_at, accepted_late_at FROM presentations \
     ORDER BY visit_id, presented_at, id";

const CHATS: &str = "SELECT id, state, presentation_id, agent_id, CASE WHEN wrapped_up THEN 1 ELSE 0 END AS wrapped_up, \
     last_seq, due_at, wait_due, \
     (SELECT MAX(joined_at) FROM chat_participants p \
      WHERE p.chat_id = chats.id AND p.user_id = chats.agent_id AND p.part = 'owner') AS owned_since \
     FROM chats";

/// As [`Chat::is_over`], turned round.
const NOT_OVER: &str = "state <> 'ended' OR (agent_id IS NOT NULL AND NOT wrapped_up)";

const IN_ORDER: &str = "ORDER BY requested_at, id";

const OPEN_PRESENTATIONS: &str = "SELECT id FROM presentations WHERE outcome IS NULL";

impl Stored {
    /// Reads it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) async fn read(database: &Database) -> anyhow::Result<Self> {
        Ok(Self {
            chats: database.rows(&format!("{CHATS} {IN_ORDER}")).await?,
            messages: database
                .rows("SELECT chat_id, seq, id, sender, user_id, body FROM messages ORDER BY chat_id, seq")
                .await?,
            presentations: database.rows(PRESENTATIONS).await?,
            participants: database
                .rows("SELECT chat_id, user_id, part, left_at FROM chat_participants")
                .await?,
        })
    }

    /// Only the chats that are not over, for a look while the run goes on.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) async fn open_chats(database: &Database) -> anyhow::Result<Vec<Chat>> {
        database.rows(&format!("{CHATS} WHERE {NOT_OVER} {IN_ORDER}")).await
    }

    /// Whether a chat or an offer is open, found without reading everything.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) async fn find_open(database: &Database) -> anyhow::Result<bool> {
        let presentations: Vec<serde_json::Value> = database.rows(OPEN_PRESENTATIONS).await?;
        Ok(!presentations.is_empty() || !Self::open_chats(database).await?.is_empty())
    }

    /// Whether a chat or an offer is open.
    pub(super) fn is_open(&self) -> bool {
        self.presentations.iter().any(|row| row.outcome.is_none())
            || self.chats.iter().any(|chat| !chat.is_over())
    }
}
