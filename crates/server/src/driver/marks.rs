//! Owns how far each side of a chat is: what its browser has, what it has read, and that it is writing. The first two
//! are rows, the last is only told.

use beckon_engine::id::{ChatId, VisitorId};

use super::Driver;
use super::access::{Actor, Denied, find_seat};
use super::conversation::{Refusal, own_chat};
use crate::bus::{Hint, Side, Writer};
use crate::store::chat::ChatState;
use crate::store::chat::mark::{
    update_agent_delivered, update_agent_read, update_visitor_delivered, update_visitor_read,
};
use crate::store::participant::Part;

impl Driver {
    /// Moves the visitor's read mark.
    ///
    /// # Errors
    /// When the chat is not the visitor's, or the database failed.
    pub async fn visitor_reads(&self, visitor: VisitorId, chat: ChatId, seq: i64) -> Result<(), Refusal> {
        let mut tx = self.store().write().await?;
        own_chat(&mut tx, visitor, chat, None).await?;
        if update_visitor_read(&mut tx, chat, seq).await? {
            tx.commit().await?;
            self.bus().publish(Hint::Read { chat, visitor, by: Side::Visitor, seq });
        }
        Ok(())
    }

    /// Moves the mark of what the visitor's browser has.
    ///
    /// # Errors
    /// When the chat is not the visitor's, or the database failed.
    pub async fn visitor_has(&self, visitor: VisitorId, chat: ChatId, seq: i64) -> Result<(), Refusal> {
        let mut tx = self.store().write().await?;
        own_chat(&mut tx, visitor, chat, None).await?;
        if update_visitor_delivered(&mut tx, chat, seq).await? {
            tx.commit().await?;
            self.bus().publish(Hint::Delivered { chat, visitor, to: Side::Visitor, seq });
        }
        Ok(())
    }

    /// Moves the owner's read mark.
    ///
    /// # Errors
    /// When the chat cannot be seen, or the database failed.
    pub async fn agent_reads(&self, actor: &Actor, chat: ChatId, seq: i64) -> Result<(), Denied> {
        let mut tx = self.store().write().await?;
        let seat = find_seat(&mut tx, actor, chat).await?;
        if seat.owns() && update_agent_read(&mut tx, chat, seq).await? {
            tx.commit().await?;
            let visitor = *seat.chat.visitor_id;
            self.bus().publish(Hint::Read { chat, visitor, by: Side::Agent, seq });
        }
        Ok(())
    }

    /// Moves the mark of what the owner's console has.
    ///
    /// # Errors
    /// When the chat cannot be seen, or the database failed.
    pub async fn agent_has(&self, actor: &Actor, chat: ChatId, seq: i64) -> Result<(), Denied> {
        let mut tx = self.store().write().await?;
        let seat = find_seat(&mut tx, actor, chat).await?;
        if seat.owns() && update_agent_delivered(&mut tx, chat, seq).await? {
            tx.commit().await?;
            let visitor = *seat.chat.visitor_id;
            self.bus().publish(Hint::Delivered { chat, visitor, to: Side::Agent, seq });
        }
        Ok(())
    }

    /// Tells the visitor, and who else is in the chat, that the owner, or who writes along, is writing. Who reads along writes for the
    /// team alone: nobody is told.
    ///
    /// # Errors
    /// When the chat cannot be seen, or the database failed.
    pub async fn agent_types(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        let mut tx = self.store().read().await?;
        let seat = find_seat(&mut tx, actor, chat).await?;
        let writes = seat.owns() || seat.part() == Some(Part::Guest);
        if writes && *seat.chat.state == ChatState::Active {
            let writer = Some(Writer { id: actor.id, name: actor.name.clone() });
            let visitor = *seat.chat.visitor_id;
            self.bus().publish(Hint::Typing { chat, visitor, by: Side::Agent, writer });
        }
        Ok(())
    }
}
