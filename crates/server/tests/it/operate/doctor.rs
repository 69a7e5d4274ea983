//! Proves that the doctor finds what is wrong, says what to do, ends with how bad it is, and changes nothing.

use std::collections::BTreeMap;
use std::path::Path;

use beckon_server::store::Store;
use beckon_server::store::opening::SQLITE_FILE;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use super::beckon;
use crate::bus::free_port;
use crate::harness::{Database, with_postgres};
use crate::live::program::Program;
use crate::smtpd::Smtpd;

/// What was found, by what was looked at; and how it ended.
async fn examine(arguments: &[&str]) -> (BTreeMap<String, Value>, i32) {
    let done = beckon(&[&["doctor", "--json"], arguments].concat()).await;
    let said: Value = serde_json::from_str(&done.out).unwrap_or_else(|_| panic!("{}{}", done.out, done.err));
    let findings = said["findings"].as_array().unwrap().iter();
    let by_name = findings.map(|finding| (finding["check"].as_str().unwrap().to_owned(), finding.clone()));
    let ends = ["ok", "warning", "fault"].iter().position(|state| said["state"] == *state).unwrap();
    assert_eq!(usize::try_from(done.status).unwrap(), ends, "{said}");
    (by_name.collect(), done.status)
}

#[track_caller]
fn found(findings: &BTreeMap<String, Value>, check: &str, state: &str, says: &str) {
    let finding = findings.get(check).unwrap_or_else(|| panic!("{check}: {findings:#?}"));
    assert_eq!(finding["state"], state, "{finding}");
    assert!(finding["says"].as_str().unwrap().contains(says), "{finding}");
    assert_eq!(finding["advice"] == "", state == "ok", "what is wrong comes with what to do: {finding}");
}

async fn run(dir: &Path, sql: &str) {
    let file = dir.join(SQLITE_FILE);
    let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// What stands in the files that count; SQLite makes two empty ones for whoever reads.
fn contents(dir: &Path) -> Vec<Vec<u8>> {
    let log = std::fs::metadata(dir.join(format!("{SQLITE_FILE}-wal"))).map_or(0, |log| log.len());
    assert_eq!(log, 0, "nothing was written");
    [SQLITE_FILE, "secret-key"].map(|name| std::fs::read(dir.join(name)).unwrap()).to_vec()
}

#[tokio::test]
async fn a_sound_installation_is_found_sound_while_it_runs_and_is_not_changed() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let arguments = ["--data", data.to_str().unwrap()];
    let (findings, _) = examine(&arguments).await;
    found(&findings, "database", "warning", "there is none in");
    assert!(!data.exists());
    let mut program = Program::start(&Database::Sqlite(data.clone()));
    let sound = [
        ("settings", "can be read"),
        ("data", "can be written"),
        ("database", "SQLite 3"),
        ("durability", "journal_mode is wal"),
        ("migrations", "are applied"),
        ("integrity", "nothing is damaged"),
        ("secret key", "opens the secrets"),
        ("mails", "none waits"),
        ("webhooks", "no delivery waits"),
        ("mail server", "is not set"),
    ];
    let (findings, status) = examine(&arguments).await;
    for (check, says) in sound {
        found(&findings, check, "ok", says);
    }
    assert!(status < 2 && findings.contains_key("disk") && findings.contains_key("files"), "{findings:#?}");
    program.terminate();
    assert!(program.ended().await.success());
    let before = contents(&data);
    let (findings, _) = examine(&arguments).await;
    for (check, says) in sound {
        found(&findings, check, "ok", says);
    }
    assert!(contents(&data) == before, "nothing is changed");
    let lines = beckon(&["doctor", "--data", data.to_str().unwrap()]).await.out;
    assert!(
        lines.lines().any(|line| line.starts_with("ok       integrity    nothing is damaged")),
        "{lines}"
    );
    assert_eq!(lines.lines().count(), findings.len());
}

