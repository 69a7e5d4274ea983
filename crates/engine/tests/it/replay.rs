//! Owns the scenarios of replaying access logs: reading, driving, and the second opinion by brute force.

use std::fmt::Write;

use beckon_engine::condition::{Condition, DeviceClass, PageMatch, UtmParameter};
use beckon_engine::offer::Outcome;
use beckon_engine::queue::{Activation, Hours, Period};
use beckon_engine::reason::Reason;
use beckon_engine::replay::{Brute, Decided, What, drive, read_log, replay};
use beckon_engine::rule::{Action, MatchOn, MatchType};
use beckon_engine::settings::AfterOutcome;
use beckon_engine::time::UnixMs;

use crate::site::Site;

const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/138.0";

fn line(address: &str, time: &str, request: &str, status: u16, agent: &str) -> String {
    format!("{address} - - [17/May/2015:{time} +0000] \"{request}\" {status} 100 \"-\" \"{agent}\"\n")
}

fn get(time: &str, path: &str) -> String {
    line("10.0.0.1", time, &format!("GET {path} HTTP/1.1"), 200, AGENT)
}

#[test]
fn a_log_is_read_into_visits_without_bots_and_assets() {
    let text = [
        get("10:00:00", "/"),
        get("10:00:01", "/logo.PNG?v=1"),
        get("10:29:59", "/prices?q=\u{fc}"),
        get("11:00:00", "/again"),
        line("10.0.0.2", "10:00:00", "GET / HTTP/1.1", 200, AGENT),
        line("10.0.0.2", "10:00:01", "GET /gone HTTP/1.1", 404, AGENT),
        line("10.0.0.2", "10:00:02", "POST / HTTP/1.1", 200, AGENT),
        line("10.0.0.3", "10:00:00", "GET / HTTP/1.1", 200, "Googlebot/2.1"),
        "not a line\n".to_owned(),
    ];
    let log = read_log(&text.concat(), "https://shop.test");
    let pages: Vec<_> = log
        .visits
        .iter()
        .map(|visit| visit.views.iter().map(|v| v.url.as_str()).collect::<Vec<_>>())
        .collect();
    let expected: [Vec<&str>; 3] = [
        vec!["https://shop.test/", "https://shop.test/prices?q=\u{fc}"],
        vec!["https://shop.test/"],
        vec!["https://shop.test/again"],
    ];
    assert_eq!(pages, expected);
    assert_eq!((log.unreadable, log.bots, log.assets), (1, 1, 3));
    assert_eq!(log.visits[0].views[0].at, UnixMs(1_431_856_800_000));
}

// spec: R-4
// spec: O-7
// spec: O-8
#[test]
fn a_recorded_visit_is_decided_as_a_live_one() {
    let log =
        read_log(&[get("10:00:00", "/a"), get("10:00:10", "/prices"), get("10:04:10", "/b")].concat(), "");
    let mut site = Site::new().rule_with("help", "/prices", |rule| rule.plan.required_time_s = 20);
    let world = site.world();
    let decided = drive(&log.visits[0], 1, &world);
    let begun = log.visits[0].views[0].at;
    let at = |decided: &Decided| decided.at.ms_since(begun) / 1000;
    let said: Vec<_> = decided.iter().map(|decided| (at(decided), decided.what)).collect();
    let presented = |what| matches!(what, What::Presented { .. });
    assert_eq!(
        said.iter().filter(|(_, what)| presented(*what)).map(|(at, _)| *at).collect::<Vec<_>>(),
        [30, 150, 270]
    );
    assert_eq!(said[0], (0, What::HeldBack(Reason::NoRuleQualified)));
    assert_eq!(said.last(), Some(&(350, What::Settled(Outcome::PassivelyIgnored))));
    assert!(Brute::new(&world).agrees(&log.visits[0], &decided));
}

/// A log of many visits at random, the same every time.
fn random_log() -> String {
    let (mut text, mut state) = (String::new(), 1_u64);
    let mut draw = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    for visitor in 0..60 {
        let mut second = draw(80_000);
        for _ in 0..1 + draw(12) {
            let path = ["/", "/prices", "/product/1", "/cart", "/prices/x"]
                [usize::try_from(draw(5)).expect("small")];
            let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            let (address, request) = (format!("10.0.1.{visitor}"), format!("GET {path} HTTP/1.1"));
            write!(text, "{}", line(&address, &time, &request, 200, AGENT)).expect("a string is writable");
            second += draw(200);
        }
    }
    text
}

