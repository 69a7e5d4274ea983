//! Owns the rules of a site at `/api/v1/sites/{id}/rules` and `/api/v1/rules/{id}`. What can be saved is decided by the
//! engine, which also tries whether all rules of the site compile together.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::{RuleId, SiteId};
use beckon_engine::rule::{self, RulePlan};
use beckon_engine::world::Config;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit::record::{Audited, Done, record};
use super::auth::Admin;
use super::bringing::{Bringing, is_so};
use super::check::Checks;
use super::error::{Answer, Problem};
use super::extract::{Body, Id, Params, present};
use super::openapi::{ChangeRefusals, Refusals};
use super::page::{Page, PageParams};
use super::{Api, site};
use crate::store::Tx;
use crate::store::audit::AuditKind;
use crate::store::column::{Json as JsonColumn, Text};
use crate::store::offer::find_offer;
use crate::store::queue::find_queue;
use crate::store::rule::{
    AfterRule, RuleRow, delete_rule, find_rule, insert_rule, list_all_rules, list_rules, update_rule,
};
use crate::store::site::load_site_config;

/// Most rules of a site.
pub const RULES_MAX: i64 = 1_000;

/// A proactive offer rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rule {
    /// Identity.
    pub id: RuleId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// A lower number is more important.
    pub priority: i64,
    /// Name in the console.
    pub name: String,
    /// A disabled rule never fires.
    pub enabled: bool,
    /// When it fires and what then happens.
    pub plan: RulePlan,
    /// When it was made, milliseconds since 1970.
    pub created_at: i64,
    /// When it was last changed, milliseconds since 1970.
    pub updated_at: i64,
}

/// A rule to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    /// A lower number is more important, 1 to 9 999.
    pub priority: i64,
    /// Name in the console, 1 to 100 characters.
    pub name: String,
    /// A disabled rule never fires.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// When it fires and what then happens. Offer and queue are of the same site.
    pub plan: RulePlan,
}

/// What to change of a rule; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulePatch {
    /// A lower number is more important, 1 to 9 999.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub priority: Option<i64>,
    /// Name in the console, 1 to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// A disabled rule never fires.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub enabled: Option<bool>,
    /// When it fires and what then happens.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub plan: Option<RulePlan>,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(check_only))
        .routes(routes!(show, change, remove))
}

/// The rules of a site, by priority, then name. For administrators.
#[utoipa::path(
    get,
    path = "/api/v1/sites/{id}/rules",
    operation_id = "list_rules",
    tag = "rules",
    params(("id" = SiteId, Path), PageParams),
    responses((status = 200, description = "One page", body = Page<Rule>), Refusals),
    security(("session" = []))
)]
async fn list(
    State(api): State<Api>,
    _: Admin,
    Id(site): Id<SiteId>,
    Params(params): Params<PageParams>,
) -> Answer<Json<Page<Rule>>> {
    let limit = params.limit()?;
    let [priority, name, id] = params.after()?;
    let after = AfterRule { priority: priority.parse().unwrap_or_default(), name: &name, id: &id };
    let mut tx = api.store.read().await?;
    site::find(&mut tx, site).await?;
    let rows = list_rules(&mut tx, site, after, limit + 1).await?;
    let key = |row: &RuleRow| [row.priority.to_string(), row.name.clone(), row.id.0.to_string()];
    Ok(Json(Page::cut(rows, limit, key, Rule::from)))
}

/// Make a rule. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/sites/{id}/rules",
    operation_id = "create_rule",
    tag = "rules",
    params(("id" = SiteId, Path)),
    request_body = NewRule,
    responses((status = 201, description = "The rule", body = Rule), ChangeRefusals),
    security(("session" = []))
)]
async fn create(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(site): Id<SiteId>,
    Body(new): Body<NewRule>,
) -> Answer<(StatusCode, Json<Rule>)> {
    let row = row(new, site, RuleId(api.clock.new_id()), api.clock.now().0);
    check(&row)?;
    let mut tx = api.change().await?;
    site::find(&mut tx, site).await?;
    let count = list_all_rules(&mut tx, site).await?.len();
    if i64::try_from(count).is_ok_and(|count| count >= RULES_MAX) {
        return Err(Problem::LimitReached(RULES_MAX));
    }
    check_references(&mut tx, &row).await?;
    insert_rule(&mut tx, &row).await?;
    check_together(&mut tx, site).await?;
    let rule = Rule::from(row);
    record(&api, &mut tx, &me, Done::created(&rule)).await?;
    api.commit(tx, site).await?;
    Ok((StatusCode::CREATED, Json(rule)))
}

/// Check whether a rule could be saved, and save nothing. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/sites/{id}/rules/check",
    operation_id = "check_rule",
    tag = "rules",
    params(("id" = SiteId, Path)),
    request_body = NewRule,
    responses((status = 204, description = "It could"), ChangeRefusals),
    security(("session" = []))
)]
async fn check_only(
    State(api): State<Api>,
    _: Admin,
    Id(site): Id<SiteId>,
    Body(new): Body<NewRule>,
) -> Answer<StatusCode> {
    let row = row(new, site, RuleId(api.clock.new_id()), api.clock.now().0);
    check(&row)?;
    let mut tx = api.store.read().await?;
    site::find(&mut tx, site).await?;
    check_references(&mut tx, &row).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One rule. For administrators.
#[utoipa::path(
    get,
    path = "/api/v1/rules/{id}",
    operation_id = "show_rule",
    tag = "rules",
    params(("id" = RuleId, Path)),
    responses((status = 200, description = "The rule", body = Rule), Refusals),
    security(("session" = []))
)]
async fn show(State(api): State<Api>, _: Admin, Id(id): Id<RuleId>) -> Answer<Json<Rule>> {
    let mut tx = api.store.read().await?;
    Ok(Json(find(&mut tx, id).await?.into()))
}

