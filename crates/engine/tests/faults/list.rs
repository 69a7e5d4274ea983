//! Owns the list of planted faults: what stands in the engine, and what a fault makes of it.

/// A fault that somebody could make.
pub(crate) struct Fault {
    /// What is wrong.
    pub(crate) name: &'static str,
    /// In which file below `src`.
    pub(crate) file: &'static str,
    /// What stands there, exactly once.
    pub(crate) sound: &'static str,
    /// What the fault makes of it.
    pub(crate) faulty: &'static str,
}

pub(crate) const FAULTS: &[Fault] = &[
    Fault {
        name: "the interval counts from the time it is ignored",
        file: "visit/presenting.rs",
        sound: "self.presented_at = Some(asked.presented_at);",
        faulty: "self.presented_at = Some(asked.ignored_due);",
    },
    Fault {
        name: "required time must be exceeded",
        file: "visit/pages.rs",
        sound: "if now < due {",
        faulty: "if now <= due {",
    },
    Fault {
        name: "the latch is forgotten on navigation",
        file: "visit/pages.rs",
        sound: "if self.pages.len() == TABS_MAX {",
        faulty: "self.rules.iter_mut().for_each(|state| state.latched = false);\n        if self.pages.len() == TABS_MAX {",
    },
    Fault {
        name: "the outcome is settled twice",
        file: "visit/presenting.rs",
        sound: "effects.push(Effect::SettleOutcome { presentation: id, outcome, reason });\n    }\n\n    fn remember",
        faulty: "effects.push(Effect::SettleOutcome { presentation: id, outcome, reason });\n        effects.push(Effect::SettleOutcome { presentation: id, outcome, reason });\n    }\n\n    fn remember",
    },
    Fault {
        name: "the gate is not read again at accept",
        file: "visit/presenting.rs",
        sound: "if let Some(reason) = world.gate(queue).closed_because() {\n                self.settle",
        faulty: "if let Some(reason) = world.gate(queue).closed_because().filter(|_| false) {\n                self.settle",
    },
    Fault {
        name: "a closing gate leaves the open offer",
        file: "visit/presenting.rs",
        sound: "let closed = world.gate(presentation.queue).closed_because();",
        faulty: "let closed = world.gate(presentation.queue).closed_because().filter(|_| false);",
    },
    Fault {
        name: "a refusal starts the interval",
        file: "visit/presenting.rs",
        sound: "        self.presentation = None;\n        let in_a_row",
        faulty: "        self.presented_at = self.presentation.take().map(|p| p.presented_at);\n        let in_a_row",
    },
    Fault {
        name: "a refusal is asked again at once",
        file: "visit/presenting.rs",
        sound: "until: now.plus_ms(pause), in_a_row",
        faulty: "until: now.plus_ms(pause - pause), in_a_row",
    },
    Fault {
        name: "passively ignored after one poll instead of two",
        file: "visit/presenting.rs",
        sound: "settings.poll_interval_s.saturating_mul(2)",
        faulty: "settings.poll_interval_s",
    },
    Fault {
        name: "passively ignored does not count as ignored",
        file: "visit/presenting.rs",
        sound: "            Outcome::Ignored | Outcome::PassivelyIgnored => (&mut by_offer.ignored, Cap::Ignored),\n            Outcome::Accepted | Outcome::Withdrawn => return,",
        faulty: "            Outcome::Ignored => (&mut by_offer.ignored, Cap::Ignored),\n            Outcome::PassivelyIgnored | Outcome::Accepted | Outcome::Withdrawn => return,",
    },
    Fault {
        name: "views are counted anew on each page",
        file: "visit/pages.rs",
        sound: "state.views = state.views.saturating_add(1).min(VIEWS_MAX);",
        faulty: "state.views = VIEWS_MAX.min(1);",
    },
    Fault {
        name: "the form blocks for longer each time it is told of",
        file: "visit.rs",
        sound: "(ChatPhase::Form, Chat::Form { until }) => Chat::Form { until },",
        faulty: "(ChatPhase::Form, Chat::Form { .. }) => Chat::Form { until: now.plus_s(FORM_OPEN_MAX_S) },",
    },
    Fault {
        name: "an open chat does not block",
        file: "visit/decide.rs",
        sound: "Chat::Open => Some(Block::lasting(Reason::ChatOpen)),",
        faulty: "Chat::Open => None,",
    },
    Fault {
        name: "the highest priority number wins",
        file: "world.rs",
        sound: "rules.sort_by(|a, b| (a.priority, &a.name, a.id).cmp(&(b.priority, &b.name, b.id)));",
        faulty: "rules.sort_by(|a, b| (b.priority, &a.name, a.id).cmp(&(a.priority, &b.name, b.id)));",
    },
    Fault {
        name: "a change of the configuration forgets views",
        file: "visit/pages.rs",
        sound: "kept.push(RuleState { views: state.views, latched,",
        faulty: "kept.push(RuleState { views: 0, latched,",
    },
    Fault {
        name: "a latch survives a change of its criteria",
        file: "visit/pages.rs",
        sound: "let latched = state.latched && state.criteria_print == rule.criteria_print;",
        faulty: "let latched = state.latched;",
    },
    Fault {
        name: "a new rule does not see the open page",
        file: "visit/pages.rs",
        sound: "state.views += 1;",
        faulty: "state.views += 0;",
    },
    Fault {
        name: "a live offer is ignored only when it is passively due",
        file: "visit/presenting.rs",
        sound: "Stage::Open if live => self.ignored_due,",
        faulty: "Stage::Open if live => self.passive_due,",
    },
    Fault {
        name: "a live visit times out",
        file: "visit.rs",
        sound: "self.ended || (!self.live && now.ms_since(self.heard_at) >= self.timeout_ms)",
        faulty: "self.ended || now.ms_since(self.heard_at) >= self.timeout_ms",
    },
    Fault {
        name: "a visitor who is away gets an offer",
        file: "visit/decide.rs",
        sound: "self.pages.is_empty() || self.away_at(settings).is_some_and(|away_at| now >= away_at)",
        faulty: "self.away_at(settings).is_some_and(|away_at| now >= away_at)",
    },
    Fault {
        name: "a goodbye decides like a poll",
        file: "visit.rs",
        sound: "matches!(contact, Contact::Report | Contact::Answer)",
        faulty: "matches!(contact, Contact::Report | Contact::Answer | Contact::Goodbye)",
    },
    Fault {
        name: "a disabled rule fires",
        file: "world.rs",
        sound: "let standing = if !enabled {",
        faulty: "let standing = if !enabled && plan.description == \"never\" {",
    },
    Fault {
        name: "a completed chat is not remembered",
        file: "visit.rs",
        sound: "self.chat_completed_at = Some(now);",
        faulty: "self.chat_completed_at = self.chat_completed_at.filter(|_| now.0 < 0);",
    },
    Fault {
        name: "open presentations are not bounded",
        file: "visit/decide.rs",
        sound: "let full = !gate.has_capacity(world.config.settings().capacity_factor);",
        faulty: "let full = !gate.has_capacity(u32::MAX);",
    },
    Fault {
        name: "a restored visit has lost its latches",
        file: "visit/pages.rs",
        sound: "    pub(super) latched: bool,",
        faulty: "    #[serde(skip)]\n    pub(super) latched: bool,",
    },
    Fault {
        name: "an ignored offer is accepted late more than once",
        file: "visit/presenting.rs",
        sound: "late.accepted_late = true;\n        effects.push(Effect::RecordLateAccept { presentation: id });\n        self.open_chat",
        faulty: "effects.push(Effect::RecordLateAccept { presentation: id });\n        self.open_chat",
    },
    Fault {
        name: "an alert stays when the visitor has left",
        file: "visit/alerting.rs",
        sound: "if self.is_away(now, world.config.settings()) {",
        faulty: "if self.is_away(now, world.config.settings()) && now.0 < 0 {",
    },
    Fault {
        name: "contains respects case",
        file: "rule/matcher.rs",
        sound: "let lower = text.to_lowercase();",
        faulty: "let lower = text.to_owned();",
    },
    Fault {
        name: "not is ignored",
        file: "condition/eval.rs",
        sound: "Held { holds: !held.holds, ..held }",
        faulty: "Held { holds: held.holds, ..held }",
    },
    Fault {
        name: "a window ends a millisecond early",
        file: "condition/eval.rs",
        sound: "let holds = facts.now <= ends_at;",
        faulty: "let holds = facts.now < ends_at;",
    },
    Fault {
        name: "a live visit does not wake for its conditions",
        file: "condition/eval.rs",
        sound: "Self { holds, until: due.filter(|_| !holds) }",
        faulty: "Self { holds, until: None }",
    },
    Fault {
        name: "an answer after the time counts as ignored while polling",
        file: "visit/presenting.rs",
        sound: "let heard = matches!(contact, Contact::Report | Contact::Goodbye);",
        faulty: "let heard = contact != Contact::None;",
    },
    Fault {
        name: "by hand overrides an open chat",
        file: "visit/decide.rs",
        sound: "if let Some(block) = self.standing_block(now) {\n            return Some(block.reason);",
        faulty: "if let Some(block) = self.standing_block(now).filter(|block| block.reason != Reason::ChatOpen) {\n            return Some(block.reason);",
    },
    Fault {
        name: "the offer is not shown again on the next page",
        file: "visit/presenting.rs",
        sound: "Some(presentation) => effects.push(Effect::ShowOffer { presentation: presentation.id, tab }),",
        faulty: "Some(_) => {}",
    },
];
