//! Owns what is kept of a visit's decisions: which change is worth keeping, and in what bounds. Explains and writes
//! nothing itself.

use std::hash::{DefaultHasher, Hash, Hasher};

use beckon_engine::condition::{Condition, ConditionExplanation};
use beckon_engine::effect::Effect;
use beckon_engine::id::{PresentationId, RuleId, UserId};
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::{Explanation, RuleExplanation};
use uuid::Uuid;

use super::address::storable;
use super::host::{Host, Unwritten};
use super::notice::{Named, PageOnScreen};
use crate::store::column::{Json, Text};
use crate::store::decision::{DECISIONS_MAX, DecisionRow};

/// Rules of one kept decision; those that have to do with the visit come first.
const RULES_KEPT_MAX: usize = 50;
/// Bytes of the rules of one kept decision.
const RULES_BYTES_MAX: usize = 32 * 1024;

/// Who presents an offer by hand, and over which caps (O-13).
#[derive(Clone, Debug)]
pub(super) struct ByHand {
    pub(super) user: Named<UserId>,
    pub(super) overrode: Vec<Reason>,
    /// The request with which another node asks for it.
    pub(super) asked_as: Option<Uuid>,
}

/// Why an offer is being presented: what the decision looked at, in the moment it was made.
#[derive(Clone, Debug)]
pub(super) struct Why {
    pub(super) page: Option<PageOnScreen>,
    pub(super) rules: Vec<RuleExplanation>,
    pub(super) left_out: usize,
    pub(super) by: Option<ByHand>,
}

/// What a decision came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Came {
    /// Why nothing was presented.
    pub(super) reason: Option<Reason>,
    pub(super) presentation: Option<PresentationId>,
    pub(super) rule: Option<RuleId>,
}

/// What of a visit's decisions is kept already, and what is yet to be.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    /// The reason that was kept last, or follows from what was.
    reason: Option<Reason>,
    /// A short print of what was kept last.
    print: u64,
    /// The latest decision may be worth keeping.
    pub(super) due: bool,
}

impl Came {
    /// What an engine's answer came to.
    pub(super) fn of(effects: &[Effect], reason: Option<Reason>) -> Self {
        let presented = effects.iter().find_map(|effect| {
            if let Effect::PresentOffer { presentation, rule, .. } = effect {
                Some(Self { reason: None, presentation: Some(*presentation), rule: *rule })
            } else if let Effect::AlertAgent { rule, .. } = effect {
                Some(Self { reason: None, presentation: None, rule: Some(*rule) })
            } else {
                None
            }
        });
        presented.unwrap_or(Self { reason, presentation: None, rule: None })
    }

    pub(super) fn is_something(&self) -> bool {
        self.presentation.is_some() || self.rule.is_some()
    }

    /// The reason that holds from then on.
    fn follows(&self) -> Option<Reason> {
        match (self.presentation, self.rule) {
            (Some(_), _) => Some(Reason::PresentationOpen),
            (None, Some(_)) => Some(Reason::AlertOpen),
            (None, None) => self.reason,
        }
    }
}

impl Keeping {
    /// Notes what the latest decision came to. That a poll is awaited is no change.
    pub(super) fn note(&mut self, came: Came, page_viewed: bool) {
        let other = came.reason != self.reason && came.reason != Some(Reason::BetweenPolls);
        self.due |= other || page_viewed;
    }
}

impl Host {
    /// Takes note of what the engine answered. What is presented is explained at once, everything else a moment later.
    pub(super) fn note_decision(&mut self, came: Came, page_viewed: bool, now: UnixMs) {
        if !came.is_something() {
            return self.keeping.note(came, page_viewed);
        }
        let explanation = self.explain(now);
        let row = self.decision(came, &explanation);
        if came.presentation.is_none() {
            self.decisions.extend(row);
            return;
        }
        let (rules, left_out) = self.bounded(&explanation);
        let by = self.by_hand.take().map(|by| *by);
        self.why = Some(Box::new(Why { page: self.page(), rules, left_out, by }));
        // It counts once it is committed.
        self.pending = row.map(Box::new);
    }

