//! Owns running a statement and reading its rows. What is asynchronous is compiled once for each engine and not for each statement.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{FromRow, Postgres, Row, Sqlite};

use super::connection::{PostgresTx, within};
use super::stamp::SqliteTx;

type SqliteQuery<'q> = Query<'q, Sqlite, SqliteArguments>;
type PostgresQuery<'q> = Query<'q, Postgres, PgArguments>;

impl SqliteTx {
    /// Runs a statement; yields the number of rows it touched.
    pub(super) async fn run(&mut self, query: SqliteQuery<'_>) -> Result<u64, sqlx::Error> {
        query.execute(&mut **self).await.map(|done| done.rows_affected())
    }

    /// The first row, if there is one.
    pub(super) async fn row(&mut self, query: SqliteQuery<'_>) -> Result<Option<SqliteRow>, sqlx::Error> {
        query.fetch_optional(&mut **self).await
    }

    /// All rows.
    pub(super) async fn rows(&mut self, query: SqliteQuery<'_>) -> Result<Vec<SqliteRow>, sqlx::Error> {
        query.fetch_all(&mut **self).await
    }
}

impl PostgresTx {
    /// Runs a statement; yields the number of rows it touched.
    pub(super) async fn run(&mut self, query: PostgresQuery<'_>) -> Result<u64, sqlx::Error> {
        within(self.answered_within(), query.execute(&mut **self)).await.map(|done| done.rows_affected())
    }

    /// The first row, if there is one.
    pub(super) async fn row(&mut self, query: PostgresQuery<'_>) -> Result<Option<PgRow>, sqlx::Error> {
        within(self.answered_within(), query.fetch_optional(&mut **self)).await
    }

    /// All rows.
    pub(super) async fn rows(&mut self, query: PostgresQuery<'_>) -> Result<Vec<PgRow>, sqlx::Error> {
        within(self.answered_within(), query.fetch_all(&mut **self)).await
    }
}

/// Each row as `T`.
pub(super) fn each<T, R: Row>(rows: Vec<R>) -> Result<Vec<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, R>,
{
    rows.iter().map(T::from_row).collect()
}

/// The row as `T`, if there is one.
pub(super) fn at_most_one<T, R: Row>(row: Option<R>) -> Result<Option<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, R>,
{
    row.as_ref().map(T::from_row).transpose()
}

/// The row as `T`.
pub(super) fn exactly_one<T, R: Row>(row: Option<R>) -> Result<T, sqlx::Error>
where
    T: for<'r> FromRow<'r, R>,
{
    T::from_row(&row.ok_or(sqlx::Error::RowNotFound)?)
}
