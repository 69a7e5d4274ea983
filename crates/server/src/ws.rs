//! Owns the live connections: one WebSocket a visitor and one a console, and the polling fallback for visitors.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::routing::{get, post};
use futures_util::SinkExt;
use serde::Serialize;

use crate::driver::Driver;
use crate::http::Api;
use crate::http::client::TrustedProxies;
use crate::http::throttle::Newcomers;

mod agent;
mod agent_session;
mod following;
mod poll;
mod preview;
mod site;
mod visitor;
mod visitor_session;
pub mod wire;

/// Largest frame a browser may send, bytes.
const FRAME_LEN_MAX: usize = 32 * 1024;
/// A connection says hello within this time.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
/// A browser that takes nothing for this long is cut off; it comes again and resumes.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a closing connection is read on.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);
/// Notices that wait for one console.
const CONSOLE_OUTBOX: usize = 256;
/// A socket's read buffer: small, because there are many sockets and most are idle.
const READ_BUFFER: usize = 512;
/// A console's write buffer: of a busy site it is told much at once, and there are few consoles.
const CONSOLE_WRITE_BUFFER: usize = 16 * 1024;

/// Close codes of this protocol (RFC 6455, private range).
mod close {
    pub(super) const RESUME: u16 = 4000;
    pub(super) const BAD_FRAME: u16 = 4400;
    pub(super) const UNAUTHORIZED: u16 = 4401;
    pub(super) const FOREIGN_ORIGIN: u16 = 4403;
    /// Robots, and pages on a path without tracking (T-9).
    pub(super) const NOT_TRACKED: u16 = 4410;
    pub(super) const NO_HELLO: u16 = 4408;
    pub(super) const TOO_LARGE: u16 = 4413;
    pub(super) const TOO_MANY: u16 = 4429;
}

/// What the live routes need.
#[derive(Clone, Debug)]
pub struct Live {
    driver: Driver,
    next_connection: Arc<AtomicU64>,
    trusted_proxies: TrustedProxies,
    newcomers: Newcomers,
}

impl FromRef<Live> for TrustedProxies {
    fn from_ref(live: &Live) -> Self {
        live.trusted_proxies
    }
}

impl Live {
    /// Live routes over this driver.
    #[must_use]
    pub fn new(driver: Driver, api: &Api) -> Self {
        Self {
            driver,
            next_connection: Arc::new(AtomicU64::new(1)),
            trusted_proxies: TrustedProxies(api.trusted_proxies),
            newcomers: Newcomers::new(),
        }
    }

    fn connection_id(&self) -> u64 {
        self.next_connection.fetch_add(1, Ordering::Relaxed)
    }
}

/// The routes of visitors: outside every middleware, because a page view passes here.
pub fn visitor_router(live: Live) -> Router {
    Router::new()
        .route("/live/visitor", get(visitor::upgrade).post(poll::poll).options(poll::preflight))
        .route("/live/site/{key}", get(site::show))
        .route("/live/site/{key}/preview", post(preview::show))
        .with_state(live)
}

/// The route of consoles.
pub fn agent_router(live: Live, api: Api) -> Router {
    Router::new().route("/live/agent", get(agent::upgrade)).with_state(agent::AgentLive { live, api })
}

/// A connection is over: close with this code and these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Closed {
    code: u16,
    reason: &'static str,
}

const GONE: Closed = Closed { code: 1000, reason: "" };

/// A socket that speaks JSON frames with small buffers.
fn small(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(FRAME_LEN_MAX)
        .max_frame_size(FRAME_LEN_MAX)
}

/// What a browser sent.
enum Received {
    Text(String),
    /// It is there: its answer to [`ask`].
    Pong,
}

/// Waits for the next text frame.
async fn receive(socket: &mut WebSocket) -> Result<String, Closed> {
    loop {
        if let Received::Text(text) = receive_any(socket).await? {
            return Ok(text);
        }
    }
}

/// Waits for the next text frame or pong. Pings are answered by the library.
async fn receive_any(socket: &mut WebSocket) -> Result<Received, Closed> {
    loop {
        match socket.recv().await {
            Some(Ok(Message::Text(text))) => return Ok(Received::Text(text.as_str().to_owned())),
            Some(Ok(Message::Pong(_))) => return Ok(Received::Pong),
            Some(Ok(Message::Ping(_))) => {}
            Some(Ok(Message::Binary(_))) => {
                return Err(Closed { code: close::BAD_FRAME, reason: "text frames only" });
            }
            Some(Ok(Message::Close(_))) | None => return Err(GONE),
            Some(Err(error)) => return Err(closed_by(&error)),
        }
    }
}

fn closed_by(error: &axum::Error) -> Closed {
    // The library tells only in words that a message is over the limit it was given.
    if error.to_string().contains("too long") || error.to_string().contains("too big") {
        Closed { code: close::TOO_LARGE, reason: "a frame may have at most 32 KB" }
    } else {
        GONE
    }
}

async fn send(socket: &mut WebSocket, notice: &impl Serialize) -> Result<(), Closed> {
    send_frame(socket, Message::Text(wire::write(notice).into())).await
}

/// Sends notices together, in as few writes as they fit in; `socket` has a buffer for them.
async fn send_together(socket: &mut WebSocket, notices: &[impl Serialize]) -> Result<(), Closed> {
    for notice in notices {
        in_time(socket.feed(Message::Text(wire::write(notice).into()))).await?;
    }
    in_time(socket.flush()).await
}

/// Asks the browser whether it is there.
async fn ask(socket: &mut WebSocket) -> Result<(), Closed> {
    send_frame(socket, Message::Ping(axum::body::Bytes::new())).await
}

async fn send_frame(socket: &mut WebSocket, frame: Message) -> Result<(), Closed> {
    in_time(socket.send(frame)).await
}

async fn in_time(sending: impl Future<Output = Result<(), axum::Error>>) -> Result<(), Closed> {
    match tokio::time::timeout(SEND_TIMEOUT, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(GONE),
        Err(_) => Err(Closed { code: close::RESUME, reason: "too slow" }),
    }
}

async fn close(mut socket: WebSocket, closed: Closed) {
    let frame = CloseFrame { code: closed.code, reason: closed.reason.into() };
    // The browser may be gone already; there is then nobody to tell.
    drop(tokio::time::timeout(SEND_TIMEOUT, socket.send(Message::Close(Some(frame)))).await);
    // What is still under way is read and dropped: a socket closed over unread bytes is reset, and the code is lost.
    let drain = async { while let Some(Ok(_)) = socket.recv().await {} };
    drop(tokio::time::timeout(DRAIN_TIMEOUT, drain).await);
}
