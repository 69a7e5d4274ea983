//! Owns the SQL of the audit log: who did what of consequence, without personal data of customers.

use beckon_engine::id::{SiteId, UserId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::column::Text;
use super::sql::{execute, fetch_all};
use super::{StoreResult, Tx};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// Everything held on a person was deleted.
    CustomerErased,
    /// Everything held on a person was handed out.
    CustomerExported,
    /// The whole directory was handed out.
    CustomersExported,
    /// Two records became one.
    CustomersMerged,
    /// A merge was taken back.
    MergeUndone,
    /// A file was taken into the directory.
    CustomersImported,
    /// The secret that signs identities was made, or replaced.
    IdentitySecretMade,
    /// It was taken away.
    IdentitySecretRemoved,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditRow {
    /// Identity.
    pub id: Text<Uuid>,
    /// When.
    pub at: i64,
    /// Who.
    pub user_id: Text<UserId>,
    /// What.
    pub action: Text<AuditAction>,
    /// On which site.
    pub site_id: Text<SiteId>,
    /// To what: an id.
    pub subject: String,
    /// How much; no names.
    pub detail: String,
}

/// Adds a line, in the unit of work of what it is about.
///
/// # Errors
/// When the database failed.
pub async fn insert_audit(tx: &mut Tx, row: &AuditRow) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO audit_log (id, at, user_id, action, site_id, subject, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        row.id,
        row.at,
        row.user_id,
        row.action,
        row.site_id,
        row.subject.as_str(),
        row.detail.as_str(),
    )?;
    Ok(())
}

/// Lists the latest lines since `since`, newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_audit(tx: &mut Tx, since: UnixMs, limit: i64) -> StoreResult<Vec<AuditRow>> {
    fetch_all!(
        tx,
        AuditRow,
        "SELECT id, at, user_id, action, site_id, subject, detail FROM audit_log
         WHERE at >= $1 ORDER BY at DESC, id DESC LIMIT $2",
        since.0,
        limit,
    )
}
