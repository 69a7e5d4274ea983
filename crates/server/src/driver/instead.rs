//! Owns what a visitor gets instead of a chat: which alternative, how it looks to the browser, and ending a
//! waiting chat with it. Enquiries that follow from it stand in `enquiry`.

use std::collections::BTreeMap;

use beckon_engine::hours::by_hand::opens_at;
use beckon_engine::id::QueueId;
use beckon_engine::queue::Alternative;
use beckon_engine::queue::enquiry::{Instead, Missed};
use beckon_engine::time::UnixMs;

use super::Driver;
use super::conversation::{end, is_silent_alert, say_as_system};
use super::notice::visitor::{FormField, InsteadOfChat};
use super::sites::Site;
use super::view::filled;
use crate::store::chat::change::update_chat_instead;
use crate::store::chat::waiting::update_chat_moved;
use crate::store::chat::{Answer, ChatRow, EndedBy};
use crate::store::customer::link::PrefillRow;
use crate::store::{StoreResult, Tx};

/// A chat is moved to another queue at most this often, so that two queues cannot pass a visitor to and fro for ever.
const MOVES_MAX: i64 = 3;
/// Nobody waits in a queue for longer: one day.
pub(super) const WAIT_MAX_S: u32 = 86_400;

/// What the queue has for this case.
pub(super) fn alternative(site: &Site, queue: QueueId, reason: Missed) -> Alternative {
    let Some(queue) = site.world.config.queue(queue) else { return Alternative::default() };
    let alternatives = &queue.plan.alternatives;
    match reason {
        Missed::OutOfHours => alternatives.out_of_hours.clone(),
        Missed::ChannelOff => alternatives.channel_off.clone(),
        Missed::NoAgent | Missed::WaitedTooLong | Missed::Overloaded => alternatives.no_agent.clone(),
    }
}

/// Why a visitor can no longer wait in a queue, though an agent may be there.
pub(super) fn closed_because(site: &Site, queue: QueueId, now: UnixMs) -> Option<Missed> {
    let queue = site.world.config.queue(queue)?;
    if !beckon_engine::hours::by_hand::is_open_now(queue, now) {
        Some(Missed::OutOfHours)
    } else if !queue.channel_on {
        Some(Missed::ChannelOff)
    } else {
        None
    }
}

/// How it looks to the browser: with the form to fill in, where there is one, and when the queue opens next. The form begins
/// with what the visitor gave before, else with what is known of them (C-2).
pub(super) fn shown(
    site: &Site,
    queue: QueueId,
    instead: Instead,
    answers: &[Answer],
    known_of: Option<&PrefillRow>,
    now: UnixMs,
) -> InsteadOfChat {
    let known = site.world.config.queue(queue);
    let fields = match (&instead.alternative, known) {
        (Alternative::Enquiry, Some(queue)) => queue.plan.enquiry.fields(),
        _ => Vec::new(),
    };
    let given: BTreeMap<&str, &str> =
        answers.iter().map(|answer| (answer.key.as_str(), answer.value.as_str())).collect();
    let form = fields
        .into_iter()
        .map(|field| match given.get(field.key.as_str()) {
            Some(value) => FormField { value: Some((*value).to_owned()), field },
            None => filled(&field, known_of),
        })
        .collect();
    let opens_at =
        known.filter(|_| instead.reason == Missed::OutOfHours).and_then(|queue| opens_at(queue, now));
    InsteadOfChat {
        reason: instead.reason,
        alternative: instead.alternative,
        queue,
        opens_at: opens_at.map(|at| at.0),
        form,
    }
}

/// Ends a waiting chat; its visitor gets `instead`. Yields false when it waits no longer.
pub(super) async fn end_instead(
    driver: &Driver,
    tx: &mut Tx,
    chat: &ChatRow,
    instead: &Instead,
) -> StoreResult<bool> {
    // An alert passes: its visitor asked for nothing.
    if !is_silent_alert(chat) && !update_chat_instead(tx, *chat.id, instead).await? {
        return Ok(false);
    }
    let key = match instead.reason {
        Missed::OutOfHours | Missed::ChannelOff => "queue_closed",
        Missed::NoAgent | Missed::WaitedTooLong | Missed::Overloaded => "queue_timed_out",
    };
    end(driver, tx, chat, EndedBy::System, key).await
}

/// What becomes of a chat that has waited for too long. Yields false when it waits no longer.
pub(super) async fn dequeue(
    driver: &Driver,
    tx: &mut Tx,
    site: &Site,
    chat: &ChatRow,
    now: UnixMs,
) -> StoreResult<bool> {
    let routing = site.world.config.queue(*chat.queue_id).map(|queue| queue.plan.routing.clone());
    let wanted = routing.unwrap_or_default().dequeue;
    if !is_silent_alert(chat)
        && let beckon_engine::queue::waiting::Dequeue::Queue { queue_id } = &wanted
        && chat.moves < MOVES_MAX
        && *queue_id != *chat.queue_id
        && let Some(target) = site.world.config.queue(*queue_id)
    {
        let routing = &target.plan.routing;
        let due = wait_due(routing, now);
        if !update_chat_moved(tx, chat, *queue_id, routing.priority.moved, due).await? {
            return Ok(false);
        }
        say_as_system(driver, tx, *chat.id, "queue_moved", "").await?;
        return Ok(true);
    }
    let instead = Instead::of_dequeue(&wanted)
        .unwrap_or_else(|| Instead { reason: Missed::WaitedTooLong, alternative: Alternative::default() });
    end_instead(driver, tx, chat, &instead).await
}

/// When a chat that begins to wait now leaves the queue; after a day where the queue names no time.
pub(super) fn wait_due(routing: &beckon_engine::queue::Routing, now: UnixMs) -> UnixMs {
    now.plus_s(if routing.dequeue_after_s > 0 { routing.dequeue_after_s } else { WAIT_MAX_S })
}
