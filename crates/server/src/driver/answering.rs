//! Owns the agent's side of a chat: taking, declining, messages, closing, and the agent's status.

use beckon_engine::id::{ChatId, UserId};

use super::Driver;
use super::conversation::{check_message, end, say_as_system};
use super::desk::LOCK_KEY;
use super::notice::RefusalCode;
use crate::bus::{Hint, Side};
use crate::store::agent::{AwayCause, Stance, list_services, update_agent_status};
use crate::store::chat::change::{
    update_agent_read, update_chat_active, update_chat_ring_over, update_chat_rung, update_chat_wrapped_up,
};
use crate::store::chat::waiting::list_waiting_chats;
use crate::store::chat::{ChatMode, ChatRow, ChatState, EndedBy, find_chat};
use crate::store::draft::update_draft_sent;
use crate::store::message::{Appended, NewMessage, Sender, append_message};
use crate::store::user::Role;
use crate::store::workspace::find_workspace;
use crate::store::{StoreError, StoreResult, Tx};

/// Who acts in a console.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Identity.
    pub id: UserId,
    /// Name that visitors see.
    pub name: String,
    /// Role.
    pub role: Role,
}

/// Why something an agent asked for was not done.
#[derive(Debug)]
pub enum Denied {
    /// For this reason.
    Because(RefusalCode, String),
    /// The database failed; nothing was done.
    Store(StoreError),
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Driver {
    /// Gives a chat that rings at the agent, or waits, to the agent (P-6). Of several who try, one gets it.
    ///
    /// # Errors
    /// `Taken`, with who has it; `NotFound`; or the database failed.
    pub async fn accept_chat(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        let mut tx = self.store().write().await?;
        tx.lock(LOCK_KEY).await?;
        let row = visible_chat(&mut tx, actor, chat).await?;
        if !update_chat_active(&mut tx, chat, actor.id, self.clock().now()).await? {
            return Err(taken(&mut tx, actor, chat).await?);
        }
        say_as_system(self, &mut tx, chat, "agent_joined", &actor.name).await?;
        tx.commit().await?;
        self.tell_of(&row, true);
        Ok(())
    }

    /// Passes a ringing chat on to the next agent; it keeps its place.
    ///
    /// # Errors
    /// When it does not ring at this agent, or the database failed.
    pub async fn decline_chat(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        let mut tx = self.store().write().await?;
        let row = visible_chat(&mut tx, actor, chat).await?;
        let mut rung = row.rung.0.clone();
        rung.push(actor.id);
        if !update_chat_ring_over(&mut tx, chat, actor.id, &rung).await? {
            return Err(because(RefusalCode::Taken, "This chat no longer rings here."));
        }
        tx.commit().await?;
        self.tell_of(&row, false);
        Ok(())
    }

    /// Stores a message of the agent, once; yields its number. Only the owner under the present epoch may write.
    ///
    /// # Errors
    /// When it is malformed, the agent does not own the chat now, it has ended, or the database failed.
    pub async fn agent_says(
        &self,
        actor: &Actor,
        chat: ChatId,
        epoch: i64,
        id: &str,
        text: &str,
    ) -> Result<i64, Denied> {
        check_message(id, text).map_err(|detail| because(RefusalCode::BadFrame, detail))?;
        let mut tx = self.store().write().await?;
        visible_chat(&mut tx, actor, chat).await?;
        let message =
            NewMessage { id, sender: Sender::Agent, user: Some(actor.id), name: &actor.name, body: text };
        let seq = match append_message(&mut tx, chat, message, self.clock().now()).await? {
            Appended::Existing(seq) => return Ok(seq),
            Appended::New(seq) => seq,
        };
        let row = visible_chat(&mut tx, actor, chat).await?;
        check_owner(&row, actor, epoch)?;
        update_draft_sent(&mut tx, actor.id, chat, text, self.clock().now()).await?;
        tx.commit().await?;
        metrics::counter!("beckon_messages_total", "from" => "agent").increment(1);
        if *row.mode == ChatMode::Engage {
            // The first message opens the window in the visitor's browser (P-9).
            self.bus().publish(Hint::ChatChanged { chat, visitor: *row.visitor_id });
        }
        self.bus().publish(Hint::MessageAdded { chat, visitor: *row.visitor_id });
        Ok(seq)
    }

    /// Moves the owner's read mark.
    ///
    /// # Errors
    /// When the chat cannot be seen, or the database failed.
    pub async fn agent_reads(&self, actor: &Actor, chat: ChatId, seq: i64) -> Result<(), Denied> {
        let mut tx = self.store().write().await?;
        let row = visible_chat(&mut tx, actor, chat).await?;
        let owns = row.agent_id.is_some_and(|owner| *owner == actor.id);
        if owns && update_agent_read(&mut tx, chat, seq).await? {
            tx.commit().await?;
            let visitor = *row.visitor_id;
            self.bus().publish(Hint::Read { chat, visitor, by: Side::Agent, seq });
        }
        Ok(())
    }

    /// Tells the visitor that the owner is writing.
    ///
    /// # Errors
    /// When the chat cannot be seen, or the database failed.
    pub async fn agent_types(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        let mut tx = self.store().read().await?;
        let row = visible_chat(&mut tx, actor, chat).await?;
        if row.agent_id.is_some_and(|owner| *owner == actor.id) && *row.state == ChatState::Active {
            self.bus().publish(Hint::Typing { chat, visitor: *row.visitor_id, by: Side::Agent });
        }
        Ok(())
    }

    /// Ends an active chat, or closes an ended one on the agent's side (P-7).
    ///
    /// # Errors
    /// When the chat is somebody else's, or the database failed.
    pub async fn close_chat(&self, actor: &Actor, chat: ChatId) -> Result<(), Denied> {
        let mut tx = self.store().write().await?;
        let row = visible_chat(&mut tx, actor, chat).await?;
        let owns = row.agent_id.is_some_and(|owner| *owner == actor.id);
        if !owns && actor.role == Role::Agent {
            return Err(because(RefusalCode::NotYours, "This chat belongs to somebody else."));
        }
        let ended_now = match *row.state {
            ChatState::Ended => {
                update_chat_wrapped_up(&mut tx, chat).await?;
                false
            }
            ChatState::Form | ChatState::Queued | ChatState::Ringing | ChatState::Active => {
                end(self, &mut tx, &row, EndedBy::Agent, "agent_left").await?
            }
        };
        tx.commit().await?;
        self.tell_of(&row, ended_now);
        Ok(())
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
        tx.lock(LOCK_KEY).await?;
        update_agent_status(&mut tx, user, stance, self.clock().now()).await?;
        if matches!(stance, Stance::Ready) {
            for chat in list_waiting_chats(&mut tx).await? {
                if chat.rung.contains(&user) {
                    let others: Vec<UserId> =
                        chat.rung.iter().copied().filter(|rung| *rung != user).collect();
                    update_chat_rung(&mut tx, *chat.id, &others).await?;
                }
            }
        }
        tx.commit().await?;
        self.bus().publish(Hint::AgentChanged { user, no_answer: false });
        Ok(())
    }

    fn tell_of(&self, chat: &ChatRow, message_added: bool) {
        let (chat, visitor) = (*chat.id, *chat.visitor_id);
        self.bus().publish(Hint::ChatChanged { chat, visitor });
        if message_added {
            self.bus().publish(Hint::MessageAdded { chat, visitor });
        }
    }
}

/// Finds a chat that this person may see: supervisors all, agents their own and those of the queues they serve.
///
/// # Errors
/// `NotFound` also when it exists but may not be seen; or the database failed.
pub async fn visible_chat(tx: &mut Tx, actor: &Actor, chat: ChatId) -> Result<ChatRow, Denied> {
    let not_found = || because(RefusalCode::NotFound, "There is no such chat.");
    let row = find_chat(tx, chat).await?.ok_or_else(not_found)?;
    let owned = row.agent_id.is_some_and(|owner| *owner == actor.id);
    if owned || actor.role != Role::Agent {
        return Ok(row);
    }
    let serves = |service: &crate::store::agent::Service| {
        *service.queue_id == *row.queue_id && *service.user_id == actor.id
    };
    if list_services(tx).await?.iter().any(serves) { Ok(row) } else { Err(not_found()) }
}

fn check_owner(chat: &ChatRow, actor: &Actor, epoch: i64) -> Result<(), Denied> {
    let owns = chat.agent_id.is_some_and(|owner| *owner == actor.id);
    if *chat.state == ChatState::Ended {
        Err(because(RefusalCode::ChatClosed, "This chat has ended."))
    } else if *chat.state != ChatState::Active || !owns {
        Err(because(RefusalCode::NotYours, "This chat belongs to somebody else."))
    } else if chat.owner_epoch != epoch {
        Err(because(RefusalCode::StaleOwner, "This chat has changed hands since."))
    } else {
        Ok(())
    }
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

fn because(code: RefusalCode, detail: &str) -> Denied {
    Denied::Because(code, detail.to_owned())
}
