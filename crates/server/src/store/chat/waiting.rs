//! Owns the SQL that finds chats by what they wait for: an agent, or a deadline; and their places in the queue.

use beckon_engine::id::{ChatId, QueueId, SiteId, UserId, VisitorId};
use beckon_engine::time::UnixMs;

use super::ChatRow;
use crate::store::column::{Json, Text};
use crate::store::sql::{execute, fetch_all, fetch_one};
use crate::store::{StoreResult, Tx};

/// Waiting chats of one queue that routing looks at in one pass.
const WAITING_AT_A_TIME: i64 = 200;
/// Visitors of one queue who are told in one pass where they stand.
const TOLD_AT_A_TIME: i64 = 10_000;

/// A queue in which somebody waits.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct BusyQueue {
    /// The site.
    pub site_id: Text<SiteId>,
    /// The queue.
    pub queue_id: Text<QueueId>,
}

/// Lists the queues in which somebody waits and is not being rung for.
///
/// # Errors
/// When the database failed.
pub async fn list_busy_queues(tx: &mut Tx) -> StoreResult<Vec<BusyQueue>> {
    fetch_all!(
        tx,
        BusyQueue,
        "SELECT DISTINCT site_id, queue_id FROM chats WHERE state = 'queued' ORDER BY site_id, queue_id",
    )
}

/// Lists the first of the chats that wait in a queue: by priority, then arrival.
///
/// # Errors
/// When the database failed.
pub async fn list_waiting_chats(tx: &mut Tx, queue: QueueId) -> StoreResult<Vec<ChatRow>> {
    fetch_all!(
        tx,
        ChatRow,
        select!("WHERE queue_id = $1 AND state = 'queued' ORDER BY priority DESC, queued_at, id LIMIT $2"),
        Text(queue),
        WAITING_AT_A_TIME,
    )
}

/// Lists waiting chats that this agent was rung for and let pass.
///
/// # Errors
/// When the database failed.
pub async fn list_chats_let_pass(tx: &mut Tx, agent: UserId) -> StoreResult<Vec<ChatRow>> {
    fetch_all!(
        tx,
        ChatRow,
        select!("WHERE state = 'queued' AND rung LIKE $1 ORDER BY queued_at, id LIMIT 1000"),
        format!("%{agent}%"),
    )
}

/// Lists waiting chats whose time to wait ran out at or before `now`.
///
/// # Errors
/// When the database failed.
pub async fn list_overdue_chats(tx: &mut Tx, now: UnixMs) -> StoreResult<Vec<ChatRow>> {
    fetch_all!(
        tx,
        ChatRow,
        select!("WHERE state = 'queued' AND wait_due <= $1 ORDER BY wait_due, id LIMIT 1000"),
        now.0,
    )
}

/// Gives a deadline to chats that wait without one, and to alerts that were taken, as nodes of an earlier version leave them.
///
/// # Errors
/// When the database failed.
pub async fn update_endless_waits(tx: &mut Tx, wait_due: UnixMs, alert_due: UnixMs) -> StoreResult<()> {
    execute!(tx, "UPDATE chats SET wait_due = $1 WHERE state = 'queued' AND wait_due IS NULL", wait_due.0)?;
    execute!(
        tx,
        concat!(
            "UPDATE chats SET due_at = $1
             WHERE mode = 'engage' AND state <> 'ended' AND state = 'active' AND due_at IS NULL AND NOT ",
            written!("chats.id")
        ),
        alert_due.0,
    )?;
    Ok(())
}

macro_rules! waited_in {
    () => {
        "SELECT DISTINCT queue_id FROM chats WHERE state <> 'ended' AND state IN ('queued', 'ringing')"
    };
}

/// Lists the queues in which somebody waits, also those in which an agent is being rung for everyone.
///
/// # Errors
/// When the database failed.
pub async fn list_queues_waited_in(tx: &mut Tx) -> StoreResult<Vec<QueueId>> {
    let rows: Vec<(Text<QueueId>,)> = fetch_all!(tx, (Text<QueueId>,), waited_in!(),)?;
    Ok(rows.into_iter().map(|(queue,)| *queue).collect())
}

