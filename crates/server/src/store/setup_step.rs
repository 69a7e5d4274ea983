//! Owns the SQL of how far a site is set up: where its snippet was seen, and what is there already.

use beckon_engine::id::SiteId;
use beckon_engine::time::UnixMs;

use super::column::Text;
use super::gate::PRESENCE_MS;
use super::sql::{execute, fetch_all, fetch_one};
use super::{StoreResult, Tx};

/// Origins that are not the site's own and still kept: anyone who has the key can name one.
pub const FOREIGN_ORIGINS_MAX: i64 = 5;

/// A page of this origin asked for a site's terms, as the snippet does first.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SnippetSeen {
    /// The site whose key it named.
    pub site_id: Text<SiteId>,
    /// The page's origin.
    pub origin: String,
    /// It is one of the site's own.
    pub allowed: bool,
    /// When it was last noted.
    pub seen_at: i64,
}

/// What is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SetupState {
    /// A queue was saved since it was made.
    pub queue_saved: bool,
    /// Someone who serves a queue of the site is ready.
    pub agent_ready: bool,
    /// A rule is enabled.
    pub rule_enabled: bool,
    /// A chat was answered.
    pub chat_answered: bool,
}

/// Notes where a snippet was seen; of foreign origins the latest [`FOREIGN_ORIGINS_MAX`].
///
/// # Errors
/// When the database failed.
pub async fn insert_snippet_seen(tx: &mut Tx, seen: &SnippetSeen) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO snippets_seen (site_id, origin, allowed, seen_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (site_id, origin) DO UPDATE SET allowed = excluded.allowed, seen_at = excluded.seen_at",
        seen.site_id,
        seen.origin.as_str(),
        seen.allowed,
        seen.seen_at,
    )?;
    if !seen.allowed {
        execute!(
            tx,
            "DELETE FROM snippets_seen WHERE site_id = $1 AND NOT allowed AND origin NOT IN (
                 SELECT origin FROM snippets_seen WHERE site_id = $1 AND NOT allowed
                 ORDER BY seen_at DESC, origin LIMIT $2)",
            seen.site_id,
            FOREIGN_ORIGINS_MAX,
        )?;
    }
    Ok(())
}

/// Where a site's snippet was seen, the latest first.
///
/// # Errors
/// When the database failed.
pub async fn list_snippets_seen(tx: &mut Tx, site: SiteId) -> StoreResult<Vec<SnippetSeen>> {
    fetch_all!(
        tx,
        SnippetSeen,
        "SELECT site_id, origin, allowed, seen_at FROM snippets_seen WHERE site_id = $1
         ORDER BY seen_at DESC, origin LIMIT 1000",
        Text(site),
    )
}

/// What is there already of a site.
///
/// # Errors
/// When the database failed.
pub async fn find_setup_state(tx: &mut Tx, site: SiteId, now: UnixMs) -> StoreResult<SetupState> {
    fetch_one!(
        tx,
        SetupState,
        "SELECT EXISTS (SELECT 1 FROM queues WHERE site_id = $1 AND updated_at > created_at) AS queue_saved,
                EXISTS (SELECT 1 FROM queues q JOIN queue_agents a ON a.queue_id = q.id
                        JOIN users u ON u.id = a.user_id
                        WHERE q.site_id = $1 AND u.status = 'ready' AND u.heard_at >= $2 AND NOT u.disabled)
                    AS agent_ready,
                EXISTS (SELECT 1 FROM rules WHERE site_id = $1 AND enabled) AS rule_enabled,
                EXISTS (SELECT 1 FROM queues q JOIN chats c ON c.queue_id = q.id
                        WHERE q.site_id = $1 AND c.answered_at IS NOT NULL) AS chat_answered",
        Text(site),
        now.0 - PRESENCE_MS,
    )
}
