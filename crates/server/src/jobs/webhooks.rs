//! Owns telling webhooks what happened (N-2), after the Standard Webhooks specification: claimed, signed, tried, tried again
//! later, given up. Any node may run it; what was under way on a node that died goes out once more, under the same id.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use beckon_engine::id::WebhookId;
use beckon_engine::time::UnixMs;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::outbound::{ANSWER_MAX, Answered, Outbound};
use crate::store::webhook::delivery::{
    DeliveryRow, TryRow, list_due_deliveries, list_due_webhooks, update_deliveries_given_up,
    update_delivery_claimed, update_delivery_tried,
};
use crate::store::webhook::event::EventKind;
use crate::store::webhook::loss::{find_uncounted_loss, update_losses_counted};
use crate::store::webhook::{WebhookRow, find_webhook, update_webhook_disabled};
use crate::store::{Store, StoreResult};
use crate::vault::{Locked, SecretOf, Vault};

const EVERY: Duration = Duration::from_secs(1);
/// A try takes less than this; a delivery whose node died during it is due again then.
const LEASE_S: u32 = 120;
/// Tries that are under way to one webhook at a time, so that a slow one holds nobody up.
const AT_ONCE: usize = 4;
/// The waits after the tries that failed, seconds, as the specification proposes; after the last one it is given up.
const WAITS_S: [u32; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// The status with which an address says that it wants no more, ever.
const GONE: u16 = 410;

/// What is under way, by webhook.
#[derive(Default)]
struct UnderWay {
    tries: JoinSet<WebhookId>,
    counts: BTreeMap<WebhookId, usize>,
}

/// Tells until `stopping` is cancelled, then waits for what is under way.
pub async fn run(store: Store, clock: Clock, outbound: Outbound, stopping: CancellationToken) {
    let mut under_way = UnderWay::default();
    while !stopping.is_cancelled() {
        if let Err(error) = begin(&store, &clock, &outbound, &mut under_way).await {
            tracing::warn!(%error, "webhooks could not be told");
        }
        tokio::select! {
            () = stopping.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
            Some(done) = under_way.tries.join_next() => under_way.note(done),
        }
    }
    while let Some(done) = under_way.tries.join_next().await {
        under_way.note(done);
    }
}

/// Tries what is due now, once each, and waits for the answers.
///
/// # Errors
/// When the database failed; what was under way is tried again when its claim has run out.
pub async fn pass(store: &Store, clock: &Clock, outbound: &Outbound) -> StoreResult<()> {
    let mut under_way = UnderWay::default();
    begin(store, clock, outbound, &mut under_way).await?;
    while let Some(done) = under_way.tries.join_next().await {
        under_way.note(done);
    }
    Ok(())
}

async fn begin(
    store: &Store,
    clock: &Clock,
    outbound: &Outbound,
    under_way: &mut UnderWay,
) -> StoreResult<()> {
    let now = clock.now();
    let mut tx = store.read().await?;
    let mut due = Vec::new();
    for webhook in list_due_webhooks(&mut tx, now).await? {
        let room = AT_ONCE.saturating_sub(under_way.counts.get(&webhook).copied().unwrap_or(0));
        let limit = i64::try_from(room).expect("a few");
        due.extend(list_due_deliveries(&mut tx, webhook, now, limit).await?);
    }
    let lost = find_uncounted_loss(&mut tx).await?;
    drop(tx);
    if lost {
        let mut tx = store.write().await?;
        update_losses_counted(&mut tx).await?;
        tx.commit().await?;
    }
    for delivery in due {
        let mut tx = store.write().await?;
        let claimed = update_delivery_claimed(&mut tx, &delivery, now.plus_s(LEASE_S)).await?;
        let webhook = find_webhook(&mut tx, *delivery.webhook_id).await?;
        tx.commit().await?;
        if let Some(webhook) = webhook.filter(|webhook| claimed && is_told(webhook, &delivery)) {
            *under_way.counts.entry(*webhook.id).or_default() += 1;
            under_way.tries.spawn(attempt(store.clone(), clock.clone(), outbound.clone(), webhook, delivery));
        }
    }
    Ok(())
}

/// It may have been disabled since the delivery was found due.
fn is_told(webhook: &WebhookRow, delivery: &DeliveryRow) -> bool {
    webhook.enabled || *delivery.event == EventKind::Ping
}

impl UnderWay {
    fn note(&mut self, done: Result<WebhookId, tokio::task::JoinError>) {
        let webhook = done.expect("a try does not panic");
        if let Some(count) = self.counts.get_mut(&webhook) {
            *count = count.saturating_sub(1);
        }
    }
}

async fn attempt(
    store: Store,
    clock: Clock,
    outbound: Outbound,
    webhook: WebhookRow,
    delivery: DeliveryRow,
) -> WebhookId {
    let at = clock.now();
    let begun = Instant::now();
    let answered = match signatures(store.vault(), &webhook, &delivery, at) {
        Ok(signatures) => {
            let headers = [
                ("webhook-id", delivery.event_id.0.to_string()),
                ("webhook-timestamp", (at.0 / 1_000).to_string()),
                ("webhook-signature", signatures),
            ];
            outbound.post(&webhook.url, &headers, delivery.body.clone()).await
        }
        Err(Locked) => Err("The secret of the webhook cannot be opened: give it a new one.".to_owned()),
    };
    let took_ms = i64::try_from(begun.elapsed().min(ANSWER_MAX).as_millis()).expect("some seconds");
    if let Err(error) = settle(&store, &clock, &delivery, at, took_ms, answered).await {
        // Its claim runs out, and it is told once more.
        tracing::warn!(%error, "a try of a webhook could not be noted");
    }
    *webhook.id
}

async fn settle(
    store: &Store,
    clock: &Clock,
    delivery: &DeliveryRow,
    at: UnixMs,
    took_ms: i64,
    answered: Result<Answered, String>,
) -> StoreResult<()> {
    let now = clock.now();
    let (status, answer) = match answered {
        Ok(answered) => (Some(answered.status), answered.text),
        Err(why) => (None, why),
    };
    let taken = status.is_some_and(|status| (200..300).contains(&status));
    let again_at = if taken { None } else { again_at(delivery, now) };
    let attempt =
        TryRow { number: delivery.tries + 1, at: at.0, took_ms, status: status.map(i64::from), answer };
    let mut tx = store.write().await?;
    update_delivery_tried(&mut tx, delivery, &attempt, taken.then_some(now), again_at).await?;
    if status == Some(GONE) {
        let why = "The address answered 410 Gone: it wants no more deliveries.";
        update_webhook_disabled(&mut tx, *delivery.webhook_id, why, now).await?;
        update_deliveries_given_up(&mut tx, *delivery.webhook_id).await?;
    }
    tx.commit().await?;
    let word = if taken {
        "delivered"
    } else if again_at.is_some() && status != Some(GONE) {
        "put_off"
    } else {
        "given_up"
    };
    metrics::counter!("beckon_webhook_tries_total", "outcome" => word).increment(1);
    Ok(())
}

fn again_at(delivery: &DeliveryRow, now: UnixMs) -> Option<UnixMs> {
    let failed = usize::try_from(delivery.tries - delivery.tries_since).unwrap_or_default();
    WAITS_S.get(failed).map(|wait_s| now.plus_s(*wait_s))
}

/// One signature, or two while the secret is being changed; one before that cannot be opened any more signs nothing.
fn signatures(
    vault: &Vault,
    webhook: &WebhookRow,
    delivery: &DeliveryRow,
    at: UnixMs,
) -> Result<String, Locked> {
    let before_counts = webhook.secret_before_until.is_some_and(|until| at.0 < until);
    let before = webhook.secret_before.as_deref().filter(|_| before_counts);
    let signed = format!("{}.{}.{}", delivery.event_id.0, at.0 / 1_000, delivery.body);
    let mut signatures = vec![sign(&vault.open(SecretOf::Webhook, &webhook.secret)?, &signed)];
    let before = before.and_then(|sealed| vault.open(SecretOf::Webhook, sealed).ok());
    signatures.extend(before.map(|secret| sign(&secret, &signed)));
    Ok(signatures.join(" "))
}

fn sign(secret: &str, signed: &str) -> String {
    let key = BASE64_STANDARD.decode(secret).expect("a secret is kept as base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length is taken");
    mac.update(signed.as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn signs_as_the_specification_does() {
        let signed = r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        assert_eq!(
            sign("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", signed),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}
