//! Proves that a restore looks at a backup before it touches anything, and puts it in place as a whole.

use std::path::{Path, PathBuf};

use beckon_server::store::opening::SQLITE_FILE;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use super::backup::{goes_on, say, talking};
use super::beckon;
use crate::harness::Database;

async fn run(file: &Path, sql: &str) {
    let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn emails(file: &Path) -> Vec<String> {
    let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    let found = sqlx::query_scalar("SELECT email FROM users ORDER BY email").fetch_all(&mut connection).await;
    connection.close().await.unwrap();
    found.unwrap()
}

/// A folder with an installation of one user, and a backup of it.
async fn backed_up(dir: &Path) -> (String, String) {
    let (data, backup) =
        (dir.join("data").to_str().unwrap().to_owned(), dir.join("backup").to_str().unwrap().to_owned());
    beckon(&["user", "create", "--email", "a@example.test", "--role", "admin", "--data", &data]).await.ok();
    beckon(&["backup", "--data", &data, "--to", &backup]).await.ok();
    (data, backup)
}

// spec: X-1
#[tokio::test]
async fn what_is_no_sound_backup_is_refused_and_nothing_is_touched() {
    let dir = tempfile::tempdir().unwrap();
    let (data, backup) = backed_up(dir.path()).await;
    let new: PathBuf = dir.path().join("new");
    let copy = |name: &str| {
        let path = dir.path().join(name);
        std::fs::copy(&backup, &path).unwrap();
        path
    };
    let text = dir.path().join("text");
    std::fs::write(&text, "no backup").unwrap();
    let foreign = dir.path().join("foreign");
    std::fs::File::create(&foreign).unwrap();
    run(&foreign, "CREATE TABLE users (id TEXT)").await;
    let newer = copy("newer");
    run(
        &newer,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'later', TRUE, x'00', 0)",
    )
    .await;
    let altered = copy("altered");
    run(&altered, "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 4").await;
    let orphan = copy("orphan");
    run(&orphan, "PRAGMA foreign_keys = OFF; INSERT INTO queue_agents VALUES ('none', 'nobody')").await;
    let broken = copy("broken");
    let mut bytes = std::fs::read(&broken).unwrap();
    let half = bytes.len() / 2;
    bytes[4096..half].fill(0x5a);
    std::fs::write(&broken, bytes).unwrap();
    let short = copy("short");
    std::fs::OpenOptions::new().write(true).open(&short).unwrap().set_len(8192).unwrap();
    let running = copy("running");
    std::fs::write(dir.path().join("running-wal"), "not empty").unwrap();
    for (file, said) in [
        (&dir.path().join("none"), "cannot read"),
        (&text, "is not a backup of Beckon"),
        (&foreign, "is not a backup of Beckon"),
        (&newer, "made by a newer version of Beckon: it has migration 9999"),
        (&altered, "changed by something else than Beckon"),
        (&orphan, "1 rows of queue_agents refer to rows of"),
        (&broken, "is not sound"),
        (&short, "is not sound"),
        (&running, "not a backup; make one with beckon backup"),
    ] {
        let arguments = ["restore", "--data", new.to_str().unwrap(), "--from", file.to_str().unwrap()];
        beckon(&arguments).await.refused(said);
        assert!(!new.exists(), "{said}: nothing is left");
    }
    // Copied by hand while no server ran.
    let by_hand = Path::new(&data).join(SQLITE_FILE);
    for file in [Path::new(&backup), &by_hand] {
        beckon(&["restore", "--data", new.to_str().unwrap(), "--from", file.to_str().unwrap()]).await.ok();
        let names: Vec<_> =
            std::fs::read_dir(&new).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [SQLITE_FILE], "nothing else is left");
        assert_eq!(emails(&new.join(SQLITE_FILE)).await, ["a@example.test"]);
        std::fs::remove_dir_all(&new).unwrap();
    }
}

