//! Owns the SQL of what tells one state of an open chat from the next.

use beckon_engine::id::{ChatId, QueueId, UserId, VisitorId};

use crate::store::column::Text;
use crate::store::sql::fetch_all;
use crate::store::{StoreResult, Tx};

/// Most chats that are looked at; of more, those that were asked for last.
const LOOKS_MAX: i64 = 10_000;

/// What is another whenever somebody has to be told something.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ChatLook {
    /// Identity.
    pub id: Text<ChatId>,
    /// The visitor.
    pub visitor_id: Text<VisitorId>,
    /// The queue.
    pub queue_id: Text<QueueId>,
    /// Where it stands, as it is written.
    pub state: String,
    /// Who is rung, or owns it.
    pub agent_id: Option<Text<UserId>>,
    /// Rises with every change of owner.
    pub owner_epoch: i64,
    /// When the present state runs out.
    pub due_at: Option<i64>,
    /// The higher is answered first.
    pub priority: i64,
    /// The number of its last message.
    pub last_seq: i64,
    /// Up to which number the visitor has read.
    pub visitor_read_seq: i64,
    /// Up to which number an agent has read.
    pub agent_read_seq: i64,
}

/// How the open chats look.
///
/// # Errors
/// When the database failed.
pub async fn list_chat_looks(tx: &mut Tx) -> StoreResult<Vec<ChatLook>> {
    fetch_all!(
        tx,
        ChatLook,
        "SELECT id, visitor_id, queue_id, state, agent_id, owner_epoch, due_at, priority, last_seq, visitor_read_seq,
                agent_read_seq
         FROM chats WHERE state <> 'ended' ORDER BY requested_at DESC LIMIT $1",
        LOOKS_MAX,
    )
}
