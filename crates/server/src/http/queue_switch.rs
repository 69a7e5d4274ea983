//! Owns what is switched at a queue by hand, at `/api/v1/queues/{id}/switches`, and the holidays that can be taken into its
//! exceptions, at `/api/v1/holidays`.

use axum::Json;
use axum::extract::State;
use beckon_engine::holidays::{Holiday, countries, holidays};
use beckon_engine::id::QueueId;
use beckon_engine::queue::ByHand;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::audit::record::{Done, record};
use super::auth::{Agent, Supervisor};
use super::error::{Answer, Problem};
use super::extract::{Body, Id, Params, present};
use super::openapi::{ChangeRefusals, Refusals};
use super::queue::Queue;
use crate::store::column::Json as JsonColumn;
use crate::store::queue::{find_queue, list_queue_agents, update_queue};

/// What to switch; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Switches {
    /// The channel switch.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub channel_on: Option<bool>,
    /// Open or close the queue whatever its hours say, until a time to come or until it is taken back; null takes it back.
    #[serde(default, deserialize_with = "present")]
    pub by_hand: Option<Option<ByHand>>,
}

/// The public holidays of a country in a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct Holidays {
    /// The countries that there are, as ISO 3166 codes.
    pub countries: Vec<&'static str>,
    /// By date; empty when no country was named.
    pub items: Vec<Holiday>,
}

/// Which holidays.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HolidayParams {
    /// ISO 3166 code, such as `CH`.
    country: Option<String>,
    /// 2000 to 2100.
    #[param(minimum = 2000, maximum = 2100)]
    year: Option<i16>,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(switch)).routes(routes!(list))
}

/// Switch a queue's channel, or open or close the queue by hand; running visits follow at once. For supervisors.
#[utoipa::path(
    patch,
    path = "/api/v1/queues/{id}/switches",
    operation_id = "switch_queue",
    tag = "queues",
    params(("id" = QueueId, Path)),
    request_body = Switches,
    responses((status = 200, description = "The queue", body = Queue), ChangeRefusals),
    security(("session" = []))
)]
async fn switch(
    State(api): State<Api>,
    Supervisor(me): Supervisor,
    Id(id): Id<QueueId>,
    Body(switches): Body<Switches>,
) -> Answer<Json<Queue>> {
    let now = api.clock.now();
    let mut tx = api.change().await?;
    let mut row = find_queue(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let agents = list_queue_agents(&mut tx, id).await?;
    let before = Queue::new(row.clone(), agents.clone(), now);
    row.channel_on = switches.channel_on.unwrap_or(row.channel_on);
    if let Some(by_hand) = switches.by_hand {
        if by_hand.and_then(|by_hand| by_hand.until).is_some_and(|until| until <= now) {
            return Err(Problem::field("/by_hand/until", "is not in the future"));
        }
        row.by_hand = by_hand.map(JsonColumn);
    }
    row.updated_at = now.0;
    update_queue(&mut tx, &row).await?;
    let queue = Queue::new(row, agents, now);
    record(&api, &mut tx, &me, Done::changed(&before, &queue)).await?;
    api.commit(tx, queue.site_id).await?;
    Ok(Json(queue))
}

/// The public holidays of a country, to be taken into the exceptions of a queue.
#[utoipa::path(
    get,
    path = "/api/v1/holidays",
    operation_id = "list_holidays",
    tag = "queues",
    params(HolidayParams),
    responses((status = 200, description = "Countries, and the holidays of the one named", body = Holidays), Refusals),
    security(("session" = []))
)]
async fn list(_: Agent, Params(params): Params<HolidayParams>) -> Answer<Json<Holidays>> {
    let items = match (&params.country, params.year) {
        (Some(country), Some(year)) => {
            if !countries().any(|known| known == country) {
                return Err(Problem::field("?country", "is not one of the countries"));
            }
            if !(2000..=2100).contains(&year) {
                return Err(Problem::field("?year", "is not 2000 to 2100"));
            }
            holidays(country, year)
        }
        (Some(_), None) => return Err(Problem::field("?year", "is missing")),
        (None, _) => Vec::new(),
    };
    Ok(Json(Holidays { countries: countries().collect(), items }))
}
