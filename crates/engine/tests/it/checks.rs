//! Owns the scenarios of checking conditions before they are saved, and of their JSON (R-8).

use beckon_engine::attribute::{AttributeTest, Number, Trust, Value};
use beckon_engine::condition::{Condition, PageMatch};
use beckon_engine::rule::{MatchOn, MatchType, check};

use crate::site::rule;

// spec: R-8
#[test]
fn conditions_read_as_json() {
    let json = r#"{"type":"all","of":[
        {"type":"attribute","name":"cart","test":{"is":"at_least","value":{"type":"number","value":100}}},
        {"type":"not","of":{"type":"exit_intent"}},
        {"type":"local_time","weekdays":[1],"from":"09:00","to":"17:00"}]}"#;
    let condition: Condition = serde_json::from_str(json).expect("it is a condition");
    let Condition::All { of } = condition else { panic!("it is a group") };
    let test = AttributeTest::AtLeast(Value::Number(Number::new(100.0).expect("a finite number")));
    assert_eq!(of[0], Condition::Attribute { name: "cart".to_owned(), trust: Trust::Any, test });
    assert!(serde_json::from_str::<Condition>(r#"{"type":"sunny"}"#).is_err());
    assert!(serde_json::from_str::<Condition>(r#"{"type":"time_on_site","at_least_s":1,"x":1}"#).is_err());
}

/// The field of a condition, second in a group, that is refused.
fn refused(condition: Condition) -> Option<String> {
    let mut plan = rule("help", "/").plan;
    plan.conditions = Some(Condition::All { of: vec![Condition::ExitIntent, condition] });
    check(&plan).err().map(|problem| problem.pointer)
}

// spec: R-8
#[test]
fn conditions_out_of_bounds_are_refused_by_field() {
    let page = |match_type, value: &str| PageMatch {
        match_on: MatchOn::Url,
        match_type,
        match_value: value.to_owned(),
    };
    let less = AttributeTest::Less(Value::Text("a".to_owned()));
    let cases = [
        (Condition::PagesViewed { at_least: 0 }, "at_least"),
        (Condition::ScrollDepth { at_least_percent: 101 }, "at_least_percent"),
        (Condition::LocalTime { weekdays: vec![8], from: "09:00".into(), to: "10:00".into() }, "weekdays/0"),
        (Condition::LocalTime { weekdays: vec![1], from: "9".into(), to: "10:00".into() }, "from"),
        (Condition::Language { any_of: vec![] }, "any_of"),
        (Condition::CustomEvent { name: String::new(), at_least: 1, within_s: 1 }, "name"),
        (Condition::CustomEvent { name: "x".into(), at_least: 51, within_s: 1 }, "at_least"),
        (
            Condition::PageSequence {
                first: page(MatchType::Contains, "/"),
                then: page(MatchType::Regex, "("),
                within_s: 1,
            },
            "then/match_value",
        ),
        (Condition::Attribute { name: "x".into(), trust: Trust::Any, test: less }, "test/value"),
        (Condition::Not { of: Box::new(Condition::Inactivity { at_least_s: 0 }) }, "of/at_least_s"),
    ];
    for (condition, field) in cases {
        assert_eq!(refused(condition), Some(format!("/conditions/of/1/{field}")));
    }
}

// spec: R-8
#[test]
fn groups_are_bounded_in_depth_and_number() {
    let deep = |groups| (0..groups).fold(Condition::ExitIntent, |of, _| Condition::Not { of: Box::new(of) });
    assert_eq!(refused(deep(7)), None);
    assert!(refused(deep(8)).is_some());
    assert_eq!(refused(Condition::Any { of: vec![Condition::ExitIntent; 197] }), None);
    assert!(refused(Condition::Any { of: vec![Condition::ExitIntent; 198] }).is_some());
}
