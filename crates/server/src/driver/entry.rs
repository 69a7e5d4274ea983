//! Owns the last look at the gate before a visitor comes into a chat or its queue (O-11, O-15): under the queue's lock, in
//! the unit of work that lets them in, so that no two visitors take the same slot. Opens no chat itself.

use beckon_engine::effect::Effect;
use beckon_engine::gate::Gate;
use beckon_engine::id::{ChatId, PresentationId, QueueId, VisitorId};
use beckon_engine::queue::Alternative;
use beckon_engine::queue::enquiry::{Instead, Missed};
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;

use super::Driver;
use super::conversation::{find_open_chat_locked, finish, is_silent_alert, was_given_up};
use super::effects::Job;
use super::instead::alternative;
use super::progress::form_open_until;
use super::sites::{Site, read_gate, read_gate_beside};
use crate::store::chat::{
    ChatMode, ChatRow, ChatState, EndedBy, find_chat_locked, find_chat_of_presentation,
};
use crate::store::presentation::find_presentation;
use crate::store::{StoreResult, Tx};

/// The gate of a queue; until this unit of work ends nobody else takes of its slots.
pub(super) async fn lock_gate(tx: &mut Tx, site: &Site, queue: QueueId, now: UnixMs) -> StoreResult<Gate> {
    lock_queue(tx, queue).await?;
    read_gate(tx, &site.world.config, queue, now).await
}

/// Locks the queues that these effects are about. Everywhere a queue is locked before chats: no two units of work wait for each other.
pub(super) async fn lock_queues(tx: &mut Tx, effects: &[Effect]) -> StoreResult<()> {
    let mut queues: Vec<QueueId> = effects.iter().filter_map(Effect::queue).collect();
    queues.sort_unstable();
    queues.dedup();
    for queue in queues {
        lock_queue(tx, queue).await?;
    }
    Ok(())
}

/// Until this unit of work ends nobody else takes of the queue's slots.
pub(super) async fn lock_queue(tx: &mut Tx, queue: QueueId) -> StoreResult<()> {
    tx.lock(lock_key(queue)).await
}

/// The gate for a visitor who asks for a chat: the slot of an alert that gives way to it is free for them.
pub(super) async fn lock_gate_of_visitor(
    tx: &mut Tx,
    site: &Site,
    queue: QueueId,
    visitor: VisitorId,
    now: UnixMs,
) -> StoreResult<Gate> {
    lock_queue(tx, queue).await?;
    let own = slots_of_alert(tx, queue, visitor).await?;
    read_gate_beside(tx, &site.world.config, queue, own, now).await
}

/// How many of the queue's slots an alert takes of which this visitor knows nothing.
async fn slots_of_alert(tx: &mut Tx, queue: QueueId, visitor: VisitorId) -> StoreResult<i64> {
    let open = find_open_chat_locked(tx, visitor).await?;
    let takes = open.is_some_and(|open| is_silent_alert(&open) && *open.queue_id == queue);
    Ok(i64::from(takes))
}

/// Whether the visitor's open chat ends where one of this mode begins that they asked for then. An alert of which they know nothing
/// does: they were faster than the agent (P-9). So does a form beside which the offer could be made that they take (O-4).
pub(super) fn gives_way(open: &ChatRow, mode: ChatMode, asked_at: UnixMs) -> bool {
    let is_form_left = || form_open_until(open).is_some_and(|until| until <= asked_at);
    match mode {
        ChatMode::Engage => false,
        ChatMode::Reactive => is_silent_alert(open),
        ChatMode::Invite => is_silent_alert(open) || is_form_left(),
    }
}

/// Ends the chat that gives way. Nothing was said in it, so that nothing is wrapped up, and the slot is free.
pub(super) async fn make_way(
    driver: &Driver,
    tx: &mut Tx,
    visitor: VisitorId,
    goes: impl Fn(&ChatRow) -> bool,
    now: UnixMs,
) -> StoreResult<Option<ChatId>> {
    let Some(open) = find_open_chat_locked(tx, visitor).await?.filter(goes) else { return Ok(None) };
    finish(driver, tx, &open, EndedBy::System, now).await?;
    driver.wrap_up(tx, &open, now).await?;
    Ok(Some(*open.id))
}

