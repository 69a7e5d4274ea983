//! Owns the identifiers: one newtype a kind, so that one cannot be passed for another. Makes none of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A website under one owner.
    SiteId;
    /// One browser on one site.
    VisitorId;
    /// One session of a visitor.
    VisitId;
    /// A design that can be presented.
    OfferId;
    /// A proactive offer rule.
    RuleId;
    /// One offer put before one visitor.
    PresentationId;
    /// A chat queue.
    QueueId;
    /// One conversation.
    ChatId;
    /// One message of a chat.
    MessageId;
    /// One file sent in a chat.
    FileId;
    /// A person who signs in to the console.
    UserId;
    /// A text that agents send again and again.
    CannedReplyId;
    /// A record in the directory of customers.
    CustomerId;
    /// An address that is told what happens.
    WebhookId;
}

/// One tab of a visitor's browser: a random number that the widget drew when the tab opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct TabId(pub u32);
