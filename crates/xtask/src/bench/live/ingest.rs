//! How many page views the server stores a second, and how many bytes one takes in its database: visitors show pages faster than
//! it can store them, for some seconds, until all that came is stored. What finds the queue of what is to be written full is
//! dropped by the server, and it is said how much was not.
//!
//! The floor appends the same views to a database of the same engine, set up as the server's: large batches, one commit each, no
//! index, addresses by number in a dictionary. That is fair, because nobody who keeps views can do less than append them; it pays
//! for no socket, no frame, no rule, and nobody who looks a view up. The visitors run on the same cores as the server.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;
use rusqlite::{Connection, params};
use serde_json::json;
use tungstenite::Message;

use super::super::figure::Figure;
use super::super::rounds::Spread;
use super::connections::{Visitor, connect, drain};
use super::served::Served;
use crate::shop::ORIGIN;

/// Different pages.
const PAGES: u32 = 500;
/// Page views of a visitor a second, far less than a connection may send.
const PER_VISITOR_S: u32 = 4;
/// Threads that send.
const THREADS: usize = 2;
/// Rows of one commit of the floor.
const BATCH: u32 = 10_000;
const ROWS_PER_S_MIN: f64 = 100_000.0;
const BYTES_MAX: f64 = 60.0;
/// After this time without another row everything is stored.
const SETTLED: Duration = Duration::from_millis(2_500);

/// How much is measured.
struct Load {
    visitors: u32,
    seconds: u32,
    rounds: usize,
}

/// What a round came to: rows stored a second, and bytes of each.
struct Round(f64, f64);

/// What visitors sent in a round: page views each second, and how many of a hundred were stored.
struct Sent(f64, f64);

/// Measures.
///
/// # Errors
/// When the server cannot be started, or stores nothing.
pub(in crate::bench) fn measure(quick: bool) -> anyhow::Result<Vec<Figure>> {
    let load = if quick {
        Load { visitors: 2_000, seconds: 2, rounds: 1 }
    } else {
        Load { visitors: 10_000, seconds: 6, rounds: 3 }
    };
    let (mut own, mut floor, mut sent) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..load.rounds {
        let (round, offered) = stored(&load)?;
        own.push(round);
        sent.push(offered);
        floor.push(appended(&load)?);
    }
    let of = |rounds: &[Round], field: fn(&Round) -> f64| Spread::of(rounds.iter().map(field).collect());
    Ok(vec![
        Figure::new("page views sent", "/s", Spread::of(sent.iter().map(|sent| sent.0).collect())),
        Figure::new("of those, stored", "%", Spread::of(sent.iter().map(|sent| sent.1).collect())),
        Figure::new("page views stored", "/s", of(&own, |round| round.0))
            .above(of(&floor, |round| round.0))
            .at_least(ROWS_PER_S_MIN),
        Figure::new("a page view in the database", "bytes", of(&own, |round| round.1))
            .above(of(&floor, |round| round.1))
            .at_most(BYTES_MAX),
    ])
}

/// A server of its own, so that every round begins with an empty database.
fn stored(load: &Load) -> anyhow::Result<(Round, Sent)> {
    let served = Served::beckon()?;
    served.be_patient()?;
    let mut visitors = connect(&served, load.visitors)?;
    std::thread::sleep(SETTLED);
    let database = Connection::open(served.database()?)?;
    let (bytes, rows) = (size(&database)?, count(&database)?);
    let began = Instant::now();
    let until = began + Duration::from_secs(load.seconds.into());
    let sent = std::thread::scope(|scope| {
        let share = visitors.len().div_ceil(THREADS);
        let sending: Vec<_> =
            visitors.chunks_mut(share).map(|share| scope.spawn(move || send_until(share, until))).collect();
        sending
            .into_iter()
            .map(|thread| thread.join().expect("sending reports its errors"))
            .sum::<Result<u32, _>>()
    })?;
    // The last row's time is when it was seen, to a tenth of a second.
    let (mut last, mut at) = (count(&database)?, Instant::now());
    while at.elapsed() < SETTLED {
        std::thread::sleep(Duration::from_millis(100));
        let now = count(&database)?;
        if now > last {
            (last, at) = (now, Instant::now());
        }
    }
    let new = last - rows;
    ensure!(new > 0.0, "nothing was stored");
    visitors.iter_mut().try_for_each(drain)?;
    let sent = Sent(f64::from(sent) / f64::from(load.seconds), 100.0 * new / f64::from(sent));
    Ok((Round(new / (at - began).as_secs_f64(), (size(&database)? - bytes) / new), sent))
}

