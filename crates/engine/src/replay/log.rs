//! Owns reading an access log in the Apache combined format into visits. Reads no file.

use std::collections::BTreeMap;

use jiff::fmt::strtime::BrokenDownTime;

use super::{RecordedView, RecordedVisit};
use crate::condition::DeviceClass;
use crate::time::UnixMs;

/// A visitor who is not heard of for this long begins a new visit.
const GAP_MS: i64 = 30 * 60 * 1000;

/// Endings of addresses that are no pages.
const ASSETS: &[&str] = &[
    ".atom", ".avif", ".bmp", ".bz2", ".css", ".csv", ".deb", ".gif", ".gz", ".ico", ".iso", ".jar", ".jpeg",
    ".jpg", ".js", ".json", ".map", ".mov", ".mp3", ".mp4", ".ogg", ".otf", ".pdf", ".png", ".rdf", ".rpm",
    ".rss", ".svg", ".swf", ".tar", ".tgz", ".ttf", ".txt", ".wav", ".webm", ".webp", ".woff", ".woff2",
    ".xml", ".zip",
];

/// Parts of the names of programs that are no visitors.
const BOTS: &[&str] = &[
    "bot",
    "crawl",
    "spider",
    "slurp",
    "feed",
    "fetch",
    "reader",
    "rss",
    "curl",
    "wget",
    "python",
    "java/",
    "ruby",
    "perl",
    "go-http",
    "http-client",
    "httpclient",
    "monitor",
    "scan",
    "archive",
    "preview",
    "validator",
    "check",
    "okhttp",
    "libwww",
    "facebookexternalhit",
    "ichiro",
    "yahoo! ",
    "planet",
    "aggregator",
    "netvibes",
    "headless",
];

/// An access log, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Visits in order of their beginning.
    pub visits: Vec<RecordedVisit>,
    /// Lines that are not in the combined format.
    pub unreadable: u64,
    /// Requests of programs.
    pub bots: u64,
    /// Requests of what is no page, and those that were not answered with a page.
    pub assets: u64,
}

struct Line<'a> {
    address: &'a str,
    at: UnixMs,
    path: &'a str,
    is_page: bool,
    referrer: &'a str,
    agent: &'a str,
}

/// Reads a log: visitors are told apart by address and user agent, and a gap of 30 min begins a new visit. `origin` is
/// put before each path, such as `https://shop.test`. Times are those of the lines, in whatever order they stand.
#[must_use]
pub fn read_log(text: &str, origin: &str) -> Log {
    let mut log = Log::default();
    let mut of_visitor: BTreeMap<(&str, &str), Vec<RecordedView>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let Some(line) = read_line(line) else {
            log.unreadable += 1;
            continue;
        };
        if is_bot(line.agent) {
            log.bots += 1;
        } else if !line.is_page {
            log.assets += 1;
        } else {
            let referrer = if line.referrer == "-" { "" } else { line.referrer };
            let view = RecordedView {
                at: line.at,
                url: format!("{origin}{}", line.path),
                referrer: referrer.to_owned(),
            };
            of_visitor.entry((line.address, line.agent)).or_default().push(view);
        }
    }
    for ((address, agent), mut views) in of_visitor {
        views.sort_by_key(|view| view.at);
        let visits = views.chunk_by(|a, b| b.at.ms_since(a.at) < GAP_MS);
        let (visitor, device) = (format!("{address} {agent}"), device_of(agent));
        let recorded = |(number, views): (u32, &[RecordedView])| RecordedVisit {
            visitor: visitor.clone(),
            number,
            device,
            views: views.to_vec(),
        };
        log.visits.extend((1..).zip(visits).map(recorded));
    }
    log.visits.sort_by_key(|visit| visit.views[0].at);
    log
}

/// `address ident user [time] "method path protocol" status bytes "referrer" "agent"`
fn read_line(line: &str) -> Option<Line<'_>> {
    let (address, rest) = line.split_once(' ')?;
    let (_, rest) = rest.split_once('[')?;
    let (time, rest) = rest.split_once("] \"")?;
    let (request, rest) = rest.split_once("\" ")?;
    let (numbers, rest) = rest.split_once('"')?;
    let (referrer, rest) = rest.split_once("\" \"")?;
    let agent = rest.trim_end().strip_suffix('"').unwrap_or(rest);
    let (method, target) = request.split_once(' ')?;
    let path = target.split(' ').next()?;
    let status = numbers.split(' ').next()?;
    let at = BrokenDownTime::parse("%d/%b/%Y:%H:%M:%S %z", time).ok()?.to_timestamp().ok()?;
    let is_page =
        method == "GET" && matches!(status, "200" | "304") && path.starts_with('/') && !is_asset(path);
    Some(Line { address, at: UnixMs(at.as_millisecond()), path, is_page, referrer, agent })
}

fn is_asset(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or(path).to_ascii_lowercase();
    ASSETS.iter().any(|ending| path.ends_with(ending))
}

fn is_bot(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    agent.len() < 2 || BOTS.iter().any(|part| agent.contains(part))
}

/// As far as the browser's name tells.
fn device_of(agent: &str) -> DeviceClass {
    let is_any = |parts: &[&str]| parts.iter().any(|part| agent.contains(part));
    if is_any(&["iPad", "Tablet", "Kindle"]) || (agent.contains("Android") && !agent.contains("Mobile")) {
        DeviceClass::Tablet
    } else if is_any(&["Mobi", "iPhone", "iPod", "Opera Mini"]) {
        DeviceClass::Phone
    } else {
        DeviceClass::Desktop
    }
}
