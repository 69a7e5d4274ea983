//! Proves that no secret stands readable in the database: what is written is sealed, what was written before is sealed at the
//! start, and a server with another key does not start and changes nothing.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use beckon_server::app::open_with_secrets;
use beckon_server::config::{self, SecretKey};
use beckon_server::driver::Mails;
use beckon_server::store::secret_key::Fit;
use beckon_server::store::user::Role;
use beckon_server::store::{Store, Tx};
use beckon_server::vault::{KEY_LEN, SecretOf, Vault};
use serde_json::json;

use crate::harness::{Database, START, database_tests, vault};
use crate::rest::place::{Place, id_of};

database_tests!(
    every_secret_is_written_sealed,
    what_was_written_plain_is_sealed_at_the_start,
    with_another_key_nothing_is_changed,
);

/// Every column that holds secrets.
const SECRETS: [&str; 7] = [
    "SELECT secret FROM webhooks",
    "SELECT secret_before FROM webhooks",
    "SELECT identity_secret FROM sites",
    "SELECT identity_secret_before FROM sites",
    "SELECT secret FROM user_totp",
    "SELECT text FROM mails WHERE kind = 'user_link'",
    "SELECT client_secret FROM single_sign_on",
];

async fn texts(store: &Store, sql: &'static str) -> Vec<String> {
    let rows: Vec<Option<String>> = match store.read().await.unwrap() {
        Tx::Sqlite(mut tx) => sqlx::query_scalar(sql).fetch_all(&mut *tx).await.unwrap(),
        Tx::Postgres(mut tx) => sqlx::query_scalar(sql).fetch_all(&mut *tx).await.unwrap(),
    };
    rows.into_iter().flatten().collect()
}

async fn run(store: &Store, sql: &'static str) {
    let mut tx = store.write().await.unwrap();
    match &mut tx {
        Tx::Sqlite(tx) => drop(sqlx::query(sql).execute(&mut **tx).await.unwrap()),
        Tx::Postgres(tx) => drop(sqlx::query(sql).execute(&mut **tx).await.unwrap()),
    }
    tx.commit().await.unwrap();
}

/// A webhook and a site, each with a secret and the one before, somebody with a second step, an invitation by mail, and single
/// sign-on.
async fn with_secrets(store: &Store) {
    let place = Place::sending(store.clone(), Mails::Leave).await;
    let mut admin = place.signed_in("root", Role::Admin).await;
    let site = admin.post("/api/v1/sites", &json!({"name": "Shop", "origins": []})).await.created();
    let hook = json!({"name": "Desk", "url": "https://desk.example/hook", "events": ["chat.ended"]});
    let hook = admin.post("/api/v1/webhooks", &hook).await.created();
    let hook = format!("/api/v1/webhooks/{}/secret", id_of(&hook["webhook"]));
    admin.post(&hook, &json!({})).await.created();
    let secret = format!("/api/v1/sites/{}/identity-secret", id_of(&site));
    admin.post(&secret, &json!({"before_good_h": 1})).await.created();
    admin.post(&secret, &json!({"before_good_h": 1})).await.created();
    admin.post("/api/v1/me/second-step", &json!({})).await.created();
    let new = json!({"email": "bob@example.test", "name": "Bob", "role": "agent"});
    let link = format!("/api/v1/users/{}/link", id_of(&admin.post("/api/v1/users", &new).await.created()));
    admin.post(&link, &json!({})).await.created();
    admin.patch("/api/v1/single-sign-on", &json!({"client_secret": "a secret"})).await.ok();
}

// spec: A-4
async fn every_secret_is_written_sealed(database: Database) {
    let store = database.open().await;
    with_secrets(&store).await;
    let of = [
        SecretOf::Webhook,
        SecretOf::Webhook,
        SecretOf::Site,
        SecretOf::Site,
        SecretOf::SecondStep,
        SecretOf::Mail,
        SecretOf::SingleSignOn,
    ];
    for (sql, of) in SECRETS.into_iter().zip(of) {
        let held = texts(&store, sql).await;
        assert_eq!(held.len(), 1, "{sql}");
        assert!(held[0].starts_with("sealed:"), "{sql}: {}", held[0]);
        assert!(store.vault().open(of, &held[0]).is_ok(), "{sql}");
    }
    store.close().await;
}

