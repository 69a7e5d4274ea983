//! Owns the SQL that counts what the gate of each queue depends on. The gate itself is the engine's.

use beckon_engine::id::QueueId;
use beckon_engine::time::UnixMs;

use super::agent::slots_used;
use super::column::Text;
use super::sql::{fetch_all, fetch_optional};
use super::{StoreResult, Tx};

/// What one queue has to give and what is taken of it.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct QueueLoad {
    /// The queue.
    pub queue_id: Text<QueueId>,
    /// The channel switch.
    pub channel_on: bool,
    /// Slots of its agents who are ready, whatever they know, in use or not.
    pub slots: i64,
    /// Slots of its available agents who have the skills it needs, minus their chats; never below 0 per agent.
    pub slots_left: i64,
    /// Slots held by accepted offers whose form is open (O-15), and by visitors who wait.
    pub held: i64,
    /// Open presentations (O-12).
    pub open_presentations: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT q.id AS queue_id, q.channel_on,
                    CAST(COALESCE((SELECT SUM(CASE WHEN u.slots > u.used THEN u.slots - u.used ELSE 0 END)
                         FROM (SELECT a.queue_id, w.slots, ",
            slots_used!("w.id"),
            " AS used
                               FROM queue_agents a JOIN users w ON w.id = a.user_id
                               WHERE w.status = 'ready' AND w.heard_at >= $1 AND NOT w.disabled
                                 AND NOT EXISTS (
                                    SELECT 1 FROM queue_skills k WHERE k.queue_id = a.queue_id AND NOT EXISTS (
                                        SELECT 1 FROM user_skills s
                                        WHERE s.user_id = w.id AND s.skill = k.skill AND s.level >= k.level))) u
                         WHERE u.queue_id = q.id), 0) AS BIGINT) AS slots_left,
                    CAST(COALESCE((SELECT SUM(w.slots) FROM queue_agents a JOIN users w ON w.id = a.user_id
                         WHERE a.queue_id = q.id AND w.status = 'ready' AND w.heard_at >= $1
                           AND NOT w.disabled), 0) AS BIGINT) AS slots,
                    (SELECT COUNT(*) FROM chats c WHERE c.queue_id = q.id AND c.state = 'queued')
                    + (SELECT COUNT(*) FROM chats c
                       WHERE c.queue_id = q.id AND c.state = 'form' AND c.held_until > $2) AS held,
                    (SELECT COUNT(*) FROM presentations p
                     WHERE p.queue_id = q.id AND p.outcome IS NULL) AS open_presentations
             FROM queues q ",
            $rest
        )
    };
}

/// An agent is available for this long after their console was last heard from.
pub const PRESENCE_MS: i64 = 30_000;

/// Counts the load of every queue.
///
/// # Errors
/// When the database failed.
pub async fn list_queue_loads(tx: &mut Tx, now: UnixMs) -> StoreResult<Vec<QueueLoad>> {
    fetch_all!(tx, QueueLoad, select!("ORDER BY q.id"), now.0 - PRESENCE_MS, now.0)
}

/// Counts the load of one queue, as [`list_queue_loads`] does.
///
/// # Errors
/// When the database failed.
pub async fn find_queue_load(tx: &mut Tx, queue: QueueId, now: UnixMs) -> StoreResult<Option<QueueLoad>> {
    fetch_optional!(tx, QueueLoad, select!("WHERE q.id = $3"), now.0 - PRESENCE_MS, now.0, Text(queue),)
}

#[cfg(test)]
mod tests {
    use crate::store::agent::slots_used;
    use crate::store::plan::explain;

    // spec: A-6
    #[tokio::test]
    async fn reads_no_chat_that_has_ended() {
        let plan = explain(select!("ORDER BY q.id")).await;
        assert!(!plan.contains("SCAN c"), "{plan}");
    }
}
