//! Owns what one event costs with so many rules: a page view, a heartbeat, a poll; and what compiling the rules takes.

use std::hint::black_box;

use beckon_bench::site;
use beckon_bench::visits::{Link, PageViews, Reports, START, VIEWS_A_VISIT, connected};
use beckon_engine::rule::{MatchOn, MatchType, Rule};
use beckon_engine::world::World;
use regex::RegexSetBuilder;

use crate::bench::figure::Figure;
use crate::bench::rounds::{ROUNDS, Spread, by_turns, ns_each, processor_ns};

const VISITS: usize = 4000;
/// How often each visit is heard.
const TURNS: usize = 500;
/// Aims, nanoseconds and bytes.
const BEAT_NS_MAX: f64 = 150.0;
const VIEW_NS_MAX: f64 = 3000.0;
const VISIT_BYTES_MAX: f64 = 1024.0;
/// A usual mixture of events: so many heartbeats for one page view.
const BEATS_A_VIEW: f64 = 5.0;

/// The figures for so many rules.
pub(super) fn measure(count: usize) -> anyhow::Result<Vec<Figure>> {
    let rules = site::rules(count);
    let world = site::world(&rules)?;
    let named = |what: &str| format!("{what}, {count} rules");
    let (view, view_floor) = page_views(&rules, &world)?;
    let (beat, beat_floor) = reports(&world, Link::Live);
    let (poll, poll_floor) = reports(&world, Link::Polling);
    let mixed = |view: f64, beat: f64| (view + BEATS_A_VIEW * beat) / (BEATS_A_VIEW + 1.0);
    let mixed = Spread {
        median: mixed(view.median, beat.median),
        low: mixed(view.low, beat.low),
        high: mixed(view.high, beat.high),
    };
    Ok(vec![
        Figure::new(named("page view"), "ns", view).above(view_floor).at_most(VIEW_NS_MAX),
        Figure::new(named("heartbeat"), "ns", beat).above(beat_floor).at_most(BEAT_NS_MAX),
        Figure::new(named("poll"), "ns", poll).above(poll_floor),
        Figure::new(named("events, one view to five beats"), "/s and core", mixed.per_second()),
        Figure::new(named("visit of ten page views"), "bytes", Spread::once(bytes(&world)))
            .at_most(VISIT_BYTES_MAX),
        Figure::new(named("compiling"), "ms", compiling(&rules)?),
    ])
}

/// Visits of ten page views each, 20 s apart, against finding the rules that match the address, and nothing else, by one
/// set of expressions that tells upper from lower case.
fn page_views(rules: &[Rule], world: &World) -> anyhow::Result<(Spread, Spread)> {
    let of_address = rules.iter().filter(|rule| rule.plan.match_on == MatchOn::Url);
    let set = RegexSetBuilder::new(of_address.map(expression)).dfa_size_limit(64 << 20).build()?;
    let texts: Vec<String> =
        (0..VIEWS_A_VISIT * VISITS).map(|n| site::address(n * 7 % site::PAGES)).collect();
    Ok(by_turns(
        || {
            let mut views = PageViews::of(VISITS, world);
            ns_each(VISITS * VIEWS_A_VISIT, || views.happen(world))
        },
        || {
            ns_each(texts.len(), || {
                for text in &texts {
                    black_box(set.matches(text).iter().count());
                }
            })
        },
    ))
}

fn expression(rule: &Rule) -> String {
    let value = &rule.plan.match_value;
    match rule.plan.match_type {
        MatchType::Contains => regex::escape(value),
        MatchType::Equals => format!("^{}$", regex::escape(value)),
        MatchType::Regex => value.clone(),
    }
}

/// Reports on a page, against noting a time in each of as many records.
fn reports(world: &World, link: Link) -> (Spread, Spread) {
    let mut reports = Reports::of(VISITS, link, world);
    let mut records = vec![(START, START.plus_s(3600)); VISITS];
    let mut then = START;
    by_turns(
        || ns_each(TURNS * VISITS, || reports.happen(TURNS, world)),
        || {
            ns_each(TURNS * VISITS, || {
                for _ in 0..TURNS {
                    then = then.plus_ms(1);
                    for record in &mut records {
                        black_box(then < record.1);
                        record.0 = then;
                    }
                }
            })
        },
    )
}

fn bytes(world: &World) -> f64 {
    let mut visit = connected(1, world);
    for n in 0..VIEWS_A_VISIT {
        visit.handle(site::viewed(n * 7), START.plus_ms(20_000 * (n as i64 + 1)), world);
    }
    visit.bytes() as f64
}

fn compiling(rules: &[Rule]) -> anyhow::Result<Spread> {
    let mut rounds = Vec::new();
    for version in 0..ROUNDS as u64 {
        let before = processor_ns();
        black_box(site::config(version, rules)?);
        rounds.push((processor_ns() - before) / 1e6);
    }
    Ok(Spread::of(rounds))
}
