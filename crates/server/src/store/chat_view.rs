//! Owns the SQL of chats as the console sees them: with the names of what they refer to, and the last message.

use beckon_engine::id::{
    ChatId, OfferId, PresentationId, QueueId, RuleId, SiteId, UserId, VisitId, VisitorId,
};

use super::chat::{Answer, ChatMode, ChatState, EndedBy};
use super::column::{Json, Text, id_list};
use super::file::FileAbout;
use super::message::Sender;
use super::sql::{fetch_all, fetch_list, fetch_optional};
use super::survey::SurveyKind;
use super::{StoreResult, Tx};

/// A chat with the names of what it refers to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ChatViewRow {
    /// Identity.
    pub id: Text<ChatId>,
    /// The site.
    pub site_id: Text<SiteId>,
    /// The queue.
    pub queue_id: Text<QueueId>,
    /// Its name.
    pub queue_name: String,
    /// The visitor.
    pub visitor_id: Text<VisitorId>,
    /// The visit it began in.
    pub visit_id: Text<VisitId>,
    /// Best name there is.
    pub visitor_name: String,
    /// The customer's reference, if a signed identity said it in this visit.
    pub signed_ref: Option<String>,
    /// How it came about.
    pub mode: Text<ChatMode>,
    /// Where it stands.
    pub state: Text<ChatState>,
    /// Who is rung, or owns it.
    pub agent_id: Option<Text<UserId>>,
    /// Their name.
    pub agent_name: Option<String>,
    /// Rises with every change of owner.
    pub owner_epoch: i64,
    /// When it was asked for.
    pub requested_at: i64,
    /// When it began to wait.
    pub queued_at: Option<i64>,
    /// When an agent first took it.
    pub answered_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Who ended it.
    pub ended_by: Option<Text<EndedBy>>,
    /// Closed on the agent's side.
    pub wrapped_up: bool,
    /// The higher is answered first.
    pub priority: i64,
    /// Waiting, it leaves the queue then.
    pub wait_due: Option<i64>,
    /// When the present state runs out.
    pub due_at: Option<i64>,
    /// When it is closed there by itself.
    pub wrap_up_due: Option<i64>,
    /// When the visitor was warned that it will be closed.
    pub idle_warned_at: Option<i64>,
    /// What the agent chose that it came to; empty when nothing.
    pub disposition: String,
    /// Tags.
    pub tags: Json<Vec<String>>,
    /// What the agent noted.
    pub wrap_up_note: String,
    /// How the visitor was asked what they thought.
    pub survey_kind: Option<Text<SurveyKind>>,
    /// What they gave.
    pub survey_rating: Option<i64>,
    /// In words.
    pub survey_comment: Option<String>,
    /// Answers of the form.
    pub answers: Json<Vec<Answer>>,
    /// Highest message number.
    pub last_seq: i64,
    /// Highest number the visitor has read.
    pub visitor_read_seq: i64,
    /// Highest number the agent has read.
    pub agent_read_seq: i64,
    /// Highest number the visitor's browser has.
    pub visitor_delivered_seq: i64,
    /// Highest number the agent's console has.
    pub agent_delivered_seq: i64,
    /// Who wrote last.
    pub last_sender: Option<Text<Sender>>,
    /// Name of the agent who did, or whom it is about.
    pub last_name: Option<String>,
    /// What was written last.
    pub last_body: Option<String>,
    /// The file it carried.
    pub last_file: Option<Json<FileAbout>>,
    /// When.
    pub last_at: Option<i64>,
    /// Since when the visitor has waited for an agent to write, while the chat is active.
    pub unanswered_since: Option<i64>,
    /// The presentation that was accepted.
    pub presentation_id: Option<Text<PresentationId>>,
    /// The rule whose offer was accepted.
    pub rule_id: Option<Text<RuleId>>,
    /// Its name.
    pub rule_name: Option<String>,
    /// The offer that was accepted.
    pub offer_id: Option<Text<OfferId>>,
    /// Its name.
    pub offer_name: Option<String>,
}

/// Which chats a person may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All.
    All,
    /// Those of this agent, those they have joined or are called to, and those waiting in a queue they serve.
    Of(UserId),
}

/// Which chats to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not ended, or ended and to be wrapped up.
    Open,
    /// Ended and wrapped up.
    Ended,
}

/// Where to go on in a list: after this chat.
#[derive(Clone, Copy, Debug)]
pub struct After {
    /// Its time.
    pub requested_at: i64,
    /// Its identity.
    pub id: ChatId,
}

