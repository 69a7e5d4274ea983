//! Owns the SQL of queues and of which agents serve them. What a queue is stands in the engine.

use beckon_engine::id::{QueueId, SiteId, UserId};
use beckon_engine::queue::waiting::SkillNeed;
use beckon_engine::queue::{ByHand, Queue, QueuePlan};

use super::column::{Json, Text};
use super::site::raise_config_version;
use super::sql::{execute, fetch_all, fetch_optional};
use super::{StoreResult, Tx};

// One text for the columns of a `QueueRow`.
macro_rules! select_queues {
    ($rest:literal) => {
        concat!(
            "SELECT id, site_id, name, channel_on, by_hand, is_default, plan, created_at, updated_at FROM queues ",
            $rest
        )
    };
}

/// A queue of a site.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct QueueRow {
    /// Identity.
    pub id: Text<QueueId>,
    /// The site it belongs to.
    pub site_id: Text<SiteId>,
    /// Name in the console.
    pub name: String,
    /// The channel switch.
    pub channel_on: bool,
    /// Opened or closed by hand.
    pub by_hand: Option<Json<ByHand>>,
    /// The queue of the launcher; a site has one.
    pub is_default: bool,
    /// Everything else.
    pub plan: Json<QueuePlan>,
    /// When the row was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

impl From<QueueRow> for Queue {
    fn from(row: QueueRow) -> Self {
        let by_hand = row.by_hand.map(|by_hand| by_hand.0);
        Self { id: row.id.0, name: row.name, channel_on: row.channel_on, by_hand, plan: row.plan.0 }
    }
}

/// Adds a queue. When it is the queue of the launcher, the one that was no longer is.
///
/// # Errors
/// `InUse` when there is no such site.
pub async fn insert_queue(tx: &mut Tx, queue: &QueueRow) -> StoreResult<()> {
    if queue.is_default {
        clear_default(tx, queue.site_id.0).await?;
    }
    execute!(
        tx,
        "INSERT INTO queues (id, site_id, name, channel_on, by_hand, is_default, plan, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        queue.id,
        queue.site_id,
        queue.name.as_str(),
        queue.channel_on,
        queue.by_hand.as_ref(),
        queue.is_default,
        &queue.plan,
        queue.created_at,
        queue.updated_at,
    )?;
    update_queue_skills(tx, queue.id.0, &queue.plan.routing.skills).await?;
    raise_config_version(tx, queue.site_id.0).await?;
    Ok(())
}

/// Finds a queue, on whatever site.
///
/// # Errors
/// When the database failed.
pub async fn find_queue(tx: &mut Tx, id: QueueId) -> StoreResult<Option<QueueRow>> {
    fetch_optional!(tx, QueueRow, select_queues!("WHERE id = $1"), Text(id),)
}

/// The first `limit` queues of a site by name, then id, that come after `after`.
///
/// # Errors
/// When the database failed.
pub async fn list_queues(
    tx: &mut Tx,
    site: SiteId,
    after: (&str, &str),
    limit: i64,
) -> StoreResult<Vec<QueueRow>> {
    fetch_all!(
        tx,
        QueueRow,
        select_queues!(
            "WHERE site_id = $1 AND (lower(name), id) > (lower($2), $3) ORDER BY lower(name), id LIMIT $4"
        ),
        Text(site),
        after.0,
        after.1,
        limit,
    )
}

/// All queues of a site.
///
/// # Errors
/// When the database failed.
pub async fn list_all_queues(tx: &mut Tx, site: SiteId) -> StoreResult<Vec<QueueRow>> {
    list_queues(tx, site, ("", ""), i64::MAX).await
}

/// Writes name, plan, channel switch, what was set by hand, and whether it is the queue of the launcher; the one that was no longer is.
///
/// # Errors
/// When the database failed.
pub async fn update_queue(tx: &mut Tx, queue: &QueueRow) -> StoreResult<()> {
    if queue.is_default {
        clear_default(tx, queue.site_id.0).await?;
    }
    execute!(
        tx,
        "UPDATE queues SET name = $3, channel_on = $4, by_hand = $5, is_default = $6, plan = $7, updated_at = $8
         WHERE id = $1 AND site_id = $2",
        queue.id,
        queue.site_id,
        queue.name.as_str(),
        queue.channel_on,
        queue.by_hand.as_ref(),
        queue.is_default,
        &queue.plan,
        queue.updated_at,
    )?;
    update_queue_skills(tx, queue.id.0, &queue.plan.routing.skills).await?;
    raise_config_version(tx, queue.site_id.0).await?;
    Ok(())
}

