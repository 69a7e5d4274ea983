//! Owns a share of the visits: one task, one inbox, one timer wheel, no locks.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use beckon_engine::effect::Effect;
use beckon_engine::event::Event;
use beckon_engine::id::{ChatId, SiteId, VisitorId};
use beckon_engine::time::UnixMs;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, MissedTickBehavior};

use super::admission::Arrival;
use super::behind::Behind;
use super::by_hand::HandChoice;
use super::command::{AttachReply, Connection, LiveVisit, Observed, PollReply, ShardCommand, VisitorSignal};
use super::effects::{self, Decided, Job, JobDone};
use super::host::{Host, Unwritten};
use super::wheel::{SLOT_MS, Wheel};
use super::{Driver, progress};
use crate::bus::Hint;
use crate::store::visit::HEARD_FLUSH_MS;

/// Ticks between two looks for visits to write down: one second.
const FLUSH_TICKS: u32 = 20;
/// A page view is written down within this time, unless the database is slow.
const WRITTEN_AFTER: Duration = Duration::from_millis(750);
/// Changed decisions that are explained and kept at each of these looks; the others wait for the next.
const DECISIONS_AT_A_TIME: u32 = 100;
/// A node that stops waits this long for what is being committed.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

mod polls;

struct Shard {
    driver: Driver,
    /// In boxes: the table has room for up to twice as many as there are.
    hosts: HashMap<VisitorId, Box<Host>>,
    wheel: Wheel<VisitorId>,
    /// The round in which everything is read anew.
    reading: Option<AbortHandle>,
}

pub(super) async fn run(number: usize, driver: Driver, mut inbox: mpsc::Receiver<ShardCommand>) {
    let stopping = driver.stopping().clone();
    let wheel = Wheel::new(driver.clock().now());
    let mut shard = Shard { driver, hosts: HashMap::new(), wheel, reading: None };
    let mut tick = tokio::time::interval(Duration::from_millis(SLOT_MS.unsigned_abs()));
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut ticks = 0_u32;
    // Between two ticks the shard wakes for a timer at its very time.
    let mut next = std::pin::pin!(tokio::time::sleep(Duration::ZERO));
    let mut next_due = None;
    loop {
        if next_due != shard.wheel.soonest() {
            next_due = shard.wheel.soonest();
            let wait_ms = next_due.map_or(0, |due| (due.0 - shard.driver.clock().now().0).max(1));
            next.as_mut().reset(Instant::now() + Duration::from_millis(wait_ms.unsigned_abs()));
        }
        tokio::select! {
            biased;
            () = stopping.cancelled() => break,
            _ = tick.tick() => {
                shard.turn_wheel();
                ticks = ticks.wrapping_add(1);
                if ticks.is_multiple_of(FLUSH_TICKS) {
                    shard.write_down(shard.driver.room_behind(), Host::checkpoint_due);
                    shard.keep_decisions();
                    shard.measure(number);
                }
            }
            () = &mut next, if next_due.is_some() => {
                next_due = None;
                shard.turn_wheel();
            }
            Some(command) = inbox.recv() => shard.handle(command),
        }
    }
    shard.finish(&mut inbox).await;
    shard.keep_decisions();
    shard.write_down(usize::MAX, |host, _| host.unwritten != Unwritten::Nothing);
    for host in shard.hosts.values_mut() {
        host.tell(&VisitorSignal::Leave);
    }
}

impl Shard {
    /// Lets what was promised be committed before the node stops.
    async fn finish(&mut self, inbox: &mut mpsc::Receiver<ShardCommand>) {
        let work = async {
            while self.hosts.values().any(|host| host.is_committing()) {
                let Some(command) = inbox.recv().await else { return };
                if matches!(command, ShardCommand::JobDone { .. }) {
                    self.handle(command);
                }
            }
        };
        if tokio::time::timeout(FINISH_WITHIN, work).await.is_err() {
            tracing::warn!("the node stops with decisions that are not committed");
        }
    }

