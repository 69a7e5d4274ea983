//! Owns the SQL of identities: the secrets that sites sign with, and who visitors were said to be (T-5).

use beckon_engine::id::{SiteId, VisitId, VisitorId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::Text;
use super::sql::{execute, fetch_optional};
use super::{StoreResult, Tx};

/// How well it is known who a visitor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The page said so; anyone can.
    Claimed,
    /// The site's server signed it.
    Signed,
}

/// The secrets of a site.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SecretsRow {
    /// The secret that is good now, sealed; in hexadecimal once opened.
    #[sqlx(rename = "identity_secret")]
    pub secret: Option<String>,
    /// When it was made.
    #[sqlx(rename = "identity_secret_at")]
    pub made_at: Option<i64>,
    /// The one before, sealed.
    #[sqlx(rename = "identity_secret_before")]
    pub before: Option<String>,
    /// Until when the one before is good.
    #[sqlx(rename = "identity_secret_before_until")]
    pub before_until: Option<i64>,
}

/// Who a visitor was said to be.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct IdentityRow {
    /// The site's own reference of the customer.
    pub customer_ref: String,
    /// The strongest that was ever given for it.
    pub identity: Text<Proof>,
    /// Name, if it was said.
    pub identity_name: Option<String>,
    /// E-mail address, if it was said.
    pub identity_email: Option<String>,
}

impl std::fmt::Debug for SecretsRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretsRow").field("made_at", &self.made_at).finish_non_exhaustive()
    }
}

/// Finds the secrets of a site.
///
/// # Errors
/// When the database failed.
pub async fn find_secrets(tx: &mut Tx, site: SiteId) -> StoreResult<Option<SecretsRow>> {
    fetch_optional!(
        tx,
        SecretsRow,
        "SELECT identity_secret, identity_secret_at, identity_secret_before, identity_secret_before_until
         FROM sites WHERE id = $1",
        Text(site),
    )
}

/// Gives a site a new secret; the one it had stays good until `before_until`.
///
/// # Errors
/// When the database failed.
pub async fn update_secret(
    tx: &mut Tx,
    site: SiteId,
    secret: &str,
    now: UnixMs,
    before_until: UnixMs,
) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE sites SET identity_secret_before = identity_secret,
                          identity_secret_before_until = CASE WHEN identity_secret IS NULL THEN NULL ELSE $4 END,
                          identity_secret = $2, identity_secret_at = $3 WHERE id = $1",
        Text(site),
        secret,
        now.0,
        before_until.0,
    )?;
    Ok(())
}

/// Takes all secrets from a site: no signed identity is good any more.
///
/// # Errors
/// When the database failed.
pub async fn delete_secrets(tx: &mut Tx, site: SiteId) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE sites SET identity_secret = NULL, identity_secret_at = NULL,
                          identity_secret_before = NULL, identity_secret_before_until = NULL WHERE id = $1",
        Text(site),
    )?;
    Ok(())
}

/// Finds who a visitor was said to be.
///
/// # Errors
/// When the database failed.
pub async fn find_identity(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Option<IdentityRow>> {
    fetch_optional!(
        tx,
        IdentityRow,
        "SELECT customer_ref, identity, identity_name, identity_email FROM visitors
         WHERE id = $1 AND customer_ref IS NOT NULL",
        Text(visitor),
    )
}

/// Writes down who a visitor is. Yields false, and writes nothing, when they are known under another reference, or
/// what is known of them is signed and this is not.
///
/// # Errors
/// When the database failed.
pub async fn update_identity(tx: &mut Tx, visitor: VisitorId, identity: &IdentityRow) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE visitors SET customer_ref = $2, identity = $3, identity_name = $4, identity_email = $5
         WHERE id = $1 AND (customer_ref IS NULL OR customer_ref = $2)
           AND (identity IS NULL OR identity = 'claimed' OR $3 = 'signed')",
        Text(visitor),
        identity.customer_ref.as_str(),
        identity.identity,
        identity.identity_name.as_deref(),
        identity.identity_email.as_deref(),
    )?;
    Ok(rows == 1)
}

/// The strongest that was said during a visit.
///
/// # Errors
/// When the database failed.
pub async fn find_visit_proof(tx: &mut Tx, visit: VisitId) -> StoreResult<Option<Proof>> {
    let row: Option<(Text<Proof>,)> = fetch_optional!(
        tx,
        (Text<Proof>,),
        "SELECT identity FROM visits WHERE id = $1 AND identity IS NOT NULL",
        Text(visit),
    )?;
    Ok(row.map(|(proof,)| *proof))
}

/// Writes down what was said during a visit; what was signed stays signed.
///
/// # Errors
/// When the database failed.
pub async fn update_visit_proof(tx: &mut Tx, visit: VisitId, proof: Proof) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE visits SET identity = $2 WHERE id = $1 AND (identity IS NULL OR identity <> 'signed')",
        Text(visit),
        Text(proof),
    )?;
    Ok(())
}
