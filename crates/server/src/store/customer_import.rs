//! Owns the SQL of imports: a file, how far it is taken in, and what was not taken. Each batch is one unit of work.

use beckon_engine::id::{SiteId, UserId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::column::{Json, Text};
use super::sql::{execute, fetch_all, fetch_optional};
use super::{StoreResult, Tx};

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Every row is tried without being taken.
    Checking,
    /// The trial is over; nothing was taken yet.
    Checked,
    /// Rows are being taken.
    Running,
    /// All rows were worked off.
    Done,
}

/// A column of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportColumn)]
pub struct Column {
    /// Its name in the first line.
    pub name: String,
    /// What it is taken for: `customer_ref`, `first_name`, `last_name`, `email`, `phone`, `company`, or `field:` and the
    /// key of a field of the site's own; null leaves it out.
    #[serde(default)]
    #[schema(required)]
    pub target: Option<String>,
}

/// A row that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowProblem {
    /// Its line in a table, the first line being 1.
    pub row: i64,
    /// Why.
    pub why: String,
}

/// How many rows came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// New records.
    pub created: i64,
    /// Changed records.
    pub updated: i64,
    /// Records that say the same already.
    pub unchanged: i64,
    /// Rows that are not taken.
    pub refused: i64,
}

/// An import, without its file.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ImportRow {
    /// Identity.
    pub id: Text<Uuid>,
    /// The site.
    pub site_id: Text<SiteId>,
    /// Who sent the file, and then who began to take it in.
    pub user_id: Text<UserId>,
    /// The token by which they did, as it was called then; empty for the console.
    pub via: String,
    /// Where it stands.
    pub state: Text<ImportState>,
    /// Columns of the file.
    pub columns: Json<Vec<Column>>,
    /// Rows of the file, the first line not counted.
    pub rows_total: i64,
    /// Rows that were worked off.
    pub rows_done: i64,
    /// What they came to.
    #[sqlx(flatten)]
    pub counts: Counts,
    /// The first that were not taken.
    pub problems: Json<Vec<RowProblem>>,
    /// When it was begun.
    pub created_at: i64,
    /// When it was done.
    pub finished_at: Option<i64>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, site_id, user_id, via, state, columns, rows_total, rows_done, created, updated, unchanged, refused,
                    problems, created_at, finished_at FROM customer_imports ",
            $rest
        )
    };
}

/// Adds an import that is to be checked.
///
/// # Errors
/// When the database failed.
pub async fn insert_import(tx: &mut Tx, import: &ImportRow, body: &str, due: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO customer_imports (id, site_id, user_id, via, state, body, columns, rows_total, rows_done, created,
                                       updated, unchanged, refused, problems, due_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, 0, '[]', $9, $10)",
        import.id,
        import.site_id,
        import.user_id,
        import.via.as_str(),
        import.state,
        body,
        &import.columns,
        import.rows_total,
        due.0,
        import.created_at,
    )?;
    Ok(())
}

/// Finds an import.
///
/// # Errors
/// When the database failed.
pub async fn find_import(tx: &mut Tx, id: Uuid) -> StoreResult<Option<ImportRow>> {
    fetch_optional!(tx, ImportRow, select!("WHERE id = $1"), Text(id))
}

/// The file of an import.
///
/// # Errors
/// When the database failed.
pub async fn find_import_body(tx: &mut Tx, id: Uuid) -> StoreResult<Option<String>> {
    let row: Option<(String,)> =
        fetch_optional!(tx, (String,), "SELECT body FROM customer_imports WHERE id = $1", Text(id))?;
    Ok(row.map(|(body,)| body))
}

/// Lists the latest imports of a site, newest first.
///
/// # Errors
/// When the database failed.
pub async fn list_imports(tx: &mut Tx, site: SiteId, limit: i64) -> StoreResult<Vec<ImportRow>> {
    fetch_all!(
        tx,
        ImportRow,
        select!("WHERE site_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2"),
        Text(site),
        limit,
    )
}

