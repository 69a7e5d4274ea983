//! Owns the one macro family that runs the same SQL text on either engine. Holds no SQL.

/// Does `$body` with `$on` bound to the unit of work on its engine.
macro_rules! on {
    ($tx:expr, |$on:ident| $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite($on) => $body,
            $crate::store::Tx::Postgres($on) => $body,
        }
        .map_err($crate::store::StoreError::from)
    };
}

/// Does `$body` with `$on` bound to the unit of work on its engine, and `$sql` to the text over a list of values in that engine's words.
macro_rules! on_list {
    ($tx:expr, [$before:expr, $($after:expr),+], |$on:ident, $sql:ident| $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite($on) => {
                let $sql = concat!($before, $crate::store::dialect::sqlite_list!(), $($after),+);
                $body
            }
            $crate::store::Tx::Postgres($on) => {
                let $sql = concat!($before, $crate::store::dialect::postgres_list!(), $($after),+);
                $body
            }
        }
        .map_err($crate::store::StoreError::from)
    };
}

/// Runs a statement; yields the number of rows it touched.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::store::sql::on!($tx, |on| on.run(sqlx::query($sql)$(.bind($arg))*).await)
    };
}

/// Reads at most one row as `$row`.
macro_rules! fetch_optional {
    ($tx:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::store::sql::on!($tx, |on| {
            on.row(sqlx::query($sql)$(.bind($arg))*).await.and_then($crate::store::run::at_most_one::<$row, _>)
        })
    };
}

/// Reads exactly one row as `$row`.
macro_rules! fetch_one {
    ($tx:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::store::sql::on!($tx, |on| {
            on.row(sqlx::query($sql)$(.bind($arg))*).await.and_then($crate::store::run::exactly_one::<$row, _>)
        })
    };
}

/// Reads all rows as `$row`.
macro_rules! fetch_all {
    ($tx:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::store::sql::on!($tx, |on| {
            on.rows(sqlx::query($sql)$(.bind($arg))*).await.and_then($crate::store::run::each::<$row, _>)
        })
    };
}

/// Runs a statement over a list of values, as [`fetch_list`] has it; yields the number of rows it touched.
macro_rules! execute_list {
    ($tx:expr, $before:expr, $list:expr, $($after:expr),+ $(,)?) => {
        $crate::store::sql::on_list!($tx, [$before, $($after),+], |on, sql| {
            on.run(sqlx::query(sql).bind($list)).await
        })
    };
}

/// Reads all rows as `$row` of a statement over a list of values: `$before`, the list as `j`, then `$after`. A value of
/// the list is `j.value`, a JSON array; the list is one JSON text, bound as `$1`.
macro_rules! fetch_list {
    ($tx:expr, $row:ty, $before:expr, $list:expr, $($after:expr),+ $(,)?) => {
        $crate::store::sql::on_list!($tx, [$before, $($after),+], |on, sql| {
            on.rows(sqlx::query(sql).bind($list)).await.and_then($crate::store::run::each::<$row, _>)
        })
    };
}

pub(crate) use {execute, execute_list, fetch_all, fetch_list, fetch_one, fetch_optional, on, on_list};
