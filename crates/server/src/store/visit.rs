//! Owns the SQL of visits: facts, the checkpoint, and the epoch under which a node holds one.

use std::collections::BTreeMap;

use super::column::{Json, Text};
use super::page_view::{LastWord, update_open_page_views_left};
use super::sql::{execute, execute_list, fetch_all, fetch_optional};
use super::{StoreResult, Tx};
use beckon_engine::condition::DeviceClass;
use beckon_engine::id::{SiteId, VisitId, VisitorId};
use beckon_engine::time::UnixMs;
use serde_json::json;

/// What is known of a visit from its first contact (T-2).
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct VisitFacts {
    /// Where the visitor came from; empty when unknown.
    pub referrer: String,
    /// BCP 47 tag of the browser's language.
    pub language: String,
    /// IANA name of the browser's time zone.
    pub time_zone: String,
    /// Class of device.
    pub device: Text<DeviceClass>,
    /// Name of the browser.
    pub browser: String,
    /// UTM parameters of the first page: `source`, `medium`, `campaign`, `term`, `content`, as far as there are any.
    pub utm: Json<BTreeMap<String, String>>,
}

/// That a visitor was heard from is written down at most this often: [`VisitRow::heard_at`] is up to this much older than the
/// truth while the visit is live.
pub const HEARD_FLUSH_MS: i64 = 30_000;

/// Visits that one sweep ends.
pub const ENDED_AT_A_TIME: i64 = 1_000;

/// One session of a visitor.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct VisitRow {
    /// Identity.
    pub id: Text<VisitId>,
    /// The site.
    pub site_id: Text<SiteId>,
    /// The visitor.
    pub visitor_id: Text<VisitorId>,
    /// The visitor's how-manieth visit this is, from 1.
    pub visit_number: i64,
    /// First contact.
    pub started_at: i64,
    /// Last contact, written behind ([`HEARD_FLUSH_MS`]).
    pub heard_at: i64,
    /// When it ended, if it has.
    pub ended_at: Option<i64>,
    /// First-contact facts.
    #[sqlx(flatten)]
    pub facts: VisitFacts,
}

/// Where a visit stood when it was last written down.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The visit.
    pub visit: VisitId,
    /// Under which epoch the writer holds it.
    pub epoch: i64,
    /// Rises with every checkpoint while one node holds the visit, from 1.
    pub number: i64,
    /// The live state as JSON.
    pub state: String,
    /// Last contact.
    pub heard_at: UnixMs,
    /// When it ends without further contact.
    pub ends_due: UnixMs,
}

/// A visit that was claimed, with the state to go on from.
#[derive(Debug, sqlx::FromRow)]
pub struct ClaimedVisit {
    /// Identity.
    pub id: Text<VisitId>,
    /// The epoch of this claim.
    pub epoch: i64,
    /// What the driver wrote down.
    pub state: String,
    /// The epoch since which this node has held it, without another between.
    pub held_since: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, site_id, visitor_id, visit_number, started_at, heard_at, ended_at,
                    referrer, language, time_zone, device, browser, utm
             FROM visits ",
            $rest
        )
    };
}

/// Adds a visit that begins now, held under epoch 1.
///
/// # Errors
/// `Taken` when the visitor has an open visit.
pub async fn insert_visit(tx: &mut Tx, visit: &VisitRow, state: &str, ends_due: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO visits (id, site_id, visitor_id, visit_number, started_at, heard_at, ends_due,
                             referrer, language, time_zone, device, browser, epoch, state, utm)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, 1, $12, $13)",
        visit.id,
        visit.site_id,
        visit.visitor_id,
        visit.visit_number,
        visit.started_at,
        ends_due.0,
        visit.facts.referrer.as_str(),
        visit.facts.language.as_str(),
        visit.facts.time_zone.as_str(),
        visit.facts.device,
        visit.facts.browser.as_str(),
        state,
        &visit.facts.utm,
    )?;
    Ok(())
}

/// Claims the open visit of a visitor that has not run out for `node`, under the next epoch.
///
/// # Errors
/// When the database failed.
pub async fn claim_open_visit(
    tx: &mut Tx,
    visitor: VisitorId,
    node: &str,
    now: UnixMs,
) -> StoreResult<Option<ClaimedVisit>> {
    tx.note_change(visitor);
    fetch_optional!(
        tx,
        ClaimedVisit,
        "UPDATE visits SET epoch = epoch + 1, checkpoint = 0, node = $3,
             held_since = CASE WHEN node = $3 THEN COALESCE(held_since, epoch + 1) ELSE epoch + 1 END
         WHERE visitor_id = $1 AND ended_at IS NULL AND ends_due > $2
         RETURNING id, epoch, state, held_since",
        Text(visitor),
        now.0,
        node,
    )
}

