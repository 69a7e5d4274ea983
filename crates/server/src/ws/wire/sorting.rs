//! Owns what a visitor's frame is about: something observed, or something about the chat. Checks its bounds.

use std::collections::BTreeMap;

use beckon_engine::event::Event;
use beckon_engine::id::{ChatId, PresentationId};

use super::visitor::{FormAction, VisitorFrame};
use crate::driver::attributes::{Origin, typed};
use crate::driver::command::Observed;
use crate::driver::enquiry::Sent;
use crate::driver::form::Given;
use crate::driver::identity::Introduction;
use crate::driver::saying::Said;
use crate::store::message::Audience;
use crate::store::page_view::FormStep;

/// Longest name of a custom event, characters.
const EVENT_NAME_LEN_MAX: usize = 64;

/// A frame about the visitor's chat.
#[derive(Clone, Debug)]
pub enum ChatFrame {
    /// The visitor opens the chat unasked.
    Open {
        /// The presentation that they declined before, and take up (P-2).
        declined: Option<PresentationId>,
    },
    /// The form is filled in.
    SendForm {
        /// The chat.
        chat: ChatId,
        /// Answers by key.
        answers: BTreeMap<String, Given>,
    },
    /// An enquiry instead of a chat.
    SendEnquiry(Sent),
    /// A message.
    Say {
        /// The chat.
        chat: ChatId,
        /// What is written.
        said: Said,
    },
    /// The visitor is writing.
    Typing {
        /// The chat.
        chat: ChatId,
    },
    /// The browser has the messages.
    Delivered {
        /// The chat.
        chat: ChatId,
        /// Up to and with this number.
        seq: i64,
    },
    /// The visitor has read.
    Read {
        /// The chat.
        chat: ChatId,
        /// Up to and with this number.
        seq: i64,
    },
    /// The visitor ends the chat.
    End {
        /// The chat.
        chat: ChatId,
    },
    /// The transcript is wanted by e-mail.
    Transcript {
        /// The chat.
        chat: ChatId,
        /// To this address.
        email: String,
    },
    /// What the visitor thought of the chat.
    Rate {
        /// The chat.
        chat: ChatId,
        /// The number.
        rating: i64,
        /// In words.
        comment: String,
    },
    /// A gap was seen.
    Resume {
        /// The chat.
        chat: ChatId,
        /// The last message before the gap.
        after: i64,
    },
}

/// What a frame after the hello is about.
#[derive(Clone, Debug)]
pub enum Sorted {
    /// Something observed.
    Track(Observed),
    /// Something about the chat.
    Chat(ChatFrame),
    /// Who the page says the visitor is.
    Identify(Introduction),
    /// Whether the connection still carries.
    Echo,
}

/// Sorts a frame after the hello.
///
/// # Errors
/// A second hello, or a field out of bounds: a sentence.
pub fn sort(frame: VisitorFrame) -> Result<Sorted, &'static str> {
    let told = |event| Ok(Sorted::Track(Observed::Told(event)));
    let chat = |frame| Ok(Sorted::Chat(frame));
    match frame {
        VisitorFrame::Hello(_) => Err("A connection says hello once."),
        VisitorFrame::Page(page) => Ok(Sorted::Track(Observed::Page(page.into()))),
        VisitorFrame::Leave { tab, view, visible_s } => {
            Ok(Sorted::Track(Observed::Left { tab, view, visible_s }))
        }
        VisitorFrame::Beat => told(Event::Heard),
        VisitorFrame::Echo => Ok(Sorted::Echo),
        VisitorFrame::Form { tab, action } => Ok(Sorted::Track(Observed::Form { tab, step: action.into() })),
        VisitorFrame::Scroll { percent, .. } if percent > 100 => Err("A depth is 0 to 100 percent."),
        VisitorFrame::Scroll { tab, percent } => told(Event::Scrolled { tab, percent }),
        VisitorFrame::Exit { tab } => told(Event::ExitIntended { tab }),
        VisitorFrame::Active { tab } => told(Event::ActivitySeen { tab }),
        VisitorFrame::Set { attributes } => {
            typed(attributes, Origin::Page).and_then(|set| told(Event::AttributesSet { attributes: set }))
        }
        VisitorFrame::Identify(introduction) => Ok(Sorted::Identify(introduction)),
        VisitorFrame::Event { name } if name.is_empty() || name.chars().count() > EVENT_NAME_LEN_MAX => {
            Err("The name of an event has 1 to 64 characters.")
        }
        VisitorFrame::Event { name } => told(Event::CustomEventFired { name }),
        VisitorFrame::Consent { given } => told(Event::ConsentChanged { given }),
        VisitorFrame::Accept { presentation } => told(Event::OfferAccepted { presentation }),
        VisitorFrame::Reject { presentation } => told(Event::OfferRejected { presentation }),
        VisitorFrame::OpenChat { declined } => chat(ChatFrame::Open { declined }),
        VisitorFrame::SendForm { chat: id, answers } => chat(ChatFrame::SendForm { chat: id, answers }),
        VisitorFrame::SendEnquiry { id, queue, chat: ended, answers } => {
            chat(ChatFrame::SendEnquiry(Sent { id, queue, chat: ended, answers }))
        }
        VisitorFrame::Say { chat: to, id, text, file } => {
            chat(ChatFrame::Say { chat: to, said: Said { id, text, file, audience: Audience::All } })
        }
        VisitorFrame::Typing { chat: id } => chat(ChatFrame::Typing { chat: id }),
        VisitorFrame::Delivered { chat: id, seq } => chat(ChatFrame::Delivered { chat: id, seq }),
        VisitorFrame::Read { chat: id, seq } => chat(ChatFrame::Read { chat: id, seq }),
        VisitorFrame::EndChat { chat: id } => chat(ChatFrame::End { chat: id }),
        VisitorFrame::Transcript { chat: id, email } => chat(ChatFrame::Transcript { chat: id, email }),
        VisitorFrame::Rate { chat: id, rating, comment } => {
            chat(ChatFrame::Rate { chat: id, rating, comment })
        }
        VisitorFrame::Resume { chat: id, after } => chat(ChatFrame::Resume { chat: id, after }),
    }
}

impl From<FormAction> for FormStep {
    fn from(action: FormAction) -> Self {
        match action {
            FormAction::Entered => Self::Entered,
            FormAction::Input => Self::Input,
            FormAction::Submitted => Self::Submitted,
        }
    }
}