// spec: X-1
#[tokio::test]
async fn what_is_there_is_replaced_only_by_force_and_never_under_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (data, backup) = (path("data"), path("backup"));
    let (mut place, mut browser, _alice, chat) = talking(Database::Sqlite(data.clone().into())).await;
    say(&mut browser, &chat, "first").await;
    beckon(&["backup", "--data", &data, "--to", &backup]).await.ok();
    say(&mut browser, &chat, "second").await;
    let restore = ["restore", "--data", &data, "--from", &backup];
    let forced = [&restore[..], &["--force"]].concat();
    beckon(&restore).await.refused("a server uses");
    beckon(&forced).await.refused("a server uses");
    say(&mut browser, &chat, "third").await;
    place.kill();
    let log = Path::new(&data).join(format!("{SQLITE_FILE}-wal"));
    assert!(std::fs::metadata(&log).unwrap().len() > 0, "what was written last stands in the log");
    beckon(&restore).await.refused("is not empty");
    beckon(&forced).await.ok();
    assert!(!log.exists(), "the old log is not read into the new database");
    let kept = Path::new(&data).join("beckon.db.before-restore");
    let target = Path::new(&data).join(SQLITE_FILE);
    place.start_on(Database::Sqlite(data.clone().into()), &[]);
    goes_on(&place, &browser, &chat, &["first".to_owned()]).await;
    let path = format!("/api/v1/chats/{}/messages?limit=100", chat.as_str().unwrap());
    let messages = place.once(&path, |_| true).await.to_string();
    assert!(!messages.contains("second") && !messages.contains("third"), "{messages}");
    place.stop().await;
    // What was there is kept, with what stood in its log.
    std::fs::rename(&kept, &target).unwrap();
    place.start_on(Database::Sqlite(data.clone().into()), &[]);
    let messages = place.once(&path, |_| true).await.to_string();
    assert!(messages.contains("second") && messages.contains("third"), "{messages}");
    place.kill();
    beckon(&forced).await.ok();
    beckon(&forced).await.ok();
    for aside in ["", ".2"] {
        let kept = Path::new(&data).join(format!("beckon.db.before-restore{aside}"));
        assert!(kept.is_file(), "{}", kept.display());
    }
}

// spec: A-4
#[tokio::test]
async fn the_key_is_looked_at_before_anything_is_touched() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (data, backup, key) = (path("data"), path("backup"), path("key"));
    let (mut place, ..) = talking(Database::Sqlite(data.clone().into())).await;
    place.stop().await;
    let printed = beckon(&["backup", "--data", &data, "--to", &backup]).await.ok();
    assert!(
        printed.contains("of use only with the secret key") && printed.contains("secret-key"),
        "{printed}"
    );
    std::fs::write(&key, "08".repeat(32)).unwrap();
    let new = path("new");
    let restore = ["restore", "--data", &new, "--from", &backup];
    beckon(&restore).await.refused("name their key with --with-key");
    beckon(&[&restore[..], &["--with-key", &key]].concat()).await.refused("is not the key");
    assert!(!Path::new(&new).exists());
    let right = format!("{data}/secret-key");
    beckon(&[&restore[..], &["--with-key", &right]].concat()).await.ok();
    assert_eq!(std::fs::read(format!("{new}/secret-key")).unwrap(), std::fs::read(&right).unwrap());

    std::fs::remove_file(format!("{new}/{SQLITE_FILE}")).unwrap();
    std::fs::copy(&key, format!("{new}/secret-key")).unwrap();
    beckon(&[&restore[..], &["--with-key", &right]].concat()).await.refused("holds another key");
    assert!(!Path::new(&format!("{new}/{SQLITE_FILE}")).exists());
    beckon(&[&restore[..], &["--with-key", &right, "--force"]].concat()).await.ok();
    assert_eq!(std::fs::read_to_string(format!("{new}/secret-key.before-restore")).unwrap(), "08".repeat(32));
    std::fs::write(format!("{new}/secret-key"), "09".repeat(32)).unwrap();
    beckon(&[&restore[..], &["--with-key", &right, "--force"]].concat()).await.ok();
    for (aside, byte) in [("", "08"), (".2", "09")] {
        let held = std::fs::read_to_string(format!("{new}/secret-key.before-restore{aside}")).unwrap();
        assert_eq!(held, byte.repeat(32), "no key that was put aside is lost");
    }
    place.start_on(Database::Sqlite(new.into()), &[]);
    place.stop().await;
}
