//! Owns offers by hand (O-13): what an agent may choose from, what refuses it, and who presented it over which caps.

use beckon_engine::event::Event;
use beckon_engine::gate::Gate;
use beckon_engine::id::{OfferId, PresentationId, QueueId, UserId, VisitId, VisitorId};
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::{Cap, Visit};
use beckon_engine::world::World;
use serde::Serialize;
use tokio::sync::oneshot;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Driver;
use super::command::ShardCommand;
use super::host::Host;
use super::notice::Named;
use super::reasons::ByHand;
use crate::store::StoreResult;
use crate::store::visit::VisitRow;

/// Tells whether the offer is committed.
pub(super) type HandReply = oneshot::Sender<Result<PresentationId, Reason>>;

/// An offer that somebody wants to present by hand.
#[derive(Clone, Debug)]
pub struct HandRequest {
    /// To which visit: a later one of the same visitor is not meant.
    pub visit: VisitId,
    /// Who wants it.
    pub user: Named<UserId>,
    /// Which offer.
    pub offer: OfferId,
    /// The queue to which an acceptance leads.
    pub queue: QueueId,
    /// What becomes of it when a cap is reached.
    pub at_cap: AtCap,
    /// The request with which another node asks for it.
    pub asked_as: Option<Uuid>,
}

/// What becomes of an offer by hand when a cap is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtCap {
    /// It is refused.
    Refuse,
    /// It is presented all the same.
    GoOver,
}

/// What can be presented by hand to a visitor now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HandChoice {
    /// What refuses every offer now, and cannot be overridden; null when nothing does.
    #[schema(required)]
    refused: Option<Reason>,
    /// The caps that the site has set, with their values; they can be overridden.
    caps: Vec<Cap>,
    /// The active offers of the site, by name.
    offers: Vec<HandOfferChoice>,
    /// The queues of the site, by name.
    queues: Vec<HandQueueChoice>,
    /// Open offers of a queue never exceed this multiple of its free slots (O-12).
    capacity_factor: u32,
}

/// One offer to choose.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct HandOfferChoice {
    /// Identity.
    id: OfferId,
    /// Name.
    name: String,
    /// The cap on this one offer, when it is reached; it can be overridden.
    #[schema(required)]
    cap: Option<Cap>,
}

/// One queue to choose.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct HandQueueChoice {
    /// Identity.
    id: QueueId,
    /// Name.
    name: String,
    /// Its gate now.
    gate: Gate,
    /// Why nothing can be presented for it, which cannot be overridden; null when something can.
    #[schema(required)]
    refused: Option<Reason>,
}

impl Driver {
    /// What can be presented by hand to a visitor, with what refuses it; none when they are not on the site. Of a visit that another node holds
    /// it says what that node has written down, within seconds.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn hand_choice(&self, visit: &VisitRow) -> StoreResult<Option<HandChoice>> {
        if self.is_held_here(visit).await? {
            return Ok(self.choice_here(*visit.visitor_id).await);
        }
        self.choice_elsewhere(visit).await
    }

    /// The same of a visit that this node holds.
    pub(super) async fn choice_here(&self, visitor: VisitorId) -> Option<HandChoice> {
        let (reply, answer) = oneshot::channel();
        self.send(visitor, ShardCommand::HandChoice { visitor, reply }).await;
        answer.await.ok().flatten()
    }

    /// The same of a visit that another node holds.
    pub(super) async fn choice_elsewhere(&self, visit: &VisitRow) -> StoreResult<Option<HandChoice>> {
        let now = self.clock().now();
        let found = self.find_state_elsewhere(visit, now).await?;
        Ok(found.map(|(site, state)| {
            let choice = HandChoice::of(&state.engine, &site.world, now);
            // When the visitor was heard from is known better than from what is written down; and how busy this node is does not count.
            let refused =
                choice.refused.filter(|reason| ![Reason::VisitorAway, Reason::Overloaded].contains(reason));
            HandChoice { refused, ..choice }
        }))
    }

    /// Presents an offer by hand on whatever node holds the visit, and waits until it is committed (O-13).
    ///
    /// # Errors
    /// When the database failed; else the reason why it is not presented.
    pub async fn present_by_hand(
        &self,
        visit: &VisitRow,
        request: HandRequest,
    ) -> StoreResult<Result<PresentationId, Reason>> {
        if self.is_held_here(visit).await? {
            return Ok(self.present_here(*visit.visitor_id, request).await);
        }
        self.present_elsewhere(visit, request).await
    }

    /// The same for a visit that this node holds.
    pub(super) async fn present_here(
        &self,
        visitor: VisitorId,
        request: HandRequest,
    ) -> Result<PresentationId, Reason> {
        let (reply, answer) = oneshot::channel();
        self.send(visitor, ShardCommand::PresentByHand { visitor, request, reply }).await;
        answer.await.unwrap_or(Err(Reason::VisitorAway))
    }
}

