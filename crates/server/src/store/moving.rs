//! Owns carrying everything that an embedded database holds into a PostgreSQL database, and proving that it arrived. What there
//! is to carry stands in `table`.

use std::time::Duration;

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, ColumnIndex, Database, Decode, Postgres, Row, Sqlite, Type};

use super::connection::PostgresTx;
use super::dialect::POSTGRES_WORDS_OF_BEFORE;
use super::opening::SERVER;
use super::stamp::SqliteTx;
use super::table::{Kind, Table, find_row_count, list_tables, quoted};
use super::{Store, StoreError, Tx};

/// Bytes that are gathered before they are sent.
const CHUNK_BYTES: usize = 1024 * 1024;
/// Rows between two words about how far it is.
const TOLD_EVERY_ROWS: u64 = 50_000;

/// Why nothing was carried.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// A database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The two do not have the same tables or columns.
    #[error("the two databases do not have the same tables: {0}")]
    Unlike(String),
    /// There is something in the target.
    #[error("the PostgreSQL database is not empty: there are rows in {0}")]
    NotEmpty(String),
    /// A server is connected to the target.
    #[error("a server uses the PostgreSQL database: stop it first")]
    InUse,
    /// A row cannot be written or is not what was written.
    #[error("{table}: {what}")]
    Row {
        /// Of which table.
        table: String,
        /// What is wrong.
        what: String,
    },
}

