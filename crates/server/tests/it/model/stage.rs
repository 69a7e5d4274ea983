//! Owns what both models are played on: a node under a clock that is moved by hand, a site with one queue, people who take
//! its chats, visitors who stay, and chance.

use std::sync::Arc;

use beckon_engine::id::{ChatId, UserId, VisitId, VisitorId};
use beckon_engine::queue::QueuePlan;
use beckon_engine::time::UnixMs;
use beckon_server::bus::Bus;
use beckon_server::clock::Clock;
use beckon_server::driver::access::Actor;
use beckon_server::driver::sites::Site;
use beckon_server::driver::{Driver, Mails};
use beckon_server::store::Store;
use beckon_server::store::agent::{Stance, update_agent_heard, update_agent_status};
use beckon_server::store::chat::find_open_chat;
use beckon_server::store::column::{Json, Text};
use beckon_server::store::queue::{QueueRow, insert_queue, update_queue_agents};
use beckon_server::store::user::{Role, UserRow, insert_user};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::harness::START;
use crate::store::fixtures;

/// Later than any play ends: who was heard from then is on the site.
pub(super) const STAYS: UnixMs = START.plus_s(1_000_000);

/// The same seed leads to the same acts. A test that fails while it has the dice says where they have led.
pub(super) struct Dice {
    seed: u64,
    state: u64,
    acts: usize,
    last: String,
}

impl Dice {
    pub(super) fn of(seed: u64) -> Self {
        Self { seed, state: seed, acts: 0, last: "the beginning".to_owned() }
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(n).unwrap()).unwrap()
    }

    /// They have led to this.
    pub(super) fn note(&mut self, act: String) {
        self.acts += 1;
        self.last = act;
    }
}

impl Drop for Dice {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}, {} acts, after {}", self.seed, self.acts, self.last);
        }
    }
}

pub(super) struct Stage {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) driver: Driver,
    pub(super) queue: QueueRow,
    pub(super) agents: Vec<Actor>,
    /// Each with their one visit.
    pub(super) visitors: Vec<(VisitorId, VisitId)>,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Stage {
    /// Everybody in the console has this role, is ready, and has so many slots. Agents serve the queue; for supervisors nothing
    /// rings by itself.
    pub(super) async fn set(
        store: Store,
        plan: QueuePlan,
        role: Role,
        slots: &[i64],
        visitors: usize,
    ) -> Self {
        let mut tx = store.write().await.unwrap();
        let site = fixtures::site(&mut tx, "Shop").await;
        let queue = QueueRow { is_default: true, plan: Json(plan), ..fixtures::queue(*site.id, "Advice") };
        insert_queue(&mut tx, &queue).await.unwrap();
        let mut agents = Vec::new();
        for slots in slots {
            let email = format!("{}@shop.example", Uuid::now_v7());
            let user = UserRow { role: Text(role), slots: *slots, ..fixtures::user(&email) };
            insert_user(&mut tx, &user).await.unwrap();
            update_agent_status(&mut tx, *user.id, Stance::Ready, START).await.unwrap();
            update_agent_heard(&mut tx, *user.id, START).await.unwrap();
            agents.push(Actor { id: *user.id, name: user.name, role });
        }
        let serving = agents.iter().filter(|agent| agent.role == Role::Agent);
        let serving: Vec<UserId> = serving.map(|agent| agent.id).collect();
        update_queue_agents(&mut tx, &queue, &serving).await.unwrap();
        let mut staying = Vec::new();
        for _ in 0..visitors {
            staying.push(fixtures::visit(&mut tx, *site.id, STAYS).await);
        }
        tx.commit().await.unwrap();
        let (clock, tasks, stopping) = (Clock::manual(START), TaskTracker::new(), CancellationToken::new());
        let driver =
            Driver::start(store.clone(), clock.clone(), Bus::local(), Mails::Wait, &tasks, stopping.clone());
        let driver = driver.await.unwrap();
        Self { store, clock, driver, queue, agents, visitors: staying, tasks, stopping }
    }

    pub(super) async fn strike(self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Moves the clock, with every console still there. What falls due is for routing to work off.
    pub(super) async fn advance(&self, s: u32) {
        let later = self.clock.now().plus_s(s);
        let mut tx = self.store.write().await.unwrap();
        for agent in &self.agents {
            update_agent_heard(&mut tx, agent.id, later).await.unwrap();
        }
        tx.commit().await.unwrap();
        self.clock.advance_ms(i64::from(s) * 1_000);
    }

    pub(super) async fn chat_of(&self, visitor: usize) -> ChatId {
        let mut tx = self.store.read().await.unwrap();
        let open = find_open_chat(&mut tx, self.visitors[visitor].0).await.unwrap();
        *open.expect("an open chat").id
    }

    pub(super) fn site(&self) -> Arc<Site> {
        self.driver.sites().by_id(*self.queue.site_id).unwrap()
    }

    /// Which of the people in the console it is.
    pub(super) fn number(&self, user: UserId) -> usize {
        self.agents.iter().position(|agent| agent.id == user).expect("one of the people of this play")
    }
}
