//! Owns the writing of messages: what arrives while one commit is under way shares the next one. Each message is
//! stored once, under the next number of its chat, only if its writer may write when the chat is locked; and a message
//! that cannot be written costs only itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use beckon_engine::id::{ChatId, UserId, VisitorId};
use tokio::sync::{mpsc, oneshot};

use super::Driver;
use crate::store::append::{
    LockedChat, NumberedMessage, find_message_seqs, insert_messages, update_last_seqs,
};
use crate::store::chat::ChatState;
use crate::store::draft::{Sent, update_drafts_sent};
use crate::store::message::{Audience, Sender};
use crate::store::{StoreError, StoreResult, Tx};

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
pub(super) async fn run(driver: Driver, mut inbox: mpsc::Receiver<Append>) {
    let stopping = driver.stopping().clone();
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            _ = inbox.recv_many(&mut batch, BATCH_MAX) => {}
        }
        write(&driver, &mut inbox, std::mem::take(&mut batch)).await;
    }
    inbox.close();
    while inbox.recv_many(&mut batch, BATCH_MAX).await > 0 {
        write(&driver, &mut inbox, std::mem::take(&mut batch)).await;
    }
}

/// Writes a batch, and in the same unit of work what comes while that begins.
async fn write(driver: &Driver, inbox: &mut mpsc::Receiver<Append>, mut batch: Vec<Append>) {
    let mut begun = Some(driver.store().write().await);
    while matches!(begun, Some(Ok(_)))
        && batch.len() < BATCH_MAX
        && let Ok(append) = inbox.try_recv()
    {
        batch.push(append);
    }
    while !batch.is_empty() {
        let later = set_repeated_aside(&mut batch);
        write_distinct(driver, begun.take(), batch).await;
        batch = later;
    }
}

/// The same message twice in one batch: the second is answered from what the first wrote.
fn set_repeated_aside(batch: &mut Vec<Append>) -> Vec<Append> {
    let mut seen = BTreeSet::new();
    let key = |append: &Append| (append.chat, append.writer.sender() == Sender::Visitor, append.id.clone());
    let (first, later) = std::mem::take(batch).into_iter().partition(|append| seen.insert(key(append)));
    *batch = first;
    later
}

/// Tries again without those that were refused or were there already, until the rest is committed. The first try is made in
/// the unit of work that has begun, if there is one.
async fn write_distinct(driver: &Driver, mut begun: Option<StoreResult<Tx>>, mut batch: Vec<Append>) {
    while !batch.is_empty() {
        let tx = match begun.take() {
            Some(begun) => begun,
            None => driver.store().write().await,
        };
        match try_once(driver, tx, &batch).await {
            Ok(outcomes) => {
                let done = outcomes.iter().all(Option::is_some);
                let mut rest = Vec::new();
                let mut new = Vec::new();
                for (append, outcome) in batch.into_iter().zip(outcomes) {
                    let Some(outcome) = outcome else {
                        rest.push(append);
                        continue;
                    };
                    if let Ok(Written::New(seq, chat)) = &outcome {
                        new.push((append.writer.sender(), *seq, *chat));
                    }
                    // The sender may be gone; the message is stored all the same.
                    drop(append.reply.send(outcome));
                }
                tell(driver, &new);
                if done {
                    return;
                }
                batch = rest;
            }
            Err(StoreError::Database(error)) if batch.len() > 1 && error.as_database_error().is_some() => {
                tracing::warn!(%error, messages = batch.len(), "a batch was refused; its messages are written one by one");
                for append in batch {
                    Box::pin(write_distinct(driver, None, vec![append])).await;
                }
                return;
            }
            Err(error) => {
                tracing::warn!(%error, messages = batch.len(), "messages could not be written");
                let reason: Arc<str> = error.to_string().into();
                for append in batch {
                    let failed = NotWritten::Store(StoreError::Batch(Arc::clone(&reason)));
                    drop(append.reply.send(Err(failed)));
                }
                return;
            }
        }
    }
}

