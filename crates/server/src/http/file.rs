//! Owns how files of chats come in and go out over HTTP: from visitors with their token, from agents with their session.
//! What a file is stands in `content`, who may send and read one in the driver, pictures of a site's looks in `site_picture`.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, AUTHORIZATION,
    CACHE_CONTROL, CONTENT_LENGTH, ORIGIN,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use beckon_engine::id::ChatId;
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::time::timeout;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::auth::Agent;
use super::client::{Client, allow_origin};
use super::error::{Answer, Problem};
use super::extract::{Id, Params};
use super::openapi::ChangeRefusals;
use crate::driver::access::Actor;
use crate::driver::files::{FILE_BYTES_MAX, FileRefusal, FileSender, NotKept, ticketed_file};
use crate::driver::notice::MessageFile;
use crate::driver::saying::check_id;

pub mod content;
mod download;
mod picture;
pub mod room;
pub mod site_picture;

/// A sender who sends nothing for this long has gone.
const SILENCE_MAX: Duration = Duration::from_secs(20);
/// Room in memory is kept for a file no longer than this, however it trickles in.
const UPLOAD_MAX: Duration = Duration::from_secs(120);
/// What is read of a body that is not wanted, so that the browser reads the answer: a connection that is closed over
/// unread bytes is reset.
const DRAINED_BYTES_MAX: usize = 3 * FILE_BYTES_MAX;

/// Where a visitor's file goes.
#[derive(Debug, Deserialize)]
struct VisitorUpload {
    chat: ChatId,
    id: String,
    #[serde(default)]
    name: String,
}

/// What an agent's file is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AgentUpload {
    /// Made by the sender, 1 to 64 bytes; the same file sent again under it is stored once.
    id: String,
    /// Its name; one that does not fit its content is completed.
    #[serde(default)]
    name: String,
}

/// The route of agents.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(upload)).merge(site_picture::router())
}

/// The routes that pages of other origins call: outside the guards of the interface, with their own.
pub fn public_router() -> Router<Api> {
    Router::new()
        .route("/live/visitor/files", post(visitor_upload).options(preflight))
        .route("/files/{id}", get(download::whole))
        .route("/files/{id}/thumb", get(download::thumb))
        .route("/pictures/{id}", get(site_picture::show))
}

/// Send a file to a chat that you own. A message that names its id carries it; without one it is deleted after a day.
#[utoipa::path(post, path = "/api/v1/chats/{id}/files", operation_id = "send_file", tag = "chats",
    params(("id" = ChatId, Path), AgentUpload), security(("session" = [])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "At most 10 MB"),
    responses((status = 201, description = "The file", body = MessageFile), ChangeRefusals))]
async fn upload(
    State(api): State<Api>,
    Agent(me): Agent,
    Id(chat): Id<ChatId>,
    Params(AgentUpload { id, name }): Params<AgentUpload>,
    headers: HeaderMap,
    client: Client,
    body: Body,
) -> Answer<(StatusCode, Json<MessageFile>)> {
    let sender = FileSender::Agent(Actor { id: *me.user.id, name: me.user.name, role: *me.user.role });
    let key = me.user.id.0.to_string();
    let file = receive(&api, client, &key, Upload { sender, chat, id, name }, &headers, body).await?;
    Ok((StatusCode::CREATED, Json(file)))
}

