//! Owns files in chats: who may send one, how much there may be, and who may read one. What a file's content is, is
//! found out before; how it travels stands in `http`.

use beckon_engine::id::{ChatId, FileId, VisitorId};
use beckon_engine::queue::VisitorFiles;
use beckon_engine::time::UnixMs;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Driver;
use super::access::{Actor, Denied, find_readable, find_seat};
use super::admission::hash;
use super::notice::{Message, MessageFile};
use crate::store::chat::{ChatRow, ChatState, find_chat};
use crate::store::file::{
    FileAbout, FileRow, NewFile, find_file, find_file_by_upload, find_file_use, insert_file,
};
use crate::store::message::Sender;
use crate::store::participant::Part;
use crate::store::visitor::find_visitor_token_hash;
use crate::store::{StoreError, StoreResult, Tx};

/// Largest file, bytes.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Files of one chat, and their bytes.
pub const CHAT_FILES_MAX: i64 = 100;
/// Bytes of all files of one chat.
pub const CHAT_BYTES_MAX: i64 = 200 * 1024 * 1024;
/// Bytes of all files of one site.
pub const SITE_BYTES_MAX: i64 = 20 * 1024 * 1024 * 1024;
/// A file that no message carries by then is deleted.
const CARRIED_WITHIN_S: u32 = 24 * 3600;
/// A visitor's ticket ends with the second midnight after it was made, so that it stays the same for a day.
const TICKET_DAY_MS: i64 = 24 * 3_600_000;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRefusal {
    /// It has no content.
    Empty,
    /// It is larger than [`FILE_BYTES_MAX`].
    TooLarge,
    /// Files of this kind are not taken.
    KindNotAllowed,
    /// It says it is a picture, and cannot be read as one.
    BadPicture,
    /// It should be a picture, and is none that is taken.
    NoPicture,
    /// A picture of a site's looks that is larger than 5 MB.
    PictureTooLarge,
    /// Visitors may not send files here.
    Off,
    /// The chat has ended, or has not begun.
    ChatClosed,
    /// The chat has [`CHAT_FILES_MAX`] files or [`CHAT_BYTES_MAX`] bytes.
    ChatFull,
    /// The site has [`SITE_BYTES_MAX`] bytes.
    SiteFull,
    /// There is no such chat, or it is somebody else's.
    NotFound,
}

