//! Owns links that show an offer on a page of its site, at `/api/v1/offers/{id}/previews`. What a page is shown stands in `ws`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::OfferId;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Admin, hash_token};
use super::check::Checks;
use super::error::{Answer, Problem};
use super::extract::{Body, Id};
use super::openapi::ChangeRefusals;
use super::{Api, site};
use crate::driver::address::{URL_LEN_MAX, is_denied};
use crate::store::offer::find_offer;
use crate::store::offer_preview::{PreviewRow, insert_offer_preview};
use crate::store::site::SiteRow;

/// How long a link is good: 15 minutes.
pub const GOOD_FOR_MS: i64 = 15 * 60_000;

/// The loader looks for it in a page's fragment, which no browser sends to a server.
const PARAMETER: &str = "beckon-preview";

/// Where to show it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOfferPreview {
    /// Address of a page of the site, on one of its origins and on no path without tracking.
    page: String,
}

/// A link that shows the offer, as it is saved and whether it is active or not. Nothing that is done with it is recorded.
#[derive(Debug, Serialize, ToSchema)]
struct OfferPreview {
    /// The page's address with the token in its fragment; whoever has it sees the offer.
    url: String,
    /// Until when it is good, milliseconds since 1970.
    expires_at: i64,
}

/// The route.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(create))
}

/// Make a link that shows an offer on a page of its site for 15 minutes. For administrators.
#[utoipa::path(post, path = "/api/v1/offers/{id}/previews", operation_id = "create_offer_preview", tag = "offers",
    params(("id" = OfferId, Path)), request_body = NewOfferPreview, security(("session" = [])),
    responses((status = 201, description = "The link", body = OfferPreview), ChangeRefusals))]
async fn create(
    State(api): State<Api>,
    _: Admin,
    Id(id): Id<OfferId>,
    Body(new): Body<NewOfferPreview>,
) -> Answer<(StatusCode, Json<OfferPreview>)> {
    let now = api.clock.now();
    let mut tx = api.store.write().await?;
    let offer = find_offer(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let page = check(&new.page, &site::find(&mut tx, *offer.site_id).await?)?;
    let token = hex::encode(rand::random::<[u8; 32]>());
    let expires_at = now.plus_ms(GOOD_FOR_MS).0;
    let row = PreviewRow { offer_id: offer.id, site_id: offer.site_id, created_at: now.0, expires_at };
    insert_offer_preview(&mut tx, &row, &hash_token(&token)).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(OfferPreview { url: with_token(page, &token), expires_at })))
}

fn check(page: &str, site: &SiteRow) -> Answer<Url> {
    let mut checks = Checks::new();
    let url = Url::parse(page).ok().filter(|_| page.len() <= URL_LEN_MAX);
    match &url {
        None => checks.wrong("/page", "is not an address such as https://shop.example/chairs"),
        Some(url) if !site.origins.contains(&url.origin().ascii_serialization()) => {
            checks.wrong("/page", "is on none of the site's origins");
        }
        Some(_) if is_denied(page, &site.deny_paths) => {
            checks.wrong("/page", "is on a path without tracking, where nothing is shown");
        }
        Some(_) => {}
    }
    checks.finish()?;
    Ok(url.expect("it was checked"))
}

/// A fragment that the page has stays, for pages that route by it.
fn with_token(mut page: Url, token: &str) -> String {
    let fragment = match page.fragment() {
        Some(fragment) if !fragment.is_empty() => format!("{fragment}&{PARAMETER}={token}"),
        Some(_) | None => format!("{PARAMETER}={token}"),
    };
    page.set_fragment(Some(&fragment));
    page.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_stands_in_the_fragment_beside_what_is_there() {
        let link = |page| with_token(Url::parse(page).unwrap(), "t0");
        assert_eq!(link("https://shop.example/a?b=c"), "https://shop.example/a?b=c#beckon-preview=t0");
        assert_eq!(link("https://shop.example/#"), "https://shop.example/#beckon-preview=t0");
        assert_eq!(link("https://shop.example/#/cart"), "https://shop.example/#/cart&beckon-preview=t0");
    }
}
