//! Owns taking back open offers when their queue has less room than they were presented with (O-12): an agent has gone, or
//! their slots were taken. When there is no room at all the gate is closed, and each visit takes back its own (O-11).

use std::sync::{Mutex, MutexGuard, PoisonError};

use beckon_engine::id::{QueueId, SiteId};
use beckon_engine::offer::Outcome;
use beckon_engine::time::UnixMs;

use super::command::ShardCommand;
use super::{Driver, entry};
use crate::bus::Hint;
use crate::store::StoreResult;
use crate::store::presentation::{WithdrawnRow, list_withdrawn, update_surplus_outcomes};
use crate::store::webhook::event::{EventKind, insert_offer_event};

/// What was taken back so long before hints were found to be lost may be among them, milliseconds.
const MISSED_MS: i64 = 60_000;

/// Takes back the offers presented last, under the queue's lock, until the others fit.
pub(super) async fn take_back(driver: &Driver, site: SiteId, queue: QueueId) -> StoreResult<()> {
    let Some(site) = driver.sites().by_id(site) else { return Ok(()) };
    let now = driver.clock().now();
    let mut tx = driver.store().write().await?;
    let gate = entry::lock_gate(&mut tx, &site, queue, now).await?;
    let surplus = gate.surplus(site.world.config.settings().capacity_factor);
    if surplus == 0 || gate.closed_because().is_some() {
        return Ok(());
    }
    let taken_back = update_surplus_outcomes(&mut tx, queue, surplus, now).await?;
    for (presentation, _) in &taken_back {
        insert_offer_event(&mut tx, driver.clock().new_id(), EventKind::OfferSettled, *presentation, now)
            .await?;
    }
    let count = taken_back.len();
    let hints =
        taken_back.into_iter().map(|(presentation, visitor)| Hint::OfferTakenBack { presentation, visitor });
    driver.commit_and_tell(tx, hints).await?;
    for _ in 0..count {
        super::effects::count_outcome(Outcome::Withdrawn);
    }
    Ok(())
}

/// Since when offers that were taken back may have been missed.
#[derive(Debug, Default)]
pub(super) struct TakenBack(Mutex<Option<UnixMs>>);

impl TakenBack {
    /// Hints were lost, or could not be heard, until `now`.
    pub(super) fn missed(&self, now: UnixMs) {
        self.lock().get_or_insert(now.plus_ms(-MISSED_MS));
    }

    fn lock(&self) -> MutexGuard<'_, Option<UnixMs>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the visits of this node of offers that were taken back and may have been missed.
pub(super) async fn tell_of_missed(driver: &Driver) -> StoreResult<()> {
    let missed = &driver.inner.taken_back;
    let Some(since) = missed.lock().take() else { return Ok(()) };
    let withdrawn = match list(driver, since).await {
        Ok(withdrawn) => withdrawn,
        Err(error) => {
            *missed.lock() = Some(since);
            return Err(error);
        }
    };
    for row in withdrawn {
        let (visitor, presentation, at) = (*row.visitor_id, *row.id, UnixMs(row.outcome_at));
        let taken_back =
            ShardCommand::OfferTakenBack { visitor, presentation, outcome: Outcome::Withdrawn, at };
        driver.send(visitor, taken_back).await;
    }
    Ok(())
}

async fn list(driver: &Driver, since: UnixMs) -> StoreResult<Vec<WithdrawnRow>> {
    list_withdrawn(&mut driver.store().read().await?, since).await
}
