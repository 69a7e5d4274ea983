//! Owns the transcript of a chat by e-mail: who may ask for it, and what it says (P-7). The mail leaves by the outbox,
//! once the chat has ended.

use std::fmt::Write as _;

use beckon_engine::id::{ChatId, UserId, VisitorId};
use beckon_engine::time::UnixMs;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use self::words::Words;
use super::access::{Actor, Denied, because, find_seat};
use super::conversation::{Refusal, own_chat, refuse};
use super::form::is_email;
use super::notice::RefusalCode;
use super::notice::visitor::TranscriptState;
use super::{Driver, Mails};
use crate::bus::Hint;
use crate::store::chat::{ChatRow, ChatState, find_chat_locked};
use crate::store::column::Text;
use crate::store::mail::{Cause, NewMail, insert_mail};
use crate::store::message::{MessageRow, Sender, list_messages};
use crate::store::transcript::{
    TranscriptRow, count_transcripts, insert_transcript, update_transcripts_sent,
};
use crate::store::visit::find_visit;
use crate::store::{StoreResult, Tx};

mod words;

/// Most transcripts of one chat that agents send; and as many that the visitor asks for.
pub const TRANSCRIPTS_MAX: i64 = 3;
/// Longest e-mail address, characters.
const ADDRESS_LEN_MAX: usize = 254;
/// Most messages in a transcript.
const MESSAGES_MAX: i64 = 2_000;

impl Driver {
    /// Promises the visitor the transcript of their chat.
    ///
    /// # Errors
    /// When the chat is not the visitor's, none is offered or too many were asked for, the address is malformed, or the
    /// database failed.
    pub async fn visitor_wants_transcript(
        &self,
        visitor: VisitorId,
        chat: ChatId,
        email: &str,
    ) -> Result<(), Refusal> {
        let mut tx = self.store().write().await?;
        let row = own_chat(&mut tx, visitor, chat, None).await?;
        if self.transcript_state(&mut tx, &row).await?.is_none() {
            return Err(refuse(None, RefusalCode::NotFound, "This chat has no transcript by e-mail."));
        }
        self.promise(&mut tx, &row, email, None).await.map_err(|denied| match denied {
            Denied::Because(code, detail) => refuse(None, code, &detail),
            Denied::Store(error) => Refusal::Store(error),
        })?;
        Ok(self.commit_and_tell(tx, [Hint::ChatChanged { chat, visitor }]).await?)
    }

    /// Sends the transcript of a chat to an address that its agent, or a supervisor, names.
    ///
    /// # Errors
    /// When the person may not read the chat or has not had it, no mail leaves, the address is malformed, too many were
    /// asked for, or the database failed.
    pub async fn agent_sends_transcript(
        &self,
        actor: &Actor,
        chat: ChatId,
        email: &str,
    ) -> Result<(), Denied> {
        let mut tx = self.store().write().await?;
        let seat = find_seat(&mut tx, actor, chat).await?;
        if !seat.owns() && !actor.supervises() {
            return Err(because(RefusalCode::NotYours, "This chat belongs to somebody else."));
        }
        match self.mails() {
            Mails::Leave => {}
            Mails::Wait => return Err(because(RefusalCode::Unavailable, "This server sends no e-mail.")),
        }
        self.promise(&mut tx, &seat.chat, email, Some(actor.id)).await?;
        self.commit_and_tell_of(tx, &seat.chat, false).await?;
        Ok(())
    }

    /// Whether the visitor of this chat is offered its transcript, or has been promised it; none when neither.
    pub(super) async fn transcript_state(
        &self,
        tx: &mut Tx,
        chat: &ChatRow,
    ) -> StoreResult<Option<TranscriptState>> {
        let offered = match self.mails() {
            Mails::Leave => self.conduct_of(chat).transcript,
            Mails::Wait => false,
        };
        let spoken =
            matches!(*chat.state, ChatState::Active | ChatState::Ended) && chat.answered_at.is_some();
        if !offered || !spoken {
            return Ok(None);
        }
        let (_, own) = count_transcripts(tx, *chat.id).await?;
        Ok(Some(if own > 0 { TranscriptState::Promised } else { TranscriptState::Offered }))
    }

    /// Writes the mails that were promised for a chat that has ended.
    pub(super) async fn send_transcripts(&self, tx: &mut Tx, chat: &ChatRow, now: UnixMs) -> StoreResult<()> {
        let wishes = update_transcripts_sent(tx, *chat.id, now).await?;
        if wishes.is_empty() {
            return Ok(());
        }
        let (subject, text) = self.compose(tx, chat).await?;
        for wish in wishes {
            let mail = NewMail {
                id: *wish.id,
                cause: Cause::Transcript(*chat.id),
                to: &wish.address,
                reply_to: None,
                subject: &subject,
                text: &text,
            };
            if !insert_mail(tx, mail, now).await? {
                tracing::warn!(chat = %*chat.id, "the outbox is full: a transcript is not sent");
            }
        }
        Ok(())
    }

