//! Owns the SQL of chats: each change of state is one conditional statement, so that of two racing writers one wins.
//! What a chat looks like to the console stands in `chat_view`.

use beckon_engine::id::{ChatId, PresentationId, QueueId, SiteId, UserId, VisitId, VisitorId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::{Json, Text};
use super::sql::{execute, fetch_all, fetch_one, fetch_optional};
use super::{StoreResult, Tx};

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
    /// When it was asked for.
    pub requested_at: i64,
    /// When it began to wait.
    pub queued_at: Option<i64>,
    /// When an agent first took it.
    pub answered_at: Option<i64>,
    /// When the present state runs out.
    pub due_at: Option<i64>,
    /// Until then the open form of an accepted offer holds a slot (O-15).
    pub held_until: i64,
    /// Who ended it.
    pub ended_by: Option<Text<EndedBy>>,
    /// Highest message number.
    pub last_seq: i64,
    /// Highest number the visitor has read.
    pub visitor_read_seq: i64,
    /// Highest number the agent has read.
    pub agent_read_seq: i64,
}

impl ChatRow {
    /// Someone has written: there is more than the line that says who joined.
    #[must_use]
    pub fn is_written(&self) -> bool {
        self.last_seq > i64::from(self.answered_at.is_some())
    }
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
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, site_id, queue_id, visitor_id, visit_id, presentation_id, mode, state, agent_id,
                    owner_epoch, rung, requested_at, queued_at, answered_at, due_at, held_until, ended_by,
                    last_seq, visitor_read_seq, agent_read_seq
             FROM chats ",
            $rest
        )
    };
}

/// Adds a chat. Yields false when the visitor has an open one.
///
/// # Errors
/// When the database failed.
pub async fn insert_chat(tx: &mut Tx, chat: &NewChat, now: UnixMs) -> StoreResult<bool> {
    let (state, queued_at) = match chat.form_due {
        Some(_) => (ChatState::Form, None),
        None => (ChatState::Queued, Some(now.0)),
    };
    let rows = execute!(
        tx,
        "INSERT INTO chats (id, site_id, queue_id, visitor_id, visit_id, presentation_id, mode, state, visitor_name,
                            answers, owner_epoch, rung, requested_at, queued_at, wrapped_up, due_at,
                            held_until, last_seq, visitor_read_seq, agent_read_seq)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '[]', 0, '[]', $10, $11, FALSE, $12, $13, 0, 0, 0)
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

/// Finds the one open chat of a visitor.
///
/// # Errors
/// When the database failed.
pub async fn find_open_chat(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Option<ChatRow>> {
    fetch_optional!(tx, ChatRow, select!("WHERE visitor_id = $1 AND state <> 'ended'"), Text(visitor))
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

/// How many chats a visitor has had, and when the last that an agent answered ended.
///
/// # Errors
/// When the database failed.
pub async fn find_chat_history(tx: &mut Tx, visitor: VisitorId) -> StoreResult<(i64, Option<UnixMs>)> {
    let (chats, completed_at): (i64, Option<i64>) = fetch_one!(
        tx,
        (i64, Option<i64>),
        "SELECT COUNT(*), MAX(CASE WHEN answered_at IS NOT NULL THEN ended_at END) FROM chats WHERE visitor_id = $1",
        Text(visitor),
    )?;
    Ok((chats, completed_at.map(UnixMs)))
}

/// Lists all waiting chats, first come first.
///
/// # Errors
/// When the database failed.
pub async fn list_waiting_chats(tx: &mut Tx) -> StoreResult<Vec<ChatRow>> {
    fetch_all!(tx, ChatRow, select!("WHERE state = 'queued' ORDER BY queued_at, id LIMIT 1000"))
}

/// Lists the visitors who wait in a queue, also those for whom an agent is being rung, first come first.
///
/// # Errors
/// When the database failed.
pub async fn list_waiting_visitors(tx: &mut Tx, queue: QueueId) -> StoreResult<Vec<VisitorId>> {
    let rows: Vec<(Text<VisitorId>,)> = fetch_all!(
        tx,
        (Text<VisitorId>,),
        "SELECT visitor_id FROM chats WHERE queue_id = $1 AND state IN ('queued', 'ringing')
         ORDER BY queued_at, id LIMIT 1000",
        Text(queue),
    )?;
    Ok(rows.into_iter().map(|(visitor,)| *visitor).collect())
}

/// Lists open chats whose present state ran out at or before `now`.
///
/// # Errors
/// When the database failed.
pub async fn list_due_chats(tx: &mut Tx, now: UnixMs) -> StoreResult<Vec<ChatRow>> {
    fetch_all!(
        tx,
        ChatRow,
        select!("WHERE state <> 'ended' AND due_at <= $1 ORDER BY due_at, id LIMIT 1000"),
        now.0,
    )
}

/// Lists chats that wait, or have a form open, for visitors who are no longer on a visit.
///
/// # Errors
/// When the database failed.
pub async fn list_abandoned_chats(tx: &mut Tx) -> StoreResult<Vec<ChatRow>> {
    fetch_all!(
        tx,
        ChatRow,
        select!(
            "WHERE state IN ('form', 'queued') AND NOT EXISTS (
                SELECT 1 FROM visits v WHERE v.visitor_id = chats.visitor_id AND v.ended_at IS NULL)
             ORDER BY requested_at, id LIMIT 1000"
        ),
    )
}

/// The earliest deadline of any open chat.
///
/// # Errors
/// When the database failed.
pub async fn find_next_due(tx: &mut Tx) -> StoreResult<Option<UnixMs>> {
    let (due,): (Option<i64>,) =
        fetch_one!(tx, (Option<i64>,), "SELECT MIN(due_at) FROM chats WHERE state <> 'ended'")?;
    Ok(due.map(UnixMs))
}

/// Puts a chat with a filled-in form into the queue; one whose form ran out comes back (P-4).
/// Yields false when it is neither.
///
/// # Errors
/// `Taken` when the visitor has opened another chat meanwhile.
pub async fn update_chat_form_sent(
    tx: &mut Tx,
    id: ChatId,
    answers: &[Answer],
    visitor_name: Option<&str>,
    now: UnixMs,
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET state = 'queued', queued_at = $2, answers = $3, visitor_name = COALESCE($4, visitor_name),
                          due_at = NULL, ended_at = NULL, ended_by = NULL
         WHERE id = $1 AND (state = 'form' OR (state = 'ended' AND queued_at IS NULL AND ended_by = 'system'))",
        Text(id),
        now.0,
        Json(answers),
        visitor_name,
    )?;
    Ok(rows == 1)
}

