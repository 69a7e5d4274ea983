//! Owns the SQL of chats: each change of state is one conditional statement, so that of two racing writers one wins.
//! What a chat looks like to the console stands in `chat_view`.

use std::collections::BTreeMap;

use beckon_engine::id::{ChatId, PresentationId, QueueId, SiteId, UserId, VisitId, VisitorId};
use beckon_engine::queue::enquiry::Instead;
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::{Json, Text};
use super::sql::{execute, fetch_one, fetch_optional};
use super::{StoreResult, Tx};

// Whether somebody has written what both sides of a chat see; Beckon's own lines do not count.
macro_rules! written {
    ($chat:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = ",
            $chat,
            " AND m.sender IN ('visitor', 'agent') AND m.audience = 'all')"
        )
    };
}
pub(super) use written;

/// Every column of a chat.
macro_rules! columns {
    () => {
        concat!(
            "id, site_id, queue_id, visitor_id, visit_id, presentation_id, mode, state, agent_id,
                    owner_epoch, rung, passed_at, requested_at, queued_at, answered_at, ended_at, due_at, held_until, ended_by,
                    idle_warned_at, requeued_at, wrapped_up, priority, wait_due, moves, instead, window_at_launch,
                    last_seq, visitor_read_seq, agent_read_seq, visitor_delivered_seq, agent_delivered_seq, ",
            $crate::store::chat::written!("chats.id"),
            " AS written"
        )
    };
}

macro_rules! select {
    ($rest:expr) => {
        concat!("SELECT ", $crate::store::chat::columns!(), " FROM chats ", $rest)
    };
}

pub(in crate::store) use columns;

pub mod change;
pub mod look;
pub mod mark;
pub mod waiting;
pub mod wrap_up;

/// Where a chat stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatState {
    /// The visitor is filling in the form.
    Form,
    /// Waiting for an agent.
    Queued,
    /// One agent is being rung.
    Ringing,
    /// An agent has it.
    Active,
    /// Over.
    Ended,
}

/// How a chat came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatMode {
    /// The visitor opened it unasked.
    Reactive,
    /// The visitor accepted an offer.
    Invite,
    /// An agent wrote first (P-8).
    Engage,
}

/// Who ended a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The visitor.
    Visitor,
    /// The agent.
    Agent,
    /// A deadline.
    System,
}

/// One answer of a data collection form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    /// Key of the field.
    pub key: String,
    /// Label of the field as the visitor saw it.
    pub label: String,
    /// What was given.
    pub value: String,
}

/// One conversation.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ChatRow {
    /// Identity.
    pub id: Text<ChatId>,
    /// The site.
    pub site_id: Text<SiteId>,
    /// The queue.
    pub queue_id: Text<QueueId>,
    /// The visitor.
    pub visitor_id: Text<VisitorId>,
    /// The visit it began in.
    pub visit_id: Text<VisitId>,
    /// The accepted presentation, if it came from one.
    pub presentation_id: Option<Text<PresentationId>>,
    /// How it came about.
    pub mode: Text<ChatMode>,
    /// Where it stands.
    pub state: Text<ChatState>,
    /// Who is rung, or owns it.
    pub agent_id: Option<Text<UserId>>,
    /// Rises with every change of owner.
    pub owner_epoch: i64,
    /// Who was rung and did not take it.
    pub rung: Json<Vec<UserId>>,
    /// When each of them last let it pass, milliseconds.
    pub passed_at: Json<BTreeMap<UserId, i64>>,
    /// When it was asked for.
    pub requested_at: i64,
    /// When it began to wait.
    pub queued_at: Option<i64>,
    /// When an agent first took it.
    pub answered_at: Option<i64>,
    /// When it ended, if it has.
    pub ended_at: Option<i64>,
    /// When the present state runs out.
    pub due_at: Option<i64>,
    /// Until then the open form of an accepted offer holds a slot (O-15).
    pub held_until: i64,
    /// When the visitor of an active chat was warned that it will close.
    pub idle_warned_at: Option<i64>,
    /// When it came into its present queue by a transfer.
    pub requeued_at: Option<i64>,
    /// Closed on the agent's side.
    pub wrapped_up: bool,
    /// Who ended it.
    pub ended_by: Option<Text<EndedBy>>,
    /// The higher is answered first.
    pub priority: i64,
    /// Waiting, it leaves the queue then.
    pub wait_due: Option<i64>,
    /// How often it was moved to another queue for having waited too long.
    pub moves: i64,
    /// What the visitor got instead of an agent when it ended.
    pub instead: Option<Json<Instead>>,
    /// An alert whose visitor has seen the window open before an agent wrote (P-9).
    pub window_at_launch: bool,
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
    /// Someone has written what both sides see; Beckon's own lines do not count.
    pub written: bool,
}

