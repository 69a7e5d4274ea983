//! What a tracking event costs the server in processor time: a page view that is held against twenty rules and stored. By
//! WebSocket frame, and by POST on a kept connection, as the widget does where no WebSocket gets through.
//!
//! The floors parse the same bytes as JSON and keep nothing: axum's WebSocket for the frame, hyper alone for the POST. That
//! is fair, because nobody who tracks can leave out reading what comes; all that is above it is deciding and storing.
//! Beside the POST stands a server as most are written too, Fastify with an insert into PostgreSQL for each view, held against as many
//! rules: only the time of Node counts, not that of PostgreSQL, while Beckon's holds its database.
//! Frames are sent when they are due, however long the last ones took; a POST waits for the one before on its connection.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tungstenite::Message;

use super::super::figure::Figure;
use super::super::rounds::Spread;
use super::Amount;
use super::connections::{connect, drain, hello, stream};
use super::floor::Floor;
use super::quiet;
use super::served::{RULES, Served};
use crate::postgres::{Postgres, Writes};
use crate::shop::{BROWSER, ORIGIN};

/// Who sends frames: each view every 200 ms, less than the server takes from one visitor.
const VISITORS: u32 = 400;
const FRAMES_PER_S: u32 = 2_000;
/// Connections that post, one after the other.
const POSTERS: u32 = 4;
/// After this time what came last is stored.
const WRITTEN_WITHIN: Duration = Duration::from_secs(2);
/// Different pages.
const PAGES: u32 = 50;
/// Of bare hyper (a POST).
const TIMES_MAX: f64 = 1.5;
/// Of Node (a POST).
const NODE_TIMES_MAX: f64 = 0.1;

/// Measures.
///
/// # Errors
/// When a server cannot be started or refuses something.
pub(in crate::bench) fn measure(amount: Amount) -> anyhow::Result<Vec<Figure>> {
    let beckon = Served::beckon()?;
    let (bare_frames, _) = Served::floor(Floor::Frame)?;
    let (bare_posts, _) = Served::floor(Floor::Post)?;
    let postgres = Postgres::start(Writes::Durable)?;
    let rules = RULES.to_string();
    let node = Served::node("track.mjs", &[("RULES", &rules), ("DATABASE_URL", &postgres.url())])?;
    let mut rounds: [Vec<f64>; 5] = Default::default();
    for round in amount.warm_up()..=amount.rounds {
        let figures = [
            frames(&beckon, amount)?,
            frames(&bare_frames, amount)?,
            posts(&beckon, amount)?,
            posts(&bare_posts, amount)?,
            posts(&node, amount)?,
        ];
        // The first round warms up.
        if round > 0 {
            rounds.iter_mut().zip(figures).for_each(|(rounds, figure)| rounds.push(figure));
        }
    }
    let [frame, bare_frame, post, bare_post, node_post] = rounds.map(Spread::of);
    Ok(vec![
        Figure::new("a page view by frame, processor time", "µs", frame).above(bare_frame),
        Figure::new("a page view by POST, processor time", "µs", post)
            .above(bare_post)
            .at_most_times(TIMES_MAX),
        Figure::new("the same, beside Node with Fastify and PostgreSQL", "µs", post)
            .above(node_post)
            .at_most_times(NODE_TIMES_MAX),
    ])
}

/// A page, as number `view` of a tab.
fn page(view: u32) -> Value {
    json!({ "type": "page", "tab": 7, "view": view, "url": format!("{ORIGIN}/stories/{}?ref=mail", view % PAGES),
            "title": "A story of the shop", "referrer": format!("{ORIGIN}/") })
}

