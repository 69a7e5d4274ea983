//! Owns what each rule has seen in a visit, its views and its latch, and how that passes to another
//! configuration. Counts nothing itself.

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::Visit;
use crate::condition::{Facts, evaluate};
use crate::rule::matcher::RuleIndex;
use crate::time::UnixMs;
use crate::world::{Config, RuleKey, Trigger};

/// More views than any rule can ask for need not be told apart.
const VIEWS_MAX: u16 = 1000;
const LATCHED: u16 = 1 << 15;

/// Rules that a visit has met, in the order of the configuration; a few need no place of their own.
pub(super) type RuleStates = SmallVec<[RuleState; 4]>;

/// What one rule has seen in this visit. Small, because a visit holds many.
#[derive(Clone, Copy, Debug)]
pub(super) struct RuleState {
    /// Place in the visit's keys, and in the configuration that it has adopted.
    pub(super) index: RuleIndex,
    /// Matching views, and the latch in the first bit.
    counted: u16,
}

/// The same, as it is written down.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct KeptRule {
    rule: u64,
    match_print: u32,
    criteria_print: u32,
    views: u16,
    latched: bool,
}

impl RuleState {
    pub(super) const fn new(index: RuleIndex) -> Self {
        Self { index, counted: 0 }
    }

    pub(super) fn with(index: RuleIndex, views: u16, latched: bool) -> Self {
        let latch = if latched { LATCHED } else { 0 };
        Self { index, counted: views.min(VIEWS_MAX) | latch }
    }

    pub(super) const fn views(self) -> u16 {
        self.counted & !LATCHED
    }

    pub(super) const fn is_latched(self) -> bool {
        self.counted & LATCHED != 0
    }

    pub(super) const fn latch(&mut self) {
        self.counted |= LATCHED;
    }

    pub(super) fn count_view(&mut self) {
        *self = Self::with(self.index, self.views() + 1, self.is_latched());
    }
}

/// The keys of a visit that has adopted no configuration yet.
pub(super) static NO_KEYS: LazyLock<Arc<Vec<RuleKey>>> = LazyLock::new(Arc::default);

/// Rules read back: their places are those in keys of their own until a configuration is adopted.
pub(super) fn read_back(kept: &[KeptRule]) -> (Arc<Vec<RuleKey>>, RuleStates) {
    let key = |kept: &KeptRule| RuleKey {
        short: kept.rule,
        match_print: kept.match_print,
        criteria_print: kept.criteria_print,
    };
    let states = (0..).zip(kept).map(|(index, kept)| RuleState::with(index, kept.views, kept.latched));
    (Arc::new(kept.iter().map(key).collect()), states.collect())
}

impl Visit {
    pub(super) fn kept_rules(&self) -> Vec<KeptRule> {
        let kept = |state: &RuleState| {
            let key = self.keys[usize::from(state.index)];
            KeptRule {
                rule: key.short,
                match_print: key.match_print,
                criteria_print: key.criteria_print,
                views: state.views(),
                latched: state.is_latched(),
            }
        };
        self.rules.iter().map(kept).collect()
    }

    /// Takes over another version of the configuration, as a whole. What a rule has counted stays while what it
    /// matches is the same; its latch stays while all its criteria are the same. A new rule counts the open pages.
    pub(super) fn adopt(&mut self, config: &Config) {
        if self.version == config.version() {
            return;
        }
        self.version = config.version();
        self.timeout_min = timeout_min(config);
        self.keep_states(config);
        let counted: SmallVec<[RuleIndex; 16]> = self.rules.iter().map(|state| state.index).collect();
        for page in &mut self.pages {
            page.waiting.clear();
            for index in config.matches(page.texts()).rules {
                let state = state_of(&mut self.rules, index);
                if counted.binary_search(&index).is_err() {
                    state.count_view();
                }
                if !state.is_latched() {
                    page.waiting.push(index);
                }
            }
        }
    }

    fn keep_states(&mut self, config: &Config) {
        let mut before = self.kept_rules();
        before.sort_unstable_by_key(|kept| kept.rule);
        self.keys = Arc::clone(config.keys());
        self.rules.clear();
        for (index, key) in (0..).zip(config.keys().iter()) {
            let Ok(at) = before.binary_search_by_key(&key.short, |kept| kept.rule) else { continue };
            let kept = before[at];
            if kept.match_print != key.match_print {
                continue;
            }
            let latched = kept.latched && kept.criteria_print == key.criteria_print;
            self.rules.push(RuleState::with(index, kept.views, latched));
        }
    }

    /// Latches every rule that qualifies by now and says when the next one will if nothing else happens.
    pub(super) fn latch_due(&mut self, now: UnixMs, config: &Config) -> Option<UnixMs> {
        let mut next: Option<UnixMs> = None;
        let (rules, visit) = (&mut self.rules, &*self.facts);
        let (begun_at, pages_viewed) = (self.begun_at, u32::from(self.pages_viewed));
        let time_zone = config.settings().time_zone.as_str();
        for page in &mut self.pages {
            let facts =
                Facts { now, begun_at, pages_viewed, visit, page: &page.facts, time_zone, wait_s: None };
            page.waiting.retain(|&mut index| {
                let rule = config.rule(index);
                let state = state_of(rules, index);
                if state.is_latched() || !rule.may_fire() {
                    return !state.is_latched();
                }
                let Trigger::Pages { views, time_s } = rule.trigger else { return false };
                if u32::from(state.views()) < views {
                    return true;
                }
                let due = page.entered_at.plus_s(time_s);
                if now < due {
                    next = earlier(next, due);
                    return true;
                }
                let facts = Facts { wait_s: visit.wait_s(rule.queue), ..facts };
                let held = rule.ready.as_ref().map(|conditions| evaluate(conditions, facts));
                if held.is_none_or(|held| held.holds) {
                    state.latch();
                    return false;
                }
                if let Some(until) = held.and_then(|held| held.until) {
                    next = earlier(next, until);
                }
                true
            });
        }
        let timers = if self.pages.is_empty() { None } else { self.latch_timers(now, config) };
        [next, timers].into_iter().flatten().min()
    }

    /// The queues' own timers count time on the site, on whatever page.
    fn latch_timers(&mut self, now: UnixMs, config: &Config) -> Option<UnixMs> {
        let mut next = None;
        for (index, timer) in config.timers() {
            let Trigger::Site { time_s } = timer.trigger else { continue };
            if !timer.may_fire() {
                continue;
            }
            let due = self.begun_at.plus_s(time_s);
            if now >= due {
                state_of(&mut self.rules, index).latch();
            } else {
                next = earlier(next, due);
            }
        }
        next
    }
}

/// What the settings say, within their range.
fn timeout_min(config: &Config) -> u16 {
    u16::try_from(config.settings().visit_timeout_min).unwrap_or(u16::MAX)
}

pub(super) fn state_of(states: &mut RuleStates, index: RuleIndex) -> &mut RuleState {
    let at = match states.binary_search_by_key(&index, |state| state.index) {
        Ok(at) => at,
        Err(at) => {
            states.insert(at, RuleState::new(index));
            at
        }
    };
    &mut states[at]
}

fn earlier(a: Option<UnixMs>, b: UnixMs) -> Option<UnixMs> {
    Some(a.map_or(b, |a| a.min(b)))
}
