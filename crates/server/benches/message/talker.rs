//! Owns the two ends of the measured chats: a visitor's browser and the agent's console, as sockets. Measures nothing.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::place::ORIGIN;

/// A message of usual length.
pub(crate) const TEXT: &str =
    "Could you tell me whether the oak is oiled or lacquered? We have two small children at home.";

pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// A visitor with a chat.
pub(crate) struct Talker {
    pub(crate) socket: Socket,
    pub(crate) chat: String,
    said: u64,
}

impl Socket {
    pub(crate) async fn connect(url: String, headers: &[(&'static str, &str)]) -> Self {
        let mut request = url.into_client_request().expect("an address");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        // Frames are short; a buffer of the usual size is cleared whenever something is read.
        let config = WebSocketConfig::default().read_buffer_size(4_096);
        let connected = tokio_tungstenite::connect_async_with_config(request, Some(config), false).await;
        let (stream, _) = connected.expect("a connection");
        Self(stream)
    }

    pub(crate) async fn send(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).await.expect("a connection that stands");
    }

    /// The next frame of this type; others are passed over.
    pub(crate) async fn next_of(&mut self, kind: &str) -> String {
        let wanted = format!("{{\"type\":\"{kind}\"");
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) if text.starts_with(&wanted) => return text.to_string(),
                Some(Ok(Message::Close(frame))) => panic!("closed while waiting for {kind}: {frame:?}"),
                Some(Ok(_)) => {}
                Some(Err(error)) => panic!("waiting for {kind}: {error}"),
                None => panic!("gone while waiting for {kind}"),
            }
        }
    }
}

/// A thread of the senders' own: the node's threads have its sockets alone.
pub(crate) fn thread() -> Handle {
    let runtime = Builder::new_current_thread().enable_all().build().expect("nothing to set up");
    let handle = runtime.handle().clone();
    std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
    handle
}

/// So many talkers, one after another.
pub(crate) async fn enter_all(address: SocketAddr, count: usize) -> Vec<Talker> {
    let mut talkers = Vec::with_capacity(count);
    for _ in 0..count {
        talkers.push(Talker::enter(address, String::new()).await);
    }
    talkers
}

impl Talker {
    /// Comes to the site with this key and asks for a chat, which then waits.
    pub(crate) async fn enter(address: SocketAddr, site: String) -> Self {
        let url = format!("ws://{address}/live/visitor");
        let mut socket = Socket::connect(url, &[("origin", ORIGIN)]).await;
        let page =
            json!({ "tab": 1, "view": 1, "url": format!("{ORIGIN}/"), "title": "Shop", "referrer": "" });
        let hello = json!({ "type": "hello", "v": 1, "site": site, "language": "en", "time_zone": "UTC", "pages": [page] });
        socket.send(&hello).await;
        socket.next_of("welcome").await;
        socket.send(&json!({ "type": "open_chat" })).await;
        let told: Value = serde_json::from_str(&socket.next_of("chat").await).expect("a frame");
        let chat = told["chat"]["id"].as_str().expect("a chat has an id").to_owned();
        Self { socket, chat, said: 0 }
    }

    /// Says something and waits until it is acknowledged.
    pub(crate) async fn say(&mut self) {
        self.said += 1;
        let id = format!("m{}", self.said);
        // No text of it needs to be escaped.
        let frame = format!(r#"{{"type":"say","chat":"{}","id":"{id}","text":"{TEXT}"}}"#, self.chat);
        self.socket.0.send(Message::text(frame)).await.expect("a connection that stands");
        let ack = self.socket.next_of("ack").await;
        assert!(ack.contains(&format!("\"{id}\"")), "another message was acknowledged: {ack}");
    }

    pub(crate) async fn leave(mut self) {
        self.socket.send(&json!({ "type": "end_chat", "chat": self.chat })).await;
        drop(self.socket.0.close(None).await);
    }
}
