//! Owns the model's answers to conditions on visitor, browser and clock, each read off the history.

#![expect(clippy::wildcard_enum_match_arm, reason = "the model looks at a few conditions at a time")]

use beckon_engine::attribute::{Attribute, AttributeTest, Trust, Value};
use beckon_engine::condition::{Condition, DeviceClass};
use beckon_engine::event::Event;
use beckon_engine::id::QueueId;

use crate::model::Model;

const DAY_MIN: i64 = 24 * 60;

pub(super) fn holds(condition: &Condition, model: &Model, queue: QueueId, now: i64) -> bool {
    match condition {
        Condition::VisitNumber { at_least } => known(model).0 >= *at_least,
        Condition::ReturningVisitor => known(model).0 > 1,
        Condition::PreviousChats { at_least } => known(model).1 >= *at_least,
        Condition::Referrer { contains } => {
            first_page(model, |_, referrer| referrer.to_lowercase().contains(&contains.to_lowercase()))
        }
        Condition::Utm { parameter, equals } => {
            let wanted = format!("{}={}", parameter.key(), equals).to_lowercase();
            let query = |url: &str| url.split_once('?').map(|(_, query)| query.to_lowercase());
            first_page(model, |url, _| query(url).is_some_and(|q| q.split('&').any(|pair| pair == wanted)))
        }
        Condition::Device { any_of } => described(model).is_some_and(|(_, device)| any_of.contains(&device)),
        Condition::Language { any_of } => described(model).is_some_and(|(language, _)| {
            let main = |tag: &str| tag.to_lowercase().split('-').next().map(str::to_owned);
            any_of.iter().any(|wanted| main(wanted) == main(&language))
        }),
        Condition::LocalTime { weekdays, from, to } => is_local_time(weekdays, from, to, now),
        Condition::Identified { trust } => {
            let mut identities = model.log.iter().filter_map(|(_, _, event)| match event {
                Event::VisitorIdentified { signed } => Some(*signed),
                _ => None,
            });
            identities.any(|signed| signed || *trust == Trust::Any)
        }
        Condition::QueueWait { at_most_s } => {
            let told = model.log.iter().rev().find_map(|(_, _, event)| match event {
                Event::QueueWaitEstimated { queue: of, wait_s } if *of == queue => Some(*wait_s),
                _ => None,
            });
            told.flatten().is_some_and(|wait_s| wait_s <= *at_most_s)
        }
        Condition::Attribute { name, trust, test } => {
            let signs: &[bool] = if *trust == Trust::Any { &[false, true] } else { &[true] };
            signs
                .iter()
                .any(|signed| attribute(model, name, *signed).is_some_and(|value| passes(test, value)))
        }
        other => panic!("the model knows every condition: {other:?}"),
    }
}

/// Number of the visit, and chats before it.
fn known(model: &Model) -> (u32, u32) {
    let told = model.log.iter().rev().find_map(|(_, _, event)| match event {
        Event::VisitorKnown { visit_number, previous_chats, .. } => Some((*visit_number, *previous_chats)),
        _ => None,
    });
    told.unwrap_or((1, 0))
}

fn described(model: &Model) -> Option<(String, DeviceClass)> {
    model.log.iter().rev().find_map(|(_, _, event)| match event {
        Event::BrowserDescribed { language, device } => Some((language.clone(), *device)),
        _ => None,
    })
}

fn first_page(model: &Model, holds: impl Fn(&str, &str) -> bool) -> bool {
    model.views.first().is_some_and(|view| holds(&view.url, &view.referrer))
}

/// The value that was set last.
fn attribute<'a>(model: &'a Model, name: &str, signed: bool) -> Option<&'a Value> {
    let is_it = |attribute: &&Attribute| attribute.name == name && attribute.signed == signed;
    model.log.iter().rev().find_map(|(_, _, event)| match event {
        Event::AttributesSet { attributes } => attributes.iter().rev().find(is_it).map(|found| &found.value),
        _ => None,
    })
}

fn passes(test: &AttributeTest, value: &Value) -> bool {
    let same = |wanted: &Value| match (wanted, value) {
        (Value::Text(a), Value::Text(b)) => a.to_lowercase() == b.to_lowercase(),
        (a, b) => a == b,
    };
    let same_type = |wanted: &Value| std::mem::discriminant::<Value>(wanted) == std::mem::discriminant(value);
    let number = |value: &Value| match value {
        Value::Number(number) => Some(number.value()),
        _ => None,
    };
    let both = |wanted: &Value, holds: fn(f64, f64) -> bool| {
        number(value).zip(number(wanted)).is_some_and(|(value, wanted)| holds(value, wanted))
    };
    match test {
        AttributeTest::Equal(wanted) => same(wanted),
        AttributeTest::NotEqual(wanted) => same_type(wanted) && !same(wanted),
        AttributeTest::Less(wanted) => both(wanted, |a, b| a < b),
        AttributeTest::AtMost(wanted) => both(wanted, |a, b| a <= b),
        AttributeTest::More(wanted) => both(wanted, |a, b| a > b),
        AttributeTest::AtLeast(wanted) => both(wanted, |a, b| a >= b),
        AttributeTest::Contains(part) => match value {
            Value::Text(text) => text.to_lowercase().contains(&part.to_lowercase()),
            _ => false,
        },
        AttributeTest::In(wanted) => wanted.iter().any(same),
    }
}

/// In UTC, where every day has 24 hours. 1970 began on a Thursday.
fn is_local_time(weekdays: &[u8], from: &str, to: &str, now: i64) -> bool {
    let minutes = |clock: &str| {
        let (hours, minutes) = clock.split_once(':').expect("a time has a colon");
        let number = |digits: &str| digits.parse::<i64>().expect("a time has digits");
        number(hours) * 60 + number(minutes)
    };
    let (from, to) = (minutes(from), minutes(to));
    let (day, minute) =
        (now.div_euclid(60_000).div_euclid(DAY_MIN), now.div_euclid(60_000).rem_euclid(DAY_MIN));
    let is_on = |day: i64| weekdays.iter().any(|weekday| (day + 3).rem_euclid(7) + 1 == i64::from(*weekday));
    if from < to {
        return is_on(day) && from <= minute && minute < to;
    }
    (is_on(day) && from <= minute) || (is_on(day - 1) && minute < to)
}