    async fn promise(
        &self,
        tx: &mut Tx,
        chat: &ChatRow,
        email: &str,
        by: Option<UserId>,
    ) -> Result<(), Denied> {
        let email = email.trim();
        if email.chars().count() > ADDRESS_LEN_MAX || !is_email(email) {
            return Err(because(RefusalCode::BadFrame, "This is no e-mail address."));
        }
        let now = self.clock().now();
        // Under this lock two wishes cannot both be the last one, and none is made while the chat ends.
        let chat = &lock_chat(tx, chat).await?;
        let (all, own) = count_transcripts(tx, *chat.id).await?;
        // What agents have sent takes nothing away from the visitor.
        if (if by.is_some() { all - own } else { own }) >= TRANSCRIPTS_MAX {
            return Err(because(
                RefusalCode::TooMany,
                "The transcript of a chat is sent at most three times.",
            ));
        }
        let wish = TranscriptRow { id: Text(self.clock().new_id()), address: email.to_owned() };
        insert_transcript(tx, *chat.id, &wish, by, now).await?;
        if *chat.state == ChatState::Ended {
            self.send_transcripts(tx, chat, now).await?;
        }
        Ok(())
    }

    /// Subject and text, in the visitor's language and time zone.
    async fn compose(&self, tx: &mut Tx, chat: &ChatRow) -> StoreResult<(String, String)> {
        let visit = find_visit(tx, *chat.visit_id).await?;
        let (language, zone) =
            visit.map_or_else(Default::default, |visit| (visit.facts.language, visit.facts.time_zone));
        let words = Words::of(&language);
        let zone = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
        let site = self.sites().by_id(*chat.site_id);
        let name = site.map(|site| site.row.name.clone()).unwrap_or_default();
        let messages =
            list_messages(tx, *chat.id, (chat.last_seq - MESSAGES_MAX).max(0), MESSAGES_MAX + 1).await?;
        let mut text = format!("{}\n\n", words.intro(&name));
        for message in &messages {
            push_line(&mut text, message, words, &zone);
        }
        Ok((words.subject(&name), text))
    }
}

/// The chat as it is, and stays until this unit of work ends.
async fn lock_chat(tx: &mut Tx, chat: &ChatRow) -> Result<ChatRow, Denied> {
    let found = find_chat_locked(tx, *chat.id).await?;
    found.ok_or_else(|| because(RefusalCode::NotFound, "There is no such chat."))
}

/// What the visitor saw of a message, as a line; nothing for what only the team sees.
fn push_line(text: &mut String, message: &MessageRow, words: &Words, zone: &TimeZone) {
    if !message.audience.is_all() {
        return;
    }
    let at = Timestamp::from_millisecond(message.sent_at).unwrap_or_default().to_zoned(zone.clone());
    let at = at.strftime("%Y-%m-%d %H:%M");
    let file = message.file.as_ref().map(|file| format!("[{}: {}]", words.file, file.0.name));
    let body: Vec<&str> = [message.body.as_str(), file.as_deref().unwrap_or_default()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let body = body.join(" ");
    let said = match *message.sender {
        Sender::Visitor => format!("{}: {body}", words.you),
        Sender::Agent => format!("{}: {body}", message.name),
        Sender::System if message.body == "agent_joined" || message.body == "handed_over" => {
            format!("({})", words.joined(&message.name))
        }
        Sender::System => return,
    };
    writeln!(text, "[{at}] {said}").expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use beckon_engine::id::FileId;

    use super::words::ENGLISH;
    use super::*;
    use crate::store::column::Json;
    use crate::store::file::FileAbout;

    // spec: P-7
    #[test]
    fn a_message_that_is_only_a_file_says_which() {
        let about = FileAbout {
            id: FileId(uuid::Uuid::nil()),
            name: "chair.png".to_owned(),
            media_type: "image/png".to_owned(),
            bytes: 1,
            picture: None,
        };
        let line = |body: &str, words: &Words| {
            let message = MessageRow {
                seq: 1,
                id: "a".to_owned(),
                sender: Text(Sender::Agent),
                name: "Alice".to_owned(),
                body: body.to_owned(),
                file: Some(Json(about.clone())),
                sent_at: 0,
                audience: Text(crate::store::message::Audience::All),
            };
            let mut text = String::new();
            push_line(&mut text, &message, words, &TimeZone::UTC);
            text
        };
        assert_eq!(line("", &ENGLISH), "[1970-01-01 00:00] Alice: [File: chair.png]\n");
        assert_eq!(line("Hier", Words::of("de-AT")), "[1970-01-01 00:00] Alice: Hier [Datei: chair.png]\n");
    }
}
