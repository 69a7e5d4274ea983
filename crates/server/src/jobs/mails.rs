//! Owns sending what stands in the outbox: claimed, tried, tried again later, given up. Any node may run it; a mail
//! that was handed over by a node which then died goes out once more, under the same `Message-ID`.

use std::time::Duration;

use beckon_engine::time::UnixMs;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::mail::{Mailer, Undelivered};
use crate::store::mail::{
    MailKind, MailRow, list_due_mails, update_mail_claimed, update_mail_failed, update_mail_sent,
};
use crate::store::{Store, StoreResult};
use crate::vault::{Locked, SecretOf, Vault};

const EVERY: Duration = Duration::from_secs(1);
/// A try takes less than this; a mail whose node died during it is due again then.
const LEASE_S: u32 = 180;
const TRY_MAX: Duration = Duration::from_secs(120);
/// The wait after the first failed try; it doubles up to the longest.
const FIRST_WAIT_S: u32 = 60;
const LONGEST_WAIT_S: u32 = 6 * 3_600;
/// A mail that did not leave within this time is given up.
const GIVEN_UP_AFTER_S: u32 = 48 * 3_600;
/// What the mail server refuses for good is tried this often, since it may refuse for its own fault.
const REFUSALS_MAX: i64 = 3;
const NO_SERVER: &str = "no mail server is set up";

/// Sends until `stopping` is cancelled. Without a mailer, mails wait for one, and are given up as if it did not answer.
pub async fn run(store: Store, clock: Clock, mailer: Option<Mailer>, stopping: CancellationToken) {
    while !stopping.is_cancelled() {
        if let Err(error) = pass(&store, &clock, mailer.as_ref(), &stopping).await {
            tracing::warn!(%error, "the outbox could not be worked off");
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Tries the mails that are due now, once each. Once `stopping` is cancelled, it is no longer tried again
/// to note how a try went.
///
/// # Errors
/// When the database failed; what was under way is tried again when its claim has run out.
pub async fn pass(
    store: &Store,
    clock: &Clock,
    mailer: Option<&Mailer>,
    stopping: &CancellationToken,
) -> StoreResult<()> {
    let mut tx = store.read().await?;
    let due = list_due_mails(&mut tx, clock.now()).await?;
    drop(tx);
    for mail in due {
        let now = clock.now();
        let mut tx = store.write().await?;
        if !update_mail_claimed(&mut tx, &mail, now.plus_s(LEASE_S)).await? {
            continue;
        }
        tx.commit().await?;
        let outcome = match mailer {
            Some(mailer) => attempt(mailer, store.vault(), &mail).await,
            None => Err(Undelivered::Unreachable(NO_SERVER.to_owned())),
        };
        settle_at_last(store, &mail, &outcome, clock, stopping).await?;
        if matches!(outcome, Err(Undelivered::Unreachable(_))) && mailer.is_some() {
            // The others would wait as long for the same server.
            return Ok(());
        }
    }
    Ok(())
}

async fn attempt(mailer: &Mailer, vault: &Vault, mail: &MailRow) -> Result<(), Undelivered> {
    let late = || Undelivered::Unreachable("the mail server took too long".to_owned());
    let text = text_of(vault, mail).map_err(|locked| Undelivered::Refused(locked.to_string()))?;
    tokio::time::timeout(TRY_MAX, mailer.send(mail, text)).await.unwrap_or_else(|_| Err(late()))
}

/// What a mail says. What makes a link good is sealed; what others wrote is never taken for something sealed.
fn text_of(vault: &Vault, mail: &MailRow) -> Result<String, Locked> {
    match *mail.kind {
        MailKind::UserLink => vault.open(SecretOf::Mail, &mail.text),
        MailKind::Enquiry | MailKind::Transcript => Ok(mail.text.clone()),
    }
}

/// Notes how a try went, again and again while the database is away: a mail that has left would leave once more. It does so until
/// the claim has run out, or the node stops.
async fn settle_at_last(
    store: &Store,
    mail: &MailRow,
    outcome: &Result<(), Undelivered>,
    clock: &Clock,
    stopping: &CancellationToken,
) -> StoreResult<()> {
    let tried_at = clock.now();
    loop {
        let settled = settle(store, mail, outcome, tried_at).await;
        if settled.is_ok() || clock.now() >= tried_at.plus_s(LEASE_S) {
            return settled;
        }
        tokio::select! {
            () = stopping.cancelled() => return settled,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn settle(
    store: &Store,
    mail: &MailRow,
    outcome: &Result<(), Undelivered>,
    now: UnixMs,
) -> StoreResult<()> {
    let mut tx = store.write().await?;
    let word = match outcome {
        Ok(()) => {
            update_mail_sent(&mut tx, *mail.id, now).await?;
            "sent"
        }
        Err(error) => {
            let again_at = again_at(mail, error, now);
            update_mail_failed(&mut tx, mail, again_at, error.text()).await?;
            if again_at.is_some() { "put_off" } else { "given_up" }
        }
    };
    tx.commit().await?;
    metrics::counter!("beckon_mails_total", "outcome" => word).increment(1);
    if word == "given_up" {
        // The reason may name the recipient: it stands in the row, not in the log.
        tracing::warn!(mail = %mail.id.0, kind = ?mail.kind.0, "a mail was given up");
    }
    Ok(())
}

/// When a mail that did not leave is tried next; never, when it was tried long or often enough.
fn again_at(mail: &MailRow, error: &Undelivered, now: UnixMs) -> Option<UnixMs> {
    let tries = mail.tries + 1;
    let doubled = FIRST_WAIT_S.saturating_mul(1 << (tries - 1).clamp(0, 20));
    let again_at = now.plus_s(doubled.min(LONGEST_WAIT_S));
    let enough = match error {
        Undelivered::Refused(_) => tries >= REFUSALS_MAX,
        Undelivered::Deferred(_) | Undelivered::Unreachable(_) => false,
    };
    let in_time = again_at <= UnixMs(mail.created_at).plus_s(GIVEN_UP_AFTER_S);
    (in_time && !enough).then_some(again_at)
}
