//! Owns the SQL of visits as the live list shows them: each with its counts, its chat and its open offer, in one statement.

use beckon_engine::id::{
    ChatId, CustomerId, OfferId, PresentationId, RuleId, SiteId, UserId, VisitId, VisitorId,
};
use beckon_engine::offer::Outcome;
use beckon_engine::time::UnixMs;

use super::column::Text;
use super::customer::link::Link;
use super::sql::{fetch_all, fetch_optional};
use super::visit::VisitRow;
use super::{StoreResult, Tx};

/// A visit with what the live list says of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListedVisit {
    /// The visit.
    #[sqlx(flatten)]
    pub visit: VisitRow,
    /// Pages viewed.
    pub page_views: i64,
    /// Offers presented.
    pub presentations: i64,
    /// How the last of them ended, if it has.
    pub last_outcome: Option<Text<Outcome>>,
    /// When it was accepted, after it counted as ignored (O-7).
    pub last_accepted_late_at: Option<i64>,
    /// The visitor's open chat.
    pub chat_id: Option<Text<ChatId>>,
    /// The presentation that is open.
    pub open_id: Option<Text<PresentationId>>,
    /// The rule it came from.
    pub open_rule_id: Option<Text<RuleId>>,
    /// Name of that rule.
    pub open_rule_name: Option<String>,
    /// Its offer.
    pub open_offer_id: Option<Text<OfferId>>,
    /// Name of that offer.
    pub open_offer_name: Option<String>,
    /// When it was presented.
    pub open_presented_at: Option<i64>,
    /// Who presented it by hand.
    pub open_by_id: Option<Text<UserId>>,
    /// Their name.
    pub open_by_name: Option<String>,
    /// The page viewed last, as it may be stored (T-10).
    pub last_url: Option<String>,
    /// Its title.
    pub last_title: Option<String>,
    /// When it was entered.
    pub last_entered_at: Option<i64>,
    /// The visitor's customer record.
    pub customer_id: Option<Text<CustomerId>>,
    /// How they came to it.
    pub customer_link: Option<Text<Link>>,
    /// First name.
    pub customer_first_name: Option<String>,
    /// Last name.
    pub customer_last_name: Option<String>,
    /// Primary e-mail address.
    pub customer_email: Option<String>,
    /// The site's own reference.
    pub customer_ref: Option<String>,
}

/// The record is the one that `find_known` finds: a signed identity counts most, then what an agent linked, then what the page claims.
/// It is proven only by what was signed in this visit (C-2).
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT v.id, v.site_id, v.visitor_id, v.visit_number, v.started_at, v.heard_at, v.ended_at,
                    v.referrer, v.language, v.time_zone, v.device, v.browser, v.utm,
                    (SELECT COUNT(*) FROM page_views p WHERE p.visit_id = v.id) AS page_views,
                    (SELECT COUNT(*) FROM presentations p WHERE p.visit_id = v.id) AS presentations,
                    t.outcome AS last_outcome, t.accepted_late_at AS last_accepted_late_at,
                    (SELECT c.id FROM chats c WHERE c.visitor_id = v.visitor_id AND c.state <> 'ended') AS chat_id,
                    o.id AS open_id, o.rule_id AS open_rule_id, o.rule_name AS open_rule_name,
                    o.offer_id AS open_offer_id, o.offer_name AS open_offer_name,
                    o.presented_at AS open_presented_at, o.by_user_id AS open_by_id, o.by_name AS open_by_name,
                    a.url AS last_url, l.title AS last_title, l.entered_at AS last_entered_at,
                    k.id AS customer_id, k.first_name AS customer_first_name, k.last_name AS customer_last_name,
                    k.email AS customer_email, k.customer_ref,
                    CASE WHEN k.id IS NULL THEN NULL
                         WHEN i.identity = 'signed' THEN CASE WHEN v.identity = 'signed' THEN 'signed' ELSE 'claimed' END
                         WHEN h.id IS NOT NULL THEN 'by_hand' ELSE 'claimed' END AS customer_link
             FROM visits v
             LEFT JOIN presentations o ON o.visit_id = v.id AND o.outcome IS NULL
             LEFT JOIN presentations t
                  ON t.id = (SELECT p.id FROM presentations p WHERE p.visit_id = v.id
                             ORDER BY p.presented_at DESC, p.id DESC LIMIT 1)
             LEFT JOIN page_views l ON l.visit_id = v.id
                  AND (l.tab, l.view) = (SELECT p.tab, p.view FROM page_views p WHERE p.visit_id = v.id
                                         ORDER BY p.entered_at DESC, p.tab DESC, p.view DESC LIMIT 1)
             LEFT JOIN pages a ON a.id = l.page_id
             LEFT JOIN visitors i ON i.id = v.visitor_id
             LEFT JOIN customers r ON r.site_id = i.site_id AND r.customer_ref = i.customer_ref
             LEFT JOIN customers h ON h.id = i.customer_id
             LEFT JOIN customers k ON k.id = CASE WHEN i.identity = 'signed' THEN COALESCE(r.merged_into, r.id)
                                                  ELSE COALESCE(h.merged_into, h.id, r.merged_into, r.id) END ",
            $rest
        )
    };
}

/// Lists open visits of one site or of all that were heard from since `since`, the latest first, from after `last` on, at most `limit`.
///
/// # Errors
/// When the database failed.
pub async fn list_live_visits(
    tx: &mut Tx,
    site: Option<SiteId>,
    since: UnixMs,
    last: Option<VisitId>,
    limit: i64,
) -> StoreResult<Vec<ListedVisit>> {
    fetch_all!(
        tx,
        ListedVisit,
        select!(
            "WHERE v.ended_at IS NULL AND v.heard_at >= $1 AND ($2 = '' OR v.site_id = $2) AND ($3 = '' OR v.id < $3)
             ORDER BY v.id DESC LIMIT $4"
        ),
        since.0,
        site.map(|site| site.0.to_string()).unwrap_or_default(),
        last.map(|last| last.0.to_string()).unwrap_or_default(),
        limit,
    )
}

pub(in crate::store) const RECENT: &str =
    select!("WHERE v.site_id = $1 ORDER BY v.started_at DESC, v.id DESC LIMIT $2");

/// Lists the latest visits of a site, open or ended, newest first, at most `limit`.
///
/// # Errors
/// When the database failed.
pub async fn list_recent_visits(tx: &mut Tx, site: SiteId, limit: i64) -> StoreResult<Vec<ListedVisit>> {
    fetch_all!(tx, ListedVisit, RECENT, Text(site), limit,)
}

/// Finds the open visit of a visitor.
///
/// # Errors
/// When the database failed.
pub async fn find_open_listed_visit(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Option<ListedVisit>> {
    fetch_optional!(tx, ListedVisit, select!("WHERE v.visitor_id = $1 AND v.ended_at IS NULL"), Text(visitor))
}

/// Finds one visit, open or ended.
///
/// # Errors
/// When the database failed.
pub async fn find_listed_visit(tx: &mut Tx, id: VisitId) -> StoreResult<Option<ListedVisit>> {
    fetch_optional!(tx, ListedVisit, select!("WHERE v.id = $1"), Text(id))
}
