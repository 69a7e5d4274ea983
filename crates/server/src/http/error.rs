//! Owns what a refused request is answered with: one closed list of problems, each as an RFC 9457 document.
//! What went wrong inside goes to the log and nowhere else.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::driver::files::FileRefusal;
use crate::store::StoreError;

/// Result of a handler.
pub type Answer<T> = Result<T, Problem>;

/// Everything that a request can be refused for.
#[derive(Debug)]
pub enum Problem {
    /// The body is not JSON.
    BadJson(String),
    /// Fields that are wrong, each by its pointer.
    Invalid(Vec<FieldError>),
    /// Nobody is signed in.
    SignedOut,
    /// E-mail and password do not belong together, or the user is disabled.
    WrongCredentials,
    /// The link was used or revoked, has ended, or is not complete.
    DeadLink,
    /// The user is disabled.
    Disabled,
    /// The user has a second step, and no code came.
    CodeNeeded,
    /// The code of the second step is not good, or was used.
    WrongCode,
    /// The second step is to be set up before anything else.
    MustSetUp,
    /// Others than administrators sign in through the provider alone.
    PasswordOff,
    /// Nobody signs in through a provider here.
    SingleSignOnOff,
    /// The provider cannot be reached or used; why, for the log.
    Provider(String),
    /// The sign-in through the provider has ended, or was begun in another browser.
    SignInOver,
    /// The setup token is not the one that was printed.
    WrongSetupToken,
    /// The user's role does not allow this.
    Forbidden,
    /// The API token is not for this; the scope that it takes, if any does.
    OutOfScope(Option<String>),
    /// The request comes from a page of another origin.
    ForeignOrigin,
    /// There is no such thing, or no such address.
    NotFound,
    /// The address does not know this method.
    MethodNotAllowed,
    /// A value that must be unique is in use; its pointer and why.
    Taken(FieldError),
    /// It was changed since the version that the request knows; what to say of it.
    Stale(String),
    /// What should go is still in use; by what.
    InUse(String),
    /// The first request with this idempotency key has no answer yet.
    KeyUnderWay,
    /// Without this user nobody could administer.
    LastAdmin,
    /// The queue of the launcher cannot go.
    DefaultQueue,
    /// There is a user already.
    SetUpAlready,
    /// There can be no more of these; how many there can be.
    LimitReached(i64),
    /// The body is larger than allowed.
    TooLarge,
    /// The body is not declared as JSON.
    NotJson,
    /// A file is not taken; why.
    File(FileRefusal),
    /// Too many attempts; try again after this many seconds.
    TooMany(u64),
    /// The server cannot do this now.
    Unavailable(String),
    /// The server failed.
    Internal(String),
}

/// One wrong field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer into the body, or `?name` for a parameter of the address.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

/// RFC 9457 problem document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// Identifies the kind of problem: `urn:beckon:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in words.
    pub title: &'static str,
    /// Status of the answer.
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// The kind of problem for programs; a closed list.
    pub code: &'static str,
    /// The fields that are wrong, if it is about fields.
    pub errors: Vec<FieldError>,
}

impl FieldError {
    /// One wrong field.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }

    fn sentence(&self) -> String {
        let place = self.pointer.trim_start_matches(['/', '?']);
        format!("{} {}.", if place.is_empty() { "The body" } else { place }, self.detail)
    }
}

