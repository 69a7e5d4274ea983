//! Owns what a rule is (SPEC section 2). Compiling and matching stand in the submodules.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::condition::Condition;
use crate::id::{OfferId, QueueId, RuleId};

mod check;
pub(crate) mod matcher;

pub(crate) use check::check_regex;
pub use check::{RuleProblem, check};

/// A proactive offer rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rule {
    /// Identity.
    pub id: RuleId,
    /// A lower number is more important, 1 to 9 999.
    pub priority: u32,
    /// Name, 1 to 100 characters.
    pub name: String,
    /// A disabled rule never fires.
    pub enabled: bool,
    /// When it fires and what then happens.
    pub plan: RulePlan,
}

/// When a rule fires and what then happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulePlan {
    /// For the console only, 0 to 1 000 characters.
    #[serde(default)]
    pub description: String,
    /// What happens when the rule wins.
    #[serde(default)]
    pub action: Action,
    /// The offer to present; required when the action is to invite.
    #[serde(default)]
    pub offer_id: Option<OfferId>,
    /// The queue whose gate is asked and to which an accepted offer leads.
    pub queue_id: QueueId,
    /// Which text of the page is compared.
    #[serde(default)]
    pub match_on: MatchOn,
    /// How it is compared.
    #[serde(default)]
    pub match_type: MatchType,
    /// What it is compared with, at most 2 000 characters. Empty with `contains` matches every page.
    #[serde(default)]
    pub match_value: String,
    /// How many matching page views the visit must have, 1 to 1 000.
    #[serde(default = "one")]
    pub page_view_count: u32,
    /// Time on the matching page in this page view, seconds, 0 to 86 400.
    #[serde(default)]
    pub required_time_s: u32,
    /// Priority of the chat that it leads to, 0 to 9; where the queue gives a higher one, that one holds.
    #[serde(default)]
    pub chat_priority: u8,
    /// What else must hold while the visitor is on the matching page; nothing when absent.
    #[serde(default)]
    pub conditions: Option<Condition>,
}

/// What happens when a rule wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Present the rule's offer.
    #[default]
    Invite,
    /// Alert the first free agent, who starts to write (P-8).
    EngageWithoutInvite,
}

/// Which text of a page a rule looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchOn {
    /// The full address.
    #[default]
    Url,
    /// The document's title.
    PageTitle,
    /// The address the page was reached from.
    Referrer,
}

/// How a rule compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchType {
    /// Contains, ignoring case.
    #[default]
    Contains,
    /// Equals, ignoring case.
    Equals,
    /// Regular expression, linear-time, not anchored.
    Regex,
}

fn one() -> u32 {
    1
}
