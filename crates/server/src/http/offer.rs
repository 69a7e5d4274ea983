//! Owns the offers of a site at `/api/v1/sites/{id}/offers` and `/api/v1/offers/{id}`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::{OfferId, SiteId};
use beckon_engine::offer::OfferDesign;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit::record::{Audited, Done, record};
use super::auth::Admin;
use super::bringing::{Bringing, is_so};
use super::check::{Checks, LANGUAGES_MAX, escaped};
use super::error::{Answer, Problem};
use super::extract::{Body, Id, Params, present};
use super::openapi::{ChangeRefusals, Refusals};
use super::page::{Page, PageParams};
use super::{Api, site};
use crate::store::Tx;
use crate::store::audit::AuditKind;
use crate::store::column::{Json as JsonColumn, Text};
use crate::store::offer::{
    OfferRow, delete_offer, find_offer, insert_offer, list_all_offers, list_offers, update_offer,
};
use crate::store::queue::list_all_queues;
use crate::store::rule::list_all_rules;

/// Most offers of a site.
pub const OFFERS_MAX: i64 = 1_000;

/// A design that can be presented.
#[derive(Debug, Serialize, ToSchema)]
pub struct Offer {
    /// Identity.
    pub id: OfferId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// Name in the console.
    pub name: String,
    /// Only an active offer is presented.
    pub active: bool,
    /// How it looks and what it says.
    pub design: OfferDesign,
    /// When it was made, milliseconds since 1970.
    pub created_at: i64,
    /// When it was last changed, milliseconds since 1970.
    pub updated_at: i64,
}

/// An offer to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOffer {
    /// Name in the console, 1 to 100 characters.
    pub name: String,
    /// Only an active offer is presented.
    #[serde(default = "yes")]
    pub active: bool,
    /// How it looks and what it says.
    pub design: OfferDesign,
}

/// What to change of an offer; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferPatch {
    /// Name in the console, 1 to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Only an active offer is presented.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub active: Option<bool>,
    /// How it looks and what it says.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub design: Option<OfferDesign>,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, change, remove))
}

/// The offers of a site, by name. For administrators.
#[utoipa::path(
    get,
    path = "/api/v1/sites/{id}/offers",
    operation_id = "list_offers",
    tag = "offers",
    params(("id" = SiteId, Path), PageParams),
    responses((status = 200, description = "One page", body = Page<Offer>), Refusals),
    security(("session" = []))
)]
async fn list(
    State(api): State<Api>,
    _: Admin,
    Id(site): Id<SiteId>,
    Params(params): Params<PageParams>,
) -> Answer<Json<Page<Offer>>> {
    let limit = params.limit()?;
    let [name, id] = params.after()?;
    let mut tx = api.store.read().await?;
    site::find(&mut tx, site).await?;
    let rows = list_offers(&mut tx, site, (&name, &id), limit + 1).await?;
    let key = |row: &OfferRow| [row.name.clone(), row.id.0.to_string()];
    Ok(Json(Page::cut(rows, limit, key, Offer::from)))
}

/// Make an offer. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/sites/{id}/offers",
    operation_id = "create_offer",
    tag = "offers",
    params(("id" = SiteId, Path)),
    request_body = NewOffer,
    responses((status = 201, description = "The offer", body = Offer), ChangeRefusals),
    security(("session" = []))
)]
async fn create(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(site): Id<SiteId>,
    Body(new): Body<NewOffer>,
) -> Answer<(StatusCode, Json<Offer>)> {
    let row = row(new, site, OfferId(api.clock.new_id()), api.clock.now().0);
    check(&row)?;
    let mut tx = api.change().await?;
    site::find(&mut tx, site).await?;
    let count = list_all_offers(&mut tx, site).await?.len();
    if i64::try_from(count).is_ok_and(|count| count >= OFFERS_MAX) {
        return Err(Problem::LimitReached(OFFERS_MAX));
    }
    insert_offer(&mut tx, &row).await?;
    let offer = Offer::from(row);
    record(&api, &mut tx, &me, Done::created(&offer)).await?;
    api.commit(tx, site).await?;
    Ok((StatusCode::CREATED, Json(offer)))
}

/// One offer. For administrators.
#[utoipa::path(
    get,
    path = "/api/v1/offers/{id}",
    operation_id = "show_offer",
    tag = "offers",
    params(("id" = OfferId, Path)),
    responses((status = 200, description = "The offer", body = Offer), Refusals),
    security(("session" = []))
)]
async fn show(State(api): State<Api>, _: Admin, Id(id): Id<OfferId>) -> Answer<Json<Offer>> {
    let mut tx = api.store.read().await?;
    Ok(Json(find(&mut tx, id).await?.into()))
}