macro_rules! select {
    ($($rest:tt)+) => {
        concat!(
            "SELECT c.id, c.site_id, c.queue_id, q.name AS queue_name, c.visitor_id, c.visit_id, c.visitor_name,
                    (SELECT v.customer_ref FROM visitors v JOIN visits w ON w.visitor_id = v.id
                     WHERE w.id = c.visit_id AND w.identity = 'signed' AND v.identity = 'signed') AS signed_ref,
                    c.mode, c.state, c.agent_id, u.name AS agent_name, c.owner_epoch, c.requested_at, c.queued_at,
                    c.answered_at, c.ended_at, c.ended_by, c.wrapped_up, c.priority, c.wait_due, c.due_at, c.wrap_up_due,
                    c.idle_warned_at, c.disposition, c.tags, c.wrap_up_note,
                    s.kind AS survey_kind, s.rating AS survey_rating, s.comment AS survey_comment,
                    c.answers, c.last_seq,
                    c.visitor_read_seq, c.agent_read_seq, c.visitor_delivered_seq, c.agent_delivered_seq,
                    m.sender AS last_sender, m.name AS last_name, m.body AS last_body, m.file AS last_file, m.sent_at AS last_at,
                    CASE WHEN c.state <> 'active' THEN NULL
                         WHEN c.mode <> 'engage' AND NOT EXISTS (
                              SELECT 1 FROM messages a
                              WHERE a.chat_id = c.id AND a.sender = 'agent' AND a.audience = 'all') THEN c.answered_at
                         ELSE (SELECT w.sent_at FROM messages w
                               WHERE w.chat_id = c.id AND w.sender = 'visitor' AND w.seq > COALESCE((
                                     SELECT a.seq FROM messages a
                                     WHERE a.chat_id = c.id AND a.sender = 'agent' AND a.audience = 'all'
                                     ORDER BY a.seq DESC LIMIT 1), 0)
                               ORDER BY w.seq LIMIT 1) END AS unanswered_since,
                    c.presentation_id, p.rule_id, p.rule_name, p.offer_id, p.offer_name
             FROM chats c
             JOIN queues q ON q.id = c.queue_id
             LEFT JOIN users u ON u.id = c.agent_id
             LEFT JOIN messages m ON m.chat_id = c.id AND m.seq = c.last_seq
             LEFT JOIN chat_surveys s ON s.chat_id = c.id
             LEFT JOIN presentations p ON p.id = c.presentation_id ",
            $($rest)+
        )
    };
}

pub(super) use select;

// One statement for each phase, word for word the condition of its index.
macro_rules! page {
    ($phase:literal) => {
        select!(concat!(
            "WHERE ",
            $phase,
            " AND c.requested_at <= $1 AND (c.requested_at < $1 OR c.id < $2)
               AND ($3 OR c.agent_id = $4 OR (c.agent_id IS NULL AND c.state <> 'ended' AND EXISTS (
                    SELECT 1 FROM queue_agents a WHERE a.queue_id = c.queue_id AND a.user_id = $4))
                    OR EXISTS (SELECT 1 FROM chat_participants g
                               WHERE g.chat_id = c.id AND g.user_id = $4 AND g.left_at IS NULL)
                    OR EXISTS (SELECT 1 FROM chat_calls k
                               WHERE k.chat_id = c.id AND k.to_id = $4 AND k.outcome IS NULL))
             ORDER BY c.requested_at DESC, c.id DESC LIMIT $5"
        ))
    };
}

pub(super) const OPEN: &str = page!("(c.state <> 'ended' OR NOT c.wrapped_up)");
pub(super) const ENDED: &str = page!("c.state = 'ended' AND c.wrapped_up");

/// Finds a chat.
///
/// # Errors
/// When the database failed.
pub async fn find_chat_view(tx: &mut Tx, id: ChatId) -> StoreResult<Option<ChatViewRow>> {
    fetch_optional!(tx, ChatViewRow, select!("WHERE c.id = $1"), Text(id))
}

/// Finds these chats, those that there are, in no order.
///
/// # Errors
/// When the database failed.
pub async fn list_chat_views_of(tx: &mut Tx, ids: &[ChatId]) -> StoreResult<Vec<ChatViewRow>> {
    if let [id] = ids {
        return Ok(find_chat_view(tx, *id).await?.into_iter().collect());
    }
    fetch_list!(tx, ChatViewRow, select!("WHERE c.id IN (SELECT j.value ->> 0 FROM "), id_list(ids), ")",)
}

/// Lists chats that a person may see, newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_chat_views(
    tx: &mut Tx,
    sight: Sight,
    phase: Phase,
    after: Option<After>,
    limit: i64,
) -> StoreResult<Vec<ChatViewRow>> {
    let (all, agent) = match sight {
        Sight::All => (true, String::new()),
        Sight::Of(agent) => (false, agent.to_string()),
    };
    let (before, before_id) =
        after.map_or((i64::MAX, String::new()), |after| (after.requested_at, after.id.to_string()));
    let sql = match phase {
        Phase::Open => OPEN,
        Phase::Ended => ENDED,
    };
    fetch_all!(tx, ChatViewRow, sql, before, before_id.as_str(), all, agent.as_str(), limit)
}

/// Lists all chats of a visitor, oldest first.
///
/// # Errors
/// When the database failed.
pub async fn list_chats_of_visitor(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Vec<ChatViewRow>> {
    fetch_all!(
        tx,
        ChatViewRow,
        select!("WHERE c.visitor_id = $1 ORDER BY c.requested_at, c.id"),
        Text(visitor),
    )
}