/// What the visitor gets instead of the queue when its gate has closed while the form was open (O-11, Q-6). The slot
/// that the form holds, or an alert that gives way to it, is the visitor's own; after that they may have to wait, or not, as the queue says (O-15).
pub(super) async fn closed_to_form(
    tx: &mut Tx,
    site: &Site,
    chat: &ChatRow,
    now: UnixMs,
) -> StoreResult<Option<Instead>> {
    let is_open = |chat: &ChatRow| *chat.state == ChatState::Form || was_given_up(chat);
    if !is_open(chat) {
        return Ok(None);
    }
    lock_queue(tx, *chat.queue_id).await?;
    // Sent again at another node it may wait, or be talked in, by now.
    let Some(chat) = find_chat_locked(tx, *chat.id).await?.filter(is_open) else { return Ok(None) };
    let holds = *chat.state == ChatState::Form && chat.held_until > now.0;
    let own = i64::from(holds) + slots_of_alert(tx, *chat.queue_id, *chat.visitor_id).await?;
    let gate = read_gate_beside(tx, &site.world.config, *chat.queue_id, own, now).await?;
    let Some(reason) = gate.closed_because().map(Missed::of) else { return Ok(None) };
    let alternative = alternative(site, *chat.queue_id, reason);
    let waits = alternative == Alternative::Wait;
    Ok((!waits).then_some(Instead { reason, alternative }))
}

/// Whether a visitor who said yes comes into the chat.
#[derive(Debug)]
pub(super) enum Entry {
    /// They do; or the effects open no chat.
    Open,
    /// An earlier try has let them in.
    Done,
    /// They were in this chat before the yes was carried out, and stay in it; none when it has ended since.
    InChat(Option<Box<ChatRow>>),
    /// The gate has closed.
    Closed(Reason),
}

impl Entry {
    /// Why the yes leads to no chat of its own.
    pub(super) fn refused_because(&self) -> Option<Reason> {
        match self {
            Self::Open | Self::Done => None,
            Self::InChat(_) => Some(Reason::ChatOpen),
            Self::Closed(reason) => Some(*reason),
        }
    }
}

/// Looks whether the chat that these effects open can be had.
pub(super) async fn look(tx: &mut Tx, job: &Job, now: UnixMs) -> StoreResult<Entry> {
    let opened = job.decided.effects.iter().find_map(|effect| {
        if let Effect::OpenChat { presentation, queue } = effect {
            Some((*presentation, *queue))
        } else {
            None
        }
    });
    let Some((presentation, queue)) = opened else { return Ok(Entry::Open) };
    let gate = lock_gate_of_visitor(tx, &job.site, queue, job.visitor, now).await?;
    if find_chat_of_presentation(tx, job.visitor, presentation).await?.is_some() {
        return Ok(Entry::Done);
    }
    let stays = |open: &ChatRow| !gives_way(open, ChatMode::Invite, job.decided.at);
    if let Some(open) = find_open_chat_locked(tx, job.visitor).await?.filter(stays) {
        return Ok(Entry::InChat(Some(Box::new(open))));
    }
    // An earlier try of these effects may have been committed without our hearing of it.
    let before = find_presentation(tx, presentation).await?.and_then(|row| row.outcome_reason);
    let refused_before = before.map(|reason| *reason).filter(|_| settles(job, presentation));
    Ok(match gate.closed_because().or(refused_before) {
        None => Entry::Open,
        Some(Reason::ChatOpen) => Entry::InChat(None),
        Some(reason) => Entry::Closed(reason),
    })
}

fn settles(job: &Job, wanted: PresentationId) -> bool {
    job.decided
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::SettleOutcome { presentation, .. } if *presentation == wanted))
}

fn lock_key(queue: QueueId) -> i64 {
    let (high, low) = queue.0.as_u64_pair();
    (high ^ low).cast_signed()
}
