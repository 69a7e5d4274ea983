//! Owns how Rust values stand in columns: ids and enums as text, structured values as JSON text. Knows no table.

use std::ops::Deref;

use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

/// An id or a plain enum, stored as the text that serde gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<T>(pub T);

/// A structured value, stored as JSON text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T> Deref for Text<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Deref for Json<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// The list of values of a statement over a list, in each value one id.
pub(super) fn id_list<T: Serialize>(ids: &[T]) -> String {
    list_of(ids.iter().map(|id| [id]))
}

/// The list of values of a statement over a list, in each value what one row says.
pub(super) fn list_of(rows: impl Iterator<Item = impl Serialize>) -> String {
    serde_json::to_string(&rows.collect::<Vec<_>>()).expect("ids, numbers and texts")
}

macro_rules! as_text {
    ($wrapper:ident, $to:path, $from:path) => {
        impl<T, D: Database> Type<D> for $wrapper<T>
        where
            String: Type<D>,
        {
            fn type_info() -> D::TypeInfo {
                <String as Type<D>>::type_info()
            }
            fn compatible(ty: &D::TypeInfo) -> bool {
                <String as Type<D>>::compatible(ty)
            }
        }

        impl<'q, T: Serialize, D: Database> Encode<'q, D> for $wrapper<T>
        where
            String: Encode<'q, D>,
        {
            fn encode_by_ref(
                &self,
                buffer: &mut <D as Database>::ArgumentBuffer,
            ) -> Result<IsNull, BoxDynError> {
                $to(&self.0)?.encode(buffer)
            }
        }

        impl<'r, T: DeserializeOwned, D: Database> Decode<'r, D> for $wrapper<T>
        where
            String: Decode<'r, D>,
        {
            fn decode(value: <D as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(Self($from(&<String as Decode<D>>::decode(value)?)?))
            }
        }
    };
}

as_text!(Text, plain_text, from_plain_text);
as_text!(Json, serde_json::to_string, json_from_str);

pub(super) fn plain_text<T: Serialize>(value: &T) -> Result<String, BoxDynError> {
    let value = serde_json::to_value(value)?;
    value.as_str().map(str::to_owned).ok_or_else(|| format!("not a plain text value: {value}").into())
}

pub(super) fn from_plain_text<T: DeserializeOwned>(text: &str) -> Result<T, serde::de::value::Error> {
    T::deserialize(text.into_deserializer())
}

fn json_from_str<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text)
}
