//! Owns the agent's side of a chat: taking, declining, closing, and the agent's status. What both sides write stands
//! in `saying`.

use beckon_engine::id::{ChatId, UserId};
use beckon_engine::queue::waiting::PRIORITY_MAX;
use beckon_engine::time::UnixMs;

use super::Driver;
use super::access::{Actor, Denied, because, find_seat_locked};
use super::conversation::{end, say_as_system};
use super::desk::{LOCK_KEY, let_pass};
use super::notice::RefusalCode;
use crate::bus::Hint;
use crate::store::agent::{AwayCause, Stance, update_agent_idle, update_agent_status};
use crate::store::call::CallOutcome;
use crate::store::chat::change::{
    Passed, update_chat_active, update_chat_passed, update_chat_ring_over, update_chat_wrapped_up,
};
use crate::store::chat::waiting::{list_chats_let_pass, update_chat_priority};
use crate::store::chat::wrap_up::find_wrap_up;
use crate::store::chat::{ChatRow, ChatState, EndedBy};
use crate::store::participant::{Part, insert_participant, update_owner_left};
use crate::store::webhook::event::{EventKind, insert_chat_event};
use crate::store::workspace::find_workspace;
use crate::store::{StoreResult, Tx};

impl Driver {
    /// Gives a chat that rings at the agent, or waits, to the agent (P-6), or lets a called agent come. Of several who
    /// try, one gets it.
    ///
    /// # Errors
    /// `Taken`, with who has it; `NotYours` when the agent does not serve its queue; `NotFound`; or the database failed.
    pub async fn accept_chat(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        let mut tx = self.store().write().await?;
        tx.lock(LOCK_KEY).await?;
        let seat = find_seat_locked(&mut tx, actor, chat).await?;
        let now = self.clock().now();
        // Taken before, where only the answer to the commit was lost.
        let is_in = seat.owns() || seat.part() == Some(Part::Guest);
        let has_it = is_in && *seat.chat.state == ChatState::Active;
        if let Some(call) = seat.called() {
            self.take_call(&mut tx, actor, &seat, call).await?;
        } else if !has_it && !seat.may_take() {
            return Err(because(RefusalCode::NotYours, "You do not serve this queue."));
        } else if !has_it && !self.hand_over(&mut tx, actor, &seat.chat, now).await? {
            return Err(taken(&mut tx, actor, chat).await?);
        }
        Ok(self.commit_and_tell_of(tx, &seat.chat, true).await?)
    }

    /// Makes the agent the owner of a chat that rings at them, or waits. Yields false when it can no longer be had.
    pub(super) async fn hand_over(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        chat: &ChatRow,
        now: UnixMs,
    ) -> StoreResult<bool> {
        let (id, due) = (*chat.id, self.look_due(chat, now));
        if !update_chat_active(tx, id, actor.id, now, due).await? {
            return Ok(false);
        }
        insert_participant(tx, id, actor.id, Part::Owner, now).await?;
        say_as_system(self, tx, id, "agent_joined", &actor.name).await?;
        insert_chat_event(tx, self.clock().new_id(), EventKind::ChatAnswered, id, now).await?;
        Ok(true)
    }

    /// Passes a ringing chat on to the next agent; it keeps its place.
    ///
    /// # Errors
    /// When it does not ring at this agent, or the database failed.
    pub async fn decline_chat(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        let mut tx = self.store().write().await?;
        tx.lock(LOCK_KEY).await?;
        let seat = find_seat_locked(&mut tx, actor, chat).await?;
        if let Some(call) = seat.called() {
            let now = self.clock().now();
            let hints = self.miss_call(&mut tx, call, CallOutcome::Declined, now).await?;
            return Ok(self.commit_and_tell(tx, hints).await?);
        }
        let passed = let_pass(&seat.chat, actor.id, self.clock().now());
        if !update_chat_ring_over(&mut tx, chat, actor.id, &passed).await? {
            return Err(because(RefusalCode::Taken, "This chat no longer rings here."));
        }
        self.commit_and_tell_of(tx, &seat.chat, false).await?;
        Ok(())
    }

    /// Ends an active chat, or closes an ended one on the agent's side (P-7).
    ///
    /// # Errors
    /// When the chat is somebody else's, or the database failed.
    pub async fn close_chat(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        let mut tx = self.store().write().await?;
        let seat = find_seat_locked(&mut tx, actor, chat).await?;
        // Who is only rung for it passes it on, and does not end it.
        let is_own = seat.owns() && *seat.chat.state != ChatState::Ringing;
        if !is_own && !actor.supervises() {
            return Err(because(RefusalCode::NotYours, "This chat belongs to somebody else."));
        }
        let ended_now = match *seat.chat.state {
            ChatState::Ended => {
                self.check_disposition(&mut tx, &seat.chat).await?;
                self.wrap_up(&mut tx, &seat.chat, self.clock().now()).await?;
                false
            }
            ChatState::Form | ChatState::Queued | ChatState::Ringing | ChatState::Active => {
                end(self, &mut tx, &seat.chat, EndedBy::Agent, "agent_left").await?
            }
        };
        self.commit_and_tell_of(tx, &seat.chat, ended_now).await?;
        Ok(())
    }

