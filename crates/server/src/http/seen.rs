//! Owns the route of what the pages of a site have shown and said lately: suggestions for those who write rules.

use axum::Json;
use axum::extract::State;
use beckon_engine::id::SiteId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::Admin;
use super::error::Answer;
use super::extract::Id;
use super::openapi::Refusals;
use super::site;
use crate::store::seen::{NameKind, SeenName, SeenPage, list_seen_names, list_seen_pages};

/// The visits whose pages are looked at, and the pages in the answer.
const VISITS_MAX: i64 = 200;
const PAGES_MAX: i64 = 100;

/// What the pages of a site have shown and said lately.
#[derive(Debug, Serialize, ToSchema)]
struct Seen {
    /// Pages of the latest 200 visits, the most viewed first; at most 100.
    pages: Vec<PageSeen>,
    /// Attributes that pages have set, by name; at most 200.
    attributes: Vec<AttributeSeen>,
    /// Events of the pages' own, by name; at most 200.
    events: Vec<String>,
}

/// A page that was viewed lately.
#[derive(Debug, Serialize, ToSchema)]
struct PageSeen {
    /// Address as it may be stored (T-10).
    url: String,
    /// One of the titles it had.
    title: String,
    /// Views in these visits.
    views: i64,
}

/// An attribute that a page has set.
#[derive(Debug, Serialize, ToSchema)]
struct AttributeSeen {
    /// Its name.
    name: String,
    /// Type of its last value: `text`, `number`, `boolean` or `time`.
    value_type: String,
}

/// The route.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list))
}

/// List pages, attributes and events that were seen on a site lately. For administrators.
#[utoipa::path(get, path = "/api/v1/sites/{id}/seen", operation_id = "list_seen", tag = "rules",
    params(("id" = SiteId, Path)), security(("session" = [])),
    responses((status = 200, description = "Suggestions", body = Seen), Refusals))]
async fn list(State(api): State<Api>, _: Admin, Id(id): Id<SiteId>) -> Answer<Json<Seen>> {
    let mut tx = api.store.read().await?;
    site::find(&mut tx, id).await?;
    let pages = list_seen_pages(&mut tx, id, VISITS_MAX, PAGES_MAX).await?;
    let attributes = list_seen_names(&mut tx, id, NameKind::Attribute).await?;
    let events = list_seen_names(&mut tx, id, NameKind::Event).await?;
    Ok(Json(Seen {
        pages: pages.into_iter().map(PageSeen::from).collect(),
        attributes: attributes.into_iter().map(AttributeSeen::from).collect(),
        events: events.into_iter().map(|event| event.name).collect(),
    }))
}

impl From<SeenPage> for PageSeen {
    fn from(SeenPage { url, title, views }: SeenPage) -> Self {
        Self { url, title, views }
    }
}

impl From<SeenName> for AttributeSeen {
    fn from(seen: SeenName) -> Self {
        Self { name: seen.name, value_type: seen.value_type }
    }
}
