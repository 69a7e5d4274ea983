//! Owns the switch with which a supervisor stops all offers of a site at once, and lets them go on.

use axum::Json;
use axum::extract::State;
use beckon_engine::id::SiteId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit::record::{Audited, Done, record};
use super::auth::Supervisor;
use super::error::Answer;
use super::extract::{Body, Id};
use super::openapi::ChangeRefusals;
use super::{Api, site};
use crate::store::Tx;
use crate::store::audit::AuditKind;
use crate::store::offer_stop::{delete_offer_stop, find_offer_stop, insert_offer_stop};

/// That offers are stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stopped {
    /// Since when.
    pub at: i64,
    /// Name of who stopped them.
    pub by: String,
}

/// Whether the offers of a site are stopped.
#[derive(Debug, Serialize, ToSchema)]
struct OfferStopView {
    /// Null while offers are presented.
    #[schema(required)]
    stopped: Option<Stopped>,
}

/// Where to set the switch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfferStopChange {
    /// Nothing is presented while it is true; what is on the screen stays.
    stopped: bool,
}

/// The switch as the audit log keeps it.
#[derive(Debug, Serialize)]
struct Switch {
    #[serde(skip)]
    site: SiteId,
    stopped: bool,
}

impl Audited for Switch {
    const KIND: AuditKind = AuditKind::OfferStop;

    fn subject(&self) -> String {
        self.site.to_string()
    }

    fn site(&self) -> Option<SiteId> {
        Some(self.site)
    }
}

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(change))
}

/// Stop the offers of a site, or let them go on. For supervisors.
#[utoipa::path(put, path = "/api/v1/sites/{id}/offer-stop", operation_id = "change_offer_stop", tag = "wallboard",
    params(("id" = SiteId, Path)), request_body = OfferStopChange, security(("session" = [])),
    responses((status = 200, description = "The switch as it is now", body = OfferStopView), ChangeRefusals))]
async fn change(
    State(api): State<Api>,
    Supervisor(caller): Supervisor,
    Id(site): Id<SiteId>,
    Body(OfferStopChange { stopped }): Body<OfferStopChange>,
) -> Answer<Json<OfferStopView>> {
    let mut tx = api.change().await?;
    site::find(&mut tx, site).await?;
    let before = Switch { site, stopped: find_stopped(&mut tx, site).await?.is_some() };
    if stopped {
        insert_offer_stop(&mut tx, site, &caller.user.name, api.clock.now()).await?;
    } else {
        delete_offer_stop(&mut tx, site).await?;
    }
    record(&api, &mut tx, &caller, Done::changed(&before, &Switch { site, stopped })).await?;
    let stopped = find_stopped(&mut tx, site).await?;
    api.commit(tx, site).await?;
    Ok(Json(OfferStopView { stopped }))
}

async fn find_stopped(tx: &mut Tx, site: SiteId) -> Answer<Option<Stopped>> {
    let stop = find_offer_stop(tx, site).await?;
    Ok(stop.map(|stop| Stopped { at: stop.stopped_at, by: stop.stopped_by }))
}