/// Lists the visitors who wait in a queue, also those for whom an agent is being rung, in their order.
///
/// # Errors
/// When the database failed.
pub async fn list_waiting_visitors(tx: &mut Tx, queue: QueueId) -> StoreResult<Vec<VisitorId>> {
    let rows: Vec<(Text<VisitorId>,)> = fetch_all!(
        tx,
        (Text<VisitorId>,),
        "SELECT visitor_id FROM chats WHERE queue_id = $1 AND state IN ('queued', 'ringing')
         ORDER BY priority DESC, queued_at, id LIMIT $2",
        Text(queue),
        TOLD_AT_A_TIME,
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

macro_rules! abandoned {
    () => {
        select!(
            "WHERE state <> 'ended' AND state IN ('form', 'queued') AND NOT EXISTS (
                SELECT 1 FROM visits v WHERE v.visitor_id = chats.visitor_id AND v.ended_at IS NULL)
             ORDER BY requested_at, id LIMIT 1000"
        )
    };
}

/// Lists chats that wait, or have a form open, for visitors who are no longer on a visit.
///
/// # Errors
/// When the database failed.
pub async fn list_abandoned_chats(tx: &mut Tx) -> StoreResult<Vec<ChatRow>> {
    fetch_all!(tx, ChatRow, abandoned!(),)
}

/// Lists active chats whose agent is disabled or was not heard from since `before`, and in which no other agent is.
///
/// # Errors
/// When the database failed.
pub async fn list_deserted_chats(tx: &mut Tx, before: UnixMs) -> StoreResult<Vec<ChatRow>> {
    fetch_all!(
        tx,
        ChatRow,
        select!(
            "WHERE state <> 'ended' AND state = 'active' AND EXISTS (
                SELECT 1 FROM users u WHERE u.id = chats.agent_id AND (u.disabled OR u.heard_at < $1))
               AND NOT EXISTS (
                SELECT 1 FROM chat_participants g JOIN users u ON u.id = g.user_id
                WHERE g.chat_id = chats.id AND g.left_at IS NULL AND g.part = 'guest'
                  AND NOT u.disabled AND u.heard_at >= $1)
             ORDER BY requested_at, id LIMIT 1000"
        ),
        before.0,
    )
}

/// An alert to which nobody has written, with the last contact of its visitor as far as it is written down.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct OpenAlert {
    /// The chat.
    pub id: Text<ChatId>,
    /// The site.
    pub site_id: Text<SiteId>,
    /// When the visitor was last heard from.
    pub heard_at: i64,
}

/// Lists the alerts to which nobody has written, whether an agent has taken them or not; those whose visitor was not
/// heard from for the longest time first.
///
/// # Errors
/// When the database failed.
pub async fn list_open_alerts(tx: &mut Tx) -> StoreResult<Vec<OpenAlert>> {
    fetch_all!(
        tx,
        OpenAlert,
        concat!(
            "SELECT c.id, c.site_id, v.heard_at FROM chats c JOIN visits v ON v.id = c.visit_id
             WHERE c.mode = 'engage' AND c.state <> 'ended' AND NOT ",
            written!("c.id"),
            " ORDER BY v.heard_at, c.id LIMIT 200"
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
    let (wait,): (Option<i64>,) =
        fetch_one!(tx, (Option<i64>,), "SELECT MIN(wait_due) FROM chats WHERE state = 'queued'")?;
    Ok(due.into_iter().chain(wait).min().map(UnixMs))
}

/// The place of a waiting or ringing chat in its queue, from 1, and how many before it have nobody rung for them.
///
/// # Errors
/// When the database failed.
pub async fn find_position(tx: &mut Tx, chat: &ChatRow) -> StoreResult<(i64, i64)> {
    let (before, queued): (i64, i64) = fetch_one!(
        tx,
        (i64, i64),
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN state = 'queued' THEN 1 ELSE 0 END), 0) AS BIGINT) FROM chats
         WHERE queue_id = $1 AND state IN ('queued', 'ringing')
           AND (priority > $2 OR (priority = $2 AND (queued_at < $3 OR (queued_at = $3 AND id < $4))))",
        chat.queue_id,
        chat.priority,
        chat.queued_at,
        chat.id,
    )?;
    Ok((before + 1, queued))
}

