//! Owns what is open in the visitor's browser and what it has counted for: tabs, views, time on page, latches
//! . Presents nothing.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::Visit;
use super::facts::{PageFacts, clamped};
use crate::condition::{Facts, evaluate};
use crate::id::{RuleId, TabId};
use crate::rule::matcher::{PageTexts, RuleIndex};
use crate::time::UnixMs;
use crate::world::{CompiledRule, Config, Matches, Trigger};

/// Tabs that a visit keeps; beyond it, the one least recently used is forgotten.
pub(super) const TABS_MAX: usize = 32;
const URL_BYTES_MAX: usize = 4096;
const TITLE_BYTES_MAX: usize = 512;
/// More views than any rule can ask for need not be told apart.
const VIEWS_MAX: u16 = 1000;

/// The page that one tab shows. Its texts are kept so that a changed rule sees it at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OpenPage {
    pub(super) tab: TabId,
    entered_at: UnixMs,
    url: Box<str>,
    title: Box<str>,
    referrer: Box<str>,
    pub(super) facts: PageFacts,
    /// Rules that match the page and have not qualified yet.
    #[serde(skip)]
    waiting: SmallVec<[RuleIndex; 4]>,
}

/// What one rule has seen in this visit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RuleState {
    /// Short for the rule's id: a visit holds many of these.
    rule: u64,
    match_print: u32,
    criteria_print: u32,
    views: u16,
    pub(super) latched: bool,
    #[serde(skip)]
    pub(super) index: RuleIndex,
}

impl OpenPage {
    /// Bytes on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        self.url.len() + self.title.len() + self.referrer.len()
    }

    pub(super) fn forget_addresses(&mut self) {
        (self.url, self.referrer) = ("".into(), "".into());
    }

    /// Yields whether the texts are others than before.
    pub(super) fn recall(&mut self, url: &str, title: &str, referrer: &str) -> bool {
        let texts =
            (clamped(url, URL_BYTES_MAX), clamped(title, TITLE_BYTES_MAX), clamped(referrer, URL_BYTES_MAX));
        let known = (&self.url, &self.title, &self.referrer);
        let is_news = known != (&texts.0, &texts.1, &texts.2);
        (self.url, self.title, self.referrer) = texts;
        is_news
    }

    fn texts(&self) -> PageTexts<'_> {
        PageTexts { url: &self.url, title: &self.title, referrer: &self.referrer }
    }

    pub(super) fn matches(&self, config: &Config) -> Matches {
        config.matches(self.texts())
    }

    pub(super) fn seconds(&self, now: UnixMs) -> u32 {
        seconds(now.ms_since(self.entered_at))
    }
}

impl RuleState {
    fn new(index: RuleIndex, rule: &CompiledRule) -> Self {
        Self {
            rule: short(rule.id),
            match_print: rule.match_print,
            criteria_print: rule.criteria_print,
            views: 0,
            latched: false,
            index,
        }
    }

    pub(super) const fn views(&self) -> u32 {
        self.views as u32
    }
}

impl Visit {
    /// A tab shows another page, or the same one again (T-3).
    pub(super) fn view_page(
        &mut self,
        tab: TabId,
        url: &str,
        title: &str,
        referrer: &str,
        now: UnixMs,
        config: &Config,
    ) {
        self.pages.retain(|page| page.tab != tab);
        if self.pages.len() == TABS_MAX {
            self.pages.remove(0);
        }
        let mut page = OpenPage {
            tab,
            entered_at: now,
            url: clamped(url, URL_BYTES_MAX),
            title: clamped(title, TITLE_BYTES_MAX),
            referrer: clamped(referrer, URL_BYTES_MAX),
            facts: PageFacts::entered(now),
            waiting: SmallVec::new(),
        };
        let found = page.matches(config);
        self.facts.view(&page.url, &page.referrer);
        for sequence in config.sequences() {
            let seen = |step: RuleIndex| found.steps.contains(&step);
            self.facts.step(sequence, seen(sequence.first), seen(sequence.then), now);
        }
        for index in found.rules {
            let state = state_of(&mut self.rules, index, config.rule(index));
            state.views = state.views.saturating_add(1).min(VIEWS_MAX);
            if !state.latched {
                page.waiting.push(index);
            }
        }
        // Most visits have one tab: growing by the usual steps would cost three pages that are never opened.
        self.pages.reserve_exact(1);
        self.pages.push(page);
    }

