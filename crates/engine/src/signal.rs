//! Owns which signals the rules of a site ask of its pages, so that browsers report no others. Evaluates nothing.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use crate::condition::Condition;
use crate::rule::Rule;

/// What pages report because some enabled rule asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Signals {
    /// Depths, percent, rising: passing one is reported.
    pub scroll_percents: BTreeSet<u8>,
    /// That the visitor is about to leave is reported.
    pub exit: bool,
    /// The shortest inactivity, seconds: activity is reported often enough to tell it.
    pub inactivity_s: Option<u32>,
}

impl Signals {
    /// What these rules ask for.
    #[must_use]
    pub fn of(rules: &[Rule]) -> Self {
        let mut signals = Self::default();
        let enabled = rules.iter().filter(|rule| rule.enabled);
        for conditions in enabled.filter_map(|rule| rule.plan.conditions.as_ref()) {
            conditions.walk(&mut |condition| signals.note(condition));
        }
        signals
    }

    fn note(&mut self, condition: &Condition) {
        if let Condition::ScrollDepth { at_least_percent } = condition {
            self.scroll_percents.insert(*at_least_percent);
        } else if let Condition::ExitIntent = condition {
            self.exit = true;
        } else if let Condition::Inactivity { at_least_s } = condition {
            self.inactivity_s = Some(self.inactivity_s.map_or(*at_least_s, |least| least.min(*at_least_s)));
        }
    }
}
