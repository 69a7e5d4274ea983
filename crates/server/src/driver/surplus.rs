//! Owns taking back open offers when their queue has less room than they were presented with (O-12): an agent has gone, or
//! their slots were taken. When there is no room at all the gate is closed, and each visit takes back its own (O-11).

use beckon_engine::id::{QueueId, SiteId};
use beckon_engine::offer::Outcome;

use super::{Driver, entry};
use crate::bus::Hint;
use crate::store::StoreResult;
use crate::store::presentation::update_surplus_outcomes;
use crate::store::webhook::event::{EventKind, insert_offer_event};

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
