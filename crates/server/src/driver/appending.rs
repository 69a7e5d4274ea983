//! Owns the writing of messages: what arrives while one commit is under way shares the next one. Each message is
//! stored once, under the next number of its chat, only if its writer may write when the chat is locked; and a message
//! that cannot be written costs only itself.

use std::sync::Arc;

use beckon_engine::id::{ChatId, UserId, VisitorId};
use beckon_engine::time::UnixMs;
use tokio::sync::{mpsc, oneshot};

use super::Driver;
use crate::store::StoreError;
use crate::store::append::{LockedChat, NumberedMessage};
use crate::store::chat::ChatState;
use crate::store::draft::Sent;
use crate::store::message::{Audience, Sender};

mod alone;
mod at_once;
mod embedded;

/// Messages of one chat; Beckon's own lines still come after them.
pub(super) const CHAT_MESSAGES_MAX: i64 = 10_000;
/// Messages in one unit of work.
const BATCH_MAX: usize = 512;
/// Messages that wait; a writer waits when there are more.
pub(super) const APPEND_INBOX: usize = 4_096;

/// Who writes.
#[derive(Clone, Debug)]
pub(super) enum Writer {
    /// The visitor of the chat.
    Visitor(VisitorId),
    /// The agent who owns it under this epoch.
    Owner { user: UserId, name: String, epoch: i64 },
}

/// A message to write.
#[derive(Debug)]
pub(super) struct Append {
    pub(super) chat: ChatId,
    pub(super) writer: Writer,
    pub(super) id: String,
    pub(super) text: String,
    reply: oneshot::Sender<Result<Written, NotWritten>>,
}

/// A message that is stored.
#[derive(Clone, Debug)]
pub(super) enum Written {
    /// Now; the chat is as it was under the lock.
    New(i64, LockedChat),
    /// It was there already.
    Existing(i64),
}

/// Why a message is not stored.
#[derive(Debug)]
pub(super) enum NotWritten {
    /// There is no such chat of this visitor.
    NotFound,
    /// The form comes first.
    FormFirst,
    /// The chat has ended.
    Ended,
    /// It has [`CHAT_MESSAGES_MAX`] messages.
    Full,
    /// The agent does not own the chat.
    NotOwner,
    /// The agent owns it, but under another epoch.
    StaleOwner,
    /// The database failed; it may be sent again.
    Store(StoreError),
}

impl Writer {
    fn sender(&self) -> Sender {
        match self {
            Self::Visitor(_) => Sender::Visitor,
            Self::Owner { .. } => Sender::Agent,
        }
    }
}

impl Driver {
    /// Hands a message to the writer and waits until it is committed.
    pub(super) async fn append(
        &self,
        chat: ChatId,
        writer: Writer,
        id: &str,
        text: &str,
    ) -> Result<Written, NotWritten> {
        let (reply, answer) = oneshot::channel();
        let append = Append { chat, writer, id: id.to_owned(), text: text.to_owned(), reply };
        let stopping = || NotWritten::Store(StoreError::Batch("the node is stopping".into()));
        self.inner.appends.send(append).await.map_err(|_| stopping())?;
        answer.await.unwrap_or_else(|_| Err(stopping()))
    }
}

/// Writes until the node stops, and then what waits.
pub(super) async fn run(driver: Driver, inbox: mpsc::Receiver<Append>) {
    match driver.store().turns() {
        Some(turns) => embedded::run(driver, turns, inbox).await,
        None => run_beside_others(driver, inbox).await,
    }
}

/// On a database that other nodes write to.
async fn run_beside_others(driver: Driver, mut inbox: mpsc::Receiver<Append>) {
    loop {
        let batch = next_batch(&driver, &mut inbox).await;
        if batch.is_empty() {
            return;
        }
        at_once::write(&driver, batch).await;
    }
}

/// What waits, as soon as something does; nothing when the node stops and nothing waits any more.
async fn next_batch(driver: &Driver, inbox: &mut mpsc::Receiver<Append>) -> Vec<Append> {
    let mut batch = Vec::new();
    tokio::select! {
        // First: writers who go on as long as they are let would keep the node from stopping.
        biased;
        () = driver.stopping().cancelled() => {
            inbox.close();
            inbox.recv_many(&mut batch, BATCH_MAX).await;
        }
        _ = inbox.recv_many(&mut batch, BATCH_MAX) => {}
    }
    batch
}

