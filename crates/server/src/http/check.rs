//! Owns the checks that bodies have in common: texts, numbers, lists, colours, addresses. Each resource says which.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use garde::rules::email::Email;
use url::Url;

use super::error::{Answer, FieldError, Problem};

/// Most languages a text can have.
pub const LANGUAGES_MAX: usize = 40;

const URL_CHARS_MAX: usize = 2_000;
const EMAIL_CHARS_MAX: usize = 254;

/// Gathers what is wrong with a body, so that all of it is told at once.
#[derive(Debug, Default)]
pub struct Checks {
    errors: Vec<FieldError>,
}

impl Checks {
    /// Nothing found wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what is wrong with a field.
    pub fn wrong(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.errors.push(FieldError::new(pointer, detail));
    }

    /// A text of so many characters, on one line.
    pub fn line(&mut self, pointer: &str, text: &str, chars: RangeInclusive<usize>) {
        if text.chars().any(char::is_control) {
            self.wrong(pointer, "has characters that cannot be shown");
        } else if text.trim().is_empty() && *chars.start() > 0 {
            self.wrong(pointer, "is empty");
        } else {
            self.length(pointer, text, chars);
        }
    }

    /// A text of so many characters, on any number of lines.
    pub fn text(&mut self, pointer: &str, text: &str, chars: RangeInclusive<usize>) {
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.wrong(pointer, "has characters that cannot be shown");
        } else {
            self.length(pointer, text, chars);
        }
    }

    /// A number in a range.
    pub fn number(&mut self, pointer: &str, number: impl Into<i64>, range: RangeInclusive<i64>) {
        if !range.contains(&number.into()) {
            self.wrong(pointer, format!("is not {} to {}", range.start(), range.end()));
        }
    }

    /// A list of so many items.
    pub fn count(&mut self, pointer: &str, count: usize, range: RangeInclusive<usize>) {
        if !range.contains(&count) {
            self.wrong(pointer, format!("has not {} to {} entries but {count}", range.start(), range.end()));
        }
    }

    /// A colour as `#rrggbb`.
    pub fn color(&mut self, pointer: &str, color: &str) {
        let digits = color.strip_prefix('#').unwrap_or_default();
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.wrong(pointer, "is not a colour as #rrggbb");
        }
    }

    /// The address of a picture: `https:`, or a path on this server.
    pub fn picture(&mut self, pointer: &str, address: Option<&str>) {
        let Some(address) = address else { return };
        let is_path = address.starts_with('/') && !address.starts_with("//") && !address.contains('\\');
        let is_https = Url::parse(address).is_ok_and(|url| url.scheme() == "https");
        if !is_path && !is_https {
            self.wrong(pointer, "is neither an https: address nor a path on this server");
        } else {
            self.line(pointer, address, 1..=URL_CHARS_MAX);
        }
    }

    /// An address that a browser is sent to: `https:` or `http:`.
    pub fn address(&mut self, pointer: &str, address: &str) {
        if !Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "https" | "http")) {
            self.wrong(pointer, "is not an https: or http: address");
        } else {
            self.line(pointer, address, 1..=URL_CHARS_MAX);
        }
    }

    /// The tag of a language.
    pub fn language(&mut self, pointer: &str, tag: &str) {
        let mut parts = tag.split('-');
        let first = parts.next().unwrap_or_default();
        let first_fits = (2..=8).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic());
        let rest_fits = parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if !first_fits || !rest_fits || tag.len() > 35 {
            self.wrong(pointer, "is not the tag of a language such as en or pt-BR");
        }
    }

    /// A text by language.
    pub fn texts(&mut self, pointer: &str, texts: &BTreeMap<String, String>, chars: RangeInclusive<usize>) {
        self.count(pointer, texts.len(), usize::from(*chars.start() > 0)..=LANGUAGES_MAX);
        for (tag, text) in texts {
            let at = format!("{pointer}/{}", escaped(tag));
            self.language(&at, tag);
            self.text(&at, text, chars.clone());
        }
    }

    /// An e-mail address.
    pub fn email(&mut self, pointer: &str, email: &str) {
        if email.len() > EMAIL_CHARS_MAX || email.validate_email().is_err() {
            self.wrong(pointer, "is not an e-mail address");
        }
    }

    /// Whether anything was wrong.
    ///
    /// # Errors
    /// Everything that was.
    pub fn finish(self) -> Answer<()> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::Invalid(self.errors)) }
    }

    fn length(&mut self, pointer: &str, text: &str, chars: RangeInclusive<usize>) {
        let count = text.chars().count();
        if count < *chars.start() {
            self.wrong(pointer, format!("has less than {} characters", chars.start()));
        } else if count > *chars.end() {
            self.wrong(pointer, format!("has more than {} characters", chars.end()));
        }
    }
}

/// A key as a part of a JSON pointer.
#[must_use]
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
