//! Owns routing: it rings the first available agent for who waits, and lets rings and forms run out. Any node may run it;
//! each change is conditional in the database.

use std::time::Duration;

use beckon_engine::id::{QueueId, UserId};
use beckon_engine::queue::Routing;
use beckon_engine::routing::{AgentLoad, choose};
use beckon_engine::time::UnixMs;

use super::Driver;
use super::conversation::end;
use super::view::agent_status;
use crate::bus::Hint;
use crate::driver::notice::agent::AgentStatus;
use crate::store::agent::{AgentRow, list_agents, list_services, update_agent_rung, update_agent_silent};
use crate::store::chat::change::{update_chat_ring_over, update_chat_ringing};
use crate::store::chat::waiting::{find_next_due, list_abandoned_chats, list_due_chats, list_waiting_chats};
use crate::store::chat::{ChatRow, ChatState, EndedBy};
use crate::store::{StoreResult, Tx};

/// Routing looks again after this time even when nothing told it to: a lost hint costs this much.
const LOOK_AGAIN_MS: i64 = 5_000;
/// Who declined a chat is rung for it again after this many ring times.
const RINGS_UNTIL_AGAIN: u32 = 3;
/// One node routes at a time, and nobody takes a chat by hand meanwhile.
pub(super) const LOCK_KEY: i64 = 0x6465_736b;

pub(super) async fn run(driver: Driver) {
    let stopping = driver.stopping().clone();
    loop {
        let wait_ms = match pass(&driver).await {
            Ok(due) => due.map_or(LOOK_AGAIN_MS, |due| due.ms_since(driver.clock().now()).min(LOOK_AGAIN_MS)),
            Err(error) => {
                tracing::warn!(%error, "routing could not be done");
                LOOK_AGAIN_MS
            }
        };
        tokio::select! {
            () = stopping.cancelled() => return,
            () = driver.inner.desk.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(wait_ms.unsigned_abs())) => {}
        }
    }
}

/// Yields when the next deadline comes.
async fn pass(driver: &Driver) -> StoreResult<Option<UnixMs>> {
    let now = driver.clock().now();
    let mut hints = Vec::new();
    let mut tx = driver.store().write().await?;
    tx.lock(LOCK_KEY).await?;
    driver.run_out_calls_and_wrap_ups(&mut tx, now, &mut hints).await?;
    for chat in list_due_chats(&mut tx, now).await? {
        run_out(driver, &mut tx, &chat, now, &mut hints).await?;
    }
    for chat in list_abandoned_chats(&mut tx).await? {
        give_up(driver, &mut tx, &chat, "visitor_left", &mut hints).await?;
    }
    ring(driver, &mut tx, now, &mut hints).await?;
    let chat_due = find_next_due(&mut tx).await?;
    let due = driver.next_call_or_wrap_up_due(&mut tx).await?.into_iter().chain(chat_due).min();
    tx.commit().await?;
    for hint in hints {
        driver.bus().publish(hint);
    }
    Ok(due)
}

/// A ring goes on to the next agent and the silent one is set away; a form is given up; an active chat may be idle.
async fn run_out(
    driver: &Driver,
    tx: &mut Tx,
    chat: &ChatRow,
    now: UnixMs,
    hints: &mut Vec<Hint>,
) -> StoreResult<()> {
    match (*chat.state, chat.agent_id) {
        (ChatState::Ringing, Some(agent)) => {
            let mut rung = chat.rung.0.clone();
            rung.push(*agent);
            if !update_chat_ring_over(tx, *chat.id, *agent, &rung).await? {
                return Ok(());
            }
            update_agent_silent(tx, *agent, now).await?;
            hints.push(Hint::AgentChanged { user: *agent, no_answer: true });
        }
        (ChatState::Form, _) => {
            end(driver, tx, chat, EndedBy::System, "form_given_up").await?;
        }
        (ChatState::Active, _) => return driver.look_whether_idle(tx, chat, now, hints).await,
        (ChatState::Queued | ChatState::Ringing | ChatState::Ended, _) => return Ok(()),
    }
    hints.push(Hint::ChatChanged { chat: *chat.id, visitor: *chat.visitor_id });
    Ok(())
}

/// Ends a chat that nobody will answer, or for which nobody waits any more.
async fn give_up(
    driver: &Driver,
    tx: &mut Tx,
    chat: &ChatRow,
    key: &str,
    hints: &mut Vec<Hint>,
) -> StoreResult<()> {
    end(driver, tx, chat, EndedBy::System, key).await?;
    hints.push(Hint::ChatChanged { chat: *chat.id, visitor: *chat.visitor_id });
    hints.push(Hint::MessageAdded { chat: *chat.id, visitor: *chat.visitor_id });
    Ok(())
}

async fn ring(driver: &Driver, tx: &mut Tx, now: UnixMs, hints: &mut Vec<Hint>) -> StoreResult<()> {
    let waiting = list_waiting_chats(tx).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let mut agents = list_agents(tx).await?;
    agents.retain(|agent| agent_status(agent, now) == AgentStatus::Ready);
    let services = list_services(tx).await?;
    let serves = |queue: QueueId, user: UserId| {
        services.iter().any(|service| *service.queue_id == queue && *service.user_id == user)
    };
    for chat in waiting {
        let routing = routing_of(driver, &chat);
        if has_waited_enough(&chat, &routing, now) {
            give_up(driver, tx, &chat, "queue_timed_out", hints).await?;
            continue;
        }
        let loads: Vec<AgentLoad> = agents
            .iter()
            .filter(|agent| serves(*chat.queue_id, *agent.id))
            .map(|agent| load(agent, &chat, &routing, now))
            .collect();
        let Some(user) = choose(routing.strategy, &loads) else { continue };
        if update_chat_ringing(tx, *chat.id, user, now.plus_s(routing.ring_time_s)).await? {
            update_agent_rung(tx, user, now).await?;
            if let Some(agent) = agents.iter_mut().find(|agent| *agent.id == user) {
                agent.used += 1;
                agent.rung_at = now.0;
            }
            hints.push(Hint::ChatChanged { chat: *chat.id, visitor: *chat.visitor_id });
        }
    }
    Ok(())
}

pub(super) fn routing_of(driver: &Driver, chat: &ChatRow) -> Routing {
    let site = driver.sites().by_id(*chat.site_id);
    site.and_then(|site| site.world.config.queue(*chat.queue_id).map(|queue| queue.plan.routing.clone()))
        .unwrap_or_default()
}

fn has_waited_enough(chat: &ChatRow, routing: &Routing, now: UnixMs) -> bool {
    let since = UnixMs(chat.requeued_at.or(chat.queued_at).unwrap_or(now.0));
    routing.dequeue_after_s > 0 && now >= since.plus_s(routing.dequeue_after_s)
}

/// Who let a chat pass is not rung for it again at once, but in the end rather than nobody.
fn load(agent: &AgentRow, chat: &ChatRow, routing: &Routing, now: UnixMs) -> AgentLoad {
    let again_at = UnixMs(agent.rung_at).plus_s(routing.ring_time_s * RINGS_UNTIL_AGAIN);
    let count = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
    AgentLoad {
        user: *agent.id,
        slots: count(agent.slots),
        used: count(agent.used),
        idle_since: UnixMs(agent.idle_since.max(agent.rung_at)),
        last_rung: (agent.rung_at > 0).then_some(UnixMs(agent.rung_at)),
        already_rang: chat.rung.contains(&agent.id) && now < again_at,
    }
}
