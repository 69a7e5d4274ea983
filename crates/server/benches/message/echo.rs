//! Owns the sockets alone: a server that reads the same frames over the same library and acknowledges them, and keeps nothing.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// What a talker sends.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Hello,
    OpenChat,
    Say { chat: String, id: String, text: String },
    EndChat,
}

/// What it is told.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Notice {
    Welcome,
    Chat { chat: Chat },
    Ack { chat: String, id: String, seq: u64 },
}

#[derive(Serialize)]
struct Chat {
    id: &'static str,
}

/// Serves until the program ends.
pub(crate) async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let routes = Router::new().route("/live/visitor", any(upgrade));
    let serving = async move {
        axum::serve(listener, routes.into_make_service()).await.expect("a listener that stands")
    };
    tokio::spawn(serving);
    address
}

async fn upgrade(upgrade: WebSocketUpgrade) -> Response {
    upgrade.read_buffer_size(1_024).write_buffer_size(0).on_upgrade(answer)
}

async fn answer(mut socket: WebSocket) {
    let mut seq = 0_u64;
    while let Some(Ok(frame)) = socket.recv().await {
        let Message::Text(text) = frame else { continue };
        let notice = match serde_json::from_str(&text).expect("a frame") {
            Frame::Hello => Notice::Welcome,
            Frame::OpenChat => Notice::Chat { chat: Chat { id: "c" } },
            Frame::Say { chat, id, text } if !text.is_empty() => {
                seq += 1;
                Notice::Ack { chat, id, seq }
            }
            Frame::Say { .. } | Frame::EndChat => return,
        };
        let notice = serde_json::to_string(&notice).expect("plain data");
        if socket.send(Message::text(notice)).await.is_err() {
            return;
        }
    }
}
