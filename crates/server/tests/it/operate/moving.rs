//! Proves that an installation moves to PostgreSQL as a whole or not at all: every table, every kind of value, and then a server
//! that goes on where the other stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use beckon_server::store::Store;
use beckon_server::store::opening::SQLITE_FILE;
use beckon_server::store::table::{Kind, MADE_ANEW, Table, find_row_count, list_tables};
use serde_json::json;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use super::backup::{goes_on, say, talking};
use super::beckon;
use crate::harness::{Database, with_postgres};
use crate::live::client::call;

/// Rows that are made in each table.
const ROWS: usize = 4;

/// Texts that a careless copy would change.
const TEXTS: [&str; ROWS] =
    ["tab\tline\nreturn\r\\back \\N \\.", "", "\u{e9}\u{1f642} 'quoted\" \u{7f}\u{1}", "{\"json\":[1]}"];
/// Numbers that stand otherwise as texts.
const NUMBERS: [i64; ROWS] = [i64::MIN, 9, 10, i64::MAX];
/// Ids that people would sort otherwise.
const IDS: [&str; ROWS] = ["B", "a", "_", "\u{c4}"];

/// Fills every table with rows of every kind of value, so that each row refers to the row of the same number.
async fn fill(dir: &Path) -> Vec<Table> {
    let store = Store::open_sqlite(dir).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let tables = list_tables(&mut tx).await.unwrap();
    drop(tx);
    store.close().await;
    let file = dir.join(SQLITE_FILE);
    let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    for table in &tables {
        let sql = "SELECT \"from\", 1 FROM pragma_foreign_key_list($1)";
        let refers: Vec<(String, i64)> =
            sqlx::query_as(sql).bind(&table.name).fetch_all(&mut connection).await.unwrap();
        let refers: BTreeSet<String> = refers.into_iter().map(|(column, _)| column).collect();
        for row in 0..ROWS {
            insert(&mut connection, table, &refers, row).await;
        }
    }
    connection.close().await.unwrap();
    tables
}

async fn insert(connection: &mut SqliteConnection, table: &Table, refers: &BTreeSet<String>, row: usize) {
    let sql = "SELECT name, \"notnull\" FROM pragma_table_info($1)";
    let needed: Vec<(String, bool)> =
        sqlx::query_as(sql).bind(&table.name).fetch_all(&mut *connection).await.unwrap();
    let needed: BTreeMap<String, bool> = needed.into_iter().collect();
    let unique: Vec<String> = unique_columns(connection, &table.name).await;
    let mut arguments = SqliteArguments::default();
    for column in &table.columns {
        let is_named = refers.contains(&column.name)
            || table.key.contains(&column.name)
            || unique.contains(&column.name);
        let is_absent = row == 1 && !is_named && !needed[&column.name];
        match column.kind {
            _ if is_absent => arguments.add(None::<String>).unwrap(),
            // Ids of the same row are the same everywhere: what refers to a row finds it.
            Kind::Text if is_named => arguments.add(IDS[row]).unwrap(),
            Kind::Number if is_named => arguments.add(NUMBERS[row]).unwrap(),
            Kind::Text => arguments.add(TEXTS[row]).unwrap(),
            Kind::Number => arguments.add(NUMBERS[row]).unwrap(),
            Kind::Flag => arguments.add(row == 0).unwrap(),
            Kind::Bytes => {
                arguments.add((0..=255_u8).cycle().take(row * 70_000).collect::<Vec<u8>>()).unwrap()
            }
        }
    }
    let names: Vec<_> = table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let places: Vec<_> = (1..=names.len()).map(|number| format!("${number}")).collect();
    let sql = format!("INSERT INTO \"{}\" ({}) VALUES ({})", table.name, names.join(", "), places.join(", "));
    let made = sqlx::query_with(AssertSqlSafe(sql), arguments).execute(connection).await;
    made.unwrap_or_else(|error| panic!("{}: {error}", table.name));
}

async fn unique_columns(connection: &mut SqliteConnection, table: &str) -> Vec<String> {
    let sql =
        "SELECT c.name FROM pragma_index_list($1) i JOIN pragma_index_info(i.name) c WHERE i.\"unique\"";
    sqlx::query_scalar(sql).bind(table).fetch_all(connection).await.unwrap()
}

async fn names(database: &Database) -> BTreeSet<String> {
    let found: Vec<String> = match database {
        Database::Sqlite(dir) => {
            let file = dir.join(SQLITE_FILE);
            let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
            let sql = "SELECT name FROM sqlite_master WHERE type = 'table'";
            sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
        }
        Database::Postgres(url) => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            let sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()";
            sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
        }
    };
    found.into_iter().collect()
}

