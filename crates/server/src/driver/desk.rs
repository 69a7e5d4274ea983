//! Owns routing: it rings the first available agent for who waits, and lets rings, forms and waits run out. Any node may
//! run it; each change is conditional in the database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use beckon_engine::id::{QueueId, SiteId, UserId};
use beckon_engine::queue::enquiry::Instead;
use beckon_engine::queue::{Alternative, Routing};
use beckon_engine::routing::{AgentLoad, Skill, choose, is_skilled};
use beckon_engine::time::UnixMs;

use super::Driver;
use super::conversation::{self, end, is_silent_alert};
use super::instead::{WAIT_MAX_S, alternative, closed_because, dequeue, end_instead};
use super::sites::Site;
use crate::bus::Hint;
use crate::store::agent::{
    AgentRow, Service, list_ready_agents, list_services, update_agent_rung, update_agent_silent,
};
use crate::store::chat::change::{Passed, update_chat_ring_over, update_chat_ringing};
use crate::store::chat::waiting::{
    find_next_due, list_abandoned_chats, list_busy_queues, list_deserted_chats, list_due_chats,
    list_open_alerts, list_overdue_chats, list_waiting_chats, update_endless_waits,
};
use crate::store::chat::{ChatRow, ChatState, EndedBy, find_chat_locked};
use crate::store::gate::PRESENCE_MS;
use crate::store::user_skill::list_user_skills;
use crate::store::visit::HEARD_FLUSH_MS;
use crate::store::{StoreResult, Tx};

/// Routing looks again after this time even when nothing told it to: a lost hint costs this much.
const LOOK_AGAIN_MS: i64 = 5_000;
/// Routing tries again after this time when the database failed, such as when two units of work waited for each other.
const TRY_AGAIN: Duration = Duration::from_millis(500);
/// Who let a chat pass is rung for it again after this many ring times.
const RINGS_UNTIL_AGAIN: u32 = 3;
/// And from the second time on after so many, or when they choose to be ready anew: a visitor is not forgotten where nobody else is.
const RINGS_UNTIL_LATER: u32 = 9;
/// More often than this it does not matter how often somebody let a chat pass.
const PASSES_MAX: usize = 2;
/// An agent whose console was not heard from for so long is gone; who signs out is gone at once.
pub(super) const DESERTED_MS: i64 = 120_000;
/// Who took an alert at a node of an earlier version has this time to write to its visitor.
const ALERT_WAITS_S: u32 = 60;
/// The last contact of a visitor is written down within this time.
const HEARD_LATE_MS: i64 = HEARD_FLUSH_MS + 15_000;
/// One node routes at a time, and nobody takes a chat by hand meanwhile.
pub(super) const LOCK_KEY: i64 = 0x6465_736b;

pub(super) async fn run(driver: Driver) {
    let stopping = driver.stopping().clone();
    loop {
        let now = driver.clock().now();
        let wait_ms = match driver.route().await {
            Ok(due) => due.map_or(LOOK_AGAIN_MS, |due| due.ms_since(now).min(LOOK_AGAIN_MS)),
            Err(error) => {
                tracing::warn!(%error, "routing could not be done");
                // What it tells of a commit whose answer was lost wakes it too: not before this time.
                tokio::select! {
                    () = stopping.cancelled() => return,
                    () = tokio::time::sleep(TRY_AGAIN) => continue,
                }
            }
        };
        tokio::select! {
            () = stopping.cancelled() => return,
            () = driver.inner.desk.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(wait_ms.unsigned_abs())) => {}
        }
    }
}

/// What one pass over the queues works with.
struct Pass<'a> {
    driver: &'a Driver,
    now: UnixMs,
    hints: Vec<Hint>,
}

impl Driver {
    /// Lets run out what fell due and rings whoever can be rung, once; yields when the next deadline comes. It goes on by
    /// itself; tests call it to step through time.
    ///
    /// # Errors
    /// When the database failed; nothing was done then.
    pub async fn route(&self) -> StoreResult<Option<UnixMs>> {
        let patience = &self.inner.patience;
        let passed = self.pass().await;
        match passed {
            Ok(_) => patience.passes(self.clock().now()),
            Err(_) => patience.failed(self.clock().now()),
        }
        passed
    }

    async fn pass(&self) -> StoreResult<Option<UnixMs>> {
        let mut tx = self.store().write().await?;
        tx.lock(LOCK_KEY).await?;
        // Whoever waited for the lock would ring for less than the ring time; and may have slept meanwhile.
        let mut pass = Pass { driver: self, now: self.clock().now(), hints: Vec::new() };
        self.inner.patience.passes(pass.now);
        self.run_out_calls_and_wrap_ups(&mut tx, pass.now, &mut pass.hints).await?;
        pass.run(&mut tx).await?;
        let chat_due = find_next_due(&mut tx).await?;
        let due = self.next_call_or_wrap_up_due(&mut tx).await?.into_iter().chain(chat_due).min();
        let committed = tx.commit().await;
        // Also where the answer to the commit was lost: a hint makes someone read, and says nothing itself.
        for hint in pass.hints {
            self.bus().publish(hint);
        }
        committed.map(|()| due)
    }
}