/// How many wait in a queue and are not being rung for.
///
/// # Errors
/// When the database failed.
pub async fn find_waiting_count(tx: &mut Tx, queue: QueueId) -> StoreResult<i64> {
    let (count,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM chats WHERE queue_id = $1 AND state = 'queued'",
        Text(queue),
    )?;
    Ok(count)
}

/// What happened lately in a queue.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct RecentFlow {
    /// Chats answered since then.
    pub answered: i64,
    /// How long their visitors had waited, all together, milliseconds.
    pub waited_ms: i64,
    /// Chats that were answered and ended since the other time.
    pub ended: i64,
    /// How long they lasted, all together, milliseconds.
    pub lasted_ms: i64,
}

/// What happened in a queue: answers since `answered_since`, ends since `ended_since`, the earlier of the two.
///
/// # Errors
/// When the database failed.
pub async fn find_recent_flow(
    tx: &mut Tx,
    queue: QueueId,
    answered_since: UnixMs,
    ended_since: UnixMs,
) -> StoreResult<RecentFlow> {
    fetch_one!(
        tx,
        RecentFlow,
        "SELECT CAST(COALESCE(SUM(CASE WHEN answered_at >= $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS answered,
                CAST(COALESCE(SUM(CASE WHEN answered_at >= $2 THEN answered_at - queued_at ELSE 0 END), 0) AS BIGINT)
                    AS waited_ms,
                COUNT(ended_at) AS ended,
                CAST(COALESCE(SUM(ended_at - answered_at), 0) AS BIGINT) AS lasted_ms
         FROM chats WHERE queue_id = $1 AND answered_at >= $3",
        Text(queue),
        answered_since.0,
        ended_since.0,
    )
}

/// Gives a waiting or ringing chat another priority. Yields false when it waits no longer, or has it already.
///
/// # Errors
/// When the database failed.
pub async fn update_chat_priority(tx: &mut Tx, id: ChatId, priority: u8) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET priority = $2 WHERE id = $1 AND state IN ('queued', 'ringing') AND priority <> $2",
        Text(id),
        i64::from(priority),
    )?;
    Ok(rows == 1)
}

/// Moves a chat that waits to another queue, where it keeps the time it came. Yields false when it waits no longer.
///
/// # Errors
/// `InUse` when there is no such queue.
pub async fn update_chat_moved(
    tx: &mut Tx,
    chat: &ChatRow,
    queue: QueueId,
    priority: u8,
    wait_due: UnixMs,
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET queue_id = $3, priority = CASE WHEN priority < $4 THEN $4 ELSE priority END, wait_due = $5,
                          moves = moves + 1, rung = $6
         WHERE id = $1 AND queue_id = $2 AND state = 'queued'",
        chat.id,
        chat.queue_id,
        Text(queue),
        i64::from(priority),
        wait_due.0,
        Json(Vec::<UserId>::new()),
    )?;
    Ok(rows == 1)
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

#[cfg(test)]
mod tests {
    use crate::store::plan::explain;

    // spec: A-6
    #[tokio::test]
    async fn finds_who_waits_without_reading_every_chat() {
        for sql in [
            select!(
                "WHERE queue_id = $1 AND state = 'queued' ORDER BY priority DESC, queued_at, id LIMIT $2"
            ),
            abandoned!(),
            waited_in!(),
        ] {
            let plan = explain(sql).await;
            assert!(!plan.contains("SCAN chats\n") && !plan.ends_with("SCAN chats"), "{plan}");
        }
    }
}
