//! Owns the bus: it carries hints that something changed, within this process or to all nodes. A lost hint costs latency, never a message.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_nats::{Client, ConnectOptions, Event, Subject};
use beckon_engine::id::{ChatId, PresentationId, QueueId, SiteId, UserId, VisitId, VisitorId};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch};
use uuid::Uuid;

/// Something changed; whoever cares reads it from the database.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "hint", rename_all = "snake_case")]
pub enum Hint {
    /// A chat was made or changed state.
    ChatChanged {
        /// Which.
        chat: ChatId,
        /// Whose.
        visitor: VisitorId,
    },
    /// A chat has new messages.
    MessageAdded {
        /// Which.
        chat: ChatId,
        /// Whose.
        visitor: VisitorId,
        /// The number of the last one, where it is at hand: whoever has it already need not read.
        #[serde(default)]
        seq: Option<i64>,
    },
    /// Someone is writing.
    Typing {
        /// In which chat.
        chat: ChatId,
        /// Whose.
        visitor: VisitorId,
        /// Who.
        by: Side,
        /// Which agent; none of a visitor, and from a node of an earlier version.
        #[serde(default)]
        writer: Option<Writer>,
    },
    /// Someone has read.
    Read {
        /// In which chat.
        chat: ChatId,
        /// Whose.
        visitor: VisitorId,
        /// Who.
        by: Side,
        /// Up to which number.
        seq: i64,
    },
    /// A browser has messages.
    Delivered {
        /// Of which chat.
        chat: ChatId,
        /// Whose.
        visitor: VisitorId,
        /// Whose browser.
        to: Side,
        /// Up to which number.
        seq: i64,
    },
    /// Somebody left a queue in which others wait.
    PlacesMoved {
        /// Which queue.
        queue: QueueId,
    },
    /// The visitor of an open chat came, went, or looks at another page.
    VisitMoved {
        /// The chat.
        chat: ChatId,
    },
    /// An open offer was taken back while its visit did not ask for it (O-12).
    OfferTakenBack {
        /// Which.
        presentation: PresentationId,
        /// Whose.
        visitor: VisitorId,
    },
    /// An offer by hand is asked of the node that holds the visit (O-13).
    OfferRequested {
        /// The visit.
        visit: VisitId,
    },
    /// An agent's status, slots or queues changed.
    AgentChanged {
        /// Who.
        user: UserId,
        /// They were set away because they let a chat ring out.
        no_answer: bool,
    },
    /// Sessions of a user have ended: consoles of theirs look whether they are still signed in.
    SessionsEnded {
        /// Whose.
        user: UserId,
    },
    /// An agent's options changed.
    OptionsChanged {
        /// Whose.
        user: UserId,
    },
    /// An enquiry was sent, or dealt with.
    EnquiryChanged {
        /// On which site.
        site: SiteId,
    },
    /// Rules, offers, queues or settings of a site changed.
    SiteChanged {
        /// Which.
        site: SiteId,
    },
    /// A visitor was erased: nothing of them may be written any more (N-4).
    VisitorErased {
        /// Who.
        visitor: VisitorId,
    },
    /// Hints were lost on their way: everything is read anew.
    Lost,
    /// The node is there.
    Here,
}

/// One of the two sides of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The visitor.
    Visitor,
    /// The agent.
    Agent,
}

/// An agent who is writing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Writer {
    /// Who.
    pub id: UserId,
    /// Name that visitors see.
    pub name: String,
}

/// The way hints travel: chosen once, at start.
#[derive(Clone, Debug)]
pub enum Bus {
    /// Within this process.
    Local(broadcast::Sender<Hint>),
    /// To all nodes over NATS, core publish and subscribe only. This process hears its own hints at once,
    /// also while NATS is away.
    Nats {
        /// What waits to be sent; the connection comes back by itself.
        leaving: mpsc::Sender<Leaving>,
        /// That some could not wait for it.
        losses: Arc<Losses>,
        /// Tells this node's own hints, coming back, from those of others.
        node: Uuid,
        /// What arrives is handed on within this process.
        arrived: broadcast::Sender<Hint>,
        /// Whether the connection is away.
        alone: watch::Receiver<bool>,
        /// When each other node was last heard.
        heard: Arc<Mutex<HashMap<Uuid, Instant>>>,
    },
}

