//! Thousands of visitors are there when the node is killed, and all come back at once with their tokens as soon as it listens
//! again. Everyone is let in as who they were within a minute, and the conversations go on.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::rig::scene::Scene;
use crate::rig::socket::Socket;
use crate::shop::{BROWSER, ORIGIN};

/// Everyone is back within this time.
const BACK_WITHIN: Duration = Duration::from_secs(60);
/// Connections that are made at the same time before the storm.
const AT_ONCE: usize = 100;

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let count: usize = scene.at_length(400, 5_000);
    let address = scene.stage.nodes[0].address();
    let hello = scene.stage.shop.hello("/about");
    let mut tokens = Vec::new();
    let mut open = Vec::new();
    while open.len() < count {
        let mut coming = JoinSet::new();
        for _ in 0..AT_ONCE {
            coming.spawn(enter(address, hello.clone()));
        }
        while let Some(came) = coming.join_next().await {
            let (socket, token) = came??;
            open.push(socket);
            tokens.push(token);
        }
    }
    scene.strikes();
    scene.stage.nodes[0].kill();
    drop(open);
    let took = scene.stage.nodes[0].up().await?;
    scene.book.ready(took);
    let back = storm(address, &hello, tokens).await;
    if back < count {
        let within = BACK_WITHIN.as_secs();
        scene.book.violated("rig", format!("{back} of {count} visitors were back within {within} s"));
    }
    Ok(())
}

/// All at once; yields how many were known again in time.
async fn storm(address: SocketAddr, hello: &Value, tokens: Vec<String>) -> usize {
    let end = Instant::now() + BACK_WITHIN;
    let mut coming = JoinSet::new();
    for token in tokens {
        let mut hello = hello.clone();
        hello["token"] = json!(token);
        coming.spawn(async move {
            while Instant::now() < end {
                if let Ok((socket, known)) = enter(address, hello.clone()).await {
                    return (known == token).then_some(socket);
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            None
        });
    }
    let mut back = Vec::new();
    while let Some(came) = coming.join_next().await {
        back.extend(came.ok().flatten());
    }
    back.len()
}

async fn enter(address: SocketAddr, hello: Value) -> anyhow::Result<(Socket, String)> {
    let headers = [("origin", ORIGIN.to_owned()), ("user-agent", BROWSER.to_owned())];
    let mut socket = Socket::connect(address, "/live/visitor", &headers).await?;
    socket.send(&hello).await?;
    let welcome = socket.next_of("welcome", Duration::from_secs(20)).await?;
    Ok((socket, welcome["token"].as_str().unwrap_or_default().to_owned()))
}
