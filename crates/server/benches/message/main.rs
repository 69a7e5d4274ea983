//! Measures messages through a whole node, real sockets included, on either database: how many are acknowledged a
//! second, beside a bare loop that appends to the same database in the same run, and how long one takes.
//! `cargo xtask bench message` runs it and prints what it finds. With `console` it fills the
//! database and serves the node until its input ends, for `cargo xtask bench console`, which measures in a browser. With
//! `lists` it fills both databases and measures every list, for `cargo xtask bench lists`.

use std::time::Duration;

use beckon_server::store::Store;
use place::Database;
use serde_json::{Value, json};

mod crowd;
mod echo;
mod figures;
mod lists;
mod place;
mod rounds;
mod talker;

/// Messages under way at once.
const SENDERS: [usize; 3] = [1, 16, 256];
/// Visitors who send them in turn: one alone may send 20 frames a second, and no more. So many may send 15 000.
const TALKERS: usize = 768;
/// Rounds of each kind; they alternate.
const ROUNDS: usize = 5;
/// Length of one round.
const ROUND: Duration = Duration::from_secs(3);

/// As the server's.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const POSTGRES_URL: &str = "BECKON_TEST_POSTGRES_URL";

#[tokio::main]
async fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let all = wanted.is_empty();
    let folder = tempfile::tempdir().expect("a folder for the database");
    let sqlite = Store::open_sqlite(folder.path()).await.expect("an embedded database");
    if wanted.iter().any(|word| word == "console") {
        return serve(sqlite, &Database::Sqlite(folder.path().to_owned())).await;
    }
    let mut databases = vec![("SQLite", sqlite, Database::Sqlite(folder.path().to_owned()))];
    if let Ok(server) = std::env::var(POSTGRES_URL) {
        let (store, database) = place::postgres(&server).await;
        databases.push(("PostgreSQL", store, database));
    } else {
        eprintln!("{POSTGRES_URL} is not set: only SQLite is measured");
    }
    for (name, store, database) in databases {
        let place = place::Place::open(store).await;
        if wanted.iter().any(|word| word == "lists") {
            crowd::fill(&database, &place).await;
            lists::measure(name, &place).await;
        }
        if all || wanted.iter().any(|word| word == "message") {
            message(name, &place).await;
        }
    }
}

/// Serves a node whose database holds a crowd, until somebody closes our input.
async fn serve(sqlite: Store, database: &Database) {
    let place = place::Place::open(sqlite).await;
    crowd::fill(database, &place).await;
    tell(&json!({ "url": format!("http://{}", place.address), "cookie": place.cookie() }));
    let ended = tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    ended.await.expect("no panic").expect("an input");
}

async fn message(database: &str, place: &place::Place) {
    let senders_thread = talker::thread();
    let mut talkers = place.talking(&senders_thread, TALKERS).await;
    let mut echoed =
        senders_thread.spawn(talker::enter_all(echo::serve().await, TALKERS)).await.expect("no panic");
    for senders in SENDERS {
        let (mut bare, mut echo, mut node, mut waits) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(rounds::bare(place, TALKERS, senders, ROUND).await);
            let round = senders_thread.spawn(rounds::closed(echoed, senders, ROUND));
            let (again, rate, _) = round.await.expect("no panic");
            echoed = again;
            echo.push(rate);
            let round = senders_thread.spawn(rounds::closed(talkers, senders, ROUND));
            let (again, rate, round) = round.await.expect("no panic");
            talkers = again;
            node.push(rate);
            waits.extend(round);
        }
        let rate = figures::median(&mut node);
        let (alone, sockets) = (figures::median(&mut bare), figures::median(&mut echo));
        // What one machine does that spends on each message what either of them does.
        let both = 1.0 / (1.0 / alone + 1.0 / sockets);
        let what = format!("{database}, {senders} senders");
        row(&format!("{what}: bare loop"), alone, "/s", Some(figures::range(&bare)));
        row(&format!("{what}: sockets alone"), sockets, "/s", Some(figures::range(&echo)));
        row(&format!("{what}: acknowledged"), rate, "/s", Some(figures::range(&node)));
        row(&format!("{what}: of the bare loop"), 100.0 * rate / alone, "%", None);
        row(&format!("{what}: of the two one after the other"), 100.0 * rate / both, "%", None);
        row(&format!("{what}: p50"), figures::percentile(&mut waits, 50), "ms", None);
        row(&format!("{what}: p99"), figures::percentile(&mut waits, 99), "ms", None);
        let open = senders_thread.spawn(rounds::open(talkers, rate / 2.0, ROUND * 2));
        let (again, mut late) = open.await.expect("no panic");
        talkers = again;
        let half = format!("{what}: at {:.0} /s", rate / 2.0);
        row(&format!("{half}, p50"), figures::percentile(&mut late, 50), "ms", None);
        row(&format!("{half}, p99"), figures::percentile(&mut late, 99), "ms", None);
    }
    let leave = async {
        for talker in talkers {
            talker.leave().await;
        }
    };
    senders_thread.spawn(leave).await.expect("no panic");
}

/// One figure as a line of JSON, for whoever prints the table.
fn row(name: &str, value: f64, unit: &str, range: Option<(f64, f64)>) {
    tell(&json!({ "name": name, "value": value, "unit": unit, "range": range }));
}

#[expect(clippy::print_stdout, reason = "this is a program that prints")]
fn tell(line: &Value) {
    println!("{line}");
}
