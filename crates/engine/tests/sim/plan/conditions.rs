//! Owns the random further conditions of a simulation's rules: every kind that there is.

use beckon_engine::attribute::{Attribute, AttributeTest, Number, Trust, Value};
use beckon_engine::condition::{Condition, DeviceClass, PageMatch, UtmParameter};
use beckon_engine::rule::{MatchOn, MatchType};
use beckon_engine::time::UnixMs;

use super::{EVENTS, VALUES};
use crate::chance::Chance;

const NAMES: [&str; 2] = ["plan", "cart"];
pub(crate) const LANGUAGES: [&str; 4] = ["de-CH", "DE", "en", "den"];
pub(crate) const DEVICES: [DeviceClass; 3] = [DeviceClass::Desktop, DeviceClass::Phone, DeviceClass::Tablet];

pub(crate) fn condition(depth: u32, chance: &mut Chance) -> Condition {
    let seconds = *chance.one_of(&[1, 5, 20, 40]);
    let inner =
        |chance: &mut Chance| (0..1 + chance.below(2)).map(|_| condition(depth - 1, chance)).collect();
    match chance.below(if depth == 0 { 11 } else { 17 }) {
        0 => Condition::TimeOnSite { at_least_s: seconds },
        1 => Condition::PagesViewed { at_least: 1 + chance.below(4) },
        2 => Condition::ScrollDepth { at_least_percent: 50 },
        3 => Condition::ExitIntent,
        4 => Condition::Inactivity { at_least_s: seconds },
        5 => Condition::TimeOnForm { at_least_s: seconds },
        6 => Condition::FormIdle { at_least_s: seconds },
        7 | 11 => {
            let name = (*chance.one_of(&EVENTS)).to_owned();
            let (at_least, within_s) = (1 + chance.below(2), *chance.one_of(&[1, 2, 5, 20]));
            Condition::CustomEvent { name, at_least, within_s }
        }
        8 => sequence(seconds, chance),
        9 | 10 => of_the_visitor(chance),
        12 | 13 => Condition::All { of: inner(chance) },
        14 => Condition::Any { of: inner(chance) },
        _ => Condition::Not { of: Box::new(condition(depth - 1, chance)) },
    }
}

fn sequence(within_s: u32, chance: &mut Chance) -> Condition {
    let page = |value: &str| PageMatch {
        match_on: MatchOn::Url,
        match_type: MatchType::Contains,
        match_value: value.to_owned(),
    };
    let (first, then) = (*chance.one_of(&VALUES[1..]), *chance.one_of(&VALUES[1..]));
    Condition::PageSequence { first: page(first), then: page(then), within_s }
}

fn of_the_visitor(chance: &mut Chance) -> Condition {
    let trust = |chance: &mut Chance| if chance.percent(50) { Trust::Any } else { Trust::Signed };
    match chance.below(11) {
        0 => Condition::VisitNumber { at_least: 1 + chance.below(3) },
        1 => Condition::ReturningVisitor,
        2 => Condition::Referrer { contains: "SEARCH.test".to_owned() },
        3 => Condition::Utm { parameter: UtmParameter::Source, equals: "Mail".to_owned() },
        4 => Condition::Device { any_of: vec![*chance.one_of(&DEVICES), DeviceClass::Tablet] },
        5 => Condition::Language { any_of: vec!["fr".to_owned(), "de".to_owned()] },
        6 => {
            let weekdays = if chance.percent(70) { vec![3] } else { vec![1, 2] };
            let from = format!("08:{:02}", chance.below(5));
            let to = if chance.percent(50) { "08:06".to_owned() } else { "07:00".to_owned() };
            Condition::LocalTime { weekdays, from, to }
        }
        7 => Condition::Identified { trust: trust(chance) },
        8 => Condition::PreviousChats { at_least: 1 + chance.below(2) },
        9 => Condition::QueueWait { at_most_s: 60 },
        _ => {
            let name = (*chance.one_of(&NAMES)).to_owned();
            Condition::Attribute { name, trust: trust(chance), test: test(chance) }
        }
    }
}

fn test(chance: &mut Chance) -> AttributeTest {
    let (any, ordered) = (value(chance), number(chance.below(3)));
    match chance.below(8) {
        0 => AttributeTest::Equal(any),
        1 => AttributeTest::NotEqual(any),
        2 => AttributeTest::Less(ordered),
        3 => AttributeTest::AtMost(ordered),
        4 => AttributeTest::More(ordered),
        5 => AttributeTest::AtLeast(ordered),
        6 => AttributeTest::Contains("OL".to_owned()),
        _ => AttributeTest::In(vec![any, ordered]),
    }
}

fn number(n: u32) -> Value {
    Value::Number(Number::new(f64::from(n)).expect("a small number is finite"))
}

fn value(chance: &mut Chance) -> Value {
    match chance.below(4) {
        0 => number(chance.below(3)),
        1 => Value::Boolean(chance.percent(50)),
        2 => Value::Time(UnixMs(i64::from(chance.below(2)))),
        _ => Value::Text((*chance.one_of(&["gold", "Gold", "free"])).to_owned()),
    }
}

/// An attribute that a page or a signed identity sets.
pub(crate) fn attribute(chance: &mut Chance) -> Attribute {
    let name = (*chance.one_of(&NAMES)).to_owned();
    Attribute { name, value: value(chance), signed: chance.percent(40) }
}
