//! Owns the writing of messages to the embedded database: one unit of work without handing anything to another thread, on a
//! connection of its own, under the turn that all who write take. Each statement is about one row.

use std::path::Path;
use std::sync::Arc;

use beckon_engine::id::{ChatId, UserId};
use beckon_engine::time::UnixMs;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{LockedChat, NumberedMessage};
use crate::store::checkpoint::LOG_PAGES_MAX;
use crate::store::column::{Text, from_plain_text, plain_text};
use crate::store::draft::{Sent, WHITE_SPACE};
use crate::store::message::Sender;
pub use crate::store::writer::Turn;
use crate::store::writer::Writer;
use crate::store::{BUSY_TIMEOUT, Pools, Store, StoreError, StoreResult, WRITING, synchronous};

/// Statements that stay compiled: all that this file has.
const STATEMENTS: usize = 16;

/// The connection. One thread has it.
#[derive(Debug)]
pub struct MessageWriter {
    connection: Connection,
}

/// The turns of those who write to the embedded database.
#[derive(Clone, Debug)]
pub struct Turns(Writer);

/// A unit of work. Dropped without [`MessageBatch::commit`] it is rolled back.
#[derive(Debug)]
pub struct MessageBatch<'c> {
    tx: Transaction<'c>,
    _turn: Turn,
}

impl Store {
    /// The turns of those who write to the embedded database; none on PostgreSQL.
    #[must_use]
    pub fn turns(&self) -> Option<Turns> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => writer.clone().map(Turns),
            Pools::Postgres { .. } => None,
        }
    }
}

impl Turns {
    /// The right to write next, which waits until those before have ended.
    ///
    /// # Errors
    /// When it is not had in time, or the database is closed.
    pub async fn take(&self) -> StoreResult<Turn> {
        Ok(self.0.turn().await?)
    }

    /// Opens a connection for messages.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(&self) -> StoreResult<MessageWriter> {
        MessageWriter::open(self.0.file())
    }
}

impl MessageWriter {
    fn open(file: &Path) -> StoreResult<Self> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "synchronous", synchronous())?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES_MAX)?;
        for (pragma, value) in WRITING {
            connection.pragma_update(None, pragma, value)?;
        }
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self { connection })
    }

    /// Begins a unit of work in this turn.
    ///
    /// # Errors
    /// When the database failed.
    pub fn begin(&mut self, turn: Turn) -> StoreResult<MessageBatch<'_>> {
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(MessageBatch { tx, _turn: turn })
    }
}

impl MessageBatch<'_> {
    /// The chat, as it stays until this unit of work ends.
    ///
    /// # Errors
    /// When the database failed.
    pub fn find_chat(&self, chat: ChatId) -> StoreResult<Option<LockedChat>> {
        let mut statement = self.tx.prepare_cached(
            "SELECT id, visitor_id, mode, state, agent_id, owner_epoch, last_seq, idle_warned_at
             FROM chats WHERE id = ?1",
        )?;
        Ok(statement.query_row(params![Text(chat)], LockedChat::of).optional()?)
    }

    /// Writes a message that everyone may see. Yields false when its sender has written one with this id already.
    ///
    /// # Errors
    /// When the database failed.
    pub fn insert_message(&self, message: &NumberedMessage<'_>, now: UnixMs) -> StoreResult<bool> {
        let mut statement = self.tx.prepare_cached(
            "INSERT INTO messages (chat_id, seq, id, sender, user_id, name, body, sent_at, audience)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'all') ON CONFLICT (chat_id, sender, id) DO NOTHING",
        )?;
        let written = statement.execute(params![
            Text(message.chat),
            message.seq,
            message.id,
            Text(message.sender),
            message.user.map(Text),
            message.name,
            message.body,
            now.0,
        ])?;
        Ok(written == 1)
    }

    /// The number of a message that is there.
    ///
    /// # Errors
    /// When the database failed.
    pub fn find_message_seq(&self, chat: ChatId, sender: Sender, id: &str) -> StoreResult<Option<i64>> {
        let mut statement = self
            .tx
            .prepare_cached("SELECT seq FROM messages WHERE chat_id = ?1 AND sender = ?2 AND id = ?3")?;
        Ok(statement.query_row(params![Text(chat), Text(sender), id], |row| row.get(0)).optional()?)
    }

    /// Notes the last number that a message of the chat has.
    ///
    /// # Errors
    /// When the database failed.
    pub fn update_last_seq(&self, chat: ChatId, last_seq: i64) -> StoreResult<()> {
        let mut statement = self.tx.prepare_cached("UPDATE chats SET last_seq = ?2 WHERE id = ?1")?;
        statement.execute(params![Text(chat), last_seq])?;
        Ok(())
    }

    /// As [`update_drafts_sent`](crate::store::draft::update_drafts_sent), for one message.
    ///
    /// # Errors
    /// When the database failed.
    pub fn update_draft_sent(&self, sent: &Sent<'_>, now: UnixMs) -> StoreResult<()> {
        let mut statement = self.tx.prepare_cached(
            "UPDATE drafts SET body = '', updated_at = ?5 WHERE user_id = ?1 AND chat_id = ?2 AND audience = ?3 AND body <> ''
             AND substr(?4, 1, length(trim(body, ?6))) = trim(body, ?6)",
        )?;
        let Sent { user, chat, text, audience } = *sent;
        statement.execute(params![Text(user), Text(chat), Text(audience), text, now.0, WHITE_SPACE])?;
        Ok(())
    }

    /// Makes everything in it durable.
    ///
    /// # Errors
    /// When the database refused.
    pub fn commit(self) -> StoreResult<()> {
        Ok(self.tx.commit()?)
    }
}

impl LockedChat {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let agent: Option<Text<UserId>> = row.get(4)?;
        Ok(Self {
            id: row.get(0)?,
            visitor_id: row.get(1)?,
            mode: row.get(2)?,
            state: row.get(3)?,
            agent_id: agent,
            owner_epoch: row.get(5)?,
            last_seq: row.get(6)?,
            idle_warned_at: row.get(7)?,
        })
    }
}

impl<T: Serialize> ToSql for Text<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        plain_text(&self.0).map(ToSqlOutput::from).map_err(rusqlite::Error::ToSqlConversionFailure)
    }
}

impl<T: DeserializeOwned> FromSql for Text<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        from_plain_text(value.as_str()?).map(Text).map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ffi::{
            SQLITE_CONSTRAINT_FOREIGNKEY, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE,
        };
        match error.sqlite_error().map(|error| error.extended_code) {
            Some(SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_UNIQUE) => Self::Taken,
            Some(SQLITE_CONSTRAINT_FOREIGNKEY) => Self::InUse,
            _ => Self::Batch(Arc::from(error.to_string())),
        }
    }
}