/// Change a rule; running visits follow at once. For administrators.
#[utoipa::path(
    patch,
    path = "/api/v1/rules/{id}",
    operation_id = "change_rule",
    tag = "rules",
    params(("id" = RuleId, Path)),
    request_body = RulePatch,
    responses((status = 200, description = "The rule", body = Rule), ChangeRefusals),
    security(("session" = []))
)]
async fn change(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<RuleId>,
    Body(patch): Body<RulePatch>,
) -> Answer<Json<Rule>> {
    let mut tx = api.change().await?;
    let mut row = find(&mut tx, id).await?;
    let before = Rule::from(row.clone());
    row.priority = patch.priority.unwrap_or(row.priority);
    row.name = patch.name.unwrap_or(row.name);
    row.enabled = patch.enabled.unwrap_or(row.enabled);
    row.plan = patch.plan.map_or(row.plan, JsonColumn);
    row.updated_at = api.clock.now().0;
    check(&row)?;
    check_references(&mut tx, &row).await?;
    update_rule(&mut tx, &row).await?;
    check_together(&mut tx, row.site_id.0).await?;
    let rule = Rule::from(row);
    record(&api, &mut tx, &me, Done::changed(&before, &rule)).await?;
    api.commit(tx, rule.site_id).await?;
    Ok(Json(rule))
}

/// Remove a rule. What it presented keeps its name. For administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/rules/{id}",
    operation_id = "remove_rule",
    tag = "rules",
    params(("id" = RuleId, Path)),
    responses((status = 204, description = "Done"), ChangeRefusals),
    security(("session" = []))
)]
async fn remove(State(api): State<Api>, Admin(me): Admin, Id(id): Id<RuleId>) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    let rule = Rule::from(find(&mut tx, id).await?);
    delete_rule(&mut tx, rule.site_id, id).await?;
    record(&api, &mut tx, &me, Done::removed(&rule)).await?;
    api.commit(tx, rule.site_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a rule what it should be, and when it was made; where it should not be, it goes.
///
/// # Errors
/// When it does not fit what is there, or the database failed.
pub(super) async fn bring(
    bringing: &mut Bringing<'_>,
    id: RuleId,
    wanted: Option<(NewRule, i64)>,
) -> Answer<()> {
    let tx = &mut bringing.tx;
    let before = find_rule(tx, id).await?.map(Rule::from);
    let Some((new, created_at)) = wanted else {
        let Some(before) = before else { return Ok(()) };
        delete_rule(tx, bringing.site, id).await?;
        return bringing.record(Some(&before), None).await;
    };
    let row = RuleRow { created_at, ..row(new, bringing.site, id, bringing.api.clock.now().0) };
    check(&row)?;
    check_references(tx, &row).await?;
    let after = Rule::from(row.clone());
    if is_so(before.as_ref(), &after) {
        return Ok(());
    }
    if before.is_some() {
        update_rule(tx, &row).await?;
    } else {
        insert_rule(tx, &row).await?;
    }
    bringing.record(before.as_ref(), Some(&after)).await
}

fn row(new: NewRule, site: SiteId, id: RuleId, now: i64) -> RuleRow {
    RuleRow {
        id: Text(id),
        site_id: Text(site),
        priority: new.priority,
        name: new.name,
        enabled: new.enabled,
        plan: JsonColumn(new.plan),
        created_at: now,
        updated_at: now,
    }
}

fn check(row: &RuleRow) -> Answer<()> {
    let mut checks = Checks::new();
    checks.number("/priority", row.priority, 1..=9_999);
    checks.line("/name", &row.name, 1..=100);
    checks.text("/plan/description", &row.plan.description, 0..=1_000);
    if let Err(problem) = rule::check(&row.plan) {
        checks.wrong(format!("/plan{}", problem.pointer), problem.detail);
    }
    checks.finish()
}

async fn check_references(tx: &mut Tx, row: &RuleRow) -> Answer<()> {
    let mut checks = Checks::new();
    let queue = find_queue(tx, row.plan.queue_id).await?;
    if !queue.is_some_and(|queue| queue.site_id == row.site_id) {
        checks.wrong("/plan/queue_id", "is not a queue of this site");
    }
    if let Some(offer) = row.plan.offer_id {
        let offer = find_offer(tx, offer).await?;
        if !offer.is_some_and(|offer| offer.site_id == row.site_id) {
            checks.wrong("/plan/offer_id", "is not an offer of this site");
        }
    }
    checks.finish()
}

/// Each rule passed on its own; together they may still be more than the engine takes.
pub(super) async fn check_together(tx: &mut Tx, site: SiteId) -> Answer<()> {
    let config = load_site_config(tx, site).await?.ok_or(Problem::NotFound)?;
    let compiled = Config::compile(0, config.site.settings.0, config.rules, config.offers, config.queues);
    compiled.map(drop).map_err(|error| Problem::field("/plan/match_value", error.to_string()))
}

async fn find(tx: &mut Tx, id: RuleId) -> Answer<RuleRow> {
    find_rule(tx, id).await?.ok_or(Problem::NotFound)
}

fn yes() -> bool {
    true
}

impl Audited for Rule {
    const KIND: AuditKind = AuditKind::Rule;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn site(&self) -> Option<SiteId> {
        Some(self.site_id)
    }
}

impl From<RuleRow> for Rule {
    fn from(row: RuleRow) -> Self {
        Self {
            id: row.id.0,
            site_id: row.site_id.0,
            priority: row.priority,
            name: row.name,
            enabled: row.enabled,
            plan: row.plan.0,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