impl HandChoice {
    /// What refuses every offer now, and cannot be overridden.
    pub(super) const fn refused(&self) -> Option<Reason> {
        self.refused
    }

    /// What can be presented to a visit that stands like this.
    pub(super) fn of(engine: &Visit, world: &World, now: UnixMs) -> Self {
        let config = &world.config;
        let factor = config.settings().capacity_factor;
        let active = config.offers().filter(|offer| offer.active);
        let mut offers: Vec<_> = active
            .map(|offer| HandOfferChoice {
                id: offer.id,
                name: offer.name.clone(),
                cap: engine.offer_cap(offer.id, world),
            })
            .collect();
        offers.sort_by(|a, b| a.name.cmp(&b.name));
        let mut queues: Vec<_> = config
            .queues()
            .map(|queue| {
                let gate = world.gate(queue.id);
                let full = || (!gate.has_capacity(factor)).then_some(Reason::CapacityReached);
                let refused = gate.closed_because().or_else(full);
                HandQueueChoice { id: queue.id, name: queue.name.clone(), gate, refused }
            })
            .collect();
        queues.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            refused: engine.hand_block(now, world),
            caps: engine.caps(now, world),
            offers,
            queues,
            capacity_factor: factor,
        }
    }
}

impl Host {
    /// Asks for the offer; `reply` hears of it when it is committed, or at once when it is refused.
    pub(super) fn present_by_hand(&mut self, request: HandRequest, reply: HandReply, now: UnixMs) {
        let HandRequest { visit, user, offer, queue, at_cap, asked_as } = request;
        if visit != self.visit {
            let _ = reply.send(Err(Reason::VisitorAway));
            return;
        }
        let (engine, world) = (&self.state.engine, &self.site.world);
        let caps = engine.caps(now, world).into_iter().chain(engine.offer_cap(offer, world));
        let reached: Vec<Reason> = caps.filter(|cap| cap.reached).map(|cap| cap.reason).collect();
        let at_cap = reached.first().copied().filter(|_| at_cap == AtCap::Refuse);
        if let Some(reason) = engine.request_block(offer, queue, now, world).or(at_cap) {
            let _ = reply.send(Err(reason));
            return;
        }
        self.by_hand = Some(Box::new(ByHand { user, overrode: reached, asked_as }));
        self.feed(Event::OfferRequested { offer, queue }, now);
        self.by_hand = None;
        self.asked = self.state.engine.presentation().map(|asked| Box::new((asked.id, reply)));
    }

    /// Tells who asked for an offer by hand what became of it.
    pub(super) fn hear_of_asking(&mut self, event: &Event) {
        let (presentation, answer) = if let Event::PresentationCommitted { presentation } = event {
            (*presentation, Ok(*presentation))
        } else if let Event::PresentationRefused { presentation, reason } = event {
            (*presentation, Err(*reason))
        } else {
            return;
        };
        let pending = self.pending.take_if(|row| row.presentation_id.is_some_and(|of| *of == presentation));
        if answer.is_ok() {
            self.decisions.extend(pending.map(|row| *row));
        }
        if let Some(asked) = self.asked.take_if(|asked| asked.0 == presentation) {
            let _ = asked.1.send(answer);
        }
    }
}
