//! Owns what both sides of a chat write: a message is stored once, under the next number, and only while its writer
//! may write.

use beckon_engine::id::{ChatId, FileId, VisitorId};

use super::Driver;
use super::access::{Actor, Denied, Seat, because, find_seat};
use super::appending::{CHAT_MESSAGES_MAX, NotWritten, Writer, Written};
use super::conversation::{Refusal, is_silent_alert, own_chat, refuse};
use super::notice::RefusalCode;
use crate::bus::Hint;
use crate::store::chat::{ChatMode, ChatRow, ChatState, find_chat};
use crate::store::draft::{Sent, update_drafts_sent};
use crate::store::file::{FileAbout, find_file, update_file_carried};
use crate::store::message::{Appended, Audience, NewMessage, Sender, append_message};
use crate::store::user::find_user;
use crate::store::{StoreResult, Tx};

/// Longest message, characters.
pub const MESSAGE_LEN_MAX: usize = 4_000;
/// Longest id that a browser may give a message, bytes.
pub const MESSAGE_ID_LEN_MAX: usize = 64;

const ENDED: &str = "This chat has ended.";
const FULL: &str = "This chat has as many messages as a chat can have. Begin another one.";
const NO_SUCH_CHAT: &str = "There is no such chat.";
const NO_SUCH_FILE: &str = "There is no such file, or it was sent already. Choose it again.";

/// A message as one side writes it.
#[derive(Clone, Debug)]
pub struct Said {
    /// Made by the browser; the same message keeps it over every attempt.
    pub id: String,
    /// The text; may be empty when there is a file.
    pub text: String,
    /// A file that the same side sent to this chat before.
    pub file: Option<FileId>,
    /// Who may see it.
    pub audience: Audience,
}

impl Driver {
    /// Stores a message of the visitor, once; yields its number.
    ///
    /// # Errors
    /// When it is malformed, the chat is not the visitor's or has ended, or the database failed.
    pub async fn visitor_says(&self, visitor: VisitorId, chat: ChatId, said: &Said) -> Result<i64, Refusal> {
        let id = said.id.as_str();
        check(said).map_err(|detail| refuse(Some(id), RefusalCode::BadFrame, detail))?;
        let (written, warned) = match said.file {
            None => match self.append(chat, Writer::Visitor(visitor), id, &said.text).await {
                Ok(Written::Existing(seq)) => (Appended::Existing(seq), false),
                Ok(Written::New(seq, locked)) => (Appended::New(seq), locked.idle_warned_at.is_some()),
                Err(not_written) => return Err(refusal(id, not_written)),
            },
            Some(file) => self.visitor_sends(visitor, chat, said, file).await?,
        };
        let seq = match written {
            Appended::Existing(seq) => {
                // It may have been stored without anybody hearing of it.
                self.bus().publish(Hint::MessageAdded { chat, visitor, seq: None });
                return Ok(seq);
            }
            Appended::New(seq) => seq,
        };
        if warned && let Err(error) = self.look_at_answer(chat).await {
            // The message is stored; the chat is looked at when its warning runs out.
            tracing::warn!(%error, "a chat whose visitor has answered the warning could not be looked at");
        }
        Ok(seq)
    }

    /// Commits a unit of work with a message, and tells of it: it may be stored also where that failed.
    async fn commit_message(&self, tx: Tx, sender: Sender, chat: &ChatRow, seq: i64) -> StoreResult<()> {
        let committed = tx.commit().await;
        let seq = committed.is_ok().then_some(seq);
        self.tell_of_message(sender, *chat.mode, *chat.id, *chat.visitor_id, seq);
        committed
    }

    /// A message is stored: it is counted, and whoever follows the chat is told. Without a number it is one that is sent again, or whose
    /// commit failed, and may have been stored without anybody hearing of it: the answer to the commit was lost. The first message of an
    /// agent opens the window in the browser of a visitor who had not asked (P-9).
    pub(super) fn tell_of_message(
        &self,
        sender: Sender,
        mode: ChatMode,
        chat: ChatId,
        visitor: VisitorId,
        seq: Option<i64>,
    ) {
        if sender == Sender::Agent && mode == ChatMode::Engage {
            self.bus().publish(Hint::ChatChanged { chat, visitor });
        }
        if seq.is_some() {
            let from = if sender == Sender::Visitor { "visitor" } else { "agent" };
            metrics::counter!("beckon_messages_total", "from" => from).increment(1);
        }
        self.bus().publish(Hint::MessageAdded { chat, visitor, seq });
    }

