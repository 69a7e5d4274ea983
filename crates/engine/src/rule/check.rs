//! Owns the check of a rule before it is saved: what is wrong, in which field, and where in a regular expression.

use regex::RegexBuilder;
use thiserror::Error;

use crate::condition;
use crate::queue::waiting::PRIORITY_MAX;
use crate::rule::{Action, MatchType, RulePlan};

const DESCRIPTION_CHARS_MAX: usize = 1000;
const MATCH_VALUE_CHARS_MAX: usize = 2000;
const PAGE_VIEW_COUNT_MAX: u32 = 1000;
const REQUIRED_TIME_S_MAX: u32 = 86_400;
/// Bytes that the compiled form of one regular expression may take.
const REGEX_SIZE_MAX: usize = 1 << 20;
const REGEX_NESTING_MAX: u32 = 50;

/// What is wrong with a rule, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{pointer}: {detail}")]
pub struct RuleProblem {
    /// JSON pointer to the field, from the plan.
    pub pointer: String,
    /// What is wrong, as a sentence without a full stop.
    pub detail: String,
    /// For a regular expression: the character at which it is wrong, from 0.
    pub position: Option<usize>,
}

/// Whether a rule can be saved.
///
/// # Errors
/// The first field that is wrong, with what is wrong with it and where.
pub fn check(plan: &RulePlan) -> Result<(), RuleProblem> {
    let problem = |pointer: &str, detail: &str| {
        Err(RuleProblem { pointer: pointer.to_owned(), detail: detail.to_owned(), position: None })
    };
    if plan.description.chars().count() > DESCRIPTION_CHARS_MAX {
        return problem("/description", "has more than 1000 characters");
    }
    if plan.match_value.chars().count() > MATCH_VALUE_CHARS_MAX {
        return problem("/match_value", "has more than 2000 characters");
    }
    if !(1..=PAGE_VIEW_COUNT_MAX).contains(&plan.page_view_count) {
        return problem("/page_view_count", "is not 1 to 1000");
    }
    if plan.required_time_s > REQUIRED_TIME_S_MAX {
        return problem("/required_time_s", "is not 0 to 86400");
    }
    if plan.chat_priority > PRIORITY_MAX {
        return problem("/chat_priority", "is not 0 to 9");
    }
    match plan.action {
        Action::Invite if plan.offer_id.is_none() => {
            return problem("/offer_id", "is required when the action is invite");
        }
        Action::Invite | Action::EngageWithoutInvite => {}
    }
    if let Some(conditions) = &plan.conditions {
        condition::check("/conditions", conditions)?;
    }
    match plan.match_type {
        MatchType::Equals if plan.match_value.is_empty() => {
            problem("/match_value", "is empty, and no page equals that")
        }
        MatchType::Contains | MatchType::Equals => Ok(()),
        MatchType::Regex => check_regex("/match_value", &plan.match_value),
    }
}

/// Whether a regular expression compiles within the limits.
pub(crate) fn check_regex(pointer: &str, pattern: &str) -> Result<(), RuleProblem> {
    let problem =
        |detail: String, position| Err(RuleProblem { pointer: pointer.to_owned(), detail, position });
    if pattern.is_empty() {
        return problem("is empty".to_owned(), Some(0));
    }
    let at = |byte: usize| pattern[..byte].chars().count();
    let refused =
        match regex_syntax::ParserBuilder::new().nest_limit(REGEX_NESTING_MAX).build().parse(pattern) {
            Ok(_) => None,
            Err(regex_syntax::Error::Parse(e)) => Some((e.kind().to_string(), at(e.span().start.offset))),
            Err(regex_syntax::Error::Translate(e)) => Some((e.kind().to_string(), at(e.span().start.offset))),
            Err(e) => Some((e.to_string(), 0)),
        };
    if let Some((what, position)) = refused {
        let detail =
            format!("is not a valid regular expression: {what} (at character {position}, counted from 0)");
        return problem(detail, Some(position));
    }
    match RegexBuilder::new(pattern).size_limit(REGEX_SIZE_MAX).nest_limit(REGEX_NESTING_MAX).build() {
        Ok(_) => Ok(()),
        Err(e) => problem(format!("is too large a regular expression: {e}"), None),
    }
}
