//! Owns a console's WebSocket: only for who is signed in, only from the server's own pages.

use std::time::Duration;

use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{FromRef, State};
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;
use tokio::time::Instant;
use url::Url;

use super::agent_session::AgentSession;
use super::wire::agent::AgentFrame;
use super::wire::{VERSION, parse};
use super::{
    CONSOLE_OUTBOX, CONSOLE_WRITE_BUFFER, Closed, GONE, HELLO_TIMEOUT, Live, close, receive, send_together,
    small,
};
use crate::driver::access::Actor;
use crate::driver::consoles::{Console, ConsoleSignal};
use crate::driver::notice::RefusalCode;
use crate::driver::notice::agent::AgentNotice;
use crate::http::Api;
use crate::http::auth::Agent;
use crate::http::error::Problem;

/// A console sends something at least this often, or counts as gone.
const SILENCE_MAX: Duration = Duration::from_secs(45);

/// What the route needs.
#[derive(Clone, Debug)]
pub(super) struct AgentLive {
    pub(super) live: Live,
    pub(super) api: Api,
}

impl FromRef<AgentLive> for Api {
    fn from_ref(state: &AgentLive) -> Self {
        state.api.clone()
    }
}

pub(super) async fn upgrade(
    State(AgentLive { live, api }): State<AgentLive>,
    Agent(signed_in): Agent,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !is_own_page(&headers) {
        return Problem::ForeignOrigin.into_response();
    }
    let user = signed_in.user;
    let actor = Actor { id: *user.id, name: user.name, role: *user.role };
    let session = AgentSession::new(live.driver.clone(), api, actor, signed_in.token_hash);
    small(upgrade).write_buffer_size(CONSOLE_WRITE_BUFFER).on_upgrade(move |mut socket| async move {
        let closed = serve(&live, session, &mut socket).await.err().unwrap_or(GONE);
        super::close(socket, closed).await;
    })
}

async fn serve(live: &Live, mut session: AgentSession, socket: &mut WebSocket) -> Result<(), Closed> {
    let hello = tokio::time::timeout(HELLO_TIMEOUT, receive(socket)).await;
    let hello = hello.map_err(|_| Closed { code: close::NO_HELLO, reason: "no hello" })??;
    let Ok(AgentFrame::Hello { v: VERSION, chats }) = parse(&hello) else {
        return Err(Closed { code: close::BAD_FRAME, reason: "the first frame is a hello" });
    };
    let (outbox, signals) = mpsc::channel(CONSOLE_OUTBOX);
    let id = live.connection_id();
    let console = Console { user: session.actor.id, role: session.actor.role, outbox };
    live.driver.consoles().insert(id, console);
    let closed = match session.welcome(&chats).await {
        Ok(notices) => converse(socket, &mut session, signals, notices).await,
        Err(closed) => Err(closed),
    };
    live.driver.consoles().remove(id);
    closed
}

async fn converse(
    socket: &mut WebSocket,
    session: &mut AgentSession,
    mut signals: mpsc::Receiver<ConsoleSignal>,
    welcome: Vec<AgentNotice>,
) -> Result<(), Closed> {
    send_all(socket, welcome).await?;
    let mut silent_at = Instant::now() + SILENCE_MAX;
    loop {
        tokio::select! {
            frame = tokio::time::timeout_at(silent_at, receive(socket)) => {
                let frame = frame.map_err(|_| Closed { code: close::RESUME, reason: "silent" })??;
                silent_at = Instant::now() + SILENCE_MAX;
                session.heard().await?;
                let answers = match parse::<AgentFrame>(&frame) {
                    Ok(frame) => session.handle(frame).await?,
                    Err(detail) => vec![AgentNotice::Refused { r#ref: None, id: None, code: RefusalCode::BadFrame, detail }],
                };
                send_all(socket, answers).await?;
            }
            signal = signals.recv() => {
                let signal = signal.ok_or(Closed { code: close::RESUME, reason: "too slow" })?;
                let notices = session.answer(signal).await?;
                send_all(socket, notices).await?;
            }
        }
    }
}

async fn send_all(socket: &mut WebSocket, notices: Vec<AgentNotice>) -> Result<(), Closed> {
    send_together(socket, &notices).await
}

/// A browser names the page's origin on every WebSocket; a cookie alone would let foreign pages in.
fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(ORIGIN).and_then(|origin| Url::parse(origin).ok()) else { return false };
    let Some(host) = text(HOST) else { return false };
    let port = origin.port().map(|port| format!(":{port}")).unwrap_or_default();
    origin.host_str().is_some_and(|name| format!("{name}{port}").eq_ignore_ascii_case(host))
}