/// What waits to be sent.
#[derive(Debug)]
pub enum Leaving {
    /// A hint in its envelope.
    Hint(Vec<u8>),
    /// Whoever asks wants to know whether everything before has reached the server.
    Last(oneshot::Sender<bool>),
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    node: Uuid,
    hint: Hint,
}

/// That other nodes have missed hints, until they are told so: it needs no room among those that wait.
#[derive(Debug, Default)]
pub struct Losses {
    untold: AtomicBool,
    noticed: Notify,
}

/// Nodes of which it is known when they were heard. Each start of a process is another node.
const HEARD_MAX: usize = 1_024;
/// A reader that falls this many hints behind is told so, and reads everything anew. So many may wait to be sent.
const HINTS_KEPT: usize = 4096;
/// A server that does not answer within this time is not reached.
const REACHED_WITHIN: Duration = Duration::from_secs(5);
/// A node that stops waits this long for what it has yet to say.
const LEFT_WITHIN: Duration = Duration::from_secs(2);
/// The server is asked for a sign so often; the connection is given up when the third has not come.
const SIGN_EVERY: Duration = Duration::from_secs(2);
const SUBJECT: Subject = Subject::from_static("beckon.hint");

impl Bus {
    /// A bus within this process.
    #[must_use]
    pub fn local() -> Self {
        Self::Local(broadcast::channel(HINTS_KEPT).0)
    }

