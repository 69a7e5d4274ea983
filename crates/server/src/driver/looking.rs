//! Owns how this node learns of others that it does not hear, because it or they have lost the bus: it looks at the open chats, and
//! tells itself of those that are another than at the last look, and of offers that were taken back. The database is the
//! truth; this costs seconds, never a message.

use std::collections::HashMap;
use std::time::Duration;

use beckon_engine::id::ChatId;
use uuid::Uuid;

use super::Driver;
use crate::bus::Hint;
use crate::store::StoreResult;
use crate::store::chat::look::{ChatLook, list_chat_looks, list_ended_chat_looks};
use crate::store::node::{delete_node, meet_nodes};
use crate::store::soundness::find_time;

/// Other nodes are told so often that this one is there.
const HERE_EVERY: Duration = Duration::from_secs(1);
/// Who works on the database and was not heard for this time is not heard.
const HEARD_WITHIN: Duration = Duration::from_secs(4);
/// What ended within this time before the first look may have gone untold: what passes until a node is missed, and what clocks
/// may be apart.
const UNHEARD_MS: i64 = 30_000;
/// What another node did is seen this late, and as long as it takes to tell.
const LOOK_TURNS: u32 = 3;

pub(super) async fn run(driver: Driver) {
    let Some(node) = driver.bus().say_here() else { return };
    let stopping = driver.stopping().clone();
    let mut alone = driver.bus().alone();
    let mut seen = None;
    // Those who are there already are heard before they are asked for.
    let mut turns = 1_u32;
    loop {
        if turns.is_multiple_of(LOOK_TURNS)
            && let Err(error) = look_around(&driver, node, &mut seen).await
        {
            tracing::warn!(%error, "what other nodes did could not be looked at");
        }
        tokio::select! {
            () = stopping.cancelled() => break,
            () = tokio::time::sleep(HERE_EVERY) => turns = turns.wrapping_add(1),
            changed = alone.changed() => {
                if changed.is_err() {
                    break;
                }
                turns = 0;
            }
        }
        driver.bus().say_here();
    }
}

/// Looks at the chats for as long as a node that works on this database is not heard.
async fn look_around(
    driver: &Driver,
    node: Uuid,
    seen: &mut Option<HashMap<ChatId, ChatLook>>,
) -> StoreResult<()> {
    let hears = |other: &Uuid| driver.bus().has_heard(*other, HEARD_WITHIN);
    // Also who hears nobody tells the others that it is there: they hear no more of it than it of them.
    let others = others(driver, node).await?;
    let hears_all = !driver.bus().is_away() && others.iter().all(hears);
    match (hears_all, seen.is_some()) {
        (true, false) => return Ok(()),
        (true, true) => {
            tracing::info!("all other nodes are heard again");
            // What they did since the last look and said too early.
            let last = look(driver, seen).await;
            *seen = None;
            return last;
        }
        (false, false) => {
            tracing::warn!("another node is not heard: what it does is seen some seconds later")
        }
        (false, true) => {}
    }
    look(driver, seen).await
}

/// The other nodes that work on this database.
async fn others(driver: &Driver, node: Uuid) -> StoreResult<Vec<Uuid>> {
    let mut tx = driver.store().write().await?;
    let now = find_time(&mut tx).await?.unwrap_or_else(|| driver.clock().now().0);
    let others = meet_nodes(&mut tx, node, now).await?;
    tx.commit().await?;
    Ok(others)
}

impl Driver {
    /// Takes this node off the list of those that others should hear. Called after the last write, so that others look once more
    /// after it.
    pub async fn leave(&self) {
        let Some(node) = self.bus().node() else { return };
        if let Err(error) = forget(self, node).await {
            tracing::warn!(%error, "other nodes were not told that this one goes");
        }
    }
}

async fn forget(driver: &Driver, node: Uuid) -> StoreResult<()> {
    let mut tx = driver.store().write().await?;
    delete_node(&mut tx, node).await?;
    tx.commit().await
}

/// Tells this node of every chat that is another than in `seen`, and of those that have ended since.
async fn look(driver: &Driver, seen: &mut Option<HashMap<ChatId, ChatLook>>) -> StoreResult<()> {
    let mut tx = driver.store().read().await?;
    if seen.is_none() {
        let since = driver.clock().now().plus_ms(-UNHEARD_MS);
        for ended in list_ended_chat_looks(&mut tx, since).await? {
            tell(driver, &ended);
        }
    }
    let looks = list_chat_looks(&mut tx).await?;
    drop(tx);
    let seen = seen.get_or_insert_default();
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
    driver.inner.taken_back.missed(driver.clock().now());
    driver.inner.gates.notify_one();
    driver.inner.desk.notify_one();
    Ok(())
}

fn tell(driver: &Driver, look: &ChatLook) {
    let (chat, visitor) = (*look.id, *look.visitor_id);
    driver.bus().tell_here(Hint::ChatChanged { chat, visitor });
    driver.bus().tell_here(Hint::MessageAdded { chat, visitor, seq: None });
}