/// Why a file was not kept.
#[derive(Debug)]
pub enum NotKept {
    /// For this reason.
    Because(FileRefusal),
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for NotKept {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Who sends a file.
#[derive(Clone, Debug)]
pub enum FileSender {
    /// The visitor of the chat.
    Visitor(VisitorId),
    /// The agent who has it, or writes along.
    Agent(Actor),
}

/// A file that was checked.
#[derive(Debug)]
pub struct CheckedFile {
    /// What it is.
    pub about: FileAbout,
    /// The content.
    pub whole: Vec<u8>,
    /// The thumbnail, if it is a picture.
    pub thumb: Option<Vec<u8>>,
}

impl FileSender {
    fn side(&self) -> Sender {
        match self {
            Self::Visitor(_) => Sender::Visitor,
            Self::Agent(_) => Sender::Agent,
        }
    }
}

impl Driver {
    /// The file that this upload brought before, or none when it may be sent now.
    ///
    /// # Errors
    /// When the sender may not send a file to this chat, or the database failed.
    pub async fn expect_file(
        &self,
        sender: &FileSender,
        chat: ChatId,
        upload_id: &str,
    ) -> Result<Option<FileAbout>, NotKept> {
        let mut tx = self.store().read().await?;
        let row = self.chat_for_file(&mut tx, sender, chat).await?;
        if let Some(known) = find_file_by_upload(&mut tx, chat, sender.side(), upload_id).await? {
            return Ok(Some(known.about.0));
        }
        refuse_full(&mut tx, &row, 0).await?;
        Ok(None)
    }

    /// Keeps a checked file until a message carries it, once for each upload; yields what it is.
    ///
    /// # Errors
    /// When the sender may not send a file to this chat, there is no more room, or the database failed.
    pub async fn keep_file(
        &self,
        sender: &FileSender,
        chat: ChatId,
        upload_id: &str,
        file: &CheckedFile,
    ) -> Result<FileAbout, NotKept> {
        let now = self.clock().now();
        let mut tx = self.store().write().await?;
        let row = self.chat_for_file(&mut tx, sender, chat).await?;
        let more = file.whole.len() + file.thumb.as_ref().map_or(0, Vec::len);
        refuse_full(&mut tx, &row, i64::try_from(more).unwrap_or(i64::MAX)).await?;
        let new = NewFile {
            site: *row.site_id,
            chat,
            sender: sender.side(),
            upload_id,
            about: &file.about,
            whole: &file.whole,
            thumb: file.thumb.as_deref(),
        };
        match insert_file(&mut tx, &new, now, now.plus_s(CARRIED_WITHIN_S)).await {
            Ok(()) => {
                tx.commit().await?;
                metrics::counter!("beckon_files_total").increment(1);
                Ok(file.about.clone())
            }
            // The same upload came twice at once: the other one counts.
            Err(StoreError::Taken) => {
                drop(tx);
                let mut tx = self.store().read().await?;
                let known = find_file_by_upload(&mut tx, chat, sender.side(), upload_id).await?;
                known.map(|known| known.about.0).ok_or(NotKept::Store(StoreError::Taken))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A file that this person may read.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn file_for_agent(&self, actor: &Actor, file: FileId) -> StoreResult<Option<FileAbout>> {
        let mut tx = self.store().read().await?;
        let Some(row) = find_file(&mut tx, file).await? else { return Ok(None) };
        match find_readable(&mut tx, actor, *row.chat_id).await {
            Ok(_) => Ok(Some(row.about.0)),
            Err(Denied::Because(..)) => Ok(None),
            Err(Denied::Store(error)) => Err(error),
        }
    }

    /// A file that the holder of this ticket may read: the visitor of its chat.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn file_for_ticket(
        &self,
        file: FileId,
        until: i64,
        ticket: &str,
    ) -> StoreResult<Option<FileAbout>> {
        if until < self.clock().now().0 {
            return Ok(None);
        }
        let mut tx = self.store().read().await?;
        let Some((row, token_hash)) = file_and_token(&mut tx, file).await? else { return Ok(None) };
        let Ok(given) = hex::decode(ticket) else { return Ok(None) };
        let right = seal(&token_hash, file, until).verify_slice(&given).is_ok();
        Ok(right.then_some(row.about.0))
    }

    /// The chat, if the sender may send a file to it now.
    async fn chat_for_file(
        &self,
        tx: &mut Tx,
        sender: &FileSender,
        chat: ChatId,
    ) -> Result<ChatRow, NotKept> {
        let refused = NotKept::Because;
        match sender {
            FileSender::Visitor(visitor) => {
                let row = find_chat(tx, chat).await?.filter(|row| *row.visitor_id == *visitor);
                let row = row.ok_or(refused(FileRefusal::NotFound))?;
                if !self.takes_files(&row) {
                    return Err(refused(FileRefusal::Off));
                }
                match *row.state {
                    ChatState::Queued | ChatState::Ringing | ChatState::Active => Ok(row),
                    ChatState::Form | ChatState::Ended => Err(refused(FileRefusal::ChatClosed)),
                }
            }
            FileSender::Agent(actor) => {
                let seat = match find_seat(tx, actor, chat).await {
                    Ok(seat) => seat,
                    Err(Denied::Because(..)) => return Err(refused(FileRefusal::NotFound)),
                    Err(Denied::Store(error)) => return Err(error.into()),
                };
                if *seat.chat.state == ChatState::Ended {
                    return Err(refused(FileRefusal::ChatClosed));
                }
                let writes = seat.owns() || seat.part() == Some(Part::Guest);
                if !writes || *seat.chat.state != ChatState::Active {
                    return Err(refused(FileRefusal::NotFound));
                }
                Ok(seat.chat)
            }
        }
    }

    fn takes_files(&self, chat: &ChatRow) -> bool {
        let site = self.sites().by_id(*chat.site_id);
        let queue = site.as_ref().and_then(|site| site.world.config.queue(*chat.queue_id));
        queue.is_some_and(|queue| queue.plan.visitor_files == VisitorFiles::Allowed)
    }
}

/// A message whose file its visitor may read.
#[must_use]
pub fn ticketed(mut message: Message, token: &str, now: UnixMs) -> Message {
    if let Some(file) = &mut message.file {
        file.add_ticket(&hash(token), now);
    }
    message
}

/// A file that its visitor may read: with a ticket in the address, because a picture's address can carry nothing else.
#[must_use]
pub fn ticketed_file(mut file: MessageFile, token: &str, now: UnixMs) -> MessageFile {
    file.add_ticket(&hash(token), now);
    file
}

impl MessageFile {
    /// Lets the visitor with this token read the file for one or two days.
    fn add_ticket(&mut self, token_hash: &str, now: UnixMs) {
        let until = (now.0 / TICKET_DAY_MS + 2) * TICKET_DAY_MS;
        let ticket = hex::encode(seal(token_hash, self.id, until).finalize().into_bytes());
        for url in [Some(&mut self.url), self.thumb_url.as_mut()].into_iter().flatten() {
            url.push_str(&format!("?until={until}&ticket={ticket}"));
        }
    }
}

impl From<FileAbout> for MessageFile {
    fn from(about: FileAbout) -> Self {
        let url = format!("/files/{}", about.id);
        let thumb_url = about.picture.map(|_| format!("{url}/thumb"));
        let FileAbout { id, name, media_type, bytes, picture } = about;
        Self { id, name, media_type, bytes, picture, url, thumb_url }
    }
}

fn seal(token_hash: &str, file: FileId, until: i64) -> Hmac<Sha256> {
    let mut seal = Hmac::<Sha256>::new_from_slice(token_hash.as_bytes()).expect("any length makes a key");
    seal.update(format!("file {file} until {until}").as_bytes());
    seal
}

async fn file_and_token(tx: &mut Tx, file: FileId) -> StoreResult<Option<(FileRow, String)>> {
    let Some(row) = find_file(tx, file).await? else { return Ok(None) };
    let Some(chat) = find_chat(tx, *row.chat_id).await? else { return Ok(None) };
    let token_hash = find_visitor_token_hash(tx, *chat.visitor_id).await?;
    Ok(token_hash.map(|token_hash| (row, token_hash)))
}

async fn refuse_full(tx: &mut Tx, chat: &ChatRow, more: i64) -> Result<(), NotKept> {
    let used = find_file_use(tx, *chat.site_id, *chat.id).await?;
    if used.chat_files >= CHAT_FILES_MAX || used.chat_bytes + more > CHAT_BYTES_MAX {
        return Err(NotKept::Because(FileRefusal::ChatFull));
    }
    if used.site_bytes + more > SITE_BYTES_MAX {
        return Err(NotKept::Because(FileRefusal::SiteFull));
    }
    Ok(())
}
