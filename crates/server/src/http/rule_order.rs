//! Owns where a rule stands among the rules of its site: moving it, at `/api/v1/rules/{id}/place`, and what each has brought
//! today, at `/api/v1/sites/{id}/rules/today`.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::hours::day_start;
use beckon_engine::id::{RuleId, SiteId};
use beckon_engine::queue::Hours;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit::record::{Done, record};
use super::auth::{Admin, SignedIn};
use super::error::{Answer, Problem};
use super::extract::{Body, Id};
use super::openapi::{ChangeRefusals, Refusals};
use super::rule::Rule;
use super::wallboard::OfferCounts;
use super::{Api, site};
use crate::store::Tx;
use crate::store::rule::{RuleRow, find_rule, list_all_rules, update_rule};
use crate::store::wallboard::list_rule_outcome_counts;

const PRIORITY_MAX: i64 = 9_999;
/// Between two priorities, where there is room.
const STEP: i64 = 10;

/// Where a rule is to stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RulePlace {
    /// More important than this rule of the site, and than those of the same priority; null to be the least important.
    before: Option<RuleId>,
}

/// What the rules of a site have brought today.
#[derive(Debug, Serialize, ToSchema)]
struct RulesToday {
    /// When the day began in the site's time zone, milliseconds since 1970.
    since: i64,
    /// Rules that presented something since then.
    items: Vec<RuleToday>,
}

/// What a rule has brought today.
#[derive(Debug, Serialize, ToSchema)]
struct RuleToday {
    /// The rule.
    rule_id: RuleId,
    /// Its offers since the day began, by what became of them.
    offers: OfferCounts,
}

/// The routes.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(today)).routes(routes!(place))
}

/// What the rules of a site have brought since the day began in its time zone. For administrators.
#[utoipa::path(get, path = "/api/v1/sites/{id}/rules/today", operation_id = "list_rules_today", tag = "rules",
    params(("id" = SiteId, Path)), security(("session" = [])),
    responses((status = 200, description = "By rule", body = RulesToday), Refusals))]
async fn today(State(api): State<Api>, _: Admin, Id(id): Id<SiteId>) -> Answer<Json<RulesToday>> {
    let mut tx = api.store.read().await?;
    let site = site::find(&mut tx, id).await?;
    let hours = Hours { time_zone: site.settings.time_zone.clone(), ..Hours::default() };
    let since = day_start(&hours, api.clock.now());
    let mut rules: BTreeMap<RuleId, Vec<_>> = BTreeMap::new();
    for (rule, count) in list_rule_outcome_counts(&mut tx, id, since).await? {
        rules.entry(rule).or_default().push(count);
    }
    let item = |(rule_id, counts): (RuleId, Vec<_>)| RuleToday { rule_id, offers: OfferCounts::of(&counts) };
    Ok(Json(RulesToday { since: since.0, items: rules.into_iter().map(item).collect() }))
}

/// Move a rule among the rules of its site. Its priority changes; those of others only where there is no room between them,
/// and then equal ones stay equal. For administrators.
#[utoipa::path(put, path = "/api/v1/rules/{id}/place", operation_id = "move_rule", tag = "rules",
    params(("id" = RuleId, Path)), request_body = RulePlace, security(("session" = [])),
    responses((status = 204, description = "Done"), ChangeRefusals))]
async fn place(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<RuleId>,
    Body(RulePlace { before }): Body<RulePlace>,
) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    let moved = find_rule(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let site = *moved.site_id;
    let mut others = list_all_rules(&mut tx, site).await?;
    others.retain(|rule| *rule.id != id);
    let wanted = match before {
        None => None,
        Some(before) => {
            let found = others.iter().find(|rule| *rule.id == before);
            let found = found.ok_or_else(|| Problem::field("/before", "is no other rule of this site"))?;
            Some(found.priority)
        }
    };
    let taken: BTreeSet<i64> = others.iter().map(|rule| rule.priority).collect();
    if let Some(priority) = between(&taken, wanted) {
        set(&api, &mut tx, &me, moved, priority).await?;
    } else {
        let (spread, priority) = spread(&taken, wanted);
        for rule in others {
            let priority = spread.get(&rule.priority).copied().unwrap_or(rule.priority);
            set(&api, &mut tx, &me, rule, priority).await?;
        }
        set(&api, &mut tx, &me, moved, priority).await?;
    }
    api.commit(tx, site).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set(api: &Api, tx: &mut Tx, by: &SignedIn, mut row: RuleRow, priority: i64) -> Answer<()> {
    if row.priority == priority {
        return Ok(());
    }
    let before = Rule::from(row.clone());
    row.priority = priority;
    row.updated_at = api.clock.now().0;
    update_rule(tx, &row).await?;
    record(api, tx, by, Done::changed(&before, &row.into())).await
}

/// A priority right before `wanted`, or behind all; none when there is no room.
fn between(taken: &BTreeSet<i64>, wanted: Option<i64>) -> Option<i64> {
    let last = taken.last().copied().unwrap_or(0);
    let Some(next) = wanted else {
        let free = (last + STEP).min(PRIORITY_MAX);
        return (free > last).then_some(free);
    };
    let previous = taken.range(..next).next_back().copied().unwrap_or(0);
    (next - previous > 1).then(|| previous + (next - previous) / 2)
}

/// New priorities for those that are taken, with room before `wanted`, and the one in that room.
fn spread(taken: &BTreeSet<i64>, wanted: Option<i64>) -> (BTreeMap<i64, i64>, i64) {
    let places = i64::try_from(taken.len() + 1).expect("a site has a bounded number of rules");
    let step = (PRIORITY_MAX / places).clamp(1, STEP);
    let (mut next, mut room, mut spread) = (step, None, BTreeMap::new());
    for priority in taken {
        if Some(*priority) == wanted {
            room = Some(next);
            next += step;
        }
        spread.insert(*priority, next);
        next += step;
    }
    (spread, room.unwrap_or(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(priorities: &[i64]) -> BTreeSet<i64> {
        priorities.iter().copied().collect()
    }

    // spec: R-1 A-4
    #[test]
    fn a_rule_takes_the_middle_of_the_room_there_is() {
        assert_eq!(between(&taken(&[10, 20]), Some(20)), Some(15));
        assert_eq!(between(&taken(&[10, 20]), Some(10)), Some(5));
        assert_eq!(between(&taken(&[10, 20]), None), Some(30));
        assert_eq!(between(&taken(&[]), None), Some(10));
        assert_eq!(between(&taken(&[9_995]), None), Some(9_999));
        assert_eq!(between(&taken(&[1, 2]), Some(2)), None);
        assert_eq!(between(&taken(&[1]), Some(1)), None);
        assert_eq!(between(&taken(&[9_999]), None), None);
    }

    // spec: R-1 A-4
    #[test]
    fn without_room_the_others_move_apart_in_their_order() {
        let (others, own) = spread(&taken(&[1, 2, 9_999]), Some(2));
        assert_eq!((others, own), (BTreeMap::from([(1, 10), (2, 30), (9_999, 40)]), 20));
        let (others, own) = spread(&taken(&[5, 9_999]), None);
        assert_eq!((others, own), (BTreeMap::from([(5, 10), (9_999, 20)]), 30));
        let many: BTreeSet<i64> = (9_000..=9_999).collect();
        let (others, own) = spread(&many, Some(9_000));
        assert!(own >= 1 && others.values().all(|priority| (own + 1..=PRIORITY_MAX).contains(priority)));
    }
}