/// Claims one import that nobody works on, until `until`.
///
/// # Errors
/// When the database failed.
pub async fn claim_import(tx: &mut Tx, now: UnixMs, until: UnixMs) -> StoreResult<Option<Uuid>> {
    let row: Option<(Text<Uuid>,)> = fetch_optional!(
        tx,
        (Text<Uuid>,),
        "UPDATE customer_imports SET due_at = $2
         WHERE id = (SELECT id FROM customer_imports WHERE state IN ('checking', 'running') AND due_at <= $1
                     ORDER BY due_at, id LIMIT 1) AND due_at <= $1
         RETURNING id",
        now.0,
        until.0,
    )?;
    Ok(row.map(|(id,)| *id))
}

/// Writes down a batch, in the unit of work that took it: only when the import still is where it was found, with the
/// columns it was read by.
/// Yields false, and writes nothing, when it is not.
///
/// # Errors
/// When the database failed.
pub async fn update_import_progress(
    tx: &mut Tx,
    import: &ImportRow,
    from: i64,
    until: UnixMs,
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE customer_imports SET rows_done = $4, created = $5, updated = $6, unchanged = $7, refused = $8,
                                     problems = $9, due_at = $10
         WHERE id = $1 AND state = $2 AND rows_done = $3 AND columns = $11",
        import.id,
        import.state,
        from,
        import.rows_done,
        import.counts.created,
        import.counts.updated,
        import.counts.unchanged,
        import.counts.refused,
        &import.problems,
        until.0,
        &import.columns,
    )?;
    Ok(rows == 1)
}

/// Begins an import anew in a state: for the trial with other columns, or to take the rows. Yields false when it is
/// already being taken in.
///
/// # Errors
/// When the database failed.
pub async fn update_import_begun(
    tx: &mut Tx,
    id: Uuid,
    state: ImportState,
    columns: &[Column],
    now: UnixMs,
) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE customer_imports SET state = $2, columns = $3, rows_done = 0, created = 0, updated = 0, unchanged = 0,
                                     refused = 0, problems = '[]', due_at = $4
         WHERE id = $1 AND state IN ('checking', 'checked')",
        Text(id),
        Text(state),
        Json(columns),
        now.0,
    )?;
    Ok(rows == 1)
}

/// Writes down who has the rows taken in, and by which token.
///
/// # Errors
/// When the database failed.
pub async fn update_import_by(tx: &mut Tx, id: Uuid, user: UserId, via: &str) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE customer_imports SET user_id = $2, via = $3 WHERE id = $1",
        Text(id),
        Text(user),
        via,
    )?;
    Ok(())
}

/// Ends the trial: the import waits for a decision until `due`.
///
/// # Errors
/// When the database failed.
pub async fn update_import_checked(tx: &mut Tx, import: &ImportRow, due: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE customer_imports SET state = 'checked', due_at = $2
         WHERE id = $1 AND state = 'checking' AND rows_done = $3 AND columns = $4",
        import.id,
        due.0,
        import.rows_done,
        &import.columns,
    )?;
    Ok(rows == 1)
}

/// Ends the import: the file is forgotten now, the report at `due`.
///
/// # Errors
/// When the database failed.
pub async fn update_import_done(tx: &mut Tx, id: Uuid, now: UnixMs, due: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE customer_imports SET state = 'done', finished_at = $2, body = '', due_at = $3
         WHERE id = $1 AND state = 'running'",
        Text(id),
        now.0,
        due.0,
    )?;
    Ok(rows == 1)
}

/// Forgets an import that is not being taken in.
///
/// # Errors
/// When the database failed.
pub async fn delete_import(tx: &mut Tx, id: Uuid) -> StoreResult<bool> {
    let rows = execute!(tx, "DELETE FROM customer_imports WHERE id = $1 AND state <> 'running'", Text(id))?;
    Ok(rows == 1)
}

/// Forgets imports that nobody decided on, and old reports.
///
/// # Errors
/// When the database failed.
pub async fn delete_overdue_imports(tx: &mut Tx, now: UnixMs) -> StoreResult<u64> {
    execute!(tx, "DELETE FROM customer_imports WHERE state IN ('checked', 'done') AND due_at < $1", now.0,)
}

/// Whether there is an import to work on or to forget.
///
/// # Errors
/// When the database failed.
pub async fn find_import_waiting(tx: &mut Tx, now: UnixMs) -> StoreResult<bool> {
    let row: Option<(Text<Uuid>,)> = fetch_optional!(
        tx,
        (Text<Uuid>,),
        "SELECT id FROM customer_imports WHERE due_at <= $1 LIMIT 1",
        now.0,
    )?;
    Ok(row.is_some())
}
