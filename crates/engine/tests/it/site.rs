//! Owns the site of a scenario: rules, offers, queues and settings by name. Knows nothing of visits.

use std::collections::BTreeMap;
use std::sync::Arc;

use beckon_engine::gate::Gate;
use beckon_engine::id::{OfferId, QueueId, RuleId};
use beckon_engine::offer::{Offer, OfferDesign};
use beckon_engine::queue::{Queue, QueuePlan};
use beckon_engine::reason::Reason;
use beckon_engine::rule::{Action, MatchOn, MatchType, Rule, RulePlan};
use beckon_engine::settings::SiteSettings;
use beckon_engine::world::{Config, World};
use uuid::Uuid;

/// An open gate with room for many.
pub(crate) const OPEN: Gate =
    Gate { hours_open: true, channel_on: true, free_slots: 3, open_presentations: 0 };

/// The site of a scenario. It has one queue, `desk`, and as many rules and offers as are named.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) settings: SiteSettings,
    pub(crate) rules: Vec<Rule>,
    pub(crate) offers: Vec<Offer>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) gates: BTreeMap<QueueId, Gate>,
    pub(crate) offers_stopped: bool,
    version: u64,
}

/// An id that stands for a name.
pub(crate) fn id(name: &str) -> Uuid {
    let number = name.bytes().fold(0_u128, |number, byte| number << 8 | u128::from(byte));
    assert!(name.len() <= 16, "a name is at most 16 letters");
    Uuid::from_u128(number)
}

/// The name that an id stands for.
pub(crate) fn name(id: Uuid) -> String {
    id.as_bytes().iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect()
}

/// A rule that presents the offer of its own name on pages whose address contains `path`.
pub(crate) fn rule(name: &str, path: &str) -> Rule {
    Rule {
        id: RuleId(id(name)),
        priority: 100,
        name: name.to_owned(),
        enabled: true,
        plan: RulePlan {
            chat_priority: 0,
            description: String::new(),
            action: Action::Invite,
            offer_id: Some(OfferId(id(name))),
            queue_id: QueueId(id("desk")),
            match_on: MatchOn::Url,
            match_type: MatchType::Contains,
            match_value: path.to_owned(),
            page_view_count: 1,
            required_time_s: 0,
            conditions: None,
        },
    }
}

pub(crate) fn queue(name: &str) -> Queue {
    Queue {
        id: QueueId(id(name)),
        name: name.to_owned(),
        channel_on: true,
        by_hand: None,
        plan: QueuePlan::default(),
    }
}

impl Site {
    pub(crate) fn new() -> Self {
        let gates = BTreeMap::from([(QueueId(id("desk")), OPEN)]);
        let (rules, offers, queues) = (Vec::new(), Vec::new(), vec![queue("desk")]);
        let settings = SiteSettings::default();
        Self { settings, rules, offers, queues, gates, offers_stopped: false, version: 1 }
    }

    /// Adds a rule as [`rule`] makes it, and its offer.
    pub(crate) fn rule(self, name: &str, path: &str) -> Self {
        self.rule_with(name, path, |_| {})
    }

    /// Adds a rule after a change to it.
    pub(crate) fn rule_with(mut self, name: &str, path: &str, change: impl FnOnce(&mut Rule)) -> Self {
        let mut added = rule(name, path);
        change(&mut added);
        self.rules.push(added);
        self.offer(name)
    }

    /// Adds an offer.
    pub(crate) fn offer(mut self, name: &str) -> Self {
        self.offers.push(Offer {
            id: OfferId(id(name)),
            name: name.to_owned(),
            active: true,
            design: OfferDesign {
                form: Default::default(),
                position: Default::default(),
                color: String::new(),
                logo_url: None,
                image_url: None,
                default_language: "en".to_owned(),
                texts: BTreeMap::new(),
            },
        });
        self
    }

    /// Adds a queue with an open gate.
    pub(crate) fn queue(mut self, name: &str) -> Self {
        self.queues.push(queue(name));
        self.gates.insert(QueueId(id(name)), OPEN);
        self
    }

    pub(crate) fn settings(mut self, change: impl FnOnce(&mut SiteSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    pub(crate) fn rule_mut(&mut self, name: &str) -> &mut Rule {
        self.rules.iter_mut().find(|rule| rule.name == name).expect("the rule has been named")
    }

    pub(crate) fn offer_mut(&mut self, name: &str) -> &mut Offer {
        self.offers.iter_mut().find(|offer| offer.name == name).expect("the offer has been named")
    }

    pub(crate) fn queue_mut(&mut self, name: &str) -> &mut Queue {
        self.queues.iter_mut().find(|queue| queue.name == name).expect("the queue has been named")
    }

    pub(crate) fn gate_mut(&mut self, queue: &str) -> &mut Gate {
        self.gates.get_mut(&QueueId(id(queue))).expect("the queue has been named")
    }

    /// The world as it is now, under a configuration version of its own.
    pub(crate) fn world(&mut self) -> World {
        self.version += 1;
        let parts = (self.settings.clone(), self.rules.clone(), self.offers.clone(), self.queues.clone());
        let config = Config::compile(self.version, parts.0, parts.1, parts.2, parts.3);
        World {
            config: Arc::new(config.expect("the site compiles")),
            gates: self.gates.clone(),
            offers_stopped: self.offers_stopped.then_some(Reason::OffersStopped),
        }
    }
}
