//! Owns the bare servers: what is left when nothing is decided, kept or told to anybody. Each is the least that a server over
//! the same library can do with the same bytes, so that what is above it is Beckon's own.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{Message, WebSocket};
use axum::response::Response;
use axum::routing::get;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

/// A bare server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Floor {
    /// hyper alone: reads a body, parses it as JSON, answers a few bytes.
    Post,
    /// axum's WebSocket with small buffers: parses each frame as JSON, answers nothing.
    Frame,
    /// The same, which answers each frame with itself.
    Echo,
}

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
            Floor::Frame | Floor::Echo => {
                let upgrade = move |upgrade: WebSocketUpgrade| take(upgrade, floor == Floor::Echo);
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

async fn take(upgrade: WebSocketUpgrade, echoes: bool) -> Response {
    upgrade.read_buffer_size(1024).write_buffer_size(0).on_upgrade(move |socket| converse(socket, echoes))
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
