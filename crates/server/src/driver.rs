//! Owns live state: it turns what browsers report into engine events, engine effects into committed rows, and rows
//! into notices. It knows no HTTP and no socket.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};

use beckon_engine::id::{ChatId, SiteId, VisitId, VisitorId};
use beckon_engine::visit::Explanation;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bus::{Bus, Hint};
use crate::clock::Clock;
use crate::store::message::MessageRow;
use crate::store::visit::find_visit_epoch;
use crate::store::{Store, StoreResult};

pub mod access;
pub mod address;
pub mod admission;
pub mod answering;
mod appending;
mod asking;
pub mod attributes;
mod behind;
pub mod by_hand;
pub mod clocks;
pub mod command;
pub mod consoles;
pub mod conversation;
pub mod customer;
mod desk;
mod dispatch;
mod draining;
mod effects;
mod elsewhere;
pub mod enquiry;
mod entry;
mod farewell;
pub mod files;
pub mod form;
mod gates;
pub mod history;
mod host;
pub mod identity;
mod idle;
mod instead;
mod just_written;
mod looking;
mod marks;
pub mod notice;
pub mod outbox;
pub mod overload;
mod patience;
mod places;
mod presenting;
mod progress;
mod reasons;
pub mod remembered;
pub mod robots;
pub mod saying;
pub mod screen_pop;
mod shard;
pub mod sites;
mod snippet;
pub mod supervising;
mod surplus;
pub mod transcript;
pub mod transfer;
pub mod view;
mod waits;
mod wheel;
pub mod writing_first;

use appending::{APPEND_INBOX, Append};
use behind::Behind;
use clocks::Clocks;
use command::{Attached, Connection, LiveVisit, NotAttached, Observed, PollReply, Seen, ShardCommand};
use consoles::Consoles;
use just_written::JustWritten;
use overload::Load;
use patience::Patience;
use places::Places;
use remembered::{HeldVisit, Tokens};
use sites::Sites;
use surplus::TakenBack;

/// Commands that wait for one shard; a sender waits when it is full.
const SHARD_INBOX: usize = 4096;
/// Observations that wait to be written; further ones are dropped, and counted.
const BEHIND_INBOX: usize = 16_384;

/// Whether an installation has a mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mails {
    /// What is written into the outbox leaves.
    Leave,
    /// Nothing leaves: mail need not be offered to visitors.
    Wait,
}

/// The live part of a node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Driver {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    clock: Clock,
    bus: Bus,
    mails: Mails,
    sites: Sites,
    tokens: Tokens,
    consoles: Consoles,
    shards: Vec<mpsc::Sender<ShardCommand>>,
    behind: mpsc::Sender<Behind>,
    appends: mpsc::Sender<Append>,
    just_written: JustWritten,
    /// Tells this node, since its start, from every other.
    node: String,
    /// Where the snippets of sites were noted lately.
    snippets: snippet::Noted,
    /// Since when this node has routed without a gap.
    patience: Patience,
    /// What this node does not do now.
    load: RwLock<Load>,
    /// Something happened that routing looks at.
    desk: Notify,
    /// How far this node's clock is from the database's.
    clocks: Clocks,
    /// Offers that were taken back may have been missed.
    taken_back: TakenBack,
    /// Who waits and is to be told where they stand.
    places: Places,
    /// Something happened that the gates depend on.
    gates: Notify,
    /// Another node asks for something by hand.
    asked: Notify,
    /// This node is about to stop.
    draining: AtomicBool,
    stopping: CancellationToken,
}

