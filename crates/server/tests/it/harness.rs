//! Owns what the tests stand on: databases that live as long as one test, on either engine. Tests nothing.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::time::Duration;

use beckon_engine::time::UnixMs;
use beckon_server::store::{Store, Tx};
use beckon_server::vault::{KEY_LEN, Vault};
use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// When every test begins: Monday, 2 March 2026, 09:00 UTC.
pub(crate) const START: UnixMs = UnixMs(1_772_442_000_000);

/// With the key of the tests.
pub(crate) fn vault() -> Vault {
    Vault::new(&[7; KEY_LEN])
}

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

/// The same for each listed `async fn(Database)`, which opens its database itself, more than once.
macro_rules! database_tests {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                $crate::harness::with_sqlite(super::$name).await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                $crate::harness::with_postgres(super::$name).await;
            })*
        }
    };
}

pub(crate) use {database_tests, store_tests};

/// A database that can be opened again after it was closed.
#[derive(Clone)]
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Database {
    pub(crate) async fn open(&self) -> Store {
        let store = match self {
            Self::Sqlite(dir) => Store::open_sqlite(dir).await.expect("an embedded database"),
            Self::Postgres(url) => Store::open_postgres(url).await.expect("a database of its own"),
        };
        store.with_vault(vault())
    }
}

/// Runs a test on an embedded database of its own.
pub(crate) async fn on_sqlite(test: impl AsyncFnOnce(Store)) {
    with_sqlite(async |database: Database| {
        let store = database.open().await;
        test(store.clone()).await;
        store.close().await;
    })
    .await;
}

/// Runs a test on a PostgreSQL database of its own.
pub(crate) async fn on_postgres(test: impl AsyncFnOnce(Store)) {
    with_postgres(async |database: Database| {
        let store = database.open().await;
        let outcome = AssertUnwindSafe(test(store.clone())).catch_unwind().await;
        store.close().await;
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    })
    .await;
}

/// Runs a test with an embedded database of its own.
pub(crate) async fn with_sqlite(test: impl AsyncFnOnce(Database)) {
    let dir = tempfile::tempdir().expect("a folder for the database");
    test(Database::Sqlite(dir.path().to_owned())).await;
}

/// Runs a test with a PostgreSQL database of its own, which is dropped whether the test passes or not.
pub(crate) async fn with_postgres(test: impl AsyncFnOnce(Database)) {
    let Ok(server) = std::env::var(POSTGRES_URL) else {
        panic!("{POSTGRES_URL} is not set: run `cargo xtask test`, which starts a PostgreSQL of its own");
    };
    let name = format!("beckon_{}", uuid::Uuid::now_v7().simple());
    admin(&server, format!("CREATE DATABASE {name}")).await;
    let (address, _) = server.rsplit_once('/').expect("an address with a database name");
    let database = Database::Postgres(format!("{address}/{name}"));
    let outcome = AssertUnwindSafe(test(database)).catch_unwind().await;
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

/// Waits until a unit of work waits for what another one has changed. The embedded database has one at a time anyway.
pub(crate) async fn one_waits(store: &Store) {
    let seen = async {
        loop {
            match store.read().await.unwrap() {
                Tx::Sqlite(_) => return,
                Tx::Postgres(mut tx) => {
                    let sql = "SELECT COUNT(*) FROM pg_stat_activity
                           WHERE datname = current_database() AND wait_event = 'transactionid'";
                    let waiting: i64 = sqlx::query_scalar(sql).fetch_one(&mut *tx).await.unwrap();
                    if waiting > 0 {
                        return;
                    }
                }
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen).await.expect("a unit of work waits");
}