    fn handle(&mut self, command: ShardCommand) {
        match command {
            ShardCommand::Attach { arrival, connection, reply } => self.attach(*arrival, connection, reply),
            ShardCommand::Poll { visitor, seen, observed, reply } => {
                self.poll(visitor, seen, observed, reply);
            }
            ShardCommand::Remember { visitor, token, chatless } => {
                let Some(host) = self.hosts.get_mut(&visitor) else { return };
                host.chatless = chatless.or(host.chatless);
                host.token = token.or_else(|| host.token.take());
            }
            ShardCommand::Observe { visitor, observed } => self.observe(visitor, observed),
            ShardCommand::Detach { visitor, connection } => self.detach(visitor, connection),
            ShardCommand::Signal { visitor, signal } => self.with(visitor, |host, _, _| host.tell(&signal)),
            ShardCommand::ChatChanged { visitor } => self.read_chat(visitor),
            ShardCommand::ChatProgress { visitor, read, progress } => self.with(visitor, |host, now, _| {
                if read < host.chat_read {
                    return;
                }
                host.tell(&VisitorSignal::ChatChanged);
                if host.chat.is_none() && progress.chat.is_none() {
                    return;
                }
                host.chat = progress.chat;
                progress.events().for_each(|event| host.feed(event, now));
            }),
            ShardCommand::Explain { visitor, reply } => {
                let now = self.driver.clock().now();
                let host = self.hosts.get(&visitor);
                drop(reply.send(host.map(|host| host.state.engine.explain(now, &host.site.world))));
            }
            ShardCommand::HandChoice { visitor, reply } => {
                let now = self.driver.clock().now();
                let host = self.hosts.get(&visitor);
                let choice = host.map(|host| HandChoice::of(&host.state.engine, &host.site.world, now));
                drop(reply.send(choice));
            }
            ShardCommand::PresentByHand { visitor, request, reply } => {
                self.with(visitor, |host, now, _| host.present_by_hand(request, reply, now));
            }
            ShardCommand::JobDone { visitor, done } => self.job_done(visitor, done),
            ShardCommand::Erased { visitor } => self.send_away(visitor),
            ShardCommand::OfferTakenBack { visitor, presentation, outcome, at } => {
                self.with(visitor, |host, now, _| host.take_back((presentation, outcome, at), now));
            }
            ShardCommand::WorldChanged { site } => self.world_changed(site),
            ShardCommand::Describe { visitor, reply } => {
                let now = self.driver.clock().now();
                drop(reply.send(self.hosts.get(&visitor).map(|host| describe(host, now))));
            }
            ShardCommand::DescribeAll { site, reply } => {
                let now = self.driver.clock().now();
                let hosts = self.hosts.values();
                let of_site = hosts.filter(|host| site.is_none_or(|site| *host.site.row.id == site));
                drop(reply.send(of_site.map(|host| describe(host, now)).collect()));
            }
            ShardCommand::Connected { reply } => {
                let connections = self.hosts.values().flat_map(|host| &host.connections);
                drop(reply.send(connections.map(|connection| connection.outbox.of_someone()).collect()));
            }
            ShardCommand::Resync => self.resync(),
        }
    }

    /// Works on one visit, then commits and schedules what came of it.
    fn with(&mut self, visitor: VisitorId, work: impl FnOnce(&mut Host, UnixMs, &mut dyn FnMut(Behind))) {
        let now = self.driver.clock().now();
        let Some(host) = self.hosts.get_mut(&visitor) else { return };
        let driver = &self.driver;
        work(host, now, &mut |item| {
            driver.write_behind(item);
        });
        self.settle(visitor, now);
    }

    fn settle(&mut self, visitor: VisitorId, now: UnixMs) {
        let Some(host) = self.hosts.get_mut(&visitor) else { return };
        if !host.busy {
            match host.jobs.pop_front() {
                Some(decided) => start_job(&self.driver, host, decided),
                None => {
                    // Who has gone takes nothing away from those who still wait.
                    for reply in
                        std::mem::take(&mut host.polls).into_iter().filter(|reply| !reply.is_closed())
                    {
                        let chatless =
                            host.chatless.is_some_and(|look| self.driver.holds(visitor, look, now));
                        drop(reply.send(PollReply::Taken(Box::new(host.attached(chatless)))));
                    }
                }
            }
        }
        let deadline = host.state.engine.deadline();
        if deadline.is_none() && host.state.engine.has_ended() && !host.busy && host.connections.is_empty() {
            self.forget(visitor);
        } else if let Some(due) = deadline.filter(|due| host.timer.is_none_or(|timer| *due < timer)) {
            // A deadline that moved away is found when the earlier timer fires.
            host.timer = Some(due);
            self.wheel.insert(due, visitor);
        }
    }

    fn forget(&mut self, visitor: VisitorId) {
        let Some(mut host) = self.hosts.remove(&visitor) else { return };
        host.leave_pages(&mut |item| {
            self.driver.write_behind(item);
        });
    }

    /// Nothing more is written down of who was erased, or whose visit is elsewhere or over; a browser that is here comes again.
    fn send_away(&mut self, visitor: VisitorId) {
        if let Some(mut host) = self.hosts.remove(&visitor) {
            host.tell(&VisitorSignal::Leave);
        }
    }

