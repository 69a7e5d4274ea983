//! Owns the random site of a simulation: rules, offers, queues, settings, agents, hours, and their edits.

use std::collections::BTreeMap;
use std::sync::Arc;

use beckon_engine::gate::Gate;
use beckon_engine::hours;
use beckon_engine::id::{OfferId, QueueId, RuleId};
use beckon_engine::offer::{Offer, OfferDesign};
use beckon_engine::queue::{Activation, Queue, QueuePlan};
use beckon_engine::reason::Reason;
use beckon_engine::rule::{Action, MatchOn, MatchType, Rule, RulePlan};
use beckon_engine::settings::{AfterChat, AfterOutcome, SiteSettings};
use beckon_engine::time::UnixMs;
use beckon_engine::world::{Config, World};
use uuid::Uuid;

use crate::chance::Chance;

mod conditions;
mod desk;

pub(crate) use conditions::{DEVICES, LANGUAGES, attribute};
pub(crate) use desk::take_slot;

use conditions::condition;
use desk::{Agent, Spans, free_slots};

pub(crate) const PAGES: [&str; 6] = [
    "https://s.test/?utm_source=mail",
    "https://s.test/Prices",
    "https://s.test/prices/a",
    "https://s.test/cart",
    "https://s.test/about",
    "https://s.test/product/7",
];
pub(crate) const TITLES: [&str; 3] = ["", "Prices", "Your CART"];
pub(crate) const REFERRERS: [&str; 3] = ["", "https://Search.test/prices?q=1", "https://s.test/cart"];
const VALUES: [&str; 6] = ["", "/prices", "/PRICES", "cart", "s.test/about", "/product/"];
pub(crate) const EVENTS: [&str; 2] = ["added", "asked"];

/// A site as the administration sees it, and its world as the engine does.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) settings: SiteSettings,
    pub(crate) rules: Vec<Rule>,
    pub(crate) offers: Vec<Offer>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) agents: Vec<Agent>,
    /// As they were when somebody looked at them last.
    pub(crate) gates: BTreeMap<QueueId, Gate>,
    pub(crate) offers_stopped: bool,
    spans: BTreeMap<QueueId, Spans>,
    version: u64,
    config: Option<Arc<Config>>,
}

impl Plan {
    pub(crate) fn random(chance: &mut Chance) -> Self {
        let offers: Vec<_> = (0..1 + chance.below(3)).map(offer).collect();
        let queues: Vec<_> = (0..1 + chance.below(2)).map(|n| queue(n, &offers, chance)).collect();
        let rules = (0..1 + chance.below(5)).map(|n| rule(n, &offers, &queues, chance)).collect();
        let served: Vec<_> = queues.iter().map(|queue| queue.id).collect();
        let agents = (0..1 + chance.below(3)).map(|_| Agent::random(&served, chance)).collect();
        let spans = served.iter().map(|id| (*id, Spans::random(chance))).collect();
        let settings = settings(chance);
        let (gates, offers_stopped, version, config) = (BTreeMap::new(), false, 1, None);
        let mut plan =
            Self { settings, rules, offers, queues, agents, gates, offers_stopped, spans, version, config };
        plan.set_hours();
        plan
    }

    /// Looks at hours, switches, agents, and the open presentations that are counted.
    pub(crate) fn look(&mut self, now_ms: i64, open: impl Fn(QueueId) -> u32) {
        let gate = |queue: &Queue| {
            let hours_open = hours::is_open(&queue.plan.hours, UnixMs(now_ms));
            assert_eq!(hours_open, self.spans[&queue.id].is_open(now_ms), "hours are open as they say (Q-1)");
            let free_slots = free_slots(&self.agents, queue.id);
            let open_presentations = open(queue.id);
            Gate { hours_open, channel_on: queue.channel_on, free_slots, open_presentations }
        };
        self.gates = self.queues.iter().map(|queue| (queue.id, gate(queue))).collect();
    }

    /// When a queue opens or closes next.
    pub(crate) fn turns_at(&self, now_ms: i64) -> Option<i64> {
        let next = |queue: &Queue| hours::next_change(&queue.plan.hours, UnixMs(now_ms));
        self.queues.iter().filter_map(next).map(|(at, _)| at.0).min()
    }

