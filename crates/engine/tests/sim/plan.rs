//! Owns the random site of a simulation: rules, offers, queues, settings, gates, and their edits.

use std::collections::BTreeMap;
use std::sync::Arc;

use beckon_engine::condition::{Condition, PageMatch};
use beckon_engine::gate::Gate;
use beckon_engine::id::{OfferId, QueueId, RuleId};
use beckon_engine::offer::{Offer, OfferDesign};
use beckon_engine::queue::{Activation, Queue, QueuePlan};
use beckon_engine::rule::{Action, MatchOn, MatchType, Rule, RulePlan};
use beckon_engine::settings::{AfterChat, AfterOutcome, SiteSettings};
use beckon_engine::world::{Config, World};
use uuid::Uuid;

use crate::chance::Chance;

pub(crate) const PAGES: [&str; 6] = [
    "https://s.test/",
    "https://s.test/Prices",
    "https://s.test/prices/a",
    "https://s.test/cart",
    "https://s.test/about",
    "https://s.test/product/7",
];
const VALUES: [&str; 6] = ["", "/prices", "/PRICES", "/cart", "s.test/about", "/product/"];
pub(crate) const EVENTS: [&str; 2] = ["added", "asked"];

/// A site as the administration sees it, and its world as the engine does.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) settings: SiteSettings,
    pub(crate) rules: Vec<Rule>,
    pub(crate) offers: Vec<Offer>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) gates: BTreeMap<QueueId, Gate>,
    pub(crate) offers_stopped: bool,
    version: u64,
    config: Option<Arc<Config>>,
}

impl Plan {
    pub(crate) fn random(chance: &mut Chance) -> Self {
        let offers: Vec<_> = (0..1 + chance.below(3)).map(offer).collect();
        let queues: Vec<_> = (0..1 + chance.below(2)).map(|n| queue(n, &offers, chance)).collect();
        let rules = (0..1 + chance.below(5)).map(|n| rule(n, &offers, &queues, chance)).collect();
        let gates = queues.iter().map(|queue| (queue.id, OPEN)).collect();
        let settings = settings(chance);
        Self { settings, rules, offers, queues, gates, offers_stopped: false, version: 1, config: None }
    }

    pub(crate) fn world(&mut self) -> Arc<World> {
        let (version, plan) = (self.version, &*self);
        let config = self.config.clone().unwrap_or_else(|| {
            let parts = (plan.settings.clone(), plan.rules.clone(), plan.offers.clone(), plan.queues.clone());
            let config = Config::compile(version, parts.0, parts.1, parts.2, parts.3);
            Arc::new(config.expect("a random site compiles"))
        });
        self.config = Some(Arc::clone(&config));
        Arc::new(World { config, gates: self.gates.clone(), offers_stopped: self.offers_stopped })
    }

    /// Somebody edits rules, offers, queues or settings.
    pub(crate) fn edit(&mut self, chance: &mut Chance) {
        self.version += 1;
        self.config = None;
        let at = chance.below(u32::try_from(self.rules.len()).expect("few rules")) as usize;
        match chance.below(10) {
            0 => self.settings = settings(chance),
            1 => {
                let n = chance.below(8);
                self.rules.retain(|known| known.id != RuleId(Uuid::from_u128(100 + u128::from(n))));
                let added = rule(n, &self.offers, &self.queues, chance);
                self.rules.push(added);
            }
            2 if self.rules.len() > 1 => drop(self.rules.remove(at)),
            3 | 4 => self.rules[at].enabled ^= true,
            5 => {
                let offer = chance.below(u32::try_from(self.offers.len()).expect("few offers")) as usize;
                self.offers[offer].active ^= true;
            }
            6 => self.rules[at].priority = 1 + chance.below(3),
            7 => self.rules[at].plan.required_time_s = chance.below(40),
            8 => self.rules[at].plan.match_value = (*chance.one_of(&VALUES)).to_owned(),
            _ => self.queues[0] = queue(0, &self.offers, chance),
        }
        self.rules.iter_mut().for_each(repair);
    }

    /// Hours, switch, agents or the stop switch change.
    pub(crate) fn change_gate(&mut self, chance: &mut Chance) {
        let queue = chance.one_of(&self.queues).id;
        let gate = self.gates.get_mut(&queue).expect("every queue has a gate");
        match chance.below(8) {
            0 => gate.hours_open ^= true,
            1 => gate.channel_on ^= true,
            2 | 3 => gate.free_slots = chance.below(3),
            4 => self.offers_stopped ^= true,
            _ => *gate = Gate { open_presentations: gate.open_presentations, ..OPEN },
        }
    }
}

pub(crate) const OPEN: Gate =
    Gate { hours_open: true, channel_on: true, free_slots: 1, open_presentations: 0 };

