//! Owns the check of conditions before they are saved: bounds, times, expressions, each with a pointer to the field.

use std::ops::RangeInclusive;

use super::{Condition, PageMatch};
use crate::attribute::{AttributeTest, Value};
use crate::hours;
use crate::rule::{MatchType, RuleProblem, check_regex};

/// Conditions of one rule, groups included.
pub const CONDITIONS_MAX: usize = 200;
/// Groups within groups.
pub const NESTING_MAX: usize = 8;

const TIME_S: RangeInclusive<u32> = 0..=86_400;
const TEXT_CHARS_MAX: usize = 256;
const NAME_CHARS_MAX: usize = 64;
const VALUE_CHARS_MAX: usize = 2000;
const CHOICES_MAX: usize = 100;

/// Whether a condition can be evaluated.
pub(crate) fn check(pointer: &str, condition: &Condition) -> Result<(), RuleProblem> {
    let mut count = 0;
    condition.walk(&mut |_| count += 1);
    if count > CONDITIONS_MAX {
        return Err(problem(pointer, "has more than 200 conditions"));
    }
    check_nested(pointer, condition, NESTING_MAX)
}

fn check_nested(pointer: &str, condition: &Condition, groups_left: usize) -> Result<(), RuleProblem> {
    let at = |field: &str| format!("{pointer}/{field}");
    match condition {
        Condition::All { .. } | Condition::Any { .. } | Condition::Not { .. } if groups_left == 0 => {
            Err(problem(pointer, "is nested more than 8 groups deep"))
        }
        Condition::All { of } | Condition::Any { of } => of
            .iter()
            .enumerate()
            .try_for_each(|(i, inner)| check_nested(&format!("{pointer}/of/{i}"), inner, groups_left - 1)),
        Condition::Not { of } => check_nested(&at("of"), of, groups_left - 1),
        Condition::TimeOnForm { at_least_s }
        | Condition::FormIdle { at_least_s }
        | Condition::TimeOnSite { at_least_s } => within(&at("at_least_s"), *at_least_s, TIME_S),
        Condition::Inactivity { at_least_s } => within(&at("at_least_s"), *at_least_s, 1..=86_400),
        Condition::PagesViewed { at_least } => within(&at("at_least"), *at_least, 1..=1000),
        Condition::VisitNumber { at_least } => within(&at("at_least"), *at_least, 1..=100_000),
        Condition::PreviousChats { at_least } => within(&at("at_least"), *at_least, 1..=10_000),
        Condition::QueueWait { at_most_s } => within(&at("at_most_s"), *at_most_s, TIME_S),
        Condition::ScrollDepth { at_least_percent } => {
            within(&at("at_least_percent"), u32::from(*at_least_percent), 1..=100)
        }
        Condition::Referrer { contains } => text(&at("contains"), contains, VALUE_CHARS_MAX),
        Condition::Utm { parameter: _, equals } => text(&at("equals"), equals, TEXT_CHARS_MAX),
        Condition::Device { any_of } => choices(&at("any_of"), any_of.len()),
        Condition::Language { any_of } => {
            choices(&at("any_of"), any_of.len())?;
            let mut each = any_of.iter().enumerate();
            each.try_for_each(|(i, tag)| text(&at(&format!("any_of/{i}")), tag, NAME_CHARS_MAX))
        }
        Condition::LocalTime { weekdays, from, to } => check_local_time(pointer, weekdays, from, to),
        Condition::Attribute { name, trust: _, test } => {
            text(&at("name"), name, NAME_CHARS_MAX)?;
            check_test(&at("test"), test)
        }
        Condition::CustomEvent { name, at_least, within_s } => {
            text(&at("name"), name, NAME_CHARS_MAX)?;
            within(&at("at_least"), *at_least, 1..=50)?;
            within(&at("within_s"), *within_s, 1..=86_400)
        }
        Condition::PageSequence { first, then, within_s } => {
            check_page(&at("first"), first)?;
            check_page(&at("then"), then)?;
            within(&at("within_s"), *within_s, 1..=86_400)
        }
        Condition::ReturningVisitor | Condition::ExitIntent | Condition::Identified { trust: _ } => Ok(()),
    }
}

fn check_local_time(pointer: &str, weekdays: &[u8], from: &str, to: &str) -> Result<(), RuleProblem> {
    choices(&format!("{pointer}/weekdays"), weekdays.len())?;
    if let Some(i) = weekdays.iter().position(|day| !(1..=7).contains(day)) {
        return Err(problem(&format!("{pointer}/weekdays/{i}"), "is not 1 (Monday) to 7 (Sunday)"));
    }
    hours::check_span(pointer, ["from", "to"], from, to).map_err(|found| RuleProblem {
        pointer: found.pointer,
        detail: found.detail,
        position: None,
    })
}

fn check_test(pointer: &str, test: &AttributeTest) -> Result<(), RuleProblem> {
    let at = format!("{pointer}/value");
    match test {
        AttributeTest::Equal(value) | AttributeTest::NotEqual(value) => check_value(&at, value),
        AttributeTest::Less(value)
        | AttributeTest::AtMost(value)
        | AttributeTest::More(value)
        | AttributeTest::AtLeast(value) => match value {
            Value::Number(_) | Value::Time(_) => check_value(&at, value),
            Value::Text(_) | Value::Boolean(_) => {
                Err(problem(&at, "is not a number or a time, which alone have an order"))
            }
        },
        AttributeTest::Contains(wanted) => text(&at, wanted, TEXT_CHARS_MAX),
        AttributeTest::In(values) => {
            choices(&at, values.len())?;
            values.iter().enumerate().try_for_each(|(i, value)| check_value(&format!("{at}/{i}"), value))
        }
    }
}

fn check_value(pointer: &str, value: &Value) -> Result<(), RuleProblem> {
    match value {
        Value::Text(wanted) if wanted.chars().count() > TEXT_CHARS_MAX => {
            Err(problem(pointer, "has more than 256 characters"))
        }
        Value::Number(number) if !number.value().is_finite() => {
            Err(problem(pointer, "is not a finite number"))
        }
        Value::Text(_) | Value::Number(_) | Value::Boolean(_) | Value::Time(_) => Ok(()),
    }
}

fn check_page(pointer: &str, page: &PageMatch) -> Result<(), RuleProblem> {
    let at = format!("{pointer}/match_value");
    text(&at, &page.match_value, VALUE_CHARS_MAX)?;
    match page.match_type {
        MatchType::Contains | MatchType::Equals => Ok(()),
        MatchType::Regex => check_regex(&at, &page.match_value),
    }
}

fn within(pointer: &str, number: u32, range: RangeInclusive<u32>) -> Result<(), RuleProblem> {
    if range.contains(&number) {
        return Ok(());
    }
    Err(problem(pointer, &format!("is not {} to {}", range.start(), range.end())))
}

fn text(pointer: &str, text: &str, chars_max: usize) -> Result<(), RuleProblem> {
    if text.is_empty() {
        return Err(problem(pointer, "is empty"));
    }
    if text.chars().count() > chars_max {
        return Err(problem(pointer, &format!("has more than {chars_max} characters")));
    }
    Ok(())
}

fn choices(pointer: &str, count: usize) -> Result<(), RuleProblem> {
    match count {
        0 => Err(problem(pointer, "is empty")),
        1..=CHOICES_MAX => Ok(()),
        _ => Err(problem(pointer, "has more than 100 entries")),
    }
}

fn problem(pointer: &str, detail: &str) -> RuleProblem {
    RuleProblem { pointer: pointer.to_owned(), detail: detail.to_owned(), position: None }
}
