//! Owns how visitors wait in a queue: who comes first, what an agent must know, and what happens to who has waited for
//! too long. Orders and chooses nobody.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::QueueId;

/// The highest priority of a chat; 0 is the ordinary one.
pub const PRIORITY_MAX: u8 = 9;
/// The highest level of a skill; 1 is the lowest.
pub const LEVEL_MAX: u8 = 5;

/// Priority of a chat by how it came about, 0 to 9; the higher is answered first, among equals who came first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Priorities {
    /// The visitor opened it unasked.
    pub reactive: u8,
    /// The visitor accepted an offer.
    pub invite: u8,
    /// The visitor comes from another queue, where nobody answered in time.
    pub moved: u8,
}

/// A skill that an agent must have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillNeed {
    /// Its name, 1 to 40 characters, as at the users.
    pub skill: String,
    /// At least this level, 1 to 5.
    #[serde(default = "lowest")]
    pub level: u8,
}

/// What becomes of a visitor who has waited for too long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Dequeue {
    /// A message is shown and the chat ends.
    Message {
        /// The text for every language without its own, 0 to 400 characters; empty shows the built-in one.
        #[serde(default)]
        text: String,
        /// The text in further languages, by BCP 47 tag.
        #[serde(default)]
        texts: BTreeMap<String, String>,
    },
    /// The enquiry form, to leave a message.
    Enquiry,
    /// The browser goes to an address, `https:` or `http:`.
    Url {
        /// Where to.
        url: String,
    },
    /// The visitor waits in another queue of the site, with the time waited so far.
    Queue {
        /// Which.
        queue_id: QueueId,
    },
}

impl Default for Dequeue {
    fn default() -> Self {
        Self::Message { text: String::new(), texts: BTreeMap::new() }
    }
}

fn lowest() -> u8 {
    1
}
