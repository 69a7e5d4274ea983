//! Owns how far visitors' chats are, for the engine: what it is told, and reading it for the shards that hold their visits.

use std::time::Duration;

use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::id::{ChatId, QueueId, VisitorId};
use beckon_engine::time::UnixMs;
use beckon_engine::visit::FORM_OPEN_MAX_S;
use futures_util::StreamExt;
use futures_util::stream;

use super::Driver;
use super::command::{ShardCommand, VisitorSignal};
use super::conversation::is_silent_alert;
use crate::store::StoreResult;
use crate::store::chat::{ChatMode, ChatRow, ChatState, find_latest_chat};

/// Reads that one shard has under way at a time when it reads everything anew.
const READ_AT_ONCE: usize = 4;

/// What could not be read is read again after this time, so often: then whoever next changes the chat has it read.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(1);
const READ_TRIES_MAX: u32 = 60;

/// How far the visitor's chat is, for the engine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    phase: ChatPhase,
    /// The chat, while it is open.
    pub(super) chat: Option<ChatId>,
    alert: Alert,
}

/// Whether an agent writes first in the chat that is open (P-9).
#[derive(Clone, Copy, Debug)]
enum Alert {
    None,
    /// Not yet: an agent was alerted, or has begun it.
    Silent(QueueId),
    Answered,
}

impl Progress {
    /// How far this chat is, the visitor's latest.
    pub(super) fn of(chat: Option<&ChatRow>) -> Self {
        let open = chat.filter(|chat| *chat.state != ChatState::Ended);
        let alert = match open {
            Some(chat) if is_silent_alert(chat) => Alert::Silent(*chat.queue_id),
            Some(chat) if *chat.mode == ChatMode::Engage => Alert::Answered,
            Some(_) | None => Alert::None,
        };
        let phase = chat.map_or(ChatPhase::None, phase_of);
        Self { phase, chat: open.map(|chat| *chat.id), alert }
    }

    /// What it says to the engine, in this order: no moment lies between in which there is neither alert nor chat (O-4).
    pub(super) fn events(self) -> impl Iterator<Item = Event> {
        let alert = match self.alert {
            // An alert that there was has given way.
            Alert::None => self.chat.map(|_| Event::AlertAnswered),
            Alert::Silent(queue) => Some(Event::AlertFound { queue }),
            Alert::Answered => Some(Event::AlertAnswered),
        };
        [Event::ChatChanged { state: self.phase }].into_iter().chain(alert)
    }
}

/// Reads how far the chat of a visitor is, again while the database fails; `read` says which of the reads this is.
pub(super) async fn read(driver: Driver, visitor: VisitorId, read: u64) {
    for tried in 0..READ_TRIES_MAX {
        match find(&driver, visitor).await {
            Ok(progress) => {
                driver.send(visitor, ShardCommand::ChatProgress { visitor, read, progress }).await;
                return;
            }
            Err(error) if tried == 0 => {
                tracing::warn!(%error, "the state of a chat could not be read");
                let signal = VisitorSignal::ChatChanged;
                driver.send(visitor, ShardCommand::Signal { visitor, signal }).await;
            }
            Err(_) => {}
        }
        tokio::select! {
            () = driver.stopping().cancelled() => return,
            () = tokio::time::sleep(READ_AGAIN_AFTER) => {}
        }
    }
}

/// The same for many visitors, a few at a time: a node holds more visits than the database takes questions at once.
pub(super) async fn read_all(driver: Driver, visitors: Vec<(VisitorId, u64)>) {
    let reads = stream::iter(visitors);
    reads.for_each_concurrent(READ_AT_ONCE, |(visitor, number)| read(driver.clone(), visitor, number)).await;
}

/// Reads how far the visitor's chat is (O-4).
async fn find(driver: &Driver, visitor: VisitorId) -> StoreResult<Progress> {
    let mut tx = driver.store().read().await?;
    Ok(Progress::of(find_latest_chat(&mut tx, visitor).await?.as_ref()))
}

fn phase_of(chat: &ChatRow) -> ChatPhase {
    match *chat.state {
        ChatState::Form => form_open_until(chat).map_or(ChatPhase::None, |until| ChatPhase::Form { until }),
        ChatState::Queued | ChatState::Ringing | ChatState::Active => ChatPhase::Open,
        ChatState::Ended => completed_at(chat).map_or(ChatPhase::None, |at| ChatPhase::Completed { at }),
    }
}

/// Until when a form that is open holds offers back (O-4).
pub(super) fn form_open_until(chat: &ChatRow) -> Option<UnixMs> {
    (*chat.state == ChatState::Form).then(|| UnixMs(chat.requested_at).plus_s(FORM_OPEN_MAX_S))
}

/// When it ended, if an agent had answered, and not only taken an alert of which the visitor knows nothing (P-10).
fn completed_at(chat: &ChatRow) -> Option<UnixMs> {
    chat.ended_at.filter(|_| chat.answered_at.is_some() && !is_silent_alert(chat)).map(UnixMs)
}
