//! Owns the clients of a run as a whole: where they connect, until when they go on, and how a client keeps its connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::agent::Agent;
use super::book::{Book, Kind};
use super::dice::Dice;
use super::socket::{Heard, Socket};
use super::visitor::Visitor;
use crate::shop::Shop;

/// Visitors at a time.
const VISITORS: u64 = 8;
/// How long the clients may take to finish their chats.
const FINISH_WITHIN: Duration = Duration::from_secs(60);

/// What all clients share.
pub(super) struct Place {
    /// The address of each node, as browsers reach it.
    pub(super) fronts: Vec<SocketAddr>,
    pub(super) shop: Shop,
    pub(super) book: Book,
    /// How many times as long visitors take between two messages.
    pub(super) pace: u64,
    /// Visitors finish their chats, and no new one begins.
    closing: AtomicBool,
    /// Everyone goes.
    closed: AtomicBool,
    /// Clients that have a connection now.
    connected: AtomicUsize,
}

/// The running clients.
pub(super) struct Crowd {
    pub(super) place: Arc<Place>,
    visitors: JoinSet<()>,
    agents: JoinSet<()>,
}

/// A client's connection, which it gets again when it is lost.
pub(super) struct Link {
    place: Arc<Place>,
    kind: Kind,
    /// Who: `visitor 3`, `agent 1`.
    who: String,
    path: &'static str,
    cookie: String,
    socket: Option<Socket>,
    node: usize,
    /// The server has let it in on this connection; nothing is said before.
    welcomed: bool,
    attempt: u32,
    lost_at: Option<Instant>,
    due_at: Instant,
    dice: Dice,
}

impl Place {
    pub(super) fn new(fronts: Vec<SocketAddr>, shop: Shop, book: Book, pace: u64) -> Self {
        Self {
            fronts,
            shop,
            book,
            pace,
            closing: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            connected: AtomicUsize::new(0),
        }
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }
}

impl Crowd {
    /// Everyone comes.
    pub(super) fn come(place: Place, dice: &mut Dice) -> Self {
        let place = Arc::new(place);
        let (mut visitors, mut agents) = (JoinSet::new(), JoinSet::new());
        for (number, employee) in place.shop.agents.iter().enumerate() {
            agents.spawn(
                Agent::new(Arc::clone(&place), number, employee.clone(), dice.split(1_000 + number as u64))
                    .work(),
            );
        }
        for number in 0..VISITORS {
            visitors.spawn(Visitor::new(Arc::clone(&place), number, dice.split(number)).browse());
        }
        Self { place, visitors, agents }
    }

    /// Messages acknowledged so far.
    pub(super) fn acked(&self) -> u64 {
        self.place.book.open().acked
    }

    /// How many of the clients have a connection.
    pub(super) fn connected(&self) -> usize {
        self.place.connected.load(Ordering::Relaxed)
    }

    /// The visitors finish their chats and go.
    pub(super) async fn visitors_go(&mut self) {
        self.place.closing.store(true, Ordering::Relaxed);
        let finishing = async { while self.visitors.join_next().await.is_some() {} };
        if timeout(FINISH_WITHIN, finishing).await.is_err() {
            let what = format!("{} visitors could not finish their chats", self.visitors.len());
            self.place.book.violated("X-3", what);
        }
    }

    /// The agents go.
    pub(super) async fn agents_go(&mut self) {
        self.place.closed.store(true, Ordering::Relaxed);
        drop(timeout(FINISH_WITHIN, async { while self.agents.join_next().await.is_some() {} }).await);
    }
}

impl Link {
    /// The connection of this visitor or agent, first to the node of the same number.
    pub(super) fn new(place: Arc<Place>, kind: Kind, number: usize, cookie: String, dice: Dice) -> Self {
        let (who, path) = match kind {
            Kind::Visitor => ("visitor", "/live/visitor"),
            Kind::Agent => ("agent", "/live/agent"),
        };
        let now = Instant::now();
        Self {
            place,
            kind,
            who: format!("{who} {number}"),
            path,
            cookie,
            socket: None,
            node: number,
            welcomed: false,
            attempt: 0,
            lost_at: None,
            due_at: now,
            dice,
        }
    }

    /// The node that this client is at.
    pub(super) fn address(&self) -> SocketAddr {
        self.place.fronts[self.node % self.place.fronts.len()]
    }

    pub(super) fn is_up(&self) -> bool {
        self.socket.is_some()
    }

    /// Whether the client may say something.
    pub(super) fn is_welcomed(&self) -> bool {
        self.is_up() && self.welcomed
    }

    /// Tries once to connect and to say hello, when it is time; yields whether that worked.
    pub(super) async fn try_up(&mut self, hello: &Value) -> bool {
        tokio::time::sleep(self.due_at.saturating_duration_since(Instant::now())).await;
        let address = self.address();
        let mut headers = vec![("user-agent", crate::shop::BROWSER.to_owned())];
        match self.kind {
            Kind::Visitor => headers.push(("origin", crate::shop::ORIGIN.to_owned())),
            Kind::Agent => {
                headers.extend([("origin", format!("http://{address}")), ("cookie", self.cookie.clone())]);
            }
        }
        let connecting = async {
            let mut socket = Socket::connect(address, self.path, &headers).await?;
            socket.send(hello).await?;
            Ok::<_, anyhow::Error>(socket)
        };
        match connecting.await {
            Ok(socket) => {
                self.place.connected.fetch_add(1, Ordering::Relaxed);
                self.socket = Some(socket);
                true
            }
            Err(_) => {
                self.lose();
                false
            }
        }
    }

    /// The server has let this client in.
    pub(super) fn welcomed(&mut self) {
        (self.welcomed, self.attempt) = (true, 0);
        if let Some(lost_at) = self.lost_at.take() {
            self.place.book.back(self.kind, lost_at);
        }
        self.place.book.found(&self.who);
    }

    /// The next frame, for which it is waited so long. A lost connection is noted.
    pub(super) async fn next(&mut self, wait: Duration) -> Option<Value> {
        let socket = self.socket.as_mut()?;
        match socket.next(wait).await {
            Heard::Frame(frame) => Some(frame),
            Heard::Nothing => None,
            Heard::Closed(_) => {
                self.lose();
                None
            }
        }
    }

    pub(super) async fn send(&mut self, frame: &Value) {
        let Some(socket) = self.socket.as_mut() else { return };
        if socket.send(frame).await.is_err() {
            self.lose();
        }
    }

    /// The connection is over, or taken for dead: the next one goes to the next node, as a balancer would send it, after
    /// the wait of the widget and the console.
    pub(super) fn lose(&mut self) {
        if self.socket.take().is_some() {
            self.place.connected.fetch_sub(1, Ordering::Relaxed);
        }
        self.welcomed = false;
        self.lost_at.get_or_insert_with(Instant::now);
        self.place.book.lost(&self.who);
        self.node += 1;
        let full_ms = 500 * 2_u64.pow(self.attempt.min(3));
        self.attempt += 1;
        self.due_at = Instant::now() + Duration::from_millis(full_ms / 2 + self.dice.below(full_ms));
    }

    /// Says goodbye; the next connection is a new beginning.
    pub(super) async fn leave(&mut self) {
        if let Some(socket) = self.socket.take() {
            self.place.connected.fetch_sub(1, Ordering::Relaxed);
            socket.leave().await;
        }
        (self.welcomed, self.lost_at) = (false, None);
        self.place.book.found(&self.who);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if self.socket.take().is_some() {
            self.place.connected.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
