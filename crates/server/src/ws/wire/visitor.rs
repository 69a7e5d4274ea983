//! Owns the frames that visitors' browsers send. What they mean stands in `sorting`.

use std::collections::BTreeMap;

use beckon_engine::id::{ChatId, FileId, PresentationId, QueueId, TabId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Held;
use crate::driver::attributes::AttributeValue;
use crate::driver::command::SeenPage;
use crate::driver::form::Given;
use crate::driver::identity::Introduction;
use crate::driver::notice::visitor::VisitorNotice;

/// Pages in one hello.
const PAGES_MAX: usize = 32;

/// The first frame of a visitor's connection, and of every poll.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct VisitorHello {
    /// Version of the frames.
    pub v: u32,
    /// The site's public key.
    pub site: String,
    /// The token that an earlier welcome gave.
    #[serde(default)]
    pub token: Option<String>,
    /// BCP 47 tag of the browser's language (T-2).
    #[serde(default)]
    pub language: String,
    /// BCP 47 tag of the language that the widget speaks on this page; the browser's when absent.
    #[serde(default)]
    pub widget_language: Option<String>,
    /// IANA name of the browser's time zone.
    #[serde(default)]
    pub time_zone: String,
    /// Who the page says the visitor is.
    #[serde(default)]
    pub identity: Option<Introduction>,
    /// The chat the browser holds, and up to which message.
    #[serde(default)]
    pub chat: Option<Held>,
    /// The page each open tab shows.
    #[serde(default)]
    pub pages: Vec<Page>,
}

/// A page that a tab shows.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Page {
    /// The tab.
    pub tab: TabId,
    /// The tab's count of page views, rising.
    pub view: u32,
    /// Full address.
    pub url: String,
    /// Title of the document.
    #[serde(default)]
    pub title: String,
    /// Where the page was reached from.
    #[serde(default)]
    pub referrer: String,
}

/// What happened to a form of the page.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormAction {
    /// A field got the focus.
    Entered,
    /// Something was typed.
    Input,
    /// It was sent.
    Submitted,
}

/// A frame of a visitor's browser.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum VisitorFrame {
    /// Who and where the browser is.
    Hello(VisitorHello),
    /// A tab went to a page.
    Page(Page),
    /// A tab left a page.
    Leave {
        /// The tab.
        tab: TabId,
        /// The view.
        view: u32,
        /// Seconds it was in the foreground.
        #[serde(default)]
        visible_s: u32,
    },
    /// The browser is still there.
    Beat,
    /// Asks whether the connection still carries; answered with the same.
    Echo,
    /// A form of the page was used.
    Form {
        /// The tab.
        tab: TabId,
        /// How.
        action: FormAction,
    },
    /// A page was scrolled.
    Scroll {
        /// The tab.
        tab: TabId,
        /// The greatest depth so far, percent of the page, 0 to 100.
        percent: u8,
    },
    /// The pointer left a page towards the top.
    Exit {
        /// The tab.
        tab: TabId,
    },
    /// Something was moved, touched or typed on a page; every few seconds at most.
    Active {
        /// The tab.
        tab: TabId,
    },
    /// The page sets attributes of the visitor, unsigned; at most 64.
    Set {
        /// By name.
        attributes: BTreeMap<String, AttributeValue>,
    },
    /// The page says who the visitor is.
    Identify(Introduction),
    /// The page reports an event of its own.
    Event {
        /// Its name.
        name: String,
    },
    /// The visitor allows or forbids tracking and offers.
    Consent {
        /// Allows.
        given: bool,
    },
    /// The visitor accepts an offer.
    Accept {
        /// The presentation.
        presentation: PresentationId,
    },
    /// The visitor rejects an offer.
    Reject {
        /// The presentation.
        presentation: PresentationId,
    },
    /// The visitor opens the chat unasked.
    OpenChat {
        /// The presentation that the visitor declined and takes up after all (P-2); its outcome stays.
        #[serde(default)]
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
    SendEnquiry {
        /// The browser's id for it; sent again under the same id it is stored once.
        id: String,
        /// The queue that was named with the form.
        queue: QueueId,
        /// The chat that ended for it, if any.
        #[serde(default)]
        chat: Option<ChatId>,
        /// Answers by key.
        answers: BTreeMap<String, Given>,
    },
    /// A message.
    Say {
        /// The chat.
        chat: ChatId,
        /// The browser's id for it.
        id: String,
        /// The text; may be empty when there is a file.
        #[serde(default)]
        text: String,
        /// A file that was sent to this chat before, by the same side.
        #[serde(default)]
        file: Option<FileId>,
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
    EndChat {
        /// The chat.
        chat: ChatId,
    },
    /// Send the transcript there by e-mail, once the chat has ended.
    Transcript {
        /// The chat.
        chat: ChatId,
        /// The address.
        email: String,
    },
    /// What the visitor thought of the chat, after its end.
    Rate {
        /// The chat.
        chat: ChatId,
        /// One to five; or one for up and zero for down.
        rating: i64,
        /// In words, at most 1 000 characters.
        #[serde(default)]
        comment: String,
    },
    /// A gap was seen: send again what comes after.
    Resume {
        /// The chat.
        chat: ChatId,
        /// The last message before the gap.
        after: i64,
    },
}

/// The body of a poll: frames, the hello first.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Poll {
    /// What happened since the last poll.
    pub frames: Vec<VisitorFrame>,
}

/// The answer to a poll: notices, the welcome first.
#[derive(Debug, Serialize, ToSchema)]
pub struct PollAnswer {
    /// In order.
    pub notices: Vec<VisitorNotice>,
}

impl VisitorHello {
    /// The pages that all tabs show, as far as a hello may name them.
    pub(in crate::ws) fn seen_pages(&self) -> Vec<SeenPage> {
        self.pages.iter().take(PAGES_MAX).cloned().map(SeenPage::from).collect()
    }
}

impl From<Page> for SeenPage {
    fn from(page: Page) -> Self {
        let Page { tab, view, url, title, referrer } = page;
        Self { tab, view, url, title, referrer }
    }
}
