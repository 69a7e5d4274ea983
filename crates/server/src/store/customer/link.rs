//! Owns the SQL between visitors and customers: whose visits and chats they are, and what a form may be filled in with (C-2, C-3).

use beckon_engine::id::{ChatId, CustomerId, QueueId, SiteId, UserId, VisitId, VisitorId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CustomerRow, find_customer, find_customer_by_ref};
use crate::store::chat::{ChatMode, ChatState};
use crate::store::column::Text;
use crate::store::identity::{IdentityRow, Proof, find_identity};
use crate::store::sql::{execute, fetch_all, fetch_optional};
use crate::store::{StoreResult, Tx};

/// How a visitor came to a customer record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CustomerLink)]
pub enum Link {
    /// By a signed identity.
    Signed,
    /// By what the page claims.
    Claimed,
    /// An agent linked them.
    ByHand,
}

/// Who a visitor is, as far as it is known.
#[derive(Clone, Debug)]
pub struct Known {
    /// What was said of them.
    pub identity: Option<IdentityRow>,
    /// Their record, and how they came to it.
    pub customer: Option<(CustomerRow, Link)>,
}

/// What a form may be filled in with: these two and nothing else (C-2).
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PrefillRow {
    /// First name.
    pub first_name: String,
    /// Primary e-mail address.
    pub email: String,
}

/// A visit of a customer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct VisitOfRow {
    /// Identity.
    pub id: Text<VisitId>,
    /// The visitor.
    pub visitor_id: Text<VisitorId>,
    /// First contact.
    pub started_at: i64,
    /// Last contact.
    pub heard_at: i64,
    /// When it ended, if it has.
    pub ended_at: Option<i64>,
    /// Name of the browser.
    pub browser: String,
    /// What was said of the visitor during it.
    pub identity: Option<Text<Proof>>,
    /// Pages viewed.
    pub pages: i64,
}

/// A chat of a customer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ChatOfRow {
    /// Identity.
    pub id: Text<ChatId>,
    /// The queue.
    pub queue_id: Text<QueueId>,
    /// Its name.
    pub queue_name: String,
    /// Closed on the agent's side.
    pub wrapped_up: bool,
    /// The visitor.
    pub visitor_id: Text<VisitorId>,
    /// How it came about.
    pub mode: Text<ChatMode>,
    /// Where it stands.
    pub state: Text<ChatState>,
    /// Who has or had it.
    pub agent_id: Option<Text<UserId>>,
    /// Their name.
    pub agent_name: Option<String>,
    /// When it was asked for.
    pub requested_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// What was said of the visitor during its visit.
    pub identity: Option<Text<Proof>>,
}

