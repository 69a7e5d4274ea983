//! Owns the sweeper: it settles what fell due while no node held it. Any node may run it; doing it twice changes nothing.
//! Sending mail stands in `mails`, telling webhooks in `webhooks`.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::store::audit::delete_old_audit;
use crate::store::customer::erase::delete_late_page_views;
use crate::store::decision::delete_old_decisions;
use crate::store::file::delete_due_files;
use crate::store::hand_request::delete_old_hand_requests;
use crate::store::idempotency_key::delete_old_idempotency_keys;
use crate::store::mail::delete_old_mails;
use crate::store::offer_preview::delete_old_offer_previews;
use crate::store::presentation::update_overdue_outcomes;
use crate::store::session::delete_expired_sessions;
use crate::store::visit::update_overdue_visits_ended;
use crate::store::webhook::delivery::delete_old_deliveries;
use crate::store::webhook::event::{EventKind, insert_offer_event};
use crate::store::{Store, StoreResult};

pub mod importing;
pub mod mails;
pub mod webhooks;

const EVERY: Duration = Duration::from_secs(5);
/// A node that holds the visit settles it itself, at the moment it is due; the sweeper comes after it.
const GRACE_MS: i64 = 10_000;
/// Mails and deliveries that were sent or given up are kept this long, for someone to look at: 30 days.
const SENT_KEPT_MS: i64 = 30 * 86_400_000;

/// Why visitors were offered something or nothing is kept for this long: 30 days.
const DECISIONS_KEPT_MS: i64 = 30 * 86_400_000;
/// Answers under an idempotency key are kept for this long: a day.
const KEYS_KEPT_MS: i64 = 86_400_000;
/// Whoever opens the link of a preview is told for this long that it has expired: a day.
const PREVIEWS_KEPT_MS: i64 = 86_400_000;
/// What a node asked of another and read no answer to is kept for this long: an hour, however the clocks differ.
const HAND_REQUESTS_KEPT_MS: i64 = 3_600_000;
/// Who changed what is kept for this long: 400 days.
const AUDIT_KEPT_MS: i64 = 400 * 86_400_000;
/// Decisions, and lines of the audit log, that one sweep forgets.
const FORGOTTEN_AT_A_TIME: i64 = 1_000;

/// Sweeps until `stopping` is cancelled.
pub async fn run(store: Store, clock: Clock, stopping: CancellationToken) {
    loop {
        if let Err(error) = sweep(&store, &clock).await {
            tracing::warn!(%error, "what fell due could not be settled");
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Settles presentations (O-9), ends visits (T-7), forgets sessions and files that fell due, and decisions, mails and
/// deliveries that were kept long enough.
///
/// # Errors
/// When the database failed; the next sweep does it then.
pub async fn sweep(store: &Store, clock: &Clock) -> StoreResult<()> {
    let now = clock.now();
    let mut tx = store.write().await?;
    for presentation in update_overdue_outcomes(&mut tx, now.plus_ms(-GRACE_MS)).await? {
        insert_offer_event(&mut tx, clock.new_id(), EventKind::OfferSettled, presentation, now).await?;
    }
    update_overdue_visits_ended(&mut tx, now.plus_ms(-GRACE_MS)).await?;
    delete_expired_sessions(&mut tx, now).await?;
    delete_old_decisions(&mut tx, now.plus_ms(-DECISIONS_KEPT_MS), FORGOTTEN_AT_A_TIME).await?;
    delete_old_audit(&mut tx, now.plus_ms(-AUDIT_KEPT_MS), FORGOTTEN_AT_A_TIME).await?;
    delete_old_idempotency_keys(&mut tx, now.plus_ms(-KEYS_KEPT_MS), FORGOTTEN_AT_A_TIME).await?;
    delete_old_offer_previews(&mut tx, now.plus_ms(-PREVIEWS_KEPT_MS)).await?;
    delete_old_hand_requests(&mut tx, now.plus_ms(-HAND_REQUESTS_KEPT_MS)).await?;
    delete_due_files(&mut tx, now).await?;
    delete_late_page_views(&mut tx, now).await?;
    delete_old_mails(&mut tx, now.plus_ms(-SENT_KEPT_MS)).await?;
    delete_old_deliveries(&mut tx, now.plus_ms(-SENT_KEPT_MS)).await?;
    tx.commit().await
}
