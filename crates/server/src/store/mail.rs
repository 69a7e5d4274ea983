//! Owns the SQL of the outbox: mail is written here together with what causes it, and leaves later. Sends nothing.

use beckon_engine::id::{ChatId, UserId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::column::Text;
use super::sql::{execute, fetch_all};
use super::{StoreResult, Tx};

/// Mails that may wait; further ones are not taken.
pub const MAILS_WAITING_MAX: i64 = 100_000;
/// Mails tried in one look.
const BATCH: i64 = 50;

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// A visitor left an enquiry; goes to the addresses of the queue.
    Enquiry,
    /// What was said in a chat (P-7); goes to the visitor.
    Transcript,
    /// A link to choose a password with; goes to a user.
    UserLink,
}

/// What a mail is written for: whoever is handed out or erased with it, the mail is too (N-4).
#[derive(Clone, Copy, Debug)]
pub enum Cause {
    /// A visitor left this enquiry.
    Enquiry(Uuid),
    /// Somebody asked for what was said in this chat.
    Transcript(ChatId),
    /// An administrator made a link for this user.
    UserLink(UserId),
}

/// A mail to send.
#[derive(Clone, Copy, Debug)]
pub struct NewMail<'a> {
    /// Identity, from which the `Message-ID` is made.
    pub id: Uuid,
    /// What it is written for.
    pub cause: Cause,
    /// One e-mail address.
    pub to: &'a str,
    /// Where an answer goes, if not to the sender.
    pub reply_to: Option<&'a str>,
    /// Subject; what is not a printable character becomes a space.
    pub subject: &'a str,
    /// Plain text; sealed where it carries a link that lets its reader in.
    pub text: &'a str,
}

/// A mail in the outbox.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MailRow {
    /// Identity.
    pub id: Text<Uuid>,
    /// What it is about.
    pub kind: Text<MailKind>,
    /// To whom.
    pub recipient: String,
    /// Where an answer goes, if not to the sender.
    pub reply_to: Option<String>,
    /// Subject.
    pub subject: String,
    /// Plain text; sealed where it carries a link that lets its reader in.
    pub text: String,
    /// When it was written.
    pub created_at: i64,
    /// When it is tried next; `None` once it is sent or given up.
    pub due_at: Option<i64>,
    /// How often it was tried.
    pub tries: i64,
    /// When the mail server took it.
    pub sent_at: Option<i64>,
    /// It was given up.
    pub failed: bool,
    /// Why the last try failed; empty when none did.
    pub last_error: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, kind, recipient, reply_to, subject, text, created_at, due_at, tries, sent_at, failed, last_error
             FROM mails ",
            $rest
        )
    };
}

/// Adds a mail that is due at once. Yields false when [`MAILS_WAITING_MAX`] wait already.
///
/// # Errors
/// When the database failed.
pub async fn insert_mail(tx: &mut Tx, mail: NewMail<'_>, now: UnixMs) -> StoreResult<bool> {
    let (kind, chat, enquiry, user) = match mail.cause {
        Cause::Enquiry(id) => (MailKind::Enquiry, None, Some(Text(id)), None),
        Cause::Transcript(chat) => (MailKind::Transcript, Some(Text(chat)), None, None),
        Cause::UserLink(user) => (MailKind::UserLink, None, None, Some(Text(user))),
    };
    let rows = execute!(
        tx,
        "INSERT INTO mails (id, kind, recipient, reply_to, subject, text, created_at, due_at, tries, failed, last_error,
                            chat_id, enquiry_id, user_id)
         SELECT $1, $2, $3, $4, $5, $6, $7, $7, 0, FALSE, '', $9, $10, $11
         WHERE (SELECT COUNT(*) FROM mails WHERE due_at IS NOT NULL) < $8",
        Text(mail.id),
        Text(kind),
        mail.to,
        mail.reply_to,
        mail.subject,
        mail.text,
        now.0,
        MAILS_WAITING_MAX,
        chat,
        enquiry,
        user,
    )?;
    if rows == 0 {
        tracing::error!(?kind, "too many mails wait: one was not taken");
    }
    Ok(rows == 1)
}

/// Lists some of the mails that are due, the longest due first.
///
/// # Errors
/// When the database failed.
pub async fn list_due_mails(tx: &mut Tx, now: UnixMs) -> StoreResult<Vec<MailRow>> {
    fetch_all!(
        tx,
        MailRow,
        select!("WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at, id LIMIT $2"),
        now.0,
        BATCH,
    )
}

/// Lists the newest mails.
///
/// # Errors
/// When the database failed.
pub async fn list_mails(tx: &mut Tx, limit: i64) -> StoreResult<Vec<MailRow>> {
    fetch_all!(tx, MailRow, select!("ORDER BY created_at DESC, id DESC LIMIT $1"), limit)
}

/// Claims a mail for one try, until `lease`: unless it is settled by then it is due again. Yields false when another
/// node was faster.
///
/// # Errors
/// When the database failed.
pub async fn update_mail_claimed(tx: &mut Tx, mail: &MailRow, lease: UnixMs) -> StoreResult<bool> {
    let rows = execute!(
        tx,
        "UPDATE mails SET tries = tries + 1, due_at = $2 WHERE id = $1 AND tries = $3 AND due_at IS NOT NULL",
        mail.id,
        lease.0,
        mail.tries,
    )?;
    Ok(rows == 1)
}

/// Records that the mail server took a mail. What made a link good is not kept.
///
/// # Errors
/// When the database failed.
pub async fn update_mail_sent(tx: &mut Tx, id: Uuid, now: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE mails SET sent_at = $2, due_at = NULL, failed = FALSE, last_error = '',
             text = CASE WHEN kind = 'user_link' THEN '' ELSE text END
         WHERE id = $1 AND sent_at IS NULL",
        Text(id),
        now.0,
    )?;
    Ok(())
}

/// Records that a try of a mail as it was before its claim failed, and when the next one is; with none the mail is given up. When
/// it was claimed again meanwhile, that claim holds.
///
/// # Errors
/// When the database failed.
pub async fn update_mail_failed(
    tx: &mut Tx,
    mail: &MailRow,
    again_at: Option<UnixMs>,
    error: &str,
) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE mails SET due_at = $2, failed = $3, last_error = $4,
             text = CASE WHEN $3 AND kind = 'user_link' THEN '' ELSE text END
         WHERE id = $1 AND sent_at IS NULL AND tries = $5",
        mail.id,
        again_at.map(|at| at.0),
        again_at.is_none(),
        error,
        mail.tries + 1,
    )?;
    Ok(())
}

/// Takes back mails that carry a link for this user and have not left.
///
/// # Errors
/// When the database failed.
pub async fn delete_link_mails(tx: &mut Tx, user: UserId) -> StoreResult<()> {
    execute!(tx, "DELETE FROM mails WHERE user_id = $1 AND due_at IS NOT NULL", Text(user))?;
    Ok(())
}

/// Forgets mails that were sent or given up and were written before `before`. An enquiry keeps how its mails ended.
///
/// # Errors
/// When the database failed.
pub async fn delete_old_mails(tx: &mut Tx, before: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE enquiries SET mail = COALESCE(
             (SELECT 'failed' FROM mails m WHERE m.enquiry_id = enquiries.id AND m.failed LIMIT 1), mail, 'sent')
         WHERE id IN (SELECT enquiry_id FROM mails
                      WHERE due_at IS NULL AND created_at < $1 AND enquiry_id IS NOT NULL)",
        before.0,
    )?;
    execute!(tx, "DELETE FROM mails WHERE due_at IS NULL AND created_at < $1", before.0)?;
    Ok(())
}