fn settings(chance: &mut Chance) -> SiteSettings {
    let after = [AfterOutcome::LikeIgnored, AfterOutcome::NotThisOfferAgain, AfterOutcome::NoMoreThisVisit];
    let often_again =
        |chance: &mut Chance| if chance.percent(60) { after[0] } else { *chance.one_of(&after) };
    let rarely = |chance: &mut Chance| if chance.percent(80) { 0 } else { 1 + chance.below(3) };
    SiteSettings {
        poll_interval_s: *chance.one_of(&[2, 5, 10, 15]),
        minimum_interval_s: *chance.one_of(&[0, 10, 30, 60, 120]),
        ignored_after_s: *chance.one_of(&[10, 20, 60, 90]),
        after_rejection: often_again(chance),
        after_ignored: often_again(chance),
        rejections_max: rarely(chance),
        ignored_max: rarely(chance),
        after_chat: *chance.one_of(&[
            AfterChat::MayResume,
            AfterChat::MayResume,
            AfterChat::NoMoreThisVisit,
            AfterChat::NoneForHours,
        ]),
        after_chat_hours: 1,
        visit_timeout_min: *chance.one_of(&[5, 6, 30]),
        capacity_factor: *chance.one_of(&[1, 3, 100]),
        time_zone: "UTC".to_owned(),
    }
}

fn offer(n: u32) -> Offer {
    let design = OfferDesign {
        form: Default::default(),
        position: Default::default(),
        color: String::new(),
        logo_url: None,
        image_url: None,
        default_language: "en".to_owned(),
        texts: BTreeMap::new(),
    };
    Offer { id: OfferId(Uuid::from_u128(200 + u128::from(n))), name: format!("o{n}"), active: true, design }
}

fn queue(n: u32, offers: &[Offer], chance: &mut Chance) -> Queue {
    let plan = QueuePlan {
        activation: *chance.one_of(&[
            Activation::ReactiveOnly,
            Activation::WithInvite,
            Activation::WithoutInvite,
        ]),
        launch_after_s: *chance.one_of(&[0, 20, 60]),
        launch_offer_id: chance.percent(80).then(|| chance.one_of(offers).id),
        ..QueuePlan::default()
    };
    Queue { id: QueueId(Uuid::from_u128(300 + u128::from(n))), name: format!("q{n}"), channel_on: true, plan }
}

fn rule(n: u32, offers: &[Offer], queues: &[Queue], chance: &mut Chance) -> Rule {
    let mut rule = Rule {
        id: RuleId(Uuid::from_u128(100 + u128::from(n))),
        priority: 1 + chance.below(3),
        name: format!("r{n}"),
        enabled: chance.percent(90),
        plan: RulePlan {
            description: String::new(),
            action: if chance.percent(85) { Action::Invite } else { Action::EngageWithoutInvite },
            offer_id: Some(chance.one_of(offers).id),
            queue_id: chance.one_of(queues).id,
            match_on: if chance.percent(90) { MatchOn::Url } else { MatchOn::PageTitle },
            match_type: *chance.one_of(&[
                MatchType::Contains,
                MatchType::Contains,
                MatchType::Contains,
                MatchType::Equals,
                MatchType::Regex,
            ]),
            match_value: (*chance.one_of(&VALUES)).to_owned(),
            page_view_count: *chance.one_of(&[1, 1, 1, 2, 3]),
            required_time_s: *chance.one_of(&[0, 0, 1, 5, 15, 30, 60]),
            conditions: chance.percent(40).then(|| condition(2, chance)),
        },
    };
    repair(&mut rule);
    rule
}

/// A rule that would be refused at save never reaches the engine.
fn repair(rule: &mut Rule) {
    match rule.plan.match_type {
        MatchType::Equals => rule.plan.match_value = PAGES[3].to_uppercase(),
        MatchType::Regex => rule.plan.match_value = r"(?i)/prices(/\w)?$".to_owned(),
        MatchType::Contains => {}
    }
}

fn condition(depth: u32, chance: &mut Chance) -> Condition {
    let seconds = *chance.one_of(&[1, 5, 20, 40]);
    let page = |value: &str| PageMatch {
        match_on: MatchOn::Url,
        match_type: MatchType::Contains,
        match_value: value.to_owned(),
    };
    let inner =
        |chance: &mut Chance| (0..1 + chance.below(2)).map(|_| condition(depth - 1, chance)).collect();
    match chance.below(if depth == 0 { 9 } else { 13 }) {
        0 => Condition::TimeOnSite { at_least_s: seconds },
        1 => Condition::PagesViewed { at_least: 1 + chance.below(4) },
        2 => Condition::ScrollDepth { at_least_percent: 50 },
        3 => Condition::ExitIntent,
        4 => Condition::Inactivity { at_least_s: seconds },
        5 => Condition::TimeOnForm { at_least_s: seconds },
        6 => Condition::FormIdle { at_least_s: seconds },
        7 | 12 => {
            let name = (*chance.one_of(&EVENTS)).to_owned();
            let (at_least, within_s) = (1 + chance.below(2), *chance.one_of(&[1, 2, 5, 20]));
            Condition::CustomEvent { name, at_least, within_s }
        }
        8 => {
            let (first, then) = (*chance.one_of(&VALUES[1..]), *chance.one_of(&VALUES[1..]));
            let (first, then) = (page(first), page(then));
            Condition::PageSequence { first, then, within_s: seconds }
        }
        9 => Condition::All { of: inner(chance) },
        10 => Condition::Any { of: inner(chance) },
        _ => Condition::Not { of: Box::new(condition(depth - 1, chance)) },
    }
}