/// The visitors of the customer that is bound as this: by reference, unless a hand has linked a mere claim elsewhere, and
/// by hand.
macro_rules! visitors_of {
    ($customer:literal) => {
        concat!(
            "(SELECT v.id FROM visitors v JOIN customers c ON c.site_id = v.site_id AND c.customer_ref = v.customer_ref
              WHERE (c.id = ",
            $customer,
            " OR c.merged_into = ",
            $customer,
            ") AND (v.identity = 'signed' OR v.customer_id IS NULL)
              UNION
              SELECT v.id FROM visitors v JOIN customers c ON c.id = v.customer_id
              WHERE (c.id = ",
            $customer,
            " OR c.merged_into = ",
            $customer,
            ") AND (v.identity IS NULL OR v.identity <> 'signed'))"
        )
    };
}

pub(in crate::store) use visitors_of;

/// Finds who a visitor is: a signed identity counts most, then what an agent linked, then what the page claims.
///
/// # Errors
/// When the database failed.
pub async fn find_known(tx: &mut Tx, site: SiteId, visitor: VisitorId) -> StoreResult<Known> {
    let identity = find_identity(tx, visitor).await?;
    let by_ref = match &identity {
        Some(said) => find_customer_by_ref(tx, site, &said.customer_ref).await?,
        None => None,
    };
    let signed = identity.as_ref().is_some_and(|said| *said.identity == Proof::Signed);
    if signed {
        return Ok(Known { identity, customer: by_ref.map(|row| (row, Link::Signed)) });
    }
    if let Some(row) = find_linked(tx, visitor).await? {
        return Ok(Known { identity, customer: Some((row, Link::ByHand)) });
    }
    Ok(Known { identity, customer: by_ref.map(|row| (row, Link::Claimed)) })
}

/// Links a visitor to a record by hand, or takes the link away.
///
/// # Errors
/// When the database failed.
pub async fn update_link(tx: &mut Tx, visitor: VisitorId, customer: Option<CustomerId>) -> StoreResult<()> {
    execute!(tx, "UPDATE visitors SET customer_id = $2 WHERE id = $1", Text(visitor), customer.map(Text),)?;
    Ok(())
}

/// What the form of a visitor may be filled in with: only while a signed identity of this visit matches a record.
///
/// # Errors
/// When the database failed.
pub async fn find_prefill(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Option<PrefillRow>> {
    fetch_optional!(
        tx,
        PrefillRow,
        "SELECT k.first_name, k.email FROM visitors v
         JOIN visits w ON w.visitor_id = v.id AND w.ended_at IS NULL AND w.identity = 'signed'
         JOIN customers c ON c.site_id = v.site_id AND c.customer_ref = v.customer_ref
         JOIN customers k ON k.id = COALESCE(c.merged_into, c.id)
         WHERE v.id = $1 AND v.identity = 'signed'",
        Text(visitor),
    )
}

/// The latest `limit` visits of a customer, newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_visits_of(tx: &mut Tx, customer: CustomerId, limit: i64) -> StoreResult<Vec<VisitOfRow>> {
    fetch_all!(
        tx,
        VisitOfRow,
        concat!(
            "SELECT w.id, w.visitor_id, w.started_at, w.heard_at, w.ended_at, w.browser, w.identity,
                    (SELECT COUNT(*) FROM page_views p WHERE p.visit_id = w.id) AS pages
             FROM visits w WHERE w.visitor_id IN ",
            visitors_of!("$1"),
            " ORDER BY w.started_at DESC, w.id DESC LIMIT $2"
        ),
        Text(customer),
        limit,
    )
}

/// The latest `limit` visits of a visitor, newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_visits_by(tx: &mut Tx, visitor: VisitorId, limit: i64) -> StoreResult<Vec<VisitOfRow>> {
    fetch_all!(
        tx,
        VisitOfRow,
        "SELECT w.id, w.visitor_id, w.started_at, w.heard_at, w.ended_at, w.browser, w.identity,
                (SELECT COUNT(*) FROM page_views p WHERE p.visit_id = w.id) AS pages
         FROM visits w WHERE w.visitor_id = $1 ORDER BY w.started_at DESC, w.id DESC LIMIT $2",
        Text(visitor),
        limit,
    )
}

/// The latest `limit` chats of a customer, newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_chats_of(tx: &mut Tx, customer: CustomerId, limit: i64) -> StoreResult<Vec<ChatOfRow>> {
    fetch_all!(
        tx,
        ChatOfRow,
        concat!(
            "SELECT h.id, h.queue_id, q.name AS queue_name, h.wrapped_up, h.visitor_id, h.mode, h.state, h.agent_id, u.name AS agent_name,
                    h.requested_at, h.ended_at, w.identity
             FROM chats h JOIN queues q ON q.id = h.queue_id JOIN visits w ON w.id = h.visit_id
             LEFT JOIN users u ON u.id = h.agent_id WHERE h.visitor_id IN ",
            visitors_of!("$1"),
            " ORDER BY h.requested_at DESC, h.id DESC LIMIT $2"
        ),
        Text(customer),
        limit,
    )
}

/// The latest `limit` chats of a visitor, newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_chats_by(tx: &mut Tx, visitor: VisitorId, limit: i64) -> StoreResult<Vec<ChatOfRow>> {
    fetch_all!(
        tx,
        ChatOfRow,
        "SELECT h.id, h.queue_id, q.name AS queue_name, h.wrapped_up, h.visitor_id, h.mode, h.state, h.agent_id, u.name AS agent_name,
                h.requested_at, h.ended_at, w.identity
         FROM chats h JOIN queues q ON q.id = h.queue_id JOIN visits w ON w.id = h.visit_id
         LEFT JOIN users u ON u.id = h.agent_id
         WHERE h.visitor_id = $1 ORDER BY h.requested_at DESC, h.id DESC LIMIT $2",
        Text(visitor),
        limit,
    )
}

/// The visitors of a customer.
///
/// # Errors
/// When the database failed.
pub async fn list_visitors_of(tx: &mut Tx, customer: CustomerId) -> StoreResult<Vec<VisitorId>> {
    let rows: Vec<(Text<VisitorId>,)> = fetch_all!(
        tx,
        (Text<VisitorId>,),
        concat!("SELECT id FROM visitors WHERE id IN ", visitors_of!("$1"), " ORDER BY id"),
        Text(customer),
    )?;
    Ok(rows.into_iter().map(|(id,)| *id).collect())
}

async fn find_linked(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Option<CustomerRow>> {
    let row: Option<(Text<CustomerId>,)> = fetch_optional!(
        tx,
        (Text<CustomerId>,),
        "SELECT COALESCE(c.merged_into, c.id) FROM visitors v JOIN customers c ON c.id = v.customer_id WHERE v.id = $1",
        Text(visitor),
    )?;
    match row {
        Some((id,)) => find_customer(tx, *id).await,
        None => Ok(None),
    }
}
