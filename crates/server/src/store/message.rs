//! Owns the SQL of messages: numbered without gaps within a chat, stored once however often they are sent.

use beckon_engine::id::{ChatId, UserId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::{Json, Text};
use super::file::FileAbout;
use super::sql::{fetch_all, fetch_one, fetch_optional};
use super::{StoreResult, Tx};

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    /// The visitor.
    Visitor,
    /// An agent.
    Agent,
    /// Beckon itself; the text is a key.
    System,
}

/// Who may see a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everyone in the chat.
    #[default]
    All,
    /// Only those who work here; the visitor is told that there is a number, and nothing of what it holds.
    Staff,
}

impl Audience {
    /// The visitor sees it too.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::All
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MessageRow {
    /// Place in the chat, from 1.
    pub seq: i64,
    /// Made by the sender.
    pub id: String,
    /// Who wrote it.
    pub sender: Text<Sender>,
    /// Name of the agent then; empty otherwise.
    pub name: String,
    /// The text.
    pub body: String,
    /// The file it carries.
    pub file: Option<Json<FileAbout>>,
    /// When it was stored.
    pub sent_at: i64,
    /// Who may see it.
    pub audience: Text<Audience>,
}

/// A message to append.
#[derive(Clone, Copy, Debug)]
pub struct NewMessage<'a> {
    /// Made by the sender.
    pub id: &'a str,
    /// Who writes it.
    pub sender: Sender,
    /// The agent.
    pub user: Option<UserId>,
    /// Name of the agent; empty otherwise.
    pub name: &'a str,
    /// The text; may be empty when there is a file.
    pub body: &'a str,
    /// The file it carries.
    pub file: Option<&'a FileAbout>,
    /// Who may see it.
    pub audience: Audience,
}

/// What appending came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// Stored under this number.
    New(i64),
    /// It was already there, under this number; the unit of work must not be committed.
    Existing(i64),
}

impl Appended {
    /// The number under which it is stored.
    #[must_use]
    pub const fn seq(self) -> i64 {
        let (Self::New(seq) | Self::Existing(seq)) = self;
        seq
    }
}

/// Appends a message under the next number of its chat. Taking the number locks the chat for this unit of work.
///
/// # Errors
/// When the chat does not exist, or the database failed.
pub async fn append_message(
    tx: &mut Tx,
    chat: ChatId,
    message: NewMessage<'_>,
    now: UnixMs,
) -> StoreResult<Appended> {
    let (seq,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "UPDATE chats SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq",
        Text(chat),
    )?;
    let stored: Option<(i64,)> = fetch_optional!(
        tx,
        (i64,),
        "INSERT INTO messages (chat_id, seq, id, sender, user_id, name, body, file, sent_at, audience)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (chat_id, sender, id) DO NOTHING RETURNING seq",
        Text(chat),
        seq,
        message.id,
        Text(message.sender),
        message.user.map(Text),
        message.name,
        message.body,
        message.file.map(Json),
        now.0,
        Text(message.audience),
    )?;
    if let Some((seq,)) = stored {
        return Ok(Appended::New(seq));
    }
    let (seq,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "SELECT seq FROM messages WHERE chat_id = $1 AND sender = $2 AND id = $3",
        Text(chat),
        Text(message.sender),
        message.id,
    )?;
    Ok(Appended::Existing(seq))
}

pub(in crate::store) const LIST: &str =
    "SELECT seq, id, sender, name, body, file, sent_at, audience FROM messages
         WHERE chat_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";

/// As a limit: a chat can have no more messages than the driver lets it have.
pub const EVERY_MESSAGE: i64 = i64::MAX;

/// Lists at most `limit` messages of a chat after number `after`, in order.
///
/// # Errors
/// When the database failed.
pub async fn list_messages(
    tx: &mut Tx,
    chat: ChatId,
    after: i64,
    limit: i64,
) -> StoreResult<Vec<MessageRow>> {
    fetch_all!(tx, MessageRow, LIST, Text(chat), after, limit,)
}

/// When the visitor of a chat began to owe an answer: the first message of an agent after the visitor's last, and after
/// the owner joined, for what was written before was answered by waiting. None while there is no such message.
///
/// # Errors
/// When the database failed.
pub async fn find_unanswered_since(tx: &mut Tx, chat: ChatId) -> StoreResult<Option<UnixMs>> {
    let (since,): (Option<i64>,) = fetch_one!(
        tx,
        (Option<i64>,),
        "SELECT MIN(sent_at) FROM messages
         WHERE chat_id = $1 AND sender = 'agent' AND audience = 'all'
           AND seq > COALESCE((SELECT MAX(seq) FROM messages WHERE chat_id = $1 AND sender = 'visitor'), 0)
           AND sent_at >= COALESCE((SELECT MAX(joined_at) FROM chat_participants
                                    WHERE chat_id = $1 AND part = 'owner' AND left_at IS NULL), 0)",
        Text(chat),
    )?;
    Ok(since.map(UnixMs))
}
