//! Thousands of visitors are there when the node is killed, and all come back at once with their tokens as soon as it is ready
//! again. Everyone is let in as who they were within a minute, and the conversations go on. Most of them are there in the next
//! round as well.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use crate::rig::book::Book;
use crate::rig::scene::Scene;
use crate::rig::socket::{Heard, Socket};
use crate::shop::{BROWSER, ORIGIN};

/// Everyone is back within this time.
const BACK_WITHIN: Duration = Duration::from_secs(60);
/// Connections that are made at the same time before the storm.
const AT_ONCE: usize = 100;
/// So many are there, or have noticed that the node is not, within this time.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// Whoever could not come tries again after this time.
const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// One of so many goes after a round, and somebody new comes: some have their token since a moment ago.
const REPLACED_OF: usize = 20;
/// Nobody is told anything for this time; the connection is heard all the same.
const QUIET: Duration = Duration::from_secs(60);

/// The visitors who come back; they go when it is dropped.
pub(in crate::rig) struct Storm {
    visitors: JoinSet<()>,
    /// Of each, those who came first in front.
    handles: VecDeque<AbortHandle>,
    entrance: Entrance,
    open: watch::Sender<bool>,
}

/// What they share.
#[derive(Clone)]
struct Entrance {
    address: SocketAddr,
    hello: Value,
    book: Book,
    /// Whether anybody may come.
    open: watch::Receiver<bool>,
    inside: Arc<AtomicUsize>,
}

/// Somebody is inside.
struct Inside(Arc<AtomicUsize>);

pub(in crate::rig) async fn strike(scene: &mut Scene) -> anyhow::Result<()> {
    let count = scene.strangers(400, 5_000);
    let mut storm = scene.storm.take().unwrap_or_else(|| Storm::before(scene));
    storm.leave(count / REPLACED_OF);
    gather(scene, &mut storm, count).await?;
    storm.open.send_replace(false);
    scene.strikes();
    scene.stage.nodes[0].kill();
    let noticed = until_inside(scene, &storm, 0, READY_WITHIN).await;
    ensure!(noticed, "{} visitors have not noticed that the node is dead", storm.inside());
    let took = scene.stage.nodes[0].up().await?;
    scene.book.ready(took);
    storm.open.send_replace(true);
    if !until_inside(scene, &storm, count, BACK_WITHIN).await {
        let (back, within) = (storm.inside(), BACK_WITHIN.as_secs());
        scene.book.violated("rig", format!("{back} of {count} visitors were back within {within} s"));
    }
    scene.storm = Some(storm);
    Ok(())
}

/// Until so many are inside, with new ones in place of those who are not there any more.
async fn gather(scene: &mut Scene, storm: &mut Storm, count: usize) -> anyhow::Result<()> {
    while storm.visitors.try_join_next().is_some() {}
    storm.handles.retain(|handle| !handle.is_finished());
    loop {
        let there = storm.handles.len();
        let all = until_inside(scene, storm, there, READY_WITHIN).await;
        ensure!(all, "{} of {there} visitors could come", storm.inside());
        if there >= count {
            return Ok(());
        }
        storm.come(AT_ONCE.min(count - there));
    }
}

/// Until so many are inside; yields whether that came to be within this time.
async fn until_inside(scene: &mut Scene, storm: &Storm, count: usize, within: Duration) -> bool {
    let began = Instant::now();
    while storm.inside() != count {
        if began.elapsed() > within {
            return false;
        }
        scene.wait(Duration::from_millis(20)).await;
    }
    true
}

impl Storm {
    /// Nobody is there yet.
    fn before(scene: &Scene) -> Self {
        let (open, seen) = watch::channel(true);
        let entrance = Entrance {
            address: scene.stage.nodes[0].address(),
            hello: scene.stage.shop.hello("/about"),
            book: scene.book.clone(),
            open: seen,
            inside: Arc::default(),
        };
        Self { visitors: JoinSet::new(), handles: VecDeque::new(), entrance, open }
    }

    fn inside(&self) -> usize {
        self.entrance.inside.load(Ordering::Relaxed)
    }

    /// So many more come.
    fn come(&mut self, count: usize) {
        for _ in 0..count {
            let handle = self.visitors.spawn(stay(self.entrance.clone()));
            self.handles.push_back(handle);
        }
    }

    /// So many of those who came first go.
    fn leave(&mut self, count: usize) {
        let count = count.min(self.handles.len());
        for handle in self.handles.drain(..count) {
            handle.abort();
        }
    }
}

/// Comes, and comes back as who it was whenever the connection is lost.
async fn stay(mut entrance: Entrance) {
    let mut token: Option<String> = None;
    loop {
        if entrance.open.wait_for(|open| *open).await.is_err() {
            return;
        }
        let Ok((mut socket, known)) = enter(&entrance, token.as_deref()).await else {
            tokio::time::sleep(AGAIN_AFTER).await;
            continue;
        };
        if token.is_some_and(|before| before != known) {
            return entrance.book.violated("rig", "a visitor of the storm is not known any more");
        }
        token = Some(known);
        let _inside = Inside::new(&entrance.inside);
        while !matches!(socket.next(QUIET).await, Heard::Closed(_)) {}
    }
}

async fn enter(entrance: &Entrance, token: Option<&str>) -> anyhow::Result<(Socket, String)> {
    let headers = [("origin", ORIGIN.to_owned()), ("user-agent", BROWSER.to_owned())];
    let mut hello = entrance.hello.clone();
    if let Some(token) = token {
        hello["token"] = json!(token);
    }
    let mut socket = Socket::connect(entrance.address, "/live/visitor", &headers).await?;
    socket.send(&hello).await?;
    let welcome = socket.next_of("welcome", Duration::from_secs(20)).await?;
    Ok((socket, welcome["token"].as_str().unwrap_or_default().to_owned()))
}

impl Inside {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
