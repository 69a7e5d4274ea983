//! Counts the instructions of what the server does most often: an event in the engine, and a visitor's frame on its way in and
//! out. Each bench repeats one thing many times, after what is done only once has been done; what is too many, `cargo xtask`
//! decides. The allocator is the server's own.

#![expect(missing_docs, reason = "what the macros of the library make has none")]

use std::hint::black_box;

use beckon_bench::site;
use beckon_bench::visits::{Link, PageViews, Reports, VIEWS_A_VISIT};
use beckon_engine::id::{ChatId, VisitId};
use beckon_engine::queue::Styling;
use beckon_engine::signal::Signals;
use beckon_engine::world::World;
use beckon_server::driver::address::{clean, is_denied, storable};
use beckon_server::driver::notice::Message;
use beckon_server::driver::notice::visitor::VisitorNotice;
use beckon_server::store::message::{Audience, Sender};
use beckon_server::ws::wire::sorting::sort;
use beckon_server::ws::wire::visitor::{Poll, PollAnswer, VisitorFrame};
use beckon_server::ws::wire::{VERSION, parse, write};
use gungraun::{Callgrind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};
use tikv_jemallocator::Jemalloc;
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// How often the one thing is done.
const TIMES: usize = 1_000;
const VISITS: usize = TIMES / VIEWS_A_VISIT;

const CHAT: ChatId = ChatId(Uuid::from_u128(0x0195_f000_0000_7000_8000_0000_0000_0001));
const BEAT: &str = r#"{"type":"beat"}"#;
const PAGE: &str = r#"{"type":"page","tab":481516,"view":7,"url":"https://shop.example/category/40/product/17/oak-natural?size=2#details","title":"Chair 17 oak natural · The shop","referrer":"https://shop.example/category/40/"}"#;
const SCROLL: &str = r#"{"type":"scroll","tab":481516,"percent":75}"#;
const SAY: &str = r#"{"type":"say","chat":"0195f000-0000-7000-8000-000000000001","id":"m-481516-23","text":"Is the chair “Oak” also to be had with armrests?\nI need four of them."}"#;
const SET: &str = r#"{"type":"set","attributes":{"tier":"gold","cart_value":129.9,"returning":true}}"#;
const POLL: &str = r#"{"frames":[{"type":"hello","v":1,"site":"beckon-demo","token":"0195f000-0000-7000-8000-000000000002.c2VjcmV0","language":"de-CH","time_zone":"Europe/Zurich","pages":[{"tab":481516,"view":7,"url":"https://shop.example/category/40/product/17/oak-natural","title":"Chair 17 oak natural · The shop","referrer":"https://shop.example/category/40/"}]},{"type":"leave","tab":481516,"view":6,"visible_s":21},{"type":"beat"}]}"#;

fn world(rules: usize) -> World {
    site::world(&site::rules(rules)).expect("the rules of the site compile")
}

fn about_to_view(rules: usize) -> (PageViews, World) {
    let world = world(rules);
    // An expression is compiled when a page first needs it.
    PageViews::of(VISITS, &world).happen(&world);
    (PageViews::of(VISITS, &world), world)
}

fn about_to_beat(rules: usize) -> (Reports, World) {
    let world = world(rules);
    (Reports::of(VISITS, Link::Live, &world), world)
}

fn about_to_poll(rules: usize) -> (Reports, World) {
    let world = world(rules);
    (Reports::of(VISITS, Link::Polling, &world), world)
}

#[library_benchmark(setup = about_to_view)]
#[bench::rules_10(10)]
#[bench::rules_100(100)]
#[bench::rules_1000(1_000)]
fn page_view((mut views, world): (PageViews, World)) -> (PageViews, World) {
    views.happen(&world);
    (views, world)
}

#[library_benchmark(setup = about_to_beat)]
#[bench::rules_10(10)]
#[bench::rules_100(100)]
#[bench::rules_1000(1_000)]
fn heartbeat((mut reports, world): (Reports, World)) -> (Reports, World) {
    reports.happen(TIMES / VISITS, &world);
    (reports, world)
}

