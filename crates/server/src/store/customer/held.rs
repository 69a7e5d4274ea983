//! Owns the SQL that finds what is held on one person outside of record, visits and chats: mails and enquiries (N-4).

use beckon_engine::id::VisitorId;

use crate::store::chat::Answer;
use crate::store::column::{Json, Text};
use crate::store::mail::MailRow;
use crate::store::sql::fetch_all;
use crate::store::{StoreResult, Tx};
use uuid::Uuid;

/// An enquiry as its sender left it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LeftEnquiry {
    /// Identity.
    pub id: Text<Uuid>,
    /// Name, as it was given.
    pub name: String,
    /// E-mail address, as it was given.
    pub email: String,
    /// Answers of the form.
    pub answers: Json<Vec<Answer>>,
    /// The page it was left on.
    pub page_url: String,
    /// When it was handled, if it was.
    pub handled_at: Option<i64>,
    /// When it was left.
    pub created_at: i64,
}

/// Lists the mails in the outbox that tell of a visitor: transcripts of their chats, whoever asked for them, and their
/// enquiries to the staff. An address says nothing: anyone can type one.
///
/// # Errors
/// When the database failed.
pub async fn list_mails_of(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Vec<MailRow>> {
    fetch_all!(
        tx,
        MailRow,
        "SELECT id, kind, recipient, reply_to, subject, text, created_at, due_at, tries, sent_at, failed, last_error
         FROM mails WHERE chat_id IN (SELECT id FROM chats WHERE visitor_id = $1)
            OR enquiry_id IN (SELECT id FROM enquiries WHERE visitor_id = $1)",
        Text(visitor),
    )
}

/// Lists the enquiries that a visitor left, oldest first.
///
/// # Errors
/// When the database failed.
pub async fn list_enquiries_of(tx: &mut Tx, visitor: VisitorId) -> StoreResult<Vec<LeftEnquiry>> {
    fetch_all!(
        tx,
        LeftEnquiry,
        "SELECT id, name, email, answers, page_url, handled_at, created_at FROM enquiries
         WHERE visitor_id = $1 ORDER BY created_at, id",
        Text(visitor),
    )
}
