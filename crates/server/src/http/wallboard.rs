//! Owns what a supervisor sees at a glance: each queue with who waits, who answers and what the day has brought.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use beckon_engine::hours::day_start;
use beckon_engine::id::{QueueId, SiteId, UserId};
use beckon_engine::offer::Outcome;
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::Supervisor;
use super::error::{Answer, Problem};
use super::extract::Params;
use super::offer_stop::Stopped;
use super::openapi::Refusals;
use crate::driver::notice::Named;
use crate::driver::notice::agent::AgentStatus;
use crate::driver::view::agent_status;
use crate::store::Tx;
use crate::store::agent::{list_agents, list_services};
use crate::store::chat::ChatState;
use crate::store::offer_stop::list_offer_stops;
use crate::store::queue::{QueueRow, list_all_queues};
use crate::store::site::list_config_versions;
use crate::store::wallboard::{
    OpenChats, OutcomeCount, find_chats_of_day, list_open_chat_counts, list_outcome_counts,
};

/// An answer within this time is in time, unless the request names another.
const TARGET_S_DEFAULT: u32 = 20;
const TARGET_S_MAX: u32 = 3_600;
/// A visitor waits in these.
const WAITS: [ChatState; 2] = [ChatState::Queued, ChatState::Ringing];

/// What to show.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WallboardParams {
    /// Only queues of this site.
    site: Option<SiteId>,
    /// An answer within so many seconds is in time, 1 to 3 600; 20 when absent.
    #[param(minimum = 1, maximum = 3600)]
    target_s: Option<u32>,
}

/// Everything on the wallboard.
#[derive(Debug, Serialize, ToSchema)]
struct Wallboard {
    /// When it was counted.
    at: i64,
    /// An answer within so many seconds is in time.
    target_s: u32,
    /// The sites, by name.
    sites: Vec<SiteBoard>,
    /// The queues, by site and name.
    queues: Vec<QueueBoard>,
}

/// A site on the wallboard.
#[derive(Debug, Serialize, ToSchema)]
struct SiteBoard {
    /// Identity.
    id: SiteId,
    /// Name.
    name: String,
    /// Null while offers are presented.
    #[schema(required)]
    offers_stopped: Option<Stopped>,
}

/// A queue on the wallboard.
#[derive(Debug, Serialize, ToSchema)]
struct QueueBoard {
    /// The queue.
    queue: Named<QueueId>,
    /// Its site.
    site_id: SiteId,
    /// Why no chat can be had now; null when one can.
    #[schema(required)]
    closed_because: Option<Reason>,
    /// Visitors who wait, those at whom an agent is being rung included.
    waiting: i64,
    /// When the one who waits longest began to; null when nobody waits.
    #[schema(required)]
    waiting_since: Option<i64>,
    /// Chats under way.
    active: i64,
    /// Its agents by state.
    agents: AgentCounts,
    /// Since when the day is counted: midnight in the queue's time zone.
    day_since: i64,
    /// The chats of the day.
    day: DayBoard,
    /// The offers of the day.
    offers: OfferCounts,
}

/// Agents by state.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
struct AgentCounts {
    /// Take chats.
    ready: i64,
    /// Signed in, take none.
    away: i64,
    /// Not here.
    offline: i64,
    /// Chats that those who are ready can still take.
    free_slots: i64,
}

/// What became of the chats that visitors asked for today.
#[derive(Debug, Serialize, ToSchema)]
struct DayBoard {
    /// Came into the queue.
    queued: i64,
    /// Were answered.
    answered: i64,
    /// Of these, in time.
    answered_in_time: i64,
    /// Ended before an agent answered.
    lost: i64,
    /// Percent of the answered and the lost ones that were answered in time; null when there were none.
    #[schema(required)]
    service_level: Option<i64>,
    /// Mean wait of the answered ones, milliseconds; null when there were none.
    #[schema(required)]
    mean_wait_ms: Option<i64>,
}

/// Presentations by outcome.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct OfferCounts {
    /// Still before a visitor.
    open: i64,
    /// Accepted.
    accepted: i64,
    /// Rejected.
    rejected: i64,
    /// Ignored.
    ignored: i64,
    /// Ignored because the browser was gone.
    passively_ignored: i64,
    /// Withdrawn.
    withdrawn: i64,
}

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Show each queue: who waits, who answers, and what the day has brought. For supervisors.
#[utoipa::path(get, path = "/api/v1/wallboard", operation_id = "show_wallboard", tag = "wallboard",
    params(WallboardParams), security(("session" = [])),
    responses((status = 200, description = "The wallboard", body = Wallboard), Refusals))]
