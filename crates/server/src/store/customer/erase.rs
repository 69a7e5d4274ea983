//! Owns the SQL that deletes everything held on one person (N-4): nothing of it can be had back.

use beckon_engine::id::{CustomerId, VisitorId};
use beckon_engine::time::UnixMs;

use crate::store::column::Text;
use crate::store::sql::execute;
use crate::store::{StoreResult, Tx};

/// How much was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Records of the directory.
    pub records: u64,
    /// Browsers.
    pub visitors: u64,
    /// Visits.
    pub visits: u64,
    /// Page views.
    pub page_views: u64,
    /// Chats, with their messages and answers.
    pub chats: u64,
}

/// Deletes a visitor with visits, page views, presentations, chats, enquiries, and the mails that tell of them.
///
/// Until `known_until` page views that come late are refused, and those that were on their way go with
/// [`delete_late_page_views`].
///
/// # Errors
/// When the database failed.
pub async fn delete_visitor(
    tx: &mut Tx,
    visitor: VisitorId,
    known_until: UnixMs,
    erased: &mut Erased,
) -> StoreResult<()> {
    tx.note_change(visitor);
    execute!(
        tx,
        "INSERT INTO erased_visits (visit_id, due_at) SELECT id, $2 FROM visits WHERE visitor_id = $1",
        Text(visitor),
        known_until.0,
    )?;
    execute!(
        tx,
        "DELETE FROM mails WHERE chat_id IN (SELECT id FROM chats WHERE visitor_id = $1)
            OR enquiry_id IN (SELECT id FROM enquiries WHERE visitor_id = $1)",
        Text(visitor),
    )?;
    erased.chats += execute!(tx, "DELETE FROM chats WHERE visitor_id = $1", Text(visitor))?;
    erased.page_views += execute!(
        tx,
        "DELETE FROM page_views WHERE visit_id IN (SELECT id FROM visits WHERE visitor_id = $1)",
        Text(visitor),
    )?;
    erased.visits += execute!(tx, "DELETE FROM visits WHERE visitor_id = $1", Text(visitor))?;
    erased.visitors += execute!(tx, "DELETE FROM visitors WHERE id = $1", Text(visitor))?;
    Ok(())
}

/// Deletes what was written behind for visits while they were being erased, and forgets those that were erased long ago.
///
/// # Errors
/// When the database failed.
pub async fn delete_late_page_views(tx: &mut Tx, now: UnixMs) -> StoreResult<()> {
    let views =
        execute!(tx, "DELETE FROM page_views WHERE visit_id IN (SELECT visit_id FROM erased_visits)")?;
    if views > 0 {
        tracing::info!(views, "page views that came after an erasure are deleted");
    }
    execute!(tx, "DELETE FROM erased_visits WHERE due_at <= $1", now.0)?;
    Ok(())
}

/// Deletes a record with all that went into it, and what is known of the merges.
///
/// # Errors
/// When the database failed.
pub async fn delete_customer(tx: &mut Tx, customer: CustomerId, erased: &mut Erased) -> StoreResult<()> {
    execute!(
        tx,
        "DELETE FROM customer_merges WHERE kept_id IN (SELECT id FROM customers WHERE id = $1 OR merged_into = $1)
            OR gone_id IN (SELECT id FROM customers WHERE id = $1 OR merged_into = $1)",
        Text(customer),
    )?;
    erased.records +=
        execute!(tx, "DELETE FROM customers WHERE id = $1 OR merged_into = $1", Text(customer))?;
    Ok(())
}
