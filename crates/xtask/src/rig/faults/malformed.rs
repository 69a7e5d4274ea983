//! Connections send what is no frame: no JSON, JSON of the wrong shape, a frame that is too large, bytes that are no text, a
//! message to a chat of somebody else. Each is refused in words or closed with a code; the node lives, and the conversations of
//! everyone else go on.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::rig::scene::Scene;
use crate::rig::socket::{Heard, Socket};
use crate::shop::{BROWSER, ORIGIN};

/// Bytes that are no request; an answer to them may be waited for in vain.
const NO_REQUESTS: [&[u8]; 3] =
    [b"\x00\xff\xfe no request\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", &[b'A'; 70_000]];
/// A message has passed by this time after the last of it.
const MESSAGE_WITHIN: Duration = Duration::from_secs(3);
const WAIT: Duration = Duration::from_secs(5);

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let address = scene.stage.nodes[0].address();
    let hello = scene.stage.shop.hello("/about");
    let before = scene.crowd.acked();
    let mut raws = JoinSet::new();
    for bytes in NO_REQUESTS {
        raws.spawn(raw(address, bytes));
    }
    for text in texts() {
        for greeting in [None, Some(&hello)] {
            if !is_refused(address, greeting, text.clone()).await? {
                let start: String = text.chars().take(60).collect();
                scene.book.violated("rig", format!("neither refused nor closed: {start}"));
            }
        }
    }
    while raws.join_next().await.is_some() {}
    scene.until_message(before, MESSAGE_WITHIN).await;
    if !scene.stage.nodes[0].lives() {
        scene.book.violated("rig", "the node is dead");
    }
    Ok(())
}

fn texts() -> Vec<String> {
    let somebody = "0197f000-0000-7000-8000-000000000000";
    let say = |id: Value, text: Value| {
        json!({ "type": "say", "chat": somebody, "id": id, "text": text }).to_string()
    };
    vec![
        String::new(),
        "no json".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        r#"{"type":"nonsense"}"#.to_owned(),
        r#"{"type":"hello","v":"one"}"#.to_owned(),
        r#"{"type":"say","chat":"none","id":7}"#.to_owned(),
        say(json!("m1"), json!("to somebody else")),
        say(json!("m".repeat(5_000)), json!("a long id")),
        say(json!("m2"), json!("\u{0}\u{202e}")),
        json!({ "type": "resume", "chat": somebody, "after": i64::MIN }).to_string(),
        json!({ "type": "read", "chat": somebody, "seq": i64::MAX }).to_string(),
        json!({ "type": "accept", "presentation": "not an id" }).to_string(),
        "[".repeat(20_000),
        format!(r#"{{"type":"event","name":"{}"}}"#, "a".repeat(20_000)),
        "a".repeat(40_000),
        "a".repeat(2_000_000),
    ]
}

/// Whether the server says no, in words or by closing. What only marks a chat as read may pass without a word.
async fn is_refused(address: SocketAddr, hello: Option<&Value>, text: String) -> anyhow::Result<bool> {
    let headers = [("origin", ORIGIN.to_owned()), ("user-agent", BROWSER.to_owned())];
    let mut socket = Socket::connect(address, "/live/visitor", &headers).await?;
    if let Some(hello) = hello {
        socket.send(hello).await?;
        socket.next_of("welcome", WAIT).await?;
    }
    let quiet = hello.is_some()
        && (text.contains("\"read\"") || text.contains("\"accept\"") || text.contains("\"resume\""));
    if socket.send_text(text).await.is_err() {
        return Ok(true);
    }
    // A frame that cannot be missed: it is refused, whatever was said before.
    if quiet {
        drop(socket.send_text("still there".to_owned()).await);
    }
    loop {
        match socket.next(WAIT).await {
            Heard::Frame(frame) if frame["type"] == "refused" => return Ok(true),
            Heard::Frame(_) => {}
            Heard::Closed(_) => return Ok(true),
            Heard::Nothing => return Ok(false),
        }
    }
}

async fn raw(address: SocketAddr, bytes: &'static [u8]) {
    let Ok(mut stream) = TcpStream::connect(address).await else { return };
    drop(stream.write_all(bytes).await);
    let mut answer = [0; 256];
    drop(tokio::time::timeout(Duration::from_secs(1), stream.read(&mut answer)).await);
}