    /// The tab is the one last used, and this happened on its page.
    pub(super) fn use_tab(&mut self, tab: TabId, note: impl FnOnce(&mut PageFacts)) {
        if let Some(at) = self.pages.iter().position(|page| page.tab == tab) {
            note(&mut self.pages[at].facts);
            self.pages[at..].rotate_left(1);
        }
    }

    /// Takes over another version of the configuration, as a whole. What a rule has counted stays while what it
    /// matches is the same; its latch stays while all its criteria are the same. A new rule counts the open pages.
    pub(super) fn adopt(&mut self, config: &Config) {
        if self.version == Some(config.version()) {
            return;
        }
        self.version = Some(config.version());
        self.timeout_ms = i64::from(config.settings().visit_timeout_min) * 60_000;
        self.keep_states(config);
        let counted: SmallVec<[RuleIndex; 16]> = self.rules.iter().map(|state| state.index).collect();
        for page in &mut self.pages {
            page.waiting.clear();
            for index in config.matches(page.texts()).rules {
                let state = state_of(&mut self.rules, index, config.rule(index));
                if counted.binary_search(&index).is_err() {
                    state.views += 1;
                }
                if !state.latched {
                    page.waiting.push(index);
                }
            }
        }
    }

    fn keep_states(&mut self, config: &Config) {
        self.rules.sort_unstable_by_key(|state| state.rule);
        let mut kept = Vec::with_capacity(self.rules.len());
        for (index, rule) in config.rules() {
            let id = short(rule.id);
            let Ok(at) = self.rules.binary_search_by_key(&id, |state| state.rule) else { continue };
            let state = &self.rules[at];
            if state.match_print != rule.match_print {
                continue;
            }
            let latched = state.latched && state.criteria_print == rule.criteria_print;
            kept.push(RuleState { views: state.views, latched, ..RuleState::new(index, rule) });
        }
        self.rules = kept;
    }

    /// Latches every rule that qualifies by now and says when the next one will if nothing else happens.
    pub(super) fn latch_due(&mut self, now: UnixMs, config: &Config) -> Option<UnixMs> {
        let mut next: Option<UnixMs> = None;
        let (rules, visit) = (&mut self.rules, &self.facts);
        let time_zone = config.settings().time_zone.as_str();
        for page in &mut self.pages {
            let facts = Facts { now, visit, page: &page.facts, time_zone, wait_s: None };
            page.waiting.retain(|&mut index| {
                let rule = config.rule(index);
                let state = state_of(rules, index, rule);
                if state.latched || !rule.may_fire() {
                    return !state.latched;
                }
                let Trigger::Pages { views, time_s } = rule.trigger else { return false };
                if state.views() < views {
                    return true;
                }
                let due = page.entered_at.plus_s(time_s);
                if now < due {
                    next = earlier(next, due);
                    return true;
                }
                let facts = Facts { wait_s: visit.wait_s(rule.queue), ..facts };
                let held = rule.conditions.as_ref().map(|conditions| evaluate(conditions, facts));
                state.latched = held.is_none_or(|held| held.holds);
                if let Some(until) = held.and_then(|held| held.until).filter(|_| !state.latched) {
                    next = earlier(next, until);
                }
                !state.latched
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
            let due = self.facts.begun_at.plus_s(time_s);
            if now >= due {
                state_of(&mut self.rules, index, timer).latched = true;
            } else {
                next = earlier(next, due);
            }
        }
        next
    }
}

fn state_of<'a>(states: &'a mut Vec<RuleState>, index: RuleIndex, rule: &CompiledRule) -> &'a mut RuleState {
    let at = match states.binary_search_by_key(&index, |state| state.index) {
        Ok(at) => at,
        Err(at) => {
            // A visit meets few rules, one by one: growing by the usual steps would double what most visits need.
            states.reserve_exact(1);
            states.insert(at, RuleState::new(index, rule));
            at
        }
    };
    &mut states[at]
}

/// Half of an id, which holds nearly all that is random in it: two rules of a site do not share it.
fn short(id: RuleId) -> u64 {
    let (high, low) = id.0.as_u64_pair();
    high.rotate_left(32) ^ low
}

fn earlier(a: Option<UnixMs>, b: UnixMs) -> Option<UnixMs> {
    Some(a.map_or(b, |a| a.min(b)))
}

pub(super) fn seconds(ms: i64) -> u32 {
    u32::try_from(ms / 1000).unwrap_or(u32::MAX)
}
