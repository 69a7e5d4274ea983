//! How cost grows: of a page view with the visitors who are connected and with the site's rules, of an arrival with the
//! visitors who are known, and of what agents ask for with the chats that are stored; and memory with visitors.
//!
//! There is no floor: each figure stands beside the same one in a smaller installation. Flat is what does not have to look at more,
//! logarithmic what finds its place in an index. Page views are sent when they are due; times are the server's processor time,
//! but for what agents ask for, which is the time until the whole answer has come.

use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::json;
use tungstenite::Message;

use super::super::figure::Figure;
use super::super::rounds::Spread;
use super::connections::{Visitor, connect, drain};
use super::quiet;
use super::served::Served;
use crate::shop::ORIGIN;

mod fill;

use fill::Tables;

/// Page views each second, whatever the size.
const VIEWS_PER_S: u32 = 1_000;
/// After this time what came last is stored.
const WRITTEN_WITHIN: Duration = Duration::from_secs(2);
/// Visitors whose arrival is measured.
const ARRIVALS: u32 = 1_000;
/// What was begun meanwhile is done.
const SETTLE: Duration = Duration::from_secs(2);
/// Calls of each route, after one that warms up.
const CALLS: usize = 9;

/// How far it grows.
struct Sizes {
    connected: &'static [u32],
    rules: &'static [u32],
    known: &'static [u32],
    chats: &'static [u32],
    seconds: u32,
    rounds: usize,
    again_max: usize,
}

const FULL: Sizes = Sizes {
    connected: &[1_000, 5_000, 19_000],
    rules: &[10, 100, 1_000],
    known: &[1_000, 30_000, 1_000_000],
    chats: &[1_000, 30_000, 1_000_000],
    seconds: 4,
    rounds: 2,
    again_max: 1,
};
const QUICK: Sizes = Sizes {
    connected: &[500, 2_000],
    rules: &[10, 100],
    known: &[1_000, 50_000],
    chats: &[1_000, 20_000],
    seconds: 2,
    rounds: 1,
    again_max: 0,
};

/// Measures.
///
/// # Errors
/// When the server cannot be started or refuses something.
pub(in crate::bench) fn measure(quick: bool) -> anyhow::Result<Vec<Figure>> {
    let sizes = if quick { QUICK } else { FULL };
    let mut figures = connected(&sizes)?;
    figures.extend(rules(&sizes)?);
    figures.extend(known(&sizes)?);
    figures.extend(chats(&sizes)?);
    Ok(figures)
}

/// More and more visitors on the same server.
fn connected(sizes: &Sizes) -> anyhow::Result<Vec<Figure>> {
    let served = patient()?;
    // The first pay for what is made once: pools, caches, compiled rules.
    let mut crowd = connect(&served, 100)?;
    let (mut costs, mut memory) = (Vec::new(), Vec::new());
    let (mut there, mut before) = (0, served.process().settled_kb()?);
    for &size in sizes.connected {
        crowd.extend(connect(&served, size - there)?);
        let now = served.process().settled_kb()?;
        let kb = Spread::once((now - before) / f64::from(size - there));
        memory.push(Figure::grown("memory of a connected visitor", size, "connected", "KB", kb));
        (there, before) = (size, now);
        let cost = page_views(&served, &mut crowd, sizes)?;
        costs.push(Figure::grown("a page view", size, "connected", "µs", cost));
    }
    costs.extend(memory);
    Ok(costs)
}

fn rules(sizes: &Sizes) -> anyhow::Result<Vec<Figure>> {
    let figure = |&rules: &u32| {
        let served = Served::with(1, rules)?;
        let mut crowd = connect(&served, 400)?;
        let cost = page_views(&served, &mut crowd, sizes)?;
        Ok(Figure::grown("a page view", rules, "rules", "µs", cost))
    };
    sizes.rules.iter().map(figure).collect()
}