    /// The same version need not be compiled again.
    pub(crate) fn keep_config_of(&mut self, other: &Self) {
        assert_eq!(self.version, other.version, "it is a copy of this plan");
        self.config.clone_from(&other.config);
    }

    pub(crate) fn world(&mut self) -> Arc<World> {
        let (version, plan) = (self.version, &*self);
        let config = self.config.clone().unwrap_or_else(|| {
            let parts = (plan.settings.clone(), plan.rules.clone(), plan.offers.clone(), plan.queues.clone());
            let config = Config::compile(version, parts.0, parts.1, parts.2, parts.3);
            Arc::new(config.expect("a random site compiles"))
        });
        self.config = Some(Arc::clone(&config));
        let offers_stopped = self.offers_stopped.then_some(Reason::OffersStopped);
        Arc::new(World { config, gates: self.gates.clone(), offers_stopped })
    }

    /// Somebody edits rules, offers, queues, hours or settings.
    pub(crate) fn edit(&mut self, chance: &mut Chance) {
        self.version += 1;
        self.config = None;
        let at = chance.below(u32::try_from(self.rules.len()).expect("few rules")) as usize;
        match chance.below(12) {
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
            9 => self.rules[at].plan.conditions = chance.percent(60).then(|| condition(2, chance)),
            10 => {
                drop(self.spans.insert(self.queues[0].id, Spans::random(chance)));
            }
            _ => self.queues[0] = queue(0, &self.offers, chance),
        }
        self.rules.iter_mut().for_each(repair);
        self.set_hours();
    }

    /// An agent comes or goes, or somebody turns a switch.
    pub(crate) fn change_gate(&mut self, chance: &mut Chance) {
        let agent = chance.below(u32::try_from(self.agents.len()).expect("few agents")) as usize;
        let queue = chance.below(u32::try_from(self.queues.len()).expect("few queues")) as usize;
        match chance.below(8) {
            0..=3 => self.agents[agent].change(chance),
            4 => self.queues[queue].channel_on ^= true,
            5 => self.offers_stopped ^= true,
            _ => {
                self.agents.iter_mut().for_each(Agent::return_to_work);
                self.queues.iter_mut().for_each(|queue| queue.channel_on = true);
                self.offers_stopped = false;
            }
        }
    }

    /// Every queue gets the hours of its spans.
    fn set_hours(&mut self) {
        for queue in &mut self.queues {
            queue.plan.hours = self.spans[&queue.id].hours();
        }
    }
}

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
        ..SiteSettings::default()
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
    Queue {
        id: QueueId(Uuid::from_u128(300 + u128::from(n))),
        name: format!("q{n}"),
        channel_on: true,
        by_hand: None,
        plan,
    }
}

fn rule(n: u32, offers: &[Offer], queues: &[Queue], chance: &mut Chance) -> Rule {
    let mut rule = Rule {
        id: RuleId(Uuid::from_u128(100 + u128::from(n))),
        priority: 1 + chance.below(3),
        name: format!("r{n}"),
        enabled: chance.percent(90),
        plan: RulePlan {
            chat_priority: 0,
            description: String::new(),
            action: if chance.percent(85) { Action::Invite } else { Action::EngageWithoutInvite },
            offer_id: Some(chance.one_of(offers).id),
            queue_id: chance.one_of(queues).id,
            match_on: match_on(chance),
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

fn match_on(chance: &mut Chance) -> MatchOn {
    if chance.percent(80) { MatchOn::Url } else { *chance.one_of(&[MatchOn::PageTitle, MatchOn::Referrer]) }
}

/// A rule that would be refused at save never reaches the engine.
fn repair(rule: &mut Rule) {
    match rule.plan.match_type {
        MatchType::Equals => rule.plan.match_value = PAGES[3].to_uppercase(),
        MatchType::Regex => rule.plan.match_value = r"(?i)/prices(/\w)?$".to_owned(),
        MatchType::Contains => {}
    }
}
