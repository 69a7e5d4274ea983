//! Owns the SQL of merging two records into one, and of taking that back (C-1). Chats and visits follow by themselves.

use beckon_engine::id::{CustomerId, SiteId, UserId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Details;
use crate::store::column::{Json, Text};
use crate::store::sql::{execute, fetch_all, fetch_optional};
use crate::store::{StoreResult, Tx};

/// What a merge changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeChange {
    /// The kept record before.
    pub before: Details,
    /// The kept record after.
    pub after: Details,
    /// Records that had gone into the other one before.
    pub moved: Vec<CustomerId>,
}

/// One merge.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MergeRow {
    /// Identity.
    pub id: Text<Uuid>,
    /// The site.
    pub site_id: Text<SiteId>,
    /// The record that was kept.
    pub kept_id: Text<CustomerId>,
    /// The record that went into it.
    pub gone_id: Text<CustomerId>,
    /// When.
    pub merged_at: i64,
    /// Who did it.
    pub merged_by: Text<UserId>,
    /// What it changed.
    pub change: Json<MergeChange>,
    /// When it was taken back, if it was.
    pub undone_at: Option<i64>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, site_id, kept_id, gone_id, merged_at, merged_by, change, undone_at FROM customer_merges ",
            $rest
        )
    };
}

/// Lists the records that went into this one.
///
/// # Errors
/// When the database failed.
pub async fn list_merged(tx: &mut Tx, customer: CustomerId) -> StoreResult<Vec<CustomerId>> {
    let rows: Vec<(Text<CustomerId>,)> = fetch_all!(
        tx,
        (Text<CustomerId>,),
        "SELECT id FROM customers WHERE merged_into = $1 ORDER BY id",
        Text(customer),
    )?;
    Ok(rows.into_iter().map(|(id,)| *id).collect())
}

/// Lets a record, and what went into it before, go into another.
///
/// # Errors
/// When the database failed.
pub async fn update_merged(tx: &mut Tx, gone: CustomerId, kept: CustomerId) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE customers SET merged_into = $2 WHERE id = $1 OR merged_into = $1",
        Text(gone),
        Text(kept),
    )?;
    Ok(())
}

/// Takes a record out of another again, with what had gone into it.
///
/// # Errors
/// When the database failed.
pub async fn update_parted(tx: &mut Tx, merge: &MergeRow) -> StoreResult<()> {
    execute!(tx, "UPDATE customers SET merged_into = NULL WHERE id = $1", merge.gone_id)?;
    for moved in &merge.change.moved {
        execute!(
            tx,
            "UPDATE customers SET merged_into = $2 WHERE id = $1 AND merged_into IS NOT NULL",
            Text(*moved),
            merge.gone_id,
        )?;
    }
    Ok(())
}

/// Adds the record of a merge.
///
/// # Errors
/// When the database failed.
pub async fn insert_merge(tx: &mut Tx, merge: &MergeRow) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO customer_merges (id, site_id, kept_id, gone_id, merged_at, merged_by, change)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        merge.id,
        merge.site_id,
        merge.kept_id,
        merge.gone_id,
        merge.merged_at,
        merge.merged_by,
        &merge.change,
    )?;
    Ok(())
}

/// Finds the merge by which a record went away and that was not taken back.
///
/// # Errors
/// When the database failed.
pub async fn find_merge_of(tx: &mut Tx, gone: CustomerId) -> StoreResult<Option<MergeRow>> {
    fetch_optional!(tx, MergeRow, select!("WHERE gone_id = $1 AND undone_at IS NULL"), Text(gone))
}

/// Lists the merges into a record that were not taken back, newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_merges(tx: &mut Tx, kept: CustomerId) -> StoreResult<Vec<MergeRow>> {
    fetch_all!(
        tx,
        MergeRow,
        select!("WHERE kept_id = $1 AND undone_at IS NULL ORDER BY merged_at DESC, id DESC LIMIT 100"),
        Text(kept),
    )
}

/// Notes that a merge was taken back. Yields false when it was before.
///
/// # Errors
/// When the database failed.
pub async fn update_merge_undone(tx: &mut Tx, id: Uuid, now: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE customer_merges SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL",
        Text(id),
        now.0,
    )?;
    Ok(rows == 1)
}