/// Notes which node holds a visit that begins.
///
/// # Errors
/// When the database failed.
pub async fn update_visit_node(tx: &mut Tx, id: VisitId, node: &str) -> StoreResult<()> {
    execute!(tx, "UPDATE visits SET node = $2, held_since = epoch WHERE id = $1", Text(id), node)?;
    Ok(())
}

/// Ends the open visit of a visitor, if there is one, and leaves its pages.
///
/// # Errors
/// When the database failed.
pub async fn update_visitor_visit_ended(tx: &mut Tx, visitor: VisitorId, now: UnixMs) -> StoreResult<()> {
    let ended = fetch_optional!(
        tx,
        LastWord,
        "UPDATE visits SET ended_at = $2 WHERE visitor_id = $1 AND ended_at IS NULL RETURNING id AS visit, heard_at",
        Text(visitor),
        now.0,
    )?;
    update_open_page_views_left(tx, ended.as_slice()).await
}

/// Writes down where a visit stands. Yields false, and writes nothing, when it has ended, or another node has held it since this
/// epoch.
///
/// # Errors
/// When the database failed.
pub async fn update_visit_checkpoint(tx: &mut Tx, checkpoint: &Checkpoint) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE visits SET state = $3, heard_at = $4, ends_due = $5, checkpoint = $6
         WHERE id = $1 AND COALESCE(held_since, epoch) <= $2 AND ended_at IS NULL",
        Text(checkpoint.visit),
        checkpoint.epoch,
        checkpoint.state.as_str(),
        checkpoint.heard_at.0,
        checkpoint.ends_due.0,
        checkpoint.number,
    )?;
    Ok(rows == 1)
}

/// Writes down where visits stand, in one statement; each at most once. One that another node has claimed since, or of which a later
/// checkpoint is written, stays as it is.
///
/// # Errors
/// When the database failed.
pub async fn update_visit_checkpoints(tx: &mut Tx, checkpoints: &[&Checkpoint]) -> StoreResult<()> {
    if checkpoints.is_empty() {
        return Ok(());
    }
    let row = |Checkpoint { visit, epoch, number, state, heard_at, ends_due }: &&Checkpoint| {
        json!([visit, epoch, state, heard_at.0, ends_due.0, number])
    };
    let list = checkpoints.iter().map(row).collect::<Vec<_>>();
    execute_list!(
        tx,
        "UPDATE visits SET
             state = j.value ->> 2, heard_at = CAST(j.value ->> 3 AS BIGINT), ends_due = CAST(j.value ->> 4 AS BIGINT),
             checkpoint = CAST(j.value ->> 5 AS BIGINT)
         FROM ",
        json!(list).to_string(),
        " WHERE visits.id = j.value ->> 0 AND visits.epoch = CAST(j.value ->> 1 AS BIGINT)
                AND visits.checkpoint < CAST(j.value ->> 5 AS BIGINT) AND visits.ended_at IS NULL",
    )?;
    Ok(())
}

/// Ends a visit. Yields false when it has ended, or another node has held it since this epoch.
///
/// # Errors
/// When the database failed.
pub async fn update_visit_ended(tx: &mut Tx, id: VisitId, epoch: i64, now: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE visits SET ended_at = $3
         WHERE id = $1 AND COALESCE(held_since, epoch) <= $2 AND ended_at IS NULL",
        Text(id),
        epoch,
        now.0,
    )?;
    Ok(rows == 1)
}

/// Ends open visits whose time ran out before `before`, the longest due first, [`ENDED_AT_A_TIME`] of them at most, and
/// leaves their pages; yields how many.
///
/// # Errors
/// When the database failed.
pub async fn update_overdue_visits_ended(tx: &mut Tx, before: UnixMs) -> StoreResult<usize> {
    let ended = fetch_all!(
        tx,
        LastWord,
        "UPDATE visits SET ended_at = ends_due WHERE ended_at IS NULL AND id IN (
             SELECT id FROM visits WHERE ended_at IS NULL AND ends_due < $1 ORDER BY ends_due LIMIT $2)
         RETURNING id AS visit, heard_at",
        before.0,
        ENDED_AT_A_TIME,
    )?;
    update_open_page_views_left(tx, &ended).await?;
    Ok(ended.len())
}

