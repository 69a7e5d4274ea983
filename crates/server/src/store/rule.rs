//! Owns the SQL of rules. What a rule is stands in the engine.

use beckon_engine::id::{RuleId, SiteId};
use beckon_engine::rule::{Rule, RulePlan};

use super::column::{Json, Text};
use super::site::raise_config_version;
use super::sql::{execute, fetch_all, fetch_optional};
use super::{StoreResult, Tx};

// One text for the columns of a `RuleRow`.
macro_rules! select_rules {
    ($rest:literal) => {
        concat!(
            "SELECT id, site_id, priority, name, enabled, plan, created_at, updated_at FROM rules ",
            $rest
        )
    };
}

/// A rule of a site.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RuleRow {
    /// Identity.
    pub id: Text<RuleId>,
    /// The site it belongs to.
    pub site_id: Text<SiteId>,
    /// A lower number is more important, 1 to 9 999.
    pub priority: i64,
    /// Name in the console.
    pub name: String,
    /// A disabled rule never fires.
    pub enabled: bool,
    /// When it fires and what then happens.
    pub plan: Json<RulePlan>,
    /// When the row was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// Where a page of rules starts: after the rule with this priority, name and id.
#[derive(Clone, Copy, Debug, Default)]
pub struct AfterRule<'a> {
    /// Its priority; 0 starts at the beginning.
    pub priority: i64,
    /// Its name.
    pub name: &'a str,
    /// Its id.
    pub id: &'a str,
}

impl From<RuleRow> for Rule {
    fn from(row: RuleRow) -> Self {
        Self {
            id: row.id.0,
            priority: u32::try_from(row.priority)
                .expect("a priority is checked to be 1 to 9 999 when it is stored"),
            name: row.name,
            enabled: row.enabled,
            plan: row.plan.0,
        }
    }
}

/// Adds a rule.
///
/// # Errors
/// `InUse` when there is no such site.
pub async fn insert_rule(tx: &mut Tx, rule: &RuleRow) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO rules (id, site_id, priority, name, enabled, plan, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        rule.id,
        rule.site_id,
        rule.priority,
        rule.name.as_str(),
        rule.enabled,
        &rule.plan,
        rule.created_at,
        rule.updated_at,
    )?;
    raise_config_version(tx, rule.site_id.0).await?;
    Ok(())
}

/// Finds a rule, on whatever site.
///
/// # Errors
/// When the database failed.
pub async fn find_rule(tx: &mut Tx, id: RuleId) -> StoreResult<Option<RuleRow>> {
    fetch_optional!(tx, RuleRow, select_rules!("WHERE id = $1"), Text(id),)
}

/// The first `limit` rules of a site by priority, name and id that come after `after`.
///
/// # Errors
/// When the database failed.
pub async fn list_rules(
    tx: &mut Tx,
    site: SiteId,
    after: AfterRule<'_>,
    limit: i64,
) -> StoreResult<Vec<RuleRow>> {
    fetch_all!(
        tx,
        RuleRow,
        select_rules!(
            "WHERE site_id = $1 AND (priority, lower(name), id) > ($2, lower($3), $4)
         ORDER BY priority, lower(name), id LIMIT $5"
        ),
        Text(site),
        after.priority,
        after.name,
        after.id,
        limit,
    )
}

/// All rules of a site by priority, name and id.
///
/// # Errors
/// When the database failed.
pub async fn list_all_rules(tx: &mut Tx, site: SiteId) -> StoreResult<Vec<RuleRow>> {
    list_rules(tx, site, AfterRule::default(), i64::MAX).await
}

/// Writes priority, name, plan and whether the rule is enabled.
///
/// # Errors
/// When the database failed.
pub async fn update_rule(tx: &mut Tx, rule: &RuleRow) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE rules SET priority = $3, name = $4, enabled = $5, plan = $6, updated_at = $7
         WHERE id = $1 AND site_id = $2",
        rule.id,
        rule.site_id,
        rule.priority,
        rule.name.as_str(),
        rule.enabled,
        &rule.plan,
        rule.updated_at,
    )?;
    raise_config_version(tx, rule.site_id.0).await?;
    Ok(())
}

/// Removes a rule. Presentations keep its name.
///
/// # Errors
/// When the database failed.
pub async fn delete_rule(tx: &mut Tx, site: SiteId, id: RuleId) -> StoreResult<()> {
    execute!(tx, "DELETE FROM rules WHERE id = $1 AND site_id = $2", Text(id), Text(site))?;
    raise_config_version(tx, site).await?;
    Ok(())
}
