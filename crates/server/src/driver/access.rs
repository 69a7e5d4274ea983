//! Owns who may do what with a chat in the console. Changes nothing.

use beckon_engine::id::{ChatId, UserId};

use super::conversation::is_silent_alert;
use super::notice::RefusalCode;
use crate::store::agent::is_serving;
use crate::store::call::{CallRow, find_open_call};
use crate::store::chat::{ChatRow, ChatState, find_chat, find_chat_locked};
use crate::store::participant::{Part, ParticipantRow, list_participants};
use crate::store::user::Role;
use crate::store::{StoreError, Tx};

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

impl Actor {
    /// Sees and may step into every chat.
    #[must_use]
    pub fn supervises(&self) -> bool {
        match self.role {
            Role::Agent => false,
            Role::Supervisor | Role::Admin => true,
        }
    }
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

/// A chat, and what one person is in it.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The chat.
    pub chat: ChatRow,
    /// The open call, whoever it is for.
    pub call: Option<CallRow>,
    /// Who takes or took part in it, the newest first.
    pub participants: Vec<ParticipantRow>,
    actor: UserId,
    supervises: bool,
    serves: bool,
}

impl Seat {
    /// Has the chat, or is the one it rings at.
    #[must_use]
    pub fn owns(&self) -> bool {
        self.chat.agent_id.is_some_and(|owner| *owner == self.actor)
    }

    /// What the person is in the chat now.
    #[must_use]
    pub fn part(&self) -> Option<Part> {
        let open = |row: &&ParticipantRow| row.left_at.is_none() && *row.user_id == self.actor;
        self.participants.iter().find(open).map(|row| *row.part)
    }

    /// The open call, if it is for this person.
    #[must_use]
    pub fn called(&self) -> Option<&CallRow> {
        self.call.as_ref().filter(|call| *call.to_id == self.actor)
    }

    /// May read what was said: who has the chat, writes along in it or is called to it; while nobody has it, and
    /// once it is put away, who serves its queue; and supervisors.
    #[must_use]
    pub fn may_read(&self) -> bool {
        self.supervises
            || self.owns()
            || self.part() == Some(Part::Guest)
            || self.called().is_some()
            || (self.serves && (self.chat.agent_id.is_none() || self.is_past()))
    }

    /// May take a chat that waits (P-6): who is rung for it, who serves its queue, and supervisors.
    #[must_use]
    pub fn may_take(&self) -> bool {
        self.owns() || self.serves || self.supervises
    }

    /// Ended, and closed on the agent's side.
    fn is_past(&self) -> bool {
        *self.chat.state == ChatState::Ended && self.chat.wrapped_up
    }

    /// May know that the chat is there, and whose it is: also who serves its queue, or once took part in it.
    fn may_see(&self) -> bool {
        self.may_read() || self.serves || self.participants.iter().any(|row| *row.user_id == self.actor)
    }

    /// Refuses whoever cannot write to the visitor now, and says why.
    ///
    /// # Errors
    /// When the chat is over, somebody else's, or has changed hands since `epoch`.
    pub fn check_writer(&self, epoch: i64, owner_name: Option<&str>) -> Result<(), Denied> {
        let chat = &self.chat;
        if *chat.state == ChatState::Ended {
            return Err(because(RefusalCode::ChatClosed, "This chat has ended."));
        }
        if *chat.state == ChatState::Active && self.part() == Some(Part::Guest) {
            return Ok(());
        }
        if *chat.state == ChatState::Active && self.owns() && chat.owner_epoch == epoch {
            return Ok(());
        }
        let code = if chat.owner_epoch > epoch { RefusalCode::StaleOwner } else { RefusalCode::NotYours };
        Err(match owner_name.filter(|_| !self.owns()) {
            Some(name) => Denied::Because(code, format!("{name} has this chat now.")),
            None if self.owns() => because(code, "This chat has changed hands since."),
            None => because(code, "This chat is not yours now."),
        })
    }

    /// Refuses whoever may not decide about an active chat: its owner under the present epoch, and supervisors, may.
    ///
    /// # Errors
    /// When the chat is over, waits, is somebody else's, or the visitor has not been written to.
    pub fn check_decider(&self, epoch: Option<i64>) -> Result<(), Denied> {
        match *self.chat.state {
            ChatState::Active => {}
            ChatState::Ended => return Err(because(RefusalCode::ChatClosed, "This chat has ended.")),
            ChatState::Form | ChatState::Queued | ChatState::Ringing => {
                return Err(because(RefusalCode::NotYours, "Nobody has this chat yet."));
            }
        }
        if is_silent_alert(&self.chat) {
            return Err(because(RefusalCode::BadFrame, "The visitor has not been written to yet."));
        }
        if self.supervises {
            return Ok(());
        }
        if !self.owns() {
            return Err(because(RefusalCode::NotYours, "This chat belongs to somebody else."));
        }
        if epoch.is_some_and(|epoch| epoch != self.chat.owner_epoch) {
            return Err(because(RefusalCode::StaleOwner, "This chat has changed hands since."));
        }
        Ok(())
    }
}

/// Finds a chat that this person may see.
///
/// # Errors
/// `NotFound` also when it exists but may not be seen; or the database failed.
pub async fn find_seat(tx: &mut Tx, actor: &Actor, chat: ChatId) -> Result<Seat, Denied> {
    let not_found = || because(RefusalCode::NotFound, "There is no such chat.");
    let chat = find_chat(tx, chat).await?.ok_or_else(not_found)?;
    let serves = is_serving(tx, *chat.queue_id, actor.id).await?;
    let call = find_open_call(tx, *chat.id).await?;
    let participants = list_participants(tx, *chat.id).await?;
    let seat = Seat { chat, call, participants, actor: actor.id, supervises: actor.supervises(), serves };
    if seat.may_see() { Ok(seat) } else { Err(not_found()) }
}

/// The same, for whoever changes something on what they see: the chat stays so until this unit of work ends.
///
/// # Errors
/// As [`find_seat`].
pub async fn find_seat_locked(tx: &mut Tx, actor: &Actor, chat: ChatId) -> Result<Seat, Denied> {
    if find_chat_locked(tx, chat).await?.is_none() {
        return Err(because(RefusalCode::NotFound, "There is no such chat."));
    }
    find_seat(tx, actor, chat).await
}

/// Finds a chat whose messages this person may read.
///
/// # Errors
/// `NotFound`, or `NotYours` when it may be seen and not read; or the database failed.
pub async fn find_readable(tx: &mut Tx, actor: &Actor, chat: ChatId) -> Result<Seat, Denied> {
    let seat = find_seat(tx, actor, chat).await?;
    if seat.may_read() {
        Ok(seat)
    } else {
        Err(because(RefusalCode::NotYours, "This chat belongs to somebody else."))
    }
}

pub(super) fn because(code: RefusalCode, detail: &str) -> Denied {
    Denied::Because(code, detail.to_owned())
}
