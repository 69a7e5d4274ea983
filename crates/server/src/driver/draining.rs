//! Owns leaving before a stop: browsers and consoles are told to move to another node one after another, so that the others
//! are not stormed. Until it is told, each is served as before.

use std::sync::atomic::Ordering;
use std::time::Duration;

use rand::seq::SliceRandom;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::Driver;
use super::command::{ShardCommand, VisitorSignal};
use super::consoles::ConsoleSignal;
use super::outbox::OutboxOfSomeone;

/// Whoever is connected to this node. Held weakly: who is cut off meanwhile, for being slow, must notice.
enum Client {
    Browser(OutboxOfSomeone),
    Console(mpsc::WeakSender<ConsoleSignal>),
}

impl Driver {
    /// Whether this node is about to stop, and nobody should be sent to it any more.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::SeqCst)
    }

    /// Tells everyone who is connected now to move, evenly spread over this time and in no order; done when it is over, also with nobody connected, so that proxies
    /// see that this node is not ready. Who
    /// comes meanwhile, through a proxy that has not noticed yet, is served, and told when the node stops.
    pub async fn drain(&self, over: Duration) {
        self.inner.draining.store(true, Ordering::SeqCst);
        if over.is_zero() {
            return;
        }
        let mut clients = self.clients().await;
        clients.shuffle(&mut rand::rng());
        let count = u32::try_from(clients.len()).unwrap_or(u32::MAX);
        tracing::info!(clients = count, over_s = over.as_secs(), "telling everyone to move");
        let begun = Instant::now();
        for (number, client) in (0..).zip(clients) {
            tokio::time::sleep_until(begun + over.mul_f64(f64::from(number) / f64::from(count))).await;
            client.tell_to_move();
        }
        tokio::time::sleep_until(begun + over).await;
    }

    async fn clients(&self) -> Vec<Client> {
        let mut clients: Vec<_> = self
            .consoles()
            .outboxes()
            .into_iter()
            .map(|outbox| Client::Console(outbox.downgrade()))
            .collect();
        for shard in &self.inner.shards {
            let (reply, answer) = oneshot::channel();
            if shard.send(ShardCommand::Connected { reply }).await.is_ok() {
                clients.extend(answer.await.unwrap_or_default().into_iter().map(Client::Browser));
            }
        }
        clients
    }
}

impl Client {
    /// One that has gone, or cannot keep up and is cut off, moves anyway.
    fn tell_to_move(self) {
        match self {
            Self::Browser(outbox) => outbox.tell(VisitorSignal::Leave),
            Self::Console(outbox) => {
                drop(outbox.upgrade().map(|outbox| outbox.try_send(ConsoleSignal::Leave)))
            }
        }
    }
}
