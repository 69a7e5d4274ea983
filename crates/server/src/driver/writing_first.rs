//! Owns beginning a chat from the live list: an agent writes first to a visitor who has no chat and to whom nothing is offered.
//! From then on it is an alert that this agent has taken (P-9).

use beckon_engine::id::{ChatId, QueueId, SiteId};
use beckon_engine::reason::Reason;
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Driver;
use super::access::Actor;
use super::command::LiveVisit;
use super::conversation::{self, Opening, is_silent_alert};
use super::desk::LOCK_KEY;
use super::entry::lock_gate;
use super::sites::Site;
use crate::store::agent::is_serving;
use crate::store::chat::{ChatMode, find_chat, find_open_chat};
use crate::store::chat_view::find_chat_view;
use crate::store::offer_stop::find_offer_stop;
use crate::store::presentation::find_open_presentation;
use crate::store::visit::{HEARD_FLUSH_MS, VisitRow, find_visit_locked};
use crate::store::{StoreError, StoreResult, Tx};

/// Why an agent cannot begin a chat with a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotBegun {
    /// The visitor is not on the site now.
    VisitorAway,
    /// The visitor has a chat, or an agent is alerted to them (O-4).
    ChatOpen,
    /// An offer is open before the visitor (O-3).
    PresentationOpen,
    /// The visitor has not consented.
    NoConsent,
    /// A supervisor has stopped offers.
    OffersStopped,
    /// Outside the queue's business hours (O-1).
    OutOfHours,
    /// The channel switch is off (O-1).
    ChannelOff,
    /// The agent serves no queue of this site.
    NotServed,
}

/// Why no chat was begun.
#[derive(Debug)]
pub enum Refused {
    /// For this reason; and who has the chat that is there, if anybody has.
    Because(NotBegun, Option<String>),
    /// The database failed; nothing was done.
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<NotBegun> for Refused {
    fn from(reason: NotBegun) -> Self {
        Self::Because(reason, None)
    }
}

impl Driver {
    /// Begins a chat with a visitor who is on the site now, on whatever node, and gives it to the one who asks for it. The visitor
    /// sees it as an alert that was taken. Of several who try, one gets it.
    ///
    /// # Errors
    /// Why not; or the database failed.
    pub async fn begin_chat(&self, actor: &Actor, listed: &VisitRow) -> Result<ChatId, Refused> {
        let (visit, visitor) = (*listed.id, *listed.visitor_id);
        let (held, choice) = if self.is_held_here(listed).await? {
            (self.live_visit(visitor).await, self.choice_here(visitor).await)
        } else {
            (None, self.choice_elsewhere(listed).await?)
        };
        let now = self.clock().now();
        let mut tx = self.store().write().await?;
        tx.lock(LOCK_KEY).await?;
        // Nothing is presented to the visit until this unit of work ends.
        let row = find_visit_locked(&mut tx, visit).await?.ok_or(NotBegun::VisitorAway)?;
        let site = self.sites().by_id(*row.site_id).ok_or(NotBegun::VisitorAway)?;
        if let Some(open) = find_open_chat(&mut tx, visitor).await? {
            return Err(has_chat(&mut tx, actor, *open.id).await?);
        }
        if find_open_presentation(&mut tx, visit).await?.is_some() {
            return Err(NotBegun::PresentationOpen.into());
        }
        if !self.is_on_site(&row, held.as_ref(), now) {
            return Err(NotBegun::VisitorAway.into());
        }
        // Whatever else refuses an offer by hand is read under the lock.
        if choice.and_then(|choice| choice.refused()) == Some(Reason::NoConsent) {
            return Err(NotBegun::NoConsent.into());
        }
        let queue = self.queue_to_write_from(&mut tx, actor, &site).await?.ok_or(NotBegun::NotServed)?;
        check_gate(&mut tx, &site, queue, now).await?;
        let opening = Opening {
            site,
            visitor,
            visit,
            asked_at: now,
            queue,
            presentation: None,
            mode: ChatMode::Engage,
            priority: 0,
        };
        let opened = conversation::open(self, &mut tx, &opening, now).await?;
        let chat = find_chat(&mut tx, opened.chat).await?.ok_or(NotBegun::ChatOpen)?;
        // The visitor was faster: it is a chat of theirs, which waits for the first available agent.
        if !is_silent_alert(&chat) || !self.hand_over(&mut tx, actor, &chat, now).await? {
            return Err(has_chat(&mut tx, actor, opened.chat).await?);
        }
        self.commit_and_tell_of(tx, &chat, true).await?;
        Ok(opened.chat)
    }

    /// Whether the visitor is on the site now (T-7). What this node holds it knows; of what another node holds the database says when
    /// it was last heard from.
    #[must_use]
    pub fn is_on_site(&self, visit: &VisitRow, held: Option<&LiveVisit>, now: UnixMs) -> bool {
        if let Some(live) = held {
            return live.here;
        }
        let away_ms = 2_000 * i64::from(self.poll_interval_s(*visit.site_id)) + HEARD_FLUSH_MS;
        visit.ended_at.is_none() && now.0 - visit.heard_at < away_ms
    }

    fn poll_interval_s(&self, site: SiteId) -> u32 {
        self.sites().by_id(site).map_or(0, |site| site.world.config.settings().poll_interval_s)
    }

    /// The queue of the launcher where the agent serves it, else the first by name that they serve; supervisors step in everywhere.
    async fn queue_to_write_from(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        site: &Site,
    ) -> StoreResult<Option<QueueId>> {
        let mut queues: Vec<_> = site.world.config.queues().map(|queue| (&queue.name, queue.id)).collect();
        queues.sort_by_key(|(name, id)| (site.default_queue != Some(*id), *name));
        for (_, queue) in &queues {
            if is_serving(tx, *queue, actor.id).await? {
                return Ok(Some(*queue));
            }
        }
        Ok(queues.first().filter(|_| actor.supervises()).map(|(_, queue)| *queue))
    }
}

/// Whether an agent is free does not count: the one who writes is there.
async fn check_gate(tx: &mut Tx, site: &Site, queue: QueueId, now: UnixMs) -> Result<(), Refused> {
    let gate = lock_gate(tx, site, queue, now).await?;
    if !gate.hours_open {
        return Err(NotBegun::OutOfHours.into());
    }
    if !gate.channel_on {
        return Err(NotBegun::ChannelOff.into());
    }
    if find_offer_stop(tx, *site.row.id).await?.is_some() {
        return Err(NotBegun::OffersStopped.into());
    }
    Ok(())
}

/// Says who was faster, to whom may see the chat.
async fn has_chat(tx: &mut Tx, actor: &Actor, chat: ChatId) -> StoreResult<Refused> {
    let Some(view) = find_chat_view(tx, chat).await? else { return Ok(NotBegun::ChatOpen.into()) };
    let may_see = actor.supervises() || is_serving(tx, *view.queue_id, actor.id).await?;
    Ok(Refused::Because(NotBegun::ChatOpen, view.agent_name.filter(|_| may_see)))
}
