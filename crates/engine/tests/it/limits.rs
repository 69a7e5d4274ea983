//! Owns the scenarios of input at and beyond every limit: clocks, sizes, expressions, rules that contradict themselves.

use std::time::{Duration, Instant};

use beckon_engine::attribute::{Attribute, Value};
use beckon_engine::condition::Condition;
use beckon_engine::event::Event;
use beckon_engine::id::TabId;
use beckon_engine::reason::Reason;
use beckon_engine::rule::{MatchType, check};
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Verdict;
use beckon_engine::world::{Config, ConfigError, RULES_MAX};

use crate::scene::{START, Scene};
use crate::site::{Site, rule};

const YEAR_S: i64 = 366 * 86_400;
/// Many times what it takes, and far less than it would take if it grew with more than the length.
const AT_ONCE: Duration = Duration::from_secs(60);

fn viewed(url: String) -> Event {
    Event::PageViewed { tab: TabId(1), url, title: String::new(), referrer: String::new() }
}

// spec: O-8
#[test]
fn a_clock_that_steps_back_presents_nothing_twice_and_counts_no_negative_time() {
    let mut site = Site::new().rule_with("help", "/", |rule| rule.plan.required_time_s = 30);
    let world = site.world();
    let mut scene = Scene::live(site);
    scene.views("/").at(40);
    assert_eq!(scene.said(), ["30 presents help"]);
    for back_s in [1, 60, 86_400, YEAR_S * 30] {
        let earlier = START.plus_ms(-back_s * 1000);
        for event in [Event::Heard, viewed("https://shop.test/b".to_owned()), Event::DeadlineReached] {
            let decision = scene.visit.handle(event, earlier, &world);
            assert_eq!(decision.reason, Some(Reason::PresentationOpen));
        }
        let explained = scene.visit.explain(earlier, &world);
        assert_eq!(explained.rules[0].seconds, 0);
        assert!(scene.visit.deadline().is_none_or(|deadline| deadline > earlier));
    }
}

// spec: O-9
// spec: T-7
// spec: X-5
#[test]
fn a_clock_that_jumps_years_ahead_settles_what_was_due_and_ends_the_visit() {
    let mut scene = Scene::polling(Site::new().rule("help", "/"));
    scene.views("/").vanishes();
    let mut site = scene.site.clone();
    let decision = scene.visit.handle(Event::Heard, START.plus_ms(YEAR_S * 10_000), &site.world());
    assert_eq!(decision.effects.len(), 2, "passively ignored, and over: {:?}", decision.effects);
    assert!(scene.visit.has_ended() && scene.visit.presentation().is_none());
    assert_eq!(scene.visit.deadline(), None);
}

#[test]
fn what_is_no_event_is_refused_by_name() {
    let read = |json: &str| serde_json::from_str::<Event>(json).map_err(|error| error.to_string());
    assert_eq!(read(r#"{"event":"heard"}"#), Ok(Event::Heard));
    let unknown = read(r#"{"event":"exploded"}"#).expect_err("there is no such event");
    assert!(unknown.contains("unknown variant `exploded`"), "{unknown}");
    let missing = read(r#"{"event":"scrolled","tab":1}"#).expect_err("the depth is missing");
    assert!(missing.contains("missing field `percent`"), "{missing}");
    assert!(read(r#"{"event":"scrolled","tab":1,"percent":256}"#).is_err());
}

// spec: R-6
#[test]
fn an_address_of_100_kb_is_matched_up_to_its_limit_and_costs_no_more() {
    let far = format!("https://shop.test/{}/prices", "x".repeat(100_000));
    let mut scene = Scene::live(Site::new().rule("help", "/prices").rule("shop", "shop.test"));
    scene.tell(viewed(far));
    assert_eq!(scene.said(), ["0 presents shop"], "what stands behind the limit is not seen");
    assert!(scene.visit.bytes() < 6000, "{} bytes", scene.visit.bytes());
}

// spec: R-6
#[test]
fn hostile_expressions_are_refused_or_take_no_longer_than_others() {
    let hostile =
        ["(a+)+$", "(a|a)*b", "(.*)*x", "([a-z]+)*[0-9]", "(a?){50}a{50}", ".*.*.*=.*", r"(\w+\s?)+$"];
    let started = Instant::now();
    for value in hostile {
        let mut plan = rule("help", value).plan;
        plan.match_type = MatchType::Regex;
        assert!(check(&plan).is_ok(), "{value} is linear-time here");
        let site = Site::new().rule_with("help", value, |rule| rule.plan = plan);
        Scene::live(site).tell(viewed("a".repeat(100_000)));
    }
    for value in
        [r"\pL{1000}", r"(\d{1,100}){1,100}", "((((a{9}){9}){9}){9}){9}", "(", r"\1", "(?<=a)b", "[z-a]"]
    {
        let mut plan = rule("help", value).plan;
        plan.match_type = MatchType::Regex;
        let problem = check(&plan).expect_err("it is refused");
        assert_eq!(problem.pointer, "/match_value");
        let says_where = problem.position.is_some() || problem.detail.contains("too large");
        assert!(says_where, "{value}: {}", problem.detail);
    }
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
}

// spec: T-5
#[test]
fn ten_thousand_attributes_at_once_are_cut_to_the_first_64() {
    let mut scene = Scene::live(Site::new());
    let attribute =
        |n: usize| Attribute { name: format!("a{n}"), value: Value::Text("x".repeat(256)), signed: false };
    scene.tell(Event::AttributesSet { attributes: (0..10_000).map(attribute).collect() });
    assert_eq!(scene.visit.attributes().len(), 64);
}

// spec: R-9
#[test]
fn a_rule_that_contradicts_itself_never_fires_and_says_what_does_not_hold() {
    let new_and_back = Condition::All {
        of: vec![
            Condition::ReturningVisitor,
            Condition::Not { of: Box::new(Condition::VisitNumber { at_least: 2 }) },
        ],
    };
    for visit_number in [1, 2] {
        let condition = new_and_back.clone();
        let site = Site::new().rule_with("help", "/", |rule| rule.plan.conditions = Some(condition));
        let mut scene = Scene::live(site);
        scene.tell(Event::VisitorKnown { visit_number, previous_chats: 0, last_chat_completed_at: None });
        scene.views("/").at(4000);
        assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::NoRuleQualified)));
        let explained = scene.explain_rule("help");
        assert_eq!(explained.verdict, Verdict::ConditionsNotMet);
        let of = explained.conditions.expect("it has conditions").of;
        let holds: Vec<_> = of.iter().map(|each| each.holds).collect();
        assert_eq!(holds, [visit_number == 2, visit_number == 1]);
    }
}

#[test]
fn more_rules_than_a_site_may_have_are_refused_as_a_whole() {
    let rules = |count: usize| (0..count).map(|_| rule("a", "/")).collect::<Vec<_>>();
    let compile = |count| Config::compile(1, Default::default(), rules(count), Vec::new(), Vec::new());
    assert!(compile(RULES_MAX).is_ok());
    assert_eq!(compile(RULES_MAX + 1).err(), Some(ConfigError::TooManyRules));
}

#[test]
fn times_at_the_ends_of_the_range_stop_instead_of_wrapping() {
    let (first, last) = (UnixMs(i64::MIN), UnixMs(i64::MAX));
    assert_eq!((last.plus_s(u32::MAX), first.plus_ms(-1)), (last, first));
    assert_eq!((last.ms_since(first), first.ms_since(last)), (i64::MAX, 0));
}
