//! Owns what the model of waiting is played on: one queue with agents who serve it, visitors of its site, and a clock that is
//! moved by hand.

use std::sync::Arc;

use beckon_engine::id::{ChatId, PresentationId, SiteId, UserId, VisitId, VisitorId};
use beckon_engine::offer::Outcome;
use beckon_engine::queue::QueuePlan;
use beckon_engine::time::UnixMs;
use beckon_server::bus::Bus;
use beckon_server::clock::Clock;
use beckon_server::driver::access::Actor;
use beckon_server::driver::conversation::Refusal;
use beckon_server::driver::notice::visitor::VisitorNotice;
use beckon_server::driver::sites::Site;
use beckon_server::driver::{Driver, Mails};
use beckon_server::store::Store;
use beckon_server::store::agent::{Stance, update_agent_heard, update_agent_status};
use beckon_server::store::chat::{ChatMode, NewChat, find_open_chat, insert_chat};
use beckon_server::store::column::Json;
use beckon_server::store::gate::{QueueLoad, find_queue_load};
use beckon_server::store::offer::{OfferRow, insert_offer};
use beckon_server::store::presentation::{insert_presentation, update_outcome};
use beckon_server::store::queue::{QueueRow, insert_queue, update_queue_agents};
use beckon_server::store::user::{Role, UserRow, insert_user};
use beckon_server::store::visit::{Checkpoint, VisitRow, find_visit, update_visit_checkpoint};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::rules::{ALERT_S, Way};
use crate::harness::START;
use crate::store::fixtures;

pub(super) const AGENTS: usize = 3;
pub(super) const VISITORS: usize = 7;
/// Later than any play ends: who was heard from then is on the site.
const STAYS: UnixMs = START.plus_s(1_000_000);

