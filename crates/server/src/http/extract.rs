//! Owns how a request is read: JSON bodies, parameters and ids, each refused with a pointer to what is wrong.

use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_path_to_error::Segment;

use super::error::{FieldError, Problem};

/// A JSON body. Unknown fields are refused where the type says so, which all bodies of this interface do.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// The parameters behind the question mark.
#[derive(Debug)]
pub struct Params<T>(pub T);

/// The id in the path; what is no id is not found.
#[derive(Debug)]
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::NotJson);
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
                Problem::TooLarge
            } else {
                Problem::BadJson("The body could not be read to its end.".to_owned())
            }
        })?;
        parse(&bytes).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => {
                let text = rejection.body_text();
                let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
                let (name, detail) = text.split_once(": ").unwrap_or(("", text));
                Err(Problem::field(format!("?{name}"), detail))
            }
        }
    }
}

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::NotFound)?;
        let (_, id) = params.iter().next().ok_or(Problem::NotFound)?;
        id.parse().map(Self).map_err(|_| Problem::NotFound)
    }
}

/// For a field of a change: absent leaves it as it is, and `null` is refused unless the field can be null.
///
/// # Errors
/// When the value is not of the field's type.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads a value that came within a body.
///
/// # Errors
/// When it is not of the type, with a pointer from the value on.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = pointer(error.path());
        Problem::Invalid(vec![field_error(pointer, &error.into_inner().to_string())])
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        // A list would be taken for the fields in their order.
        serde_json::from_slice::<IgnoredAny>(bytes)
            .map_err(|error| Problem::BadJson(sentence(&error.to_string())))?;
        return Err(Problem::field("", "is not an object"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        let error = error.into_inner();
        if !error.is_data() {
            return Problem::BadJson(sentence(&error.to_string()));
        }
        let text = error.to_string();
        let detail = text.rsplit_once(" at line ").map_or(text.as_str(), |(detail, _)| detail);
        Problem::Invalid(vec![field_error(pointer, detail)])
    })?;
    deserializer.end().map_err(|error| Problem::BadJson(sentence(&error.to_string())))?;
    Ok(value)
}

fn field_error(pointer: String, detail: &str) -> FieldError {
    let missing = detail.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    match missing {
        Some(name) => FieldError::new(format!("{pointer}/{name}"), "is missing"),
        None => FieldError::new(pointer, detail),
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => break,
        }
    }
    pointer
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), chars.as_str()))
}
