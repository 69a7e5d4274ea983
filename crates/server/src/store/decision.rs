//! Owns the SQL of what visits and presentations were decided on: kept for a while, in bounded numbers, and decided by
//! nobody here.

use beckon_engine::gate::Gate;
use beckon_engine::id::{PresentationId, RuleId, SiteId, VisitId};
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::RuleExplanation;
use serde_json::{Value, json};

use super::column::{Json, Text};
use super::sql::{execute, execute_list, fetch_all, fetch_optional};
use super::{StoreResult, Tx};

/// Decisions that are kept of one visit; the oldest makes room.
pub const DECISIONS_MAX: u32 = 20;

/// One decision of a visit.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DecisionRow {
    /// The visit.
    pub visit_id: Text<VisitId>,
    /// Its place in the ring, below [`DECISIONS_MAX`].
    pub slot: i64,
    /// The site.
    pub site_id: Text<SiteId>,
    /// When it was made.
    pub decided_at: i64,
    /// Address of the page the visitor was on, as it may be stored (T-10); empty without a page.
    pub page_url: String,
    /// Its title.
    pub page_title: String,
    /// Version of the site's configuration.
    pub config_version: i64,
    /// Why nothing was presented; none when an offer was, or an agent was alerted.
    pub reason: Option<Text<Reason>>,
    /// What was presented.
    pub presentation_id: Option<Text<PresentationId>>,
    /// The rule that won; none by hand, and for the queue's own timer.
    pub rule_id: Option<Text<RuleId>>,
    /// Each rule with what it compared.
    pub rules: Json<Vec<RuleExplanation>>,
    /// Rules that were too many to be kept.
    pub rules_left_out: i64,
}

/// What a presentation was decided on.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PresentationReasonsRow {
    /// The presentation.
    pub presentation_id: Text<PresentationId>,
    /// When it was decided.
    pub kept_at: i64,
    /// Address of the page the visitor was on, as it may be stored (T-10); empty without a page.
    pub page_url: String,
    /// Its title.
    pub page_title: String,
    /// The queue's gate at the commit.
    pub gate: Json<Gate>,
    /// Open presentations never exceed this multiple of free slots (O-12).
    pub capacity_factor: i64,
    /// The caps that the person who presented it by hand went over (O-13).
    pub overrode: Json<Vec<Reason>>,
    /// Each rule with what it compared.
    pub rules: Json<Vec<RuleExplanation>>,
    /// Rules that were too many to be kept.
    pub rules_left_out: i64,
}

/// Keeps decisions, each in its slot of its visit's ring, in one statement; no two in one slot. One of a visit that is gone is not
/// taken.
///
/// # Errors
/// When the database failed.
pub async fn insert_decisions(tx: &mut Tx, rows: &[&DecisionRow]) -> StoreResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let list = rows.iter().map(|row| values(row)).collect::<Vec<_>>();
    execute_list!(
        tx,
        "INSERT INTO decisions (visit_id, slot, site_id, decided_at, page_url, page_title, config_version,
                                reason, presentation_id, rule_id, rules, rules_left_out)
         SELECT j.value ->> 0, CAST(j.value ->> 1 AS BIGINT), j.value ->> 2, CAST(j.value ->> 3 AS BIGINT),
                j.value ->> 4, j.value ->> 5, CAST(j.value ->> 6 AS BIGINT),
                j.value ->> 7, j.value ->> 8, j.value ->> 9, j.value ->> 10, CAST(j.value ->> 11 AS BIGINT) FROM ",
        json!(list).to_string(),
        " WHERE EXISTS (SELECT 1 FROM visits v WHERE v.id = j.value ->> 0)
         ON CONFLICT (visit_id, slot) DO UPDATE SET
             decided_at = excluded.decided_at, page_url = excluded.page_url, page_title = excluded.page_title,
             config_version = excluded.config_version, reason = excluded.reason,
             presentation_id = excluded.presentation_id, rule_id = excluded.rule_id, rules = excluded.rules,
             rules_left_out = excluded.rules_left_out",
    )?;
    Ok(())
}

fn values(row: &DecisionRow) -> Value {
    let rules = serde_json::to_string(&row.rules.0).expect("explanations are plain data");
    json!([
        *row.visit_id,
        row.slot,
        *row.site_id,
        row.decided_at,
        row.page_url,
        row.page_title,
        row.config_version,
        row.reason.as_deref(),
        row.presentation_id.as_deref(),
        row.rule_id.as_deref(),
        rules,
        row.rules_left_out,
    ])
}

/// Lists the decisions that are kept of a visit, newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_decisions(tx: &mut Tx, site: SiteId, visit: VisitId) -> StoreResult<Vec<DecisionRow>> {
    fetch_all!(
        tx,
        DecisionRow,
        "SELECT visit_id, slot, site_id, decided_at, page_url, page_title, config_version, reason,
                presentation_id, rule_id, rules, rules_left_out
         FROM decisions WHERE visit_id = $1 AND site_id = $2 ORDER BY decided_at DESC, slot DESC",
        Text(visit),
        Text(site),
    )
}

/// Keeps what a presentation was decided on, once.
///
/// # Errors
/// When the database failed.
pub async fn insert_presentation_reasons(tx: &mut Tx, row: &PresentationReasonsRow) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO presentation_reasons (presentation_id, kept_at, page_url, page_title, gate, capacity_factor,
                                           overrode, rules, rules_left_out)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT DO NOTHING",
        row.presentation_id,
        row.kept_at,
        row.page_url.as_str(),
        row.page_title.as_str(),
        Json(row.gate.0),
        row.capacity_factor,
        Json(&row.overrode.0),
        Json(&row.rules.0),
        row.rules_left_out,
    )?;
    Ok(())
}

/// Finds what a presentation was decided on; none when it is kept no longer.
///
/// # Errors
/// When the database failed.
pub async fn find_presentation_reasons(
    tx: &mut Tx,
    id: PresentationId,
) -> StoreResult<Option<PresentationReasonsRow>> {
    fetch_optional!(
        tx,
        PresentationReasonsRow,
        "SELECT presentation_id, kept_at, page_url, page_title, gate, capacity_factor, overrode, rules,
                rules_left_out
         FROM presentation_reasons WHERE presentation_id = $1",
        Text(id),
    )
}

/// Forgets at most `limit` decisions, and the reasons of at most as many presentations, from before `before`.
///
/// # Errors
/// When the database failed.
pub async fn delete_old_decisions(tx: &mut Tx, before: UnixMs, limit: i64) -> StoreResult<u64> {
    let decisions = execute!(
        tx,
        "DELETE FROM decisions WHERE (visit_id, slot) IN
             (SELECT visit_id, slot FROM decisions WHERE decided_at < $1 ORDER BY decided_at LIMIT $2)",
        before.0,
        limit,
    )?;
    let reasons = execute!(
        tx,
        "DELETE FROM presentation_reasons WHERE presentation_id IN
             (SELECT presentation_id FROM presentation_reasons WHERE kept_at < $1 ORDER BY kept_at LIMIT $2)",
        before.0,
        limit,
    )?;
    Ok(decisions + reasons)
}
