//! Owns how this node learns of others while the bus is away: it looks at the open chats, and tells itself of those that are
//! another than at the last look. The database is the truth; this costs seconds, never a message.

use std::collections::HashMap;
use std::time::Duration;

use beckon_engine::id::ChatId;

use super::Driver;
use crate::bus::Hint;
use crate::store::StoreResult;
use crate::store::chat::look::{ChatLook, list_chat_looks};

/// What another node did is seen this late, and as long as it takes to tell.
const LOOK_EVERY: Duration = Duration::from_secs(3);

pub(super) async fn run(driver: Driver) {
    let stopping = driver.stopping().clone();
    let mut alone = driver.bus().alone();
    loop {
        let is_alone = async { alone.wait_for(|alone| *alone).await.is_ok() };
        tokio::select! {
            () = stopping.cancelled() => return,
            is_alone = is_alone => if !is_alone { return },
        }
        tracing::warn!("the bus is away: what other nodes do is seen some seconds later");
        let mut seen = HashMap::new();
        while *alone.borrow() {
            if let Err(error) = look(&driver, &mut seen).await {
                tracing::warn!(%error, "what other nodes did could not be looked at");
            }
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        tracing::info!("the bus is back");
    }
}

/// Tells this node of every chat that is another than in `seen`, and of those that have ended since.
async fn look(driver: &Driver, seen: &mut HashMap<ChatId, ChatLook>) -> StoreResult<()> {
    let looks = list_chat_looks(&mut driver.store().read().await?).await?;
    let mut before = std::mem::take(seen);
    for chat in looks {
        if before.remove(&*chat.id).as_ref() != Some(&chat) {
            tell(driver, &chat);
        }
        seen.insert(*chat.id, chat);
    }
    for ended in before.into_values() {
        tell(driver, &ended);
    }
    driver.inner.gates.notify_one();
    driver.inner.desk.notify_one();
    Ok(())
}

fn tell(driver: &Driver, look: &ChatLook) {
    let (chat, visitor) = (*look.id, *look.visitor_id);
    driver.bus().tell_here(Hint::ChatChanged { chat, visitor });
    driver.bus().tell_here(Hint::MessageAdded { chat, visitor, seq: None });
}
