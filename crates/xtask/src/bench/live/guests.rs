//! Owns visitors who are waited for all at once: connections that yield to one another, from many addresses.

use std::convert::Infallible;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::stream;
use futures_util::{SinkExt, StreamExt, TryStreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::connections::{hello, raise_limit, stream as from_address};
use super::served::{HEARTBEAT_S, Served};
use crate::shop::{BROWSER, ORIGIN};

/// Visitors who connect at a time.
const CONNECTING: usize = 64;
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// What says that somebody is still there.
pub(super) const BEAT: &str = r#"{"type":"beat"}"#;

/// A visitor.
pub(super) struct Guest(WebSocketStream<TcpStream>);

/// Connects so many, each on a page, and each welcome where there is someone to say so.
///
/// # Errors
/// When one is refused.
pub(super) async fn guests(served: &Served, count: u32) -> anyhow::Result<Vec<Guest>> {
    raise_limit(count)?;
    stream::iter(0..count).map(|number| Guest::enter(served, number)).buffered(CONNECTING).try_collect().await
}

impl Guest {
    async fn enter(served: &Served, number: u32) -> anyhow::Result<Self> {
        let mut guest = Self::connect(served, "/live/visitor", number, &[]).await?;
        guest.send(hello(served).to_string()).await?;
        if served.shop.is_some() {
            guest.next_of("welcome").await.with_context(|| format!("visitor {number}"))?;
        }
        Ok(guest)
    }

    /// Connects to a path, from the address of the visitors with this number.
    ///
    /// # Errors
    /// When it is refused.
    pub(super) async fn connect(
        served: &Served,
        path: &str,
        number: u32,
        headers: &[(&'static str, String)],
    ) -> anyhow::Result<Self> {
        let mut request = format!("ws://{}{path}", served.address).into_client_request()?;
        let own = [("origin", ORIGIN.to_owned()), ("user-agent", BROWSER.to_owned())];
        for (name, value) in own.iter().chain(headers) {
            request.headers_mut().insert(*name, value.parse()?);
        }
        let stream = from_address(served.address, number)?;
        stream.set_nonblocking(true)?;
        let stream = TcpStream::from_std(stream)?;
        let config = WebSocketConfig::default().read_buffer_size(1024).write_buffer_size(0);
        let connecting = tokio_tungstenite::client_async_with_config(request, stream, Some(config));
        let (socket, _) = timeout(ANSWER_WITHIN, connecting).await.context("no connection in time")??;
        Ok(Self(socket))
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// When the connection is over.
    pub(super) async fn send(&mut self, frame: String) -> anyhow::Result<()> {
        Ok(self.0.send(Message::text(frame)).await?)
    }

    /// The next frame of this type; others are passed over.
    ///
    /// # Errors
    /// When it does not come in time.
    pub(super) async fn next_of(&mut self, kind: &str) -> anyhow::Result<String> {
        let wanted = format!("{{\"type\":\"{kind}\"");
        let found = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) if text.starts_with(&wanted) => return Ok(text.to_string()),
                    Some(Ok(Message::Close(frame))) => bail!("closed before {kind}: {frame:?}"),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => bail!("before {kind}: {error}"),
                    None => bail!("gone before {kind}"),
                }
            }
        };
        timeout(ANSWER_WITHIN, found).await.with_context(|| format!("no {kind} in time"))?
    }

    /// Its two halves: to send, and to hear.
    pub(super) fn split(
        self,
    ) -> (
        impl futures_util::Sink<Message, Error = tokio_tungstenite::tungstenite::Error> + Unpin,
        impl futures_util::Stream<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> + Unpin,
    ) {
        self.0.split()
    }
}

/// These visitors say by turns that they are there, each once in [`HEARTBEAT_S`], and do nothing else. Never ends by itself.
///
/// # Errors
/// When a connection is over.
pub(super) async fn stay(guests: &mut [Guest]) -> anyhow::Result<Infallible> {
    let Ok(count @ 1..) = u32::try_from(guests.len()) else {
        return std::future::pending().await;
    };
    let pace = Duration::from_secs(HEARTBEAT_S.into()) / count;
    let mut due = Instant::now();
    for at in (0..guests.len()).cycle() {
        sleep_until(due).await;
        due += pace;
        guests[at].send(BEAT.to_owned()).await?;
    }
    unreachable!("the turns go on for ever")
}

/// The id in a frame with this field.
pub(super) fn id_in(frame: &str, field: &str) -> anyhow::Result<String> {
    let frame: Value = serde_json::from_str(frame)?;
    Ok(frame[field]["id"].as_str().with_context(|| format!("no id in {frame}"))?.to_owned())
}
