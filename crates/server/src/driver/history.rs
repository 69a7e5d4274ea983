//! Owns what a search for an ended chat looks at. The list stands in the store.

use std::fmt::Write as _;

use beckon_engine::id::ChatId;

use crate::store::chat_view::find_chat_view;
use crate::store::history::{update_chat_search, words};
use crate::store::message::{Sender, list_messages};
use crate::store::{StoreResult, Tx};

/// Most characters that a search looks at in one chat.
const SEARCH_CHARS_MAX: usize = 16_000;
/// Most messages that it looks at.
const MESSAGES_MAX: i64 = 500;

/// Writes down the words of name, answers, what was noted and what was said.
///
/// # Errors
/// When the database failed.
pub async fn remember_for_search(tx: &mut Tx, chat: ChatId) -> StoreResult<()> {
    let Some(row) = find_chat_view(tx, chat).await? else { return Ok(()) };
    let mut text = row.visitor_name;
    for answer in &row.answers.0 {
        push(&mut text, &answer.value);
    }
    push(&mut text, &row.disposition);
    push(&mut text, &row.tags.0.join(" "));
    push(&mut text, &row.wrap_up_note);
    for message in list_messages(tx, chat, 0, MESSAGES_MAX).await? {
        if *message.sender != Sender::System {
            push(&mut text, &message.body);
        }
        if let Some(file) = message.file {
            push(&mut text, &file.0.name);
        }
    }
    let bounded: String = words(&text).join(" ").chars().take(SEARCH_CHARS_MAX).collect();
    update_chat_search(tx, chat, &bounded).await
}

fn push(text: &mut String, more: &str) {
    write!(text, " {more}").expect("a string takes everything");
}
