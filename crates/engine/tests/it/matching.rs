//! Owns the scenarios of matching and of checking rules: contains, equals, regular expressions (R-6).

use beckon_engine::event::Event;
use beckon_engine::id::TabId;
use beckon_engine::rule::{MatchOn, MatchType, check};

use crate::scene::Scene;
use crate::site::{Site, rule};

/// Whether a rule on this text and type matches a page of this address, title and referrer.
fn matches(on: MatchOn, kind: MatchType, value: &str, page: [&str; 3]) -> bool {
    let site = Site::new().rule_with("help", value, |rule| {
        rule.plan.match_on = on;
        rule.plan.match_type = kind;
    });
    let mut scene = Scene::live(site);
    let [url, title, referrer] = page.map(str::to_owned);
    scene.tell(Event::PageViewed { tab: TabId(1), url, title, referrer });
    scene.explain_rule("help").matches_now
}

fn url_matches(kind: MatchType, value: &str, url: &str) -> bool {
    matches(MatchOn::Url, kind, value, [url, "", ""])
}

// spec: R-6
#[test]
fn contains_and_equals_ignore_case() {
    for (value, url) in
        [("/PRICES", "https://a/prices?x"), ("/prices", "https://A/PRICES"), ("GRÖSSE", "größe/grösse")]
    {
        assert!(url_matches(MatchType::Contains, value, url), "{value}");
    }
    assert!(!url_matches(MatchType::Contains, "/prices", "https://a/price"));
    assert!(url_matches(MatchType::Equals, "https://A/Prices", "HTTPS://a/pRICES"));
    assert!(!url_matches(MatchType::Equals, "https://a/prices", "https://a/prices/"));
    assert!(url_matches(MatchType::Contains, "", "anything"));
}

// spec: R-6
#[test]
fn a_regular_expression_searches_and_respects_case() {
    assert!(url_matches(MatchType::Regex, r"/product/\d+$", "https://a/product/12"));
    assert!(!url_matches(MatchType::Regex, r"/product/\d+$", "https://a/product/12/x"));
    assert!(!url_matches(MatchType::Regex, "/Product", "https://a/product"));
    assert!(url_matches(MatchType::Regex, "(?i)/Product", "https://a/product"));
}

// spec: R-6
#[test]
fn each_rule_looks_at_its_own_text_only() {
    let page = ["https://a/x", "Prices", "https://search.test/"];
    assert!(matches(MatchOn::PageTitle, MatchType::Contains, "prices", page));
    assert!(!matches(MatchOn::Url, MatchType::Contains, "prices", page));
    assert!(matches(MatchOn::Referrer, MatchType::Contains, "search", page));
    assert!(!matches(MatchOn::PageTitle, MatchType::Regex, "search", page));
}

// spec: R-6
#[test]
fn many_rules_with_overlapping_and_equal_values_are_all_found() {
    let mut site = Site::new();
    for (name, value) in
        [("a", "/pro"), ("b", "/product"), ("c", "product"), ("d", "/pro"), ("e", "/process")]
    {
        site = site.rule(name, value);
    }
    let mut scene = Scene::live(site);
    scene.views("/product/product");
    let found: Vec<_> =
        scene.explain().rules.into_iter().filter(|r| r.matches_now).map(|r| (r.name, r.views)).collect();
    let expected = ["a", "b", "c", "d"].map(|name| (name.to_owned(), 1));
    assert_eq!(found, expected);
}

// spec: R-6
#[test]
fn an_invalid_regular_expression_is_refused_with_its_position() {
    let problem = |value: &str| {
        let mut plan = rule("help", value).plan;
        plan.match_type = MatchType::Regex;
        check(&plan).err()
    };
    assert_eq!(problem(r"/product/\d+"), None);
    let refused = problem("/größe/(abc").expect("the group is not closed");
    assert_eq!((refused.pointer.as_str(), refused.position), ("/match_value", Some(7)));
    assert!(refused.detail.contains("character 7"), "{}", refused.detail);
    assert_eq!(problem("(?=x)").and_then(|p| p.position), Some(0), "look-around is not linear-time");
    assert_eq!(problem(r"(a)\1").and_then(|p| p.position), Some(3), "nor are back-references");
    assert!(problem(&r"\w{500}{500}".repeat(3)).is_some_and(|p| p.detail.contains("too large")));
    assert!(problem(&"(".repeat(1000)).is_some());
    assert!(problem("").is_some());
}

#[test]
fn a_rule_out_of_range_is_refused_by_field() {
    let pointer = |change: fn(&mut beckon_engine::rule::RulePlan)| {
        let mut plan = rule("help", "/").plan;
        change(&mut plan);
        check(&plan).err().map(|problem| problem.pointer)
    };
    assert_eq!(pointer(|_| {}), None);
    assert_eq!(pointer(|plan| plan.page_view_count = 0).as_deref(), Some("/page_view_count"));
    assert_eq!(pointer(|plan| plan.page_view_count = 1001).as_deref(), Some("/page_view_count"));
    assert_eq!(pointer(|plan| plan.required_time_s = 86_401).as_deref(), Some("/required_time_s"));
    assert_eq!(pointer(|plan| plan.offer_id = None).as_deref(), Some("/offer_id"));
    assert_eq!(pointer(|plan| plan.match_value = "x".repeat(2001)).as_deref(), Some("/match_value"));
    assert_eq!(pointer(|plan| plan.description = "x".repeat(1001)).as_deref(), Some("/description"));
}
