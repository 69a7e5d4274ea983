//! Owns how this node learns of others that it does not hear, because it or they have lost the bus: it looks at the open chats and
//! at the offers that were taken back, and tells itself of those that are another than at the last look. The database is the truth; this costs seconds, never a
//! message.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use beckon_engine::id::{ChatId, PresentationId};
use uuid::Uuid;

use super::Driver;
use super::surplus::tell_of_taken_back;
use crate::bus::Hint;
use crate::store::chat::look::{ChatLook, list_chat_looks};
use crate::store::node::{delete_node, meet_nodes};
use crate::store::soundness::find_time;
use crate::store::{StoreResult, Tx};

/// Other nodes are told so often that this one is there.
const HERE_EVERY: Duration = Duration::from_secs(1);
/// Who works on the database and was not heard for this time is not heard.
const HEARD_WITHIN: Duration = Duration::from_secs(4);
/// Clocks of a node and of the database that are further apart make deadlines wrong that people notice, milliseconds.
pub const CLOCKS_APART_MAX_MS: i64 = 2_000;
/// A time that took longer to come says too little.
const TIME_COMES_WITHIN_MS: i64 = 500;
/// What another node did is seen this late, and as long as it takes to tell.
const LOOK_TURNS: u32 = 3;

/// What was seen at the last look.
#[derive(Debug, Default)]
struct Seen {
    chats: HashMap<ChatId, ChatLook>,
    taken_back: BTreeSet<PresentationId>,
}

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
async fn look_around(driver: &Driver, node: Uuid, seen: &mut Option<Seen>) -> StoreResult<()> {
    let hears = |other: &Uuid| driver.bus().has_heard(*other, HEARD_WITHIN);
    // Also who hears nobody tells the others that it is there: they hear no more of it than it of them.
    let others = others(driver, node).await?;
    let hears_all = !driver.bus().is_away() && others.iter().all(hears);
    match (hears_all, seen.is_some()) {
        (true, false) => return Ok(()),
        (true, true) => {
            tracing::info!("all other nodes are heard again");
            // What they did since the last look and said too early.
            let last = look(driver, seen.get_or_insert_default()).await;
            *seen = None;
            return last;
        }
        (false, false) => {
            tracing::warn!("another node is not heard: what it does is seen some seconds later")
        }
        (false, true) => {}
    }
    look(driver, seen.get_or_insert_default()).await
}

/// The other nodes that work on this database.
async fn others(driver: &Driver, node: Uuid) -> StoreResult<Vec<Uuid>> {
    let mut tx = driver.store().write().await?;
    let now = time(driver, &mut tx).await?;
    let others = meet_nodes(&mut tx, node, now).await?;
    tx.commit().await?;
    Ok(others)
}

/// The time of the database's machine, if it has one of its own. How far this one's is from it is noted.
async fn time(driver: &Driver, tx: &mut Tx) -> StoreResult<i64> {
    let before = driver.clock().now().0;
    let found = find_time(tx).await?;
    let after = driver.clock().now().0;
    if let Some(theirs) = found.filter(|_| after - before <= TIME_COMES_WITHIN_MS) {
        driver.inner.clocks.note(before.midpoint(after) - theirs);
    }
    Ok(found.unwrap_or(after))
}

async fn forget(driver: &Driver, node: Uuid) -> StoreResult<()> {
    let mut tx = driver.store().write().await?;
    delete_node(&mut tx, node).await?;
    tx.commit().await
}

/// How far this node's clock is ahead of the database's, milliseconds.
#[derive(Debug, Default)]
pub(super) struct Clocks(AtomicI64);

impl Clocks {
    fn note(&self, ahead: i64) {
        let before = self.0.swap(ahead, Ordering::Relaxed);
        if is_too_far(ahead) && !is_too_far(before) {
            tracing::warn!(
                ahead_ms = ahead,
                "this machine's clock is not the database's: deadlines are wrong"
            );
        }
    }
}

const fn is_too_far(ahead: i64) -> bool {
    ahead.unsigned_abs() > CLOCKS_APART_MAX_MS.unsigned_abs()
}

impl Driver {
    /// Other nodes need not hear this one any more: nothing more is written.
    pub async fn leave(&self) {
        let Some(node) = self.bus().say_here() else { return };
        if let Err(error) = forget(self, node).await {
            tracing::warn!(%error, "other nodes were not told that this one goes");
        }
    }

    /// Whether the clocks of this node and of the database agree, as far as they were compared.
    #[must_use]
    pub fn has_the_time(&self) -> bool {
        !is_too_far(self.inner.clocks.0.load(Ordering::Relaxed))
    }
}

/// Tells this node of every chat that is another than in `seen`, of those that have ended since, and of offers that were taken back.
async fn look(driver: &Driver, seen: &mut Seen) -> StoreResult<()> {
    let looks = list_chat_looks(&mut driver.store().read().await?).await?;
    let mut before = std::mem::take(&mut seen.chats);
    for chat in looks {
        if before.remove(&*chat.id).as_ref() != Some(&chat) {
            tell(driver, &chat);
        }
        seen.chats.insert(*chat.id, chat);
    }
    for ended in before.into_values() {
        tell(driver, &ended);
    }
    driver.inner.gates.notify_one();
    driver.inner.desk.notify_one();
    tell_of_taken_back(driver, &mut seen.taken_back).await
}

fn tell(driver: &Driver, look: &ChatLook) {
    let (chat, visitor) = (*look.id, *look.visitor_id);
    driver.bus().tell_here(Hint::ChatChanged { chat, visitor });
    driver.bus().tell_here(Hint::MessageAdded { chat, visitor, seq: None });
}