/// Newcomers, while more and more visitors are known from before.
fn known(sizes: &Sizes) -> anyhow::Result<Vec<Figure>> {
    let (mut costs, mut memory) = (Vec::new(), Vec::new());
    for &size in sizes.known {
        let served = patient()?;
        Tables::open(&served)?.visitors(0, size)?;
        let _first = connect(&served, 100)?;
        std::thread::sleep(SETTLE);
        let process = served.process();
        let before = process.processor_s()?;
        let _crowd = connect(&served, ARRIVALS)?;
        std::thread::sleep(WRITTEN_WITHIN);
        let cost = (process.processor_s()? - before) * 1e6 / f64::from(ARRIVALS);
        costs.push(Figure::grown("an arrival", size, "known", "µs", Spread::once(cost)));
        let mb = Spread::once(process.settled_kb()? / 1024.0);
        memory.push(Figure::grown("memory of the server", size, "known", "MB", mb));
    }
    costs.extend(memory);
    Ok(costs)
}

/// What agents ask for, while more and more chats are stored, and how soon a server that was killed is ready again.
fn chats(sizes: &Sizes) -> anyhow::Result<Vec<Figure>> {
    let mut served = patient()?;
    let site = format!("/api/v1/sites/{}", served.shop.as_ref().context("it was furnished")?.site);
    let routes = [
        ("the history", format!("{site}/history")),
        ("a frequent word in the history", format!("{site}/history?q=oak")),
        ("a rare word in the history", format!("{site}/history?q=77")),
        ("what rules have brought today", format!("{site}/rules/today")),
        ("the wallboard", "/api/v1/wallboard".to_owned()),
    ];
    let (mut figures, mut starts, mut stored) = (Vec::new(), Vec::new(), 0);
    for &size in sizes.chats {
        let tables = Tables::open(&served)?;
        tables.visitors(stored, size)?;
        tables.chats(stored, size)?;
        drop(tables);
        stored = size;
        let shop = served.shop.as_ref().context("it was furnished")?;
        for (name, path) in &routes {
            let mut calls = Vec::new();
            for call in 0..=CALLS {
                let began = Instant::now();
                served.block_on(shop.admin.read(served.address, path))?;
                if call > 0 {
                    calls.push(began.elapsed().as_secs_f64() * 1e3);
                }
            }
            figures.push(Figure::grown(name, size, "chats", "ms", Spread::of(calls)));
        }
        let mb = std::fs::metadata(served.database()?)?.len() as f64 / 1024.0 / 1024.0;
        let took;
        (served, took) = served.restarted()?;
        let ready = Spread::once(took.as_secs_f64() * 1e3);
        starts.push(Figure::grown("ready after a kill", size, "chats", "ms", ready));
        starts.push(Figure::grown("its database", size, "chats", "MB", Spread::once(mb)));
    }
    figures.sort_by_key(|figure| routes.iter().position(|(name, _)| figure.name.starts_with(name)));
    starts.sort_by_key(|figure| figure.name.starts_with("its"));
    figures.extend(starts);
    Ok(figures)
}

/// A server whose visitors need not say that they are there while something else is measured.
fn patient() -> anyhow::Result<Served> {
    let served = Served::beckon()?;
    served.be_patient()?;
    Ok(served)
}

/// Microseconds of the server's processor time for each page view, by turns of all visitors.
fn page_views(served: &Served, crowd: &mut [Visitor], sizes: &Sizes) -> anyhow::Result<Spread> {
    let (process, count) = (served.process(), VIEWS_PER_S * sizes.seconds);
    let mut turns = (0..crowd.len()).cycle();
    let mut view = 1;
    let mut rounds = Vec::new();
    for _ in 0..sizes.rounds {
        let round = quiet::measure(sizes.again_max, || {
            let before = process.processor_s()?;
            let started = Instant::now();
            for number in 0..count {
                let due = started + Duration::from_secs(1) * number / VIEWS_PER_S;
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                view += 1;
                let at = turns.next().context("nobody is there")?;
                crowd[at].send(Message::text(page(view)))?;
            }
            std::thread::sleep(WRITTEN_WITHIN);
            Ok((process.processor_s()? - before) * 1e6 / f64::from(count))
        })?;
        rounds.push(round);
    }
    crowd.iter_mut().try_for_each(drain)?;
    Ok(Spread::of(rounds))
}

fn page(view: u32) -> String {
    json!({ "type": "page", "tab": 7, "view": view, "url": format!("{ORIGIN}/stories/{}", view % 50),
            "title": "A story of the shop", "referrer": "" })
    .to_string()
}