/// Microseconds of the server's processor time for each frame.
fn frames(served: &Served, amount: Amount) -> anyhow::Result<f64> {
    // Anew for each round: who is silent while others are measured is sent away.
    let mut visitors = connect(served, VISITORS)?;
    let (process, count) = (served.process(), FRAMES_PER_S * amount.seconds);
    let mut view = 1;
    quiet::measure(amount.again_max, || {
        let before = process.processor_s()?;
        let started = Instant::now();
        for number in 0..count {
            let due = started + Duration::from_secs(1) * number / FRAMES_PER_S;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let at = (number % VISITORS) as usize;
            view += u32::from(at == 0);
            visitors[at].send(Message::text(page(view).to_string()))?;
        }
        // What was sent last is taken in, and what is written behind is written.
        std::thread::sleep(WRITTEN_WITHIN);
        visitors.iter_mut().try_for_each(drain)?;
        Ok((process.processor_s()? - before) * 1e6 / f64::from(count))
    })
}

/// Microseconds of the server's processor time for each POST.
fn posts(served: &Served, amount: Amount) -> anyhow::Result<f64> {
    let mut posters: Vec<_> =
        (0..POSTERS).map(|number| Poster::begin(served, number)).collect::<anyhow::Result<_>>()?;
    let process = served.process();
    quiet::measure(amount.again_max, || {
        let before = process.processor_s()?;
        let until = Instant::now() + Duration::from_secs(amount.seconds.into());
        let count = std::thread::scope(|scope| {
            let posting: Vec<_> =
                posters.iter_mut().map(|poster| scope.spawn(move || poster.post_until(until))).collect();
            let mut count = 0;
            for poster in posting {
                count += poster.join().expect("posting reports its errors")?;
            }
            Ok::<_, anyhow::Error>(count)
        })?;
        std::thread::sleep(WRITTEN_WITHIN);
        Ok((process.processor_s()? - before) * 1e6 / f64::from(count))
    })
}

/// One kept connection.
struct Poster {
    stream: TcpStream,
    head: String,
    hello: Value,
    view: u32,
}

impl Poster {
    fn begin(served: &Served, number: u32) -> anyhow::Result<Self> {
        let head = format!(
            "POST /live/visitor HTTP/1.1\r\nhost: {}\r\norigin: {ORIGIN}\r\nuser-agent: {BROWSER}\r\n\
             content-type: text/plain\r\ncontent-length: ",
            served.address
        );
        let mut poster =
            Self { stream: stream(served.address, number)?, head, hello: hello(served), view: 1 };
        let answer = poster.post()?;
        let welcome = answer["notices"].as_array().and_then(|notices| notices.first());
        if let Some(token) = welcome.map(|welcome| &welcome["token"]) {
            poster.hello["token"] = token.clone();
        }
        ensure!(served.shop.is_none() || poster.hello["token"].is_string(), "no welcome: {answer}");
        Ok(poster)
    }

    fn post_until(&mut self, until: Instant) -> anyhow::Result<u32> {
        let mut count = 0;
        while Instant::now() < until {
            self.post()?;
            count += 1;
        }
        Ok(count)
    }

    fn post(&mut self) -> anyhow::Result<Value> {
        self.view += 1;
        let mut hello = self.hello.clone();
        // A browser that polls names the page it shows; a new one is a page view.
        hello["pages"] = json!([page(self.view)]);
        let body = json!({ "frames": [hello] }).to_string();
        write!(self.stream, "{}{}\r\n\r\n{body}", self.head, body.len())?;
        let mut answer = Vec::new();
        let mut part = [0; 4096];
        loop {
            let read = self.stream.read(&mut part)?;
            ensure!(read > 0, "the server closed the connection: {}", String::from_utf8_lossy(&answer));
            answer.extend_from_slice(&part[..read]);
            if let Some(body) = body_of(&answer)? {
                return serde_json::from_slice(body).context("an answer that is no JSON");
            }
        }
    }
}

/// The body of an answer, once it has come as a whole.
fn body_of(answer: &[u8]) -> anyhow::Result<Option<&[u8]>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&answer[..end])?;
    ensure!(head.split(' ').nth(1) == Some("200"), "refused: {}", String::from_utf8_lossy(answer));
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    let length = length.context("an answer without a length")??;
    let body = &answer[end + 4..];
    Ok((body.len() >= length).then(|| &body[..length]))
}
