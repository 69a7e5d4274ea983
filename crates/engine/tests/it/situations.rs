//! Owns the scenarios of the rule test: an imagined visit decides as a real one does (R-9).

use beckon_engine::condition::Condition;
use beckon_engine::id::{OfferId, QueueId, RuleId};
use beckon_engine::reason::Reason;
use beckon_engine::situation::{ActionTaken, Situation, test};
use beckon_engine::visit::Verdict;

use crate::scene::START;
use crate::site::{Site, id};

fn situation(json: &str) -> Situation {
    serde_json::from_str(json).expect("it is a situation")
}

fn presents(name: &str) -> Option<ActionTaken> {
    let (rule, offer, queue) = (Some(RuleId(id(name))), OfferId(id(name)), QueueId(id("desk")));
    Some(ActionTaken::Present { rule, offer, queue })
}

// spec: R-9
#[test]
fn an_imagined_visit_is_decided_with_all_reasons() {
    let mut site = Site::new().rule_with("help", "/prices", |rule| {
        rule.plan.page_view_count = 3;
        rule.plan.required_time_s = 45;
        rule.plan.conditions = Some(Condition::TimeOnForm { at_least_s: 30 });
    });
    let world = site.world();
    let decide = |json: &str| {
        let result = test(&situation(json), START, &world);
        (result.action, result.explanation.reason, result.explanation.rules[0].verdict)
    };
    let held_back = |verdict| (None, Some(Reason::NoRuleQualified), verdict);
    assert_eq!(decide(r#"{"url":"/about"}"#), held_back(Verdict::PageDoesNotMatch));
    assert_eq!(decide(r#"{"url":"/prices","views":2}"#), held_back(Verdict::TooFewViews));
    assert_eq!(decide(r#"{"url":"/prices","views":3,"dwell_s":44}"#), held_back(Verdict::TimeNotPassed));
    assert_eq!(decide(r#"{"url":"/prices","views":3,"dwell_s":45}"#), held_back(Verdict::ConditionsNotMet));
    let all = r#"{"url":"/prices","views":3,"dwell_s":45,"form_entered_s":30}"#;
    assert_eq!(decide(all), (presents("help"), None, Verdict::Qualified));
}

// spec: R-9
// spec: R-5
#[test]
fn earlier_pages_latch_rules_as_they_would_have() {
    let mut site = Site::new().rule_with("help", "/prices", |rule| rule.plan.required_time_s = 20);
    let world = site.world();
    let after = |dwell_s: u32| {
        let json =
            format!(r#"{{"url":"/home","dwell_s":5,"earlier":[{{"url":"/prices","dwell_s":{dwell_s}}}]}}"#);
        test(&situation(&json), START, &world).action
    };
    assert_eq!(after(19), None);
    assert_eq!(after(20), presents("help"));
}

// spec: R-9
#[test]
fn the_gate_as_it_stands_holds_an_imagined_offer_back() {
    let mut site = Site::new().rule("help", "/");
    site.gate_mut("desk").hours_open = false;
    let result = test(&situation(r#"{"url":"/"}"#), START, &site.world());
    assert_eq!((result.action, result.explanation.reason), (None, Some(Reason::OutOfHours)));
}

#[test]
fn a_huge_situation_is_bounded() {
    let earlier = vec![r#"{"url":"/","dwell_s":4294967295}"#; 5000].join(",");
    let json = format!(r#"{{"url":"/","views":4294967295,"dwell_s":4294967295,"earlier":[{earlier}]}}"#);
    let mut site = Site::new().rule("help", "/");
    assert_eq!(test(&situation(&json), START, &site.world()).action, presents("help"));
}
