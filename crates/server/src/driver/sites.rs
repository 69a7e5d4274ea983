//! Owns the configuration of all sites as the live part sees it: compiled, with the present gates, replaced as a whole.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use beckon_engine::gate::Gate;
use beckon_engine::hours::by_hand::{is_open_now, next_change_now};
use beckon_engine::id::{QueueId, RuleId, SiteId};
use beckon_engine::queue::{Queue, Styling};
use beckon_engine::reason::Reason;
use beckon_engine::signal::Signals;
use beckon_engine::time::UnixMs;
use beckon_engine::world::{Config, World};

use super::overload::Load;
use super::waits::find_wait_of_new;
use crate::store::gate::{QueueLoad, find_queue_load, list_queue_loads};
use crate::store::offer_stop::list_offer_stops;
use crate::store::site::{SiteConfig, SiteRow, list_config_versions, load_site_config};
use crate::store::{Store, StoreResult, Tx};

/// One site at one version of its configuration.
#[derive(Debug)]
pub struct Site {
    /// The site's own row.
    pub row: SiteRow,
    /// The queue of the launcher; none when the site has no queue.
    pub default_queue: Option<QueueId>,
    /// What is kept of the rules beside what the engine has.
    pub rules: Arc<BTreeMap<RuleId, RuleFacts>>,
    /// What pages report because some rule asks for it.
    pub signals: Arc<Signals>,
    /// Configuration and gates.
    pub world: Arc<World>,
    /// The wait in each queue for somebody who comes now, seconds; only where a rule asks for it.
    pub waits: BTreeMap<QueueId, Option<u32>>,
}

/// What is kept of a rule.
#[derive(Clone, Debug, Default)]
pub struct RuleFacts {
    /// Its name, for records.
    pub name: String,
    /// Priority of the chats that it leads to.
    pub chat_priority: u8,
}

/// What is kept of a site while its version stays the same.
#[derive(Clone)]
struct Loaded {
    row: SiteRow,
    default_queue: Option<QueueId>,
    rules: Arc<BTreeMap<RuleId, RuleFacts>>,
    signals: Arc<Signals>,
    config: Arc<Config>,
}

/// All sites. Readers get whole values and never wait for a reload.
#[derive(Debug, Default)]
pub struct Sites {
    by_id: RwLock<BTreeMap<SiteId, Arc<Site>>>,
}

/// What a reload or a recount changed.
#[derive(Debug, Default)]
pub struct Moved {
    /// Sites whose visits must look at the world again.
    pub sites: Vec<SiteId>,
    /// When business hours of any queue change next.
    pub hours_due: Option<UnixMs>,
    /// Queues that are open and have more open offers than there is room for (O-12), with their sites.
    pub crowded: Vec<(SiteId, QueueId)>,
}

impl Sites {
    /// The site with this public key.
    #[must_use]
    pub fn by_key(&self, key: &str) -> Option<Arc<Site>> {
        self.read().values().find(|site| site.row.key == key).cloned()
    }

    /// The site with this identity.
    #[must_use]
    pub fn by_id(&self, id: SiteId) -> Option<Arc<Site>> {
        self.read().get(&id).cloned()
    }

