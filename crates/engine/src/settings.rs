//! Owns the visitor tracking settings of a site (SPEC section 2). Does not store or edit them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Visitor tracking settings of one site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SiteSettings {
    /// How often a page reports that it is still there, seconds, 2 to 300 (T-6).
    pub poll_interval_s: u32,
    /// Least time from one presentation to the next, seconds, 0 to 86 400 (O-8).
    pub minimum_interval_s: u32,
    /// An open offer counts as ignored after this time, seconds, 10 to 14 400 (O-7).
    pub ignored_after_s: u32,
    /// What a rejection means for later offers.
    pub after_rejection: AfterOutcome,
    /// What an ignored offer means for later offers.
    pub after_ignored: AfterOutcome,
    /// No more offers in this visit after this many rejections, 0 (off) to 99.
    pub rejections_max: u32,
    /// No more offers in this visit after this many ignored offers, 0 (off) to 99.
    pub ignored_max: u32,
    /// What a completed chat means for later offers.
    pub after_chat: AfterChat,
    /// For [`AfterChat::NoneForHours`]: the hours, 1 to 8 760.
    pub after_chat_hours: u32,
    /// A visit ends after this time without contact, minutes, 5 to 1 440.
    pub visit_timeout_min: u32,
    /// Open presentations of a queue never exceed this multiple of its free agent slots, 1 to 100 (O-12).
    pub capacity_factor: u32,
    /// The site's IANA time zone, such as `Europe/Zurich`, for conditions on weekday and time of day.
    pub time_zone: String,
    /// What is tracked and kept before the visitor has said anything (N-4). Pages can ask for less, never for more.
    pub consent: ConsentMode,
}

/// How much a visitor agrees to (N-4), from nothing to everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentMode {
    /// Nothing is loaded, sent or kept.
    Off,
    /// All is kept in the tab and gone with it.
    Session,
    /// The visitor is known again at the next visit.
    #[default]
    Full,
}

/// What a rejected or ignored offer means for the rest of the visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterOutcome {
    /// No more offers in this visit.
    NoMoreThisVisit,
    /// Other offers may come, this one does not.
    NotThisOfferAgain,
    /// The same offer may come again. As an answer to a rejection: what holds for an ignored offer holds for it.
    LikeIgnored,
}

/// What a completed chat means for later offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterChat {
    /// Offers may resume.
    MayResume,
    /// No more offers in this visit.
    NoMoreThisVisit,
    /// No offers for `after_chat_hours` hours, over visits.
    NoneForHours,
}

impl Default for SiteSettings {
    fn default() -> Self {
        Self {
            poll_interval_s: 10,
            minimum_interval_s: 120,
            ignored_after_s: 60,
            after_rejection: AfterOutcome::NotThisOfferAgain,
            after_ignored: AfterOutcome::LikeIgnored,
            rejections_max: 0,
            ignored_max: 0,
            after_chat: AfterChat::MayResume,
            after_chat_hours: 24,
            visit_timeout_min: 30,
            capacity_factor: 3,
            time_zone: "UTC".to_owned(),
            consent: ConsentMode::Full,
        }
    }
}
