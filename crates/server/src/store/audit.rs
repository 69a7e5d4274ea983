//! Owns the SQL of the audit log: who changed what, from what to what, without personal data of customers. Its lines of a
//! site's configuration are the versions of that site.

use beckon_engine::id::{SiteId, UserId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::column::{Json, Text};
use super::sql::{execute, fetch_all, fetch_optional};
use super::{StoreResult, Tx};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// It is there since.
    Created,
    /// It is another than it was.
    Changed,
    /// It is gone since.
    Removed,
    /// It was brought back to what it was in an earlier version of its site.
    Restored,
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

/// To what kind of thing it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditKind {
    /// A site with its visitor tracking settings.
    Site,
    /// A rule.
    Rule,
    /// An offer.
    Offer,
    /// A queue.
    Queue,
    /// The switch that stops all offers of a site.
    OfferStop,
    /// The secret that signs identities.
    IdentitySecret,
    /// The fields that a site keeps on its customers.
    CustomerFields,
    /// One customer's record.
    Customer,
    /// A file of customers.
    CustomerImport,
    /// Someone who signs in.
    User,
    /// A canned reply that all agents share.
    CannedReply,
    /// A webhook.
    Webhook,
    /// What all agents share.
    Workspace,
    /// A token with which a program calls the interface.
    ApiToken,
    /// Whether an agent takes chats, set by a supervisor.
    AgentStatus,
    /// Where a chat stands among those that wait.
    ChatPriority,
    /// Pictures of a site's looks and offers.
    Picture,
    /// Signing in through a provider.
    SingleSignOn,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct AuditRow {
    /// Identity.
    pub id: Text<Uuid>,
    /// When.
    pub at: i64,
    /// Who.
    pub user_id: Text<UserId>,
    /// How that person was called then; filled in when the line is added.
    pub user_name: String,
    /// The token by which it came, as it was called then; empty for the console.
    pub via: String,
    /// What was done.
    pub action: Text<AuditAction>,
    /// To what kind of thing.
    pub kind: Text<AuditKind>,
    /// On which site, where it is one's.
    pub site_id: Option<Text<SiteId>>,
    /// To what: an id.
    pub subject: String,
    /// How that was called then; empty for customers.
    pub name: String,
    /// How much, or which part that is not shown; no names.
    pub detail: String,
    /// JSON pointers of what is another thing than before.
    pub changed: Json<Vec<String>>,
    /// The site's configuration version that it made.
    pub version: Option<i64>,
    /// Why, in the words of whoever did it.
    pub note: String,
}

/// What something was before and after.
#[derive(Clone, Debug, Default, PartialEq, sqlx::FromRow)]
pub struct AuditValues {
    /// The whole, before; none when there was nothing.
    pub value_before: Option<Json<Value>>,
    /// The whole, after; none when there is nothing.
    pub value_after: Option<Json<Value>>,
}

/// What something was in an earlier version.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct EarlierRow {
    /// What kind of thing.
    pub kind: Text<AuditKind>,
    /// Its id.
    pub subject: String,
    /// The whole; none when it was not there.
    pub value_before: Option<Json<Value>>,
}

/// Which lines to list; what is absent stands for all.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only of this site.
    pub site: Option<SiteId>,
    /// Only by this person.
    pub user: Option<UserId>,
    /// Only of this kind.
    pub kind: Option<AuditKind>,
    /// Then or later.
    pub from: Option<UnixMs>,
    /// Before.
    pub until: Option<UnixMs>,
}

// One text for the columns of an `AuditRow`.
macro_rules! select_audit {
    ($rest:literal) => {
        concat!(
            "SELECT id, at, user_id, user_name, via, action, kind, site_id, subject, name, detail, changed, version, note
             FROM audit_log ",
            $rest
        )
    };
}

pub(in crate::store) const LIST: &str = select_audit!(
    "WHERE at >= $1 AND at < $2 AND at <= $3 AND (at < $3 OR id < $4)
       AND ($5 = '' OR site_id = $5) AND ($6 = '' OR user_id = $6) AND ($7 = '' OR kind = $7)
     ORDER BY at DESC, id DESC LIMIT $8"
);
pub(in crate::store) const VERSIONS: &str = select_audit!(
    "WHERE site_id = $1 AND version <= $2 AND (version < $2 OR id < $3)
     ORDER BY version DESC, id DESC LIMIT $4"
);

impl AuditRow {
    /// A line that says only who did what to what.
    #[must_use]
    pub fn new(
        id: Uuid,
        at: UnixMs,
        user: UserId,
        action: AuditAction,
        kind: AuditKind,
        subject: String,
    ) -> Self {
        Self {
            id: Text(id),
            at: at.0,
            user_id: Text(user),
            user_name: String::new(),
            via: String::new(),
            action: Text(action),
            kind: Text(kind),
            site_id: None,
            subject,
            name: String::new(),
            detail: String::new(),
            changed: Json(Vec::new()),
            version: None,
            note: String::new(),
        }
    }
}