// spec: X-1
#[tokio::test]
async fn every_row_of_every_table_is_carried() {
    with_postgres(async |target: Database| {
        let Database::Postgres(url) = &target else { panic!("it is PostgreSQL") };
        let dir = tempfile::tempdir().unwrap();
        let tables = fill(dir.path()).await;
        let from = dir.path().to_str().unwrap();
        let printed =
            beckon(&["migrate", "sqlite-to-postgres", "--from", from, "--database-url", url]).await.ok();
        assert!(printed.contains("read back and the same") && printed.contains("secret-key"), "{printed}");

        let carried: BTreeSet<String> = tables.iter().map(|table| table.name.clone()).collect();
        for database in [Database::Sqlite(dir.path().to_owned()), target.clone()] {
            let unknown: Vec<_> = names(&database)
                .await
                .into_iter()
                .filter(|name| !carried.contains(name) && !MADE_ANEW.contains(&name.as_str()))
                .collect();
            assert_eq!(unknown, [""; 0], "tables that are not carried");
        }
        let store = Store::look_at_postgres(url).await.unwrap();
        let mut tx = store.read().await.unwrap();
        for table in list_tables(&mut tx).await.unwrap() {
            assert_eq!(find_row_count(&mut tx, &table).await.unwrap(), ROWS as i64, "{}", table.name);
        }
        drop(tx);
        store.close().await;
        let mut connection = PgConnection::connect(url).await.unwrap();
        let bodies: Vec<String> = sqlx::query_scalar("SELECT body FROM messages ORDER BY seq")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(bodies, TEXTS);
        let disabled: Vec<(bool, i64)> =
            sqlx::query_as("SELECT disabled, created_at FROM users ORDER BY created_at")
                .fetch_all(&mut connection)
                .await
                .unwrap();
        assert_eq!(disabled, [(true, i64::MIN), (false, 9), (false, 10), (false, i64::MAX)]);
        let parts: Vec<Vec<u8>> =
            sqlx::query_scalar("SELECT content FROM file_parts ORDER BY length(content)")
                .fetch_all(&mut connection)
                .await
                .unwrap();
        assert!(parts[2].iter().zip(0..140_000_u32).all(|(byte, at)| u32::from(*byte) == at % 256));
        assert_eq!((parts[0].len(), parts[2].len()), (0, 140_000));
        let absent: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM chats WHERE ended_at IS NULL")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(absent, 1, "what is absent stays absent");
    })
    .await;
}

// spec: X-1 A-4
#[tokio::test]
async fn a_server_goes_on_in_postgresql_where_the_other_stopped() {
    with_postgres(async |target: Database| {
        let Database::Postgres(url) = target.clone() else { panic!("it is PostgreSQL") };
        let dir = tempfile::tempdir().unwrap();
        let from = dir.path().join("data").to_str().unwrap().to_owned();
        let (mut place, mut browser, _alice, chat) = talking(Database::Sqlite(from.clone().into())).await;
        say(&mut browser, &chat, "before the move").await;
        let migrate = ["migrate", "sqlite-to-postgres", "--from", &from, "--database-url", &url];
        beckon(&migrate).await.refused("a server uses");
        say(&mut browser, &chat, "still here").await;
        place.stop().await;
        let made = ["user", "create", "--email", "eve@example.test", "--role", "agent", "--data", &from];
        let printed = beckon(&made).await.ok();
        let password = printed.lines().find_map(|line| line.strip_prefix("Password: ")).unwrap();

        beckon(&migrate).await.ok();
        beckon(&migrate).await.refused("is not empty");
        let key = format!("{from}/secret-key");
        place.start_on(target, &["--secret-key-file", &key, "--drain-s", "0"]);
        let said = ["before the move".to_owned(), "still here".to_owned()];
        goes_on(&place, &browser, &chat, &said).await;
        let body = json!({ "email": "eve@example.test", "password": password }).to_string();
        let headers = [("content-type", "application/json")];
        let answer = call(place.address(), "POST", "/api/v1/session", &headers, body.as_bytes()).await;
        assert!(answer.status < 300, "{}", answer.text());
        beckon(&migrate).await.refused("a server uses the PostgreSQL database");
        place.stop().await;
    })
    .await;
}

// spec: X-1
#[tokio::test]
async fn what_cannot_be_carried_leaves_the_target_empty() {
    with_postgres(async |target: Database| {
        let Database::Postgres(url) = target else { panic!("it is PostgreSQL") };
        let dir = tempfile::tempdir().unwrap();
        let from = dir.path().to_str().unwrap();
        fill(dir.path()).await;
        let file = dir.path().join(SQLITE_FILE);
        let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
        let run = async |connection: &mut SqliteConnection, sql: &'static str| {
            sqlx::query(sql).execute(connection).await.unwrap();
        };
        run(&mut connection, "UPDATE webhooks SET name = 'a' || char(0) || 'b'").await;
        connection.close().await.unwrap();
        let migrate = ["migrate", "sqlite-to-postgres", "--from", from, "--database-url", &url];
        beckon(&migrate).await.refused("webhooks: name holds a character 0");
        let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
        run(&mut connection, "UPDATE webhooks SET name = 'ab'").await;
        run(&mut connection, "CREATE TABLE another (id TEXT PRIMARY KEY)").await;
        beckon(&migrate).await.refused("a server uses");
        connection.close().await.unwrap();
        beckon(&migrate).await.refused("do not have the same tables: another.id");
        let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
        run(&mut connection, "DROP TABLE another").await;
        run(&mut connection, "DELETE FROM _sqlx_migrations WHERE version = 57").await;
        connection.close().await.unwrap();
        beckon(&migrate).await.refused("is not of this version of Beckon");
        let mut foreign = PgConnection::connect(&url).await.unwrap();
        let rows: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(&mut foreign).await.unwrap();
        assert_eq!(rows, 0, "nothing was kept");
    })
    .await;
}