    /// Stores a message that carries a file, in a unit of work of its own; and whether the visitor was warned that the chat closes.
    async fn visitor_sends(
        &self,
        visitor: VisitorId,
        chat: ChatId,
        said: &Said,
        file: FileId,
    ) -> Result<(Appended, bool), Refusal> {
        let id = said.id.as_str();
        let mut tx = self.store().write().await?;
        own_chat(&mut tx, visitor, chat, Some(id)).await?;
        let no_file = || refuse(Some(id), RefusalCode::NotFound, NO_SUCH_FILE);
        let file = sent_file(&mut tx, file, chat, Sender::Visitor).await?.ok_or_else(no_file)?;
        let message = NewMessage {
            id,
            sender: Sender::Visitor,
            user: None,
            name: "",
            body: &said.text,
            file: Some(&file),
            audience: Audience::All,
        };
        let appended = append_message(&mut tx, chat, message, self.clock().now()).await?;
        if matches!(appended, Appended::Existing(_)) {
            return Ok((appended, false));
        }
        if is_past_the_last(appended) {
            return Err(refuse(Some(id), RefusalCode::TooMany, FULL));
        }
        // Read again: the number was taken under the chat's lock, and what it says now holds until the commit.
        let row = own_chat(&mut tx, visitor, chat, Some(id)).await?;
        match *row.state {
            ChatState::Queued | ChatState::Ringing | ChatState::Active => {}
            ChatState::Form => return Err(refuse(Some(id), RefusalCode::BadFrame, "The form comes first.")),
            ChatState::Ended => {
                return Err(refuse(Some(id), RefusalCode::ChatClosed, ENDED));
            }
        }
        if !update_file_carried(&mut tx, file.id, chat, Sender::Visitor).await? {
            return Err(no_file());
        }
        self.commit_message(tx, Sender::Visitor, &row, appended.seq()).await?;
        Ok((appended, row.idle_warned_at.is_some()))
    }

    /// Stores a message of the agent, once; yields its number. To the visitor only the owner under the present epoch and
    /// whoever has joined may write; to the team, everyone who may read the chat.
    ///
    /// # Errors
    /// When it is malformed, the agent cannot write in the chat now, it has ended, or the database failed.
    pub async fn agent_says(
        &self,
        actor: &Actor,
        chat: ChatId,
        epoch: i64,
        said: &Said,
    ) -> Result<i64, Denied> {
        check(said).map_err(|detail| because(RefusalCode::BadFrame, detail))?;
        let usual = said.file.is_none() && said.audience.is_all();
        let written = if usual { self.owner_says(actor, chat, epoch, said).await? } else { None };
        match written {
            Some(seq) => Ok(seq),
            None => self.agent_says_alone(actor, chat, epoch, said).await,
        }
    }

    /// The usual case, in a batch: the owner writes to the visitor. None when this is not the owner.
    async fn owner_says(
        &self,
        actor: &Actor,
        chat: ChatId,
        epoch: i64,
        said: &Said,
    ) -> Result<Option<i64>, Denied> {
        let writer = Writer::Owner { user: actor.id, name: actor.name.clone(), epoch };
        match self.append(chat, writer, &said.id, &said.text).await {
            Ok(Written::New(seq, _)) => Ok(Some(seq)),
            Err(NotWritten::Store(error)) => Err(error.into()),
            Err(NotWritten::Full) => Err(because(RefusalCode::TooMany, FULL)),
            // What it was, and to whom it may be told, is seen with the whole chat at hand.
            Ok(Written::Existing(_)) | Err(_) => Ok(None),
        }
    }