    fn turn_wheel(&mut self) {
        let now = self.driver.clock().now();
        let mut fired = Vec::new();
        self.wheel.advance(now, &mut fired);
        for visitor in fired {
            self.with(visitor, |host, now, _| {
                if host.timer.is_some_and(|due| due <= now) {
                    host.timer = None;
                }
                if host.state.engine.deadline().is_some_and(|due| due <= now) {
                    host.feed(Event::DeadlineReached, now);
                }
            });
        }
    }

    fn attach(&mut self, arrival: Arrival, connection: Connection, reply: AttachReply) {
        let visitor = arrival.visitor;
        self.meet(arrival);
        self.with(visitor, |host, now, _| drop(reply.send(host.attach(connection, now))));
    }

    fn detach(&mut self, visitor: VisitorId, connection: u64) {
        self.with(visitor, |host, now, _| {
            host.connections.retain(|known| known.id != connection);
            if host.connections.is_empty() && host.state.engine.is_live() {
                host.feed(Event::LinkLost, now);
            }
        });
        let Some(host) = self.hosts.get(&visitor) else { return };
        let Some(chat) = host.chat else { return };
        // The agent is told when the visitor counts as away; going to another page is not that.
        let away_after =
            Duration::from_secs(u64::from(2 * host.site.world.config.settings().poll_interval_s));
        self.tell_later(Hint::VisitMoved { chat }, away_after);
        // What another node says of it goes by what is written down, and counts them as away later.
        self.tell_others_later(chat, away_after + Duration::from_millis(HEARD_FLUSH_MS.unsigned_abs()));
    }

    fn tell_later(&self, hint: Hint, after: Duration) {
        let bus = self.driver.bus().clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            bus.publish(hint);
        });
    }

    fn tell_others_later(&self, chat: ChatId, after: Duration) {
        if self.driver.bus().reaches_others() {
            self.tell_later(Hint::VisitMoved { chat }, after);
        }
    }

    fn observe(&mut self, visitor: VisitorId, observed: Observed) {
        let moves = matches!(observed, Observed::Page(_) | Observed::Pages(_));
        self.with(visitor, |host, now, mut write| host.observe(observed, now, &mut write));
        if moves {
            self.tell_of_move(visitor);
        }
    }

    fn tell_of_move(&self, visitor: VisitorId) {
        if let Some(chat) = self.hosts.get(&visitor).and_then(|host| host.chat) {
            self.driver.bus().publish(Hint::VisitMoved { chat });
            // Another node reads the page, which is written behind.
            self.tell_others_later(chat, WRITTEN_AFTER);
        }
    }

    /// Takes in a visit that was admitted, unless this shard already holds it.
    fn meet(&mut self, mut arrival: Arrival) {
        let now = self.driver.clock().now();
        // The world may have changed on the way here, and what changes from now on is announced to this shard.
        if let Some(fresh) = self.driver.sites().by_id(*arrival.site.row.id) {
            arrival.site = fresh;
        }
        let visitor = arrival.visitor;
        match self.hosts.entry(visitor) {
            // What another node wrote down since is newer than what this one remembers.
            Entry::Occupied(mut entry) if entry.get().goes_on_with(&arrival) => {
                let held = &mut entry.get_mut().epoch;
                *held = arrival.epoch.max(*held);
            }
            Entry::Occupied(mut entry) => {
                entry.get_mut().tell(&VisitorSignal::Leave);
                entry.insert(Box::new(new_host(arrival, now)));
            }
            Entry::Vacant(entry) => {
                entry.insert(Box::new(new_host(arrival, now)));
            }
        }
    }

    fn job_done(&mut self, visitor: VisitorId, done: JobDone) {
        let asked = |host: &Host| host.visit == done.visit && host.held_since == done.held_since;
        // What came here anew meanwhile has read what became of it.
        if !self.hosts.get(&visitor).is_some_and(|host| asked(host)) {
            return;
        }
        let lost = done.lost;
        self.with(visitor, |host, now, _| host.job_done(done, now));
        if lost {
            self.send_away(visitor);
        }
    }

    fn world_changed(&mut self, site: SiteId) {
        let Some(fresh) = self.driver.sites().by_id(site) else { return };
        let visitors: Vec<VisitorId> =
            self.hosts.values().filter(|host| *host.site.row.id == site).map(|host| host.visitor).collect();
        for visitor in visitors {
            self.with(visitor, |host, now, _| host.change_world(Arc::clone(&fresh), now));
        }
    }

    /// The engine hears of the chat before the browser does, so that nothing is presented beside it.
    fn read_chat(&mut self, visitor: VisitorId) {
        let Some(host) = self.hosts.get_mut(&visitor) else { return };
        host.chat_read += 1;
        let read = host.chat_read;
        tokio::spawn(progress::read(self.driver.clone(), visitor, read));
    }

    /// Hints were lost: everything they could have said is read anew.
    fn resync(&mut self) {
        let mut reads = Vec::with_capacity(self.hosts.len());
        for host in self.hosts.values_mut() {
            host.chat_read += 1;
            reads.push((host.visitor, host.chat_read));
        }
        for (visitor, _) in &reads {
            self.with(*visitor, |host, _, _| host.tell(&VisitorSignal::MessageAdded(None)));
        }
        // What was read anew before is read again now: an earlier round need not go on.
        let round = tokio::spawn(progress::read_all(self.driver.clone(), reads)).abort_handle();
        if let Some(before) = self.reading.replace(round) {
            before.abort();
        }
    }

    fn measure(&self, number: usize) {
        let connections: usize = self.hosts.values().map(|host| host.connections.len()).sum();
        let gauge = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        metrics::gauge!("beckon_visits", "shard" => number.to_string()).set(gauge(self.hosts.len()));
        metrics::gauge!("beckon_connections", "shard" => number.to_string()).set(gauge(connections));
    }

    /// Hands what was decided to the writer: what was presented, and of other changes so many as are worth the time.
    fn keep_decisions(&mut self) {
        let now = self.driver.clock().now();
        let mut left = DECISIONS_AT_A_TIME;
        for host in self.hosts.values_mut() {
            let mut rows = std::mem::take(&mut host.decisions);
            if host.keeping.due && left > 0 && !host.is_committing() {
                left -= 1;
                rows.extend(host.decision_due(now));
            }
            for row in rows {
                self.driver.write_behind(Behind::Decision(Box::new(row)));
            }
        }
    }

    /// Of what is due so many as there is room for, those that have waited longest first.
    fn write_down(&mut self, room: usize, due: impl Fn(&Host, UnixMs) -> bool) {
        let now = self.driver.clock().now();
        // What is being committed carries its own checkpoint: one written before it could say what never happened.
        let hosts = self.hosts.values_mut();
        let mut hosts: Vec<_> = hosts.filter(|host| !host.is_committing() && due(host, now)).collect();
        if hosts.len() > room {
            hosts.sort_unstable_by_key(|host| host.written_at);
            hosts.truncate(room);
        }
        for host in hosts {
            let checkpoint = host.checkpoint(now);
            if !self.driver.write_behind(Behind::Checkpoint(checkpoint)) {
                host.unwritten = Unwritten::State;
            }
        }
    }
}

