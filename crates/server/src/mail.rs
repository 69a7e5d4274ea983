//! Owns talking to the mail server: from a row of the outbox to a message that it took. What is sent when stands in
//! `jobs`.

use std::time::{Duration, SystemTime};

use anyhow::Context;
use beckon_engine::time::UnixMs;
use lettre::address::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::config::Mail;
use crate::store::mail::MailRow;

/// What does not answer within this time is asked again later.
const ANSWER_MAX: Duration = Duration::from_secs(20);
const SUBJECT_CHARS_MAX: usize = 200;
const ERROR_CHARS_MAX: usize = 300;
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// A way to the mail server of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why the mail server did not take a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// It refused this message for good, or the message cannot be written.
    Refused(String),
    /// It refused it for now.
    Deferred(String),
    /// It could not be reached.
    Unreachable(String),
}

impl Mailer {
    /// Prepares the way; reaches for nothing yet.
    ///
    /// # Errors
    /// When the address of the server or of the sender is malformed.
    pub fn new(settings: &Mail) -> anyhow::Result<Self> {
        let from = settings.from.parse().context("mail_from is not an e-mail address")?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&settings.smtp_url)
            .context("smtp_url is not an address such as smtps://user:password@mail.example.com")?
            .timeout(Some(ANSWER_MAX))
            .build();
        Ok(Self { transport, from })
    }

    /// Hands a mail over, with what it says. Handed over twice, it carries the same `Message-ID`.
    ///
    /// # Errors
    /// When the server did not take it.
    pub async fn send(&self, mail: &MailRow, text: String) -> Result<(), Undelivered> {
        let message =
            self.compose(mail, text).map_err(|error| Undelivered::Refused(short(&error.to_string())))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let text = short(&describe(&error));
                Err(if error.is_permanent() {
                    Undelivered::Refused(text)
                } else if error.is_transient() {
                    Undelivered::Deferred(text)
                } else {
                    Undelivered::Unreachable(text)
                })
            }
        }
    }

    /// Whether the mail server answers, with TLS and sign-in as they are set; in words why not.
    ///
    /// # Errors
    /// When it does not.
    pub async fn reach(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it answers, and not as a mail server does".to_owned()),
            Err(error) => Err(short(&describe(&error))),
        }
    }

    fn compose(&self, mail: &MailRow, text: String) -> anyhow::Result<Message> {
        let address = |text: &str| text.parse::<Address>().map(Mailbox::from);
        let id = format!("<{}@{}>", mail.id.0, self.from.email.domain());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, mail.recipient.parse().context("the recipient is not an e-mail address")?))
            .message_id(Some(id))
            .date(date(UnixMs(mail.created_at)))
            .subject(one_line(&mail.subject))
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN);
        // What a visitor gave as their address is no reason not to send.
        if let Some(reply_to) = mail.reply_to.as_deref().and_then(|text| address(text).ok()) {
            message = message.reply_to(reply_to);
        }
        Ok(message.body(text)?)
    }
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").field("from", &self.from.email).finish_non_exhaustive()
    }
}

impl Undelivered {
    /// In words, for the row of the mail; may hold the recipient's address.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Refused(text) | Self::Deferred(text) | Self::Unreachable(text) => text,
        }
    }
}

fn date(at: UnixMs) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(at.0).unwrap_or_default())
}

/// Without line breaks, so that nothing becomes a header of its own.
fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(SUBJECT_CHARS_MAX).collect()
}

fn short(text: &str) -> String {
    one_line(text).chars().take(ERROR_CHARS_MAX).collect()
}

fn describe(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
