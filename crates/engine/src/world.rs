//! Owns what a visit sees of the world around it: one configuration, compiled, and the gates. Read-only.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use smallvec::SmallVec;
use thiserror::Error;

use crate::condition::{Condition, PageMatch, Ready};
use crate::gate::Gate;
use crate::id::{OfferId, QueueId, RuleId};
use crate::offer::Offer;
use crate::queue::{Activation, Queue};
use crate::reason::Reason;
use crate::rule::matcher::{Matcher, PageTexts, Pattern, RuleIndex};
use crate::rule::{Action, MatchOn, MatchType, Rule, RulePlan};
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
    /// Why nothing is presented and nobody alerted, whatever the gates say: a supervisor has stopped offers, or the server is overloaded.
    pub offers_stopped: Option<Reason>,
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
    keys: Arc<Vec<RuleKey>>,
    /// Where the queues' own timers begin in `rules`; they stand last.
    timers_from: RuleIndex,
    matcher: Matcher,
    sequences: Vec<Sequence>,
    events: BTreeSet<String>,
    referrers: BTreeSet<String>,
    asks_for_wait: bool,
}

/// What tells whether a rule of another configuration is the same one, and still asks for the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleKey {
    /// Short for the rule's id.
    pub(crate) short: u64,
    /// What is counted: while it stays the same, views counted so far stay counted.
    pub(crate) match_print: u32,
    /// All that qualifies: while it stays the same, the rule stays latched.
    pub(crate) criteria_print: u32,
}

/// A page sequence that some rule asks for.
#[derive(Debug)]
pub(crate) struct Sequence {
    pub(crate) print: u32,
    pub(crate) first: RuleIndex,
    pub(crate) then: RuleIndex,
    pub(crate) within_s: u32,
}

/// What one page matches.
pub(crate) struct Matches {
    pub(crate) rules: SmallVec<[RuleIndex; 8]>,
    /// Pages of sequences.
    pub(crate) steps: SmallVec<[RuleIndex; 8]>,
}