fn new_host(arrival: Arrival, now: UnixMs) -> Host {
    let mut host = Host {
        visitor: arrival.visitor,
        visit: arrival.visit,
        site: arrival.site,
        epoch: arrival.epoch,
        held_since: arrival.held_since,
        state: arrival.state,
        connections: Vec::new(),
        offer: arrival.offer,
        chat: arrival.chat,
        chat_read: 0,
        jobs: std::collections::VecDeque::new(),
        why: None,
        by_hand: None,
        asked: None,
        keeping: super::reasons::Keeping::default(),
        pending: None,
        decisions: Vec::new(),
        busy: false,
        polls: Vec::new(),
        unclaimed: None,
        chatless: None,
        token: None,
        unsent: Vec::new(),
        unwritten: Unwritten::State,
        written_at: now,
        checkpoints: 0,
        timer: None,
    };
    let waits = host.site.waits.iter();
    let waits = waits.map(|(queue, wait_s)| Event::QueueWaitEstimated { queue: *queue, wait_s: *wait_s });
    for event in arrival.events.into_iter().chain(waits.collect::<Vec<_>>()) {
        host.feed(event, now);
    }
    host
}

fn start_job(driver: &Driver, host: &mut Host, decided: Decided) {
    host.busy = true;
    let visitor = host.visitor;
    let presents = decided.effects.iter().any(|effect| matches!(effect, Effect::PresentOffer { .. }));
    let job = Job {
        visitor,
        visit: host.visit,
        held_since: host.held_since,
        site: Arc::clone(&host.site),
        why: if presents { host.why.take() } else { None },
        decided,
    };
    let driver = driver.clone();
    tokio::spawn(async move {
        let done = effects::carry_out(&driver, job).await;
        driver.send(visitor, ShardCommand::JobDone { visitor, done }).await;
    });
}

fn describe(host: &Host, now: UnixMs) -> LiveVisit {
    LiveVisit {
        visitor: host.visitor,
        visit: host.visit,
        site: *host.site.row.id,
        here: host.is_here(now),
        page: host.page(),
        offer_open: host.offer.as_ref().is_some_and(|offer| !offer.folded),
        chat_open: host.chat.is_some(),
    }
}
