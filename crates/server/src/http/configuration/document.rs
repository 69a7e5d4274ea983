//! Owns what a configuration file is. Things refer to each other by name, users by e-mail; what the file leaves out stays.

use std::collections::BTreeMap;

use beckon_engine::id::FileId;
use beckon_engine::settings::SiteSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::store::customer::CustomField;

/// The only form of the file so far.
pub const FORMAT: u32 = 1;

/// A configuration as a file.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// Where the schema of the file stands, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub schema: Option<String>,
    /// The form of the file: 1.
    pub format: u32,
    /// What all agents share, as in `PATCH /api/v1/workspace`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub workspace: Option<Item>,
    /// The websites; one that is not named stays as it is.
    #[serde(default)]
    pub sites: Vec<SiteSection>,
    /// All canned replies that agents share, told apart by shortcut and site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub canned_replies: Option<Vec<Item>>,
    /// All webhooks. A new one has a secret that nobody was shown: make it another one in the console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub webhooks: Option<Vec<Item>>,
}

/// A website with what belongs to it.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteSection {
    /// Its name; a site with another name is another site.
    pub name: String,
    /// Its name until now, when it is to have another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub was: Option<String>,
    /// Origins that may load the widget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub origins: Option<Vec<String>>,
    /// Visitor tracking settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub settings: Option<SiteSettings>,
    /// Paths on which nothing is loaded, by prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub deny_paths: Option<Vec<String>>,
    /// Query parameters that are stored with an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub allow_params: Option<Vec<String>>,
    /// The site's own fields of customers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub customer_fields: Option<Vec<CustomField>>,
    /// All offers of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub offers: Option<Vec<Item>>,
    /// All queues of the site, exactly one of them that of the launcher. Their switches are not part of the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub queues: Option<Vec<Item>>,
    /// All rules of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rules: Option<Vec<Item>>,
    /// The pictures that offers and queues show, by the id in their path; one that is there already stays.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Picture>)]
    pub pictures: BTreeMap<FileId, Picture>,
}

/// A picture in the file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConfigurationPicture)]
pub struct Picture {
    /// The picture in base64, at most 5 MB: JPEG, PNG, GIF or WebP.
    pub content: String,
}

/// One thing of the file: what one would send to make it, with names in place of ids. Its fields stand in the file's own schema,
/// `/api/configuration.schema.json`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = ConfigurationItem, value_type = Object)]
pub struct Item(pub Map<String, Value>);

impl Item {
    /// What stands under this name, if it is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }
}