/// What was carried of one table, and read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The table.
    pub table: String,
    /// How many rows.
    pub rows: u64,
    /// The hash over all of them, in the order of their keys; the same on both sides.
    pub digest: String,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// So many rows of this table were written, of so many.
    Written(&'a str, u64, u64),
    /// So many were read back.
    ReadBack(&'a str, u64, u64),
}

/// Carries all rows of `from`, an embedded database, to `to`, a PostgreSQL database, in one unit of work: until it commits, a
/// server that starts on the target waits, and if it fails, the target is empty as before.
///
/// # Errors
/// When the target is in use or not empty, a row cannot be carried, or what is read back differs.
pub async fn carry(
    from: &Store,
    to: &Store,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<Carried>, MoveError> {
    let (mut source, mut target) = (from.read().await?, to.write().await?);
    let tables = list_tables(&mut target).await?;
    compare(&list_tables(&mut source).await?, &tables)?;
    let (Tx::Sqlite(source_tx), Tx::Postgres(target_tx)) = (&mut source, &mut target) else {
        unreachable!("one is embedded, the other is not");
    };
    lock(target_tx, &tables).await?;
    for table in &tables {
        if find_row_count(&mut target, table).await? > 0 {
            return Err(MoveError::NotEmpty(table.name.clone()));
        }
    }
    let Tx::Postgres(target_tx) = &mut target else { unreachable!("it is PostgreSQL") };
    target_tx.take_its_time();
    let mut carried = Vec::new();
    for table in &tables {
        let written = write(source_tx, target_tx, table, tell).await?;
        let read = read_back(target_tx, table, written.rows, tell).await?;
        if read != written {
            let what = format!(
                "{} rows were written and {} read back, and they are not the same; nothing was kept",
                written.rows, read.rows
            );
            return Err(MoveError::Row { table: table.name.clone(), what });
        }
        carried.push(read);
    }
    sqlx::raw_sql(POSTGRES_WORDS_OF_BEFORE).execute(&mut **target_tx).await.map_err(StoreError::from)?;
    sqlx::raw_sql("ANALYZE").execute(&mut **target_tx).await.map_err(StoreError::from)?;
    target.commit().await?;
    Ok(carried)
}

/// The tables and columns of both, which must be the same.
fn compare(source: &[Table], target: &[Table]) -> Result<(), MoveError> {
    let all = |tables: &[Table]| {
        let mut all: Vec<String> = tables
            .iter()
            .flat_map(|table| {
                table
                    .columns
                    .iter()
                    .map(|column| format!("{}.{} ({:?})", table.name, column.name, column.kind))
            })
            .collect();
        all.sort();
        all
    };
    let (source, target) = (all(source), all(target));
    let lacking = source.iter().find(|column| !target.contains(column));
    let lacking = lacking.or_else(|| target.iter().find(|column| !source.contains(column)));
    lacking.map_or(Ok(()), |column| Err(MoveError::Unlike(column.clone())))
}

/// Connections of servers. One that was closed a moment ago, such as this command's own before, may still stand there: it is
/// looked for again.
async fn count_servers(target: &mut PostgresTx) -> Result<i64, MoveError> {
    const LOOKS: u32 = 20;
    const LOOK_EVERY: Duration = Duration::from_millis(100);
    let mut servers = 0;
    for _ in 0..LOOKS {
        // What is seen of others stays as it was at the first look, unless it is forgotten.
        sqlx::raw_sql("SELECT pg_stat_clear_snapshot()")
            .execute(&mut **target)
            .await
            .map_err(StoreError::from)?;
        servers = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1",
        )
        .bind(SERVER)
        .fetch_one(&mut **target)
        .await
        .map_err(StoreError::from)?;
        if servers == 0 {
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(servers)
}

/// Keeps servers away: one that is connected is an error, one that starts waits.
async fn lock(target: &mut PostgresTx, tables: &[Table]) -> Result<(), MoveError> {
    let names: Vec<String> = tables.iter().map(|table| quoted(&table.name)).collect();
    let sql = format!("LOCK TABLE _sqlx_migrations, {} IN ACCESS EXCLUSIVE MODE NOWAIT", names.join(", "));
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **target).await {
        const LOCK_NOT_AVAILABLE: &str = "55P03";
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        return Err(if code.as_deref() == Some(LOCK_NOT_AVAILABLE) {
            MoveError::InUse
        } else {
            StoreError::from(error).into()
        });
    }
    let servers = count_servers(target).await?;
    let sequences: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM pg_class WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace",
    )
    .fetch_one(&mut **target)
    .await
    .map_err(StoreError::from)?;
    if sequences > 0 {
        return Err(MoveError::Unlike(
            "PostgreSQL counts rows by itself, which this program does not know".to_owned(),
        ));
    }
    if servers > 0 { Err(MoveError::InUse) } else { Ok(()) }
}

/// Sends all rows of a table, in the order of their keys.
async fn write(
    source: &mut SqliteTx,
    target: &mut PostgresTx,
    table: &Table,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Carried, MoveError> {
    let count = format!("SELECT COUNT(*) FROM {}", quoted(&table.name));
    let of: i64 =
        sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut **source).await.map_err(StoreError::from)?;
    let of = u64::try_from(of).unwrap_or_default();
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let sql = format!("COPY {} ({}) FROM STDIN", quoted(&table.name), columns.join(", "));
    let mut copy = target.copy_in_raw(&sql).await.map_err(StoreError::from)?;
    let mut rows = sqlx::query(AssertSqlSafe(sqlite_select(table))).fetch(&mut **source);
    let (mut sum, mut chunk) = (Sum::default(), Vec::new());
    while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
        let fields = fields::<Sqlite, SqliteRow>(&row, table)?;
        if let Some(column) =
            fields.iter().position(|field| field.as_ref().is_some_and(|text| text.contains('\0')))
        {
            let what =
                format!("{} holds a character 0, which PostgreSQL cannot keep", table.columns[column].name);
            return Err(MoveError::Row { table: table.name.clone(), what });
        }
        sum.add(&fields);
        write_line(&mut chunk, &fields);
        if chunk.len() >= CHUNK_BYTES {
            copy.send(std::mem::take(&mut chunk)).await.map_err(StoreError::from)?;
        }
        if sum.rows.is_multiple_of(TOLD_EVERY_ROWS) {
            tell(Progress::Written(&table.name, sum.rows, of));
        }
    }
    copy.send(chunk).await.map_err(StoreError::from)?;
    copy.finish()
        .await
        .map_err(|error| MoveError::Row { table: table.name.clone(), what: error.to_string() })?;
    if !sum.rows.is_multiple_of(TOLD_EVERY_ROWS) {
        tell(Progress::Written(&table.name, sum.rows, of));
    }
    Ok(sum.of(table))
}

/// Reads all rows of a table back, in the same order.
async fn read_back(
    target: &mut PostgresTx,
    table: &Table,
    of: u64,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Carried, MoveError> {
    let mut rows = sqlx::query(AssertSqlSafe(postgres_select(table))).fetch(&mut **target);
    let mut sum = Sum::default();
    while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
        sum.add(&fields::<Postgres, PgRow>(&row, table)?);
        if sum.rows.is_multiple_of(TOLD_EVERY_ROWS) {
            tell(Progress::ReadBack(&table.name, sum.rows, of));
        }
    }
    Ok(sum.of(table))
}

