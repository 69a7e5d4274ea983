//! Owns how the attributes that a page or a token gives a visitor are read: typed, within bounds, signed or not (T-5).

use std::collections::BTreeMap;

use beckon_engine::attribute::{Attribute, Number, Value};
use beckon_engine::time::UnixMs;
use serde::Deserialize;
use utoipa::ToSchema;

/// Attributes set at once, and the longest name and text of one, characters.
const ATTRIBUTES_MAX: usize = 64;
const NAME_LEN_MAX: usize = 64;
const TEXT_LEN_MAX: usize = 256;

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

/// Whether attributes come from a signed identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From the page: unsigned, whatever it says.
    Page,
    /// From a token that the site's server signed.
    Token,
}

/// Brings attributes into their types.
///
/// # Errors
/// The first that is out of bounds, as a sentence.
pub fn typed(
    attributes: BTreeMap<String, AttributeValue>,
    origin: Origin,
) -> Result<Vec<Attribute>, &'static str> {
    if attributes.len() > ATTRIBUTES_MAX {
        return Err("At most 64 attributes are set at once.");
    }
    attributes.into_iter().map(|(name, value)| one(name, value, origin)).collect()
}

fn one(name: String, value: AttributeValue, origin: Origin) -> Result<Attribute, &'static str> {
    if name.is_empty() || name.chars().count() > NAME_LEN_MAX {
        return Err("The name of an attribute has 1 to 64 characters.");
    }
    let value = match value {
        AttributeValue::Boolean(value) => Value::Boolean(value),
        AttributeValue::Number(value) => {
            Value::Number(Number::new(value).ok_or("The number of an attribute is finite.")?)
        }
        AttributeValue::Text(text) if text.chars().count() > TEXT_LEN_MAX => {
            return Err("The text of an attribute has at most 256 characters.");
        }
        AttributeValue::Text(text) => Value::Text(text),
        AttributeValue::Time { time } => Value::Time(UnixMs(time)),
    };
    Ok(Attribute { name, value, signed: origin == Origin::Token })
}
