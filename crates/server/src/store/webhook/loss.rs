//! Owns the SQL of what webhooks were not told, because too much waited for them already.

use std::collections::BTreeMap;

use beckon_engine::id::WebhookId;

use crate::store::column::Text;
use crate::store::sql::{execute, fetch_all, fetch_optional};
use crate::store::{StoreResult, Tx};

/// Losses counted in one unit of work.
const COUNTED_AT_A_TIME: i64 = 10_000;

/// Whether there are losses to count.
///
/// # Errors
/// When the database failed.
pub async fn find_uncounted_loss(tx: &mut Tx) -> StoreResult<bool> {
    let row = fetch_optional!(tx, (i64,), "SELECT at FROM webhook_losses LIMIT 1")?;
    Ok(row.is_some())
}

/// Counts losses at their webhooks.
///
/// # Errors
/// When the database failed.
pub async fn update_losses_counted(tx: &mut Tx) -> StoreResult<()> {
    let rows = fetch_all!(
        tx,
        (Text<WebhookId>, i64),
        "DELETE FROM webhook_losses WHERE (event_id, webhook_id) IN (
             SELECT event_id, webhook_id FROM webhook_losses LIMIT $1)
         RETURNING webhook_id, at",
        COUNTED_AT_A_TIME,
    )?;
    // In the order of their ids: two nodes that count must not wait for each other.
    let mut losses: BTreeMap<WebhookId, (i64, i64)> = BTreeMap::new();
    for (webhook, at) in rows {
        let (lost, last_at) = losses.entry(*webhook).or_insert((0, at));
        *lost += 1;
        *last_at = at.max(*last_at);
    }
    for (webhook, (lost, last_at)) in losses {
        execute!(
            tx,
            "UPDATE webhooks SET lost = lost + $2,
                                 lost_at = CASE WHEN COALESCE(lost_at, 0) < $3 THEN $3 ELSE lost_at END
             WHERE id = $1",
            Text(webhook),
            lost,
            last_at,
        )?;
    }
    Ok(())
}
