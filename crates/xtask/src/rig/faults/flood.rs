//! One address sends far more new visitors than the server takes from it, one browser far more frames, and one visitor opens
//! far more connections. What is beyond the bounds is sent away with the close code for it; the conversations of everyone
//! else go on.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::rig::scene::Scene;
use crate::rig::socket::{Heard, Socket};
use crate::shop::{BROWSER, ORIGIN};

/// The close code for whoever comes too often.
const TOO_MANY: u16 = 4429;
/// New visitors from one address at once.
const NEWCOMERS: usize = 300;
/// Connections of one visitor.
const CONNECTIONS: usize = 16;
/// A message has passed by this time after the flood.
const MESSAGE_WITHIN: Duration = Duration::from_secs(1);
const WAIT: Duration = Duration::from_secs(20);

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let address = scene.stage.nodes[0].address();
    let hello = scene.stage.shop.hello("/about");
    let count = scene.strangers(450, 2_000);
    // Another address in each round, as the bound is by address and takes a minute to be forgotten.
    let from = format!("203.0.113.{}", 1 + scene.round % 254);
    let before = scene.crowd.acked();
    let mut coming = JoinSet::new();
    for _ in 0..count {
        coming.spawn(come(address, hello.clone(), from.clone()));
    }
    let mut let_in = Vec::new();
    while let Some(came) = coming.join_next().await {
        let_in.extend(came.ok().flatten());
    }
    if let_in.len() < NEWCOMERS || let_in.len() > NEWCOMERS + count / 4 {
        let what = format!("{} of {count} new visitors of one address were let in", let_in.len());
        scene.book.violated("rig", what);
    }
    frames(scene, address, &hello).await?;
    connections(scene, address, &hello).await?;
    scene.until_message(before, MESSAGE_WITHIN).await;
    Ok(())
}

fn headers(from: &str) -> [(&'static str, String); 3] {
    [("origin", ORIGIN.to_owned()), ("user-agent", BROWSER.to_owned()), ("x-forwarded-for", from.to_owned())]
}

/// A connection, if the visitor is let in.
async fn come(address: SocketAddr, hello: Value, from: String) -> Option<(Socket, Value)> {
    let mut socket = Socket::connect(address, "/live/visitor", &headers(&from)).await.ok()?;
    socket.send(&hello).await.ok()?;
    let welcome = socket.next_of("welcome", WAIT).await.ok()?;
    Some((socket, welcome["token"].clone()))
}

/// One browser sends 300 frames at once.
async fn frames(scene: &Scene, address: SocketAddr, hello: &Value) -> anyhow::Result<()> {
    let mut socket = Socket::connect(address, "/live/visitor", &headers("127.0.0.1")).await?;
    socket.send(hello).await?;
    for _ in 0..300 {
        if socket.send(&json!({ "type": "beat" })).await.is_err() {
            break;
        }
    }
    loop {
        match socket.next(WAIT).await {
            Heard::Frame(_) => {}
            Heard::Closed(TOO_MANY | 1006) => return Ok(()),
            other @ (Heard::Closed(_) | Heard::Nothing) => {
                scene.book.violated("rig", format!("300 frames at once were answered with {other:?}"));
                return Ok(());
            }
        }
    }
}

/// One visitor opens twice as many connections as they may have.
async fn connections(scene: &Scene, address: SocketAddr, hello: &Value) -> anyhow::Result<()> {
    let (_first, token) = come(address, hello.clone(), "127.0.0.1".to_owned()).await.unzip();
    let mut hello = hello.clone();
    hello["token"] = token.unwrap_or_default();
    let mut open = Vec::new();
    for _ in 0..2 * CONNECTIONS {
        open.extend(come(address, hello.clone(), "127.0.0.1".to_owned()).await);
    }
    if open.len() >= CONNECTIONS {
        scene.book.violated("rig", format!("one visitor has {} connections", open.len() + 1));
    }
    Ok(())
}