/// A rule, or a queue's own timer, ready for evaluation.
#[derive(Debug)]
pub(crate) struct CompiledRule {
    pub(crate) id: RuleId,
    pub(crate) priority: u32,
    pub(crate) name: String,
    pub(crate) trigger: Trigger,
    /// Which pages it matches; every page for a queue's own timer.
    pub(crate) page: PageMatch,
    pub(crate) queue: QueueId,
    pub(crate) standing: Standing,
    pub(crate) conditions: Option<Condition>,
    /// The same, ready for evaluation.
    pub(crate) ready: Option<Ready>,
    pub(crate) key: RuleKey,
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
        let asked = asked_for(&rules)?;
        let mut patterns: Vec<_> =
            rules.iter().enumerate().map(|(i, rule)| pattern_of(i, &rule.plan)).collect();
        patterns.extend(asked.steps.iter().map(|&(index, page)| step_pattern(index, page)));
        let matcher = Matcher::compile(&patterns)?;
        let Asked { sequences, steps: _, events, referrers, wait: asks_for_wait } = asked;
        let offers: BTreeMap<_, _> = offers.into_iter().map(|offer| (offer.id, offer)).collect();
        let queues: BTreeMap<_, _> = queues.into_iter().map(|queue| (queue.id, queue)).collect();
        let timers_from = index_of(rules.len());
        let mut compiled: Vec<_> =
            rules.into_iter().map(|rule| compile_rule(rule, &offers, &queues, &settings.time_zone)).collect();
        compiled.extend(queues.values().filter_map(|queue| compile_timer(queue, &offers)));
        let keys = Arc::new(compiled.iter().map(|rule| rule.key).collect());
        Ok(Self {
            version,
            settings,
            offers,
            queues,
            rules: compiled,
            keys,
            timers_from,
            matcher,
            sequences,
            events,
            referrers,
            asks_for_wait,
        })
    }

    /// The version it was compiled as.
    #[inline]
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

    /// All offers of the site, by id.
    pub fn offers(&self) -> impl Iterator<Item = &Offer> {
        self.offers.values()
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

    /// The name of a rule of the site.
    #[must_use]
    pub fn rule_name(&self, id: RuleId) -> Option<&str> {
        self.rules.iter().find(|rule| rule.id == id && !rule.is_timer()).map(|rule| rule.name.as_str())
    }

    /// Some rule asks for the estimated wait of its queue, so visits must be told when it changes.
    #[must_use]
    pub const fn asks_for_wait(&self) -> bool {
        self.asks_for_wait
    }

    pub(crate) fn asks_for_event(&self, name: &str) -> bool {
        self.events.contains(name)
    }

    /// The texts that conditions look for in the address from which a visit came.
    pub(crate) fn referrers(&self) -> impl Iterator<Item = &str> {
        self.referrers.iter().map(String::as_str)
    }

    pub(crate) fn sequences(&self) -> &[Sequence] {
        &self.sequences
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = (RuleIndex, &CompiledRule)> {
        self.rules.iter().enumerate().map(|(i, rule)| (index_of(i), rule))
    }

    pub(crate) const fn keys(&self) -> &Arc<Vec<RuleKey>> {
        &self.keys
    }

    pub(crate) fn rule(&self, index: RuleIndex) -> &CompiledRule {
        &self.rules[usize::from(index)]
    }

    pub(crate) fn timers(&self) -> impl Iterator<Item = (RuleIndex, &CompiledRule)> {
        (self.timers_from..).zip(&self.rules[usize::from(self.timers_from)..])
    }

    pub(crate) fn matches(&self, page: PageTexts<'_>) -> Matches {
        let mut rules = self.matcher.matches(page);
        let first_step = rules.partition_point(|&index| index < self.timers_from);
        let steps = SmallVec::from_slice(&rules[first_step..]);
        rules.truncate(first_step);
        Matches { rules, steps }
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
    time_zone: &str,
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
        key: RuleKey {
            short: short(id),
            match_print: match_print(&plan),
            criteria_print: criteria_print(&plan),
        },
        ready: plan.conditions.as_ref().map(|conditions| Ready::of(conditions, time_zone)),
        page: PageMatch {
            match_on: plan.match_on,
            match_type: plan.match_type,
            match_value: plan.match_value,
        },
        conditions: plan.conditions,
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
        page: PageMatch {
            match_on: MatchOn::Url,
            match_type: MatchType::Contains,
            match_value: String::new(),
        },
        queue: queue.id,
        standing,
        conditions: None,
        ready: None,
        key: RuleKey {
            short: short(RuleId(queue.id.0)),
            match_print: 0,
            criteria_print: plan.launch_after_s,
        },
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

/// What the conditions of a site's rules ask of its visits.
#[derive(Default)]
struct Asked<'a> {
    sequences: Vec<Sequence>,
    steps: Vec<(RuleIndex, &'a PageMatch)>,
    events: BTreeSet<String>,
    referrers: BTreeSet<String>,
    wait: bool,
}

/// Steps of sequences are matched together with the rules, and numbered after them.
fn asked_for(rules: &[Rule]) -> Result<Asked<'_>, ConfigError> {
    let mut asked = Asked::default();
    let mut next = rules.len();
    for conditions in rules.iter().filter_map(|rule| rule.plan.conditions.as_ref()) {
        conditions.walk(&mut |condition| {
            if let Condition::PageSequence { first, then, within_s } = condition {
                let print = print_of(condition);
                if asked.sequences.iter().any(|known| known.print == print) {
                    return;
                }
                let steps = [next, next + 1].map(|i| RuleIndex::try_from(i).unwrap_or(RuleIndex::MAX));
                next += 2;
                asked.steps.extend([(steps[0], first), (steps[1], then)]);
                asked.sequences.push(Sequence {
                    print,
                    first: steps[0],
                    then: steps[1],
                    within_s: *within_s,
                });
            } else if let Condition::CustomEvent { name, .. } = condition {
                asked.events.insert(name.clone());
            } else if let Condition::Referrer { contains } = condition {
                asked.referrers.insert(contains.clone());
            } else if let Condition::QueueWait { .. } = condition {
                asked.wait = true;
            }
        });
    }
    if next > usize::from(RuleIndex::MAX) { Err(ConfigError::TooManyRules) } else { Ok(asked) }
}

fn pattern_of(i: usize, plan: &RulePlan) -> Pattern<'_> {
    Pattern { index: index_of(i), on: plan.match_on, kind: plan.match_type, value: &plan.match_value }
}

fn step_pattern(index: RuleIndex, page: &PageMatch) -> Pattern<'_> {
    Pattern { index, on: page.match_on, kind: page.match_type, value: &page.match_value }
}

/// Half of an id, which holds nearly all that is random in it: two rules of a site do not share it.
fn short(id: RuleId) -> u64 {
    let (high, low) = id.0.as_u64_pair();
    high.rotate_left(32) ^ low
}

fn match_print(plan: &RulePlan) -> u32 {
    print_of(&(plan.match_on, plan.match_type, &plan.match_value))
}

fn criteria_print(plan: &RulePlan) -> u32 {
    print_of(&(match_print(plan), plan.page_view_count, plan.required_time_s, &plan.conditions))
}

/// A short print of a value, the same on every machine, as checkpoints keep it.
pub(crate) fn print_of(value: &impl Hash) -> u32 {
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    value.hash(&mut hasher);
    let hash = hasher.finish();
    (hash >> 32) as u32 ^ (hash & 0xffff_ffff) as u32
}

/// FNV-1a.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        self.0 =
            bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
