//! Tests the worked timings (SPEC section 3) on a running server whose clock is moved by hand: a browser that polls
//! every 10 s, at whatever phase, and one with a live connection.

use beckon_engine::settings::SiteSettings;
use beckon_engine::time::UnixMs;
use beckon_server::clock::Clock;
use beckon_server::store::Store;
use serde_json::{Value, json};

use super::client::{Console, poll};
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::{START, store_tests};

store_tests!(
    idle_is_ignored_from_60_and_offered_again_from_120,
    closed_at_5_is_passively_ignored_at_80_and_offered_again_from_120,
    an_interval_of_30_waits_for_the_first_to_settle,
    a_required_time_of_45_comes_with_the_next_poll,
    a_required_time_of_45_comes_at_once_on_a_live_connection,
    the_third_view_qualifies,
);

const POLL_MS: i64 = 10_000;
/// Phases of the poll, after the first one at 0.
const PHASES: [i64; 3] = [1, 4_321, 10_000];

/// A shop on a clock of its own, an agent who stays ready, and a browser that polls.
struct Table {
    shop: Shop,
    alice: Console,
    clock: Clock,
    token: Value,
    visit: String,
    view: u32,
}

impl Table {
    async fn set(store: Store, settings: SiteSettings, more: Plan) -> Self {
        let clock = Clock::manual(START);
        let shop = Shop::open_at(store, Plan { settings, ..more }, clock.clone()).await;
        let alice = shop.lasting_agent("Alice").await;
        let mut watch = shop.browser().await;
        watch.open().await;
        watch.socket.send(json!({ "type": "consent", "given": false })).await;
        Self { shop, alice, clock, token: Value::Null, visit: String::new(), view: 1 }
    }

    async fn poll(&mut self, frames: &[Value]) {
        let hello = json!({ "type": "hello", "v": 1, "site": self.shop.site.key, "token": self.token,
                            "pages": [product(self.view)] });
        let all: Vec<Value> = std::iter::once(hello).chain(frames.iter().cloned()).collect();
        let (status, notices) = poll(self.shop.address, ORIGIN, json!(all)).await;
        assert_eq!(status, 200, "{notices:?}");
        self.token = notices[0]["token"].clone();
        self.visit = notices[0]["visit"].as_str().unwrap().to_owned();
    }

    fn at(&self, ms: i64) {
        self.clock.advance_ms(START.plus_ms(ms).ms_since(self.clock.now()));
    }

    /// Polls at every interval from `from` on, until `until`.
    async fn polls(&mut self, from: i64, until: i64) {
        let mut due = from;
        while due <= until {
            self.at(due);
            self.poll(&[]).await;
            due += POLL_MS;
        }
    }

    /// Presentations in order: when presented, and when and how ended, in ms from the start.
    async fn presented(&self) -> Vec<(i64, Option<(i64, String)>)> {
        let visit = self.alice.read(&format!("/api/v1/visits/{}", self.visit)).await;
        let since = |at: &Value| at.as_i64().map(|at| UnixMs(at).ms_since(START));
        let shown = |one: &Value| {
            let outcome =
                since(&one["outcome_at"]).map(|at| (at, one["outcome"].as_str().unwrap().to_owned()));
            (since(&one["presented_at"]).unwrap(), outcome)
        };
        visit["presentations"].as_array().unwrap().iter().rev().map(shown).collect()
    }

    /// Until so many presentations have ended.
    async fn ended(&self, count: usize) {
        let wait = async {
            while self.presented().await.iter().filter(|(_, outcome)| outcome.is_some()).count() < count {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), wait).await.expect("it is settled");
    }
}

fn worked() -> SiteSettings {
    SiteSettings {
        poll_interval_s: 10,
        ignored_after_s: 60,
        minimum_interval_s: 120,
        ..SiteSettings::default()
    }
}

