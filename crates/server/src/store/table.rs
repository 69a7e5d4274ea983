//! Owns what a database consists of, as it says itself: tables, columns, keys, and which table refers to which. Knows none of
//! them by name but those that an engine makes for itself.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AssertSqlSafe;

use super::sql::{fetch_all, fetch_one};
use super::{StoreError, StoreResult, Tx};

/// Tables that are no part of what an installation holds: they stand for what was migrated, and for the index of words, which
/// each engine makes of `chat_search` by itself.
pub const MADE_ANEW: [&str; 6] = [
    "_sqlx_migrations",
    "chat_words",
    "chat_words_config",
    "chat_words_data",
    "chat_words_docsize",
    "chat_words_idx",
];
/// A column that the embedded engine alone has, for its index of words.
const NUMBERED: (&str, &str) = ("chat_search", "id");

/// What stands in a column. There is nothing else: a migration that adds another kind of column adds it here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, ids and JSON.
    Text,
    /// Numbers, and times in milliseconds.
    Number,
    /// Yes or no.
    Flag,
    /// Bytes.
    Bytes,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it is called.
    pub name: String,
    /// What stands in it.
    pub kind: Kind,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it is called.
    pub name: String,
    /// Its columns, by name.
    pub columns: Vec<Column>,
    /// The columns by which each of its rows is found; all of them where there is no primary key.
    pub key: Vec<String>,
    /// The tables that its rows refer to.
    pub refers_to: BTreeSet<String>,
}

impl Kind {
    fn named(declared: &str) -> Option<Self> {
        match declared.to_lowercase().as_str() {
            "text" => Some(Self::Text),
            "bigint" => Some(Self::Number),
            "boolean" => Some(Self::Flag),
            "bytea" => Some(Self::Bytes),
            _ => None,
        }
    }
}

/// Everything that an installation holds, each table after those that it refers to.
///
/// # Errors
/// When the database failed, or has a column of a kind that is not known.
pub async fn list_tables(tx: &mut Tx) -> StoreResult<Vec<Table>> {
    let columns = list_columns(tx).await?;
    let keys = list_keys(tx).await?;
    let references = list_references(tx).await?;
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for (table, column, declared) in columns {
        if MADE_ANEW.contains(&table.as_str()) || NUMBERED == (table.as_str(), column.as_str()) {
            continue;
        }
        let kind = Kind::named(&declared).ok_or_else(|| unknown(&table, &column, &declared))?;
        let empty = || Table {
            name: table.clone(),
            columns: Vec::new(),
            key: Vec::new(),
            refers_to: BTreeSet::new(),
        };
        tables.entry(table.clone()).or_insert_with(empty).columns.push(Column { name: column, kind });
    }
    for (name, table) in &mut tables {
        table.columns.sort_by(|one, other| one.name.cmp(&other.name));
        let key = keys.iter().filter(|(of, column)| of == name && NUMBERED != (of, column));
        table.key = key.map(|(_, column)| column.clone()).collect();
        if table.key.is_empty() {
            table.key = table.columns.iter().map(|column| column.name.clone()).collect();
        }
        let to = references.iter().filter(|(from, to)| from == name && to != name);
        table.refers_to = to.map(|(_, to)| to.clone()).collect();
    }
    Ok(in_order(tables))
}

/// How many rows there are, however long it takes to count them: whoever asks has time.
///
/// # Errors
/// When the database failed.
pub async fn find_row_count(tx: &mut Tx, table: &Table) -> StoreResult<i64> {
    if let Tx::Postgres(tx) = tx {
        tx.take_its_time();
    }
    let sql = format!("SELECT COUNT(*) FROM {}", quoted(&table.name));
    let (count,) = fetch_one!(tx, (i64,), AssertSqlSafe(sql))?;
    Ok(count)
}

/// A name as it stands in SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn unknown(table: &str, column: &str, declared: &str) -> StoreError {
    let text = format!("{table}.{column} is of the kind {declared}, which this program does not know");
    StoreError::Database(sqlx::Error::Protocol(text))
}

/// Whoever is referred to comes first.
fn in_order(mut left: BTreeMap<String, Table>) -> Vec<Table> {
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let is_free = |table: &Table| table.refers_to.iter().all(|to| !left.contains_key(to));
        let free: Vec<String> =
            left.values().filter(|table| is_free(table)).map(|table| table.name.clone()).collect();
        assert!(!free.is_empty(), "no tables refer to each other in a circle");
        ordered.extend(free.iter().filter_map(|name| left.remove(name)));
    }
    ordered
}

async fn list_columns(tx: &mut Tx) -> StoreResult<Vec<(String, String, String)>> {
    let sql = match tx {
        Tx::Sqlite(_) => {
            "SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        }
        Tx::Postgres(_) => {
            "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod)
             FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
               AND a.attnum > 0 AND NOT a.attisdropped"
        }
    };
    fetch_all!(tx, (String, String, String), sql)
}

async fn list_keys(tx: &mut Tx) -> StoreResult<Vec<(String, String)>> {
    let sql = match tx {
        Tx::Sqlite(_) => {
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
             WHERE m.type = 'table' AND c.pk > 0 ORDER BY m.name, c.pk"
        }
        Tx::Postgres(_) => {
            "SELECT c.relname::text, a.attname::text
             FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
             CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
             WHERE i.indisprimary AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, k.place"
        }
    };
    fetch_all!(tx, (String, String), sql)
}

async fn list_references(tx: &mut Tx) -> StoreResult<Vec<(String, String)>> {
    let sql = match tx {
        Tx::Sqlite(_) => {
            "SELECT m.name, f.\"table\" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
             WHERE m.type = 'table'"
        }
        Tx::Postgres(_) => {
            "SELECT c.relname::text, r.relname::text FROM pg_constraint f
             JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class r ON r.oid = f.confrelid
             WHERE f.contype = 'f' AND c.relnamespace = current_schema()::regnamespace"
        }
    };
    fetch_all!(tx, (String, String), sql)
}
