//! Owns the SQL of the nodes that work on one database. They are seen by the database's clock, as theirs may differ.

use uuid::Uuid;

use super::column::Text;
use super::sql::{execute, fetch_all};
use super::{StoreResult, Tx};

/// Who was not seen for this time does not work on the database any more.
const SEEN_WITHIN_MS: i64 = 10_000;
/// Who was not seen for this time is forgotten.
const KEPT_MS: i64 = 3_600_000;

/// Says that `node` is there at `now`, and yields the others that are.
///
/// # Errors
/// When the database failed.
pub async fn meet_nodes(tx: &mut Tx, node: Uuid, now: i64) -> StoreResult<Vec<Uuid>> {
    execute!(
        tx,
        "INSERT INTO nodes (id, seen_at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
        Text(node),
        now,
    )?;
    execute!(tx, "DELETE FROM nodes WHERE seen_at < $1", now - KEPT_MS)?;
    let others = fetch_all!(
        tx,
        NodeRow,
        "SELECT id FROM nodes WHERE id <> $1 AND seen_at > $2",
        Text(node),
        now - SEEN_WITHIN_MS,
    )?;
    Ok(others.into_iter().map(|other| *other.id).collect())
}

/// The node goes.
///
/// # Errors
/// When the database failed.
pub async fn delete_node(tx: &mut Tx, node: Uuid) -> StoreResult<()> {
    execute!(tx, "DELETE FROM nodes WHERE id = $1", Text(node)).map(drop)
}

#[derive(sqlx::FromRow)]
struct NodeRow {
    id: Text<Uuid>,
}
