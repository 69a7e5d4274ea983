//! Owns the SQL of what tells one state of an open chat from the next.

use beckon_engine::id::{ChatId, QueueId, UserId, VisitorId};
use beckon_engine::time::UnixMs;

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

// One text for the columns of a `ChatLook`.
macro_rules! select_looks {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.visitor_id, c.queue_id, c.state, c.agent_id, c.owner_epoch, c.due_at, c.priority, c.last_seq,
                    c.visitor_read_seq, c.agent_read_seq ",
            $rest
        )
    };
}

/// How the open chats look.
///
/// # Errors
/// When the database failed.
pub async fn list_chat_looks(tx: &mut Tx) -> StoreResult<Vec<ChatLook>> {
    let sql = select_looks!("FROM chats c WHERE c.state <> 'ended' ORDER BY c.requested_at DESC LIMIT $1");
    fetch_all!(tx, ChatLook, sql, LOOKS_MAX)
}

/// How the chats look that have ended since `since`.
///
/// # Errors
/// When the database failed.
pub async fn list_ended_chat_looks(tx: &mut Tx, since: UnixMs) -> StoreResult<Vec<ChatLook>> {
    let sql = select_looks!(
        "FROM sites s JOIN chats c ON c.site_id = s.id AND c.state = 'ended' AND c.ended_at >= $1
         ORDER BY c.ended_at DESC LIMIT $2"
    );
    fetch_all!(tx, ChatLook, sql, since.0, LOOKS_MAX)
}
