//! Owns the SQL that finds chats by what they wait for: an agent, or a deadline; and their places in the queue.

use beckon_engine::id::{QueueId, VisitorId};
use beckon_engine::time::UnixMs;

use super::ChatRow;
use crate::store::column::Text;
use crate::store::sql::{fetch_all, fetch_one};
use crate::store::{StoreResult, Tx};

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

/// Lists ended chats whose time for wrapping up was over at `now`.
///
/// # Errors
/// When the database failed.
pub async fn list_due_wrap_ups(tx: &mut Tx, now: UnixMs) -> StoreResult<Vec<ChatRow>> {
    fetch_all!(
        tx,
        ChatRow,
        select!(
            "WHERE state = 'ended' AND NOT wrapped_up AND wrap_up_due <= $1
             ORDER BY wrap_up_due, id LIMIT 1000"
        ),
        now.0,
    )
}

/// When the time for wrapping up ends next.
///
/// # Errors
/// When the database failed.
pub async fn find_next_wrap_up_due(tx: &mut Tx) -> StoreResult<Option<UnixMs>> {
    let (due,): (Option<i64>,) = fetch_one!(
        tx,
        (Option<i64>,),
        "SELECT MIN(wrap_up_due) FROM chats WHERE state = 'ended' AND NOT wrapped_up",
    )?;
    Ok(due.map(UnixMs))
}