/// Rings an agent for a waiting chat. Yields false when it no longer waits.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_ringing(tx: &mut Tx, id: ChatId, agent: UserId, due: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET state = 'ringing', agent_id = $2, due_at = $3 WHERE id = $1 AND state = 'queued'",
        Text(id),
        Text(agent),
        due.0,
    )?;
    Ok(rows == 1)
}

/// Puts a ringing chat back at its place in the queue. Yields false when this agent is no longer rung for it.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_ring_over(
    tx: &mut Tx,
    id: ChatId,
    agent: UserId,
    rung: &[UserId],
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET state = 'queued', agent_id = NULL, due_at = NULL, rung = $3
         WHERE id = $1 AND state = 'ringing' AND agent_id = $2",
        Text(id),
        Text(agent),
        Json(rung),
    )?;
    Ok(rows == 1)
}

/// Forgets who was rung for a waiting chat.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_rung(tx: &mut Tx, id: ChatId, rung: &[UserId]) -> StoreResult<()> {
    execute!(tx, "UPDATE chats SET rung = $2 WHERE id = $1 AND state = 'queued'", Text(id), Json(rung))?;
    Ok(())
}

/// Gives a chat that rings at this agent, or waits, to the agent under the next owner epoch.
/// Yields false when it can no longer be had.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_active(tx: &mut Tx, id: ChatId, agent: UserId, now: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET state = 'active', agent_id = $2, owner_epoch = owner_epoch + 1,
                          answered_at = COALESCE(answered_at, $3), due_at = NULL
         WHERE id = $1 AND (state = 'queued' OR (state = 'ringing' AND agent_id = $2))",
        Text(id),
        Text(agent),
        now.0,
    )?;
    Ok(rows == 1)
}

/// Ends an open chat. Without an agent there is nothing to wrap up. Yields false when it has ended.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_ended(tx: &mut Tx, id: ChatId, by: EndedBy, now: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET wrapped_up = (state <> 'active'), state = 'ended', ended_at = $3, ended_by = $2, due_at = NULL,
                          agent_id = CASE WHEN state = 'ringing' THEN NULL ELSE agent_id END
         WHERE id = $1 AND state <> 'ended'",
        Text(id),
        Text(by),
        now.0,
    )?;
    Ok(rows == 1)
}

/// Closes an ended chat on its agent's side (P-7). Yields false when there is nothing to close.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_wrapped_up(tx: &mut Tx, id: ChatId) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET wrapped_up = TRUE WHERE id = $1 AND state = 'ended' AND NOT wrapped_up",
        Text(id),
    )?;
    Ok(rows == 1)
}

/// Moves the visitor's read mark forward. Yields false when it is there already.
///
/// # Errors
/// When the database failed.
pub async fn update_visitor_read(tx: &mut Tx, id: ChatId, seq: i64) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET visitor_read_seq = $2 WHERE id = $1 AND visitor_read_seq < $2 AND last_seq >= $2",
        Text(id),
        seq,
    )?;
    Ok(rows == 1)
}

/// Moves the agent's read mark forward. Yields false when it is there already.
///
/// # Errors
/// When the database failed.
pub async fn update_agent_read(tx: &mut Tx, id: ChatId, seq: i64) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET agent_read_seq = $2 WHERE id = $1 AND agent_read_seq < $2 AND last_seq >= $2",
        Text(id),
        seq,
    )?;
    Ok(rows == 1)
}

/// The place of a waiting or ringing chat in its queue, from 1.
///
/// # Errors
/// When the database failed.
pub async fn find_position(tx: &mut Tx, chat: &ChatRow) -> StoreResult<i64> {
    let (before,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM chats
         WHERE queue_id = $1 AND state IN ('queued', 'ringing')
           AND (queued_at < $2 OR (queued_at = $2 AND id < $3))",
        chat.queue_id,
        chat.queued_at,
        chat.id,
    )?;
    Ok(before + 1)
}

/// Mean wait of the chats of a queue that were answered since `since`, milliseconds; `None` when there were fewer than three.
///
/// # Errors
/// When the database failed.
pub async fn find_mean_wait(tx: &mut Tx, queue: QueueId, since: UnixMs) -> StoreResult<Option<i64>> {
    let (answered, waited): (i64, Option<i64>) = fetch_one!(
        tx,
        (i64, Option<i64>),
        "SELECT COUNT(*), CAST(SUM(answered_at - queued_at) AS BIGINT) FROM chats
         WHERE queue_id = $1 AND queued_at >= $2 AND answered_at IS NOT NULL",
        Text(queue),
        since.0,
    )?;
    Ok(waited.filter(|_| answered >= 3).map(|sum| sum / answered))
}