/// Change an offer; what is on screens already keeps its design. For administrators.
#[utoipa::path(
    patch,
    path = "/api/v1/offers/{id}",
    operation_id = "change_offer",
    tag = "offers",
    params(("id" = OfferId, Path)),
    request_body = OfferPatch,
    responses((status = 200, description = "The offer", body = Offer), ChangeRefusals),
    security(("session" = []))
)]
async fn change(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<OfferId>,
    Body(patch): Body<OfferPatch>,
) -> Answer<Json<Offer>> {
    let mut tx = api.change().await?;
    let mut row = find(&mut tx, id).await?;
    let before = Offer::from(row.clone());
    row.name = patch.name.unwrap_or(row.name);
    row.active = patch.active.unwrap_or(row.active);
    row.design = patch.design.map_or(row.design, JsonColumn);
    row.updated_at = api.clock.now().0;
    check(&row)?;
    update_offer(&mut tx, &row).await?;
    let offer = Offer::from(row);
    record(&api, &mut tx, &me, Done::changed(&before, &offer)).await?;
    api.commit(tx, offer.site_id).await?;
    Ok(Json(offer))
}

/// Remove an offer that no rule and no queue uses. For administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/offers/{id}",
    operation_id = "remove_offer",
    tag = "offers",
    params(("id" = OfferId, Path)),
    responses((status = 204, description = "Done"), ChangeRefusals),
    security(("session" = []))
)]
async fn remove(State(api): State<Api>, Admin(me): Admin, Id(id): Id<OfferId>) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    let offer = Offer::from(find(&mut tx, id).await?);
    check_unused(&mut tx, &offer).await?;
    delete_offer(&mut tx, offer.site_id, id).await?;
    record(&api, &mut tx, &me, Done::removed(&offer)).await?;
    api.commit(tx, offer.site_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes an offer what it should be, and when it was made; where it should not be, it goes.
///
/// # Errors
/// When it does not fit what is there, or the database failed.
pub(super) async fn bring(
    bringing: &mut Bringing<'_>,
    id: OfferId,
    wanted: Option<(NewOffer, i64)>,
) -> Answer<()> {
    let tx = &mut bringing.tx;
    let before = find_offer(tx, id).await?.map(Offer::from);
    let Some((new, created_at)) = wanted else {
        let Some(before) = before else { return Ok(()) };
        check_unused(tx, &before).await?;
        delete_offer(tx, bringing.site, id).await?;
        return bringing.record(Some(&before), None).await;
    };
    let row = OfferRow { created_at, ..row(new, bringing.site, id, bringing.api.clock.now().0) };
    check(&row)?;
    let after = Offer::from(row.clone());
    if is_so(before.as_ref(), &after) {
        return Ok(());
    }
    if before.is_some() {
        update_offer(tx, &row).await?;
    } else {
        insert_offer(tx, &row).await?;
    }
    bringing.record(before.as_ref(), Some(&after)).await
}

fn row(new: NewOffer, site: SiteId, id: OfferId, now: i64) -> OfferRow {
    OfferRow {
        id: Text(id),
        site_id: Text(site),
        name: new.name,
        active: new.active,
        design: JsonColumn(new.design),
        created_at: now,
        updated_at: now,
    }
}

async fn check_unused(tx: &mut Tx, offer: &Offer) -> Answer<()> {
    let (id, site) = (offer.id, offer.site_id);
    let rules = list_all_rules(tx, site).await?;
    if let Some(rule) = rules.iter().find(|rule| rule.plan.offer_id == Some(id)) {
        return Err(Problem::InUse(format!("The rule \"{}\" presents it.", rule.name)));
    }
    let queues = list_all_queues(tx, site).await?;
    if let Some(queue) = queues.iter().find(|queue| queue.plan.launch_offer_id == Some(id)) {
        return Err(Problem::InUse(format!("The queue \"{}\" presents it.", queue.name)));
    }
    Ok(())
}

fn check(row: &OfferRow) -> Answer<()> {
    let mut checks = Checks::new();
    checks.line("/name", &row.name, 1..=100);
    let design = &row.design.0;
    checks.color("/design/color", &design.color);
    checks.picture("/design/logo_url", design.logo_url.as_deref());
    checks.picture("/design/image_url", design.image_url.as_deref());
    checks.count("/design/texts", design.texts.len(), 1..=LANGUAGES_MAX);
    if !design.texts.contains_key(&design.default_language) {
        checks.wrong("/design/default_language", "is not one of the languages of the texts");
    }
    for (tag, texts) in &design.texts {
        let at = format!("/design/texts/{}", escaped(tag));
        checks.language(&at, tag);
        checks.line(&format!("{at}/title"), &texts.title, 1..=80);
        checks.text(&format!("{at}/body"), &texts.body, 0..=400);
        checks.line(&format!("{at}/accept_label"), &texts.accept_label, 1..=30);
        checks.line(&format!("{at}/reject_label"), &texts.reject_label, 1..=30);
    }
    checks.finish()
}

async fn find(tx: &mut Tx, id: OfferId) -> Answer<OfferRow> {
    find_offer(tx, id).await?.ok_or(Problem::NotFound)
}

fn yes() -> bool {
    true
}

impl Audited for Offer {
    const KIND: AuditKind = AuditKind::Offer;

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

impl From<OfferRow> for Offer {
    fn from(row: OfferRow) -> Self {
        Self {
            id: row.id.0,
            site_id: row.site_id.0,
            name: row.name,
            active: row.active,
            design: row.design.0,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