/// Adds a line, in the unit of work of what it is about.
///
/// # Errors
/// When the database failed.
pub async fn insert_audit(tx: &mut Tx, row: &AuditRow, values: &AuditValues) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO audit_log (id, at, user_id, user_name, via, action, kind, site_id, subject, name, detail, changed,
                                value_before, value_after, version, note)
         VALUES ($1, $2, $3, COALESCE((SELECT name FROM users WHERE id = $3), ''), $4, $5, $6, $7, $8, $9, $10, $11,
                 $12, $13, $14, $15)",
        row.id,
        row.at,
        row.user_id,
        row.via.as_str(),
        row.action,
        row.kind,
        row.site_id,
        row.subject.as_str(),
        row.name.as_str(),
        row.detail.as_str(),
        &row.changed,
        values.value_before.as_ref(),
        values.value_after.as_ref(),
        row.version,
        row.note.as_str(),
    )?;
    Ok(())
}

/// Lists lines, newest first, after the one with this time and id.
///
/// # Errors
/// When the database failed.
pub async fn list_audit(
    tx: &mut Tx,
    filter: &AuditFilter,
    after: Option<(UnixMs, Uuid)>,
    limit: i64,
) -> StoreResult<Vec<AuditRow>> {
    let (before, before_id) = after.unwrap_or((UnixMs(i64::MAX), Uuid::nil()));
    fetch_all!(
        tx,
        AuditRow,
        LIST,
        filter.from.map_or(i64::MIN, |from| from.0),
        filter.until.map_or(i64::MAX, |until| until.0),
        before.0,
        before_id.to_string(),
        filter.site.map(|site| site.to_string()).unwrap_or_default(),
        filter.user.map(|user| user.to_string()).unwrap_or_default(),
        kind_text(filter.kind),
        limit,
    )
}

/// Lists the versions of a site's configuration, newest first, after the one with this number and id.
///
/// # Errors
/// When the database failed.
pub async fn list_versions(
    tx: &mut Tx,
    site: SiteId,
    after: Option<(i64, Uuid)>,
    limit: i64,
) -> StoreResult<Vec<AuditRow>> {
    let (before, before_id) = after.unwrap_or((i64::MAX, Uuid::nil()));
    fetch_all!(tx, AuditRow, VERSIONS, Text(site), before, before_id.to_string(), limit,)
}

/// Whether the log leads back to this version of a site's configuration: it holds it, or the first change after it.
///
/// # Errors
/// When the database failed.
pub async fn leads_back_to(tx: &mut Tx, site: SiteId, version: i64) -> StoreResult<bool> {
    let found: Option<(i64,)> = fetch_optional!(
        tx,
        (i64,),
        "SELECT version FROM audit_log WHERE site_id = $1 AND (version = $2 OR version = $2 + 1) ORDER BY version LIMIT 1",
        Text(site),
        version,
    )?;
    Ok(found.is_some())
}

/// Lists what was changed after this version of a site's configuration, each thing once, as it was in that version.
///
/// # Errors
/// When the database failed.
pub async fn list_changed_since(
    tx: &mut Tx,
    site: SiteId,
    version: i64,
    limit: i64,
) -> StoreResult<Vec<EarlierRow>> {
    fetch_all!(
        tx,
        EarlierRow,
        "SELECT a.kind, a.subject, a.value_before
         FROM (SELECT kind, subject, MIN(version) AS version FROM audit_log
               WHERE site_id = $1 AND version > $2 GROUP BY kind, subject) first
         JOIN audit_log a ON a.site_id = $1 AND a.version = first.version
              AND a.kind = first.kind AND a.subject = first.subject
         ORDER BY a.version LIMIT $3",
        Text(site),
        version,
        limit,
    )
}

/// Finds a line.
///
/// # Errors
/// When the database failed.
pub async fn find_audit(tx: &mut Tx, id: Uuid) -> StoreResult<Option<AuditRow>> {
    fetch_optional!(tx, AuditRow, select_audit!("WHERE id = $1"), Text(id))
}

/// Finds what the thing of a line was before and after.
///
/// # Errors
/// When the database failed.
pub async fn find_audit_values(tx: &mut Tx, id: Uuid) -> StoreResult<AuditValues> {
    let found = fetch_optional!(
        tx,
        AuditValues,
        "SELECT value_before, value_after FROM audit_log WHERE id = $1",
        Text(id),
    )?;
    Ok(found.unwrap_or_default())
}

/// Writes why a change was made.
///
/// # Errors
/// When the database failed.
pub async fn update_audit_note(tx: &mut Tx, id: Uuid, note: &str) -> StoreResult<()> {
    execute!(tx, "UPDATE audit_log SET note = $2 WHERE id = $1", Text(id), note)?;
    Ok(())
}

/// Forgets lines from before `until`, at most `limit`.
///
/// # Errors
/// When the database failed.
pub async fn delete_old_audit(tx: &mut Tx, until: UnixMs, limit: i64) -> StoreResult<()> {
    execute!(
        tx,
        "DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE at < $1 ORDER BY at LIMIT $2)",
        until.0,
        limit,
    )?;
    Ok(())
}

fn kind_text(kind: Option<AuditKind>) -> String {
    let text = kind.map(|kind| serde_json::to_value(kind).expect("a plain enum is always JSON"));
    text.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}
