//! Owns the pictures of a site's looks and offers: administrators send them, every visitor's browser may have them.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use beckon_engine::id::{FileId, SiteId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Builder;

use super::picture::Part;
use super::{read, refused};
use crate::driver::files::FileRefusal;
use crate::http::audit::record::{Audited, Done, record};
use crate::http::auth::{Admin, SignedIn};
use crate::http::client::Client;
use crate::http::error::{Answer, Problem};
use crate::http::extract::{Id, Params};
use crate::http::openapi::ChangeRefusals;
use crate::http::{Api, site};
use crate::store::Tx;
use crate::store::audit::{AuditAction, AuditKind, AuditRow, AuditValues, insert_audit};
use crate::store::column::Text;
use crate::store::picture::{
    PictureRow, delete_unused_pictures, find_picture, find_picture_count, insert_picture,
};

/// Most bytes of a picture as it is sent.
pub const SENT_BYTES_MAX: usize = 5 * 1024 * 1024;
/// Most pictures of a site. Before one is refused, those that nothing shows any more are deleted.
pub const PICTURES_MAX: i64 = 200;
/// A picture that was sent so long ago and is not shown anywhere was not kept by whoever edited.
const UNUSED_MS: i64 = 24 * 60 * 60 * 1_000;
/// Pixels along the longer side of a logo.
const LOGO_SIDE_MAX: u32 = 256;
/// Pixels along the longer side of an image.
pub const IMAGE_SIDE_MAX: u32 = 1_280;

/// Where pictures stand on this server.
const PATH: &str = "/pictures/";

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What a picture is for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PictureUse {
    /// A logo, at most 256 pixels along a side.
    Logo,
    /// The image of an offer, at most 1 280 pixels along a side.
    Image,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PictureParams {
    /// What it is for, which bounds its size.
    #[param(inline)]
    r#use: PictureUse,
    /// The part of it that is kept, as `left,top,width,height` in pixels of the picture the right way up; all of it when absent.
    /// What would stand outside the picture is left out.
    #[param(example = "0,0,640,360")]
    part: Option<String>,
}

/// A picture that was taken.
#[derive(Debug, Serialize, ToSchema)]
struct SitePicture {
    /// Its path on this server, for `logo_url` or `image_url`.
    url: String,
    /// Pixels across.
    width: u32,
    /// Pixels down.
    height: u32,
}

/// A picture as the audit log keeps it.
#[derive(Debug, Serialize)]
pub struct KeptPicture<'a> {
    /// Its site.
    #[serde(skip)]
    pub site: SiteId,
    /// Its path on this server.
    pub url: &'a str,
}

impl Audited for KeptPicture<'_> {
    const KIND: AuditKind = AuditKind::Picture;

    fn subject(&self) -> String {
        self.url.trim_start_matches(PATH).to_owned()
    }

    fn site(&self) -> Option<SiteId> {
        Some(self.site)
    }
}

/// The route of administrators.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(upload))
}

/// Send a picture for the looks or the offers of a site: JPEG, PNG, GIF or WebP. It, or a part of it, is made anew, smaller where
/// it is large. One that nothing shows goes after a day, when room is needed. For administrators.
#[utoipa::path(post, path = "/api/v1/sites/{id}/pictures", operation_id = "send_picture", tag = "sites",
    params(("id" = SiteId, Path), PictureParams), security(("session" = [])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "At most 5 MB"),
    responses((status = 201, description = "The picture", body = SitePicture), ChangeRefusals))]
async fn upload(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(site): Id<SiteId>,
    Params(params): Params<PictureParams>,
    headers: HeaderMap,
    client: Client,
    body: Body,
) -> Answer<(StatusCode, Json<SitePicture>)> {
    let part = params.part.as_deref().map(str::parse::<Part>).transpose();
    let part = match part {
        Ok(part) => part,
        Err(wrong) => return Err(refused(Problem::field("?part", wrong), body).await),
    };
    let found = async {
        api.uploads.count(client.address, &me.user.id.0.to_string())?;
        let mut tx = api.store.read().await?;
        site::find(&mut tx, site).await
    };
    if let Err(problem) = found.await {
        return Err(refused(problem, body).await);
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let bytes = announced.unwrap_or(SENT_BYTES_MAX);
    if bytes > SENT_BYTES_MAX {
        return Err(refused(Problem::File(FileRefusal::PictureTooLarge), body).await);
    }
    let Some(room) = api.uploads.room(bytes) else {
        return Err(refused(Problem::TooMany(5), body).await);
    };
    let content = read(body, bytes).await?;
    if content.len() > SENT_BYTES_MAX {
        return Err(Problem::File(FileRefusal::PictureTooLarge));
    }
    let side_max = match params.r#use {
        PictureUse::Logo => LOGO_SIDE_MAX,
        PictureUse::Image => IMAGE_SIDE_MAX,
    };
    let renewed = api.uploads.renew(content, part, side_max).await?;
    drop(room);
    let id = FileId(Builder::from_random_bytes(rand::random()).into_uuid());
    let now = api.clock.now().0;
    let row = PictureRow {
        id: Text(id),
        site_id: Text(site),
        media_type: renewed.media_type.to_owned(),
        content: renewed.whole,
        created_at: now,
    };
    let mut tx = api.change().await?;
    site::find(&mut tx, site).await?;
    if find_picture_count(&mut tx, site).await? >= PICTURES_MAX {
        make_room(&api, &mut tx, &me, site).await?;
    }
    if find_picture_count(&mut tx, site).await? >= PICTURES_MAX {
        return Err(Problem::LimitReached(PICTURES_MAX));
    }
    insert_picture(&mut tx, &row).await?;
    let picture = SitePicture {
        url: format!("{PATH}{}", id.0),
        width: renewed.size.width,
        height: renewed.size.height,
    };
    record(&api, &mut tx, &me, Done::created(&KeptPicture { site, url: &picture.url })).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(picture)))
}

/// Deletes what nothing shows any more; how much it was stands in the audit log.
async fn make_room(api: &Api, tx: &mut Tx, by: &SignedIn, site: SiteId) -> Answer<()> {
    let now = api.clock.now();
    let gone = delete_unused_pictures(tx, site, now.0 - UNUSED_MS).await?;
    if gone == 0 {
        return Ok(());
    }
    let (id, action, kind) = (api.clock.new_id(), AuditAction::Removed, AuditKind::Picture);
    let line = AuditRow {
        via: by.via.clone(),
        site_id: Some(Text(site)),
        detail: format!("{gone} that nothing showed any more"),
        ..AuditRow::new(id, now, *by.user.id, action, kind, site.to_string())
    };
    Ok(insert_audit(tx, &line, &AuditValues::default()).await?)
}

/// Any page may show it: it is part of what the site puts before its visitors.
pub(super) async fn show(State(api): State<Api>, Id(id): Id<FileId>) -> Answer<Response> {
    let mut tx = api.store.read().await?;
    let picture = find_picture(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let media_type = HeaderValue::from_str(&picture.media_type);
    let media_type = media_type.map_err(|error| Problem::Internal(error.to_string()))?;
    let mut response = Body::from(picture.content).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, media_type);
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(super::download::POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}
