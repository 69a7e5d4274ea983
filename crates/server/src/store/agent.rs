//! Owns the SQL of users as agents: their status, when they were last heard from, and how much they carry.

use beckon_engine::id::{QueueId, UserId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::Text;
use super::sql::{execute, fetch_all, fetch_one, fetch_optional};
use super::user::{Role, USERS_MAX};
use super::{StoreResult, Tx};

/// What an agent has chosen. Whether they are signed in is told by `heard_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChosenStatus {
    /// Takes chats.
    Ready,
    /// Does not.
    Away,
}

/// Why an agent is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AwayCause {
    /// They chose to be.
    Chosen,
    /// They let a chat ring out.
    NoAnswer,
    /// They came back after a long time and have not said that they are ready.
    Absence,
    /// A supervisor set them away.
    Supervisor,
}

/// What an agent's status is set to.
#[derive(Clone, Copy, Debug)]
pub enum Stance<'a> {
    /// Takes chats.
    Ready,
    /// Takes none, for this cause and, where they named one, this reason.
    Away(AwayCause, Option<&'a str>),
}

/// A user as an agent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AgentRow {
    /// Identity.
    pub id: Text<UserId>,
    /// Name that visitors see.
    pub name: String,
    /// Role.
    pub role: Text<Role>,
    /// Chats at a time by routing.
    pub slots: i64,
    /// Chosen status.
    pub status: Text<ChosenStatus>,
    /// Since when.
    pub status_since: i64,
    /// Why they are away; none while ready, or when nobody recorded it.
    pub away_cause: Option<Text<AwayCause>>,
    /// The reason they named.
    pub away_reason: Option<String>,
    /// Last contact of any console of theirs; 0 when signed out.
    pub heard_at: i64,
    /// Without a chat since.
    pub idle_since: i64,
    /// Last rung.
    pub rung_at: i64,
    /// Slots in use: chats that ring at them, are offered to them, are active, or are to be wrapped up.
    pub used: i64,
}

/// That an agent serves a queue.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Service {
    /// The queue.
    pub queue_id: Text<QueueId>,
    /// The agent.
    pub user_id: Text<UserId>,
}

/// The slots that a user's chats take, those offered to them included. Each count is one that an index answers: together
/// in one condition they would read all chats there ever were.
macro_rules! slots_used {
    ($user:literal) => {
        concat!(
            "((SELECT COUNT(*) FROM chats c WHERE c.agent_id = ",
            $user,
            " AND c.state <> 'ended')
              + (SELECT COUNT(*) FROM chats c WHERE c.agent_id = ",
            $user,
            " AND c.state = 'ended' AND NOT c.wrapped_up)
              + (SELECT COUNT(*) FROM chat_calls k WHERE k.to_id = ",
            $user,
            " AND k.outcome IS NULL AND k.purpose = 'transfer'))"
        )
    };
}

pub(in crate::store) use slots_used;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT u.id, u.name, u.role, u.slots, u.status, u.status_since,
                    u.away_cause, u.away_reason, u.heard_at, u.idle_since, u.rung_at, ",
            slots_used!("u.id"),
            " AS used FROM users u ",
            $rest
        )
    };
}

/// Lists all users that are not disabled, by name.
///
/// # Errors
/// When the database failed.
pub async fn list_agents(tx: &mut Tx) -> StoreResult<Vec<AgentRow>> {
    fetch_all!(tx, AgentRow, select!("WHERE NOT u.disabled ORDER BY u.name, u.id LIMIT $1"), USERS_MAX,)
}

/// Lists those who are ready and were heard from since `heard_since`, by name.
///
/// # Errors
/// When the database failed.
pub async fn list_ready_agents(tx: &mut Tx, heard_since: UnixMs) -> StoreResult<Vec<AgentRow>> {
    fetch_all!(
        tx,
        AgentRow,
        select!("WHERE NOT u.disabled AND u.status = 'ready' AND u.heard_at >= $1 ORDER BY u.name, u.id"),
        heard_since.0,
    )
}

/// Finds one agent.
///
/// # Errors
/// When the database failed.
pub async fn find_agent(tx: &mut Tx, id: UserId) -> StoreResult<Option<AgentRow>> {
    fetch_optional!(tx, AgentRow, select!("WHERE u.id = $1 AND NOT u.disabled"), Text(id))
}