// spec: A-4
async fn what_was_written_plain_is_sealed_at_the_start(database: Database) {
    let store = database.open().await;
    with_secrets(&store).await;
    run(&store, "UPDATE webhooks SET secret = 'cGxhaW4=', secret_before = 'b2xk'").await;
    run(&store, "UPDATE sites SET identity_secret = 'abcd'").await;
    run(&store, "UPDATE user_totp SET secret = 'JBSWY3DP'").await;
    run(&store, "UPDATE mails SET text = 'Hello Bob'").await;
    run(&store, "UPDATE single_sign_on SET client_secret = 'a secret'").await;
    assert_eq!(store.seal_all().await.unwrap(), Fit::Right);
    for (sql, of, plain) in [
        (SECRETS[0], SecretOf::Webhook, "cGxhaW4="),
        (SECRETS[1], SecretOf::Webhook, "b2xk"),
        (SECRETS[2], SecretOf::Site, "abcd"),
        (SECRETS[4], SecretOf::SecondStep, "JBSWY3DP"),
        (SECRETS[5], SecretOf::Mail, "Hello Bob"),
        (SECRETS[6], SecretOf::SingleSignOn, "a secret"),
    ] {
        let held = texts(&store, sql).await;
        assert!(held[0].starts_with("sealed:"), "{sql}: {}", held[0]);
        assert_eq!(store.vault().open(of, &held[0]).as_deref(), Ok(plain));
    }
    let before = texts(&store, SECRETS[0]).await;
    assert_eq!(store.seal_all().await.unwrap(), Fit::Right);
    assert_eq!(texts(&store, SECRETS[0]).await, before, "what is sealed stays as it is");
    store.close().await;
}

// spec: A-4
async fn with_another_key_nothing_is_changed(database: Database) {
    let store = database.open().await;
    with_secrets(&store).await;
    assert_eq!(store.seal_all().await.unwrap(), Fit::Right);
    run(&store, "UPDATE sites SET identity_secret = 'abcd'").await;
    let other = store.clone().with_vault(Vault::new(&[8; KEY_LEN]));
    assert_eq!(other.seal_all().await.unwrap(), Fit::Wrong);
    assert_eq!(texts(&store, SECRETS[2]).await, ["abcd"]);
    assert_eq!(store.seal_all().await.unwrap(), Fit::Right);
    store.close().await;
}

fn serve(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_beckon"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BECKON_")) {
        command.env_remove(name);
    }
    command.current_dir(dir).args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
    command.stdin(Stdio::null()).output().unwrap()
}

// spec: A-4
#[tokio::test]
async fn a_key_that_is_wrong_or_missing_is_said_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let database = config::Database::Sqlite(data.clone());
    let store = open_with_secrets(&database, None).await.unwrap();
    store.close().await;
    for file in std::fs::read_dir(&data).unwrap().map(Result::unwrap) {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{} is its owner's alone", file.path().display());
    }
    let key = std::fs::read_to_string(data.join("secret-key")).unwrap();
    let store = open_with_secrets(&database, Some(&SecretKey::Written(key.clone()))).await.unwrap();
    store.close().await;
    let said = |arguments: &[&str]| {
        let output = serve(dir.path(), arguments);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let other = "08".repeat(KEY_LEN);
    let text = said(&["--data", "data", "--secret-key", &other]);
    assert!(text.contains("is not the one that the secrets in this database were sealed with"), "{text}");
    let text = said(&["--data", "data", "--secret-key", "short"]);
    assert!(text.contains("64 hexadecimal digits"), "{text}");
    std::fs::rename(data.join("secret-key"), dir.path().join("moved")).unwrap();
    let text = said(&["--data", "data"]);
    assert!(text.contains("secret-key is missing: bring it back"), "{text}");
    assert!(!data.join("secret-key").exists(), "no other key took its place");
    let moved = SecretKey::InFile(dir.path().join("moved"));
    open_with_secrets(&database, Some(&moved)).await.unwrap().close().await;
}

// spec: A-4
#[tokio::test]
async fn postgresql_needs_a_key() {
    crate::harness::with_postgres(async |database: Database| {
        let Database::Postgres(url) = database else { panic!("it is PostgreSQL") };
        let output = serve(Path::new("/"), &["--database-url", &url]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.contains("openssl rand -hex 32"), "{text}");
        let database = config::Database::Postgres(url);
        let key = SecretKey::Written("07".repeat(KEY_LEN));
        let store = open_with_secrets(&database, Some(&key)).await.unwrap();
        let sealed = vault().seal(SecretOf::Site, &START.0.to_string());
        assert_eq!(store.vault().open(SecretOf::Site, &sealed), Ok(START.0.to_string()));
        store.close().await;
    })
    .await;
}