type Outcome = Result<Written, NotWritten>;

/// Who wrote is answered first; then those are told who follow the chats.
fn settle(driver: &Driver, settled: impl Iterator<Item = (Append, Outcome)>) {
    let mut new = Vec::new();
    for (append, outcome) in settled {
        if let Ok(Written::New(seq, chat)) = &outcome {
            new.push((append.writer.sender(), *seq, *chat));
        }
        // The sender may be gone; the message is stored all the same.
        drop(append.reply.send(outcome));
    }
    for (sender, seq, chat) in new {
        driver.tell_of_message(sender, *chat.mode, *chat.id, *chat.visitor_id, Some(seq));
    }
}

/// None of them is written, as far as is known.
fn fail(error: &StoreError, batch: Vec<Append>) {
    if batch.is_empty() {
        return;
    }
    tracing::warn!(%error, messages = batch.len(), "messages could not be written");
    let reason: Arc<str> = error.to_string().into();
    for append in batch {
        drop(append.reply.send(Err(NotWritten::Store(StoreError::Batch(Arc::clone(&reason))))));
    }
}

/// The database says that a message is there, and does not find it.
fn neither() -> NotWritten {
    NotWritten::Store(StoreError::Batch("a message is neither there nor written".into()))
}

/// Their commit failed: they may be stored, and those who follow the chats look.
fn tell_of_doubt<'c>(driver: &Driver, doubtful: impl IntoIterator<Item = (Sender, &'c LockedChat)>) {
    for (sender, chat) in doubtful {
        driver.tell_of_message(sender, *chat.mode, *chat.id, *chat.visitor_id, None);
    }
}

/// What an agent wrote, before everyone asks for it.
fn keep_written(driver: &Driver, message: &NumberedMessage<'_>, now: UnixMs) {
    if message.sender == Sender::Agent {
        driver.inner.just_written.keep(message.chat, message.as_stored(now));
    }
}

/// What an agent sent.
fn sent_by_agent(append: &Append) -> Option<Sent<'_>> {
    match &append.writer {
        Writer::Visitor(_) => None,
        Writer::Owner { user, .. } => {
            Some(Sent { user: *user, chat: append.chat, text: &append.text, audience: Audience::All })
        }
    }
}

fn numbered(append: &Append, seq: i64) -> NumberedMessage<'_> {
    let (user, name) = match &append.writer {
        Writer::Visitor(_) => (None, ""),
        Writer::Owner { user, name, .. } => (Some(*user), name.as_str()),
    };
    let sender = append.writer.sender();
    NumberedMessage { chat: append.chat, seq, id: &append.id, sender, user, name, body: &append.text }
}

/// Who may write, by the chat as it is under the lock; `seq` would be the message's number.
fn judge<'c>(chat: Option<&'c LockedChat>, seq: i64, writer: &Writer) -> Result<&'c LockedChat, NotWritten> {
    let chat = chat.ok_or(NotWritten::NotFound)?;
    judge_writer(chat, writer)?;
    if seq > CHAT_MESSAGES_MAX { Err(NotWritten::Full) } else { Ok(chat) }
}

fn judge_writer(chat: &LockedChat, writer: &Writer) -> Result<(), NotWritten> {
    match writer {
        Writer::Visitor(visitor) if *chat.visitor_id != *visitor => Err(NotWritten::NotFound),
        Writer::Visitor(_) => match *chat.state {
            ChatState::Queued | ChatState::Ringing | ChatState::Active => Ok(()),
            ChatState::Form => Err(NotWritten::FormFirst),
            ChatState::Ended => Err(NotWritten::Ended),
        },
        Writer::Owner { user, epoch, .. } => {
            let owns = chat.agent_id.is_some_and(|owner| *owner == *user);
            if *chat.state == ChatState::Ended {
                Err(NotWritten::Ended)
            } else if *chat.state != ChatState::Active || !owns {
                Err(NotWritten::NotOwner)
            } else if chat.owner_epoch != *epoch {
                Err(NotWritten::StaleOwner)
            } else {
                Ok(())
            }
        }
    }
}
