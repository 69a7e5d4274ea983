//! Hundreds of connections send the head of a request one byte at a time, and as many open a WebSocket and say nothing. The
//! conversations of everyone else go on, and who says nothing is sent away.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::rig::scene::Scene;
use crate::rig::socket::{Heard, Socket};
use crate::shop::{BROWSER, ORIGIN};

/// The server waits 10 s for a hello.
const SENT_AWAY_WITHIN: Duration = Duration::from_secs(13);
/// The close code for whoever says nothing.
const NO_HELLO: u16 = 4408;

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let address = scene.stage.nodes[0].address();
    let count = scene.strangers(200, 1_600) / 2;
    let (before, began) = (scene.crowd.acked(), Instant::now());
    let (mut drops, mut silent) = (JoinSet::new(), JoinSet::new());
    for _ in 0..count {
        drops.spawn(byte_by_byte(address));
        silent.spawn(says_nothing(address));
    }
    let mut kept = 0;
    while !silent.is_empty() {
        scene.wait(Duration::from_millis(100)).await;
        while let Some(code) = silent.try_join_next() {
            kept += u32::from(!matches!(code, Ok(Some(NO_HELLO))));
        }
    }
    scene.flowed(before, began.elapsed());
    drops.abort_all();
    if kept > 0 {
        scene
            .book
            .violated("rig", format!("{kept} of {count} connections without a hello were not sent away"));
    }
    Ok(())
}

async fn byte_by_byte(address: SocketAddr) {
    let Ok(mut stream) = TcpStream::connect(address).await else { return };
    for byte in
        format!("GET /live/visitor HTTP/1.1\r\nhost: {address}\r\nx-slow: {}", "a".repeat(2_000)).bytes()
    {
        if stream.write_all(&[byte]).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

async fn says_nothing(address: SocketAddr) -> Option<u16> {
    let headers = [("origin", ORIGIN.to_owned()), ("user-agent", BROWSER.to_owned())];
    let mut socket = Socket::connect(address, "/live/visitor", &headers).await.ok()?;
    let end = Instant::now() + SENT_AWAY_WITHIN;
    while Instant::now() < end {
        if let Heard::Closed(code) = socket.next(Duration::from_secs(1)).await {
            return Some(code);
        }
    }
    None
}
