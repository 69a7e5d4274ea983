//! Owns what the tests stand on: databases that live as long as one test, on either engine. Tests nothing.

use std::panic::AssertUnwindSafe;

use beckon_engine::time::UnixMs;
use beckon_server::store::Store;
use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// When every test begins: Monday, 2 March 2026, 09:00 UTC.
pub(crate) const START: UnixMs = UnixMs(1_772_442_000_000);

const POSTGRES_URL: &str = "BECKON_TEST_POSTGRES_URL";

/// Makes one test an engine of each listed `async fn(Store)`.
macro_rules! store_tests {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                $crate::harness::on_sqlite(super::$name).await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                $crate::harness::on_postgres(super::$name).await;
            })*
        }
    };
}

pub(crate) use store_tests;

/// Runs a test on an embedded database of its own.
pub(crate) async fn on_sqlite(test: impl AsyncFnOnce(Store)) {
    let dir = tempfile::tempdir().expect("a folder for the database");
    let store = Store::open_sqlite(dir.path()).await.expect("an embedded database");
    test(store.clone()).await;
    store.close().await;
}

/// Runs a test on a PostgreSQL database of its own, which is dropped whether the test passes or not.
pub(crate) async fn on_postgres(test: impl AsyncFnOnce(Store)) {
    let Ok(server) = std::env::var(POSTGRES_URL) else {
        panic!("{POSTGRES_URL} is not set: run `cargo xtask test`, which starts a PostgreSQL of its own");
    };
    let name = format!("beckon_{}", uuid::Uuid::now_v7().simple());
    admin(&server, format!("CREATE DATABASE {name}")).await;
    let (address, _) = server.rsplit_once('/').expect("an address with a database name");
    let store = Store::open_postgres(&format!("{address}/{name}")).await.expect("a database of its own");
    let outcome = AssertUnwindSafe(test(store.clone())).catch_unwind().await;
    store.close().await;
    admin(&server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

async fn admin(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.expect("the PostgreSQL of the tests");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("a database made or dropped");
    connection.close().await.expect("a closed connection");
}
