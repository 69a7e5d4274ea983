//! Owns what the notices to visitors and to consoles share. How they travel stands in `ws`.

use beckon_engine::id::FileId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::file::Picture;
use crate::store::message::{Audience, Sender};

pub mod agent;
pub mod visitor;

/// One message of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Message {
    /// Place in the chat, from 1.
    pub seq: i64,
    /// Made by the sender.
    pub id: String,
    /// Who wrote it.
    pub from: Sender,
    /// Name of the agent; empty otherwise.
    pub name: String,
    /// The text; a key when from the system.
    pub text: String,
    /// When it was stored.
    pub at: i64,
    /// Who may see it; absent for everyone.
    #[serde(default, skip_serializing_if = "Audience::is_all")]
    pub audience: Audience,
    /// The file it carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<MessageFile>,
}

/// A file that a message carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageFile {
    /// Identity.
    pub id: FileId,
    /// Name under which it is saved.
    pub name: String,
    /// What its content is.
    pub media_type: String,
    /// Size.
    pub bytes: i64,
    /// Size of the picture, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// Where it is, on this server.
    pub url: String,
    /// Where a small picture of it is, if it is a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumb_url: Option<String>,
}

/// Why a frame was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// Not a frame, or not one that can come now.
    BadFrame,
    /// No site has this key, or the token belongs to another one.
    UnknownSite,
    /// The page's origin is not among the site's.
    ForeignOrigin,
    /// Larger than a frame may be.
    TooLarge,
    /// Too many frames in a short time.
    TooMany,
    /// The chat has ended.
    ChatClosed,
    /// It belongs to somebody else.
    NotYours,
    /// There is no such thing.
    NotFound,
    /// Somebody else was faster.
    Taken,
    /// The chat has changed hands since.
    StaleOwner,
    /// The server cannot do it now; the browser keeps what it has and tries again.
    Unavailable,
}

/// Something with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Named<T> {
    /// Identity.
    pub id: T,
    /// Name.
    pub name: String,
}

/// A page as the console shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PageOnScreen {
    /// Address as it may be stored (T-10).
    pub url: String,
    /// Title of the document.
    pub title: String,
    /// When it was entered.
    pub entered_at: i64,
}
