//! Owns the SQL of presentations: one open per visit, one outcome each, decided by the database.

use beckon_engine::id::{OfferId, PresentationId, QueueId, RuleId, SiteId, UserId, VisitId, VisitorId};
use beckon_engine::offer::{OfferDesign, Outcome};
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;

use super::column::{Json, Text};
use super::sql::{execute, fetch_all, fetch_optional};
use super::{StoreResult, Tx};

/// Presentations that one sweep settles.
pub const SETTLED_AT_A_TIME: i64 = 1_000;

/// One offer put before one visitor.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PresentationRow {
    /// Identity.
    pub id: Text<PresentationId>,
    /// The site.
    pub site_id: Text<SiteId>,
    /// The visit.
    pub visit_id: Text<VisitId>,
    /// The visitor.
    pub visitor_id: Text<VisitorId>,
    /// The rule that won; none when presented by hand.
    pub rule_id: Option<Text<RuleId>>,
    /// Its name then.
    pub rule_name: String,
    /// The offer.
    pub offer_id: Text<OfferId>,
    /// Its name then.
    pub offer_name: String,
    /// The queue an acceptance leads to.
    pub queue_id: Text<QueueId>,
    /// Version of the site's configuration it was made from.
    pub config_version: i64,
    /// The design it was made from.
    pub design: Json<OfferDesign>,
    /// When it was presented.
    pub presented_at: i64,
    /// Ignored from then on (O-7).
    pub ignored_due: i64,
    /// Passively ignored from then on (O-9).
    pub passive_due: i64,
    /// How it ended, if it has.
    pub outcome: Option<Text<Outcome>>,
    /// When it ended.
    pub outcome_at: Option<i64>,
    /// Why it was withdrawn, if it was.
    pub outcome_reason: Option<Text<Reason>>,
    /// Accepted after it counted as ignored (O-7).
    pub accepted_late_at: Option<i64>,
    /// Who presented it by hand (O-13).
    pub by_user_id: Option<Text<UserId>>,
    /// Their name then.
    pub by_name: Option<String>,
    /// Priority of the chat that it leads to, as its rule said then.
    pub chat_priority: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, site_id, visit_id, visitor_id, rule_id, rule_name, offer_id, offer_name, queue_id,
                    config_version, design, presented_at, ignored_due, passive_due,
                    outcome, outcome_at, outcome_reason, accepted_late_at, by_user_id, by_name, chat_priority
             FROM presentations ",
            $rest
        )
    };
}

/// Adds an open presentation. Yields false when the visit has an open one (O-3), or this very one is there.
///
/// # Errors
/// When the database failed.
pub async fn insert_presentation(tx: &mut Tx, row: &PresentationRow) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "INSERT INTO presentations (id, site_id, visit_id, visitor_id, rule_id, rule_name, offer_id, offer_name,
                                    queue_id, config_version, design, presented_at, ignored_due, passive_due,
                                    by_user_id, by_name, chat_priority)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         ON CONFLICT DO NOTHING",
        row.id,
        row.site_id,
        row.visit_id,
        row.visitor_id,
        row.rule_id,
        row.rule_name.as_str(),
        row.offer_id,
        row.offer_name.as_str(),
        row.queue_id,
        row.config_version,
        Json(&row.design.0),
        row.presented_at,
        row.ignored_due,
        row.passive_due,
        row.by_user_id,
        row.by_name.as_deref(),
        row.chat_priority,
    )?;
    Ok(rows == 1)
}

/// Settles an open presentation. Yields false, and changes nothing, when it already has an outcome (O-10).
///
/// # Errors
/// When the database failed.
pub async fn update_outcome(
    tx: &mut Tx,
    id: PresentationId,
    outcome: Outcome,
    reason: Option<Reason>,
    at: UnixMs,
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE presentations SET outcome = $2, outcome_at = $3, outcome_reason = $4
         WHERE id = $1 AND outcome IS NULL",
        Text(id),
        Text(outcome),
        at.0,
        reason.map(Text),
    )?;
    Ok(rows == 1)
}

/// Settles as passively ignored presentations that were due before `before`, the longest due first, [`SETTLED_AT_A_TIME`] of
/// them at most; yields which (O-9).
///
/// # Errors
/// When the database failed.
pub async fn update_overdue_outcomes(tx: &mut Tx, before: UnixMs) -> StoreResult<Vec<PresentationId>> {
    let rows = fetch_all!(
        tx,
        (Text<PresentationId>,),
        "UPDATE presentations SET outcome = 'passively_ignored', outcome_at = passive_due
         WHERE outcome IS NULL AND id IN (
             SELECT id FROM presentations WHERE outcome IS NULL AND passive_due < $1 ORDER BY passive_due, id LIMIT $2)
         RETURNING id",
        before.0,
        SETTLED_AT_A_TIME,
    )?;
    Ok(rows.into_iter().map(|(id,)| *id).collect())
}

