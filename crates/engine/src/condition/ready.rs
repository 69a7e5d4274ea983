//! Owns conditions made ready for evaluation: what is the same each time is worked out once for a configuration.

use super::Condition;
use crate::queue::{Hours, Period};
use crate::world::print_of;

/// A condition, ready for evaluation. Groups stand as they stood.
#[derive(Debug)]
pub(crate) enum Ready {
    All(Vec<Ready>),
    Any(Vec<Ready>),
    Not(Box<Ready>),
    /// A local time, as business hours in the site's zone.
    LocalTime(Hours),
    /// A page sequence, by its print.
    Sequence(u32),
    /// Any other, as it is.
    Plain(Condition),
}

impl Ready {
    pub(crate) fn of(condition: &Condition, time_zone: &str) -> Self {
        let all = |of: &[Condition]| of.iter().map(|inner| Self::of(inner, time_zone)).collect();
        if let Condition::All { of } = condition {
            Self::All(all(of))
        } else if let Condition::Any { of } = condition {
            Self::Any(all(of))
        } else if let Condition::Not { of } = condition {
            Self::Not(Box::new(Self::of(of, time_zone)))
        } else if let Condition::LocalTime { weekdays, from, to } = condition {
            Self::LocalTime(local_hours(weekdays, from, to, time_zone))
        } else if let Condition::PageSequence { .. } = condition {
            Self::Sequence(print_of(condition))
        } else {
            Self::Plain(condition.clone())
        }
    }

    /// Those inside a group; none for one that compares something itself.
    pub(super) fn inner(&self) -> &[Self] {
        match self {
            Self::All(of) | Self::Any(of) => of,
            Self::Not(of) => std::slice::from_ref(of),
            Self::LocalTime(_) | Self::Sequence(_) | Self::Plain(_) => &[],
        }
    }
}

fn local_hours(weekdays: &[u8], from: &str, to: &str, time_zone: &str) -> Hours {
    let period = |&weekday: &u8| Period { weekday, from: from.to_owned(), to: to.to_owned() };
    Hours {
        time_zone: time_zone.to_owned(),
        weekly: weekdays.iter().map(period).collect(),
        exceptions: Vec::new(),
    }
}
