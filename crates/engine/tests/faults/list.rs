//! Owns the list of planted faults: where in the engine each stands, and what it makes of the sound code there.

/// A fault that somebody could make.
pub(crate) struct Fault {
    /// What is wrong.
    pub(crate) name: &'static str,
    /// In which file below `src`.
    pub(crate) file: &'static str,
    /// What stands there, exactly once, with the sound code between « and »: an expression, or a statement.
    pub(crate) place: &'static str,
    /// What the fault makes of it.
    pub(crate) faulty: &'static str,
}

pub(crate) const FAULTS: &[Fault] = &[
    Fault {
        name: "the interval counts from the time it is ignored",
        file: "visit/presenting.rs",
        place: "let (at, show_in) = («asked.presented_at», asked.show_in.take());",
        faulty: "asked.ignored_due",
    },
    Fault {
        name: "required time must be exceeded",
        file: "visit/latching.rs",
        place: "if «now < due» {",
        faulty: "now <= due",
    },
    Fault {
        name: "the latch is forgotten on navigation",
        file: "visit/pages.rs",
        place: "«page.enter(texts, now);»",
        faulty: "{ page.enter(texts, now); self.rules.iter_mut().for_each(|state| *state = super::latching::RuleState::with(state.index, state.views(), false)); }",
    },
    Fault {
        name: "the outcome is settled twice",
        file: "visit/presenting.rs",
        place: "let id = self.remember(outcome);\n        «effects.push(Effect::SettleOutcome { presentation: id, outcome, reason });»",
        faulty: "for _ in 0..2 { effects.push(Effect::SettleOutcome { presentation: id, outcome, reason }); }",
    },
    Fault {
        name: "the gate is not read again at accept",
        file: "visit/presenting.rs",
        place: "if let Some(reason) = «world.gate(queue).closed_because()» {\n                self.settle",
        faulty: "None",
    },
    Fault {
        name: "a closing gate leaves the open offer",
        file: "visit/presenting.rs",
        place: "let closed = «world.gate(presentation.queue).closed_because()»;",
        faulty: "None",
    },
    Fault {
        name: "a refusal starts the interval",
        file: "visit/presenting.rs",
        place: "«self.dealings_mut().presentation = None;»\n        self.pause",
        faulty: "self.presented_at = self.dealings_mut().presentation.take().map(|p| p.presented_at).into();",
    },
    Fault {
        name: "an alert that is refused starts the interval",
        file: "visit/alerting.rs",
        place: "self.presented_at = «presented_before».into();",
        faulty: "presented_before.or(Some(now))",
    },
    Fault {
        name: "a refusal is asked again at once",
        file: "visit/presenting.rs",
        place: "until: now.plus_ms(«pause»), in_a_row",
        faulty: "0",
    },
    Fault {
        name: "passively ignored after one poll instead of two",
        file: "visit/presenting.rs",
        place: "«settings.poll_interval_s.saturating_mul(2)»",
        faulty: "settings.poll_interval_s",
    },
    Fault {
        name: "passively ignored does not count as ignored",
        file: "visit/presenting.rs",
        place: "let by_offer = self.of(offer);\n        let (of_offer, of_visit) = match «outcome» {",
        faulty: "if outcome == Outcome::PassivelyIgnored { Outcome::Withdrawn } else { outcome }",
    },
    Fault {
        name: "views are counted anew on each page",
        file: "visit/latching.rs",
        place: "*self = Self::with(self.index, «self.views() + 1», self.is_latched());",
        faulty: "1",
    },
    Fault {
        name: "the form blocks for longer each time it is told of",
        file: "visit.rs",
        place: "Chat::Form { until: «until.min(now.plus_s(FORM_OPEN_MAX_S))» },\n            ChatPhase::Open",
        faulty: "now.plus_s(FORM_OPEN_MAX_S)",
    },
    Fault {
        name: "an open chat does not block",
        file: "visit/decide.rs",
        place: "Chat::Open => «Some(Block::lasting(Reason::ChatOpen))»,",
        faulty: "None",
    },
    Fault {
        name: "the highest priority number wins",
        file: "world.rs",
        place: "rules.sort_by(|a, b| «(a.priority, &a.name, a.id).cmp(&(b.priority, &b.name, b.id))»);",
        faulty: "(b.priority, &a.name, a.id).cmp(&(a.priority, &b.name, b.id))",
    },
    Fault {
        name: "a change of the configuration forgets views",
        file: "visit/latching.rs",
        place: "self.rules.push(RuleState::with(index, «kept.views», latched));",
        faulty: "0",
    },
    Fault {
        name: "a latch survives a change of its criteria",
        file: "visit/latching.rs",
        place: "let latched = «kept.latched && kept.criteria_print == key.criteria_print»;",
        faulty: "kept.latched",
    },
    Fault {
        name: "a new rule does not see the open page",
        file: "visit/latching.rs",
        place: "if counted.binary_search(&index).is_err() {\n                    «state.count_view();»",
        faulty: "{}",
    },
    Fault {
        name: "a live offer is ignored only when it is passively due",
        file: "visit/presenting.rs",
        place: "Stage::Open if live => «self.ignored_due»,",
        faulty: "self.passive_due",
    },
    Fault {
        name: "a live visit times out",
        file: "visit.rs",
        place: "self.ended || («!self.live» && now.ms_since(self.heard_at) >= self.timeout_ms())",
        faulty: "true",
    },
    Fault {
        name: "a visitor who is away gets an offer",
        file: "visit/decide.rs",
        place: "«self.pages.is_empty()» || self.away_at(settings).is_some_and(|away_at| now >= away_at)",
        faulty: "false",
    },
    Fault {
        name: "a goodbye decides like a poll",
        file: "visit.rs",
        place: "«matches!(contact, Contact::Report | Contact::Answer)»",
        faulty: "matches!(contact, Contact::Report | Contact::Answer | Contact::Goodbye)",
    },
    Fault {
        name: "a disabled rule fires",
        file: "world.rs",
        place: "let standing = if «!enabled» {",
        faulty: "false",
    },
    Fault {
        name: "a completed chat is not remembered",
        file: "visit.rs",
        place: "if let ChatPhase::Completed { at } = phase {\n            «self.note_chat_completed(Some(at));»",
        faulty: "{}",
    },
    Fault {
        name: "open presentations are not bounded",
        file: "visit/decide.rs",
        place: "let full = «!gate.has_capacity(world.config.settings().capacity_factor)»;",
        faulty: "false",
    },
    Fault {
        name: "a restored visit has lost its latches",
        file: "visit/latching.rs",
        place: "«self.version = config.version();»",
        faulty: "{ if self.version == super::UNKNOWN_VERSION { self.rules.iter_mut().for_each(|state| *state = RuleState::with(state.index, state.views(), false)); } self.version = config.version(); }",
    },
    Fault {
        name: "an ignored offer is accepted late more than once",
        file: "visit/presenting.rs",
        place: "if late.can_be_accepted_late() {\n            «late.accepted_late = true;»",
        faulty: "{}",
    },
    Fault {
        name: "an alert stays when the visitor has left",
        file: "visit/alerting.rs",
        place: "if «self.alert_left_at(world.config.settings()).is_some_and(|left_at| now >= left_at)» {",
        faulty: "false",
    },
    Fault {
        name: "contains respects case",
        file: "rule/matcher.rs",
        place: "let lower = «text.to_lowercase()»;",
        faulty: "text.to_owned()",
    },
    Fault {
        name: "not is ignored",
        file: "condition/eval.rs",
        place: "Held { holds: «!held.holds», ..held }",
        faulty: "held.holds",
    },
    Fault {
        name: "a window ends a millisecond early",
        file: "condition/eval.rs",
        place: "let holds = «facts.now <= ends_at»;",
        faulty: "facts.now < ends_at",
    },
    Fault {
        name: "a live visit does not wake for its conditions",
        file: "condition/eval.rs",
        place: "Self { holds, until: «due.filter(|_| !holds)» }",
        faulty: "None",
    },
    Fault {
        name: "an answer after the time counts as ignored while polling",
        file: "visit/presenting.rs",
        place: "let heard = «matches!(contact, Contact::Report | Contact::Goodbye)»;",
        faulty: "contact != Contact::None",
    },
    Fault {
        name: "by hand overrides an open chat",
        file: "visit/by_hand.rs",
        place: "let blocked = «self.request_block(offer, queue, now, world)»;",
        faulty: "self.request_block(offer, queue, now, world).filter(|reason| *reason != Reason::ChatOpen)",
    },
    Fault {
        name: "the offer is not shown again on the next page",
        file: "visit/presenting.rs",
        place: "Some(presentation) => «effects.push(Effect::ShowOffer { presentation: presentation.id, tab })»,",
        faulty: "{ let _ = presentation; }",
    },
];
