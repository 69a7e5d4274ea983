//! Owns the frames that browsers send: their types and how they are read. Unknown fields are ignored.

use std::collections::BTreeMap;

use beckon_engine::attribute::{Attribute, Number, Value};
use beckon_engine::event::Event;
use beckon_engine::id::{ChatId, PresentationId, TabId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::driver::command::{Observed, SeenPage};
use crate::driver::form::Given;
use crate::driver::notice::AgentStatus;

/// Version of the frames.
pub const VERSION: u32 = 1;
/// Pages in one hello.
const PAGES_MAX: usize = 32;
/// Attributes set by one frame, and the longest name and text of one, characters.
const ATTRIBUTES_MAX: usize = 64;
const ATTRIBUTE_NAME_LEN_MAX: usize = 64;
const ATTRIBUTE_TEXT_LEN_MAX: usize = 256;
/// Longest name of a custom event, bytes.
const EVENT_NAME_LEN_MAX: usize = 64;

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
    /// BCP 47 tag of the browser's language.
    #[serde(default)]
    pub language: String,
    /// IANA name of the browser's time zone.
    #[serde(default)]
    pub time_zone: String,
    /// The chat the browser holds, and up to which message.
    #[serde(default)]
    pub chat: Option<Held>,
    /// The page each open tab shows.
    #[serde(default)]
    pub pages: Vec<Page>,
}

/// A chat that a browser holds.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub struct Held {
    /// The chat.
    pub id: ChatId,
    /// The last message it holds; 0 for none.
    pub after: i64,
}

/// A page that a tab shows.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Page {
    /// The tab.
    pub tab: TabId,
    /// The browser's count of page views, rising.
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

/// A value that a page gives an attribute.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum AttributeValue {
    /// True or false.
    Boolean(bool),
    /// A finite number.
    Number(f64),
    /// At most 256 characters.
    Text(String),
    /// A point in time.
    Time {
        /// Milliseconds since 1970.
        time: i64,
    },
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
    /// The page reports an event of its own.
    Event {
        /// Its name.
        name: String,
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
    OpenChat,
    /// The form is filled in.
    SendForm {
        /// The chat.
        chat: ChatId,
        /// Answers by key.
        answers: BTreeMap<String, Given>,
    },
    /// A message.
    Say {
        /// The chat.
        chat: ChatId,
        /// The browser's id for it.
        id: String,
        /// The text.
        text: String,
    },
    /// The visitor is writing.
    Typing {
        /// The chat.
        chat: ChatId,
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
    /// A gap was seen: send again what comes after.
    Resume {
        /// The chat.
        chat: ChatId,
        /// The last message before the gap.
        after: i64,
    },
}

/// A frame of a console.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AgentFrame {
    /// First frame.
    Hello {
        /// Version of the frames.
        v: u32,
        /// The chats the console follows, and up to which message it holds them.
        #[serde(default)]
        chats: Vec<Held>,
    },
    /// Set the agent's status.
    Status {
        /// Echoed in the answer.
        r#ref: String,
        /// To what; `offline` is not to be chosen.
        status: AgentStatus,
    },
    /// Take a chat.
    Accept {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
    },
    /// Pass a ringing chat on.
    Decline {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
    },
    /// A message.
    Say {
        /// The chat.
        chat: ChatId,
        /// The console's id for it.
        id: String,
        /// The owner epoch the console knows.
        epoch: i64,
        /// The text.
        text: String,
    },
    /// The agent is writing.
    Typing {
        /// The chat.
        chat: ChatId,
    },
    /// The agent has read.
    Read {
        /// The chat.
        chat: ChatId,
        /// Up to and with this number.
        seq: i64,
    },
    /// End an active chat, or close an ended one.
    Close {
        /// Echoed in the answer.
        r#ref: String,
        /// The chat.
        chat: ChatId,
    },
    /// Send messages of this chat from here on.
    Follow {
        /// The chat.
        chat: ChatId,
        /// The last message the console holds.
        #[serde(default)]
        after: i64,
    },
    /// Send no more messages of this chat.
    Unfollow {
        /// The chat.
        chat: ChatId,
    },
    /// The console is still there.
    Beat,
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
    pub notices: Vec<crate::driver::notice::VisitorNotice>,
}

/// A frame about the visitor's chat.
#[derive(Clone, Debug)]
pub(super) enum ChatFrame {
    Open,
    SendForm { chat: ChatId, answers: BTreeMap<String, Given> },
    Say { chat: ChatId, id: String, text: String },
    Typing { chat: ChatId },
    Read { chat: ChatId, seq: i64 },
    End { chat: ChatId },
    Resume { chat: ChatId, after: i64 },
}

/// What a frame after the hello is about.
#[derive(Clone, Debug)]
pub(super) enum Sorted {
    Track(Observed),
    Chat(ChatFrame),
}

