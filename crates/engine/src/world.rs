//! Owns what a visit sees of the world around it: one configuration, compiled, and the gates. Read-only.

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;

use crate::gate::Gate;
use crate::id::{OfferId, QueueId, RuleId};
use crate::offer::Offer;
use crate::queue::{Activation, Queue};
use crate::rule::matcher::{Matcher, PageTexts, RuleIndex};
use crate::rule::{Action, Rule, RulePlan};
use crate::settings::SiteSettings;

/// Rules and queues of one site, together.
pub const RULES_MAX: usize = 10_000;

/// What a visit sees of the world at one moment.
#[derive(Clone, Debug)]
pub struct World {
    /// Rules, offers, queues and settings of the visit's site.
    pub config: Arc<Config>,
    /// The gate of each queue; a queue that is missing is closed.
    pub gates: BTreeMap<QueueId, Gate>,
    /// A supervisor has stopped offers.
    pub offers_stopped: bool,
}

impl World {
    /// The gate of a queue; closed when it is unknown.
    #[must_use]
    pub fn gate(&self, queue: QueueId) -> Gate {
        self.gates.get(&queue).copied().unwrap_or_default()
    }
}

/// Why a configuration cannot be compiled. Rules that passed [`crate::rule::check`] fail only by their sum.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// More than [`RULES_MAX`].
    #[error("more than 10000 rules and queues")]
    TooManyRules,
    /// The regular expressions, one by one or in sum, cannot be compiled.
    #[error("the regular expressions cannot be compiled: {0}")]
    Regexes(String),
    /// The texts of the rules are too many to be compiled.
    #[error("the match values cannot be compiled: {0}")]
    Literals(String),
}

/// One version of a site's configuration, compiled for all its visits. It applies as a whole.
#[derive(Debug)]
pub struct Config {
    version: u64,
    settings: SiteSettings,
    offers: BTreeMap<OfferId, Offer>,
    queues: BTreeMap<QueueId, Queue>,
    rules: Vec<CompiledRule>,
    /// Where the queues' own timers begin in `rules`; they stand last.
    timers_from: RuleIndex,
    matcher: Matcher,
}

/// A rule, or a queue's own timer, ready for evaluation.
#[derive(Debug)]
pub(crate) struct CompiledRule {
    pub(crate) id: RuleId,
    pub(crate) priority: u32,
    pub(crate) name: String,
    pub(crate) trigger: Trigger,
    pub(crate) queue: QueueId,
    pub(crate) standing: Standing,
    /// What is counted: while it stays the same, views counted so far stay counted.
    pub(crate) match_print: u32,
    /// All that qualifies: while it stays the same, the rule stays latched.
    pub(crate) criteria_print: u32,
}

/// What makes a rule qualify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// Views of, and time on, matching pages.
    Pages { views: u32, time_s: u32 },
    /// Time on the site: the queue's own timer.
    Site { time_s: u32 },
}

/// Whether a rule may fire at all, and what it then does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Invites(OfferId),
    Engages,
    Disabled,
    OfferInactive,
    QueueMissing,
}

impl Config {
    /// Compiles one version of a site's configuration. A rule whose offer or queue is missing never fires.
    ///
    /// # Errors
    /// Too many rules, or expressions that are invalid or too large in sum.
    pub fn compile(
        version: u64,
        settings: SiteSettings,
        mut rules: Vec<Rule>,
        offers: Vec<Offer>,
        queues: Vec<Queue>,
    ) -> Result<Self, ConfigError> {
        if rules.len() + queues.len() > RULES_MAX {
            return Err(ConfigError::TooManyRules);
        }
        rules.sort_by(|a, b| (a.priority, &a.name, a.id).cmp(&(b.priority, &b.name, b.id)));
        let plans: Vec<_> = rules.iter().enumerate().map(|(i, rule)| (index_of(i), &rule.plan)).collect();
        let matcher = Matcher::compile(&plans)?;
        let offers: BTreeMap<_, _> = offers.into_iter().map(|offer| (offer.id, offer)).collect();
        let queues: BTreeMap<_, _> = queues.into_iter().map(|queue| (queue.id, queue)).collect();
        let timers_from = index_of(rules.len());
        let mut compiled: Vec<_> =
            rules.into_iter().map(|rule| compile_rule(rule, &offers, &queues)).collect();
        compiled.extend(queues.values().filter_map(|queue| compile_timer(queue, &offers)));
        Ok(Self { version, settings, offers, queues, rules: compiled, timers_from, matcher })
    }

