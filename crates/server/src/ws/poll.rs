//! Owns the polling fallback for visitors whose network lets no WebSocket through: the same frames, by POST.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::visitor::refusal_of;
use super::visitor_session::{Caller, VisitorSession, check, greet, recall, try_later};
use super::wire::sorting::{ChatFrame, Sorted, sort};
use super::wire::visitor::{Poll, PollAnswer, VisitorFrame};
use super::{Closed, FRAME_LEN_MAX, Live, close};
use crate::driver::command::Observed;
use crate::driver::notice::RefusalCode;
use crate::driver::notice::visitor::{PresentedOffer, VisitorNotice};
use crate::http::client::{Client, allow_origin};

/// Frames in one poll.
const FRAMES_MAX: usize = 64;

/// Which origins may poll is told by the site in the hello, which a preflight does not carry: the answer to the poll itself decides.
pub(super) async fn preflight(headers: HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    allow_origin(&mut response, &headers);
    let answer = response.headers_mut();
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

pub(super) async fn poll(
    State(live): State<Live>,
    headers: HeaderMap,
    client: Client,
    body: Bytes,
) -> Response {
    let (status, notices) = match answer(&live, &Caller::of(&headers, client), &body).await {
        Ok(notices) => (StatusCode::OK, notices),
        Err(closed) => (status_of(closed), vec![refusal_of(closed)]),
    };
    let mut response = (status, Json(PollAnswer { notices })).into_response();
    if status != StatusCode::FORBIDDEN {
        allow_origin(&mut response, &headers);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn answer(live: &Live, caller: &Caller, body: &[u8]) -> Result<Vec<VisitorNotice>, Closed> {
    if body.len() > FRAME_LEN_MAX {
        return Err(Closed { code: close::TOO_LARGE, reason: "a poll may have at most 32 KB" });
    }
    let bad = Closed { code: close::BAD_FRAME, reason: "a poll is a list of frames, the hello first" };
    let poll: Poll = serde_json::from_slice(body).map_err(|_| bad)?;
    if poll.frames.len() > FRAMES_MAX {
        return Err(Closed { code: close::TOO_MANY, reason: "a poll may have at most 64 frames" });
    }
    let mut frames = poll.frames.into_iter();
    let Some(VisitorFrame::Hello(hello)) = frames.next() else { return Err(bad) };
    let site = check(&live.driver, &hello, caller)?;
    let recalled = recall(&live.driver, &site, &hello);
    let is_recalled = recalled.is_some();
    let mut greeted = match recalled {
        Some(greeted) => greeted,
        None => greet(live, Arc::clone(&site), &hello, caller).await?,
    };
    let mut observed = vec![Observed::Pages(hello.seen_pages())];
    let (mut chat_frames, mut answers) = (Vec::new(), Vec::new());
    let mut identities: Vec<_> = greeted.identity.take().into_iter().collect();
    for frame in frames {
        match sort(frame) {
            Ok(Sorted::Track(event)) => observed.push(event),
            Ok(Sorted::Chat(frame)) => chat_frames.push(frame),
            Ok(Sorted::Identify(introduction)) => {
                let read = live.driver.read_introduction(&greeted.site, &introduction).await;
                identities.push(read.map_err(|error| try_later(&error))?);
            }
            Ok(Sorted::Echo) => answers.push(VisitorNotice::Echo),
            Err(detail) => answers.push(VisitorNotice::Refused {
                id: None,
                code: RefusalCode::BadFrame,
                detail: detail.to_owned(),
            }),
        }
    }
    let attached = match live.driver.poll(greeted.visitor, None, observed.clone()).await {
        Some(attached) => attached,
        None => {
            if is_recalled {
                // The visit has gone from here, and the visitor may have too.
                greeted = greet(live, site, &hello, caller).await?;
            }
            let arrival = greeted.claim(&live.driver, &hello, caller).await?;
            let taken_in = live.driver.poll(greeted.visitor, Some(arrival), observed).await;
            taken_in.ok_or(Closed { code: close::RESUME, reason: "stopping" })?
        }
    };
    let mut session = greeted.into_session(live.driver.clone(), &attached);
    for identity in identities {
        answers.push(session.introduce(identity).await?);
    }
    answers.extend(carry_out(&mut session, chat_frames).await);
    let mut notices = welcome(&mut session, attached.offer, is_recalled).await?;
    notices.extend(attached.unsent);
    notices.append(&mut answers);
    Ok(notices)
}

/// The welcome; what was read for it is remembered for the next poll.
async fn welcome(
    session: &mut VisitorSession,
    offer: Option<PresentedOffer>,
    is_recalled: bool,
) -> Result<Vec<VisitorNotice>, Closed> {
    let was_chatless = session.chatless;
    let look = session.driver.look(session.visitor);
    let notices = session.welcome(offer).await.map_err(|error| try_later(&error))?;
    let chatless = look.filter(|_| session.chatless && !was_chatless);
    if chatless.is_some() || !is_recalled {
        session.remember(chatless).await;
    }
    Ok(notices)
}

async fn carry_out(session: &mut VisitorSession, frames: Vec<ChatFrame>) -> Vec<VisitorNotice> {
    let mut answers = Vec::new();
    for frame in frames {
        session.chatless = false;
        answers.extend(session.handle(frame).await);
    }
    answers
}

fn status_of(closed: Closed) -> StatusCode {
    match closed.code {
        close::BAD_FRAME => StatusCode::BAD_REQUEST,
        close::UNAUTHORIZED => StatusCode::UNAUTHORIZED,
        close::FOREIGN_ORIGIN => StatusCode::FORBIDDEN,
        close::NOT_TRACKED => StatusCode::GONE,
        close::TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
        close::TOO_MANY => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}
