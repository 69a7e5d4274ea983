//! Owns looking at how the embedded database would run a statement, for the tests of those that must not read whole tables.

use sqlx::AssertSqlSafe;

use super::{Store, Tx};

/// The plan of a statement on an empty database, a line a step.
pub(in crate::store) async fn explain(sql: &str) -> String {
    let dir = tempfile::tempdir().expect("a folder for the database");
    let store = Store::open_sqlite(dir.path()).await.expect("an embedded database");
    let Tx::Sqlite(mut tx) = store.read().await.expect("a unit of work") else {
        unreachable!("the store is an embedded database");
    };
    let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(sql).fetch_all(&mut *tx).await.expect("a plan");
    rows.into_iter().map(|(.., step)| step).collect::<Vec<_>>().join("\n")
}
