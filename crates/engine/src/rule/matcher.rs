//! Owns matching: which rules a page view matches, for all rules in one pass. Knows nothing of visits.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use regex::{Regex, RegexSet, RegexSetBuilder};
use regex_syntax::hir::literal::Extractor;
use smallvec::SmallVec;

use crate::rule::{MatchOn, MatchType};
use crate::world::ConfigError;

/// Bytes that the compiled form of all regular expressions of a site may take.
const REGEXES_SIZE_MAX: usize = 64 << 20;

/// Bytes that the states of an automaton may take while it runs, a thread.
const STATES_SIZE_MAX: usize = 16 << 20;
/// A text with which every match of an expression begins is worth looking for from this length on, bytes.
const PREFIX_LEN_MIN: usize = 3;
/// An expression with more beginnings than this is looked for as a whole.
const PREFIXES_MAX: usize = 32;

/// Place of a rule in its configuration.
pub(crate) type RuleIndex = u16;

/// The texts of one page that rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// What each literal stands for.
    found: Vec<Found>,
    equals: BTreeMap<String, Vec<RuleIndex>>,
    /// Expressions that are tried where a text with which their matches begin is found.
    begun: Vec<Begun>,
    /// The others, all together.
    regexes: Option<RegexSet>,
    regex_rules: Vec<Vec<RuleIndex>>,
}

/// An expression that is compiled when a page first has a text with which it begins: most pages never do.
#[derive(Debug)]
struct Begun {
    expression: String,
    /// None where it is too large, which the check of a rule does not let through.
    regex: OnceLock<Option<Regex>>,
    rules: Vec<RuleIndex>,
}

/// What follows from finding a literal.
#[derive(Debug, Default)]
struct Found {
    rules: Vec<RuleIndex>,
    /// Places in `begun`.
    begins: Vec<usize>,
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
        let mut found: BTreeMap<String, Found> = BTreeMap::new();
        for (literal, rules) in literals {
            found.entry(literal).or_default().rules = rules;
        }
        let (mut begun, mut others) = (Vec::new(), BTreeMap::new());
        for (expression, rules) in regexes {
            match prefixes(&expression) {
                Some(prefixes) => {
                    for prefix in prefixes {
                        found.entry(prefix).or_default().begins.push(begun.len());
                    }
                    begun.push(Begun { expression, regex: OnceLock::new(), rules });
                }
                None => drop(others.insert(expression, rules)),
            }
        }
        let automaton = (!found.is_empty())
            .then(|| AhoCorasickBuilder::new().build(found.keys()))
            .transpose()
            .map_err(|e| ConfigError::Literals(e.to_string()))?;
        let set = (!others.is_empty())
            .then(|| expressions(others.keys()))
            .transpose()
            .map_err(|e| ConfigError::Regexes(e.to_string()))?;
        Ok(Self {
            literals: automaton,
            found: found.into_values().collect(),
            equals,
            begun,
            regexes: set,
            regex_rules: others.into_values().collect(),
        })
    }

    fn collect(&self, text: &str, matching: &mut SmallVec<[RuleIndex; 8]>) {
        if self.literals.is_some() || !self.equals.is_empty() {
            let lower = text.to_lowercase();
            self.collect_literals(text, &lower, matching);
            matching.extend(self.equals.get(&lower).into_iter().flatten().copied());
        }
        if let Some(regexes) = &self.regexes {
            let found = regexes.matches(text);
            matching.extend(found.iter().flat_map(|i| self.regex_rules[i].iter().copied()));
        }
    }

    fn collect_literals(&self, text: &str, lower: &str, matching: &mut SmallVec<[RuleIndex; 8]>) {
        let Some(literals) = &self.literals else { return };
        let mut seen: SmallVec<[u64; 16]> = SmallVec::from_elem(0, literals.patterns_len().div_ceil(64));
        let mut begun: SmallVec<[usize; 8]> = SmallVec::new();
        for found in literals.find_overlapping_iter(lower) {
            let pattern = found.pattern().as_usize();
            let (word, bit) = (pattern / 64, 1 << (pattern % 64));
            if seen[word] & bit == 0 {
                seen[word] |= bit;
                matching.extend_from_slice(&self.found[pattern].rules);
                begun.extend_from_slice(&self.found[pattern].begins);
            }
        }
        begun.sort_unstable();
        begun.dedup();
        for begun in begun.into_iter().map(|at| &self.begun[at]) {
            let regex = begun.regex.get_or_init(|| Regex::new(&begun.expression).ok());
            if regex.as_ref().is_some_and(|regex| regex.is_match(text)) {
                matching.extend_from_slice(&begun.rules);
            }
        }
    }
}

/// One automaton for all; its states are kept as far as many expressions need them.
fn expressions<'a>(all: impl Iterator<Item = &'a String>) -> Result<RegexSet, regex::Error> {
    RegexSetBuilder::new(all).size_limit(REGEXES_SIZE_MAX).dfa_size_limit(STATES_SIZE_MAX).build()
}

/// Texts of which each match of the expression begins with one, in lower case. None where they say too little, or where
/// letters beyond ASCII would make lower case depend on what stands around them.
fn prefixes(expression: &str) -> Option<Vec<String>> {
    let expression = regex_syntax::parse(expression).ok()?;
    let mut found = Extractor::new().extract(&expression);
    found.minimize_by_preference();
    let literals = found.literals()?;
    let text = |literal: &[u8]| {
        let useful = literal.len() >= PREFIX_LEN_MIN && literal.is_ascii();
        useful.then(|| String::from_utf8_lossy(literal).to_lowercase())
    };
    if literals.is_empty() || literals.len() > PREFIXES_MAX {
        return None;
    }
    literals.iter().map(|literal| text(literal.as_bytes())).collect()
}
