//! Owns handing a chat on: to a queue, or by calling an agent who takes it over or joins. A chat that rings at somebody
//! stays with its owner until they take it.

use beckon_engine::hours::by_hand::is_open_now;
use beckon_engine::id::{ChatId, QueueId, UserId};
use beckon_engine::queue::Queue;
use beckon_engine::time::UnixMs;

use super::Driver;
use super::access::{Actor, Denied, Seat, because, find_seat_locked};
use super::conversation::{self, alert_due, is_silent_alert, say_as_system, tell_staff};
use super::desk::{DESERTED_MS, LOCK_KEY, routing_of};
use super::instead::wait_due;
use super::notice::RefusalCode;
use super::notice::agent::AgentStatus;
use super::saying::check_text;
use super::view::agent_status;
use crate::bus::Hint;
use crate::store::agent::{
    AgentRow, AwayCause, Stance, find_agent, update_agent_idle, update_agent_rung, update_agent_status,
};
use crate::store::call::{
    CallOutcome, CallRow, NewCall, Purpose, insert_call, update_call_settled, update_call_withdrawn,
};
use crate::store::chat::change::{update_chat_idle, update_chat_owner, update_chat_requeued};
use crate::store::chat::{ChatRow, ChatState, find_chat_locked};
use crate::store::message::{Audience, NewMessage, Sender, append_message};
use crate::store::participant::{
    Part, ParticipantRow, insert_participant, update_company_left, update_owner_left,
};
use crate::store::queue::find_queue;
use crate::store::{StoreResult, Tx};

/// Longest note to whom a chat is handed on, characters.
pub const NOTE_LEN_MAX: usize = 1_000;

const QUEUE_CLOSED: &str = "This queue is closed now. The chat stays with you.";

impl Driver {
    /// Calls an agent to take the chat over, or to join it; the owner keeps it until then.
    ///
    /// # Errors
    /// When the person may not decide about the chat, the agent is not available, the chat rings elsewhere, or the
    /// database failed.
    pub async fn call_agent(
        &self,
        actor: &Actor,
        chat: ChatId,
        purpose: Purpose,
        to: UserId,
        note: &str,
    ) -> Result<(), Denied> {
        check_note(note)?;
        let mut tx = self.store().write().await?;
        tx.lock(LOCK_KEY).await?;
        let seat = find_seat_locked(&mut tx, actor, chat).await?;
        seat.check_decider(None)?;
        let agent = self.callable(&mut tx, &seat, purpose, to).await?;
        let now = self.clock().now();
        let due = now.plus_s(routing_of(self, &seat.chat).ring_time_s);
        let call = NewCall { id: self.clock().new_id(), chat, purpose, from: actor.id, to, note, due };
        if !insert_call(&mut tx, &call, now).await? {
            return Err(because(RefusalCode::Taken, "This chat rings at somebody already."));
        }
        if purpose == Purpose::Transfer {
            update_agent_rung(&mut tx, to, now).await?;
        }
        self.write_note(&mut tx, actor, chat, note, now).await?;
        let key = match purpose {
            Purpose::Transfer => "transfer_offered",
            Purpose::Invite => "invited",
        };
        tell_staff(self, &mut tx, chat, key, &agent.name).await?;
        self.commit_and_tell_of(tx, &seat.chat, true).await?;
        Ok(())
    }

    /// Puts the chat into a queue; the visitor is told and waits there by their first arrival.
    ///
    /// # Errors
    /// When the person may not decide about the chat, the queue is another site's or closed, or the database failed.
    pub async fn transfer_to_queue(
        &self,
        actor: &Actor,
        chat: ChatId,
        queue: QueueId,
        note: &str,
    ) -> Result<(), Denied> {
        check_note(note)?;
        let mut tx = self.store().write().await?;
        tx.lock(LOCK_KEY).await?;
        let seat = find_seat_locked(&mut tx, actor, chat).await?;
        seat.check_decider(None)?;
        let row = find_queue(&mut tx, queue).await?;
        let Some(row) = row.filter(|row| row.site_id == seat.chat.site_id) else {
            return Err(because(RefusalCode::NotFound, "There is no such queue on this site."));
        };
        let now = self.clock().now();
        let queue_now = Queue::from(row);
        if !queue_now.channel_on || !is_open_now(&queue_now, now) {
            return Err(because(RefusalCode::Unavailable, QUEUE_CLOSED));
        }
        self.write_note(&mut tx, actor, chat, note, now).await?;
        self.requeue(&mut tx, &seat.chat, queue, now).await?;
        self.commit_and_tell_of(tx, &seat.chat, true).await?;
        Ok(())
    }

