//! Owns what a shard is told by browsers and hints, what it is asked, and what it answers. Does none of it.

use std::sync::Arc;

use beckon_engine::event::Event;
use beckon_engine::id::{PresentationId, SiteId, TabId, VisitId, VisitorId};
use beckon_engine::offer::Outcome;
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Explanation;
use tokio::sync::oneshot;

use super::admission::Arrival;
use super::by_hand::{HandChoice, HandReply, HandRequest};
use super::effects::JobDone;
use super::notice::PageOnScreen;
use super::notice::visitor::{PresentedOffer, VisitorNotice};
use super::outbox::{Outbox, OutboxOfSomeone};
use super::progress::Progress;
use super::remembered::{HeldVisit, KnownToken, Look};
use super::sites::Site;
use crate::store::page_view::FormStep;

/// What a browser reported.
#[derive(Clone, Debug)]
pub enum Observed {
    /// The pages that all tabs show, from a hello.
    Pages(Vec<SeenPage>),
    /// A tab went to a page.
    Page(SeenPage),
    /// A tab left a page.
    Left {
        /// The tab.
        tab: TabId,
        /// The tab's count of the view.
        view: u32,
        /// Seconds it was in the foreground.
        visible_s: u32,
    },
    /// Something happened to a form of the page that a tab shows.
    Form {
        /// The tab.
        tab: TabId,
        /// What.
        step: FormStep,
    },
    /// Anything else.
    Told(Event),
}

/// A page as a browser reports it.
#[derive(Clone, Debug)]
pub struct SeenPage {
    /// The tab.
    pub tab: TabId,
    /// The tab's own count of views, rising.
    pub view: u32,
    /// Full address.
    pub url: String,
    /// Title of the document.
    pub title: String,
    /// Where the page was reached from.
    pub referrer: String,
}

/// What a visitor's connection is told.
#[derive(Clone, Debug)]
pub enum VisitorSignal {
    /// Send this.
    Notice(Box<VisitorNotice>),
    /// The visitor's chat changed: read it and send it.
    ChatChanged,
    /// The launcher looks otherwise now: send how, in the visitor's language.
    StylingChanged,
    /// The chat has new messages, up to this number where it is known: read them and send them.
    MessageAdded(Option<i64>),
    /// Close, and let the browser come again.
    Leave,
}

/// A browser's live connection.
#[derive(Debug)]
pub struct Connection {
    /// Unique on this node.
    pub id: u64,
    /// Bounded; a connection whose outbox is full is cut off.
    pub outbox: Outbox,
}

/// Why a connection is not bound to its visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAttached {
    /// The node stops.
    Stopping,
    /// The visitor has [`CONNECTIONS_MAX`] connections to this node.
    TooMany,
}

/// Connections of one visitor to one node: one is usual, more where the tabs of a browser cannot find each other.
pub const CONNECTIONS_MAX: usize = 16;

/// What a browser that arrived is told.
#[derive(Clone, Debug)]
pub struct Attached {
    /// The visit.
    pub visit: VisitId,
    /// The site.
    pub site: Arc<Site>,
    /// The offer that is before the visitor.
    pub offer: Option<PresentedOffer>,
    /// What could not be told while no connection stood.
    pub unsent: Vec<VisitorNotice>,
    /// The visitor has no open chat, as far back as this node remembers for certain.
    pub chatless: bool,
}

/// A visitor who is on the site now.
#[derive(Clone, Debug)]
pub struct LiveVisit {
    /// The visitor.
    pub visitor: VisitorId,
    /// The visit.
    pub visit: VisitId,
    /// The site.
    pub site: SiteId,
    /// Heard from within 2 × Poll Interval (T-7).
    pub here: bool,
    /// The page the visitor came to last.
    pub page: Option<PageOnScreen>,
    /// An offer is open before the visitor.
    pub offer_open: bool,
    /// The visitor has a chat that has not ended.
    pub chat_open: bool,
}

pub(super) type AttachReply = oneshot::Sender<Result<Attached, NotAttached>>;

/// How a poll is known to come to the node that holds the visit.
#[derive(Debug)]
pub(super) enum Seen {
    /// The visit was claimed for it.
    Arrived(Box<Arrival>),
    /// It was so before.
    Before,
    /// The database said so just now; where that is worth remembering, at this look.
    Now(HeldVisit, Option<Look>),
}

/// What a shard says to a poll.
#[derive(Debug)]
pub(super) enum PollReply {
    /// It was taken in, and what it led to is committed.
    Taken(Box<Attached>),
    /// The visit is not here.
    NotHere,
    /// The visit is here, but may have been claimed elsewhere: nothing was taken in.
    Unsure(HeldVisit),
}

#[derive(Debug)]
pub(super) enum ShardCommand {
    Attach {
        arrival: Box<Arrival>,
        connection: Connection,
        reply: AttachReply,
    },
    Poll {
        visitor: VisitorId,
        seen: Seen,
        observed: Vec<Observed>,
        reply: oneshot::Sender<PollReply>,
    },
    Remember {
        visitor: VisitorId,
        token: Option<KnownToken>,
        chatless: Option<Look>,
    },
    Observe {
        visitor: VisitorId,
        observed: Observed,
    },
    Detach {
        visitor: VisitorId,
        connection: u64,
    },
    Signal {
        visitor: VisitorId,
        signal: VisitorSignal,
    },
    ChatChanged {
        visitor: VisitorId,
    },
    ChatProgress {
        visitor: VisitorId,
        read: u64,
        progress: Progress,
    },
    Explain {
        visitor: VisitorId,
        reply: oneshot::Sender<Option<Explanation>>,
    },
    HandChoice {
        visitor: VisitorId,
        reply: oneshot::Sender<Option<HandChoice>>,
    },
    PresentByHand {
        visitor: VisitorId,
        request: HandRequest,
        reply: HandReply,
    },
    JobDone {
        visitor: VisitorId,
        done: JobDone,
    },
    Erased {
        visitor: VisitorId,
    },
    OfferTakenBack {
        visitor: VisitorId,
        presentation: PresentationId,
        outcome: Outcome,
        at: UnixMs,
    },
    WorldChanged {
        site: SiteId,
    },
    Describe {
        visitor: VisitorId,
        reply: oneshot::Sender<Option<LiveVisit>>,
    },
    DescribeAll {
        site: Option<SiteId>,
        reply: oneshot::Sender<Vec<LiveVisit>>,
    },
    /// The way to each browser that is connected.
    Connected {
        reply: oneshot::Sender<Vec<OutboxOfSomeone>>,
    },
    Resync,
}