#[library_benchmark(setup = about_to_poll)]
#[bench::rules_10(10)]
#[bench::rules_100(100)]
#[bench::rules_1000(1_000)]
fn poll((mut reports, world): (Reports, World)) -> (Reports, World) {
    reports.happen(TIMES / VISITS, &world);
    (reports, world)
}

// As a visitor's connection takes a frame.
#[library_benchmark]
#[bench::page(PAGE)]
#[bench::heartbeat(BEAT)]
#[bench::scroll(SCROLL)]
#[bench::message(SAY)]
#[bench::attributes(SET)]
fn read(frame: &str) {
    for _ in 0..TIMES {
        let frame = parse::<VisitorFrame>(black_box(frame));
        let sorted = frame.and_then(|frame| sort(frame).map_err(str::to_owned));
        black_box(sorted).expect("this is a frame");
    }
}

// As the body of a visitor's POST is taken.
#[library_benchmark]
#[bench::poll(POLL)]
fn read_body(body: &str) {
    for _ in 0..TIMES {
        let poll: Poll = serde_json::from_slice(black_box(body.as_bytes())).expect("this is a poll");
        for frame in poll.frames.into_iter().skip(1) {
            black_box(sort(frame)).expect("this is a frame after the hello");
        }
    }
}

/// Which parameters of an address are kept, and which paths are not tracked.
struct Settings {
    allow_params: Vec<String>,
    deny_paths: Vec<String>,
}

fn settings() -> Settings {
    let deny_paths = vec!["/account".to_owned(), "/checkout".to_owned()];
    Settings { allow_params: vec!["size".to_owned()], deny_paths }
}

// What of a page's address and title may be written down.
#[library_benchmark]
#[bench::page(settings())]
fn keep(settings: Settings) -> Settings {
    const URL: &str = "https://shop.example/category/40/product/17/oak-natural?size=2&session=481516#details";
    const TITLE_LEN_MAX: usize = 300;
    for _ in 0..TIMES {
        assert!(!is_denied(black_box(URL), &settings.deny_paths), "the page is tracked");
        black_box(storable(black_box(URL), &settings.allow_params));
        black_box(clean(black_box("Chair 17 oak natural · The shop"), TITLE_LEN_MAX));
    }
    settings
}

fn message() -> VisitorNotice {
    let message = Message {
        seq: 12,
        id: "m-108-15".to_owned(),
        from: Sender::Agent,
        name: "Alice".to_owned(),
        text: "Yes, it is: “Oak” with armrests costs 20 more.\nShall I reserve four?".to_owned(),
        at: 1_743_580_800_000,
        audience: Audience::All,
        file: None,
    };
    VisitorNotice::Message { chat: CHAT, message }
}

fn ack() -> VisitorNotice {
    VisitorNotice::Ack { chat: CHAT, id: "m-481516-23".to_owned(), seq: 11 }
}

fn answer() -> PollAnswer {
    let welcome = VisitorNotice::Welcome {
        v: VERSION,
        token: "0195f000-0000-7000-8000-000000000002.c2VjcmV0".to_owned(),
        visit: VisitId(Uuid::from_u128(0x0195_f000_0000_7000_8000_0000_0000_0003)),
        poll_interval_s: 15,
        signals: Box::new(Signals::default()),
        styling: Box::new(Styling::default()),
        open: true,
        offer: None,
        chat: None,
    };
    PollAnswer { notices: vec![welcome] }
}

#[library_benchmark]
#[bench::message(message())]
#[bench::ack(ack())]
fn write_out(notice: VisitorNotice) -> VisitorNotice {
    for _ in 0..TIMES {
        black_box(write(black_box(&notice)));
    }
    notice
}

#[library_benchmark]
#[bench::poll(answer())]
fn write_answer(answer: PollAnswer) -> PollAnswer {
    for _ in 0..TIMES {
        black_box(write(black_box(&answer)));
    }
    answer
}

library_benchmark_group!(name = engine, benchmarks = [page_view, heartbeat, poll]);
library_benchmark_group!(name = frames, benchmarks = [read, read_body, keep, write_out, write_answer]);

main!(
    // Only instructions are wanted, which need no model of the processor's caches.
    config = LibraryBenchmarkConfig::default().tool(Callgrind::with_args(["--cache-sim=no"])),
    library_benchmark_groups = [engine, frames]
);
