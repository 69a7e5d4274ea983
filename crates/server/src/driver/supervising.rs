//! Owns how somebody beside the owner takes part in a chat: watching it, joining it, leaving it, taking it over.

use beckon_engine::id::ChatId;

use super::Driver;
use super::access::{Actor, Denied, because, find_seat_locked};
use super::conversation::{is_silent_alert, say_as_system};
use super::desk::LOCK_KEY;
use super::notice::RefusalCode;
use crate::store::call::update_call_withdrawn;
use crate::store::chat::ChatState;
use crate::store::participant::{Part, insert_participant, update_participant_left};

impl Driver {
    /// Lets a supervisor read along; the visitor and the agents are not told.
    ///
    /// # Errors
    /// When it is no supervisor, the chat is not active or their own, or the database failed.
    pub async fn watch_chat(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        self.step_in(actor, chat, Part::Watcher).await
    }

    /// Lets a supervisor write along; the visitor is told.
    ///
    /// # Errors
    /// When it is no supervisor, the chat is not active or their own, or the database failed.
    pub async fn join_chat(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        self.step_in(actor, chat, Part::Guest).await
    }

    /// Makes a supervisor the owner, under the next epoch.
    ///
    /// # Errors
    /// When it is no supervisor, the chat is not active or their own, or the database failed.
    pub async fn take_over_chat(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        check_supervisor(actor)?;
        let mut tx = self.store().write().await?;
        tx.lock(LOCK_KEY).await?;
        let seat = find_seat_locked(&mut tx, actor, chat).await?;
        seat.check_decider(None)?;
        if seat.owns() {
            return Err(because(RefusalCode::Taken, "You have this chat."));
        }
        let now = self.clock().now();
        update_call_withdrawn(&mut tx, chat, now).await?;
        self.change_owner(&mut tx, &seat.chat, actor, now).await?;
        self.commit_and_tell_of(tx, &seat.chat, true).await?;
        Ok(())
    }

    /// Ends a guest's or a watcher's part in a chat. Whoever has no part has nothing to leave.
    ///
    /// # Errors
    /// When the chat is their own, or the database failed.
    pub async fn leave_chat(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        let mut tx = self.store().write().await?;
        let seat = find_seat_locked(&mut tx, actor, chat).await?;
        let said = match seat.part() {
            None => return Ok(()),
            Some(Part::Owner) => {
                return Err(because(RefusalCode::BadFrame, "Your own chat is handed on or ended."));
            }
            Some(Part::Guest) => *seat.chat.state == ChatState::Active,
            Some(Part::Watcher) => false,
        };
        update_participant_left(&mut tx, chat, actor.id, self.clock().now()).await?;
        if said {
            say_as_system(self, &mut tx, chat, "guest_left", &actor.name).await?;
        }
        self.commit_and_tell_of(tx, &seat.chat, said).await?;
        Ok(())
    }

    async fn step_in(&self, actor: &Actor, chat: ChatId, part: Part) -> Result<(), Denied> {
        check_supervisor(actor)?;
        let mut tx = self.store().write().await?;
        tx.lock(LOCK_KEY).await?;
        let seat = find_seat_locked(&mut tx, actor, chat).await?;
        if seat.owns() {
            return Err(because(RefusalCode::Taken, "You have this chat."));
        }
        if *seat.chat.state != ChatState::Active {
            return Err(because(RefusalCode::ChatClosed, "This chat is not active."));
        }
        let visible = part == Part::Guest;
        if visible && is_silent_alert(&seat.chat) {
            return Err(because(RefusalCode::BadFrame, "The visitor has not been written to yet."));
        }
        if seat.part() == Some(part) {
            return Ok(());
        }
        insert_participant(&mut tx, chat, actor.id, part, self.clock().now()).await?;
        if visible {
            say_as_system(self, &mut tx, chat, "agent_joined", &actor.name).await?;
        } else if seat.part() == Some(Part::Guest) {
            say_as_system(self, &mut tx, chat, "guest_left", &actor.name).await?;
        }
        self.commit_and_tell_of(tx, &seat.chat, visible || seat.part() == Some(Part::Guest)).await?;
        Ok(())
    }
}

fn check_supervisor(actor: &Actor) -> Result<(), Denied> {
    if actor.supervises() {
        Ok(())
    } else {
        Err(because(RefusalCode::NotYours, "Only supervisors can do this."))
    }
}