/// Finds a visit.
///
/// # Errors
/// When the database failed.
pub async fn find_visit(tx: &mut Tx, id: VisitId) -> StoreResult<Option<VisitRow>> {
    fetch_optional!(tx, VisitRow, select!("WHERE id = $1"), Text(id),)
}

/// Finds a visit as it is, and stays until this unit of work ends.
///
/// # Errors
/// When the database failed.
pub async fn find_visit_locked(tx: &mut Tx, id: VisitId) -> StoreResult<Option<VisitRow>> {
    tx.lock_visit(id).await?;
    find_visit(tx, id).await
}

/// Lists the visits of a site that have not ended and were heard from since `since`, newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_open_visits(
    tx: &mut Tx,
    site: SiteId,
    since: UnixMs,
    limit: i64,
) -> StoreResult<Vec<VisitRow>> {
    fetch_all!(
        tx,
        VisitRow,
        select!(
            "WHERE site_id = $1 AND ended_at IS NULL AND heard_at >= $2
             ORDER BY started_at DESC, id LIMIT $3"
        ),
        Text(site),
        since.0,
        limit,
    )
}

/// What the driver wrote down of a visit.
///
/// # Errors
/// When the database failed.
pub async fn find_visit_state(tx: &mut Tx, id: VisitId) -> StoreResult<Option<String>> {
    let row: Option<(String,)> =
        fetch_optional!(tx, (String,), "SELECT state FROM visits WHERE id = $1", Text(id))?;
    Ok(row.map(|(state,)| state))
}

/// The latest visit of a visitor, with what the driver wrote down of it.
///
/// # Errors
/// When the database failed.
pub async fn find_latest_visit(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Option<(VisitId, String)>> {
    let row: Option<(Text<VisitId>, String)> = fetch_optional!(
        tx,
        (Text<VisitId>, String),
        "SELECT id, state FROM visits WHERE visitor_id = $1 ORDER BY started_at DESC, id DESC LIMIT 1",
        Text(visitor),
    )?;
    Ok(row.map(|(id, state)| (*id, state)))
}

/// Lists all visits of a visitor, oldest first, each with what the driver wrote down of it.
///
/// # Errors
/// When the database failed.
pub async fn list_visits_with_state(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Vec<(VisitRow, String)>> {
    let rows =
        fetch_all!(tx, VisitRow, select!("WHERE visitor_id = $1 ORDER BY started_at, id"), Text(visitor))?;
    let mut visits = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(state) = find_visit_state(tx, *row.id).await? {
            visits.push((row, state));
        }
    }
    Ok(visits)
}

/// The epoch under which a visit is held now.
///
/// # Errors
/// When the database failed.
pub async fn find_visit_epoch(tx: &mut Tx, id: VisitId) -> StoreResult<Option<i64>> {
    let row: Option<(i64,)> =
        fetch_optional!(tx, (i64,), "SELECT epoch FROM visits WHERE id = $1", Text(id))?;
    Ok(row.map(|(epoch,)| epoch))
}

/// Whether no other node has held a visit since this epoch.
///
/// # Errors
/// When the database failed.
pub async fn is_visit_held(tx: &mut Tx, id: VisitId, epoch: i64) -> StoreResult<bool> {
    let row: Option<(i64,)> = fetch_optional!(
        tx,
        (i64,),
        "SELECT epoch FROM visits WHERE id = $1 AND COALESCE(held_since, epoch) <= $2",
        Text(id),
        epoch,
    )?;
    Ok(row.is_some())
}

/// The node that claimed a visit last.
///
/// # Errors
/// When the database failed.
pub async fn find_visit_node(tx: &mut Tx, id: VisitId) -> StoreResult<Option<String>> {
    let row: Option<(Option<String>,)> =
        fetch_optional!(tx, (Option<String>,), "SELECT node FROM visits WHERE id = $1", Text(id))?;
    Ok(row.and_then(|(node,)| node))
}

/// Finds the running visit of a visitor, on whatever node.
///
/// # Errors
/// When the database failed.
pub async fn find_open_visit_of(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Option<VisitId>> {
    let visit: Option<(Text<VisitId>,)> = fetch_optional!(
        tx,
        (Text<VisitId>,),
        "SELECT id FROM visits WHERE visitor_id = $1 AND ended_at IS NULL",
        Text(visitor),
    )?;
    Ok(visit.map(|(id,)| *id))
}
