//! Owns the explanation of a visit's decision: each rule with what it compared, and the single reason.
//! Changes nothing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Visit;
use super::pages::{OpenPage, seconds};
use crate::condition::{ConditionExplanation, Facts, explain};
use crate::id::{QueueId, RuleId};
use crate::reason::Reason;
use crate::rule::matcher::RuleIndex;
use crate::time::UnixMs;
use crate::world::{CompiledRule, Matches, Standing, Trigger, World};

/// Why a visit is, or is not, presented an offer right now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// When it was asked for.
    pub at: UnixMs,
    /// The configuration version it holds for.
    pub version: u64,
    /// Why nothing is presented; `null` when an offer would be presented at the next contact.
    pub reason: Option<Reason>,
    /// Every rule in order of priority, then name; the queues' own timers last.
    pub rules: Vec<RuleExplanation>,
}

/// What one rule compared, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleExplanation {
    /// The rule; for a queue's own timer the queue's id.
    pub rule: RuleId,
    /// Its name; for a queue's own timer the queue's name.
    pub name: String,
    /// Its priority.
    pub priority: u32,
    /// Whether it is a queue's own timer.
    pub timer: bool,
    /// Its queue.
    pub queue: QueueId,
    /// Whether it qualifies, and if not, the first thing that is missing.
    pub verdict: Verdict,
    /// For a rule that qualifies: what else holds its offer back, such as the gate.
    pub blocked: Option<Reason>,
    /// A page that is open now matches.
    pub matches_now: bool,
    /// Matching page views so far.
    pub views: u32,
    /// Matching page views that are needed.
    pub views_needed: u32,
    /// Longest time on a matching page that is open now, seconds; for a queue's own timer the time on the site.
    pub seconds: u32,
    /// Seconds that are needed.
    pub seconds_needed: u32,
    /// It has qualified in this visit, and stays qualified.
    pub latched: bool,
    /// Its further conditions on the page looked at, with what they compared; none when it has none or no page is open.
    pub conditions: Option<ConditionExplanation>,
}

/// Whether a rule qualifies, and if not, the first thing that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It has qualified.
    Qualified,
    /// It is disabled.
    Disabled,
    /// Its offer is missing or inactive.
    OfferInactive,
    /// Its queue is missing.
    QueueMissing,
    /// No open page matches.
    PageDoesNotMatch,
    /// Too few matching page views.
    TooFewViews,
    /// The time on the page has not passed.
    TimeNotPassed,
    /// The further conditions do not hold.
    ConditionsNotMet,
}

impl Visit {
    /// Explains the decision as it stands at `now`.
    #[must_use]
    pub fn explain(&self, now: UnixMs, world: &World) -> Explanation {
        let mut visit = self.clone();
        visit.adopt(&world.config);
        let found: Vec<Matches> = visit.pages.iter().map(|page| page.matches(&world.config)).collect();
        let explained = |(index, rule)| visit.explain_rule(index, rule, &found, now, world);
        let rules = world.config.rules().map(explained).collect();
        let reason = if visit.ended {
            Some(Reason::VisitorAway)
        } else {
            visit.candidates(now, world).err().map(|block| block.reason)
        };
        Explanation { at: now, version: world.config.version(), reason, rules }
    }

    fn explain_rule(
        &self,
        index: RuleIndex,
        rule: &CompiledRule,
        found: &[Matches],
        now: UnixMs,
        world: &World,
    ) -> RuleExplanation {
        let state = self.rules.iter().find(|state| state.index == index);
        let (views, latched) =
            state.map_or((0, false), |state| (u32::from(state.views()), state.is_latched()));
        let on_page = || self.pages_of(index, found);
        let (matches_now, spent, views_needed, seconds_needed) = match rule.trigger {
            Trigger::Pages { views, time_s } => {
                let longest = on_page().map(|page| page.seconds(now)).max();
                (longest.is_some(), longest.unwrap_or(0), views, time_s)
            }
            Trigger::Site { time_s } => {
                (!self.pages.is_empty(), seconds(now.ms_since(self.begun_at)), 0, time_s)
            }
        };
        let missing = || {
            if !matches_now {
                Verdict::PageDoesNotMatch
            } else if views < views_needed {
                Verdict::TooFewViews
            } else if spent < seconds_needed {
                Verdict::TimeNotPassed
            } else {
                Verdict::ConditionsNotMet
            }
        };
        let verdict = match rule.standing {
            Standing::Disabled => Verdict::Disabled,
            Standing::OfferInactive => Verdict::OfferInactive,
            Standing::QueueMissing => Verdict::QueueMissing,
            Standing::Invites(_) | Standing::Engages if latched => Verdict::Qualified,
            Standing::Invites(_) | Standing::Engages => missing(),
        };
        let blocked = if verdict == Verdict::Qualified { self.rule_block(rule, now, world) } else { None };
        RuleExplanation {
            rule: rule.id,
            name: rule.name.clone(),
            priority: rule.priority,
            timer: rule.is_timer(),
            queue: rule.queue,
            verdict,
            blocked: blocked.map(|block| block.reason),
            matches_now,
            views,
            views_needed,
            seconds: spent,
            seconds_needed,
            latched,
            conditions: self.explain_conditions(index, rule, found, now, world),
        }
    }

    /// On the matching page that has been open the longest, or else on the page last used.
    fn explain_conditions(
        &self,
        index: RuleIndex,
        rule: &CompiledRule,
        found: &[Matches],
        now: UnixMs,
        world: &World,
    ) -> Option<ConditionExplanation> {
        let (conditions, ready) = rule.conditions.as_ref().zip(rule.ready.as_ref())?;
        let page = self.pages_of(index, found).max_by_key(|page| page.seconds(now)).or(self.pages.last())?;
        let time_zone = world.config.settings().time_zone.as_str();
        let facts = Facts {
            now,
            begun_at: self.begun_at,
            pages_viewed: u32::from(self.pages_viewed),
            visit: &self.facts,
            page: &page.facts,
            time_zone,
            wait_s: self.facts.wait_s(rule.queue),
        };
        Some(explain(conditions, ready, facts))
    }
    /// The open pages that a rule matches.
    fn pages_of(&self, index: RuleIndex, found: &[Matches]) -> impl Iterator<Item = &OpenPage> {
        let pages = self.pages.iter().zip(found);
        pages.filter(move |(_, found)| found.rules.contains(&index)).map(|(page, _)| page)
    }
}
