//! Owns the SQL of what waits for longer than it should: mails and deliveries to webhooks.

use super::sql::fetch_one;
use super::{StoreResult, Tx};

/// How much waits, or was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Stuck {
    /// Mails from before some time that have not left.
    pub mails_waiting: i64,
    /// Mails since some time that were given up.
    pub mails_failed: i64,
    /// Deliveries to webhooks from before some time that were not taken.
    pub deliveries_waiting: i64,
    /// Webhooks that were disabled because nobody answered.
    pub webhooks_disabled: i64,
}

/// What waits since before `waiting_since`, and what was given up after `failed_since`; Unix milliseconds.
///
/// # Errors
/// When the database failed.
pub async fn find_stuck(tx: &mut Tx, waiting_since: i64, failed_since: i64) -> StoreResult<Stuck> {
    fetch_one!(
        tx,
        Stuck,
        "SELECT (SELECT COUNT(*) FROM mails WHERE due_at IS NOT NULL AND created_at < $1) AS mails_waiting,
                (SELECT COUNT(*) FROM mails WHERE failed AND created_at >= $2) AS mails_failed,
                (SELECT COUNT(*) FROM webhook_deliveries WHERE due_at IS NOT NULL AND created_at < $1)
                    AS deliveries_waiting,
                (SELECT COUNT(*) FROM webhooks WHERE disabled_why <> '') AS webhooks_disabled",
        waiting_since,
        failed_since
    )
}
