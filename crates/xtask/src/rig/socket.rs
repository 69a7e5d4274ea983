//! Owns one WebSocket of a client: frames out, frames in, and how it ended. Knows no frame.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// A connection is given up when it is not there after this time.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// A frame that cannot be handed to the system within this time means a dead connection.
const SEND_WITHIN: Duration = Duration::from_secs(5);

/// What came.
#[derive(Debug)]
pub(super) enum Heard {
    Frame(Value),
    /// The connection is over, with this close code; 1006 without one.
    Closed(u16),
    /// Nothing, for as long as was waited.
    Nothing,
}

/// A WebSocket of frames.
pub(super) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Connects to `path` of this address.
    ///
    /// # Errors
    /// When the connection is not had in time.
    pub(super) async fn connect(
        address: SocketAddr,
        path: &str,
        headers: &[(&'static str, String)],
    ) -> anyhow::Result<Self> {
        let mut request = format!("ws://{address}{path}").into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse()?);
        }
        let connecting = async {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            Ok::<_, anyhow::Error>(tokio_tungstenite::client_async(request, stream).await?.0)
        };
        Ok(Self(timeout(CONNECT_WITHIN, connecting).await.context("no connection in time")??))
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// When the connection is over or takes nothing.
    pub(super) async fn send(&mut self, frame: &Value) -> anyhow::Result<()> {
        self.send_text(frame.to_string()).await
    }

    /// Sends any text.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub(super) async fn send_text(&mut self, text: String) -> anyhow::Result<()> {
        match timeout(SEND_WITHIN, self.0.send(Message::text(text))).await {
            Ok(sent) => Ok(sent?),
            Err(_) => bail!("the connection takes nothing"),
        }
    }

    /// The next frame, for which it is waited so long.
    pub(super) async fn next(&mut self, wait: Duration) -> Heard {
        let frame = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => {
                        return serde_json::from_str(&text).map_or(Heard::Closed(1006), Heard::Frame);
                    }
                    Some(Ok(Message::Close(frame))) => {
                        return Heard::Closed(frame.map_or(1005, |frame| frame.code.into()));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Heard::Closed(1006),
                }
            }
        };
        timeout(wait, frame).await.unwrap_or(Heard::Nothing)
    }

    /// The first frame of this type within this time; others are passed over.
    ///
    /// # Errors
    /// When it does not come.
    pub(super) async fn next_of(&mut self, kind: &str, wait: Duration) -> anyhow::Result<Value> {
        let found = async {
            loop {
                match self.next(wait).await {
                    Heard::Frame(frame) if frame["type"] == kind => return Ok(frame),
                    Heard::Frame(_) | Heard::Nothing => {}
                    Heard::Closed(code) => bail!("closed with {code} before {kind}"),
                }
            }
        };
        timeout(wait, found).await.with_context(|| format!("no {kind} in time"))?
    }

    /// Says goodbye.
    pub(super) async fn leave(mut self) {
        drop(timeout(Duration::from_secs(1), self.0.close(None)).await);
    }
}
