//! Owns what an offer is: a design in structured blocks, and the outcomes of presenting it. Decides nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::OfferId;

/// A design that can be presented (O-2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    /// Identity.
    pub id: OfferId,
    /// Name in the console, 1 to 100 characters.
    pub name: String,
    /// Only an active offer is presented.
    pub active: bool,
    /// How it looks and what it says.
    pub design: OfferDesign,
}

/// How an offer looks and what it says, in every language it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferDesign {
    /// Shape on the page.
    #[serde(default)]
    pub form: OfferForm,
    /// Side of the page.
    #[serde(default)]
    pub position: Position,
    /// Colour of the accept button, `#rrggbb`; the widget corrects its contrast.
    #[serde(default = "default_color")]
    pub color: String,
    /// Address of a logo, `https:` or a path on this server; none when absent.
    #[serde(default)]
    pub logo_url: Option<String>,
    /// Address of an image, `https:` or a path on this server; none when absent.
    #[serde(default)]
    pub image_url: Option<String>,
    /// BCP 47 tag of the language to fall back to; must be a key of `texts`.
    #[serde(default = "default_language")]
    pub default_language: String,
    /// Texts by BCP 47 tag; at least one, at most 40.
    pub texts: BTreeMap<String, OfferTexts>,
}

/// The texts of an offer in one language. Plain text, never markup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferTexts {
    /// Title, 1 to 80 characters; also the accessible name of the offer.
    pub title: String,
    /// Text below the title, 0 to 400 characters.
    #[serde(default)]
    pub body: String,
    /// Label of the accepting button, 1 to 30 characters.
    pub accept_label: String,
    /// Label of the rejecting button, 1 to 30 characters.
    pub reject_label: String,
}

/// Shape of an offer on the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfferForm {
    /// A card near the launcher.
    #[default]
    Card,
    /// One line near the launcher.
    Toast,
    /// Over the full width at the top or bottom.
    Banner,
    /// In the middle, over the page.
    Modal,
    /// Inside an element of the page marked `data-beckon-slot`.
    Inline,
}

/// Side of the page at which widget and offers stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// Where a line of text ends: right in left-to-right languages.
    #[default]
    End,
    /// Where a line of text starts.
    Start,
}

/// How a presentation ended. Final (O-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The visitor said yes.
    Accepted,
    /// The visitor said no.
    Rejected,
    /// Neither, for as long as the settings allow (O-7).
    Ignored,
    /// The browser was gone (O-9).
    PassivelyIgnored,
    /// Taken back because the gate closed (O-11).
    Withdrawn,
}

fn default_color() -> String {
    "#0f766e".to_owned()
}

fn default_language() -> String {
    "en".to_owned()
}