#[test]
fn brute_force_agrees_on_every_decision_under_many_settings() {
    let log = read_log(&random_log(), "https://shop.test");
    for (after_ignored, interval, ignored_max, count) in [
        (AfterOutcome::LikeIgnored, 120, 0, 1),
        (AfterOutcome::LikeIgnored, 30, 2, 2),
        (AfterOutcome::NotThisOfferAgain, 0, 0, 1),
        (AfterOutcome::NoMoreThisVisit, 10, 0, 3),
    ] {
        let mut site = Site::new()
            .rule_with("a", "/prices", |rule| rule.plan.page_view_count = count)
            .rule_with("b", "/product", |rule| rule.plan.required_time_s = 45)
            .rule_with("c", "", |rule| (rule.priority, rule.plan.required_time_s) = (200, 90))
            .settings(|s| {
                (s.after_ignored, s.minimum_interval_s, s.ignored_max) =
                    (after_ignored, interval, ignored_max);
            });
        let daily = (1..=7).map(|weekday| Period { weekday, from: "06:00".into(), to: "18:00".into() });
        site.queue_mut("desk").plan.hours =
            Hours { time_zone: "UTC".into(), weekly: daily.collect(), exceptions: Vec::new() };
        let report = replay(&log.visits, &site.world());
        assert_eq!(
            (report.disagreements.len(), report.visits),
            (0, log.visits.len() as u64),
            "{:?}",
            report.disagreements.first()
        );
        assert!(
            report.presented.len() == 3 && report.refusals.contains_key(&Reason::OutOfHours),
            "{report:?}"
        );
        let mut hours = report.presented.values().flat_map(|by_hour| by_hour.keys());
        assert!(hours.all(|hour| (6..18).contains(hour)), "{:?}", report.presented);
    }
}

#[test]
fn brute_force_disagrees_with_a_decision_that_is_wrong() {
    let log = read_log(&random_log(), "https://shop.test");
    let world = Site::new().rule("a", "/prices").world();
    let visit = log.visits.iter().find(|visit| drive(visit, 0, &world).len() > 4).expect("one is long");
    let (decided, brute) = (drive(visit, 0, &world), Brute::new(&world));
    for i in 0..decided.len() {
        let mut missing = decided.clone();
        missing.remove(i);
        assert!(!brute.agrees(visit, &missing), "without {:?}", decided[i]);
        let mut late = decided.clone();
        late[i].at = late[i].at.plus_s(1);
        assert!(!brute.agrees(visit, &late), "later {:?}", decided[i]);
    }
}

fn all_of(of: Vec<Condition>) -> Condition {
    Condition::All { of }
}

fn not(of: Condition) -> Condition {
    Condition::Not { of: Box::new(of) }
}

// spec: R-8
#[test]
fn brute_force_agrees_on_further_conditions() {
    let log = read_log(&random_log(), "https://shop.test");
    let page = |match_type, value: &str| PageMatch {
        match_on: MatchOn::Url,
        match_type,
        match_value: value.to_owned(),
    };
    let conditions = [
        all_of(vec![Condition::TimeOnSite { at_least_s: 70 }, not(Condition::PagesViewed { at_least: 5 })]),
        Condition::Any { of: vec![Condition::ReturningVisitor, Condition::Inactivity { at_least_s: 50 }] },
        Condition::PageSequence {
            first: page(MatchType::Regex, r"/product/\d$"),
            then: page(MatchType::Contains, "/PRICES"),
            within_s: 150,
        },
        Condition::LocalTime { weekdays: vec![7], from: "03:00".into(), to: "13:30".into() },
        Condition::Device { any_of: vec![DeviceClass::Desktop] },
        all_of(vec![
            not(Condition::Utm { parameter: UtmParameter::Source, equals: "mail".into() }),
            not(Condition::ExitIntent),
            not(Condition::CustomEvent { name: "x".into(), at_least: 1, within_s: 5 }),
        ]),
        Condition::ScrollDepth { at_least_percent: 1 },
    ];
    for (n, condition) in conditions.into_iter().enumerate() {
        let mut site = Site::new().rule_with("a", "", |rule| rule.plan.conditions = Some(condition));
        let report = replay(&log.visits, &site.world());
        assert!(report.disagreements.is_empty(), "{n}: {:?}", report.disagreements.first());
        assert_eq!(report.presented.is_empty(), n == 6, "{n}: a log knows no scrolling");
        assert_eq!(report.refusals.contains_key(&Reason::NoRuleQualified), n != 4 && n != 5, "{n}");
    }
}

// spec: P-8
// spec: P-10
#[test]
fn brute_force_agrees_on_alerts_that_nobody_answers() {
    let log = read_log(&random_log(), "https://shop.test");
    let mut site = Site::new()
        .rule_with("look", "/prices", |rule| rule.plan.action = Action::EngageWithoutInvite)
        .rule_with("help", "/product", |rule| rule.plan.required_time_s = 30)
        .settings(|s| s.minimum_interval_s = 10);
    let plan = &mut site.queue_mut("desk").plan;
    (plan.activation, plan.launch_after_s) = (Activation::WithoutInvite, 300);
    let report = replay(&log.visits, &site.world());
    assert!(report.disagreements.is_empty(), "{:?}", report.disagreements.first());
    assert_eq!(report.alerted.keys().collect::<Vec<_>>(), ["look", "timer of desk"]);
    assert!(report.presented.contains_key("help") && report.refusals.contains_key(&Reason::AlertOpen));
}
