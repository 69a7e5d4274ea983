//! Owns the rule test: an imagined visit goes in, the decision with all reasons comes out, from the engine that decides
//! for real. Presents nothing.

use axum::Json;
use axum::extract::State;
use beckon_engine::gate::Gate;
use beckon_engine::id::SiteId;
use beckon_engine::situation::{self, Situation, TestResult};
use beckon_engine::time::UnixMs;
use beckon_engine::world::World;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::Admin;
use super::error::{Answer, Problem};
use super::extract::{Body, Id};
use super::openapi::ChangeRefusals;

/// What to test.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RuleTest {
    /// The imagined visit.
    situation: Situation,
    /// The moment, milliseconds since 1970; now when absent.
    #[serde(default)]
    at: Option<UnixMs>,
    /// Decide as if every queue were open with a free agent, instead of as it is now.
    #[serde(default)]
    assume_available: bool,
}

/// The route.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(test))
}

/// Test the rules of a site in an imagined visit.
#[utoipa::path(post, path = "/api/v1/sites/{id}/rules/test", tag = "rules", params(("id" = SiteId, Path)),
    request_body = RuleTest, security(("session" = [])),
    responses((status = 200, description = "The decision and its reasons", body = TestResult), ChangeRefusals))]
async fn test(
    State(api): State<Api>,
    _: Admin,
    Id(id): Id<SiteId>,
    Body(RuleTest { situation, at, assume_available }): Body<RuleTest>,
) -> Answer<Json<TestResult>> {
    let site = api.driver.sites().by_id(id).ok_or(Problem::NotFound)?;
    let world = if assume_available { available(&site.world) } else { World::clone(&site.world) };
    Ok(Json(situation::test(&situation, at.unwrap_or_else(|| api.clock.now()), &world)))
}

fn available(world: &World) -> World {
    let open = Gate { hours_open: true, channel_on: true, free_slots: 1, open_presentations: 0 };
    let gates = world.config.queues().map(|queue| (queue.id, open)).collect();
    World { gates, ..world.clone() }
}