impl Pass<'_> {
    async fn run(&mut self, tx: &mut Tx) -> StoreResult<()> {
        for listed in list_due_chats(tx, self.now).await? {
            if let Some(chat) = unchanged(tx, &listed).await? {
                self.run_out(tx, &chat).await?;
            }
        }
        for listed in list_abandoned_chats(tx).await? {
            let Some(chat) = unchanged(tx, &listed).await? else { continue };
            end(self.driver, tx, &chat, EndedBy::System, "visitor_left").await?;
            self.changed(&chat);
        }
        self.pass_on_deserted(tx).await?;
        self.withdraw_left_alerts(tx).await?;
        update_endless_waits(tx, self.now.plus_s(WAIT_MAX_S), self.now.plus_s(ALERT_WAITS_S)).await?;
        for listed in list_overdue_chats(tx, self.now).await? {
            if let Some(chat) = unchanged(tx, &listed).await?
                && let Some(site) = self.site(*chat.site_id)
                && dequeue(self.driver, tx, &site, &chat, self.now).await?
            {
                // Where it went to another queue, the places in this one are others too.
                self.hints.push(Hint::PlacesMoved { queue: *chat.queue_id });
                self.changed(&chat);
            }
        }
        let waiting = self.list_waiting(tx).await?;
        if waiting.is_empty() { Ok(()) } else { self.ring(tx, waiting).await }
    }

    /// An active chat whose agent is gone goes back to its place in the queue. After a start, an outage of the database
    /// or a sleep of the machine the consoles have time to come back first.
    async fn pass_on_deserted(&mut self, tx: &mut Tx) -> StoreResult<()> {
        let before = self.now.plus_ms(-DESERTED_MS);
        if !self.driver.inner.patience.since(before) {
            return Ok(());
        }
        for listed in list_deserted_chats(tx, before).await? {
            let Some(chat) = unchanged(tx, &listed).await? else { continue };
            self.driver.requeue(tx, &chat, *chat.queue_id, self.now).await?;
            self.changed(&chat);
        }
        Ok(())
    }

    /// The node that holds the visit takes an alert back as soon as the visitor is away (P-10). Where none does, what was
    /// written down of their last contact tells.
    async fn withdraw_left_alerts(&mut self, tx: &mut Tx) -> StoreResult<()> {
        for alert in list_open_alerts(tx).await? {
            let Some(site) = self.site(*alert.site_id) else { continue };
            let away_after_s = 2 * site.world.config.settings().poll_interval_s;
            if self.now < UnixMs(alert.heard_at).plus_s(away_after_s).plus_ms(HEARD_LATE_MS) {
                continue;
            }
            if let Some(chat) = find_chat_locked(tx, *alert.id).await?
                && is_silent_alert(&chat)
                && end(self.driver, tx, &chat, EndedBy::System, "visitor_left").await?
            {
                self.changed(&chat);
            }
        }
        Ok(())
    }

    /// A ring goes on to the next agent and the silent one is set away; a form is given up; an active
    /// chat may be idle, or an alert that nobody writes to.
    async fn run_out(&mut self, tx: &mut Tx, chat: &ChatRow) -> StoreResult<()> {
        match (*chat.state, chat.agent_id) {
            (ChatState::Ringing, Some(agent)) => {
                if !update_chat_ring_over(tx, *chat.id, *agent, &let_pass(chat, *agent, self.now)).await? {
                    return Ok(());
                }
                update_agent_silent(tx, *agent, self.now).await?;
                self.hints.push(Hint::AgentChanged { user: *agent, no_answer: true });
            }
            (ChatState::Form, _) => {
                end(self.driver, tx, chat, EndedBy::System, "form_given_up").await?;
            }
            (ChatState::Active, _) => {
                return self.driver.look_at_active(tx, chat, self.now, &mut self.hints).await;
            }
            (ChatState::Queued | ChatState::Ringing | ChatState::Ended, _) => return Ok(()),
        }
        self.hints.push(Hint::ChatChanged { chat: *chat.id, visitor: *chat.visitor_id });
        Ok(())
    }

    /// Who waits, over all queues, by priority, then arrival. A queue that has closed gives its alternative, unless
    /// that is to wait.
    async fn list_waiting(&mut self, tx: &mut Tx) -> StoreResult<Vec<ChatRow>> {
        let mut waiting = Vec::new();
        for busy in list_busy_queues(tx).await? {
            let chats = list_waiting_chats(tx, *busy.queue_id).await?;
            let site = self.site(*busy.site_id);
            let closed = site.as_deref().and_then(|site| self.closing(site, *busy.queue_id));
            let Some(instead) = closed else {
                waiting.extend(chats);
                continue;
            };
            for listed in chats {
                if let Some(chat) = unchanged(tx, &listed).await?
                    && end_instead(self.driver, tx, &chat, &instead).await?
                {
                    self.changed(&chat);
                }
            }
        }
        waiting.sort_by_key(|chat| (-chat.priority, chat.queued_at, chat.id.0));
        Ok(waiting)
    }

    fn closing(&self, site: &Site, queue: QueueId) -> Option<Instead> {
        let reason = closed_because(site, queue, self.now)?;
        let alternative = alternative(site, queue, reason);
        (alternative != Alternative::Wait).then_some(Instead { reason, alternative })
    }

    async fn ring(&mut self, tx: &mut Tx, waiting: Vec<ChatRow>) -> StoreResult<()> {
        let mut agents = list_ready_agents(tx, self.now.plus_ms(-PRESENCE_MS)).await?;
        let services = list_services(tx).await?;
        let skills = list_user_skills(tx).await?;
        for chat in waiting {
            let routing = routing_of(self.driver, &chat);
            let Some(user) = first_available(&chat, &routing, &agents, &services, &skills, self.now) else {
                continue;
            };
            if update_chat_ringing(tx, *chat.id, user, self.now.plus_s(routing.ring_time_s)).await? {
                update_agent_rung(tx, user, self.now).await?;
                if let Some(agent) = agents.iter_mut().find(|agent| *agent.id == user) {
                    agent.used += 1;
                    agent.rung_at = self.now.0;
                }
                self.hints.push(Hint::ChatChanged { chat: *chat.id, visitor: *chat.visitor_id });
            }
        }
        Ok(())
    }

    fn site(&self, site: SiteId) -> Option<Arc<Site>> {
        self.driver.sites().by_id(site)
    }

    fn changed(&mut self, chat: &ChatRow) {
        self.hints.push(Hint::ChatChanged { chat: *chat.id, visitor: *chat.visitor_id });
        self.hints.push(Hint::MessageAdded { chat: *chat.id, visitor: *chat.visitor_id, seq: None });
    }
}