/// Removes a queue.
///
/// # Errors
/// `InUse` when it has had chats.
pub async fn delete_queue(tx: &mut Tx, site: SiteId, id: QueueId) -> StoreResult<()> {
    execute!(tx, "DELETE FROM queues WHERE id = $1 AND site_id = $2", Text(id), Text(site))?;
    raise_config_version(tx, site).await?;
    Ok(())
}

/// Who serves a queue, by id.
///
/// # Errors
/// When the database failed.
pub async fn list_queue_agents(tx: &mut Tx, queue: QueueId) -> StoreResult<Vec<UserId>> {
    let rows: Vec<(Text<UserId>,)> = fetch_all!(
        tx,
        (Text<UserId>,),
        "SELECT user_id FROM queue_agents WHERE queue_id = $1 ORDER BY user_id",
        Text(queue),
    )?;
    Ok(rows.into_iter().map(|(id,)| id.0).collect())
}

/// Which agent serves which queue of a site, by queue and agent.
///
/// # Errors
/// When the database failed.
pub async fn list_site_queue_agents(tx: &mut Tx, site: SiteId) -> StoreResult<Vec<(QueueId, UserId)>> {
    let rows: Vec<(Text<QueueId>, Text<UserId>)> = fetch_all!(
        tx,
        (Text<QueueId>, Text<UserId>),
        "SELECT a.queue_id, a.user_id FROM queue_agents a JOIN queues q ON q.id = a.queue_id
         WHERE q.site_id = $1 ORDER BY a.queue_id, a.user_id",
        Text(site),
    )?;
    Ok(rows.into_iter().map(|(queue, user)| (queue.0, user.0)).collect())
}

/// Replaces the agents of a queue, beside [`insert_queue`] or [`update_queue`], which count it as one change.
///
/// # Errors
/// `InUse` when one of them is no user.
pub async fn update_queue_agents(tx: &mut Tx, queue: &QueueRow, agents: &[UserId]) -> StoreResult<()> {
    execute!(tx, "DELETE FROM queue_agents WHERE queue_id = $1", queue.id)?;
    for agent in agents {
        execute!(
            tx,
            "INSERT INTO queue_agents (queue_id, user_id) VALUES ($1, $2)
             ON CONFLICT (queue_id, user_id) DO NOTHING",
            queue.id,
            Text(*agent),
        )?;
    }
    Ok(())
}

/// What an agent must know, as rows, so that the gate can be counted in the database.
async fn update_queue_skills(tx: &mut Tx, queue: QueueId, needs: &[SkillNeed]) -> StoreResult<()> {
    execute!(tx, "DELETE FROM queue_skills WHERE queue_id = $1", Text(queue))?;
    for need in needs {
        execute!(
            tx,
            "INSERT INTO queue_skills (queue_id, skill, level) VALUES ($1, $2, $3)
             ON CONFLICT (queue_id, skill) DO UPDATE SET level = excluded.level",
            Text(queue),
            need.skill.to_lowercase(),
            i64::from(need.level),
        )?;
    }
    Ok(())
}

async fn clear_default(tx: &mut Tx, site: SiteId) -> StoreResult<()> {
    execute!(tx, "UPDATE queues SET is_default = FALSE WHERE site_id = $1 AND is_default", Text(site))?;
    Ok(())
}

/// A queue that an agent serves, with what counts there of its site.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ServedQueueRow {
    /// The queue.
    #[sqlx(flatten)]
    pub queue: QueueRow,
    /// Name of its site.
    pub site_name: String,
    /// A supervisor has stopped the offers of the site.
    pub offers_stopped: bool,
}

/// Lists the queues that an agent serves, by site, then name.
///
/// # Errors
/// When the database failed.
pub async fn list_queues_of_agent(tx: &mut Tx, user: UserId) -> StoreResult<Vec<ServedQueueRow>> {
    fetch_all!(
        tx,
        ServedQueueRow,
        "SELECT q.id, q.site_id, q.name, q.channel_on, q.by_hand, q.is_default, q.plan, q.created_at, q.updated_at,
                s.name AS site_name,
                EXISTS (SELECT 1 FROM offer_stops o WHERE o.site_id = q.site_id) AS offers_stopped
         FROM queue_agents a JOIN queues q ON q.id = a.queue_id JOIN sites s ON s.id = q.site_id
         WHERE a.user_id = $1 ORDER BY lower(s.name), lower(q.name), q.id LIMIT 1000",
        Text(user),
    )
}