    /// Reads what has another version than the one at hand, counts all gates, and says which sites changed. Under a load that
    /// leaves out offers nothing is presented on any of them.
    ///
    /// # Errors
    /// When the database failed; everything then stays as it was.
    pub async fn refresh(&self, store: &Store, load: Load, now: UnixMs) -> StoreResult<Moved> {
        let mut tx = store.read().await?;
        let versions = list_config_versions(&mut tx).await?;
        let loads = list_queue_loads(&mut tx, now).await?;
        let stops = list_offer_stops(&mut tx).await?;
        let overloaded = (load >= Load::NoOffers).then_some(Reason::Overloaded);
        let mut next = BTreeMap::new();
        let mut moved = Moved::default();
        for (id, version) in versions {
            let known = self.by_id(id);
            let same_version = known.as_ref().filter(|site| site.row.config_version == version);
            let Loaded { row, default_queue, rules, signals, config } = match same_version {
                Some(site) => Loaded {
                    row: site.row.clone(),
                    default_queue: site.default_queue,
                    rules: Arc::clone(&site.rules),
                    signals: Arc::clone(&site.signals),
                    config: Arc::clone(&site.world.config),
                },
                None => match load_site_config(&mut tx, id).await? {
                    Some(loaded) => compile(loaded, known.as_deref()),
                    None => continue,
                },
            };
            let gates = gates(&config, &loads, now);
            let factor = config.settings().capacity_factor;
            let crowded = |gate: &Gate| gate.closed_because().is_none() && gate.surplus(factor) > 0;
            moved
                .crowded
                .extend(gates.iter().filter(|(_, gate)| crowded(gate)).map(|(queue, _)| (id, *queue)));
            let waits = waits(&mut tx, &config, now).await?;
            moved.hours_due = moved.hours_due.into_iter().chain(next_hours_change(&config, now)).min();
            let stopped = stops.iter().any(|stop| *stop.site_id == id);
            let offers_stopped = stopped.then_some(Reason::OffersStopped).or(overloaded);
            let is_same = |site: &Arc<Site>| {
                site.row.config_version == version
                    && site.world.offers_stopped == offers_stopped
                    && site.waits == waits
                    && !differs(site, &gates)
            };
            if !known.as_ref().is_some_and(is_same) {
                moved.sites.push(id);
            }
            let world = Arc::new(World { config, gates, offers_stopped });
            next.insert(id, Arc::new(Site { row, default_queue, rules, signals, world, waits }));
        }
        *self.by_id.write().expect("no holder of this lock panics") = next;
        Ok(moved)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<SiteId, Arc<Site>>> {
        self.by_id.read().expect("no holder of this lock panics")
    }
}

impl Site {
    /// Whether the queue of every chat shows the same to its visitor, place and wait, form, looks and files, as it did at `before`
    ///
    pub(super) fn shows_as(&self, before: &Self) -> bool {
        if self.row.config_version == before.row.config_version {
            return true;
        }
        if self.default_queue != before.default_queue {
            return false;
        }
        let now: Vec<&Queue> = self.world.config.queues().collect();
        let then: Vec<&Queue> = before.world.config.queues().collect();
        now.len() == then.len() && now.iter().zip(&then).all(|(now, then)| shows_as(now, then))
    }

    /// Whether the launcher's queue looks the same as it did at `before`.
    pub(super) fn launcher_looks_as(&self, before: &Self) -> bool {
        self.row.config_version == before.row.config_version
            || self.launcher_styling() == before.launcher_styling()
    }

    /// How the launcher's queue looks, in this language.
    #[must_use]
    pub fn styling(&self, language: &str) -> Styling {
        self.launcher_styling().map(|styling| styling.in_language(language)).unwrap_or_default()
    }

    fn launcher_styling(&self) -> Option<&Styling> {
        let queue = self.world.config.queue(self.default_queue?)?;
        Some(&queue.plan.styling)
    }

    /// Whether a reactive chat can be had now at the launcher's queue.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.default_queue.is_some_and(|queue| self.world.gate(queue).closed_because().is_none())
    }
}

fn shows_as(now: &Queue, then: &Queue) -> bool {
    let (plan, before) = (&now.plan, &then.plan);
    now.id == then.id
        && plan.routing.show_position == before.routing.show_position
        && plan.routing.show_wait == before.routing.show_wait
        && plan.form_reactive == before.form_reactive
        && plan.form_invite == before.form_invite
        && plan.styling == before.styling
        && plan.visitor_files == before.visitor_files
}

/// The gate of a queue as it is in this unit of work, not as it was counted last; closed when the queue is gone.
///
/// # Errors
/// When the database failed.
pub async fn read_gate(tx: &mut Tx, config: &Config, queue: QueueId, now: UnixMs) -> StoreResult<Gate> {
    read_gate_beside(tx, config, queue, 0, now).await
}

