//! Owns taking back open offers when their queue has less room than they were presented with (O-12): an agent has gone, or
//! their slots were taken. When there is no room at all the gate is closed, and each visit takes back its own (O-11).

use std::collections::BTreeSet;

use beckon_engine::id::{PresentationId, QueueId, SiteId};
use beckon_engine::offer::Outcome;

use super::{Driver, entry};
use crate::bus::Hint;
use crate::store::StoreResult;
use crate::store::presentation::{list_withdrawn, update_surplus_outcomes};
use crate::store::webhook::event::{EventKind, insert_offer_event};

/// What was taken back within this time may have been missed by whoever lost hints, milliseconds.
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
    tx.commit().await?;
    for (presentation, visitor) in taken_back {
        super::effects::count_outcome(Outcome::Withdrawn);
        driver.bus().publish(Hint::OfferTakenBack { presentation, visitor });
    }
    Ok(())
}

/// Tells this node of the offers that were lately withdrawn and are not among `told`, which then holds them all: another node may have
/// taken them back, and this one may not have heard it.
pub(super) async fn tell_of_taken_back(
    driver: &Driver,
    told: &mut BTreeSet<PresentationId>,
) -> StoreResult<()> {
    let since = driver.clock().now().plus_ms(-MISSED_MS);
    let withdrawn = list_withdrawn(&mut driver.store().read().await?, since).await?;
    for (presentation, visitor) in &withdrawn {
        if !told.contains(presentation) {
            driver.bus().tell_here(Hint::OfferTakenBack { presentation: *presentation, visitor: *visitor });
        }
    }
    *told = withdrawn.into_iter().map(|(presentation, _)| presentation).collect();
    Ok(())
}
