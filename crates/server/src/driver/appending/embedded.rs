//! Owns the writing of messages where this process alone writes: a thread with a connection of its own takes what waits into one
//! unit of work, decides on each message under it, and commits. Nothing is handed to another thread in between.

use std::collections::BTreeMap;

use beckon_engine::id::ChatId;
use beckon_engine::time::UnixMs;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::{
    Append, BATCH_MAX, Driver, NotWritten, Outcome, Written, fail, judge, keep_written, neither, next_batch,
    numbered, sent_by_agent, settle, tell_of_doubt,
};
use crate::store::append::LockedChat;
use crate::store::append::embedded::{MessageBatch, MessageWriter, Turn, Turns};
use crate::store::{StoreError, StoreResult};

const THREAD: &str = "messages";

/// Writes until the node stops, and then what waits.
pub(super) async fn run(driver: Driver, turns: Turns, inbox: mpsc::Receiver<Append>) {
    let (runtime, stopping) = (Handle::current(), driver.stopping().clone());
    let (ended, end) = oneshot::channel::<()>();
    let writing = move || {
        write_all(&runtime, &driver, &turns, inbox);
        drop(ended);
    };
    let started = std::thread::Builder::new().name(THREAD.to_owned()).spawn(writing);
    // Nothing is ever sent: it ends with the thread.
    drop(end.await);
    if !stopping.is_cancelled() {
        tracing::error!(?started, "messages cannot be written any more; the node stops");
        stopping.cancel();
    }
}

fn write_all(runtime: &Handle, driver: &Driver, turns: &Turns, mut inbox: mpsc::Receiver<Append>) {
    let mut thread = Thread { runtime, driver, turns, writer: None };
    loop {
        let mut batch = runtime.block_on(next_batch(driver, &mut inbox));
        if batch.is_empty() {
            return;
        }
        let turn = runtime.block_on(turns.take());
        // What came while others wrote goes along.
        while batch.len() < BATCH_MAX
            && let Ok(append) = inbox.try_recv()
        {
            batch.push(append);
        }
        thread.write(turn, batch);
    }
}

struct Thread<'d> {
    runtime: &'d Handle,
    driver: &'d Driver,
    turns: &'d Turns,
    /// The connection, which is made anew after it has failed.
    writer: Option<MessageWriter>,
}

/// Why nothing of a batch is written.
enum Failure {
    /// For the sake of one message, or of its chat.
    Row(StoreError),
    /// The others would have failed as well.
    All(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::All(error)
    }
}

impl Thread<'_> {
    /// Everyone in the batch is answered.
    fn write(&mut self, turn: StoreResult<Turn>, batch: Vec<Append>) {
        match turn.map_err(Failure::All).and_then(|turn| self.try_once(turn, &batch)) {
            Ok(outcomes) => return settle(self.driver, batch.into_iter().zip(outcomes)),
            Err(Failure::Row(error)) if batch.len() > 1 => {
                tracing::warn!(%error, messages = batch.len(), "a batch was refused; its messages are written one by one");
                for append in batch {
                    let turn = self.runtime.block_on(self.turns.take());
                    self.write(turn, vec![append]);
                }
            }
            Err(Failure::Row(error) | Failure::All(error)) => fail(&error, batch),
        }
        self.writer = None;
    }

    /// One unit of work: either each message has its outcome, or nothing is written.
    fn try_once(&mut self, turn: Turn, batch: &[Append]) -> Result<Vec<Outcome>, Failure> {
        let now = self.driver.clock().now();
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(self.turns.open()?),
        };
        let work = writer.begin(turn)?;
        let mut pass = Pass { work, now, chats: BTreeMap::new(), last_seqs: BTreeMap::new() };
        let outcomes: StoreResult<Vec<Outcome>> = batch.iter().map(|append| pass.write(append)).collect();
        let outcomes = outcomes.map_err(Failure::Row)?;
        if pass.last_seqs.is_empty() {
            return Ok(outcomes);
        }
        for (chat, last_seq) in &pass.last_seqs {
            pass.work.update_last_seq(*chat, *last_seq).map_err(Failure::Row)?;
        }
        let written = || batch.iter().zip(&outcomes).filter_map(written);
        if let Err(error) = pass.work.commit() {
            tell_of_doubt(self.driver, written().map(|(append, _, chat)| (append.writer.sender(), chat)));
            return Err(error.into());
        }
        for (append, seq, _) in written() {
            keep_written(self.driver, &numbered(append, seq), now);
        }
        Ok(outcomes)
    }
}

fn written<'b>((append, outcome): (&'b Append, &'b Outcome)) -> Option<(&'b Append, i64, &'b LockedChat)> {
    match outcome {
        Ok(Written::New(seq, chat)) => Some((append, *seq, chat)),
        Ok(Written::Existing(_)) | Err(_) => None,
    }
}

/// What is known within one unit of work.
struct Pass<'c> {
    work: MessageBatch<'c>,
    now: UnixMs,
    /// None where there is no such chat.
    chats: BTreeMap<ChatId, Option<LockedChat>>,
    /// Of the chats that have been written to.
    last_seqs: BTreeMap<ChatId, i64>,
}

impl Pass<'_> {
    fn write(&mut self, append: &Append) -> StoreResult<Outcome> {
        if !self.chats.contains_key(&append.chat) {
            self.chats.insert(append.chat, self.work.find_chat(append.chat)?);
        }
        let chat = self.chats[&append.chat].as_ref();
        let last_seq = self.last_seqs.get(&append.chat).copied().or(chat.map(|chat| chat.last_seq));
        let seq = last_seq.unwrap_or_default() + 1;
        let chat = match judge(chat, seq, &append.writer) {
            Ok(chat) => *chat,
            // Whose chat it is not is not told what it holds.
            Err(NotWritten::NotFound) => return Ok(Err(NotWritten::NotFound)),
            // It may have been stored when it was allowed: then its sender missed only the acknowledgement.
            Err(refused) => return Ok(self.find_seq(append)?.map(Written::Existing).ok_or(refused)),
        };
        match self.work.insert_message(&numbered(append, seq), self.now) {
            Ok(true) => {}
            Ok(false) => return Ok(self.find_seq(append)?.map(Written::Existing).ok_or_else(neither)),
            // The row is refused, and nothing else.
            Err(error @ (StoreError::Taken | StoreError::InUse)) => return Ok(Err(NotWritten::Store(error))),
            Err(error) => return Err(error),
        }
        self.last_seqs.insert(append.chat, seq);
        if let Some(sent) = sent_by_agent(append) {
            self.work.update_draft_sent(&sent, self.now)?;
        }
        Ok(Ok(Written::New(seq, chat)))
    }

    fn find_seq(&self, append: &Append) -> StoreResult<Option<i64>> {
        self.work.find_message_seq(append.chat, append.writer.sender(), &append.id)
    }
}