async fn show(
    State(api): State<Api>,
    _: Supervisor,
    Params(WallboardParams { site: only, target_s }): Params<WallboardParams>,
) -> Answer<Json<Wallboard>> {
    let target_s = target_s.unwrap_or(TARGET_S_DEFAULT);
    if !(1..=TARGET_S_MAX).contains(&target_s) {
        return Err(Problem::field("?target_s", format!("is not 1 to {TARGET_S_MAX}")));
    }
    let now = api.clock.now();
    let mut tx = api.store.read().await?;
    let stops = list_offer_stops(&mut tx).await?;
    let open = list_open_chat_counts(&mut tx).await?;
    let agents = count_agents(&mut tx, now).await?;
    let mut board = Wallboard { at: now.0, target_s, sites: Vec::new(), queues: Vec::new() };
    for (id, _) in list_config_versions(&mut tx).await? {
        if only.is_some_and(|only| only != id) {
            continue;
        }
        let Some(site) = api.driver.sites().by_id(id) else { continue };
        let stop = stops.iter().find(|stop| *stop.site_id == id);
        let offers_stopped = stop.map(|stop| Stopped { at: stop.stopped_at, by: stop.stopped_by.clone() });
        board.sites.push(SiteBoard { id, name: site.row.name.clone(), offers_stopped });
        for queue in list_all_queues(&mut tx, id).await? {
            let closed_because = site.world.gate(*queue.id).closed_because();
            let agents = agents.get(&*queue.id).copied().unwrap_or_default();
            board.queues.push(of_queue(&mut tx, &queue, closed_because, &open, agents, now, target_s).await?);
        }
    }
    board.sites.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Json(board))
}

async fn of_queue(
    tx: &mut Tx,
    queue: &QueueRow,
    closed_because: Option<Reason>,
    open: &[OpenChats],
    agents: AgentCounts,
    now: UnixMs,
    target_s: u32,
) -> Answer<QueueBoard> {
    let since = day_start(&queue.plan.hours, now);
    let chats = find_chats_of_day(tx, *queue.id, since, i64::from(target_s) * 1_000).await?;
    let offers = OfferCounts::of(&list_outcome_counts(tx, *queue.id, since).await?);
    let here = |states: &'static [ChatState]| {
        open.iter().filter(move |count| *count.queue_id == *queue.id && states.contains(&count.state))
    };
    let percent = |part: i64, whole: i64| (whole > 0).then(|| part * 100 / whole);
    Ok(QueueBoard {
        queue: Named { id: *queue.id, name: queue.name.clone() },
        site_id: *queue.site_id,
        closed_because,
        waiting: here(&WAITS).map(|count| count.chats).sum(),
        waiting_since: here(&WAITS).filter_map(|count| count.waiting_since).min(),
        active: here(&[ChatState::Active]).map(|count| count.chats).sum(),
        agents,
        day_since: since.0,
        day: DayBoard {
            queued: chats.queued,
            answered: chats.answered,
            answered_in_time: chats.answered_in_time,
            lost: chats.lost,
            service_level: percent(chats.answered_in_time, chats.answered + chats.lost),
            mean_wait_ms: (chats.answered > 0).then(|| chats.waited_ms / chats.answered),
        },
        offers,
    })
}

async fn count_agents(tx: &mut Tx, now: UnixMs) -> Answer<BTreeMap<QueueId, AgentCounts>> {
    let agents: BTreeMap<UserId, _> =
        list_agents(tx).await?.into_iter().map(|agent| (*agent.id, agent)).collect();
    let mut counts: BTreeMap<QueueId, AgentCounts> = BTreeMap::new();
    for service in list_services(tx).await? {
        let Some(agent) = agents.get(&service.user_id) else { continue };
        let count = counts.entry(*service.queue_id).or_default();
        match agent_status(agent, now) {
            AgentStatus::Ready => {
                count.ready += 1;
                count.free_slots += (agent.slots - agent.used).max(0);
            }
            AgentStatus::Away => count.away += 1,
            AgentStatus::Offline => count.offline += 1,
        }
    }
    Ok(counts)
}

impl OfferCounts {
    pub(super) fn of(counts: &[OutcomeCount]) -> Self {
        let mut of = Self::default();
        for count in counts {
            let field = match count.outcome.as_deref() {
                None => &mut of.open,
                Some(Outcome::Accepted) => &mut of.accepted,
                Some(Outcome::Rejected) => &mut of.rejected,
                Some(Outcome::Ignored) => &mut of.ignored,
                Some(Outcome::PassivelyIgnored) => &mut of.passively_ignored,
                Some(Outcome::Withdrawn) => &mut of.withdrawn,
            };
            *field = count.presentations;
        }
        of
    }
}
