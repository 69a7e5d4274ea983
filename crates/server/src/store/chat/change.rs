//! Owns the SQL that takes chats from one state to the next. Each change is conditional on the state it starts from.

use std::collections::BTreeMap;

use beckon_engine::id::{ChatId, QueueId, UserId, VisitorId};
use beckon_engine::queue::enquiry::Instead;
use beckon_engine::time::UnixMs;

use super::{Answer, ChatRow, EndedBy};
use crate::store::column::{Json, Text};
use crate::store::sql::{execute, fetch_all};
use crate::store::{StoreResult, Tx};

/// Who has let a waiting chat pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Each as often as it matters.
    pub rung: Vec<UserId>,
    /// When each last did, milliseconds.
    pub at: BTreeMap<UserId, i64>,
}

impl Passed {
    /// Those who have let this chat pass.
    #[must_use]
    pub fn of(chat: &ChatRow) -> Self {
        Self { rung: chat.rung.0.clone(), at: chat.passed_at.0.clone() }
    }
}

/// Its form was not sent in time, and its visitor has got nothing instead.
macro_rules! given_up {
    () => {
        "(state = 'ended' AND queued_at IS NULL AND ended_by = 'system' AND instead IS NULL)"
    };
}

/// Puts a chat with a filled-in form into the queue, until `wait_due`; one whose form ran out comes back (P-4), unless
/// its visitor got something else instead.
/// Yields false when it is neither.
///
/// # Errors
/// `Taken` when the visitor has opened another chat meanwhile.
pub async fn update_chat_form_sent(
    tx: &mut Tx,
    chat: &ChatRow,
    answers: &[Answer],
    visitor_name: Option<&str>,
    wait_due: UnixMs,
    now: UnixMs,
) -> StoreResult<bool> {
    // One whose form was given up is open again.
    tx.note_change(*chat.visitor_id);
    let rows = execute!(
        tx,
        concat!(
            "UPDATE chats SET state = 'queued', queued_at = $2, answers = $3, visitor_name = COALESCE($4, visitor_name),
                          due_at = NULL, wait_due = $5, ended_at = NULL, ended_by = NULL
         WHERE id = $1 AND (state = 'form' OR ",
            given_up!(),
            ")"
        ),
        chat.id,
        now.0,
        Json(answers),
        visitor_name,
        wait_due.0,
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
    passed: &Passed,
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET state = 'queued', agent_id = NULL, due_at = NULL, rung = $3, passed_at = $4
         WHERE id = $1 AND state = 'ringing' AND agent_id = $2",
        Text(id),
        Text(agent),
        Json(&passed.rung),
        Json(&passed.at),
    )?;
    Ok(rows == 1)
}

/// Sets who has let a waiting chat pass.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_passed(tx: &mut Tx, id: ChatId, passed: &Passed) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE chats SET rung = $2, passed_at = $3 WHERE id = $1 AND state = 'queued'",
        Text(id),
        Json(&passed.rung),
        Json(&passed.at),
    )?;
    Ok(())
}

/// Gives a chat that rings at this agent, or waits, to the agent under the next owner epoch.
/// `due` is when to look at it again. Yields false when it can no longer be had.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_active(
    tx: &mut Tx,
    id: ChatId,
    agent: UserId,
    now: UnixMs,
    due: Option<UnixMs>,
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET state = 'active', agent_id = $2, owner_epoch = owner_epoch + 1,
                          answered_at = COALESCE(answered_at, $3), due_at = $4, idle_warned_at = NULL, wait_due = NULL
         WHERE id = $1 AND (state = 'queued' OR (state = 'ringing' AND agent_id = $2))",
        Text(id),
        Text(agent),
        now.0,
        due.map(|due| due.0),
    )?;
    Ok(rows == 1)
}

/// Gives an active chat from the owner under `epoch` to another agent, under the next epoch.
/// Yields false when it has changed hands or ended.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_owner(tx: &mut Tx, id: ChatId, epoch: i64, agent: UserId) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET agent_id = $3, owner_epoch = owner_epoch + 1
         WHERE id = $1 AND state = 'active' AND owner_epoch = $2 AND agent_id <> $3",
        Text(id),
        epoch,
        Text(agent),
    )?;
    Ok(rows == 1)
}