pub(super) struct Stage {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) driver: Driver,
    pub(super) agents: Vec<Actor>,
    /// Each with their one visit.
    pub(super) visitors: Vec<(VisitorId, VisitId)>,
    site: SiteId,
    queue: QueueRow,
    offer: OfferRow,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Stage {
    /// All agents are ready, each with so many slots.
    pub(super) async fn set(store: Store, plan: QueuePlan, slots: &[i64]) -> Self {
        let mut tx = store.write().await.unwrap();
        let site = fixtures::site(&mut tx, "Shop").await;
        let queue = QueueRow { is_default: true, plan: Json(plan), ..fixtures::queue(*site.id, "Advice") };
        insert_queue(&mut tx, &queue).await.unwrap();
        let offer = fixtures::offer(*site.id, "May we help?");
        insert_offer(&mut tx, &offer).await.unwrap();
        let mut agents = Vec::new();
        for slots in slots {
            let email = format!("{}@shop.example", Uuid::now_v7());
            let user = UserRow { slots: *slots, ..fixtures::user(&email) };
            insert_user(&mut tx, &user).await.unwrap();
            update_agent_status(&mut tx, *user.id, Stance::Ready, START).await.unwrap();
            update_agent_heard(&mut tx, *user.id, START).await.unwrap();
            agents.push(Actor { id: *user.id, name: user.name, role: Role::Agent });
        }
        let serving: Vec<UserId> = agents.iter().map(|agent| agent.id).collect();
        update_queue_agents(&mut tx, &queue, &serving).await.unwrap();
        let mut visitors = Vec::new();
        for _ in 0..VISITORS {
            visitors.push(fixtures::visit(&mut tx, *site.id, STAYS).await);
        }
        tx.commit().await.unwrap();
        let (clock, tasks, stopping) = (Clock::manual(START), TaskTracker::new(), CancellationToken::new());
        let driver =
            Driver::start(store.clone(), clock.clone(), Bus::local(), Mails::Wait, &tasks, stopping.clone())
                .await
                .unwrap();
        Self { store, clock, driver, agents, visitors, site: *site.id, queue, offer, tasks, stopping }
    }

    pub(super) async fn strike(self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Moves the clock, with every console still there.
    pub(super) async fn advance(&self, s: u32) {
        let later = self.clock.now().plus_s(s);
        let mut tx = self.store.write().await.unwrap();
        for agent in &self.agents {
            update_agent_heard(&mut tx, agent.id, later).await.unwrap();
        }
        tx.commit().await.unwrap();
        self.clock.advance_ms(i64::from(s) * 1_000);
    }

    /// A visitor asks for a chat, or takes up an offer that they have declined; yields whether they are let in. If not, they get
    /// something instead.
    pub(super) async fn enters(&self, visitor: usize, way: Way) -> bool {
        let (person, visit) = self.visitors[visitor];
        let declined = match way {
            Way::Unasked => None,
            Way::Invited => Some(self.declined_offer(visitor).await),
            Way::Alerted => panic!("a visitor knows nothing of an alert"),
        };
        match self.driver.visitor_opens(self.site(), person, visit, declined).await {
            Ok(()) => true,
            Err(Refusal::Notice(notice)) => {
                assert!(matches!(*notice, VisitorNotice::Alternative { .. }), "{notice:?}");
                false
            }
            Err(Refusal::Store(error)) => panic!("{error}"),
        }
    }

    /// An agent is to be alerted to this visitor.
    pub(super) async fn alert(&self, visitor: usize) -> ChatId {
        let (id, now) = (ChatId(self.clock.new_id()), self.clock.now());
        let alert = NewChat {
            id,
            mode: ChatMode::Engage,
            held_until: now,
            wait_due: Some(now.plus_s(ALERT_S)),
            ..fixtures::chat(self.site, *self.queue.id, self.visitors[visitor])
        };
        let mut tx = self.store.write().await.unwrap();
        assert!(insert_chat(&mut tx, &alert, now).await.unwrap());
        tx.commit().await.unwrap();
        id
    }

    pub(super) async fn comes_back(&self, visitor: usize) {
        self.hear(visitor, STAYS).await;
    }

    /// The visitor is not heard from after this moment.
    pub(super) async fn leaves(&self, visitor: usize) {
        self.hear(visitor, self.clock.now()).await;
    }

    pub(super) async fn chat_of(&self, visitor: usize) -> ChatId {
        let mut tx = self.store.read().await.unwrap();
        let open = find_open_chat(&mut tx, self.visitors[visitor].0).await.unwrap();
        *open.expect("an open chat").id
    }

    pub(super) async fn visit_of(&self, visitor: usize) -> VisitRow {
        let mut tx = self.store.read().await.unwrap();
        find_visit(&mut tx, self.visitors[visitor].1).await.unwrap().expect("a visit")
    }

    /// What is taken of the queue, as the gate counts it.
    pub(super) async fn load(&self) -> QueueLoad {
        let mut tx = self.store.read().await.unwrap();
        find_queue_load(&mut tx, *self.queue.id, self.clock.now()).await.unwrap().expect("the queue is there")
    }

    pub(super) fn site(&self) -> Arc<Site> {
        self.driver.sites().by_id(self.site).unwrap()
    }

    /// Which of the agents it is, if any.
    pub(super) fn number(&self, user: UserId) -> Option<usize> {
        self.agents.iter().position(|agent| agent.id == user)
    }

    async fn declined_offer(&self, visitor: usize) -> PresentationId {
        let row = fixtures::presentation(&self.offer, &self.queue, self.visitors[visitor]);
        let (id, now) = (*row.id, self.clock.now());
        let mut tx = self.store.write().await.unwrap();
        assert!(insert_presentation(&mut tx, &row).await.unwrap());
        assert!(update_outcome(&mut tx, id, Outcome::Rejected, None, now).await.unwrap());
        tx.commit().await.unwrap();
        id
    }

    async fn hear(&self, visitor: usize, heard_at: UnixMs) {
        let visit = self.visitors[visitor].1;
        let checkpoint =
            Checkpoint { visit, epoch: 1, number: 1, state: "{}".to_owned(), heard_at, ends_due: STAYS };
        let mut tx = self.store.write().await.unwrap();
        assert!(update_visit_checkpoint(&mut tx, &checkpoint).await.unwrap());
        tx.commit().await.unwrap();
    }
}