/// Each shows one page after another, no faster than it may: how many were shown.
fn send_until(visitors: &mut [Visitor], until: Instant) -> anyhow::Result<u32> {
    let mut sent = 0;
    let turn = Duration::from_secs(1) / PER_VISITOR_S;
    let mut due = Instant::now();
    for view in 2.. {
        for visitor in &mut *visitors {
            if Instant::now() >= until {
                return Ok(sent);
            }
            visitor.send(Message::text(page(view)))?;
            sent += 1;
        }
        due += turn;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(sent)
}

fn page(view: u32) -> String {
    json!({ "type": "page", "tab": 7, "view": view, "url": address(view), "title": title(view), "referrer": "" })
        .to_string()
}

fn address(view: u32) -> String {
    format!("{ORIGIN}/stories/{}", view % PAGES)
}

fn title(view: u32) -> String {
    format!("Story {} of the shop", view % PAGES)
}

fn count(database: &Connection) -> anyhow::Result<f64> {
    Ok(database.query_row("SELECT count(*) FROM page_views", [], |row| row.get(0))?)
}

/// Bytes of all its pages.
fn size(database: &Connection) -> anyhow::Result<f64> {
    let number = |name| database.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, f64>(0));
    Ok(number("page_count")? * number("page_size")?)
}

/// The floor, in a new database, for as long.
fn appended(load: &Load) -> anyhow::Result<Round> {
    let folder = tempfile::Builder::new().prefix("beckon-bench-").tempdir()?;
    let mut database = bare(folder.path())?;
    let bytes = size(&database)?;
    let mut known = HashMap::new();
    let began = Instant::now();
    let mut written = 0_u32;
    while began.elapsed().as_secs() < load.seconds.into() {
        let batch = database.transaction()?;
        {
            let mut insert = batch.prepare_cached("INSERT INTO views VALUES (?, ?, ?, ?, ?, ?, NULL, 0)")?;
            let mut learn = batch.prepare_cached("INSERT INTO pages (url) VALUES (?)")?;
            for _ in 0..BATCH {
                written += 1;
                let view = written / load.visitors + 2;
                let url = address(view);
                let page = match known.get(&url) {
                    Some(page) => *page,
                    None => {
                        let page = learn.insert([&url])?;
                        known.insert(url, page);
                        page
                    }
                };
                let visit = u128::from(written % load.visitors).to_be_bytes();
                let entered_at = 1_764_360_000_000_i64 + i64::from(written);
                insert.execute(params![visit, 7, view, page, title(view), entered_at])?;
            }
        }
        batch.commit()?;
    }
    let rate = f64::from(written) / began.elapsed().as_secs_f64();
    Ok(Round(rate, (size(&database)? - bytes) / f64::from(written)))
}

/// A database that keeps what is committed, as the server's does.
fn bare(folder: &Path) -> anyhow::Result<Connection> {
    let database = Connection::open(folder.join("floor.db"))?;
    database.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE pages (id INTEGER PRIMARY KEY, url TEXT NOT NULL);
         CREATE TABLE views (visit BLOB NOT NULL, tab INTEGER NOT NULL, view INTEGER NOT NULL, page_id INTEGER NOT NULL,
                             title TEXT NOT NULL, entered_at INTEGER NOT NULL, left_at INTEGER, visible_s INTEGER NOT NULL);",
    )?;
    Ok(database)
}
