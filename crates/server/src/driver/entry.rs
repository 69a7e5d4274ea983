//! Owns the last look at the gate before a visitor comes into a chat or its queue (O-11, O-15): under the queue's lock, in
//! the unit of work that lets them in, so that no two visitors take the same slot. Opens no chat itself.

use beckon_engine::effect::Effect;
use beckon_engine::gate::Gate;
use beckon_engine::id::{PresentationId, QueueId};
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;

use super::conversation::{find_open_chat_locked, is_silent_alert};
use super::effects::Job;
use super::sites::{Site, read_gate, read_gate_beside};
use crate::store::chat::{ChatRow, ChatState, find_chat_of_presentation};
use crate::store::presentation::find_presentation;
use crate::store::{StoreResult, Tx};

/// The gate of a queue; until this unit of work ends nobody else takes of its slots.
pub(super) async fn lock_gate(tx: &mut Tx, site: &Site, queue: QueueId, now: UnixMs) -> StoreResult<Gate> {
    tx.lock(lock_key(queue)).await?;
    read_gate(tx, &site.world.config, queue, now).await
}

/// The gate for a chat whose form is sent: the slot that it holds itself is free for it (O-15).
pub(super) async fn lock_gate_of_form(
    tx: &mut Tx,
    site: &Site,
    chat: &ChatRow,
    now: UnixMs,
) -> StoreResult<Gate> {
    tx.lock(lock_key(*chat.queue_id)).await?;
    let holds = *chat.state == ChatState::Form && chat.held_until > now.0;
    read_gate_beside(tx, &site.world.config, *chat.queue_id, i64::from(holds), now).await
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
    let gate = lock_gate(tx, &job.site, queue, now).await?;
    if find_chat_of_presentation(tx, job.visitor, presentation).await?.is_some() {
        return Ok(Entry::Done);
    }
    if let Some(open) = find_open_chat_locked(tx, job.visitor).await?.filter(|open| !is_silent_alert(open)) {
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