    /// A bus over the NATS server at `url`.
    ///
    /// The server may come and go; whoever starts while it is away is alone until it comes.
    ///
    /// # Errors
    /// When the address is malformed.
    pub async fn nats(url: &str) -> anyhow::Result<Self> {
        let (arrived, _) = broadcast::channel(HINTS_KEPT);
        let (leaving, waiting) = mpsc::channel(HINTS_KEPT);
        let node = Uuid::now_v7();
        let losses = Arc::new(Losses::default());
        let (told, missed) = (arrived.clone(), Arc::clone(&losses));
        let connected_before = Arc::new(AtomicBool::new(false));
        let (away, mut alone) = watch::channel(true);
        let before = Arc::clone(&connected_before);
        let options = ConnectOptions::new().retry_on_initial_connect().ping_interval(SIGN_EVERY);
        let options = options.event_callback(move |event| {
            if matches!(event, Event::Connected | Event::Disconnected) {
                away.send_replace(matches!(event, Event::Disconnected));
            }
            let came_back = matches!(event, Event::Connected) && before.swap(true, Ordering::Relaxed);
            let lost = came_back || matches!(event, Event::SlowConsumer(_));
            if lost {
                // While the connection was away, neither side heard the other.
                drop(told.send(Hint::Lost));
                missed.notice();
            }
            async {}
        });
        let client = options.connect(url).await?;
        let mut subscription = client.subscribe(SUBJECT).await?;
        let reached = async {
            let flushed = client.flush().await;
            flushed.is_ok() && alone.wait_for(|alone| !alone).await.is_ok()
        };
        if !tokio::time::timeout(REACHED_WITHIN, reached).await.unwrap_or(false) {
            tracing::warn!(
                "NATS cannot be reached: what happens on other nodes is seen here some seconds later"
            );
            // What others said meanwhile has been missed: the first connection is one that comes back.
            if connected_before.swap(true, Ordering::Relaxed) {
                drop(arrived.send(Hint::Lost));
                losses.notice();
            }
        }
        let sender = arrived.clone();
        let heard = Arc::<Mutex<HashMap<Uuid, Instant>>>::default();
        let hears = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Some(message) = subscription.next().await {
                match serde_json::from_slice::<Envelope>(&message.payload) {
                    Ok(envelope) if envelope.node == node => {}
                    Ok(envelope) => {
                        note_heard(&hears, envelope.node);
                        if envelope.hint != Hint::Here {
                            drop(sender.send(envelope.hint));
                        }
                    }
                    Err(error) => tracing::warn!(%error, "a hint could not be read"),
                }
            }
        });
        tokio::spawn(send_all(client, node, waiting, Arc::clone(&losses)));
        Ok(Self::Nats { leaving, losses, node, arrived, alone, heard })
    }

    /// Tells everyone, this process included. Never waits for the network.
    pub fn publish(&self, hint: Hint) {
        match self {
            // Nobody listening is no error: there is then nobody to tell.
            Self::Local(sender) => drop(sender.send(hint)),
            Self::Nats { leaving, losses, node, arrived, .. } => {
                drop(arrived.send(hint.clone()));
                if leaving.try_send(Leaving::Hint(sealed(*node, hint))).is_err() {
                    metrics::counter!("beckon_hints_dropped_total").increment(1);
                    losses.notice();
                }
            }
        }
    }

    /// Tells this process alone, which has seen for itself.
    pub fn tell_here(&self, hint: Hint) {
        match self {
            Self::Local(sender) | Self::Nats { arrived: sender, .. } => drop(sender.send(hint)),
        }
    }

    /// Tells other nodes that this one is there; yields what they know it by. None where there are no others.
    pub fn say_here(&self) -> Option<Uuid> {
        let Self::Nats { leaving, node, .. } = self else { return None };
        // Where other hints wait to be sent, they say it too.
        drop(leaving.try_send(Leaving::Hint(sealed(*node, Hint::Here))));
        Some(*node)
    }

    /// What other nodes know this one by. None where there are no others.
    #[must_use]
    pub const fn node(&self) -> Option<Uuid> {
        match self {
            Self::Local(_) => None,
            Self::Nats { node, .. } => Some(*node),
        }
    }

    /// Whether there can be other nodes.
    #[must_use]
    pub const fn reaches_others(&self) -> bool {
        match self {
            Self::Local(_) => false,
            Self::Nats { .. } => true,
        }
    }

    /// Whether something of another node has come within this time.
    #[must_use]
    pub fn has_heard(&self, node: Uuid, within: Duration) -> bool {
        let Self::Nats { heard, .. } = self else { return false };
        let heard = heard.lock().expect("no holder of this lock panics");
        heard.get(&node).is_some_and(|at| at.elapsed() < within)
    }

    /// Whether this process hears nothing of other nodes now. The sender is gone where there are no others.
    #[must_use]
    pub fn alone(&self) -> watch::Receiver<bool> {
        match self {
            Self::Local(_) => watch::channel(false).1,
            Self::Nats { alone, .. } => alone.clone(),
        }
    }

    /// Whether the connection to other nodes is away now; never where there are none.
    #[must_use]
    pub fn is_away(&self) -> bool {
        match self {
            Self::Local(_) => false,
            Self::Nats { alone, .. } => *alone.borrow(),
        }
    }

    /// Waits until what was told has left, or as long as that is worth: whoever stops then leaves nobody without it.
    pub async fn close(&self) {
        let Self::Nats { leaving, .. } = self else { return };
        let left = async {
            let (reply, taken) = oneshot::channel();
            leaving.send(Leaving::Last(reply)).await.is_ok() && taken.await.unwrap_or(false)
        };
        if !tokio::time::timeout(LEFT_WITHIN, left).await.unwrap_or(false) {
            tracing::warn!("NATS did not take what this node had yet to say");
        }
    }

    /// Hints from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Hint> {
        match self {
            Self::Local(sender) | Self::Nats { arrived: sender, .. } => sender.subscribe(),
        }
    }
}

/// The version of a NATS server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NatsVersion {
    /// As it says itself.
    pub text: String,
    /// Whether it is one of those that Beckon is tried with: 2.11.15, 2.12.6 or newer.
    pub is_known_good: bool,
}

