//! Owns matching: which rules a page view matches, for all rules in one pass. Knows nothing of visits.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use regex::{RegexSet, RegexSetBuilder};
use smallvec::SmallVec;

use crate::rule::{MatchOn, MatchType};
use crate::world::ConfigError;

/// Bytes that the compiled form of all regular expressions of a site may take.
const REGEXES_SIZE_MAX: usize = 64 << 20;

/// Place of a rule in its configuration.
pub(crate) type RuleIndex = u16;

/// The texts of one page that rules look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageTexts<'a> {
    pub(crate) url: &'a str,
    pub(crate) title: &'a str,
    pub(crate) referrer: &'a str,
}

/// What one rule, or one step of a page sequence, compares with what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pattern<'a> {
    pub(crate) index: RuleIndex,
    pub(crate) on: MatchOn,
    pub(crate) kind: MatchType,
    pub(crate) value: &'a str,
}

/// The compiled matching of all rules of one configuration.
#[derive(Debug)]
pub(crate) struct Matcher {
    every_page: Vec<RuleIndex>,
    url: TextMatcher,
    title: TextMatcher,
    referrer: TextMatcher,
}

/// The compiled matching of all rules that look at one text.
#[derive(Debug, Default)]
struct TextMatcher {
    literals: Option<AhoCorasick>,
    literal_rules: Vec<Vec<RuleIndex>>,
    equals: BTreeMap<String, Vec<RuleIndex>>,
    regexes: Option<RegexSet>,
    regex_rules: Vec<Vec<RuleIndex>>,
}

impl Matcher {
    pub(crate) fn compile(patterns: &[Pattern<'_>]) -> Result<Self, ConfigError> {
        let matches_all =
            |pattern: &Pattern<'_>| pattern.kind == MatchType::Contains && pattern.value.is_empty();
        let on = |on: MatchOn| {
            let of_text = patterns.iter().filter(|pattern| pattern.on == on && !matches_all(pattern));
            TextMatcher::compile(of_text.copied())
        };
        Ok(Self {
            every_page: patterns
                .iter()
                .filter(|pattern| matches_all(pattern))
                .map(|pattern| pattern.index)
                .collect(),
            url: on(MatchOn::Url)?,
            title: on(MatchOn::PageTitle)?,
            referrer: on(MatchOn::Referrer)?,
        })
    }

    /// The rules that match, in ascending order, each once.
    pub(crate) fn matches(&self, page: PageTexts<'_>) -> SmallVec<[RuleIndex; 8]> {
        let mut matching = SmallVec::from_slice(&self.every_page);
        self.url.collect(page.url, &mut matching);
        self.title.collect(page.title, &mut matching);
        self.referrer.collect(page.referrer, &mut matching);
        matching.sort_unstable();
        matching
    }
}

impl TextMatcher {
    fn compile<'a>(patterns: impl Iterator<Item = Pattern<'a>>) -> Result<Self, ConfigError> {
        let (mut literals, mut regexes) =
            (BTreeMap::<String, Vec<_>>::new(), BTreeMap::<String, Vec<_>>::new());
        let mut equals = BTreeMap::<String, Vec<_>>::new();
        for Pattern { index, on: _, kind, value } in patterns {
            let (group, key) = match kind {
                MatchType::Contains => (&mut literals, value.to_lowercase()),
                MatchType::Equals => (&mut equals, value.to_lowercase()),
                MatchType::Regex => (&mut regexes, value.to_owned()),
            };
            group.entry(key).or_default().push(index);
        }
        let automaton = (!literals.is_empty())
            .then(|| AhoCorasickBuilder::new().build(literals.keys()))
            .transpose()
            .map_err(|e| ConfigError::Literals(e.to_string()))?;
        let set = (!regexes.is_empty())
            .then(|| RegexSetBuilder::new(regexes.keys()).size_limit(REGEXES_SIZE_MAX).build())
            .transpose()
            .map_err(|e| ConfigError::Regexes(e.to_string()))?;
        Ok(Self {
            literals: automaton,
            literal_rules: literals.into_values().collect(),
            equals,
            regexes: set,
            regex_rules: regexes.into_values().collect(),
        })
    }

    fn collect(&self, text: &str, matching: &mut SmallVec<[RuleIndex; 8]>) {
        if self.literals.is_some() || !self.equals.is_empty() {
            let lower = text.to_lowercase();
            self.collect_literals(&lower, matching);
            matching.extend(self.equals.get(&lower).into_iter().flatten().copied());
        }
        if let Some(regexes) = &self.regexes {
            let found = regexes.matches(text);
            matching.extend(found.iter().flat_map(|i| self.regex_rules[i].iter().copied()));
        }
    }

    fn collect_literals(&self, lower: &str, matching: &mut SmallVec<[RuleIndex; 8]>) {
        let Some(literals) = &self.literals else { return };
        let mut seen: SmallVec<[u64; 16]> = SmallVec::from_elem(0, literals.patterns_len().div_ceil(64));
        for found in literals.find_overlapping_iter(lower) {
            let pattern = found.pattern().as_usize();
            let (word, bit) = (pattern / 64, 1 << (pattern % 64));
            if seen[word] & bit == 0 {
                seen[word] |= bit;
                matching.extend_from_slice(&self.literal_rules[pattern]);
            }
        }
    }
}