/// Reads one frame. The error is a sentence for the developer of the page; it repeats nothing of the frame.
pub(super) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        format!("Not a frame of this protocol, at line {} column {}.", error.line(), error.column())
    })
}

/// Sorts a frame after the hello. A second hello, or a field out of bounds, is a sentence.
pub(super) fn sort(frame: VisitorFrame) -> Result<Sorted, &'static str> {
    let told = |event| Ok(Sorted::Track(Observed::Told(event)));
    let chat = |frame| Ok(Sorted::Chat(frame));
    match frame {
        VisitorFrame::Hello(_) => Err("A connection says hello once."),
        VisitorFrame::Page(page) => Ok(Sorted::Track(Observed::Page(page.into()))),
        VisitorFrame::Leave { tab, view, visible_s } => {
            Ok(Sorted::Track(Observed::Left { tab, view, visible_s }))
        }
        VisitorFrame::Beat => told(Event::Heard),
        VisitorFrame::Form { tab, action: FormAction::Entered } => told(Event::FormEntered { tab }),
        VisitorFrame::Form { tab, action: FormAction::Input } => told(Event::FormInput { tab }),
        VisitorFrame::Form { tab, action: FormAction::Submitted } => told(Event::FormSubmitted { tab }),
        VisitorFrame::Scroll { percent, .. } if percent > 100 => Err("A depth is 0 to 100 percent."),
        VisitorFrame::Scroll { tab, percent } => told(Event::Scrolled { tab, percent }),
        VisitorFrame::Exit { tab } => told(Event::ExitIntended { tab }),
        VisitorFrame::Active { tab } => told(Event::ActivitySeen { tab }),
        VisitorFrame::Set { attributes } => {
            claimed(attributes).and_then(|set| told(Event::AttributesSet { attributes: set }))
        }
        VisitorFrame::Event { name } if name.is_empty() || name.len() > EVENT_NAME_LEN_MAX => {
            Err("The name of an event has 1 to 64 bytes.")
        }
        VisitorFrame::Event { name } => told(Event::CustomEventFired { name }),
        VisitorFrame::Accept { presentation } => told(Event::OfferAccepted { presentation }),
        VisitorFrame::Reject { presentation } => told(Event::OfferRejected { presentation }),
        VisitorFrame::OpenChat => chat(ChatFrame::Open),
        VisitorFrame::SendForm { chat: id, answers } => chat(ChatFrame::SendForm { chat: id, answers }),
        VisitorFrame::Say { chat: to, id, text } => chat(ChatFrame::Say { chat: to, id, text }),
        VisitorFrame::Typing { chat: id } => chat(ChatFrame::Typing { chat: id }),
        VisitorFrame::Read { chat: id, seq } => chat(ChatFrame::Read { chat: id, seq }),
        VisitorFrame::EndChat { chat: id } => chat(ChatFrame::End { chat: id }),
        VisitorFrame::Resume { chat: id, after } => chat(ChatFrame::Resume { chat: id, after }),
    }
}

/// What a page claims is unsigned, whatever it says (T-5).
fn claimed(attributes: BTreeMap<String, AttributeValue>) -> Result<Vec<Attribute>, &'static str> {
    if attributes.len() > ATTRIBUTES_MAX {
        return Err("At most 64 attributes are set at once.");
    }
    attributes.into_iter().map(|(name, value)| claim(name, value)).collect()
}

fn claim(name: String, value: AttributeValue) -> Result<Attribute, &'static str> {
    if name.is_empty() || name.chars().count() > ATTRIBUTE_NAME_LEN_MAX {
        return Err("The name of an attribute has 1 to 64 characters.");
    }
    let value = match value {
        AttributeValue::Boolean(value) => Value::Boolean(value),
        AttributeValue::Number(value) => {
            Value::Number(Number::new(value).ok_or("The number of an attribute is finite.")?)
        }
        AttributeValue::Text(text) if text.chars().count() > ATTRIBUTE_TEXT_LEN_MAX => {
            return Err("The text of an attribute has at most 256 characters.");
        }
        AttributeValue::Text(text) => Value::Text(text),
        AttributeValue::Time { time } => Value::Time(UnixMs(time)),
    };
    Ok(Attribute { name, value, signed: false })
}

impl VisitorHello {
    /// The pages that all tabs show, as far as a hello may name them.
    pub(super) fn seen_pages(&mut self) -> Vec<SeenPage> {
        std::mem::take(&mut self.pages).into_iter().take(PAGES_MAX).map(SeenPage::from).collect()
    }
}

impl From<Page> for SeenPage {
    fn from(page: Page) -> Self {
        let Page { tab, view, url, title, referrer } = page;
        Self { tab, view, url, title, referrer }
    }
}
