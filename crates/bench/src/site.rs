//! Owns the site that is measured: a shop with so many rules as real ones have them, and the addresses of its pages.

use std::collections::BTreeMap;
use std::sync::Arc;

use beckon_engine::condition::Condition;
use beckon_engine::event::Event;
use beckon_engine::gate::Gate;
use beckon_engine::id::{OfferId, QueueId, RuleId, TabId};
use beckon_engine::offer::{Offer, OfferDesign, OfferForm, Position};
use beckon_engine::queue::{Queue, QueuePlan};
use beckon_engine::rule::{Action, MatchOn, MatchType, Rule, RulePlan};
use beckon_engine::settings::SiteSettings;
use beckon_engine::world::{Config, World};
use uuid::Uuid;

/// Pages of the shop.
pub const PAGES: usize = 512;
const QUEUE: QueueId = QueueId(Uuid::from_u128(1));
const OFFER: OfferId = OfferId(Uuid::from_u128(2));

/// The rules of the shop: texts in the address, whole addresses, regular expressions, titles; some with conditions.
#[must_use]
pub fn rules(count: usize) -> Vec<Rule> {
    (0..count).map(rule).collect()
}

fn rule(n: usize) -> Rule {
    let (match_on, match_type, match_value) = match n % 10 {
        0..=3 => (MatchOn::Url, MatchType::Contains, format!("/category/{n}/")),
        4 | 5 => (MatchOn::Url, MatchType::Equals, address(n % PAGES)),
        6 | 7 => (MatchOn::Url, MatchType::Regex, format!("/product/{n}[0-9]*/(oak|ash)-[a-z]+$")),
        8 => (MatchOn::PageTitle, MatchType::Contains, format!("Chair {n} ")),
        _ => (MatchOn::Referrer, MatchType::Contains, format!("campaign-{n}.")),
    };
    let conditions = match n % 7 {
        0 => Some(Condition::TimeOnSite { at_least_s: 60 }),
        1 => Some(Condition::All {
            of: vec![
                Condition::PagesViewed { at_least: 3 },
                Condition::Not { of: Box::new(Condition::ExitIntent) },
                Condition::ScrollDepth { at_least_percent: 50 },
            ],
        }),
        2 => Some(Condition::LocalTime {
            weekdays: vec![1, 2, 3, 4, 5],
            from: "09:00".to_owned(),
            to: "17:00".to_owned(),
        }),
        _ => None,
    };
    Rule {
        id: RuleId(Uuid::from_u128(1000 + n as u128)),
        priority: 1 + u32::try_from(n % 50).expect("a remainder is small"),
        name: format!("rule {n}"),
        enabled: true,
        plan: RulePlan {
            chat_priority: 0,
            description: String::new(),
            action: Action::Invite,
            offer_id: Some(OFFER),
            queue_id: QUEUE,
            match_on,
            match_type,
            match_value,
            page_view_count: 2,
            required_time_s: 30,
            conditions,
        },
    }
}

/// Compiles a version of the site.
///
/// # Errors
/// When a rule does not compile.
pub fn config(version: u64, rules: &[Rule]) -> anyhow::Result<Config> {
    let design = OfferDesign {
        form: OfferForm::default(),
        position: Position::default(),
        color: String::new(),
        logo_url: None,
        image_url: None,
        default_language: "en".to_owned(),
        texts: BTreeMap::new(),
    };
    let offers = vec![Offer { id: OFFER, name: "help".to_owned(), active: true, design }];
    let plan = QueuePlan::default();
    let queues = vec![Queue { id: QUEUE, name: "desk".to_owned(), channel_on: true, by_hand: None, plan }];
    Ok(Config::compile(version, SiteSettings::default(), rules.to_vec(), offers, queues)?)
}

/// The site with its gate open, and no agent free: rules qualify, deadlines stand, nothing is presented.
///
/// # Errors
/// When a rule does not compile.
pub fn world(rules: &[Rule]) -> anyhow::Result<World> {
    let gate = Gate { hours_open: true, channel_on: true, free_slots: 0, open_presentations: 0 };
    let gates = BTreeMap::from([(QUEUE, gate)]);
    Ok(World { config: Arc::new(config(1, rules)?), gates, offers_stopped: None })
}

/// The address of a page; every fourth one lies in a category and matches rules of each kind.
#[must_use]
pub fn address(page: usize) -> String {
    let wood = ["oak-natural", "ash-black", "pine-white", "walnut-dark"][page % 4];
    let category = page / 4 * 10;
    format!("https://shop.example/category/{category}/product/{page}/{wood}")
}

/// A page is viewed in the visitor's only tab.
#[must_use]
pub fn viewed(page: usize) -> Event {
    Event::PageViewed {
        tab: TabId(1),
        url: address(page % PAGES),
        title: format!("Chair {page} oak natural · The shop"),
        referrer: String::new(),
    }
}
