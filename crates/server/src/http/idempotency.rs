//! Owns the header `Idempotency-Key` of requests that make something (N-1): a request that is sent again with its key is answered
//! as before and not done again. After draft-ietf-httpapi-idempotency-key-header.

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use beckon_engine::id::UserId;
use sha2::{Digest, Sha256};

use super::auth::authenticate;
use super::error::{Answer, Problem};
use super::{Api, BODY_BYTES_MAX};
use crate::store::idempotency_key::{
    KeyRow, delete_idempotency_key, find_idempotency_key, insert_idempotency_key, update_idempotency_key,
};
use crate::store::user::Role;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const KEY_LEN_MAX: usize = 200;

/// Keys are of no use here: request or answer holds a secret or tells of a person, which is not kept, or the body is a file.
const WITHOUT_KEY: [&str; 27] = [
    "/api/v1/setup",
    "/api/v1/session",
    "/api/v1/session/provider",
    "/api/v1/single-sign-on/test",
    "/api/v1/users",
    "/api/v1/users/{id}/link",
    "/api/v1/user-link",
    "/api/v1/me/second-step",
    "/api/v1/me/second-step/off",
    "/api/v1/me/second-step/recovery-codes",
    "/api/v1/user-link/look",
    "/api/v1/sites/{id}/customers",
    "/api/v1/customers/{id}/merge",
    "/api/v1/customers/{id}/part",
    "/api/v1/customers/{id}/erase",
    "/api/v1/customer-imports/{id}/begin",
    "/api/v1/chats/{id}/transcript",
    "/api/v1/visits/{id}/chat",
    "/api/v1/api-tokens",
    "/api/v1/webhooks",
    "/api/v1/webhooks/{id}/secret",
    "/api/v1/sites/{id}/identity-secret",
    "/api/v1/sites/{id}/pictures",
    "/api/v1/offers/{id}/previews",
    "/api/v1/sites/{id}/customer-imports",
    "/api/v1/chats/{id}/files",
    "/api/v1/configuration/plan",
];

/// Answers a POST that names a key it has seen; does it, and keeps the answer, when it has not. Only what was done is kept: a
/// request that was refused can be sent again.
pub(super) async fn layer(State(api): State<Api>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    match once(&api, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn once(api: &Api, request: Request, next: Next) -> Answer<Response> {
    let (parts, body) = request.into_parts();
    let key = parts.headers.get(KEY).and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    if key.is_empty() || key.len() > KEY_LEN_MAX {
        return Err(Problem::field(
            "Idempotency-Key",
            format!("has not 1 to {KEY_LEN_MAX} visible characters"),
        ));
    }
    let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    if WITHOUT_KEY.contains(&route) {
        return Err(Problem::field("Idempotency-Key", "is of no use here: the answer is not kept"));
    }
    let by = authenticate(api, &parts).await?;
    if by.must_set_up {
        return Err(Problem::MustSetUp);
    }
    let by = by.user;
    let (user, role) = (*by.id, *by.role);
    let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| Problem::TooLarge)?;
    let mut hash = Sha256::new();
    hash.update(parts.uri.to_string());
    hash.update([0]);
    hash.update(&bytes);
    let fingerprint = hex::encode(hash.finalize());
    let (api, request) = (api.clone(), Request::from_parts(parts, Body::from(bytes)));
    // To its end, also when whoever asked does not wait for it: asked again, there is an answer.
    let done = tokio::spawn(async move {
        let mut tx = api.store.write().await?;
        if !insert_idempotency_key(&mut tx, user, role, &key, &fingerprint, api.clock.now()).await? {
            let known = find_idempotency_key(&mut tx, user, &key).await?;
            return again(known, role, &fingerprint);
        }
        tx.commit().await?;
        let response = next.run(request).await;
        keep(&api, user, &key, response).await
    });
    done.await.map_err(|error| Problem::Internal(error.to_string()))?
}

/// The answer of the first time, for somebody who may do no less than then.
fn again(known: Option<KeyRow>, role: Role, fingerprint: &str) -> Answer<Response> {
    let Some(KeyRow { role: least, fingerprint: first, status, body }) = known else {
        return Err(Problem::KeyUnderWay);
    };
    if role < *least {
        return Err(Problem::Forbidden);
    }
    if first != fingerprint {
        return Err(Problem::field("Idempotency-Key", "was named with another request before"));
    }
    let status = status.and_then(|status| u16::try_from(status).ok());
    let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) else {
        return Err(Problem::KeyUnderWay);
    };
    let mut response = (status, body.unwrap_or_default()).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

async fn keep(api: &Api, user: UserId, key: &str, response: Response) -> Answer<Response> {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| Problem::Internal(error.to_string()))?;
    let mut tx = api.store.write().await?;
    if parts.status.is_success() {
        let text = String::from_utf8_lossy(&bytes);
        update_idempotency_key(&mut tx, user, key, i64::from(parts.status.as_u16()), &text).await?;
    } else if !parts.status.is_server_error() {
        delete_idempotency_key(&mut tx, user, key).await?;
    }
    tx.commit().await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
