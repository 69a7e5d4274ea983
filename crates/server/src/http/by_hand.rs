//! Owns the routes of what is done by hand to a visitor who is on the site: what can be presented to them, presenting it (O-13), and
//! beginning a chat.

use axum::Json;
use axum::extract::State;
use beckon_engine::id::{ChatId, OfferId, PresentationId, QueueId, VisitId};
use beckon_engine::reason::Reason;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::Agent;
use super::chat::actor;
use super::error::{Answer, Problem};
use super::extract::{Body, Id};
use super::openapi::{ChangeRefusals, Refusals};
use crate::driver::by_hand::{AtCap, HandChoice, HandRequest};
use crate::driver::notice::Named;
use crate::driver::writing_first::{NotBegun, Refused};
use crate::store::visit::{VisitRow, find_visit};

/// An offer to present by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HandOffer {
    /// The offer.
    offer_id: OfferId,
    /// The queue to which an acceptance leads.
    queue_id: QueueId,
    /// Present it although a cap is reached.
    #[serde(default)]
    override_caps: bool,
}

/// Whether an offer was presented by hand.
#[derive(Debug, Serialize, ToSchema)]
struct HandOfferAnswer {
    /// Why not; null when it was presented.
    #[schema(required)]
    refused: Option<Reason>,
    /// The presentation, once it is committed.
    #[schema(required)]
    presentation_id: Option<PresentationId>,
}

/// Whether a chat was begun.
#[derive(Debug, Serialize, ToSchema)]
struct BegunAnswer {
    /// The chat, which whoever asked for it has now; null when it was not begun.
    #[schema(required)]
    chat_id: Option<ChatId>,
    /// Why not; null when it was begun.
    #[schema(required)]
    refused: Option<NotBegun>,
    /// Who has the chat that was there already, if anybody has.
    #[schema(required)]
    taken_by: Option<String>,
}

/// The routes.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(choose, present)).routes(routes!(begin))
}

/// List what can be presented by hand to a visitor who is on the site now, and the caps with their values (O-13).
#[utoipa::path(get, path = "/api/v1/visits/{id}/offers", operation_id = "list_hand_offers", tag = "visits",
    params(("id" = VisitId, Path)), security(("session" = [])),
    responses((status = 200, description = "Offers, queues and caps", body = HandChoice), Refusals))]
async fn choose(State(api): State<Api>, _: Agent, Id(id): Id<VisitId>) -> Answer<Json<HandChoice>> {
    let visit = visit(&api, id).await?;
    api.driver.hand_choice(&visit).await?.map(Json).ok_or(Problem::NotFound)
}

/// Present an offer by hand to a visitor who is on the site now (O-13). Caps hold it back unless they are overridden.
#[utoipa::path(post, path = "/api/v1/visits/{id}/offers", operation_id = "present_by_hand", tag = "visits",
    params(("id" = VisitId, Path)), request_body = HandOffer, security(("session" = [])),
    responses((status = 200, description = "Whether it was presented", body = HandOfferAnswer), ChangeRefusals))]
async fn present(
    State(api): State<Api>,
    Agent(me): Agent,
    Id(id): Id<VisitId>,
    Body(HandOffer { offer_id, queue_id, override_caps }): Body<HandOffer>,
) -> Answer<Json<HandOfferAnswer>> {
    let visit = visit(&api, id).await?;
    let request = HandRequest {
        visit: id,
        user: Named { id: *me.user.id, name: me.user.name },
        offer: offer_id,
        queue: queue_id,
        at_cap: if override_caps { AtCap::GoOver } else { AtCap::Refuse },
        asked_as: None,
    };
    let presented = api.driver.present_by_hand(&visit, request).await?;
    Ok(Json(HandOfferAnswer { refused: presented.err(), presentation_id: presented.ok() }))
}

/// Begin a chat with a visitor who is on the site now, has none, and is offered nothing. It belongs to whoever asks; the visitor
/// sees it once they write.
#[utoipa::path(post, path = "/api/v1/visits/{id}/chat", operation_id = "begin_chat", tag = "visits",
    params(("id" = VisitId, Path)), security(("session" = [])),
    responses((status = 200, description = "Whether it was begun", body = BegunAnswer), ChangeRefusals))]
async fn begin(State(api): State<Api>, Agent(me): Agent, Id(id): Id<VisitId>) -> Answer<Json<BegunAnswer>> {
    let visit = visit(&api, id).await?;
    match api.driver.begin_chat(&actor(&me), &visit).await {
        Ok(chat) => Ok(Json(BegunAnswer { chat_id: Some(chat), refused: None, taken_by: None })),
        Err(Refused::Because(reason, taken_by)) => {
            Ok(Json(BegunAnswer { chat_id: None, refused: Some(reason), taken_by }))
        }
        Err(Refused::Store(error)) => Err(error.into()),
    }
}

async fn visit(api: &Api, id: VisitId) -> Answer<VisitRow> {
    find_visit(&mut api.store.read().await?, id).await?.ok_or(Problem::NotFound)
}