    /// Gives a chat that waits another priority: it comes sooner or later. For supervisors. Yields the chat as it was,
    /// for the caller to tell of after the commit; none when it waits no longer, and stays as it is.
    ///
    /// # Errors
    /// `NotYours` for agents, `NotFound`, or the database failed.
    pub async fn prioritise_chat(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        chat: ChatId,
        priority: u8,
    ) -> Result<Option<ChatRow>, Denied> {
        if !actor.supervises() {
            return Err(because(RefusalCode::NotYours, "Supervisors decide who comes first."));
        }
        let seat = find_seat_locked(tx, actor, chat).await?;
        let changed = update_chat_priority(tx, chat, priority.min(PRIORITY_MAX)).await?;
        Ok(changed.then_some(seat.chat))
    }

    /// Sets the agent away as they asked for, with a reason out of the list of the workspace or with none.
    ///
    /// # Errors
    /// `NotFound` when the list has no such reason; or the database failed.
    pub async fn go_away(&self, user: UserId, reason: Option<&str>) -> Result<(), Denied> {
        if let Some(reason) = reason {
            let mut tx = self.store().read().await?;
            if !find_workspace(&mut tx).await?.away_reasons.iter().any(|known| known == reason) {
                return Err(because(RefusalCode::NotFound, "There is no such reason any more."));
            }
        }
        Ok(self.choose_status(user, Stance::Away(AwayCause::Chosen, reason)).await?)
    }

    /// Sets the agent's status. Being ready again makes them eligible for chats they let pass.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn choose_status(&self, user: UserId, stance: Stance<'_>) -> StoreResult<()> {
        let mut tx = self.store().write().await?;
        self.take_stance(&mut tx, user, stance).await?;
        self.commit_and_tell(tx, [Hint::AgentChanged { user, no_answer: false }]).await
    }

    /// As [`Self::choose_status`], in a unit of work of the caller's, who tells of it after the commit.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn take_stance(&self, tx: &mut Tx, user: UserId, stance: Stance<'_>) -> StoreResult<()> {
        tx.lock(LOCK_KEY).await?;
        update_agent_status(tx, user, stance, self.clock().now()).await?;
        if matches!(stance, Stance::Ready) {
            for chat in list_chats_let_pass(tx, user).await? {
                let mut passed = Passed::of(&chat);
                passed.rung.retain(|rung| *rung != user);
                passed.at.remove(&user);
                update_chat_passed(tx, *chat.id, &passed).await?;
            }
        }
        Ok(())
    }

    /// A queue can demand to know what a chat came to.
    async fn check_disposition(&self, tx: &mut Tx, chat: &ChatRow) -> Result<(), Denied> {
        if chat.wrapped_up || !self.conduct_of(chat).disposition_required {
            return Ok(());
        }
        let noted = find_wrap_up(tx, *chat.id).await?;
        if noted.is_some_and(|noted| noted.disposition.is_empty()) {
            return Err(because(RefusalCode::BadFrame, "Choose first what the chat came to."));
        }
        Ok(())
    }

    /// Closes an ended chat on its agent's side, and frees the slot.
    pub(super) async fn wrap_up(&self, tx: &mut Tx, chat: &ChatRow, now: UnixMs) -> StoreResult<bool> {
        if !update_chat_wrapped_up(tx, *chat.id).await? {
            return Ok(false);
        }
        update_owner_left(tx, *chat.id, now).await?;
        if let Some(owner) = chat.agent_id {
            update_agent_idle(tx, *owner, now).await?;
        }
        Ok(true)
    }

    /// Commits, and tells of it also when the answer to the commit was lost: a hint makes someone read, and says nothing
    /// itself.
    ///
    /// # Errors
    /// When the database failed, or its answer was lost.
    pub async fn commit_and_tell(&self, tx: Tx, hints: impl IntoIterator<Item = Hint>) -> StoreResult<()> {
        let committed = tx.commit().await;
        for hint in hints {
            self.bus().publish(hint);
        }
        committed
    }

    /// The same, of a change to a chat.
    ///
    /// # Errors
    /// When the database failed, or its answer was lost.
    pub async fn commit_and_tell_of(&self, tx: Tx, chat: &ChatRow, message_added: bool) -> StoreResult<()> {
        self.commit_and_tell(tx, hints_of(chat, message_added)).await
    }

    /// Tells all nodes that a chat has changed, once that is committed.
    pub fn tell_of(&self, chat: &ChatRow, message_added: bool) {
        hints_of(chat, message_added).for_each(|hint| self.bus().publish(hint));
    }
}

fn hints_of(chat: &ChatRow, message_added: bool) -> impl Iterator<Item = Hint> {
    let (chat, visitor) = (*chat.id, *chat.visitor_id);
    let message = message_added.then_some(Hint::MessageAdded { chat, visitor, seq: None });
    [Hint::ChatChanged { chat, visitor }].into_iter().chain(message)
}

/// Says who was faster.
async fn taken(tx: &mut Tx, actor: &Actor, chat: ChatId) -> StoreResult<Denied> {
    let view = crate::store::chat_view::find_chat_view(tx, chat).await?;
    let detail = match view {
        Some(view) if *view.state == ChatState::Ended => "The visitor has left.".to_owned(),
        Some(view) if view.agent_id.is_some_and(|owner| *owner == actor.id) => {
            "You have this chat.".to_owned()
        }
        Some(view) => view
            .agent_name
            .map_or_else(|| "This chat cannot be taken.".to_owned(), |name| format!("{name} has this chat.")),
        None => "There is no such chat.".to_owned(),
    };
    Ok(Denied::Because(RefusalCode::Taken, detail))
}