fn assert_within(at: i64, from_s: i64, to_s: i64) {
    assert!((from_s * 1000..=to_s * 1000).contains(&at), "{at} ms is not within {from_s} and {to_s} s");
}

// spec: O-7 O-8 T-6
async fn idle_is_ignored_from_60_and_offered_again_from_120(store: Store) {
    let mut table = Table::set(store, worked(), Plan::default()).await;
    table.poll(&[]).await;
    table.polls(4_321, 179_000).await;
    let presented = table.presented().await;
    let [(first, Some((ignored, outcome))), (second, _)] = presented.as_slice() else {
        panic!("{presented:?}")
    };
    assert_eq!((*first, outcome.as_str()), (0, "ignored"));
    assert_within(*ignored, 60, 70);
    assert_within(*second, 120, 130);
}

// spec: O-9 O-8
async fn closed_at_5_is_passively_ignored_at_80_and_offered_again_from_120(store: Store) {
    let mut table = Table::set(store, worked(), Plan::default()).await;
    table.poll(&[]).await;
    table.at(5_000);
    table.poll(&[json!({ "type": "leave", "tab": 7, "view": 1, "visible_s": 5 })]).await;
    table.at(79_999);
    table.at(80_000);
    table.ended(1).await;
    assert_eq!(table.presented().await, [(0, Some((80_000, "passively_ignored".to_owned())))]);
    table.view = 2;
    table.polls(90_000, 130_000).await;
    let presented = table.presented().await;
    assert_eq!(presented.len(), 2, "{presented:?}");
    assert_within(presented[1].0, 120, 130);
}

// spec: O-8 O-3
async fn an_interval_of_30_waits_for_the_first_to_settle(store: Store) {
    let settings = SiteSettings { minimum_interval_s: 30, ..worked() };
    let mut table = Table::set(store, settings, Plan::default()).await;
    table.poll(&[]).await;
    table.polls(2_500, 75_000).await;
    let presented = table.presented().await;
    assert_eq!(presented.len(), 2, "{presented:?}");
    assert_within(presented[1].0, 60, 70);
}

// spec: R-4 T-6
async fn a_required_time_of_45_comes_with_the_next_poll(store: Store) {
    let plan = Plan { required_time_s: 45, ..Plan::default() };
    let mut table = Table::set(store, worked(), plan).await;
    for phase in PHASES {
        let began = table.clock.now().ms_since(START);
        (table.token, table.view) = (Value::Null, 1);
        table.poll(&[]).await;
        table.polls(began + phase, began + 60_000).await;
        let presented = table.presented().await;
        assert_eq!(presented.len(), 1, "{presented:?}");
        assert_within(presented[0].0 - began, 45, 55);
    }
}

// spec: R-4
async fn a_required_time_of_45_comes_at_once_on_a_live_connection(store: Store) {
    let plan = Plan { required_time_s: 45, ..Plan::default() };
    let table = Table::set(store, worked(), plan).await;
    let mut browser = table.shop.browser().await;
    for at in [15_000, 30_000, 44_999] {
        table.at(at);
        browser.socket.send(json!({ "type": "beat" })).await;
    }
    browser.socket.send(json!({ "type": "nonsense" })).await;
    browser.socket.next_of("refused").await;
    assert_eq!(browser.socket.told("offer"), 0);
    table.at(45_000);
    assert_eq!(browser.offer().await["presented_at"], START.plus_ms(45_000).0);
}

// spec: R-3 T-3
async fn the_third_view_qualifies(store: Store) {
    let plan = Plan { rule: json!({ "page_view_count": 3 }), required_time_s: 10, ..Plan::default() };
    let mut table = Table::set(store, worked(), plan).await;
    for view in 1..=3 {
        table.view = view;
        table.polls(i64::from(view - 1) * 30_000, i64::from(view - 1) * 30_000 + 20_000).await;
        let expected = if view < 3 { Vec::new() } else { vec![(70_000, None)] };
        assert_eq!(table.presented().await, expected, "view {view}");
    }
}
