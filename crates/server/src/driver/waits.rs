//! Owns how long visitors wait in a queue: it gathers what the engine's estimate needs. Decides nothing.

use beckon_engine::id::QueueId;
use beckon_engine::time::UnixMs;
use beckon_engine::wait::{QueueFlow, estimate};

use crate::store::chat::waiting::{find_position, find_recent_flow, find_waiting_count};
use crate::store::chat::{ChatRow, ChatState};
use crate::store::gate::{QueueLoad, find_queue_load};
use crate::store::{StoreResult, Tx};

/// The rate of answers and the waits look this far back.
const ANSWERS_LOOK_BACK_MS: i64 = 30 * 60_000;
/// The length of chats looks this far back.
const CHATS_LOOK_BACK_MS: i64 = 2 * 3_600_000;
/// Fewer than this say nothing.
const KNOWN_MIN: i64 = 3;

/// Where a waiting visitor stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// From 1; those for whom an agent is being rung count.
    pub(super) position: i64,
    /// Seconds; none when it cannot be estimated.
    pub(super) wait_s: Option<i64>,
}

/// The place of a waiting or ringing chat, and how much longer its visitor waits.
pub(super) async fn find_place(tx: &mut Tx, chat: &ChatRow, now: UnixMs) -> StoreResult<Place> {
    let (position, ahead) = find_position(tx, chat).await?;
    let mut flow = find_flow(tx, *chat.queue_id, now).await?;
    let ahead = count(ahead);
    if *chat.state == ChatState::Ringing {
        // A slot is taken for this visitor already.
        flow.slots = flow.slots.max(1);
        flow.free = flow.free.max(ahead.saturating_add(1));
    }
    let so_far_ms = now.0 - chat.queued_at.unwrap_or(now.0);
    Ok(Place { position, wait_s: estimate(&flow, ahead, so_far_ms).map(i64::from) })
}

/// How long somebody would wait who came to the queue now, seconds.
pub(super) async fn find_wait_of_new(tx: &mut Tx, queue: QueueId, now: UnixMs) -> StoreResult<Option<u32>> {
    let flow = find_flow(tx, queue, now).await?;
    let ahead = count(find_waiting_count(tx, queue).await?);
    Ok(estimate(&flow, ahead, 0))
}

async fn find_flow(tx: &mut Tx, queue: QueueId, now: UnixMs) -> StoreResult<QueueFlow> {
    let Some(load) = find_queue_load(tx, queue, now).await? else { return Ok(QueueFlow::default()) };
    let QueueLoad { slots, slots_left, .. } = load;
    let recent =
        find_recent_flow(tx, queue, now.plus_ms(-ANSWERS_LOOK_BACK_MS), now.plus_ms(-CHATS_LOOK_BACK_MS))
            .await?;
    let mean = |sum: i64, of: i64| (of >= KNOWN_MIN).then(|| sum / of);
    Ok(QueueFlow {
        slots: count(slots),
        free: count(slots_left),
        chat_ms: mean(recent.lasted_ms, recent.ended),
        waited_ms: mean(recent.waited_ms, recent.answered),
        answered: count(recent.answered),
        window_ms: ANSWERS_LOOK_BACK_MS,
    })
}

fn count(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}