/// A chat to add.
#[derive(Clone, Debug)]
pub struct NewChat {
    /// Identity.
    pub id: ChatId,
    /// The site.
    pub site: SiteId,
    /// The queue.
    pub queue: QueueId,
    /// The visitor.
    pub visitor: VisitorId,
    /// The visit.
    pub visit: VisitId,
    /// The accepted presentation, if any.
    pub presentation: Option<PresentationId>,
    /// How it comes about.
    pub mode: ChatMode,
    /// `Form` until then, or `Queued` at once when `None`.
    pub form_due: Option<UnixMs>,
    /// Until then the open form holds an agent's slot (O-15).
    pub held_until: UnixMs,
    /// Name until the visitor gives one.
    pub visitor_name: String,
    /// The higher is answered first.
    pub priority: u8,
    /// Queued at once, it leaves the queue then.
    pub wait_due: Option<UnixMs>,
    /// The window opens before an agent has written (P-9).
    pub window_at_launch: bool,
}

/// Adds a chat. Yields false when the visitor has an open one.
///
/// # Errors
/// When the database failed.
pub async fn insert_chat(tx: &mut Tx, chat: &NewChat, now: UnixMs) -> StoreResult<bool> {
    tx.note_change(chat.visitor);
    let (state, queued_at) = match chat.form_due {
        Some(_) => (ChatState::Form, None),
        None => (ChatState::Queued, Some(now.0)),
    };
    let rows = execute!(
        tx,
        "INSERT INTO chats (id, site_id, queue_id, visitor_id, visit_id, presentation_id, mode, state, visitor_name,
                            answers, owner_epoch, rung, requested_at, queued_at, wrapped_up, due_at,
                            held_until, last_seq, visitor_read_seq, agent_read_seq, priority, wait_due, moves,
                            window_at_launch)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '[]', 0, '[]', $10, $11, FALSE, $12, $13, 0, 0, 0, $14, $15, 0, $16)
         ON CONFLICT DO NOTHING",
        Text(chat.id),
        Text(chat.site),
        Text(chat.queue),
        Text(chat.visitor),
        Text(chat.visit),
        chat.presentation.map(Text),
        Text(chat.mode),
        Text(state),
        chat.visitor_name.as_str(),
        now.0,
        queued_at,
        chat.form_due.map(|due| due.0),
        chat.held_until.0,
        i64::from(chat.priority),
        chat.wait_due.filter(|_| chat.form_due.is_none()).map(|due| due.0),
        chat.window_at_launch,
    )?;
    Ok(rows == 1)
}

/// Finds a chat.
///
/// # Errors
/// When the database failed.
pub async fn find_chat(tx: &mut Tx, id: ChatId) -> StoreResult<Option<ChatRow>> {
    fetch_optional!(tx, ChatRow, select!("WHERE id = $1"), Text(id))
}

