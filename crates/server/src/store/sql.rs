//! Owns the one macro family that runs the same SQL text on either engine. Holds no SQL.

/// Runs `$body` with `$conn` bound to the connection of the engine that the unit of work is on.
macro_rules! on {
    ($tx:expr, |$conn:ident| $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(tx) => {
                let $conn = &mut **tx;
                $body
            }
            $crate::store::Tx::Postgres(tx) => {
                let time = tx.answered_within();
                let $conn = &mut **tx;
                $crate::store::connection::within(time, async { $body }).await
            }
        }
    };
}

/// Runs a statement; yields the number of rows it touched.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::store::sql::on!($tx, |conn| {
            sqlx::query($sql)$(.bind($arg))*.execute(conn).await.map(|done| done.rows_affected())
        })
        .map_err($crate::store::StoreError::from)
    };
}

/// Reads at most one row as `$row`.
macro_rules! fetch_optional {
    ($tx:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::store::sql::on!($tx, |conn| {
            sqlx::query_as::<_, $row>($sql)$(.bind($arg))*.fetch_optional(conn).await
        })
        .map_err($crate::store::StoreError::from)
    };
}

/// Reads exactly one row as `$row`.
macro_rules! fetch_one {
    ($tx:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::store::sql::on!($tx, |conn| {
            sqlx::query_as::<_, $row>($sql)$(.bind($arg))*.fetch_one(conn).await
        })
        .map_err($crate::store::StoreError::from)
    };
}

/// Reads all rows as `$row`.
macro_rules! fetch_all {
    ($tx:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::store::sql::on!($tx, |conn| {
            sqlx::query_as::<_, $row>($sql)$(.bind($arg))*.fetch_all(conn).await
        })
        .map_err($crate::store::StoreError::from)
    };
}

/// Runs a statement over a list of values, as [`fetch_list`] has it; yields the number of rows it touched.
macro_rules! execute_list {
    ($tx:expr, $before:literal, $list:expr, $($after:expr),+ $(,)?) => {
        match $tx {
            $crate::store::Tx::Sqlite(tx) => {
                let sql = concat!($before, $crate::store::dialect::sqlite_list!(), $($after),+);
                sqlx::query(sql).bind($list).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            $crate::store::Tx::Postgres(tx) => {
                let sql = concat!($before, $crate::store::dialect::postgres_list!(), $($after),+);
                let time = tx.answered_within();
                let work = sqlx::query(sql).bind($list).execute(&mut **tx);
                $crate::store::connection::within(time, work).await.map(|done| done.rows_affected())
            }
        }
        .map_err($crate::store::StoreError::from)
    };
}

/// Reads all rows as `$row` of a statement over a list of values: `$before`, the list as `j`, then `$after`. A value of
/// the list is `j.value`, a JSON array; the list is one JSON text, bound as `$1`.
macro_rules! fetch_list {
    ($tx:expr, $row:ty, $before:expr, $list:expr, $($after:expr),+ $(,)?) => {
        match $tx {
            $crate::store::Tx::Sqlite(tx) => {
                let sql = concat!($before, $crate::store::dialect::sqlite_list!(), $($after),+);
                sqlx::query_as::<_, $row>(sql).bind($list).fetch_all(&mut **tx).await
            }
            $crate::store::Tx::Postgres(tx) => {
                let sql = concat!($before, $crate::store::dialect::postgres_list!(), $($after),+);
                let time = tx.answered_within();
                let work = sqlx::query_as::<_, $row>(sql).bind($list).fetch_all(&mut **tx);
                $crate::store::connection::within(time, work).await
            }
        }
        .map_err($crate::store::StoreError::from)
    };
}

pub(crate) use {execute, execute_list, fetch_all, fetch_list, fetch_one, fetch_optional, on};
