//! Owns the writing of messages that are not the usual ones, such as those that are there already, or whose writer may not
//! write: each in a unit of work of its own.

use std::collections::BTreeMap;

use super::{
    Append, Driver, NotWritten, Outcome, Written, fail, judge, keep_written, neither, numbered,
    sent_by_agent, settle, tell_of_doubt,
};
use crate::store::append::{find_message_seqs, insert_messages, update_last_seqs};
use crate::store::draft::update_drafts_sent;
use crate::store::{StoreError, StoreResult, Tx};

/// Writes one after the other. Where the database is away nobody waits for each of them.
pub(super) async fn write(driver: &Driver, mut waiting: impl Iterator<Item = Append>) {
    while let Some(append) = waiting.next() {
        match write_one(driver, &append).await {
            Ok(outcome) => settle(driver, std::iter::once((append, outcome))),
            Err(error) => {
                let refused =
                    matches!(&error, StoreError::Database(error) if error.as_database_error().is_some());
                fail(&error, vec![append]);
                if !refused {
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
    let chat = match judge(taken.first(), seq, &append.writer) {
        Ok(chat) => chat,
        // Whose chat it is not is not told what it holds.
        Err(NotWritten::NotFound) => return Ok(Err(NotWritten::NotFound)),
        // It may have been stored when it was allowed: then its sender missed only the acknowledgement.
        Err(refused) => {
            let stored = find_seq(&mut tx, append).await?;
            return Ok(stored.map(Written::Existing).ok_or(refused));
        }
    };
    let now = driver.clock().now();
    let message = numbered(append, seq);
    if insert_messages(&mut tx, std::slice::from_ref(&message), now).await? == 0 {
        let stored = find_seq(&mut tx, append).await?;
        return Ok(stored.map(Written::Existing).ok_or_else(neither));
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