/// A chat that was listed, as it is under its lock; none when it has gone on since: then nothing is due.
async fn unchanged(tx: &mut Tx, listed: &ChatRow) -> StoreResult<Option<ChatRow>> {
    let locked = find_chat_locked(tx, *listed.id).await?;
    let is_same = |chat: &ChatRow| *chat.state == *listed.state && chat.owner_epoch == listed.owner_epoch;
    Ok(locked.filter(is_same))
}

/// How a chat is routed where it is now.
pub(super) fn routing_of(driver: &Driver, chat: &ChatRow) -> Routing {
    let site = driver.sites().by_id(*chat.site_id);
    site.map(|site| conversation::routing_of(&site, *chat.queue_id)).unwrap_or_default()
}

/// Among those who serve the queue and know what it needs; after a while also among those who do not.
fn first_available(
    chat: &ChatRow,
    routing: &Routing,
    agents: &[AgentRow],
    services: &[Service],
    skills: &BTreeMap<UserId, Vec<Skill>>,
    now: UnixMs,
) -> Option<UserId> {
    let serves = |agent: &&AgentRow| {
        services.iter().any(|service| *service.queue_id == *chat.queue_id && *service.user_id == *agent.id)
    };
    let (skilled, others): (Vec<_>, Vec<_>) = agents.iter().filter(serves).partition(|agent| {
        is_skilled(&routing.skills, skills.get(&agent.id).map(Vec::as_slice).unwrap_or_default())
    });
    let pick = |agents: &[&AgentRow]| {
        let loads: Vec<AgentLoad> = agents.iter().map(|agent| load(agent, chat, routing, now)).collect();
        choose(routing.strategy, &loads)
    };
    let relaxed = routing.relax_skills_after_s > 0
        && now
            >= UnixMs(chat.requeued_at.or(chat.queued_at).unwrap_or(now.0))
                .plus_s(routing.relax_skills_after_s);
    pick(&skilled).or_else(|| if relaxed { pick(&others) } else { None })
}

/// Who has let the chat pass, now that this agent has too.
pub(super) fn let_pass(chat: &ChatRow, agent: UserId, now: UnixMs) -> Passed {
    let mut passed = Passed::of(chat);
    if passes(chat, agent) < PASSES_MAX {
        passed.rung.push(agent);
    }
    passed.at.insert(agent, now.0);
    passed
}

fn passes(chat: &ChatRow, agent: UserId) -> usize {
    chat.rung.iter().filter(|rung| **rung == agent).count()
}

/// Who let a chat pass is not rung for it again at once, but again rather than nobody.
fn load(agent: &AgentRow, chat: &ChatRow, routing: &Routing, now: UnixMs) -> AgentLoad {
    let passed = passes(chat, *agent.id);
    let rings = if passed < PASSES_MAX { RINGS_UNTIL_AGAIN } else { RINGS_UNTIL_LATER };
    // A node of an earlier version does not write down when it was: beside one the agent may ring again sooner.
    let passed_at = chat.passed_at.get(&*agent.id).copied().unwrap_or(agent.rung_at);
    let again_at = UnixMs(passed_at).plus_s(routing.ring_time_s * rings);
    let count = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
    AgentLoad {
        user: *agent.id,
        slots: count(agent.slots),
        used: count(agent.used),
        idle_since: UnixMs(agent.idle_since.max(agent.rung_at)),
        last_rung: (agent.rung_at > 0).then_some(UnixMs(agent.rung_at)),
        already_rang: passed > 0 && now < again_at,
    }
}