/// The same for someone who holds `own` of the queue's held slots: those are free for them.
///
/// # Errors
/// When the database failed.
pub async fn read_gate_beside(
    tx: &mut Tx,
    config: &Config,
    queue: QueueId,
    own: i64,
    now: UnixMs,
) -> StoreResult<Gate> {
    let load = find_queue_load(tx, queue, now).await?;
    let beside = load.map(|load| QueueLoad { held: load.held - own, ..load });
    Ok(beside.map(|load| gate(config, queue, &load, now)).unwrap_or_default())
}

/// The gate of a queue from its load.
fn gate(config: &Config, queue: QueueId, load: &QueueLoad, now: UnixMs) -> Gate {
    let count = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
    Gate {
        hours_open: config.queue(queue).is_some_and(|queue| is_open_now(queue, now)),
        channel_on: load.channel_on,
        free_slots: count(load.slots_left - load.held),
        open_presentations: count(load.open_presentations),
    }
}

/// A version that cannot be compiled leaves the last good one in force: what is saved was checked, so this is a bug,
/// but no reason to stop a site.
fn compile(loaded: SiteConfig, known: Option<&Site>) -> Loaded {
    let SiteConfig { site, rules, offers, queues, default_queue } = loaded;
    let version = u64::try_from(site.config_version).expect("versions count up from 1");
    let settings = site.settings.0.clone();
    let signals = Arc::new(Signals::of(&rules));
    let facts = rules.iter().map(|rule| {
        let facts = RuleFacts { name: rule.name.clone(), chat_priority: rule.plan.chat_priority };
        (rule.id, facts)
    });
    let facts = Arc::new(facts.collect());
    let config = Config::compile(version, settings.clone(), rules, offers.clone(), queues.clone())
        .map(Arc::new)
        .unwrap_or_else(|error| {
            tracing::error!(site = %*site.id, version, %error, "the configuration cannot be compiled");
            known.map_or_else(
                || {
                    let without_rules = Config::compile(version, settings, Vec::new(), offers, queues);
                    Arc::new(without_rules.expect("a configuration without rules always compiles"))
                },
                |site| Arc::clone(&site.world.config),
            )
        });
    Loaded { row: site, default_queue, rules: facts, signals, config }
}

fn gates(config: &Config, loads: &[QueueLoad], now: UnixMs) -> BTreeMap<QueueId, Gate> {
    loads
        .iter()
        .filter(|load| config.queue(*load.queue_id).is_some())
        .map(|load| (*load.queue_id, gate(config, *load.queue_id, load, now)))
        .collect()
}

/// Visits are told of a wait in steps of this many seconds, so that not every second is a change.
const WAIT_STEP_S: u32 = 5;

async fn waits(tx: &mut Tx, config: &Config, now: UnixMs) -> StoreResult<BTreeMap<QueueId, Option<u32>>> {
    let mut waits = BTreeMap::new();
    if config.asks_for_wait() {
        for queue in config.queues() {
            let wait_s = find_wait_of_new(tx, queue.id, now).await?;
            waits.insert(queue.id, wait_s.map(|wait_s| wait_s.next_multiple_of(WAIT_STEP_S)));
        }
    }
    Ok(waits)
}

fn next_hours_change(config: &Config, now: UnixMs) -> Option<UnixMs> {
    let opening = config.queues().filter_map(|queue| next_change_now(queue, now)).map(|(at, _)| at);
    // What was set by hand ends without a change when the hours say the same, but the next change counts from then.
    opening.min()
}

/// Whether a visit could decide otherwise under the new gates. A count that moves without opening or closing does not matter.
fn differs(site: &Site, gates: &BTreeMap<QueueId, Gate>) -> bool {
    let factor = site.world.config.settings().capacity_factor;
    let view = |gate: &Gate| (gate.closed_because(), gate.has_capacity(factor));
    site.world.gates.len() != gates.len()
        || gates.iter().any(|(id, gate)| site.world.gates.get(id).map(view) != Some(view(gate)))
}