    /// Takes back an open call.
    ///
    /// # Errors
    /// When the person may not decide about the chat, or the database failed.
    pub async fn recall(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        let mut tx = self.store().write().await?;
        let seat = find_seat_locked(&mut tx, actor, chat).await?;
        seat.check_decider(None)?;
        update_call_withdrawn(&mut tx, chat, self.clock().now()).await?;
        self.commit_and_tell_of(tx, &seat.chat, false).await?;
        Ok(())
    }

    /// The called agent comes: the chat is theirs, or they join it. The unit of work holds the desk's lock.
    pub(super) async fn take_call(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        seat: &Seat,
        call: &CallRow,
    ) -> Result<(), Denied> {
        let now = self.clock().now();
        let chat = &seat.chat;
        if *chat.state != ChatState::Active
            || !update_call_settled(tx, *call.id, CallOutcome::Taken, now).await?
        {
            return Err(because(RefusalCode::Taken, "This chat no longer rings here."));
        }
        match *call.purpose {
            Purpose::Transfer => self.change_owner(tx, chat, actor, now).await,
            Purpose::Invite => {
                insert_participant(tx, *chat.id, actor.id, Part::Guest, now).await?;
                say_as_system(self, tx, *chat.id, "agent_joined", &actor.name).await?;
                Ok(())
            }
        }
    }

    /// The called agent does not come: the chat stays with its owner, or waits again when they are gone.
    pub(super) async fn miss_call(
        &self,
        tx: &mut Tx,
        call: &CallRow,
        outcome: CallOutcome,
        now: UnixMs,
    ) -> StoreResult<Vec<Hint>> {
        let Some(chat) = find_chat_locked(tx, *call.chat_id).await? else { return Ok(Vec::new()) };
        let mut hints = Vec::new();
        if !update_call_settled(tx, *call.id, outcome, now).await? {
            return Ok(hints);
        }
        let unanswered = outcome == CallOutcome::Unanswered;
        if unanswered && *call.purpose == Purpose::Transfer {
            update_agent_status(tx, *call.to_id, Stance::Away(AwayCause::NoAnswer, None), now).await?;
            hints.push(Hint::AgentChanged { user: *call.to_id, no_answer: true });
        }
        let key = if unanswered { "call_unanswered" } else { "call_declined" };
        tell_staff(self, tx, *chat.id, key, &call.to_name).await?;
        // Who rang out may have done so while the database was away, and the owner with them: then the desk looks at it later.
        let patient = !unanswered || self.inner.patience.since(now.plus_ms(-DESERTED_MS));
        if *call.purpose == Purpose::Transfer && patient && is_deserted(tx, &chat, now).await? {
            self.requeue(tx, &chat, *chat.queue_id, now).await?;
        }
        let (chat, visitor) = (*chat.id, *chat.visitor_id);
        hints.extend([Hint::ChatChanged { chat, visitor }, Hint::MessageAdded { chat, visitor, seq: None }]);
        Ok(hints)
    }

    /// Gives an active chat to somebody else under the next epoch, and says so in it.
    pub(super) async fn change_owner(
        &self,
        tx: &mut Tx,
        chat: &ChatRow,
        actor: &Actor,
        now: UnixMs,
    ) -> Result<(), Denied> {
        if !update_chat_owner(tx, *chat.id, chat.owner_epoch, actor.id).await? {
            return Err(because(RefusalCode::Taken, "This chat has changed hands or ended."));
        }
        self.free_owner(tx, chat, now).await?;
        insert_participant(tx, *chat.id, actor.id, Part::Owner, now).await?;
        if is_silent_alert(chat) {
            update_chat_idle(tx, *chat.id, self.look_due(chat, now), None).await?;
        }
        say_as_system(self, tx, *chat.id, "handed_over", &actor.name).await?;
        Ok(())
    }