/// Every row as texts, one a column, by the kinds of the columns.
fn sqlite_select(table: &Table) -> String {
    let text = |kind: Kind, name: &str| match kind {
        Kind::Text => name.to_owned(),
        Kind::Number | Kind::Flag => format!("CAST({name} AS TEXT)"),
        Kind::Bytes => format!("'\\x' || lower(hex({name}))"),
    };
    let null_safe = |kind: Kind, name: &str| match kind {
        // hex(NULL) is an empty text.
        Kind::Bytes => format!("CASE WHEN {name} IS NOT NULL THEN {} END", text(kind, name)),
        Kind::Text | Kind::Number | Kind::Flag => text(kind, name),
    };
    select(table, null_safe, |_, name| format!("{name} NULLS FIRST"))
}

/// The same texts, in the same order.
fn postgres_select(table: &Table) -> String {
    let text = |kind: Kind, name: &str| match kind {
        Kind::Text => name.to_owned(),
        Kind::Number => format!("{name}::text"),
        Kind::Flag => format!("CASE WHEN {name} THEN '1' WHEN NOT {name} THEN '0' END"),
        Kind::Bytes => format!("'\\x' || encode({name}, 'hex')"),
    };
    let order = |kind: Kind, name: &str| match kind {
        Kind::Text => format!("{name} COLLATE \"C\" NULLS FIRST"),
        Kind::Number | Kind::Flag | Kind::Bytes => format!("{name} NULLS FIRST"),
    };
    select(table, text, order)
}

fn select(
    table: &Table,
    text: impl Fn(Kind, &str) -> String,
    order: impl Fn(Kind, &str) -> String,
) -> String {
    let kind_of = |name: &String| {
        let column = table.columns.iter().find(|column| column.name == *name);
        column.expect("a key is made of columns").kind
    };
    let texts: Vec<String> =
        table.columns.iter().map(|column| text(column.kind, &quoted(&column.name))).collect();
    // Named with their table: a name alone would mean the text that is selected, and numbers do not stand in the order of texts.
    let key = |name: &String| order(kind_of(name), &format!("carried.{}", quoted(name)));
    let keys: Vec<String> = table.key.iter().map(key).collect();
    format!(
        "SELECT {} FROM {} AS carried ORDER BY {}",
        texts.join(", "),
        quoted(&table.name),
        keys.join(", ")
    )
}

fn fields<D: Database, R: Row<Database = D>>(row: &R, table: &Table) -> Result<Vec<Option<String>>, MoveError>
where
    usize: ColumnIndex<R>,
    for<'r> Option<String>: Decode<'r, D>,
    Option<String>: Type<D>,
{
    let read = |at: usize| {
        row.try_get::<Option<String>, usize>(at).map_err(|error| MoveError::Row {
            table: table.name.clone(),
            what: format!("{} cannot be read: {error}", table.columns[at].name),
        })
    };
    (0..table.columns.len()).map(read).collect()
}

/// A line of PostgreSQL's text format.
fn write_line(chunk: &mut Vec<u8>, fields: &[Option<String>]) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            chunk.push(b'\t');
        }
        let Some(text) = field else {
            chunk.extend(b"\\N");
            continue;
        };
        for byte in text.bytes() {
            match byte {
                b'\\' => chunk.extend(b"\\\\"),
                b'\t' => chunk.extend(b"\\t"),
                b'\n' => chunk.extend(b"\\n"),
                b'\r' => chunk.extend(b"\\r"),
                other => chunk.push(other),
            }
        }
    }
    chunk.push(b'\n');
}

/// The hash over rows.
#[derive(Default)]
struct Sum {
    rows: u64,
    hash: Sha256,
}

impl Sum {
    /// Each field with its length, so that no two rows read alike.
    fn add(&mut self, fields: &[Option<String>]) {
        self.rows += 1;
        for field in fields {
            match field {
                None => self.hash.update([0]),
                Some(text) => {
                    self.hash.update([1]);
                    self.hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
                    self.hash.update(text);
                }
            }
        }
    }

    fn of(self, table: &Table) -> Carried {
        Carried { table: table.name.clone(), rows: self.rows, digest: hex::encode(self.hash.finalize()) }
    }
}