/// Puts an active chat from the owner under `epoch` into a queue until `wait_due`, by its first arrival. Yields false when it has
/// changed hands or ended.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_requeued(
    tx: &mut Tx,
    id: ChatId,
    epoch: i64,
    queue: QueueId,
    wait_due: UnixMs,
    now: UnixMs,
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET state = 'queued', wait_due = $5, queue_id = $3, agent_id = NULL, owner_epoch = owner_epoch + 1, rung = '[]',
                          requeued_at = $4, queued_at = COALESCE(queued_at, $4), due_at = NULL, idle_warned_at = NULL
         WHERE id = $1 AND state = 'active' AND owner_epoch = $2",
        Text(id),
        epoch,
        Text(queue),
        now.0,
        wait_due.0,
    )?;
    Ok(rows == 1)
}

/// Sets when to look again whether an active chat is idle, and when its visitor was warned.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_idle(
    tx: &mut Tx,
    id: ChatId,
    due: Option<UnixMs>,
    warned_at: Option<UnixMs>,
) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE chats SET due_at = $2, idle_warned_at = $3 WHERE id = $1 AND state = 'active'",
        Text(id),
        due.map(|due| due.0),
        warned_at.map(|at| at.0),
    )?;
    Ok(())
}

/// Has the active chats of a queue looked at by when they are idle now. Alerts that nobody has written to are not idle.
///
/// # Errors
/// When the database failed.
pub async fn update_active_chats_due(tx: &mut Tx, queue: QueueId, due: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        concat!(
            "UPDATE chats SET due_at = $2
             WHERE queue_id = $1 AND state <> 'ended' AND state = 'active' AND (mode <> 'engage' OR ",
            written!("chats.id"),
            ")"
        ),
        Text(queue),
        due.0,
    )?;
    Ok(())
}

/// Sets until when the ended chats of a queue can be wrapped up, or that they have no end; yields those that are to be.
///
/// # Errors
/// When the database failed.
pub async fn update_wrap_ups_due(
    tx: &mut Tx,
    queue: QueueId,
    due: Option<UnixMs>,
) -> StoreResult<Vec<(ChatId, VisitorId)>> {
    let rows: Vec<(Text<ChatId>, Text<VisitorId>)> = fetch_all!(
        tx,
        (Text<ChatId>, Text<VisitorId>),
        "UPDATE chats SET wrap_up_due = $2 WHERE queue_id = $1 AND state = 'ended' AND NOT wrapped_up
         RETURNING id, visitor_id",
        Text(queue),
        due.map(|due| due.0),
    )?;
    Ok(rows.into_iter().map(|(chat, visitor)| (*chat, *visitor)).collect())
}

/// Has an active chat whose visitor was warned looked at now, not first when it would close.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_warned_due(tx: &mut Tx, id: ChatId, now: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE chats SET due_at = $2 WHERE id = $1 AND state = 'active' AND idle_warned_at IS NOT NULL",
        Text(id),
        now.0,
    )?;
    Ok(())
}

/// Ends an open chat. Without an agent there is nothing to wrap up; with one, it is closed by itself at `wrap_up_due`.
/// Yields false when it has ended.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_ended(
    tx: &mut Tx,
    id: ChatId,
    by: EndedBy,
    now: UnixMs,
    wrap_up_due: Option<UnixMs>,
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET wrapped_up = (state <> 'active'), state = 'ended', ended_at = $3, ended_by = $2, due_at = NULL,
                          wrap_up_due = CASE WHEN state = 'active' THEN CAST($4 AS BIGINT) ELSE NULL END,
                          agent_id = CASE WHEN state = 'ringing' THEN NULL ELSE agent_id END
         WHERE id = $1 AND state <> 'ended'",
        Text(id),
        Text(by),
        now.0,
        wrap_up_due.map(|due| due.0),
    )?;
    Ok(rows == 1)
}

/// Notes what a visitor who waits, or fills in or sends late the form, gets instead of an agent, for the moment when the chat ends (Q-5,
/// Yields false when it waits no longer.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_instead(tx: &mut Tx, id: ChatId, instead: &Instead) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        concat!(
            "UPDATE chats SET instead = $2 WHERE id = $1 AND (state IN ('form', 'queued') OR ",
            given_up!(),
            ")"
        ),
        Text(id),
        Json(instead),
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