    pub(super) async fn requeue(
        &self,
        tx: &mut Tx,
        chat: &ChatRow,
        queue: QueueId,
        now: UnixMs,
    ) -> StoreResult<()> {
        let site = self.sites().by_id(*chat.site_id);
        let routing = site.map(|site| conversation::routing_of(&site, queue)).unwrap_or_default();
        let silent = is_silent_alert(chat);
        let due = if silent { alert_due(&routing, now) } else { wait_due(&routing, now) };
        if !update_chat_requeued(tx, *chat.id, chat.owner_epoch, queue, due, now).await? {
            return Ok(());
        }
        update_call_withdrawn(tx, *chat.id, now).await?;
        update_company_left(tx, *chat.id, now).await?;
        self.free_owner(tx, chat, now).await?;
        // The visitor of an alert knows nothing of it (P-9).
        if silent { Ok(()) } else { say_as_system(self, tx, *chat.id, "transferred", "").await }
    }

    async fn free_owner(&self, tx: &mut Tx, chat: &ChatRow, now: UnixMs) -> StoreResult<()> {
        update_owner_left(tx, *chat.id, now).await?;
        match chat.agent_id {
            Some(owner) => update_agent_idle(tx, *owner, now).await,
            None => Ok(()),
        }
    }

    async fn write_note(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        chat: ChatId,
        note: &str,
        now: UnixMs,
    ) -> StoreResult<()> {
        if note.trim().is_empty() {
            return Ok(());
        }
        let id = self.clock().new_id().to_string();
        let message = NewMessage {
            file: None,
            id: &id,
            sender: Sender::Agent,
            user: Some(actor.id),
            name: &actor.name,
            body: note.trim(),
            audience: Audience::Staff,
        };
        append_message(tx, chat, message, now).await?;
        Ok(())
    }

    /// The agent to call: ready, not in the chat, and with a free slot where it is to become theirs.
    async fn callable(
        &self,
        tx: &mut Tx,
        seat: &Seat,
        purpose: Purpose,
        to: UserId,
    ) -> Result<AgentRow, Denied> {
        let Some(agent) = find_agent(tx, to).await? else {
            return Err(because(RefusalCode::NotFound, "There is no such agent."));
        };
        let says = |text: &str| Denied::Because(RefusalCode::Unavailable, format!("{} {text}", agent.name));
        if seat.chat.agent_id.is_some_and(|owner| *owner == to) {
            return Err(says("has this chat."));
        }
        let joined =
            |row: &ParticipantRow| row.left_at.is_none() && *row.user_id == to && *row.part == Part::Guest;
        if purpose == Purpose::Invite && seat.participants.iter().any(joined) {
            return Err(says("is in this chat."));
        }
        match agent_status(&agent, self.clock().now()) {
            AgentStatus::Ready => {}
            AgentStatus::Away => return Err(says("is away now.")),
            AgentStatus::Offline => return Err(says("is not signed in.")),
        }
        if purpose == Purpose::Transfer && agent.used >= agent.slots {
            return Err(says("has no free slot."));
        }
        Ok(agent)
    }
}

/// Nobody is there who could go on with the chat.
async fn is_deserted(tx: &mut Tx, chat: &ChatRow, now: UnixMs) -> StoreResult<bool> {
    if *chat.state != ChatState::Active {
        return Ok(false);
    }
    let Some(owner) = chat.agent_id else { return Ok(false) };
    let owner = find_agent(tx, *owner).await?;
    Ok(owner.is_none_or(|owner| agent_status(&owner, now) == AgentStatus::Offline))
}

fn check_note(note: &str) -> Result<(), Denied> {
    if note.is_empty() {
        return Ok(());
    }
    check_text(note, NOTE_LEN_MAX).map_err(|detail| because(RefusalCode::BadFrame, detail))
}
