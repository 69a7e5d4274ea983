//! Owns the SQL of files in chats: what they are, and their content in parts of bounded size.

use beckon_engine::id::{ChatId, FileId, SiteId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::{Json, Text};
use super::message::Sender;
use super::sql::{execute, fetch_one, fetch_optional};
use super::{StoreResult, Tx};

/// Bytes in one part.
pub const PART_BYTES: usize = 256 * 1024;

/// What a file is, without its content. Never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileAbout {
    /// Identity: random, not to be guessed.
    pub id: FileId,
    /// Name under which it is saved.
    pub name: String,
    /// What its content is, as this server found.
    pub media_type: String,
    /// Size of the whole.
    pub bytes: i64,
    /// Size of the picture, if it is one.
    pub picture: Option<Picture>,
}

/// Size of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Picture {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// Which rendering of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// All of it.
    Whole,
    /// A small picture of it.
    Thumb,
}

/// A file to add.
#[derive(Clone, Debug)]
pub struct NewFile<'a> {
    /// The site.
    pub site: SiteId,
    /// The chat.
    pub chat: ChatId,
    /// Who sends it.
    pub sender: Sender,
    /// Made by the browser.
    pub upload_id: &'a str,
    /// What it is.
    pub about: &'a FileAbout,
    /// The content.
    pub whole: &'a [u8],
    /// The thumbnail, if it is a picture.
    pub thumb: Option<&'a [u8]>,
}

/// One stored file.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FileRow {
    /// The chat.
    pub chat_id: Text<ChatId>,
    /// Who sent it.
    pub sender: Text<Sender>,
    /// What it is.
    pub about: Json<FileAbout>,
    /// Deleted then, unless a message carries it.
    pub due_at: Option<i64>,
}

/// How much is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FileUse {
    /// Files of the chat.
    pub chat_files: i64,
    /// Their bytes.
    pub chat_bytes: i64,
    /// Bytes of all files of the site.
    pub site_bytes: i64,
}

/// Adds a file with its content, to be deleted at `due` unless a message carries it by then.
///
/// # Errors
/// `Taken` when the same upload is there already, or the database failed.
pub async fn insert_file(tx: &mut Tx, file: &NewFile<'_>, now: UnixMs, due: UnixMs) -> StoreResult<()> {
    let stored = file.whole.len() + file.thumb.map_or(0, <[u8]>::len);
    execute!(
        tx,
        "INSERT INTO files (id, site_id, chat_id, sender, upload_id, about, stored_bytes, created_at, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        Text(file.about.id),
        Text(file.site),
        Text(file.chat),
        Text(file.sender),
        file.upload_id,
        Json(file.about),
        i64::try_from(stored).expect("a file is far smaller than that"),
        now.0,
        due.0,
    )?;
    insert_parts(tx, file.about.id, Shape::Whole, file.whole).await?;
    if let Some(thumb) = file.thumb {
        insert_parts(tx, file.about.id, Shape::Thumb, thumb).await?;
    }
    Ok(())
}

async fn insert_parts(tx: &mut Tx, id: FileId, shape: Shape, content: &[u8]) -> StoreResult<()> {
    for (part, bytes) in (0_i64..).zip(content.chunks(PART_BYTES)) {
        execute!(
            tx,
            "INSERT INTO file_parts (file_id, shape, part, content) VALUES ($1, $2, $3, $4)",
            Text(id),
            Text(shape),
            part,
            bytes,
        )?;
    }
    Ok(())
}

/// Finds a file.
///
/// # Errors
/// When the database failed.
pub async fn find_file(tx: &mut Tx, id: FileId) -> StoreResult<Option<FileRow>> {
    fetch_optional!(tx, FileRow, "SELECT chat_id, sender, about, due_at FROM files WHERE id = $1", Text(id))
}

/// Finds a file by the upload that brought it.
///
/// # Errors
/// When the database failed.
pub async fn find_file_by_upload(
    tx: &mut Tx,
    chat: ChatId,
    sender: Sender,
    upload_id: &str,
) -> StoreResult<Option<FileRow>> {
    fetch_optional!(
        tx,
        FileRow,
        "SELECT chat_id, sender, about, due_at FROM files WHERE chat_id = $1 AND sender = $2 AND upload_id = $3",
        Text(chat),
        Text(sender),
        upload_id,
    )
}

/// Finds one part of a file's content, from 0; none after the last.
///
/// # Errors
/// When the database failed.
pub async fn find_file_part(
    tx: &mut Tx,
    id: FileId,
    shape: Shape,
    part: i64,
) -> StoreResult<Option<Vec<u8>>> {
    let found: Option<(Vec<u8>,)> = fetch_optional!(
        tx,
        (Vec<u8>,),
        "SELECT content FROM file_parts WHERE file_id = $1 AND shape = $2 AND part = $3",
        Text(id),
        Text(shape),
        part,
    )?;
    Ok(found.map(|(content,)| content))
}

/// How much a chat and its site hold.
///
/// # Errors
/// When the database failed.
pub async fn find_file_use(tx: &mut Tx, site: SiteId, chat: ChatId) -> StoreResult<FileUse> {
    fetch_one!(
        tx,
        FileUse,
        "SELECT (SELECT COUNT(*) FROM files WHERE chat_id = $2) AS chat_files,
                (SELECT CAST(COALESCE(SUM(stored_bytes), 0) AS BIGINT) FROM files WHERE chat_id = $2) AS chat_bytes,
                (SELECT CAST(COALESCE(SUM(stored_bytes), 0) AS BIGINT) FROM files WHERE site_id = $1) AS site_bytes",
        Text(site),
        Text(chat),
    )
}

/// Marks a file as carried by a message: it stays as long as its chat. Yields false when this sender has no such file
/// in the chat, or a message carries it already.
///
/// # Errors
/// When the database failed.
pub async fn update_file_carried(tx: &mut Tx, id: FileId, chat: ChatId, sender: Sender) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE files SET due_at = NULL WHERE id = $1 AND chat_id = $2 AND sender = $3 AND due_at IS NOT NULL",
        Text(id),
        Text(chat),
        Text(sender),
    )?;
    Ok(rows == 1)
}

/// Deletes files that fell due before a message carried them.
///
/// # Errors
/// When the database failed.
pub async fn delete_due_files(tx: &mut Tx, now: UnixMs) -> StoreResult<u64> {
    execute!(tx, "DELETE FROM files WHERE due_at <= $1", now.0)
}
