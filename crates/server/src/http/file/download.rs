//! Owns how a file goes out: to whom, as an attachment under a policy of its own, and in parts, never whole in memory.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Query, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use beckon_engine::id::FileId;
use futures_util::{StreamExt, stream};
use serde::Deserialize;

use crate::driver::access::Actor;
use crate::http::Api;
use crate::http::auth::Agent;
use crate::http::error::{Answer, Problem};
use crate::http::extract::Id;
use crate::store::file::{Shape, find_file_part};
use crate::store::{Store, StoreError};

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// Whatever a file turns out to be, a browser that opens it runs nothing and loads nothing.
pub(super) const POLICY: &str = "default-src 'none'; sandbox";

/// What a visitor's browser has been given to read one file with.
#[derive(Debug, Deserialize)]
struct Ticket {
    until: i64,
    ticket: String,
}

pub(super) async fn whole(
    State(api): State<Api>,
    Id(file): Id<FileId>,
    request: Request,
) -> Answer<Response> {
    serve(&api, file, Shape::Whole, request).await
}

pub(super) async fn thumb(
    State(api): State<Api>,
    Id(file): Id<FileId>,
    request: Request,
) -> Answer<Response> {
    serve(&api, file, Shape::Thumb, request).await
}

async fn serve(api: &Api, id: FileId, shape: Shape, request: Request) -> Answer<Response> {
    let ticket = Query::<Ticket>::try_from_uri(request.uri()).ok();
    let (about, reach) = match ticket {
        Some(Query(Ticket { until, ticket })) => {
            (api.driver.file_for_ticket(id, until, &ticket).await?, "cross-origin")
        }
        None => {
            let (mut parts, _) = request.into_parts();
            let Agent(me) = Agent::from_request_parts(&mut parts, api).await?;
            let actor = Actor { id: *me.user.id, name: me.user.name, role: *me.user.role };
            (api.driver.file_for_agent(&actor, id).await?, "same-origin")
        }
    };
    let about = about.ok_or(Problem::NotFound)?;
    let first = part(&api.store, id, shape, 0).await?.ok_or(Problem::NotFound)?;
    let mut response = Body::from_stream(content(api.store.clone(), id, shape, first)).into_response();
    let headers = response.headers_mut();
    if shape == Shape::Whole {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(about.bytes));
    }
    let media_type = HeaderValue::from_str(&about.media_type);
    headers.insert(CONTENT_TYPE, media_type.map_err(|error| Problem::Internal(error.to_string()))?);
    headers.insert(CONTENT_DISPOSITION, disposition(&about.name));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static(reach));
    // What an address means never changes; who may read it is looked at anew after an hour.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    Ok(response)
}

/// The parts one after another, each read when the browser has taken the one before.
fn content(
    store: Store,
    id: FileId,
    shape: Shape,
    first: Bytes,
) -> impl futures_util::Stream<Item = Result<Bytes, StoreError>> {
    let rest = stream::try_unfold((store, 1_i64), move |(store, number)| async move {
        let found = part(&store, id, shape, number).await?;
        Ok(found.map(|bytes| (bytes, (store, number + 1))))
    });
    stream::iter([Ok(first)]).chain(rest)
}

async fn part(store: &Store, id: FileId, shape: Shape, number: i64) -> Result<Option<Bytes>, StoreError> {
    let mut tx = store.read().await?;
    Ok(find_file_part(&mut tx, id, shape, number).await?.map(Bytes::from))
}

/// Whoever opens the address of a file saves it, also a picture, which pages show as an image all the same (RFC 6266, with
/// the name also in RFC 8187's way).
fn disposition(name: &str) -> HeaderValue {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && c != '"' && c != '\\' { c } else { '_' }).collect();
    let escaped: String = name.bytes().map(escape).collect();
    let text = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{escaped}");
    HeaderValue::from_str(&text).expect("the name is escaped")
}

fn escape(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
