//! Owns the rule set of a replay: a JSON file in which offers and queues go by their names, read into a world.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, ensure};
use beckon_engine::condition::Condition;
use beckon_engine::gate::Gate;
use beckon_engine::hours;
use beckon_engine::id::{OfferId, QueueId, RuleId};
use beckon_engine::offer::{Offer, OfferDesign, OfferForm, Position};
use beckon_engine::queue::{Activation, Hours, Queue, QueuePlan, Routing};
use beckon_engine::rule::{Action, MatchOn, MatchType, Rule, RulePlan, check};
use beckon_engine::settings::SiteSettings;
use beckon_engine::world::{Config, World};
use serde::Deserialize;
use uuid::Uuid;

const SAMPLE: &str = include_str!("sample.json");

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSet {
    #[serde(default)]
    settings: SiteSettings,
    queues: Vec<QueueEntry>,
    rules: Vec<RuleEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QueueEntry {
    name: String,
    #[serde(default)]
    hours: Hours,
    /// Free slots of its agents, all the time.
    #[serde(default = "one")]
    free_slots: u32,
    #[serde(default)]
    activation: Activation,
    #[serde(default)]
    launch_after_s: u32,
    #[serde(default)]
    launch_offer: Option<String>,
    #[serde(default = "ring_time_s")]
    ring_time_s: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    name: String,
    #[serde(default = "middle")]
    priority: u32,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    action: Action,
    /// Absent: the offer is called like the rule.
    #[serde(default)]
    offer: Option<String>,
    queue: String,
    #[serde(default)]
    match_on: MatchOn,
    #[serde(default)]
    match_type: MatchType,
    #[serde(default)]
    match_value: String,
    #[serde(default = "one")]
    page_view_count: u32,
    #[serde(default)]
    required_time_s: u32,
    #[serde(default)]
    conditions: Option<Condition>,
}

/// The world of a rule set, or of the sample when there is none.
///
/// # Errors
/// When the file cannot be read or something in it is wrong, with the place.
pub(super) fn world(file: Option<&Path>) -> anyhow::Result<World> {
    match file {
        None => read(SAMPLE).context("the sample rules"),
        Some(file) => {
            let text =
                std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            read(&text).with_context(|| format!("{}", file.display()))
        }
    }
}

fn read(text: &str) -> anyhow::Result<World> {
    let RuleSet { settings, queues, rules } = serde_json::from_str(text)?;
    ensure!(hours::is_time_zone(&settings.time_zone), "/settings/time_zone: is not an IANA time zone");
    let mut offers: BTreeMap<OfferId, Offer> = BTreeMap::new();
    let mut gates = BTreeMap::new();
    let mut known = Vec::new();
    for (i, entry) in queues.into_iter().enumerate() {
        hours::check(&entry.hours).map_err(|problem| anyhow!("/queues/{i}/hours{problem}"))?;
        let launch_offer_id = entry.launch_offer.as_deref().map(|name| add_offer(name, &mut offers));
        let gate =
            Gate { hours_open: true, channel_on: true, free_slots: entry.free_slots, open_presentations: 0 };
        let id = QueueId(id_of(&entry.name));
        gates.insert(id, gate);
        let plan = QueuePlan {
            activation: entry.activation,
            launch_after_s: entry.launch_after_s,
            launch_offer_id,
            hours: entry.hours,
            routing: Routing { ring_time_s: entry.ring_time_s, ..Routing::default() },
            ..QueuePlan::default()
        };
        known.push(Queue { id, name: entry.name, channel_on: true, by_hand: None, plan });
    }
    let mut plans = Vec::new();
    for (i, entry) in rules.into_iter().enumerate() {
        let queue_id = QueueId(id_of(&entry.queue));
        ensure!(gates.contains_key(&queue_id), "/rules/{i}/queue: is not the name of a queue");
        let rule = rule(entry, queue_id, &mut offers);
        check(&rule.plan).map_err(|problem| anyhow!("/rules/{i}{problem}"))?;
        plans.push(rule);
    }
    let config = Config::compile(1, settings, plans, offers.into_values().collect(), known)?;
    Ok(World { config: Arc::new(config), gates, offers_stopped: None })
}

fn rule(entry: RuleEntry, queue_id: QueueId, offers: &mut BTreeMap<OfferId, Offer>) -> Rule {
    let offer = entry.offer.as_deref().unwrap_or(&entry.name);
    let offer_id = match entry.action {
        Action::Invite => Some(add_offer(offer, offers)),
        Action::EngageWithoutInvite => None,
    };
    Rule {
        id: RuleId(id_of(&entry.name)),
        priority: entry.priority,
        name: entry.name,
        enabled: entry.enabled,
        plan: RulePlan {
            chat_priority: 0,
            description: String::new(),
            action: entry.action,
            offer_id,
            queue_id,
            match_on: entry.match_on,
            match_type: entry.match_type,
            match_value: entry.match_value,
            page_view_count: entry.page_view_count,
            required_time_s: entry.required_time_s,
            conditions: entry.conditions,
        },
    }
}

fn add_offer(name: &str, offers: &mut BTreeMap<OfferId, Offer>) -> OfferId {
    let id = OfferId(id_of(name));
    let design = OfferDesign {
        form: OfferForm::default(),
        position: Position::default(),
        color: String::new(),
        logo_url: None,
        image_url: None,
        default_language: "en".to_owned(),
        texts: BTreeMap::new(),
    };
    offers.entry(id).or_insert_with(|| Offer { id, name: name.to_owned(), active: true, design });
    id
}

/// The same id for the same name.
fn id_of(name: &str) -> Uuid {
    let byte = |hash: u128, byte: u8| (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_013b);
    Uuid::from_u128(name.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, byte))
}

const fn one() -> u32 {
    1
}

const fn middle() -> u32 {
    100
}

const fn ring_time_s() -> u32 {
    20
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::{SAMPLE, read};

    fn refused(rules: &str) -> String {
        let text = format!(r#"{{"queues":[{{"name":"desk"}}],"rules":[{rules}]}}"#);
        read(&text).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn the_sample_is_a_rule_set() {
        assert!(read(SAMPLE).is_ok());
    }

    // spec: R-6
    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert_eq!(refused(r#"{"name":"a","queue":"desk"}"#), "");
        assert_eq!(refused(r#"{"name":"a","queue":"sales"}"#), "/rules/0/queue: is not the name of a queue");
        let regex = refused(r#"{"name":"a","queue":"desk","match_type":"regex","match_value":"/a("}"#);
        assert!(regex.starts_with("/rules/0/match_value: ") && regex.contains("character 2"), "{regex}");
        assert!(refused(r#"{"name":"a","queue":"desk","colour":1}"#).contains("unknown field `colour`"));
        let hours = r#"{"queues":[{"name":"desk","hours":{"weekly":[{"weekday":8,"from":"08:00","to":"09:00"}]}}],"rules":[]}"#;
        let error = read(hours).expect_err("there is no eighth day").to_string();
        assert_eq!(error, "/queues/0/hours/weekly/0/weekday: is not 1 (Monday) to 7 (Sunday)");
    }
}