/// Who wrote is answered first; then those are told who follow the chats.
fn tell(driver: &Driver, new: &[(Sender, i64, LockedChat)]) {
    for (sender, seq, chat) in new {
        driver.tell_of_message(*sender, *chat.mode, *chat.id, *chat.visitor_id, Some(*seq));
    }
}

type Outcome = Option<Result<Written, NotWritten>>;

/// One unit of work. Either all are written, and each has its outcome; or nothing is, and those have one that must
/// not be tried again.
async fn try_once(driver: &Driver, tx: StoreResult<Tx>, batch: &[Append]) -> StoreResult<Vec<Outcome>> {
    let mut tx = tx?;
    let mut counts: BTreeMap<ChatId, i64> = BTreeMap::new();
    for append in batch {
        *counts.entry(append.chat).or_default() += 1;
    }
    let chats: BTreeMap<ChatId, LockedChat> =
        update_last_seqs(&mut tx, &counts).await?.into_iter().map(|chat| (*chat.id, chat)).collect();
    let refused: Vec<Outcome> =
        batch.iter().map(|append| judge(chats.get(&append.chat), &append.writer).err().map(Err)).collect();
    if refused.iter().any(Option::is_some) {
        drop(tx);
        return known_of(driver, batch, refused).await;
    }
    let mut next: BTreeMap<ChatId, i64> =
        counts.iter().map(|(chat, count)| (*chat, chats[chat].last_seq - count + 1)).collect();
    let numbered: Vec<NumberedMessage<'_>> = batch
        .iter()
        .map(|append| {
            let seq = next.get_mut(&append.chat).expect("every chat of the batch was counted");
            *seq += 1;
            numbered(append, *seq - 1)
        })
        .collect();
    let now = driver.clock().now();
    let written = insert_messages(&mut tx, &numbered, now).await?;
    if usize::try_from(written).ok() != Some(batch.len()) {
        drop(tx);
        return existing(driver, batch).await;
    }
    let sent: Vec<Sent<'_>> = batch.iter().filter_map(sent_by_agent).collect();
    update_drafts_sent(&mut tx, &sent, now).await?;
    if let Err(error) = tx.commit().await {
        for append in batch {
            let (sender, chat) = (append.writer.sender(), &chats[&append.chat]);
            driver.tell_of_message(sender, *chat.mode, *chat.id, *chat.visitor_id, None);
        }
        return Err(error);
    }
    for message in numbered.iter().filter(|message| message.sender == Sender::Agent) {
        driver.inner.just_written.keep(message.chat, message.as_stored(now));
    }
    let outcome = |message: &NumberedMessage<'_>| Some(Ok(Written::New(message.seq, chats[&message.chat])));
    Ok(numbered.iter().map(outcome).collect())
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

/// Who may write, by the chat as it is under the lock.
fn judge(chat: Option<&LockedChat>, writer: &Writer) -> Result<(), NotWritten> {
    let chat = chat.ok_or(NotWritten::NotFound)?;
    judge_writer(chat, writer)?;
    if chat.last_seq > CHAT_MESSAGES_MAX { Err(NotWritten::Full) } else { Ok(()) }
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

/// What is refused now may have been stored when it was allowed: then its sender missed only the acknowledgement.
async fn known_of(driver: &Driver, batch: &[Append], mut refused: Vec<Outcome>) -> StoreResult<Vec<Outcome>> {
    let stored = existing(driver, batch).await?;
    for (stored, outcome) in stored.into_iter().zip(&mut refused) {
        let foreign = matches!(outcome, Some(Err(NotWritten::NotFound)) | None);
        if !foreign && stored.is_some() {
            *outcome = stored;
        }
    }
    Ok(refused)
}

/// The numbers of messages that are there already; the others are tried again.
async fn existing(driver: &Driver, batch: &[Append]) -> StoreResult<Vec<Outcome>> {
    let asked: Vec<_> =
        batch.iter().map(|append| (append.chat, append.writer.sender(), append.id.as_str())).collect();
    let mut tx = driver.store().read().await?;
    let mut found = find_message_seqs(&mut tx, &asked).await?;
    Ok((0..batch.len()).map(|place| found.remove(&place).map(|seq| Ok(Written::Existing(seq)))).collect())
}