/// Which origins may send is told by the token, which a preflight does not carry: the answer to the upload decides.
async fn preflight(headers: HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    allow_origin(&mut response, &headers);
    let answer = response.headers_mut();
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type"));
    answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

async fn visitor_upload(
    State(api): State<Api>,
    upload: Result<Query<VisitorUpload>, axum::extract::rejection::QueryRejection>,
    client: Client,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = match upload {
        Ok(Query(upload)) => visitor_file(&api, upload, client, &headers, body).await,
        Err(_) => Err(refused(Problem::field("?chat", "and id are needed"), body).await),
    };
    let foreign = matches!(answer, Err(Problem::ForeignOrigin));
    let mut response = match answer {
        Ok(file) => (StatusCode::CREATED, Json(file)).into_response(),
        Err(problem) => problem.into_response(),
    };
    if !foreign {
        allow_origin(&mut response, &headers);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn visitor_file(
    api: &Api,
    upload: VisitorUpload,
    client: Client,
    headers: &HeaderMap,
    body: Body,
) -> Answer<MessageFile> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = text(AUTHORIZATION).strip_prefix("Bearer ").unwrap_or_default();
    let Some((visitor, site)) = api.driver.visitor_of(token).await? else {
        return Err(refused(Problem::SignedOut, body).await);
    };
    let origins = api.driver.sites().by_id(site).map(|site| site.row.origins.0.clone()).unwrap_or_default();
    if !origins.iter().any(|origin| origin == text(ORIGIN)) {
        return Err(refused(Problem::ForeignOrigin, body).await);
    }
    let VisitorUpload { chat, id, name } = upload;
    let sender = FileSender::Visitor(visitor);
    let file =
        receive(api, client, &visitor.to_string(), Upload { sender, chat, id, name }, headers, body).await?;
    Ok(ticketed_file(file, token, api.clock.now()))
}

struct Upload {
    sender: FileSender,
    chat: ChatId,
    id: String,
    name: String,
}

/// Takes a file in: whether it may come, its content, what it is, and where it is kept.
async fn receive(
    api: &Api,
    client: Client,
    key: &str,
    upload: Upload,
    headers: &HeaderMap,
    body: Body,
) -> Answer<MessageFile> {
    if let Err(detail) = check_id(&upload.id) {
        return Err(refused(Problem::field("?id", detail), body).await);
    }
    if let Err(problem) = api.uploads.count(client.address, key) {
        return Err(refused(problem, body).await);
    }
    match api.driver.expect_file(&upload.sender, upload.chat, &upload.id).await {
        Ok(None) => {}
        Ok(Some(known)) => {
            drain(body).await;
            return Ok(known.into());
        }
        Err(error) => return Err(refused(error.into(), body).await),
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let bytes = announced.unwrap_or(FILE_BYTES_MAX);
    if bytes > FILE_BYTES_MAX {
        return Err(refused(Problem::File(FileRefusal::TooLarge), body).await);
    }
    let Some(room) = api.uploads.room(bytes) else {
        return Err(refused(Problem::TooMany(5), body).await);
    };
    let content = read(body, bytes).await?;
    let file = api.uploads.check(upload.name, content).await?;
    let kept = api.driver.keep_file(&upload.sender, upload.chat, &upload.id, &file).await?;
    drop(room);
    Ok(kept.into())
}

/// The whole body, once in memory, unless it takes too long.
async fn read(body: Body, announced: usize) -> Answer<Vec<u8>> {
    timeout(UPLOAD_MAX, read_on(body, announced)).await.map_err(|_| broken())?
}

async fn read_on(body: Body, announced: usize) -> Answer<Vec<u8>> {
    let mut content = Vec::with_capacity(announced);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = timeout(SILENCE_MAX, chunks.next()).await.map_err(|_| broken())? {
        let chunk: Bytes = chunk.map_err(|_| broken())?;
        if content.len() + chunk.len() > FILE_BYTES_MAX {
            return Err(Problem::File(FileRefusal::TooLarge));
        }
        content.extend_from_slice(&chunk);
    }
    if content.is_empty() { Err(Problem::File(FileRefusal::Empty)) } else { Ok(content) }
}

fn broken() -> Problem {
    Problem::BadJson("The file could not be read to its end.".to_owned())
}

async fn refused(problem: Problem, body: Body) -> Problem {
    drain(body).await;
    problem
}

async fn drain(body: Body) {
    let mut chunks = body.into_data_stream();
    let unread = async {
        let mut read = 0;
        while let Ok(Some(Ok(chunk))) = timeout(SILENCE_MAX, chunks.next()).await {
            read += chunk.len();
            if read > DRAINED_BYTES_MAX {
                return;
            }
        }
    };
    // Whoever takes longer does not get to read the answer.
    drop(timeout(UPLOAD_MAX, unread).await);
}

impl From<NotKept> for Problem {
    fn from(not: NotKept) -> Self {
        match not {
            NotKept::Because(refusal) => Self::File(refusal),
            NotKept::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::{Body, Bytes};
    use futures_util::stream;
    use tokio::time::{Instant, sleep};

    use super::{UPLOAD_MAX, drain, read};

    /// A byte every ten seconds, for an hour.
    fn trickling() -> Body {
        Body::from_stream(stream::unfold(0, |n| async move {
            sleep(Duration::from_secs(10)).await;
            (n < 360).then(|| (Ok::<_, std::io::Error>(Bytes::from_static(b"x")), n + 1))
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_trickles_in_is_given_up_after_two_minutes() {
        let begun = Instant::now();
        assert!(read(trickling(), 360).await.is_err());
        assert_eq!(begun.elapsed(), UPLOAD_MAX);
        drain(trickling()).await;
        assert_eq!(begun.elapsed(), 2 * UPLOAD_MAX);
    }
}
