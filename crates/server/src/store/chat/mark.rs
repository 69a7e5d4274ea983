//! Owns the SQL of marks: up to which message each side of a chat has, and has read. A mark only moves forward.

use beckon_engine::id::ChatId;

use crate::store::column::Text;
use crate::store::sql::execute;
use crate::store::{StoreResult, Tx};

/// Moves the visitor's read mark forward; what is read was delivered. Yields false when it is there already.
///
/// # Errors
/// When the database failed.
pub async fn update_visitor_read(tx: &mut Tx, id: ChatId, seq: i64) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET visitor_read_seq = $2,
                          visitor_delivered_seq = CASE WHEN visitor_delivered_seq < $2 THEN $2 ELSE visitor_delivered_seq END
         WHERE id = $1 AND visitor_read_seq < $2 AND last_seq >= $2",
        Text(id),
        seq,
    )?;
    Ok(rows == 1)
}

/// Moves the agent's read mark forward; what is read was delivered. Yields false when it is there already.
///
/// # Errors
/// When the database failed.
pub async fn update_agent_read(tx: &mut Tx, id: ChatId, seq: i64) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET agent_read_seq = $2,
                          agent_delivered_seq = CASE WHEN agent_delivered_seq < $2 THEN $2 ELSE agent_delivered_seq END
         WHERE id = $1 AND agent_read_seq < $2 AND last_seq >= $2",
        Text(id),
        seq,
    )?;
    Ok(rows == 1)
}

/// Moves the mark of what the visitor's browser has. Yields false when it is there already.
///
/// # Errors
/// When the database failed.
pub async fn update_visitor_delivered(tx: &mut Tx, id: ChatId, seq: i64) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET visitor_delivered_seq = $2 WHERE id = $1 AND visitor_delivered_seq < $2 AND last_seq >= $2",
        Text(id),
        seq,
    )?;
    Ok(rows == 1)
}

/// Moves the mark of what the agent's console has. Yields false when it is there already.
///
/// # Errors
/// When the database failed.
pub async fn update_agent_delivered(tx: &mut Tx, id: ChatId, seq: i64) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE chats SET agent_delivered_seq = $2 WHERE id = $1 AND agent_delivered_seq < $2 AND last_seq >= $2",
        Text(id),
        seq,
    )?;
    Ok(rows == 1)
}
