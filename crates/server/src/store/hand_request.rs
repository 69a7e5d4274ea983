//! Owns the SQL of offers by hand that one node asks of another (O-13). Each is taken at most once, and gone with its answer.

use beckon_engine::id::{OfferId, PresentationId, QueueId, UserId, VisitId, VisitorId};
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;
use uuid::Uuid;

use super::column::Text;
use super::sql::{execute, fetch_all, fetch_optional};
use super::{StoreResult, Tx};

/// Requests that a node looks at in one pass.
const LOOKED_AT_MAX: i64 = 100;

/// An offer that somebody wants to present by hand to a visit that another node holds.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct HandRequestRow {
    /// Identity.
    pub id: Text<Uuid>,
    /// The visit.
    pub visit_id: Text<VisitId>,
    /// The visitor.
    pub visitor_id: Text<VisitorId>,
    /// The offer.
    pub offer_id: Text<OfferId>,
    /// The queue an acceptance leads to.
    pub queue_id: Text<QueueId>,
    /// It is presented although a cap is reached.
    pub over_caps: bool,
    /// Who wants it.
    pub by_user_id: Text<UserId>,
    /// Their name.
    pub by_name: String,
    /// When it was asked, by the database's clock.
    pub asked_at: i64,
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct HandRequestState {
    /// When a node took it, by the database's clock; none before.
    pub taken_at: Option<i64>,
    presentation_id: Option<Text<PresentationId>>,
    refused: Option<Text<Reason>>,
}

impl HandRequestState {
    /// What became of it; none while that is open.
    #[must_use]
    pub fn answer(&self) -> Option<Result<PresentationId, Reason>> {
        let presented = self.presentation_id.map(|id| Ok(*id));
        presented.or_else(|| self.refused.map(|reason| Err(*reason)))
    }
}

/// Adds a request that nobody has taken.
///
/// # Errors
/// `InUse` when there is no such visit.
pub async fn insert_hand_request(tx: &mut Tx, row: &HandRequestRow) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO hand_requests
             (id, visit_id, visitor_id, offer_id, queue_id, over_caps, by_user_id, by_name, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        row.id,
        row.visit_id,
        row.visitor_id,
        row.offer_id,
        row.queue_id,
        row.over_caps,
        row.by_user_id,
        row.by_name.as_str(),
        row.asked_at,
    )?;
    Ok(())
}

/// Lists the requests asked since `since` that nobody has taken and whose visits `node` holds, oldest first.
///
/// # Errors
/// When the database failed.
pub async fn list_untaken_hand_requests(
    tx: &mut Tx,
    node: &str,
    since: i64,
) -> StoreResult<Vec<HandRequestRow>> {
    fetch_all!(
        tx,
        HandRequestRow,
        "SELECT h.id, h.visit_id, h.visitor_id, h.offer_id, h.queue_id, h.over_caps, h.by_user_id, h.by_name, h.asked_at
         FROM hand_requests h JOIN visits v ON v.id = h.visit_id
         WHERE h.taken_at IS NULL AND h.asked_at >= $2 AND v.node = $1
         ORDER BY h.asked_at, h.id LIMIT $3",
        node,
        since,
        LOOKED_AT_MAX,
    )
}

/// Finds how far a request has come; none once it is withdrawn or its answer was read.
///
/// # Errors
/// When the database failed.
pub async fn find_hand_request(tx: &mut Tx, id: Uuid) -> StoreResult<Option<HandRequestState>> {
    fetch_optional!(
        tx,
        HandRequestState,
        "SELECT taken_at, presentation_id, refused FROM hand_requests WHERE id = $1",
        Text(id),
    )
}

/// Takes a request. Yields false when somebody has, or it is withdrawn.
///
/// # Errors
/// When the database failed.
pub async fn update_hand_request_taken(tx: &mut Tx, id: Uuid, now: i64) -> StoreResult<bool> {
    let sql = "UPDATE hand_requests SET taken_at = $2 WHERE id = $1 AND taken_at IS NULL";
    Ok(execute!(tx, sql, Text(id), now)? == 1)
}

/// Keeps a request as it is until this unit of work ends. Yields false when it is answered or withdrawn.
///
/// # Errors
/// When the database failed.
pub async fn hold_hand_request(tx: &mut Tx, id: Uuid) -> StoreResult<bool> {
    let sql = "UPDATE hand_requests SET taken_at = taken_at
               WHERE id = $1 AND presentation_id IS NULL AND refused IS NULL";
    Ok(execute!(tx, sql, Text(id))? == 1)
}

/// Answers a request that is not answered yet: with the presentation, or why there is none.
///
/// # Errors
/// When the database failed.
pub async fn update_hand_request_answered(
    tx: &mut Tx,
    id: Uuid,
    answer: Result<PresentationId, Reason>,
) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE hand_requests SET presentation_id = $2, refused = $3
         WHERE id = $1 AND presentation_id IS NULL AND refused IS NULL",
        Text(id),
        answer.ok().map(Text),
        answer.err().map(Text),
    )?;
    Ok(())
}

/// Removes a request, and yields how far it had come. From then on it is not carried out.
///
/// # Errors
/// When the database failed.
pub async fn delete_hand_request(tx: &mut Tx, id: Uuid) -> StoreResult<Option<HandRequestState>> {
    fetch_optional!(
        tx,
        HandRequestState,
        "DELETE FROM hand_requests WHERE id = $1 RETURNING taken_at, presentation_id, refused",
        Text(id),
    )
}

/// Removes the requests asked before `before`, of nodes that have died meanwhile.
///
/// # Errors
/// When the database failed.
pub async fn delete_old_hand_requests(tx: &mut Tx, before: UnixMs) -> StoreResult<()> {
    execute!(tx, "DELETE FROM hand_requests WHERE asked_at < $1", before.0).map(drop)
}
