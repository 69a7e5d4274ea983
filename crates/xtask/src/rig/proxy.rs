//! Owns a TCP proxy that can be made to misbehave: between browsers and a node, a node and PostgreSQL, a node and NATS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What is read at a time.
const CHUNK: usize = 16 * 1024;

/// How the proxy treats what passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It passes.
    Open,
    /// It passes, each piece after this time.
    Slow(Duration),
    /// Connections are cut, and new ones at once.
    Shut,
    /// Connections up to this number stand, and nothing passes on them any more; later ones pass.
    Silent(u64),
    /// A statement that commits passes, and then the connection is cut before the answer.
    CutAfterCommit,
}

/// A proxy on a port of its own; ends when dropped.
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    way: watch::Sender<Way>,
    connections: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// A proxy before `to`.
    ///
    /// # Errors
    /// When no port is free.
    pub(super) async fn start(to: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (way, seen) = watch::channel(Way::Open);
        let connections = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::Relaxed) + 1;
                tokio::spawn(carry(from, to, number, seen.clone()));
            }
        });
        Ok(Self { address, way, connections, task })
    }

    /// From now on.
    pub(super) fn set(&self, way: Way) {
        self.way.send_replace(way);
    }

    /// Nothing passes any more on the connections that there are.
    pub(super) fn silence_those_there(&self) {
        self.set(Way::Silent(self.connections.load(Ordering::Relaxed)));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.set(Way::Shut);
        self.task.abort();
    }
}

async fn carry(from: TcpStream, to: SocketAddr, number: u64, way: watch::Receiver<Way>) {
    if *way.borrow() == Way::Shut {
        return;
    }
    let Ok(there) = TcpStream::connect(to).await else { return };
    if from.set_nodelay(true).and(there.set_nodelay(true)).is_err() {
        return;
    }
    let (from_read, from_write) = from.into_split();
    let (there_read, there_write) = there.into_split();
    let mut shut = way.clone();
    // Whatever ends first ends the whole connection.
    tokio::select! {
        () = pump(from_read, there_write, Asks::Yes(number), way.clone()) => {}
        () = pump(there_read, from_write, Asks::No(number), way) => {}
        () = is_shut(&mut shut) => {}
    }
}

/// Which direction of a connection, and which connection.
#[derive(Clone, Copy)]
enum Asks {
    /// From whoever connected.
    Yes(u64),
    /// Back to them.
    No(u64),
}

async fn pump(mut read: OwnedReadHalf, mut write: OwnedWriteHalf, asks: Asks, mut way: watch::Receiver<Way>) {
    let (Asks::Yes(number) | Asks::No(number)) = asks;
    let mut chunk = vec![0; CHUNK];
    while let Ok(length @ 1..) = read.read(&mut chunk).await {
        let now = *way.borrow_and_update();
        if let Way::Slow(wait) = now {
            tokio::time::sleep(wait).await;
        }
        let silenced = |way: &Way| matches!(way, Way::Silent(until) if number <= *until);
        if way.wait_for(|way| !silenced(way)).await.is_err()
            || write.write_all(&chunk[..length]).await.is_err()
        {
            break;
        }
        if now == Way::CutAfterCommit && matches!(asks, Asks::Yes(_)) && commits(&chunk[..length]) {
            // It has been handed on; the answer never comes back.
            break;
        }
    }
}

fn commits(bytes: &[u8]) -> bool {
    bytes.windows(6).any(|word| word == b"COMMIT")
}

async fn is_shut(way: &mut watch::Receiver<Way>) {
    drop(way.wait_for(|way| *way == Way::Shut).await);
}