/// The version of the NATS server at `url`.
///
/// # Errors
/// When the address is malformed or the server cannot be reached.
pub async fn find_nats_version(url: &str) -> anyhow::Result<NatsVersion> {
    let client = tokio::time::timeout(REACHED_WITHIN, ConnectOptions::new().connect(url)).await??;
    let text = client.server_info().version;
    Ok(NatsVersion { is_known_good: is_known_good(&text), text })
}

fn is_known_good(version: &str) -> bool {
    let mut numbers = version.split(['.', '-']).map(|number| number.parse::<u32>().unwrap_or_default());
    let mut next = || numbers.next().unwrap_or_default();
    match (next(), next(), next()) {
        (2, 11, patch) => patch >= 15,
        (2, 12, patch) => patch >= 6,
        newer => newer >= (2, 13, 0),
    }
}

fn note_heard(heard: &Mutex<HashMap<Uuid, Instant>>, node: Uuid) {
    let mut heard = heard.lock().expect("no holder of this lock panics");
    if heard.len() >= HEARD_MAX && !heard.contains_key(&node) {
        heard.clear();
    }
    heard.insert(node, Instant::now());
}

fn sealed(node: Uuid, hint: Hint) -> Vec<u8> {
    serde_json::to_vec(&Envelope { node, hint }).expect("a hint is plain data")
}

impl Losses {
    fn notice(&self) {
        self.untold.store(true, Ordering::SeqCst);
        self.noticed.notify_one();
    }
}

/// Sends one hint after another; while the connection is away, they wait, and those for which there is no room are dropped.
/// Other nodes are told that some were.
async fn send_all(client: Client, node: Uuid, mut waiting: mpsc::Receiver<Leaving>, losses: Arc<Losses>) {
    loop {
        let next = tokio::select! {
            next = waiting.recv() => next.map(Some),
            () = losses.noticed.notified() => Some(None),
        };
        let Some(next) = next else { return };
        if losses.untold.swap(false, Ordering::SeqCst) && !send(&client, sealed(node, Hint::Lost)).await {
            losses.untold.store(true, Ordering::SeqCst);
        }
        match next {
            None => {}
            Some(Leaving::Hint(payload)) => drop(send(&client, payload).await),
            Some(Leaving::Last(reply)) => drop(reply.send(client.flush().await.is_ok())),
        }
    }
}

async fn send(client: &Client, payload: Vec<u8>) -> bool {
    let sent = client.publish(SUBJECT, payload.into()).await;
    if let Err(error) = &sent {
        tracing::warn!(%error, "a hint could not be sent");
    }
    sent.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // spec: Q-8
    #[test]
    fn a_hint_of_an_earlier_version_that_names_no_writer_is_understood() {
        let nobody = Uuid::nil();
        let hint = Hint::Typing {
            chat: ChatId(nobody),
            visitor: VisitorId(nobody),
            by: Side::Agent,
            writer: Some(Writer { id: UserId(nobody), name: "Alice".to_owned() }),
        };
        let mut told = serde_json::to_value(&hint).unwrap();
        assert_eq!(serde_json::from_value::<Hint>(told.clone()).unwrap(), hint);
        told.as_object_mut().unwrap().remove("writer");
        let read: Hint = serde_json::from_value(told).unwrap();
        assert!(matches!(read, Hint::Typing { by: Side::Agent, writer: None, .. }), "{read:?}");
    }

    #[test]
    fn versions_of_nats_with_known_faults_are_told_apart() {
        for (version, good) in [
            ("2.10.29", false),
            ("2.11.14", false),
            ("2.11.15", true),
            ("2.12.5", false),
            ("2.12.6", true),
            ("2.12.10-RC.1", true),
            ("2.14.0", true),
            ("3.0.0", true),
            ("", false),
        ] {
            assert_eq!(is_known_good(version), good, "{version}");
        }
    }
}
