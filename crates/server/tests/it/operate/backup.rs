//! Proves that a backup of a running server is whole and of one moment, and that nothing is overwritten by it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::beckon;
use crate::harness::{Database, with_postgres};
use crate::live::client::{Browser, Console};
use crate::live::program::Place;
use crate::live::shop::Plan;

/// A shop in which a visitor and Alice are talking.
pub(super) async fn talking(database: Database) -> (Place, Browser, Console, Value) {
    let place = Place::open(database, Plan { required_time_s: 86_400, ..Plan::default() }).await;
    let mut alice = place.ready("Alice").await;
    let mut browser = place.browser().await;
    browser.open().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    let chat = alice.take().await;
    (place, browser, alice, chat["id"].clone())
}

/// Says something, and waits until it is acknowledged.
pub(super) async fn say(browser: &mut Browser, chat: &Value, text: &str) {
    browser.say(chat, text, text).await;
    let acknowledged = |frame: &Value| frame["type"] == "ack" && frame["id"] == text;
    browser.socket.next(text, acknowledged).await;
}

/// Sees that a visitor who comes back and Alice find the conversation on the server that runs now.
pub(super) async fn goes_on(place: &Place, browser: &Browser, chat: &Value, said: &[String]) {
    let mut back = place.back(browser, chat).await;
    assert_eq!(back.welcome["chat"]["state"], "active");
    for text in said {
        back.message(text).await;
    }
    let mut alice = place.ready("Alice").await;
    alice.socket.send(json!({ "type": "follow", "chat": chat, "after": 0 })).await;
    alice.message(said.last().unwrap()).await;
    say(&mut back, chat, "here again").await;
    alice.message("here again").await;
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

// spec: X-1 A-4
#[tokio::test]
async fn a_backup_of_a_server_that_is_written_to_holds_all_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (mut place, mut browser, _alice, chat) = talking(Database::Sqlite(path("data").into())).await;
    let mut said = Vec::new();
    for number in 0..20 {
        said.push(format!("before {number}"));
        say(&mut browser, &chat, &said[number]).await;
    }
    let (data, to, key) = (path("data"), path("backup.db"), path("key"));
    let arguments = ["backup", "--data", &data, "--to", &to, "--with-key", &key];
    let writing = async {
        let mut pace = tokio::time::interval(Duration::from_millis(60));
        for number in 0.. {
            pace.tick().await;
            say(&mut browser, &chat, &format!("meanwhile {number}")).await;
        }
    };
    let done = tokio::select! {
        done = beckon(&arguments) => done,
        () = writing => unreachable!("it is written on and on"),
    };
    let printed = done.ok();
    assert!(
        printed.contains("sound") && printed.contains("1 chats") && printed.contains("3 users"),
        "{printed}"
    );
    assert!(printed.contains("who has both has all"), "{printed}");
    assert_eq!((mode(Path::new(&to)), mode(Path::new(&key))), (0o600, 0o600));
    say(&mut browser, &chat, "after").await;
    place.kill();

    beckon(&["restore", "--data", &path("new"), "--from", &to, "--with-key", &key]).await.ok();
    place.start_on(Database::Sqlite(path("new").into()), &[]);
    goes_on(&place, &browser, &chat, &said).await;
    let path = format!("/api/v1/chats/{}/messages?limit=100", chat.as_str().unwrap());
    let messages = place.once(&path, |_| true).await["items"].as_array().unwrap().clone();
    let mut numbers: Vec<_> = messages.iter().map(|message| message["seq"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=messages.len() as u64), "none is missing: {numbers:?}");
    assert!(messages.iter().all(|message| message["text"] != "after"), "it was made before");
    place.stop().await;
}

// spec: X-1
#[tokio::test]
async fn a_backup_writes_over_nothing_and_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (data, to) = (path("data"), path("backup.db"));
    beckon(&["backup", "--data", &data, "--to", &to]).await.refused("there is no database in");
    let made = ["user", "create", "--email", "a@example.test", "--role", "admin", "--data", &data];
    beckon(&made).await.ok();
    std::fs::write(&to, "kept").unwrap();
    beckon(&["backup", "--data", &data, "--to", &to]).await.refused("is there already and stays");
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "kept");
    let printed = beckon(&["backup", "--data", &data, "--to", &to, "--force"]).await.ok();
    assert!(printed.contains("It holds no sealed secrets"), "{printed}");
    assert!(std::fs::read(&to).unwrap().starts_with(b"SQLite format 3"));
    let key = path("key");
    let arguments = ["backup", "--data", &data, "--to", &path("other"), "--with-key", &key];
    beckon(&arguments).await.refused("there is no secret key to copy");
    beckon(&["backup", "--data", &data, "--to", &path("none/other")]).await.refused("cannot write into");
    let mut names: Vec<_> =
        std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["backup.db", "data"]);
}

// spec: X-1
#[tokio::test]
async fn postgresql_is_backed_up_and_restored_by_its_own_tools() {
    with_postgres(async |from: Database| {
        with_postgres(async |to: Database| {
            let (Database::Postgres(from_url), Database::Postgres(to_url)) = (&from, &to) else {
                panic!("both are PostgreSQL")
            };
            let dir = tempfile::tempdir().unwrap();
            let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
            let (backup, key, other) = (path("backup"), path("key"), path("other"));
            std::fs::write(&key, "07".repeat(32)).unwrap();
            std::fs::write(&other, "08".repeat(32)).unwrap();
            let (mut place, mut browser, _alice, chat) = talking(from.clone()).await;
            say(&mut browser, &chat, "kept").await;
            let arguments =
                ["backup", "--database-url", from_url, "--secret-key-file", &key, "--to", &backup];
            let printed = beckon(&arguments).await.ok();
            assert!(printed.contains("1 chats") && printed.contains(&key), "{printed}");
            assert_eq!(mode(Path::new(&backup)), 0o600);
            place.kill();

            let restore = ["restore", "--database-url", to_url, "--from", &backup, "--with-key"];
            beckon(&[&restore[..], &[&other]].concat()).await.refused("is not the key");
            let part = path("part");
            let whole = std::fs::read(&backup).unwrap();
            std::fs::write(&part, &whole[..whole.len() * 3 / 4]).unwrap();
            let arguments = ["restore", "--database-url", to_url, "--from", &part, "--with-key", &key];
            beckon(&arguments).await.refused("pg_restore failed");
            beckon(&["restore", "--data", &path("data"), "--from", &backup]).await.refused("--database-url");
            beckon(&[&restore[..], &[&key]].concat()).await.ok();
            beckon(&[&restore[..], &[&key]].concat()).await.refused("is not empty");
            place.start_on(to.clone(), &[]);
            goes_on(&place, &browser, &chat, &["kept".to_owned()]).await;
            place.kill();
        })
        .await;
    })
    .await;
}
