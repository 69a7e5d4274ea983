//! Owns the SQL that counts what the wallboard shows: what is under way, and what the day has brought.

use beckon_engine::id::{QueueId, RuleId, SiteId};
use beckon_engine::offer::Outcome;
use beckon_engine::time::UnixMs;

use super::chat::ChatState;
use super::column::Text;
use super::sql::{fetch_all, fetch_one};
use super::{StoreResult, Tx};

pub(super) const OPEN_COUNTS: &str =
    "SELECT queue_id, state, COUNT(*) AS chats, MIN(queued_at) AS waiting_since FROM chats
     WHERE state <> 'ended' GROUP BY queue_id, state ORDER BY queue_id, state";

/// Open chats of one queue in one state. Alerts on which nobody has acted count too.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct OpenChats {
    /// The queue.
    pub queue_id: Text<QueueId>,
    /// The state.
    pub state: Text<ChatState>,
    /// How many.
    pub chats: i64,
    /// When the first of them began to wait; none when none has.
    pub waiting_since: Option<i64>,
}

/// What became of the chats that visitors asked for since a moment. Alerts are not asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct ChatsOfDay {
    /// Came into the queue.
    pub queued: i64,
    /// An agent took them.
    pub answered: i64,
    /// Of these, within the target.
    pub answered_in_time: i64,
    /// Ended before an agent took them.
    pub lost: i64,
    /// All waits of the answered ones together, milliseconds.
    pub waited_ms: i64,
}

/// Presentations that ended in one outcome; none is open.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct OutcomeCount {
    /// The outcome.
    pub outcome: Option<Text<Outcome>>,
    /// How many.
    pub presentations: i64,
}

/// Counts all open chats by queue and state.
///
/// # Errors
/// When the database failed.
pub async fn list_open_chat_counts(tx: &mut Tx) -> StoreResult<Vec<OpenChats>> {
    fetch_all!(tx, OpenChats, OPEN_COUNTS)
}

/// Counts what became of the chats of a queue that were asked for since `since`; the target is in milliseconds.
///
/// # Errors
/// When the database failed.
pub async fn find_chats_of_day(
    tx: &mut Tx,
    queue: QueueId,
    since: UnixMs,
    target_ms: i64,
) -> StoreResult<ChatsOfDay> {
    fetch_one!(
        tx,
        ChatsOfDay,
        "SELECT COUNT(*) AS queued,
                COUNT(answered_at) AS answered,
                COUNT(CASE WHEN answered_at - queued_at <= $3 THEN 1 END) AS answered_in_time,
                COUNT(CASE WHEN state = 'ended' AND answered_at IS NULL THEN 1 END) AS lost,
                CAST(COALESCE(SUM(answered_at - queued_at), 0) AS BIGINT) AS waited_ms
         FROM chats
         WHERE queue_id = $1 AND requested_at >= $2 AND mode <> 'engage' AND queued_at IS NOT NULL",
        Text(queue),
        since.0,
        target_ms,
    )
}

/// Counts the presentations of a queue since `since` by outcome.
///
/// # Errors
/// When the database failed.
pub async fn list_outcome_counts(
    tx: &mut Tx,
    queue: QueueId,
    since: UnixMs,
) -> StoreResult<Vec<OutcomeCount>> {
    fetch_all!(
        tx,
        OutcomeCount,
        "SELECT outcome, COUNT(*) AS presentations FROM presentations
         WHERE queue_id = $1 AND presented_at >= $2 GROUP BY outcome ORDER BY outcome",
        Text(queue),
        since.0,
    )
}

/// Counts the presentations of each rule of a site since `since` by outcome; rules that presented nothing are left out.
///
/// # Errors
/// When the database failed.
pub async fn list_rule_outcome_counts(
    tx: &mut Tx,
    site: SiteId,
    since: UnixMs,
) -> StoreResult<Vec<(RuleId, OutcomeCount)>> {
    let rows = fetch_all!(
        tx,
        RuleOutcomeCount,
        "SELECT rule_id, outcome, COUNT(*) AS presentations FROM presentations
         WHERE queue_id IN (SELECT id FROM queues WHERE site_id = $1) AND presented_at >= $2
           AND rule_id IS NOT NULL
         GROUP BY rule_id, outcome ORDER BY rule_id, outcome",
        Text(site),
        since.0,
    )?;
    Ok(rows.into_iter().map(|row| (*row.rule_id, row.count)).collect())
}

#[derive(sqlx::FromRow)]
struct RuleOutcomeCount {
    rule_id: Text<RuleId>,
    #[sqlx(flatten)]
    count: OutcomeCount,
}
