//! Owns what becomes of messages that are not the usual ones, such as those that are there already, or whose writer may not
//! write. Most are known by reading; the others are written each in a unit of work of its own.

use std::collections::BTreeMap;

use beckon_engine::id::ChatId;

use super::{
    Append, Driver, NotWritten, Outcome, Written, fail, judge, keep_written, neither, numbered,
    sent_by_agent, settle, tell_of_doubt,
};
use crate::store::append::{
    LockedChat, find_chats_written, find_message_seqs, insert_messages, update_last_seqs,
};
use crate::store::draft::update_drafts_sent;
use crate::store::{StoreResult, Tx};

/// Answers those that are there already, or may not be written now; yields the others.
pub(super) async fn settle_known(driver: &Driver, batch: Vec<Append>) -> Vec<Append> {
    if batch.is_empty() {
        return batch;
    }
    let known = match find_known(driver, &batch).await {
        Ok(known) => known,
        Err(error) if error.is_away() => {
            fail(&error, batch);
            return Vec::new();
        }
        Err(error) => {
            tracing::warn!(%error, "messages are looked at one by one");
            return batch;
        }
    };
    let (mut known_of, mut others) = (Vec::new(), Vec::new());
    for (append, outcome) in batch.into_iter().zip(known) {
        match outcome {
            Some(outcome) => known_of.push((append, outcome)),
            None => others.push(append),
        }
    }
    settle(driver, known_of.into_iter());
    others
}

async fn find_known(driver: &Driver, batch: &[Append]) -> StoreResult<Vec<Option<Outcome>>> {
    let mut tx = driver.store().read().await?;
    let chats: Vec<ChatId> = batch.iter().map(|append| append.chat).collect();
    let chats: BTreeMap<ChatId, LockedChat> =
        find_chats_written(&mut tx, &chats).await?.into_iter().map(|chat| (*chat.id, chat)).collect();
    let asked: Vec<_> =
        batch.iter().map(|append| (append.chat, append.writer.sender(), append.id.as_str())).collect();
    let stored = find_message_seqs(&mut tx, &asked).await?;
    let known = |(place, append): (usize, &Append)| {
        let chat = chats.get(&append.chat);
        let judged = judge(chat, chat.map_or(0, |chat| chat.last_seq) + 1, &append.writer).map(drop);
        known_of(judged, stored.get(&place).copied())
    };
    Ok(batch.iter().enumerate().map(known).collect())
}

/// What is there may have been stored when it was allowed: then its sender missed only the acknowledgement. Whose chat it is not is
/// not told what it holds.
fn known_of(judged: Result<(), NotWritten>, stored: Option<i64>) -> Option<Outcome> {
    match (judged, stored) {
        (Err(NotWritten::NotFound), _) => Some(Err(NotWritten::NotFound)),
        (_, Some(seq)) => Some(Ok(Written::Existing(seq))),
        (Err(refused), None) => Some(Err(refused)),
        (Ok(()), None) => None,
    }
}

/// Writes one after the other. Where the database is away nobody waits for each of them.
pub(super) async fn write(driver: &Driver, batch: Vec<Append>) {
    let mut waiting = batch.into_iter();
    while let Some(append) = waiting.next() {
        match write_one(driver, &append).await {
            Ok(outcome) => settle(driver, std::iter::once((append, outcome))),
            Err(error) => {
                fail(&error, vec![append]);
                if error.is_away() {
                    return fail(&error, waiting.collect());
                }
            }
        }
    }
}

async fn write_one(driver: &Driver, append: &Append) -> StoreResult<Outcome> {
    let mut tx = driver.store().write().await?;
    // The number is taken back with the unit of work where nothing is written under it.
    let taken = update_last_seqs(&mut tx, &BTreeMap::from([(append.chat, 1)])).await?;
    let seq = taken.first().map_or(0, |chat| chat.last_seq);
    let judged = judge(taken.first(), seq, &append.writer);
    let chat = match judged {
        Ok(chat) => chat,
        Err(refused) => {
            let stored = find_seq(&mut tx, append).await?;
            return Ok(known_of(Err(refused), stored).unwrap_or(Err(NotWritten::NotFound)));
        }
    };
    let now = driver.clock().now();
    let message = numbered(append, seq);
    if insert_messages(&mut tx, std::slice::from_ref(&message), now).await? == 0 {
        return Ok(find_seq(&mut tx, append).await?.map(Written::Existing).ok_or_else(neither));
    }
    update_drafts_sent(&mut tx, sent_by_agent(append).as_slice(), now).await?;
    if let Err(error) = tx.commit().await {
        tell_of_doubt(driver, [(append.writer.sender(), chat)]);
        return Err(error);
    }
    keep_written(driver, &message, now);
    Ok(Ok(Written::New(seq, *chat)))
}

async fn find_seq(tx: &mut Tx, append: &Append) -> StoreResult<Option<i64>> {
    let asked = [(append.chat, append.writer.sender(), append.id.as_str())];
    Ok(find_message_seqs(tx, &asked).await?.remove(&0))
}