impl Driver {
    /// Reads the configuration and starts the tasks of this node on `tasks`; they end, with everything written,
    /// when `stopping` is cancelled.
    ///
    /// # Errors
    /// When the configuration cannot be read.
    pub async fn start(
        store: Store,
        clock: Clock,
        bus: Bus,
        mails: Mails,
        tasks: &TaskTracker,
        stopping: CancellationToken,
    ) -> anyhow::Result<Self> {
        let sites = Sites::default();
        sites.refresh(&store, Load::Fine, clock.now()).await?;
        let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (shards, inboxes): (Vec<_>, Vec<_>) = (0..count).map(|_| mpsc::channel(SHARD_INBOX)).unzip();
        let (behind, behind_inbox) = mpsc::channel(BEHIND_INBOX);
        let (appends, appends_inbox) = mpsc::channel(APPEND_INBOX);
        let patience = Patience::begin(clock.now());
        let driver = Self {
            inner: Arc::new(Inner {
                store,
                clock,
                bus,
                mails,
                sites,
                tokens: Tokens::default(),
                consoles: Consoles::default(),
                shards,
                behind,
                appends,
                just_written: JustWritten::default(),
                node: uuid::Uuid::now_v7().to_string(),
                snippets: snippet::Noted::default(),
                patience,
                load: RwLock::default(),
                desk: Notify::new(),
                clocks: Clocks::default(),
                taken_back: TakenBack::default(),
                places: Places::default(),
                gates: Notify::new(),
                asked: Notify::new(),
                draining: AtomicBool::new(false),
                stopping,
            }),
        };
        let shard_tasks = TaskTracker::new();
        for (number, inbox) in inboxes.into_iter().enumerate() {
            tasks.spawn(shard_tasks.track_future(shard::run(number, driver.clone(), inbox)));
        }
        shard_tasks.close();
        tasks.spawn(behind::run(driver.clone(), shard_tasks, behind_inbox));
        tasks.spawn(appending::run(driver.clone(), appends_inbox));
        tasks.spawn(desk::run(driver.clone()));
        tasks.spawn(gates::run(driver.clone()));
        tasks.spawn(dispatch::run(driver.clone()));
        tasks.spawn(places::run(driver.clone()));
        tasks.spawn(clocks::run(driver.clone()));
        tasks.spawn(looking::run(driver.clone()));
        tasks.spawn(asking::run(driver.clone()));
        tasks.spawn(overload::run(driver.clone()));
        Ok(driver)
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The bus.
    #[must_use]
    pub fn bus(&self) -> &Bus {
        &self.inner.bus
    }

    /// Whether mail leaves this installation.
    #[must_use]
    pub fn mails(&self) -> Mails {
        self.inner.mails
    }

    /// The sites as they are now.
    #[must_use]
    pub fn sites(&self) -> &Sites {
        &self.inner.sites
    }

    /// The connected consoles.
    #[must_use]
    pub fn consoles(&self) -> &Consoles {
        &self.inner.consoles
    }

    /// The message with this number of a chat, if it is one of the last that agents wrote through this node.
    #[must_use]
    pub fn just_written(&self, chat: ChatId, seq: i64) -> Option<MessageRow> {
        self.inner.just_written.find(chat, seq)
    }

    /// Cancelled when this node is about to stop.
    #[must_use]
    pub fn stopping(&self) -> &CancellationToken {
        &self.inner.stopping
    }

    /// Binds a browser's connection to its visit.
    ///
    /// # Errors
    /// When the visitor has too many, or the node stops.
    pub async fn attach(
        &self,
        arrival: admission::Arrival,
        connection: Connection,
    ) -> Result<Attached, NotAttached> {
        let (reply, answer) = oneshot::channel();
        let visitor = arrival.visitor;
        self.send(visitor, ShardCommand::Attach { arrival: Box::new(arrival), connection, reply }).await;
        answer.await.unwrap_or(Err(NotAttached::Stopping))
    }

    /// Hands in what a polling browser reported, and waits until what it led to is committed. `None` when this node
    /// does not hold the visit: it must be admitted first.
    pub async fn poll(
        &self,
        visitor: VisitorId,
        arrival: Option<admission::Arrival>,
        observed: Vec<Observed>,
    ) -> Option<Attached> {
        let seen = match arrival {
            Some(arrival) => Seen::Arrived(Box::new(arrival)),
            None => Seen::Before,
        };
        match self.hand_in(visitor, seen, observed.clone()).await? {
            PollReply::Taken(attached) => Some(*attached),
            PollReply::NotHere => None,
            PollReply::Unsure(held) => {
                let seen = self.see_again(visitor, held).await?;
                match self.hand_in(visitor, seen, observed).await? {
                    PollReply::Taken(attached) => Some(*attached),
                    PollReply::NotHere | PollReply::Unsure(_) => None,
                }
            }
        }
    }

    async fn hand_in(&self, visitor: VisitorId, seen: Seen, observed: Vec<Observed>) -> Option<PollReply> {
        let (reply, answer) = oneshot::channel();
        self.send(visitor, ShardCommand::Poll { visitor, seen, observed, reply }).await;
        answer.await.ok()
    }

    /// None when another node has claimed the visit that this one still holds, or it was erased: a poll says nothing to it.
    /// Nor does it when the database cannot be asked: it is not taken in twice, but comes as if it were the first.
    async fn see_again(&self, visitor: VisitorId, held: HeldVisit) -> Option<Seen> {
        let look = self.look(visitor);
        match self.claimed_epoch(held.visit).await {
            Ok(epoch) => (epoch == Some(held.epoch)).then_some(Seen::Now(held, look)),
            Err(error) => {
                tracing::warn!(%error, "who holds a visit could not be read");
                None
            }
        }
    }

    async fn claimed_epoch(&self, visit: VisitId) -> StoreResult<Option<i64>> {
        find_visit_epoch(&mut self.store().read().await?, visit).await
    }

    /// Hands in what a connected browser reported.
    pub async fn observe(&self, visitor: VisitorId, observed: Observed) {
        self.send(visitor, ShardCommand::Observe { visitor, observed }).await;
    }

    /// Lets every node forget a visitor who was erased.
    pub fn tell_of_erasure(&self, site: SiteId, visitor: VisitorId) {
        self.bus().publish(Hint::EnquiryChanged { site });
        self.bus().publish(Hint::VisitorErased { visitor });
    }

    /// Tells that a connection is gone.
    pub async fn detach(&self, visitor: VisitorId, connection: u64) {
        self.send(visitor, ShardCommand::Detach { visitor, connection }).await;
    }

    /// What this node knows of a visitor who is here now.
    pub async fn live_visit(&self, visitor: VisitorId) -> Option<LiveVisit> {
        let (reply, answer) = oneshot::channel();
        self.send(visitor, ShardCommand::Describe { visitor, reply }).await;
        answer.await.ok().flatten()
    }

    /// Why this visitor is offered something now, or why not, rule by rule; none when this node does not hold the visit.
    pub(super) async fn explain(&self, visitor: VisitorId) -> Option<Explanation> {
        let (reply, answer) = oneshot::channel();
        self.send(visitor, ShardCommand::Explain { visitor, reply }).await;
        answer.await.ok().flatten()
    }

    /// All visitors who are here now, of one site or of all.
    pub async fn live_visits(&self, site: Option<SiteId>) -> Vec<LiveVisit> {
        let mut visits = Vec::new();
        for shard in &self.inner.shards {
            let (reply, answer) = oneshot::channel();
            if shard.send(ShardCommand::DescribeAll { site, reply }).await.is_ok() {
                visits.extend(answer.await.unwrap_or_default());
            }
        }
        visits
    }

    /// A shard ends only with the node; what it can no longer be told is then in the database.
    async fn send(&self, visitor: VisitorId, command: ShardCommand) {
        if self.shard_of(visitor).send(command).await.is_err() {
            tracing::debug!("a shard has stopped");
        }
    }

    fn shard_of(&self, visitor: VisitorId) -> &mpsc::Sender<ShardCommand> {
        let mut hasher = DefaultHasher::new();
        visitor.hash(&mut hasher);
        let shards = &self.inner.shards;
        let count = u64::try_from(shards.len()).expect("a node has few shards");
        &shards[usize::try_from(hasher.finish() % count).expect("less than the number of shards")]
    }
}
