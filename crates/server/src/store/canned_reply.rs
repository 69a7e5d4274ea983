//! Owns the SQL of canned replies: texts that agents send again and again, shared or their own.

use std::collections::BTreeMap;

use beckon_engine::id::{CannedReplyId, QueueId, SiteId, UserId};

use super::column::{Json, Text};
use super::sql::{execute, fetch_all, fetch_one, fetch_optional};
use super::{StoreResult, Tx};

// One text for the columns of a `CannedReplyRow`.
macro_rules! select_replies {
    ($rest:literal) => {
        concat!(
            "SELECT id, site_id, queue_id, owner_id, shortcut, title, texts, tags, created_at, updated_at
             FROM canned_replies ",
            $rest
        )
    };
}

/// A text to send again and again.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CannedReplyRow {
    /// Identity.
    pub id: Text<CannedReplyId>,
    /// The site it is for; none for every site.
    pub site_id: Option<Text<SiteId>>,
    /// The queue it is for; none for every queue.
    pub queue_id: Option<Text<QueueId>>,
    /// The agent who alone sees it; none when all do.
    pub owner_id: Option<Text<UserId>>,
    /// What is typed after the slash.
    pub shortcut: String,
    /// Name in lists.
    pub title: String,
    /// Text by language.
    pub texts: Json<BTreeMap<String, String>>,
    /// Words to find it by.
    pub tags: Json<Vec<String>>,
    /// When the row was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// Adds a canned reply.
///
/// # Errors
/// `Taken` when the shortcut is in use for the same site and owner.
pub async fn insert_canned_reply(tx: &mut Tx, reply: &CannedReplyRow) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO canned_replies
            (id, site_id, queue_id, owner_id, shortcut, title, texts, tags, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        reply.id,
        reply.site_id,
        reply.queue_id,
        reply.owner_id,
        reply.shortcut.as_str(),
        reply.title.as_str(),
        &reply.texts,
        &reply.tags,
        reply.created_at,
        reply.updated_at,
    )?;
    Ok(())
}

/// Finds a canned reply that this user may see: a shared one, or their own.
///
/// # Errors
/// When the database failed.
pub async fn find_canned_reply(
    tx: &mut Tx,
    id: CannedReplyId,
    user: UserId,
) -> StoreResult<Option<CannedReplyRow>> {
    fetch_optional!(
        tx,
        CannedReplyRow,
        select_replies!("WHERE id = $1 AND (owner_id IS NULL OR owner_id = $2)"),
        Text(id),
        Text(user),
    )
}

/// The first `limit` canned replies that this user may see, by title, then id, that come after `after`. With a site,
/// only those for it or for every site.
///
/// # Errors
/// When the database failed.
pub async fn list_canned_replies(
    tx: &mut Tx,
    user: UserId,
    site: Option<SiteId>,
    after: (&str, &str),
    limit: i64,
) -> StoreResult<Vec<CannedReplyRow>> {
    fetch_all!(
        tx,
        CannedReplyRow,
        select_replies!(
            "WHERE (owner_id IS NULL OR owner_id = $1) AND ($2 = '' OR site_id IS NULL OR site_id = $2)
               AND (lower(title), id) > (lower($3), $4) ORDER BY lower(title), id LIMIT $5"
        ),
        Text(user),
        site.map(|site| site.to_string()).unwrap_or_default(),
        after.0,
        after.1,
        limit,
    )
}

/// The first `limit` canned replies that all agents share.
///
/// # Errors
/// When the database failed.
pub async fn list_shared_canned_replies(tx: &mut Tx, limit: i64) -> StoreResult<Vec<CannedReplyRow>> {
    fetch_all!(
        tx,
        CannedReplyRow,
        select_replies!(
            "WHERE COALESCE(owner_id, '') = '' ORDER BY COALESCE(site_id, ''), shortcut LIMIT $1"
        ),
        limit,
    )
}

/// How many shared canned replies there are, or how many of one user.
///
/// # Errors
/// When the database failed.
pub async fn find_canned_reply_count(tx: &mut Tx, owner: Option<UserId>) -> StoreResult<i64> {
    let (count,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM canned_replies WHERE COALESCE(owner_id, '') = $1",
        owner.map(|owner| owner.to_string()).unwrap_or_default(),
    )?;
    Ok(count)
}

/// Writes everything but the owner.
///
/// # Errors
/// `Taken` when the shortcut is in use for the same site and owner.
pub async fn update_canned_reply(tx: &mut Tx, reply: &CannedReplyRow) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE canned_replies
         SET site_id = $2, queue_id = $3, shortcut = $4, title = $5, texts = $6, tags = $7, updated_at = $8
         WHERE id = $1",
        reply.id,
        reply.site_id,
        reply.queue_id,
        reply.shortcut.as_str(),
        reply.title.as_str(),
        &reply.texts,
        &reply.tags,
        reply.updated_at,
    )?;
    Ok(())
}

/// Removes a canned reply.
///
/// # Errors
/// When the database failed.
pub async fn delete_canned_reply(tx: &mut Tx, id: CannedReplyId) -> StoreResult<()> {
    execute!(tx, "DELETE FROM canned_replies WHERE id = $1", Text(id))?;
    Ok(())
}