/// Withdraws the `surplus` open presentations of a queue that were presented last; yields which, and whose (O-12).
///
/// # Errors
/// When the database failed.
pub async fn update_surplus_outcomes(
    tx: &mut Tx,
    queue: QueueId,
    surplus: u32,
    at: UnixMs,
) -> StoreResult<Vec<(PresentationId, VisitorId)>> {
    let rows = fetch_all!(
        tx,
        (Text<PresentationId>, Text<VisitorId>),
        "UPDATE presentations SET outcome = $3, outcome_at = $4, outcome_reason = $5
         WHERE outcome IS NULL AND id IN (
             SELECT id FROM presentations WHERE queue_id = $1 AND outcome IS NULL
             ORDER BY presented_at DESC, id DESC LIMIT $2)
         RETURNING id, visitor_id",
        Text(queue),
        i64::from(surplus),
        Text(Outcome::Withdrawn),
        at.0,
        Text(Reason::CapacityReached),
    )?;
    Ok(rows.into_iter().map(|(id, visitor)| (*id, *visitor)).collect())
}

const WITHDRAWN_AT_A_TIME: i64 = 1_000;

/// A presentation that was withdrawn.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WithdrawnRow {
    /// Identity.
    pub id: Text<PresentationId>,
    /// Before whom it was.
    pub visitor_id: Text<VisitorId>,
    /// When it was withdrawn.
    pub outcome_at: i64,
}

/// Lists presentations that were withdrawn at or after `since`, the latest first, 1 000 at most.
///
/// # Errors
/// When the database failed.
pub async fn list_withdrawn(tx: &mut Tx, since: UnixMs) -> StoreResult<Vec<WithdrawnRow>> {
    fetch_all!(
        tx,
        WithdrawnRow,
        "SELECT id, visitor_id, outcome_at FROM presentations WHERE outcome = 'withdrawn' AND outcome_at >= $1
         ORDER BY outcome_at DESC LIMIT $2",
        since.0,
        WITHDRAWN_AT_A_TIME,
    )
}

/// Records that an ignored offer was accepted after all, once.
///
/// # Errors
/// When the database failed.
pub async fn update_accepted_late(tx: &mut Tx, id: PresentationId, at: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE presentations SET accepted_late_at = $2 WHERE id = $1 AND accepted_late_at IS NULL",
        Text(id),
        at.0,
    )?;
    Ok(())
}

/// Finds a presentation.
///
/// # Errors
/// When the database failed.
pub async fn find_presentation(tx: &mut Tx, id: PresentationId) -> StoreResult<Option<PresentationRow>> {
    fetch_optional!(tx, PresentationRow, select!("WHERE id = $1"), Text(id),)
}

/// Finds the presentation that is open in a visit (O-3).
///
/// # Errors
/// When the database failed.
pub async fn find_open_presentation(tx: &mut Tx, visit: VisitId) -> StoreResult<Option<PresentationRow>> {
    fetch_optional!(tx, PresentationRow, select!("WHERE visit_id = $1 AND outcome IS NULL"), Text(visit),)
}

/// Lists the latest `limit` presentations of a visit, newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_presentations(
    tx: &mut Tx,
    visit: VisitId,
    limit: i64,
) -> StoreResult<Vec<PresentationRow>> {
    fetch_all!(
        tx,
        PresentationRow,
        select!("WHERE visit_id = $1 ORDER BY presented_at DESC, id LIMIT $2"),
        Text(visit),
        limit,
    )
}

/// The last item of the page before.
#[derive(Clone, Copy, Debug)]
pub struct AfterPresentation {
    /// When it was presented.
    pub presented_at: i64,
    /// Identity.
    pub id: PresentationId,
}

pub(in crate::store) const OF_VISIT: &str = select!(
    "WHERE visit_id = $1 AND (presented_at < $2 OR (presented_at = $2 AND id < $3))
             ORDER BY presented_at DESC, id DESC LIMIT $4"
);

/// Lists presentations of a visit, newest first, at most `limit`, those after `after`.
///
/// # Errors
/// When the database failed.
pub async fn list_presentations_after(
    tx: &mut Tx,
    visit: VisitId,
    after: Option<AfterPresentation>,
    limit: i64,
) -> StoreResult<Vec<PresentationRow>> {
    let first = AfterPresentation { presented_at: i64::MAX, id: PresentationId(uuid::Uuid::max()) };
    let after = after.unwrap_or(first);
    fetch_all!(tx, PresentationRow, OF_VISIT, Text(visit), after.presented_at, Text(after.id), limit,)
}