#[tokio::test]
async fn each_fault_of_an_embedded_database_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let arguments = ["--data", data.to_str().unwrap()];
    let mut program = Program::start(&Database::Sqlite(data.to_owned()));
    program.kill();
    run(
        data,
        "INSERT INTO mails (id, kind, recipient, subject, text, created_at, due_at, tries, failed, last_error)
         VALUES ('1', 'x', 'a@example.test', 's', 't', 0, 1, 3, FALSE, 'no')",
    )
    .await;
    run(data, "PRAGMA foreign_keys = OFF; INSERT INTO queue_agents VALUES ('none', 'nobody')").await;
    let key = data.join("secret-key");
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let (findings, status) = examine(&arguments).await;
    found(&findings, "mails", "warning", "1 wait for more than an hour");
    found(&findings, "integrity", "fault", "queue_agents refer to rows of");
    found(&findings, "key file", "warning", "can be read by others");
    assert_eq!(status, 2);
    std::fs::write(&key, "08".repeat(32)).unwrap();
    found(&examine(&arguments).await.0, "secret key", "fault", "does not open the secrets");
    std::fs::remove_file(&key).unwrap();
    found(&examine(&arguments).await.0, "secret key", "fault", "is missing");
    std::fs::write(&key, "short").unwrap();
    found(&examine(&arguments).await.0, "secret key", "fault", "64 hexadecimal digits");
    run(data, "DELETE FROM _sqlx_migrations WHERE version = 57").await;
    found(&examine(&arguments).await.0, "migrations", "warning", "1 are not applied yet");
    run(
        data,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'later', TRUE, x'00', 0)",
    )
    .await;
    found(&examine(&arguments).await.0, "migrations", "fault", "of a newer version: 9999");
    run(data, "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 4").await;
    found(&examine(&arguments).await.0, "migrations", "fault", "not as this program made them: 4");
    std::fs::write(
        data.join(SQLITE_FILE),
        "no database at all, and long enough to be read as the head of one ".repeat(20),
    )
    .unwrap();
    let (findings, status) = examine(&arguments).await;
    found(&findings, "database", "fault", "");
    assert_eq!(status, 2);
    let (findings, status) =
        examine(&["--data", "x", "--trusted-proxies", "1", "--smtp-url", "smtp://localhost"]).await;
    found(&findings, "settings", "fault", "mail_from");
    assert_eq!(status, 2);
}

#[tokio::test]
async fn what_stands_beside_a_node_is_reached_or_found_away() {
    with_postgres(async |database: Database| {
        let Database::Postgres(url) = &database else { panic!("it is PostgreSQL") };
        Store::open_postgres(url).await.unwrap().close().await;
        let nats = std::env::var("BECKON_TEST_NATS_URL").unwrap();
        let key = "07".repeat(32);
        let smtpd = Smtpd::start().await;
        let mail = smtpd.settings("smtp", "");
        let from = ["--smtp-url", &mail.smtp_url, "--mail-from", &mail.from];
        let at = ["--database-url", url, "--secret-key", &key, "--nats-url", &nats];
        let (findings, _) = examine(&[&at[..], &from].concat()).await;
        for (check, says) in [
            ("database", "PostgreSQL 1"),
            ("clock", "ms apart"),
            ("migrations", "are applied"),
            ("integrity", "nothing is damaged"),
            ("secret key", "nothing is sealed yet"),
            ("mail server", "answers"),
        ] {
            found(&findings, check, "ok", says);
        }
        assert_ne!(findings["nats"]["state"], "fault", "{}", findings["nats"]);
        let (findings, _) = examine(&["--database-url", url]).await;
        found(&findings, "secret key", "fault", "is not set");
        drop(smtpd);
        let nobody = format!("nats://127.0.0.1:{}", free_port());
        let at = ["--database-url", url, "--secret-key", &key, "--nats-url", &nobody];
        let (findings, status) = examine(&[&at[..], &from].concat()).await;
        found(&findings, "nats", "fault", "cannot be reached");
        found(&findings, "mail server", "fault", "");
        assert_eq!(status, 2);
        // A mail server without TLS, where TLS is asked for.
        let smtpd = Smtpd::start().await;
        let strict = smtpd.settings("smtp", "?tls=required");
        let from = ["--smtp-url", &strict.smtp_url, "--mail-from", &strict.from];
        found(&examine(&[&at[..], &from].concat()).await.0, "mail server", "fault", "");
        drop(smtpd);
        let away = format!("postgres://postgres@127.0.0.1:{}/none", free_port());
        let (findings, status) = examine(&["--database-url", &away, "--secret-key", &key]).await;
        found(&findings, "database", "fault", "cannot be opened");
        assert_eq!(status, 2);
    })
    .await;
}
