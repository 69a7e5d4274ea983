//! Owns what a visitor leaves instead of a chat: the form, and who is told. Sends nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::waiting::Dequeue;
use super::{Alternative, Field, FieldKind};
use crate::reason::Reason;

/// The enquiry form of a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EnquiryPlan {
    /// Where enquiries are sent by e-mail, at most 10 addresses; they stand in the console in any case.
    pub emails: Vec<String>,
    /// Its fields, at most 30; empty is the built-in form: name, e-mail, message.
    pub form: Vec<Field>,
}

/// Why a visitor has no chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// Outside business hours.
    OutOfHours,
    /// The channel is off.
    ChannelOff,
    /// No agent is available.
    NoAgent,
    /// Nobody answered in time.
    WaitedTooLong,
    /// The server is overloaded and begins no new chats.
    Overloaded,
}

/// What a visitor gets instead of a chat, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instead {
    /// Why.
    pub reason: Missed,
    /// What.
    pub alternative: Alternative,
}

impl Missed {
    /// Why the gate is closed; every reason that is not about hours or channel is one of agents.
    #[must_use]
    pub fn of(reason: Reason) -> Self {
        if reason == Reason::OutOfHours {
            Self::OutOfHours
        } else if reason == Reason::ChannelOff {
            Self::ChannelOff
        } else {
            Self::NoAgent
        }
    }
}

impl Instead {
    /// What a visitor gets who has waited for too long; none when they wait on in another queue.
    #[must_use]
    pub fn of_dequeue(dequeue: &Dequeue) -> Option<Self> {
        let alternative = match dequeue {
            Dequeue::Message { text, texts } => {
                Alternative::Message { text: text.clone(), texts: texts.clone() }
            }
            Dequeue::Enquiry => Alternative::Enquiry,
            Dequeue::Url { url } => Alternative::Url { url: url.clone() },
            Dequeue::Queue { .. } => return None,
        };
        Some(Self { reason: Missed::WaitedTooLong, alternative })
    }
}

const NAME: [(&str, &str); 10] = [
    ("en", "Name"),
    ("ar", "الاسم"),
    ("de", "Name"),
    ("es", "Nombre"),
    ("fr", "Nom"),
    ("it", "Nome"),
    ("nl", "Naam"),
    ("pl", "Imię i nazwisko"),
    ("pt", "Nome"),
    ("tr", "Ad"),
];
const EMAIL: [(&str, &str); 10] = [
    ("en", "E-mail"),
    ("ar", "البريد الإلكتروني"),
    ("de", "E-Mail"),
    ("es", "Correo electrónico"),
    ("fr", "E-mail"),
    ("it", "E-mail"),
    ("nl", "E-mail"),
    ("pl", "E-mail"),
    ("pt", "E-mail"),
    ("tr", "E-posta"),
];
const MESSAGE: [(&str, &str); 10] = [
    ("en", "Your message"),
    ("ar", "رسالتك"),
    ("de", "Ihre Nachricht"),
    ("es", "Su mensaje"),
    ("fr", "Votre message"),
    ("it", "Il suo messaggio"),
    ("nl", "Uw bericht"),
    ("pl", "Wiadomość"),
    ("pt", "A sua mensagem"),
    ("tr", "Mesajınız"),
];

impl EnquiryPlan {
    /// The fields to fill in: those of the queue, or the built-in ones.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        if !self.form.is_empty() {
            return self.form.clone();
        }
        vec![
            built_in("name", FieldKind::Text, &NAME),
            Field { required: true, ..built_in("email", FieldKind::Email, &EMAIL) },
            Field { required: true, ..built_in("message", FieldKind::LongText, &MESSAGE) },
        ]
    }
}

fn built_in(key: &str, kind: FieldKind, label: &[(&str, &str)]) -> Field {
    Field {
        key: key.to_owned(),
        kind,
        label: label.iter().map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned())).collect(),
        help: BTreeMap::new(),
        required: false,
        choices: Vec::new(),
        choice_labels: BTreeMap::new(),
        prefill: None,
    }
}
