//! Proves how a server stops: those who are connected are told to move one after another, and served until then.

use std::time::{Duration, Instant};

use beckon_engine::settings::SiteSettings;
use beckon_server::clock::Clock;
use beckon_server::store::user::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::harness::{Database, database_tests};
use crate::live::client::readiness;
use crate::live::client::{Browser, Console};
use crate::live::program::Program;
use crate::live::shop::{ORIGIN, Plan, employ, page, plant};

database_tests!(
    everyone_is_told_to_move_one_after_another,
    without_a_time_to_drain_all_are_told_at_once,
    a_second_signal_skips_the_rest_of_the_draining,
    a_request_that_never_ends_does_not_keep_the_server
);

const CLIENTS: usize = 12;

/// A server whose visitors are silent, and they.
async fn crowded(database: &Database, more: &[&str]) -> (Program, String, Vec<Browser>, Console) {
    let store = database.open().await;
    let settings = SiteSettings { poll_interval_s: 300, ..Plan::default().settings };
    let (site, queue, _) = plant(&store, &Plan { settings, ..Plan::default() }).await;
    let (token, user) = employ(&store, &queue, "Alice", Role::Agent, 2, Clock::System.now()).await;
    store.close().await;
    let program = Program::start_with(database, more);
    let browsers = join_all((0..CLIENTS).map(async |_| {
        let mut browser = Browser::connect(program.address, Some(ORIGIN)).await;
        browser.hello(&site.key, json!({ "pages": [page(1, "/about")] })).await;
        browser
    }));
    let browsers = browsers.await;
    let console = Console::sign_in(program.address, &token, user).await;
    (program, site.key, browsers, console)
}

/// When each of them was closed, in this order, after that moment.
async fn closed(browsers: Vec<Browser>, mut console: Console, since: Instant) -> Vec<Duration> {
    let mut all = join_all(browsers.into_iter().map(async |mut browser| {
        assert_eq!(browser.socket.closed().await, 4000, "come again");
        since.elapsed()
    }));
    let (mut times, _) = tokio::join!(&mut all, async {
        assert_eq!(console.socket.closed().await, 4000);
    });
    times.sort();
    times
}

// spec: N-6 X-1
async fn everyone_is_told_to_move_one_after_another(database: Database) {
    let (mut program, key, browsers, console) = crowded(&database, &["--drain-s", "4"]).await;
    assert_eq!(readiness(program.address).await.0, 200);
    let asked = Instant::now();
    program.terminate();
    let meanwhile = async {
        let refused = async {
            loop {
                let (status, said) = readiness(program.address).await;
                if status == 503 {
                    return said;
                }
            }
        };
        let said: Value = refused.await;
        assert_eq!((&said["status"], &said["reasons"][0]["code"]), (&json!("not_ready"), &json!("draining")));
        // A proxy that has not noticed still sends people here: they are served until the end.
        let mut late = Browser::connect(program.address, Some(ORIGIN)).await;
        late.hello(&key, json!({ "pages": [page(1, "/about")] })).await;
        assert_eq!(late.socket.closed().await, 4000);
        asked.elapsed()
    };
    let (times, late) = tokio::join!(closed(browsers, console, asked), meanwhile);
    let spread = times[CLIENTS - 1] - times[0];
    assert!(spread > Duration::from_secs(2), "they are told apart: {times:?}");
    let gaps = times.windows(2).filter(|pair| pair[1] - pair[0] > Duration::from_millis(50)).count();
    assert!(gaps >= CLIENTS / 2, "not in one heap: {times:?}");
    assert!(late >= times[CLIENTS - 2], "who came late is told last: {late:?} {times:?}");
    assert!(program.ended().await.success());
    assert!(TcpStream::connect(program.address).await.is_err());
    assert!(asked.elapsed() < Duration::from_secs(4 + 40), "the stop is bounded");
}

// spec: N-6
async fn without_a_time_to_drain_all_are_told_at_once(database: Database) {
    let (mut program, _, browsers, console) = crowded(&database, &["--drain-s", "0"]).await;
    let asked = Instant::now();
    program.terminate();
    let times = closed(browsers, console, asked).await;
    assert_eq!(times.len(), CLIENTS);
    assert!(program.ended().await.success());
}

// spec: N-6
async fn a_second_signal_skips_the_rest_of_the_draining(database: Database) {
    let (mut program, _, browsers, console) = crowded(&database, &["--drain-s", "600"]).await;
    let asked = Instant::now();
    program.terminate();
    while readiness(program.address).await.0 == 200 {}
    program.terminate();
    assert_eq!(closed(browsers, console, asked).await.len(), CLIENTS);
    assert!(program.ended().await.success());
}

// spec: N-6
async fn a_request_that_never_ends_does_not_keep_the_server(database: Database) {
    let (mut program, _, browsers, console) = crowded(&database, &["--drain-s", "0"]).await;
    let mut stuck = TcpStream::connect(program.address).await.unwrap();
    let head = "POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    stuck.write_all(head.as_bytes()).await.unwrap();
    // Whatever came first is being answered by the time that another request was.
    readiness(program.address).await;
    let asked = Instant::now();
    program.terminate();
    closed(browsers, console, asked).await;
    assert!(program.ended().await.success());
    drop(stuck);
}