impl Problem {
    /// A problem about one field.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, detail)])
    }

    /// The same about something that stands deeper in the body, at `prefix`.
    #[must_use]
    pub fn at(self, prefix: &str) -> Self {
        self.below("", prefix)
    }

    /// The same about something that stands at `prefix` of the body, and not at `root`.
    #[must_use]
    pub fn below(self, root: &str, prefix: &str) -> Self {
        let moved = |error: FieldError| {
            let rest = error.pointer.strip_prefix(root).unwrap_or(&error.pointer);
            FieldError { pointer: format!("{prefix}{rest}"), ..error }
        };
        if let Self::Invalid(errors) = self {
            return Self::Invalid(errors.into_iter().map(moved).collect());
        }
        if let Self::Taken(error) = self { Self::Taken(moved(error)) } else { self }
    }

    fn kind(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::BadJson(_) => (StatusCode::BAD_REQUEST, "bad_json", "The body is not JSON"),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Some fields are not valid"),
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed_out", "Nobody is signed in"),
            Self::WrongCredentials => {
                (StatusCode::UNAUTHORIZED, "wrong_credentials", "E-mail or password is wrong")
            }
            Self::WrongSetupToken => (StatusCode::FORBIDDEN, "wrong_setup_token", "The setup token is wrong"),
            Self::PasswordOff => (StatusCode::FORBIDDEN, "password_off", "Passwords are not taken here"),
            Self::SingleSignOnOff => (StatusCode::CONFLICT, "single_sign_on_off", "Single sign-on is off"),
            Self::Provider(_) => {
                (StatusCode::BAD_GATEWAY, "provider_failed", "The provider of single sign-on failed")
            }
            Self::SignInOver => (StatusCode::UNAUTHORIZED, "sign_in_over", "The sign-in has ended"),
            Self::CodeNeeded => (StatusCode::UNAUTHORIZED, "code_needed", "A code is needed too"),
            Self::WrongCode => (StatusCode::UNAUTHORIZED, "wrong_code", "The code is wrong"),
            Self::MustSetUp => (StatusCode::FORBIDDEN, "must_set_up", "The second step is not set up"),
            Self::DeadLink => (StatusCode::NOT_FOUND, "dead_link", "The link is not good any more"),
            Self::Disabled => (StatusCode::CONFLICT, "disabled", "The user is disabled"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "The role does not allow this"),
            Self::OutOfScope(_) => (StatusCode::FORBIDDEN, "out_of_scope", "The API token is not for this"),
            Self::ForeignOrigin => {
                (StatusCode::FORBIDDEN, "foreign_origin", "The request comes from another origin")
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "There is nothing here"),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "The address does not know this method",
            ),
            Self::Taken(_) => (StatusCode::CONFLICT, "taken", "A value is in use already"),
            Self::Stale(_) => (StatusCode::CONFLICT, "stale", "It was changed meanwhile"),
            Self::InUse(_) => (StatusCode::CONFLICT, "in_use", "It is still in use"),
            Self::KeyUnderWay => {
                (StatusCode::CONFLICT, "key_under_way", "The first request has no answer yet")
            }
            Self::LastAdmin => (StatusCode::CONFLICT, "last_admin", "This is the last administrator"),
            Self::DefaultQueue => {
                (StatusCode::CONFLICT, "default_queue", "This is the queue of the launcher")
            }
            Self::SetUpAlready => (StatusCode::CONFLICT, "set_up_already", "Beckon is set up already"),
            Self::LimitReached(_) => (StatusCode::CONFLICT, "limit_reached", "There can be no more of these"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is too large"),
            Self::NotJson => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "The body is not declared as JSON")
            }
            Self::File(refusal) => file_kind(*refusal),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "too_many", "Too many attempts"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available now"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server failed"),
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::BadJson(detail) | Self::Stale(detail) | Self::InUse(detail) | Self::Unavailable(detail) => {
                detail.clone()
            }
            Self::Invalid(errors) if errors.len() == 1 => {
                format!("{} {}", errors[0].pointer, errors[0].detail)
            }
            Self::Invalid(errors) => format!("{} fields are not valid.", errors.len()),
            Self::SignedOut => "Sign in and try again.".to_owned(),
            Self::WrongCredentials => "No user that can sign in has this e-mail and password.".to_owned(),
            Self::WrongSetupToken => {
                "The token stands in the output of the server since its start.".to_owned()
            }
            Self::PasswordOff => {
                "Sign in through the provider; only administrators may use a password.".to_owned()
            }
            Self::SingleSignOnOff => "An administrator can enable it.".to_owned(),
            Self::Provider(_) => {
                "It cannot be reached or used now; why stands in the log of the server.".to_owned()
            }
            Self::SignInOver => "It took too long, or was begun in another browser. Begin again.".to_owned(),
            Self::CodeNeeded => "Send the code that the app shows, or a recovery code.".to_owned(),
            Self::WrongCode => "It is not the one that the app shows now, or was used already.".to_owned(),
            Self::MustSetUp => {
                "Everyone must use the second step here: set it up at /api/v1/me/second-step first."
                    .to_owned()
            }
            Self::DeadLink => {
                "It was used, replaced or revoked, or its time is over. Ask an administrator for another."
                    .to_owned()
            }
            Self::Disabled => "Enable the user first.".to_owned(),
            Self::Forbidden => "Ask an administrator for the role that it takes.".to_owned(),
            Self::OutOfScope(Some(scope)) => format!("It takes the scope {scope}."),
            Self::OutOfScope(None) => "Only a person who is signed in can do this.".to_owned(),
            Self::KeyUnderWay => {
                "It is under way, or the server fell over it: look whether it was done.".to_owned()
            }
            Self::ForeignOrigin => "Changes are accepted from the console's own pages only.".to_owned(),
            Self::NotFound => "It was removed, or the address is wrong.".to_owned(),
            Self::MethodNotAllowed => "See /api/openapi.json for what this address can do.".to_owned(),
            Self::Taken(error) => error.sentence(),
            Self::LastAdmin => "Give another user the role of administrator first.".to_owned(),
            Self::DefaultQueue => "Make another queue the one of the launcher first.".to_owned(),
            Self::SetUpAlready => "Sign in; an administrator can add users.".to_owned(),
            Self::LimitReached(limit) => format!("There can be {limit}."),
            Self::TooLarge => "It is longer than what is taken here.".to_owned(),
            Self::NotJson => "Send the header Content-Type: application/json.".to_owned(),
            Self::File(refusal) => file_detail(*refusal).to_owned(),
            Self::TooMany(..2) => "Try again in a second.".to_owned(),
            Self::TooMany(after_s @ ..90) => format!("Try again in {after_s} seconds."),
            Self::TooMany(after_s) => format!("Try again in {} minutes.", after_s.div_ceil(60)),
            Self::Internal(_) => "The failure was logged. Nothing was changed.".to_owned(),
        }
    }

    fn errors(self) -> Vec<FieldError> {
        match self {
            Self::Invalid(errors) => errors,
            Self::Taken(error) => vec![error],
            Self::BadJson(_)
            | Self::SignedOut
            | Self::WrongCredentials
            | Self::WrongSetupToken
            | Self::PasswordOff
            | Self::SingleSignOnOff
            | Self::Provider(_)
            | Self::SignInOver
            | Self::CodeNeeded
            | Self::WrongCode
            | Self::MustSetUp
            | Self::DeadLink
            | Self::Disabled
            | Self::Forbidden
            | Self::OutOfScope(_)
            | Self::ForeignOrigin
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::Stale(_)
            | Self::InUse(_)
            | Self::KeyUnderWay
            | Self::LastAdmin
            | Self::DefaultQueue
            | Self::SetUpAlready
            | Self::LimitReached(_)
            | Self::TooLarge
            | Self::NotJson
            | Self::File(_)
            | Self::TooMany(_)
            | Self::Unavailable(_)
            | Self::Internal(_) => Vec::new(),
        }
    }
}

