//! Owns what further conditions a rule can have, as data. Checking and evaluating stand in the submodules.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::attribute::{AttributeTest, Trust};
use crate::rule::{MatchOn, MatchType};

mod check;
mod eval;
mod ready;

pub(crate) use check::check;
pub use check::{CONDITIONS_MAX, NESTING_MAX};
pub use eval::ConditionExplanation;
pub(crate) use eval::{Facts, evaluate, explain};
pub(crate) use ready::Ready;

/// A further condition of a rule. Times, forms and movements are those of the page that the rule matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Every one holds; holds when there is none.
    All {
        /// The conditions.
        #[schema(no_recursion)]
        of: Vec<Condition>,
    },
    /// At least one holds; does not hold when there is none.
    Any {
        /// The conditions.
        #[schema(no_recursion)]
        of: Vec<Condition>,
    },
    /// It does not hold.
    Not {
        /// The condition.
        #[schema(no_recursion)]
        of: Box<Condition>,
    },
    /// A form was entered at least so long ago and is not submitted.
    TimeOnForm {
        /// Seconds, 0 to 86 400.
        at_least_s: u32,
    },
    /// A form was entered, is not submitted, and nothing was typed for at least so long.
    FormIdle {
        /// Seconds, 0 to 86 400.
        at_least_s: u32,
    },
    /// The visit has lasted for at least so long.
    TimeOnSite {
        /// Seconds, 0 to 86 400.
        at_least_s: u32,
    },
    /// So many pages were viewed in this visit, whichever.
    PagesViewed {
        /// 1 to 1 000.
        at_least: u32,
    },
    /// It is at least this visit of the visitor, the first being 1.
    VisitNumber {
        /// 1 to 100 000.
        at_least: u32,
    },
    /// The visitor has been here in an earlier visit.
    ReturningVisitor,
    /// The address from which the visit came contains a text, ignoring case.
    Referrer {
        /// 1 to 2 000 characters.
        contains: String,
    },
    /// A UTM parameter of the visit's first page equals a text, ignoring case.
    Utm {
        /// Which parameter.
        parameter: UtmParameter,
        /// 1 to 200 characters.
        equals: String,
    },
    /// The device is of one of these classes.
    Device {
        /// At least one.
        any_of: Vec<DeviceClass>,
    },
    /// The browser's language is one of these, or a regional form of one: `de` holds for `de-CH`.
    Language {
        /// BCP 47 tags, 1 to 40.
        any_of: Vec<String>,
    },
    /// It is one of these days and within this time, in the site's time zone.
    LocalTime {
        /// 1 (Monday) to 7 (Sunday); the day on which the time begins.
        weekdays: Vec<u8>,
        /// Start, `HH:MM`.
        from: String,
        /// End, `HH:MM`, not included; not after `from`: on the next day; `24:00` is the end of the day.
        to: String,
    },
    /// An attribute of the visitor compares so. One that is missing or of another type compares with nothing.
    Attribute {
        /// Its name, 1 to 64 characters.
        name: String,
        /// Whether an attribute that the page merely claims is good enough.
        #[serde(default)]
        trust: Trust,
        /// The comparison.
        test: AttributeTest,
    },
    /// The page was scrolled down to at least this depth.
    ScrollDepth {
        /// Percent, 1 to 100.
        at_least_percent: u8,
    },
    /// The pointer left the page towards the top.
    ExitIntent,
    /// Nothing was moved, touched, typed or scrolled on the page for at least so long.
    Inactivity {
        /// Seconds, 1 to 86 400.
        at_least_s: u32,
    },
    /// The page reported an event of its own so often within a time.
    CustomEvent {
        /// Its name, 1 to 64 characters.
        name: String,
        /// 1 to 50.
        at_least: u32,
        /// Seconds, 1 to 86 400.
        within_s: u32,
    },
    /// One page was viewed, and then another within a time.
    PageSequence {
        /// The page viewed first.
        first: PageMatch,
        /// The page viewed later.
        then: PageMatch,
        /// Seconds from one view to the other, 1 to 86 400.
        within_s: u32,
    },
    /// The page has said who the visitor is.
    Identified {
        /// Whether an identity that the page merely claims is good enough.
        #[serde(default)]
        trust: Trust,
    },
    /// The visitor has had so many chats before this visit.
    PreviousChats {
        /// 1 to 10 000.
        at_least: u32,
    },
    /// The estimated wait in the rule's queue is known and at most this long.
    QueueWait {
        /// Seconds, 0 to 86 400.
        at_most_s: u32,
    },
}

/// How a page is recognised.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PageMatch {
    /// Which text of the page is compared.
    #[serde(default)]
    pub match_on: MatchOn,
    /// How it is compared.
    #[serde(default)]
    pub match_type: MatchType,
    /// What it is compared with, 1 to 2 000 characters.
    pub match_value: String,
}

/// A UTM parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UtmParameter {
    /// `utm_source`
    Source,
    /// `utm_medium`
    Medium,
    /// `utm_campaign`
    Campaign,
    /// `utm_term`
    Term,
    /// `utm_content`
    Content,
}

/// Class of the visitor's device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceClass {
    /// A desktop or laptop computer.
    #[default]
    Desktop,
    /// A telephone.
    Phone,
    /// A tablet.
    Tablet,
}

impl UtmParameter {
    /// Its name in an address.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Source => "utm_source",
            Self::Medium => "utm_medium",
            Self::Campaign => "utm_campaign",
            Self::Term => "utm_term",
            Self::Content => "utm_content",
        }
    }

    /// All of them.
    pub const ALL: [Self; 5] = [Self::Source, Self::Medium, Self::Campaign, Self::Term, Self::Content];
}

impl Condition {
    /// The conditions inside a group; none for one that compares something itself.
    pub(crate) fn inner(&self) -> &[Self] {
        if let Self::All { of } | Self::Any { of } = self {
            of
        } else if let Self::Not { of } = self {
            std::slice::from_ref(of)
        } else {
            &[]
        }
    }

    /// Calls `visit` for this condition and every one inside it.
    pub(crate) fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        self.inner().iter().for_each(|inner| inner.walk(visit));
    }

    /// This condition, and for a group nothing inside it.
    pub(crate) fn without_inner(&self) -> Self {
        if let Self::All { .. } = self {
            Self::All { of: Vec::new() }
        } else if let Self::Any { .. } = self {
            Self::Any { of: Vec::new() }
        } else if let Self::Not { .. } = self {
            Self::Not { of: Box::new(Self::Any { of: Vec::new() }) }
        } else {
            self.clone()
        }
    }
}