/// Lists who serves which queue.
///
/// # Errors
/// When the database failed.
pub async fn list_services(tx: &mut Tx) -> StoreResult<Vec<Service>> {
    fetch_all!(tx, Service, "SELECT queue_id, user_id FROM queue_agents ORDER BY queue_id, user_id")
}

/// Lists who serves a queue.
///
/// # Errors
/// When the database failed.
pub async fn list_serving(tx: &mut Tx, queue: QueueId) -> StoreResult<Vec<UserId>> {
    let sql = "SELECT user_id FROM queue_agents WHERE queue_id = $1";
    let serving = fetch_all!(tx, (Text<UserId>,), sql, Text(queue))?;
    Ok(serving.into_iter().map(|(user,)| *user).collect())
}

/// Whether this user serves the queue.
///
/// # Errors
/// When the database failed.
pub async fn is_serving(tx: &mut Tx, queue: QueueId, user: UserId) -> StoreResult<bool> {
    let sql = "SELECT COUNT(*) > 0 FROM queue_agents WHERE queue_id = $1 AND user_id = $2";
    let (serves,): (bool,) = fetch_one!(tx, (bool,), sql, Text(queue), Text(user))?;
    Ok(serves)
}

/// Sets the chosen status, and why. Yields false when it is that already, for the same reason.
///
/// # Errors
/// When the database failed.
pub async fn update_agent_status(
    tx: &mut Tx,
    id: UserId,
    stance: Stance<'_>,
    now: UnixMs,
) -> StoreResult<bool> {
    let (status, cause, reason) = match stance {
        Stance::Ready => (ChosenStatus::Ready, None, None),
        Stance::Away(cause, reason) => (ChosenStatus::Away, Some(Text(cause)), reason),
    };
    let rows = execute!(
        tx,
        "UPDATE users SET status = $2, away_cause = $3, away_reason = $4, status_since = $5,
                idle_since = CASE WHEN status = $2 THEN idle_since ELSE $5 END
         WHERE id = $1 AND (status <> $2 OR COALESCE(away_cause, '') <> COALESCE($3, '')
                            OR COALESCE(away_reason, '') <> COALESCE($4, ''))",
        Text(id),
        Text(status),
        cause,
        reason,
        now.0,
    )?;
    Ok(rows == 1)
}

/// Sets an agent away who is ready and let a chat ring out; the reason of one who is away already stays.
///
/// # Errors
/// When the database failed.
pub async fn update_agent_silent(tx: &mut Tx, id: UserId, now: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE users SET status = $2, away_cause = $3, away_reason = NULL, status_since = $4, idle_since = $4
         WHERE id = $1 AND status <> $2",
        Text(id),
        Text(ChosenStatus::Away),
        Text(AwayCause::NoAnswer),
        now.0,
    )?;
    Ok(rows == 1)
}

/// Records that a console of the agent was heard from.
///
/// # Errors
/// When the database failed.
pub async fn update_agent_heard(tx: &mut Tx, id: UserId, heard_at: UnixMs) -> StoreResult<()> {
    execute!(tx, "UPDATE users SET heard_at = $2 WHERE id = $1", Text(id), heard_at.0)?;
    Ok(())
}

/// Records that the agent was rung.
///
/// # Errors
/// When the database failed.
pub async fn update_agent_rung(tx: &mut Tx, id: UserId, now: UnixMs) -> StoreResult<()> {
    execute!(tx, "UPDATE users SET rung_at = $2 WHERE id = $1", Text(id), now.0)?;
    Ok(())
}

/// Records that the agent's last chat is over, when they have none left.
///
/// # Errors
/// When the database failed.
pub async fn update_agent_idle(tx: &mut Tx, id: UserId, now: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE users SET idle_since = $2 WHERE id = $1
             AND NOT EXISTS (SELECT 1 FROM chats c WHERE c.agent_id = $1 AND c.state <> 'ended')
             AND NOT EXISTS (SELECT 1 FROM chats c WHERE c.agent_id = $1 AND c.state = 'ended' AND NOT c.wrapped_up)",
        Text(id),
        now.0,
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::store::plan::explain;

    // spec: A-6
    #[tokio::test]
    async fn counts_what_agents_carry_without_reading_every_chat() {
        let plan = explain(select!("WHERE NOT u.disabled ORDER BY u.name, u.id LIMIT 1000")).await;
        assert!(!plan.contains("SCAN c"), "{plan}");
    }
}
