//! Owns the bare servers: what is left when nothing is decided, kept or told to anybody. Each is the least that a server over
//! the same library can do with the same bytes, so that what is above it is Beckon's own.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use axum::response::Response;
use axum::routing::get;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// A bare server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Floor {
    /// hyper alone: reads a body, parses it as JSON, answers a few bytes.
    Post,
    /// axum's WebSocket with small buffers: parses each frame as JSON, answers nothing.
    Frame,
    /// The same, which answers each frame with itself.
    Echo,
    /// The same, which answers a page after [`LATER_S`].
    Later,
    /// The same, which passes what an agent says on to the connection that has joined the chat.
    Relay,
}

/// Seconds until a page is answered.
pub(super) const LATER_S: u32 = 2;
/// As long as the frame of an offer.
const OFFER: &str = concat!(
    r#"{"type":"offer","offer":{"id":"01900000-0000-7000-8000-000000000000","presented_at":1764360000000,"#,
    r#""design":{"texts":{"en":{"title":"May we help?","accept_label":"Yes","reject_label":"No"}}}}}"#
);
/// Frames that may wait for one connection.
const OUTBOX: usize = 64;

/// Who has joined which chat.
type Joined = Arc<Mutex<HashMap<String, mpsc::Sender<Utf8Bytes>>>>;

/// Listens on a free port, prints its address, and serves until it is killed.
///
/// # Errors
/// When it cannot listen.
pub(crate) fn serve(floor: Floor) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        say_where(listener.local_addr()?)?;
        match floor {
            Floor::Post => posts(listener).await,
            Floor::Frame | Floor::Echo | Floor::Later | Floor::Relay => {
                let joined = Joined::default();
                let upgrade = move |upgrade: WebSocketUpgrade| take(upgrade, floor, Arc::clone(&joined));
                let router = Router::new().route("/live/visitor", get(upgrade));
                Ok(axum::serve(listener, router.into_make_service()).await?)
            }
        }
    })
}

fn say_where(address: SocketAddr) -> anyhow::Result<()> {
    let mut output = std::io::stdout();
    writeln!(output, "{address}")?;
    Ok(output.flush()?)
}

async fn posts(listener: TcpListener) -> anyhow::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
        tokio::spawn(async move { drop(connection.await) });
    }
}

async fn answer(request: hyper::Request<Incoming>) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let known = serde_json::from_slice::<Value>(&body).is_ok_and(|poll| poll.get("frames").is_some());
    let text: &[u8] = if known { br#"{"notices":[]}"# } else { b"{}" };
    Ok(hyper::Response::new(Full::new(Bytes::from_static(text))))
}

async fn take(upgrade: WebSocketUpgrade, floor: Floor, joined: Joined) -> Response {
    upgrade.read_buffer_size(512).write_buffer_size(0).on_upgrade(async move |socket| match floor {
        Floor::Post | Floor::Frame => converse(socket, false).await,
        Floor::Echo => converse(socket, true).await,
        Floor::Later => answer_later(socket).await,
        Floor::Relay => relay(socket, &joined).await,
    })
}

async fn converse(mut socket: WebSocket, echoes: bool) {
    while let Some(Ok(message)) = socket.recv().await {
        let Message::Text(text) = message else { continue };
        let known = serde_json::from_str::<Value>(&text).is_ok_and(|frame| frame.get("type").is_some());
        if known && echoes && socket.send(Message::Text(text)).await.is_err() {
            return;
        }
    }
}

async fn answer_later(mut socket: WebSocket) {
    let mut due: Option<Instant> = None;
    loop {
        let fired = async {
            match due {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            message = socket.recv() => {
                let Some(Ok(message)) = message else { return };
                let Message::Text(text) = message else { continue };
                let frame = serde_json::from_str::<Value>(&text).unwrap_or_default();
                let later = if frame["url"].as_str().is_some_and(|url| url.contains("/soon/")) { LATER_S } else { 3_600 };
                if frame["type"] == "page" {
                    due = Some(Instant::now() + Duration::from_secs(later.into()));
                }
            }
            () = fired => {
                due = None;
                if socket.send(Message::Text(Utf8Bytes::from_static(OFFER))).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn relay(mut socket: WebSocket, joined: &Joined) {
    let (outbox, mut inbox) = mpsc::channel(OUTBOX);
    loop {
        let (message, passed) = tokio::select! {
            message = socket.recv() => (message, None),
            passed = inbox.recv() => (None, passed),
        };
        if let Some(text) = passed {
            if socket.send(Message::Text(text)).await.is_err() {
                return;
            }
            continue;
        }
        let Some(Ok(message)) = message else { return };
        let Message::Text(text) = message else { continue };
        let frame = serde_json::from_str::<Value>(&text).unwrap_or_default();
        let chat = frame["chat"].as_str().unwrap_or_default();
        if frame["type"] == "join" {
            joined.lock().expect("nobody panics with it").insert(chat.to_owned(), outbox.clone());
            let answer = Utf8Bytes::from_static(r#"{"type":"join"}"#);
            if socket.send(Message::Text(answer)).await.is_err() {
                return;
            }
        } else if frame["type"] == "say" {
            let to = joined.lock().expect("nobody panics with it").get(chat).cloned();
            let id = frame["id"].as_str().unwrap_or_default();
            let said = format!(
                r#"{{"type":"message","chat":"{chat}","message":{{"id":"{id}","text":{}}}}}"#,
                frame["text"]
            );
            if let Some(to) = to {
                drop(to.send(said.into()).await);
            }
        }
    }
}