    /// Stores a message in a unit of work of its own.
    async fn agent_says_alone(
        &self,
        actor: &Actor,
        chat: ChatId,
        epoch: i64,
        said: &Said,
    ) -> Result<i64, Denied> {
        let mut tx = self.store().write().await?;
        let mut seat = find_seat(&mut tx, actor, chat).await?;
        match said.audience {
            Audience::All => {}
            Audience::Staff => check_note_taker(&seat)?,
        }
        let no_file = || because(RefusalCode::NotFound, NO_SUCH_FILE);
        let file = match said.file {
            Some(file) => Some(sent_file(&mut tx, file, chat, Sender::Agent).await?.ok_or_else(no_file)?),
            None => None,
        };
        let message = NewMessage {
            id: &said.id,
            sender: Sender::Agent,
            user: Some(actor.id),
            name: &actor.name,
            body: &said.text,
            file: file.as_ref(),
            audience: said.audience,
        };
        let appended = append_message(&mut tx, chat, message, self.clock().now()).await?;
        if let Appended::Existing(seq) = appended {
            self.tell_of_message(Sender::Agent, *seat.chat.mode, chat, *seat.chat.visitor_id, None);
            return Ok(seq);
        }
        if is_past_the_last(appended) {
            return Err(because(RefusalCode::TooMany, FULL));
        }
        // Read again: the number was taken under the chat's lock, and what it says now holds until the commit.
        let no_chat = || because(RefusalCode::NotFound, NO_SUCH_CHAT);
        seat.chat = find_chat(&mut tx, chat).await?.ok_or_else(no_chat)?;
        if said.audience.is_all() {
            let owner = match seat.chat.agent_id {
                Some(owner) => find_user(&mut tx, *owner).await?.map(|user| user.name),
                None => None,
            };
            seat.check_writer(epoch, owner.as_deref())?;
        }
        if let Some(file) = &file
            && !update_file_carried(&mut tx, file.id, chat, Sender::Agent).await?
        {
            return Err(no_file());
        }
        let sent = Sent { user: actor.id, chat, text: &said.text, audience: said.audience };
        update_drafts_sent(&mut tx, &[sent], self.clock().now()).await?;
        self.commit_message(tx, Sender::Agent, &seat.chat, appended.seq()).await?;
        Ok(appended.seq())
    }
}

fn is_past_the_last(appended: Appended) -> bool {
    match appended {
        Appended::New(seq) => seq > CHAT_MESSAGES_MAX,
        Appended::Existing(_) => false,
    }
}

/// What only the team sees is written by who may read the chat, once the visitor has been written to.
fn check_note_taker(seat: &Seat) -> Result<(), Denied> {
    if !seat.may_read() {
        return Err(because(RefusalCode::NotYours, "This chat belongs to somebody else."));
    }
    if is_silent_alert(&seat.chat) || *seat.chat.state == ChatState::Form {
        return Err(because(RefusalCode::BadFrame, "The visitor has not been written to yet."));
    }
    Ok(())
}

fn refusal(id: &str, not_written: NotWritten) -> Refusal {
    let (code, detail) = match not_written {
        NotWritten::NotFound | NotWritten::NotOwner | NotWritten::StaleOwner => {
            (RefusalCode::NotFound, NO_SUCH_CHAT)
        }
        NotWritten::FormFirst => (RefusalCode::BadFrame, "The form comes first."),
        NotWritten::Ended => (RefusalCode::ChatClosed, ENDED),
        NotWritten::Full => (RefusalCode::TooMany, FULL),
        NotWritten::Store(error) => return error.into(),
    };
    refuse(Some(id), code, detail)
}

/// Why a message is malformed, if it is.
fn check(said: &Said) -> Result<(), &'static str> {
    check_id(&said.id)?;
    if said.file.is_some() && said.text.trim().is_empty() {
        Ok(())
    } else {
        check_text(&said.text, MESSAGE_LEN_MAX)
    }
}

/// Why a text is malformed, if it is.
pub(super) fn check_text(text: &str, len_max: usize) -> Result<(), &'static str> {
    if text.contains('\0') {
        Err("A message may not contain the character 0.")
    } else if text.trim().is_empty() {
        Err("A message needs a text.")
    } else if text.chars().count() > len_max {
        Err("The text is too long: a message may have at most 4000 characters, a note 1000.")
    } else {
        Ok(())
    }
}

/// Why an id that a browser made is malformed, if it is.
///
/// # Errors
/// With a sentence.
pub fn check_id(id: &str) -> Result<(), &'static str> {
    if id.is_empty() || id.len() > MESSAGE_ID_LEN_MAX {
        Err("A message needs an id of 1 to 64 bytes.")
    } else if id.contains('\0') {
        Err("A message may not contain the character 0.")
    } else {
        Ok(())
    }
}

/// A file that this side sent to this chat.
async fn sent_file(
    tx: &mut Tx,
    file: FileId,
    chat: ChatId,
    sender: Sender,
) -> StoreResult<Option<FileAbout>> {
    let row = find_file(tx, file).await?.filter(|row| *row.chat_id == chat && *row.sender == sender);
    Ok(row.map(|row| row.about.0))
}
