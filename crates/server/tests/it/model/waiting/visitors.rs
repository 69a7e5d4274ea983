//! Owns what only the model of waiting does on the stage: its visitors come in, leave and come back, agents are alerted to them,
//! and the gate is asked what it counts.

use beckon_engine::id::{ChatId, PresentationId};
use beckon_engine::offer::Outcome;
use beckon_engine::time::UnixMs;
use beckon_server::driver::conversation::Refusal;
use beckon_server::driver::notice::visitor::VisitorNotice;
use beckon_server::store::chat::{ChatMode, NewChat, insert_chat};
use beckon_server::store::gate::{QueueLoad, find_queue_load};
use beckon_server::store::presentation::{insert_presentation, update_outcome};
use beckon_server::store::visit::{Checkpoint, VisitRow, find_visit, update_visit_checkpoint};

use super::rules::{ALERT_S, Way};
use crate::model::stage::{STAYS, Stage};
use crate::store::fixtures;

impl Stage {
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
            ..fixtures::chat(*self.queue.site_id, *self.queue.id, self.visitors[visitor])
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

    pub(super) async fn visit_of(&self, visitor: usize) -> VisitRow {
        let mut tx = self.store.read().await.unwrap();
        find_visit(&mut tx, self.visitors[visitor].1).await.unwrap().expect("a visit")
    }

    /// What is taken of the queue, as the gate counts it.
    pub(super) async fn load(&self) -> QueueLoad {
        let mut tx = self.store.read().await.unwrap();
        find_queue_load(&mut tx, *self.queue.id, self.clock.now()).await.unwrap().expect("the queue is there")
    }

    async fn declined_offer(&self, visitor: usize) -> PresentationId {
        let offer = fixtures::offer(*self.queue.site_id, "May we help?");
        let row = fixtures::presentation(&offer, &self.queue, self.visitors[visitor]);
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
