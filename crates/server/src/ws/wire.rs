//! Owns how frames are read and written, and what the frames of visitors and consoles share. Unknown fields are ignored.

use beckon_engine::id::ChatId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub mod agent;
pub mod sorting;
pub mod visitor;

/// Version of the frames.
pub const VERSION: u32 = 1;

/// A chat that a browser holds.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub struct Held {
    /// The chat.
    pub id: ChatId,
    /// The last message it holds; 0 for none.
    pub after: i64,
}

/// Reads one frame.
///
/// # Errors
/// A sentence for the developer of the page; it repeats nothing of the frame.
pub fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        format!("Not a frame of this protocol, at line {} column {}.", error.line(), error.column())
    })
}

/// Writes one frame.
#[must_use]
pub fn write(notice: &impl Serialize) -> String {
    serde_json::to_string(notice).expect("a notice is plain data")
}
