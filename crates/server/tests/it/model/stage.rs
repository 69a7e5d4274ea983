//! Owns what the model is played on: a driver under a clock that is moved by hand, with people, a queue and chance.

use std::time::Duration;

use beckon_engine::condition::DeviceClass;
use beckon_engine::id::{QueueId, SiteId, UserId, VisitId, VisitorId};
use beckon_engine::queue::QueuePlan;
use beckon_engine::settings::SiteSettings;
use beckon_server::bus::{Bus, Hint};
use beckon_server::clock::Clock;
use beckon_server::driver::access::Actor;
use beckon_server::driver::{Driver, Mails};
use beckon_server::store::Store;
use beckon_server::store::agent::{Stance, update_agent_heard, update_agent_status};
use beckon_server::store::call::list_due_calls;
use beckon_server::store::chat::waiting::list_due_wrap_ups;
use beckon_server::store::column::{Json, Text};
use beckon_server::store::queue::{QueueRow, insert_queue};
use beckon_server::store::site::{SiteRow, insert_site};
use beckon_server::store::user::{Role, UserRow, insert_user};
use beckon_server::store::visit::{VisitFacts, find_open_visit_of};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::harness::START;

pub(super) const AGENTS: usize = 4;
pub(super) const VISITORS: usize = 3;
pub(super) const SLOTS: usize = 2;
pub(super) const RING_S: u32 = 20;
pub(super) const WRAP_UP_S: u32 = 30;

/// What is due is worked off within this time, on a machine that is busy too.
const SETTLED_WITHIN: Duration = Duration::from_secs(60);
/// The same seed gives the same numbers.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, n: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(n).unwrap()).unwrap()
    }
}

pub(super) struct Stage {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) driver: Driver,
    pub(super) agents: Vec<Actor>,
    pub(super) visitors: Vec<(VisitorId, VisitId)>,
    pub(super) queue: QueueId,
    site: SiteId,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Stage {
    /// Supervisors who serve no queue: nothing rings by itself, and everybody may try everything.
    pub(super) async fn set(store: Store) -> Self {
        let clock = Clock::manual(START);
        let site = site_row();
        let queue = queue_row(*site.id);
        let mut tx = store.write().await.unwrap();
        insert_site(&mut tx, &site).await.unwrap();
        insert_queue(&mut tx, &queue).await.unwrap();
        let mut agents = Vec::new();
        for n in 0..AGENTS {
            let user = user_row(n);
            insert_user(&mut tx, &user).await.unwrap();
            update_agent_status(&mut tx, *user.id, Stance::Ready, START).await.unwrap();
            update_agent_heard(&mut tx, *user.id, START).await.unwrap();
            agents.push(Actor { id: *user.id, name: user.name, role: Role::Supervisor });
        }
        tx.commit().await.unwrap();
        let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
        let driver =
            Driver::start(store.clone(), clock.clone(), Bus::local(), Mails::Wait, &tasks, stopping.clone())
                .await
                .unwrap();
        let mut stage = Self {
            store,
            clock,
            driver,
            agents,
            visitors: Vec::new(),
            queue: *queue.id,
            site: *site.id,
            tasks,
            stopping,
        };
        for _ in 0..VISITORS {
            let visitor = stage.visitor().await;
            stage.visitors.push(visitor);
        }
        stage
    }

    pub(super) async fn strike(self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    pub(super) async fn open(&self, visitor: usize) {
        let (visitor, visit) = self.visitors[visitor];
        let site = self.driver.sites().by_id(self.site).unwrap();
        self.driver.visitor_opens(site, visitor, visit, None).await.unwrap();
    }

    /// Moves the clock, with everybody still there, and waits until what fell due is settled.
    pub(super) async fn advance(&self, ms: i64) {
        let later = self.clock.now().plus_ms(ms);
        let mut tx = self.store.write().await.unwrap();
        for agent in &self.agents {
            update_agent_heard(&mut tx, agent.id, later).await.unwrap();
        }
        tx.commit().await.unwrap();
        self.clock.advance_ms(ms);
        self.driver.bus().publish(Hint::AgentChanged { user: self.agents[0].id, no_answer: false });
        let settled = async {
            loop {
                let mut tx = self.store.read().await.unwrap();
                let calls = list_due_calls(&mut tx, later).await.unwrap().len();
                let wrap_ups = list_due_wrap_ups(&mut tx, later).await.unwrap().len();
                drop(tx);
                if calls + wrap_ups == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(SETTLED_WITHIN, settled).await.expect("what is due is worked off");
    }

    /// Which of the people it is.
    pub(super) fn number(&self, user: UserId) -> usize {
        self.agents.iter().position(|agent| agent.id == user).expect("one of the people")
    }

    async fn visitor(&self) -> (VisitorId, VisitId) {
        let site = self.driver.sites().by_id(self.site).unwrap();
        let visitor = self.driver.admit_new(&site).await.unwrap().visitor;
        let facts = VisitFacts {
            referrer: String::new(),
            language: "en".to_owned(),
            time_zone: "UTC".to_owned(),
            device: Text(DeviceClass::Desktop),
            browser: "Other".to_owned(),
            utm: Json(std::collections::BTreeMap::default()),
        };
        self.driver.claim_visit(site, visitor, facts).await.unwrap();
        let mut tx = self.store.read().await.unwrap();
        (visitor, find_open_visit_of(&mut tx, visitor).await.unwrap().unwrap())
    }
}

fn site_row() -> SiteRow {
    SiteRow {
        id: Text(SiteId(Uuid::now_v7())),
        key: Uuid::now_v7().simple().to_string(),
        name: "Shop".to_owned(),
        origins: Json(Vec::new()),
        settings: Json(SiteSettings::default()),
        deny_paths: Json(Vec::new()),
        allow_params: Json(Vec::new()),
        config_version: 1,
        created_at: START.0,
    }
}

fn queue_row(site: SiteId) -> QueueRow {
    let plan: QueuePlan = serde_json::from_value(json!({
        "routing": { "ring_time_s": RING_S },
        "alternatives": { "no_agent": { "do": "wait" } },
        "conduct": { "wrap_up_s": WRAP_UP_S },
    }))
    .unwrap();
    QueueRow {
        id: Text(QueueId(Uuid::now_v7())),
        site_id: Text(site),
        name: "Advice".to_owned(),
        channel_on: true,
        by_hand: None,
        is_default: true,
        plan: Json(plan),
        created_at: START.0,
        updated_at: START.0,
    }
}

fn user_row(n: usize) -> UserRow {
    UserRow {
        id: Text(UserId(Uuid::now_v7())),
        email: format!("{}@shop.example", Uuid::now_v7()),
        name: format!("Person {n}"),
        role: Text(Role::Supervisor),
        slots: i64::try_from(SLOTS).unwrap(),
        password_hash: String::new(),
        disabled: false,
        created_at: START.0,
    }
}