    /// The latest decision, explained, if it is another one than was kept last.
    pub(super) fn decision_due(&mut self, now: UnixMs) -> Option<DecisionRow> {
        let explanation = self.explain(now);
        let reason = explanation.reason.or(Some(Reason::BetweenPolls));
        self.decision(Came { reason, presentation: None, rule: None }, &explanation)
    }

    /// The decision as it is kept; none when it is the one that was kept last.
    fn decision(&mut self, came: Came, explanation: &Explanation) -> Option<DecisionRow> {
        let (rules, left_out) = self.bounded(explanation);
        let print = print(came, &rules);
        let before =
            std::mem::replace(&mut self.keeping, Keeping { reason: came.follows(), print, due: false });
        if print == before.print {
            return None;
        }
        let slot = self.state.decisions % DECISIONS_MAX;
        self.state.decisions = self.state.decisions.wrapping_add(1);
        self.unwritten = Unwritten::State;
        let (page_url, page_title) = self.page().map_or_else(Default::default, |page| (page.url, page.title));
        Some(DecisionRow {
            visit_id: Text(self.visit),
            slot: i64::from(slot),
            site_id: self.site.row.id,
            decided_at: explanation.at.0,
            page_url,
            page_title,
            config_version: self.site.row.config_version,
            reason: came.reason.map(Text),
            presentation_id: came.presentation.map(Text),
            rule_id: came.rule.map(Text),
            rules: Json(rules),
            rules_left_out: i64::try_from(left_out).unwrap_or(i64::MAX),
        })
    }

    fn explain(&self, now: UnixMs) -> Explanation {
        self.state.engine.explain(now, &self.site.world)
    }

    /// The rules of an explanation that are kept, and how many are not. What may not be stored of an address is cut.
    fn bounded(&self, explanation: &Explanation) -> (Vec<RuleExplanation>, usize) {
        let concerns = |rule: &RuleExplanation| rule.latched || rule.matches_now || rule.views > 0;
        let mut order: Vec<usize> = (0..explanation.rules.len()).collect();
        order.sort_by_key(|at| !concerns(&explanation.rules[*at]));
        order.truncate(RULES_KEPT_MAX);
        order.sort_unstable();
        let mut rules: Vec<RuleExplanation> =
            order.into_iter().map(|at| explanation.rules[at].clone()).collect();
        for conditions in rules.iter_mut().filter_map(|rule| rule.conditions.as_mut()) {
            cut_addresses(conditions, &self.site.row.allow_params);
        }
        while bytes(&rules) > RULES_BYTES_MAX && !rules.is_empty() {
            rules.truncate(rules.len() / 2);
        }
        let left_out = explanation.rules.len() - rules.len();
        (rules, left_out)
    }
}

/// T-10: rules see the whole address, what is kept does not.
fn cut_addresses(explanation: &mut ConditionExplanation, allow_params: &[String]) {
    if matches!(explanation.condition, Condition::Referrer { .. }) {
        explanation.value = storable(&explanation.value, allow_params);
    }
    for inner in &mut explanation.of {
        cut_addresses(inner, allow_params);
    }
}

fn bytes(rules: &[RuleExplanation]) -> usize {
    serde_json::to_vec(rules).map_or(usize::MAX, |text| text.len())
}

/// Verdicts count, the seconds that go by do not.
fn print(came: Came, rules: &[RuleExplanation]) -> u64 {
    let mut hasher = DefaultHasher::new();
    came.hash(&mut hasher);
    for rule in rules {
        (rule.rule.0, rule.latched, rule.blocked, format!("{:?}", rule.verdict)).hash(&mut hasher);
        if let Some(conditions) = &rule.conditions {
            hash_conditions(conditions, &mut hasher);
        }
    }
    hasher.finish()
}

fn hash_conditions(explanation: &ConditionExplanation, hasher: &mut DefaultHasher) {
    explanation.holds.hash(hasher);
    for inner in &explanation.of {
        hash_conditions(inner, hasher);
    }
}