    /// The version it was compiled as.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The site's visitor tracking settings.
    #[must_use]
    pub const fn settings(&self) -> &SiteSettings {
        &self.settings
    }

    /// An offer of the site.
    #[must_use]
    pub fn offer(&self, id: OfferId) -> Option<&Offer> {
        self.offers.get(&id)
    }

    /// A queue of the site.
    #[must_use]
    pub fn queue(&self, id: QueueId) -> Option<&Queue> {
        self.queues.get(&id)
    }

    /// All queues of the site, by id.
    pub fn queues(&self) -> impl Iterator<Item = &Queue> {
        self.queues.values()
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = (RuleIndex, &CompiledRule)> {
        self.rules.iter().enumerate().map(|(i, rule)| (index_of(i), rule))
    }

    pub(crate) fn rule(&self, index: RuleIndex) -> &CompiledRule {
        &self.rules[usize::from(index)]
    }

    pub(crate) fn timers(&self) -> impl Iterator<Item = (RuleIndex, &CompiledRule)> {
        self.rules().skip(usize::from(self.timers_from))
    }

    pub(crate) fn matches(&self, page: PageTexts<'_>) -> smallvec::SmallVec<[RuleIndex; 8]> {
        self.matcher.matches(page)
    }
}

impl CompiledRule {
    /// Enabled, and what it needs is there.
    pub(crate) const fn may_fire(&self) -> bool {
        matches!(self.standing, Standing::Invites(_) | Standing::Engages)
    }

    pub(crate) const fn is_timer(&self) -> bool {
        matches!(self.trigger, Trigger::Site { .. })
    }
}

fn compile_rule(
    rule: Rule,
    offers: &BTreeMap<OfferId, Offer>,
    queues: &BTreeMap<QueueId, Queue>,
) -> CompiledRule {
    let Rule { id, priority, name, enabled, plan } = rule;
    let standing = if !enabled {
        Standing::Disabled
    } else if !queues.contains_key(&plan.queue_id) {
        Standing::QueueMissing
    } else {
        match plan.action {
            Action::Invite => invites(plan.offer_id, offers),
            Action::EngageWithoutInvite => Standing::Engages,
        }
    };
    CompiledRule {
        id,
        priority,
        name,
        trigger: Trigger::Pages { views: plan.page_view_count.max(1), time_s: plan.required_time_s },
        queue: plan.queue_id,
        standing,
        match_print: match_print(&plan),
        criteria_print: criteria_print(&plan),
    }
}

/// The queue's own timer: a rule of lowest priority that matches every page (SPEC section 4).
fn compile_timer(queue: &Queue, offers: &BTreeMap<OfferId, Offer>) -> Option<CompiledRule> {
    let plan = &queue.plan;
    let standing = match plan.activation {
        Activation::ReactiveOnly => return None,
        Activation::WithInvite => invites(plan.launch_offer_id, offers),
        Activation::WithoutInvite => Standing::Engages,
    };
    (plan.launch_after_s > 0).then(|| CompiledRule {
        id: RuleId(queue.id.0),
        priority: u32::MAX,
        name: queue.name.clone(),
        trigger: Trigger::Site { time_s: plan.launch_after_s },
        queue: queue.id,
        standing,
        match_print: 0,
        criteria_print: plan.launch_after_s,
    })
}

fn invites(offer: Option<OfferId>, offers: &BTreeMap<OfferId, Offer>) -> Standing {
    match offer.and_then(|id| offers.get(&id)) {
        Some(offer) if offer.active => Standing::Invites(offer.id),
        Some(_) | None => Standing::OfferInactive,
    }
}

fn index_of(i: usize) -> RuleIndex {
    RuleIndex::try_from(i).expect("a configuration has at most RULES_MAX rules")
}

fn match_print(plan: &RulePlan) -> u32 {
    let kind = [plan.match_on as u8, plan.match_type as u8];
    fnv(fnv(FNV_START, &kind), plan.match_value.as_bytes())
}

fn criteria_print(plan: &RulePlan) -> u32 {
    let counts = [plan.page_view_count.to_be_bytes(), plan.required_time_s.to_be_bytes()].concat();
    fnv(match_print(plan), &counts)
}

const FNV_START: u32 = 0x811c_9dc5;

/// FNV-1a: the same on every machine and in every version, as checkpoints keep it.
fn fnv(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}