fn file_kind(refusal: FileRefusal) -> (StatusCode, &'static str, &'static str) {
    match refusal {
        FileRefusal::Empty => (StatusCode::UNPROCESSABLE_ENTITY, "file_empty", "The file is empty"),
        FileRefusal::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", "The file is too large"),
        FileRefusal::KindNotAllowed => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "file_kind", "Files of this kind are not taken")
        }
        FileRefusal::NoPicture => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "file_kind", "This is no picture"),
        FileRefusal::PictureTooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", "The picture is too large")
        }
        FileRefusal::BadPicture => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "file_broken", "The picture cannot be read")
        }
        FileRefusal::Off => (StatusCode::FORBIDDEN, "files_off", "Visitors may not send files here"),
        FileRefusal::ChatClosed => (StatusCode::CONFLICT, "chat_closed", "The chat is not open"),
        FileRefusal::ChatFull => (StatusCode::CONFLICT, "chat_full", "The chat can have no more files"),
        FileRefusal::SiteFull => (StatusCode::CONFLICT, "site_full", "The site can have no more files"),
        FileRefusal::NotFound => (StatusCode::NOT_FOUND, "not_found", "There is nothing here"),
    }
}

fn file_detail(refusal: FileRefusal) -> &'static str {
    match refusal {
        FileRefusal::Empty => "It has no content.",
        FileRefusal::TooLarge => "A file may have at most 10 MB.",
        FileRefusal::KindNotAllowed => {
            "Send a picture (JPEG, PNG, GIF, WebP), PDF, office document, plain text, ZIP, audio or video."
        }
        FileRefusal::NoPicture => "Send JPEG, PNG, GIF or WebP.",
        FileRefusal::PictureTooLarge => "A picture may have at most 5 MB.",
        FileRefusal::BadPicture => "It is damaged, not what it says it is, or has too many pixels.",
        FileRefusal::Off => "An administrator can allow them for the queue.",
        FileRefusal::ChatClosed => "It has ended, or has not begun.",
        FileRefusal::ChatFull => "It has 100 files or 200 MB already.",
        FileRefusal::SiteFull => "It has 20 GB of files already.",
        FileRefusal::NotFound => "There is no such chat, or you may not write in it.",
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Self::Internal(cause) | Self::Unavailable(cause) = &self {
            tracing::error!(cause, "a request failed");
        }
        if let Self::Provider(cause) = &self {
            tracing::warn!(cause, "a sign-in through the provider failed");
        }
        let (status, code, title) = self.kind();
        let retry_after_s = if let Self::TooMany(after_s) = self { Some(after_s) } else { None };
        let document = ProblemDocument {
            kind: format!("urn:beckon:problem:{code}"),
            title,
            status: status.as_u16(),
            detail: self.detail(),
            code,
            errors: self.errors(),
        };
        let mut response = (status, axum::Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(after_s) = retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(after_s));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken => Self::Internal("a unique index refused a row unexpectedly".to_owned()),
            StoreError::InUse => Self::InUse("Something still refers to it.".to_owned()),
            StoreError::Database(_) | StoreError::Migrate(_) | StoreError::Batch(_) => {
                Self::Internal(error.to_string())
            }
        }
    }
}
