//! Owns the site of the fuzz targets: one rule, one offer, one queue, open.

use std::collections::BTreeMap;
use std::sync::Arc;

use beckon_engine::gate::Gate;
use beckon_engine::id::{OfferId, QueueId, RuleId};
use beckon_engine::offer::{Offer, OfferDesign, OfferForm, Position};
use beckon_engine::queue::{Queue, QueuePlan};
use beckon_engine::rule::{Action, Rule, RulePlan};
use beckon_engine::settings::SiteSettings;
use beckon_engine::world::{Config, World};
use uuid::Uuid;

/// The world in which this rule is the only one.
pub fn world(mut plan: RulePlan) -> World {
    let (queue, offer) = (QueueId(Uuid::from_u128(1)), OfferId(Uuid::from_u128(2)));
    plan.queue_id = queue;
    if plan.action == Action::Invite {
        plan.offer_id = Some(offer);
    }
    let rule =
        Rule { id: RuleId(Uuid::from_u128(3)), priority: 1, name: "rule".to_owned(), enabled: true, plan };
    let design = OfferDesign {
        form: OfferForm::default(),
        position: Position::default(),
        color: String::new(),
        logo_url: None,
        image_url: None,
        default_language: "en".to_owned(),
        texts: BTreeMap::new(),
    };
    let offers = vec![Offer { id: offer, name: "offer".to_owned(), active: true, design }];
    let plan = QueuePlan::default();
    let queues = vec![Queue { id: queue, name: "queue".to_owned(), channel_on: true, by_hand: None, plan }];
    let config = Config::compile(1, SiteSettings::default(), vec![rule], offers, queues);
    let gate = Gate { hours_open: true, channel_on: true, free_slots: 3, open_presentations: 0 };
    World {
        config: Arc::new(config.expect("a rule that passed the check compiles")),
        gates: BTreeMap::from([(queue, gate)]),
        offers_stopped: false,
    }
}