/// Finds a chat as it is, and stays until this unit of work ends: whoever decides on what they read of a chat reads it so.
///
/// # Errors
/// When the database failed.
pub async fn find_chat_locked(tx: &mut Tx, id: ChatId) -> StoreResult<Option<ChatRow>> {
    tx.lock_chat(id).await?;
    find_chat(tx, id).await
}

/// What a visitor answered in the form of a chat.
///
/// # Errors
/// When the database failed.
pub async fn find_chat_answers(tx: &mut Tx, id: ChatId) -> StoreResult<Vec<Answer>> {
    let row: Option<(Json<Vec<Answer>>,)> =
        fetch_optional!(tx, (Json<Vec<Answer>>,), "SELECT answers FROM chats WHERE id = $1", Text(id))?;
    Ok(row.map(|(answers,)| answers.0).unwrap_or_default())
}

/// Finds the one open chat of a visitor.
///
/// # Errors
/// When the database failed.
pub async fn find_open_chat(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Option<ChatRow>> {
    fetch_optional!(tx, ChatRow, select!("WHERE visitor_id = $1 AND state <> 'ended'"), Text(visitor))
}

/// Whether a window has opened by itself in this visit, before an agent wrote (P-9).
///
/// # Errors
/// When the database failed.
pub async fn find_window_at_launch(tx: &mut Tx, visit: VisitId) -> StoreResult<bool> {
    let (opened,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM chats WHERE visit_id = $1 AND window_at_launch",
        Text(visit),
    )?;
    Ok(opened > 0)
}

/// Finds the chat that a presentation led to, however it stands.
///
/// # Errors
/// When the database failed.
pub async fn find_chat_of_presentation(
    tx: &mut Tx,
    visitor: VisitorId,
    presentation: PresentationId,
) -> StoreResult<Option<ChatRow>> {
    fetch_optional!(
        tx,
        ChatRow,
        select!("WHERE visitor_id = $1 AND presentation_id = $2 ORDER BY requested_at DESC, id DESC LIMIT 1"),
        Text(visitor),
        Text(presentation),
    )
}

/// Finds a visitor's open chat, or else the one they asked for last.
///
/// # Errors
/// When the database failed.
pub async fn find_latest_chat(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Option<ChatRow>> {
    fetch_optional!(
        tx,
        ChatRow,
        select!(
            "WHERE visitor_id = $1
             ORDER BY CASE WHEN state = 'ended' THEN 1 ELSE 0 END, requested_at DESC, id DESC LIMIT 1"
        ),
        Text(visitor),
    )
}

/// Finds the chat that a visitor knows of: as [`find_latest_chat`], but for alerts on which no agent has written and whose window did
/// not open at launch (P-9).
///
/// # Errors
/// When the database failed.
pub async fn find_latest_shown_chat(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Option<ChatRow>> {
    fetch_optional!(
        tx,
        ChatRow,
        select!(concat!(
            "WHERE visitor_id = $1 AND (mode <> 'engage' OR window_at_launch OR ",
            written!("chats.id"),
            ") ORDER BY CASE WHEN state = 'ended' THEN 1 ELSE 0 END, requested_at DESC, id DESC LIMIT 1"
        )),
        Text(visitor),
    )
}

/// How many chats a visitor has had, and when the last that an agent answered ended; an alert on which nobody has written
/// was no answer.
///
/// # Errors
/// When the database failed.
pub async fn find_chat_history(tx: &mut Tx, visitor: VisitorId) -> StoreResult<(i64, Option<UnixMs>)> {
    let (chats, completed_at): (i64, Option<i64>) = fetch_one!(
        tx,
        (i64, Option<i64>),
        concat!(
            "SELECT COUNT(*), MAX(CASE WHEN answered_at IS NOT NULL AND (mode <> 'engage' OR ",
            written!("chats.id"),
            ") THEN ended_at END) FROM chats WHERE visitor_id = $1"
        ),
        Text(visitor),
    )?;
    Ok((chats, completed_at.map(UnixMs)))
}
