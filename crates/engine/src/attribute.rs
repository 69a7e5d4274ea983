//! Owns visitor attributes: typed values, signed or merely claimed (T-5), and how they are compared.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::UnixMs;

/// An attribute of a visitor.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Attribute {
    /// Its name, 1 to 64 characters.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// It stood in the signed identity; otherwise the page merely claims it.
    pub signed: bool,
}

/// A typed value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Value {
    /// At most 256 characters.
    Text(String),
    /// A finite number.
    Number(Number),
    /// Yes or no.
    Boolean(bool),
    /// A point in time.
    Time(UnixMs),
}

/// A finite number, compared by its value.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Number(f64);

/// Whether what the page merely claims is good enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Signed or claimed.
    #[default]
    Any,
    /// Only what a signed identity says.
    Signed,
}

/// How an attribute is compared. Texts ignore case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "is", content = "value", rename_all = "snake_case")]
pub enum AttributeTest {
    /// =
    Equal(Value),
    /// ≠
    NotEqual(Value),
    /// <, for numbers and times
    Less(Value),
    /// ≤, for numbers and times
    AtMost(Value),
    /// >, for numbers and times
    More(Value),
    /// ≥, for numbers and times
    AtLeast(Value),
    /// Contains, for texts
    Contains(String),
    /// Equals one of these, 1 to 100
    In(Vec<Value>),
}

impl Number {
    /// A finite number, or `None`.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value))
    }

    /// Its value.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl std::hash::Hash for Number {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.0 + 0.0).to_bits().hash(state);
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    /// 0 and -0 are the same.
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0 + 0.0).total_cmp(&(other.0 + 0.0))
    }
}

impl AttributeTest {
    /// Whether a value compares so; one of another type never does.
    #[must_use]
    pub fn holds(&self, value: &Value) -> bool {
        let ordered = |wanted: &Value, holds: fn(Ordering) -> bool| compare(value, wanted).is_some_and(holds);
        match self {
            Self::Equal(wanted) => ordered(wanted, Ordering::is_eq),
            Self::NotEqual(wanted) => ordered(wanted, Ordering::is_ne),
            Self::Less(wanted) => ordered(wanted, Ordering::is_lt),
            Self::AtMost(wanted) => ordered(wanted, Ordering::is_le),
            Self::More(wanted) => ordered(wanted, Ordering::is_gt),
            Self::AtLeast(wanted) => ordered(wanted, Ordering::is_ge),
            Self::Contains(wanted) => match value {
                Value::Text(text) => text.to_lowercase().contains(&wanted.to_lowercase()),
                Value::Number(_) | Value::Boolean(_) | Value::Time(_) => false,
            },
            Self::In(wanted) => wanted.iter().any(|wanted| ordered(wanted, Ordering::is_eq)),
        }
    }
}

impl Value {
    /// The name of its type, as it stands in JSON.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "number",
            Self::Boolean(_) => "boolean",
            Self::Time(_) => "time",
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text}"),
            Self::Number(number) => write!(f, "{}", number.0),
            Self::Boolean(yes) => write!(f, "{yes}"),
            Self::Time(at) => write!(f, "{}", at.0),
        }
    }
}

fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => Some(a.to_lowercase().cmp(&b.to_lowercase())),
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::Text(_) | Value::Number(_) | Value::Boolean(_) | Value::Time(_), _) => None,
    }
}
