//! Owns what a customer record may say: lengths, types, and that it says anything at all (C-1). Shared by hand and by file.

use std::collections::BTreeMap;

use crate::driver::form::is_email;
use crate::driver::identity::CUSTOMER_REF_LEN_MAX;
use crate::store::customer::{CustomField, CustomFieldKind, Details};

/// Fields of a site's own.
pub const FIELDS_MAX: usize = 30;

const NAME_LEN_MAX: usize = 100;
const EMAIL_LEN_MAX: usize = 254;
const PHONE_LEN_MAX: usize = 50;
const COMPANY_LEN_MAX: usize = 200;
const VALUE_LEN_MAX: usize = 500;
const KEY_LEN_MAX: usize = 40;

/// One thing that is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The field, as a JSON pointer.
    pub field: String,
    /// What is wrong.
    pub why: String,
}

/// Everything that is wrong with a record. Values of its own fields that are `stored` stay as they are, also where the site
/// has such a field no longer.
#[must_use]
pub fn wrong(details: &Details, fields: &[CustomField], stored: &BTreeMap<String, String>) -> Vec<Wrong> {
    let mut found = Vec::new();
    let mut say = |field: &str, why: Option<String>| {
        found.extend(why.map(|why| Wrong { field: field.to_owned(), why }));
    };
    let customer_ref = details.customer_ref.as_deref().unwrap_or_default();
    let lines = [
        ("/customer_ref", customer_ref, CUSTOMER_REF_LEN_MAX),
        ("/first_name", &details.first_name, NAME_LEN_MAX),
        ("/last_name", &details.last_name, NAME_LEN_MAX),
        ("/email", &details.email, EMAIL_LEN_MAX),
        ("/phone", &details.phone, PHONE_LEN_MAX),
        ("/company", &details.company, COMPANY_LEN_MAX),
    ];
    for (field, text, len_max) in lines {
        say(field, line(text, len_max));
    }
    if !details.email.is_empty() && !is_email(&details.email) {
        say("/email", Some("is not an e-mail address".to_owned()));
    }
    if lines.iter().all(|(_, text, _)| text.is_empty()) {
        say("", Some("has neither reference, name, e-mail address, telephone number nor company".to_owned()));
    }
    for (key, value) in details.fields.iter().filter(|(key, value)| stored.get(*key) != Some(*value)) {
        let at = format!("/fields/{}", key.replace('~', "~0").replace('/', "~1"));
        match fields.iter().find(|field| field.key == *key) {
            None => say(&at, Some("is not a field of this site".to_owned())),
            Some(field) => say(&at, line(value, VALUE_LEN_MAX).or_else(|| typed(field.kind, value))),
        }
    }
    found
}

/// Whether a text can be the key of a field.
#[must_use]
pub fn is_key(text: &str) -> bool {
    (1..=KEY_LEN_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// A reference without the blanks around it; none when nothing is left.
#[must_use]
pub fn reference(text: Option<String>) -> Option<String> {
    text.map(trimmed).filter(|text| !text.is_empty())
}

/// A text without the blanks around it.
#[must_use]
pub fn trimmed(text: String) -> String {
    let trimmed = text.trim();
    if trimmed.len() == text.len() { text } else { trimmed.to_owned() }
}

/// The values that say something.
#[must_use]
pub fn filled(fields: BTreeMap<String, String>) -> BTreeMap<String, String> {
    fields
        .into_iter()
        .map(|(key, value)| (key, trimmed(value)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

fn line(text: &str, len_max: usize) -> Option<String> {
    if text.chars().any(char::is_control) {
        Some("has characters that cannot be shown".to_owned())
    } else if text.chars().count() > len_max {
        Some(format!("has more than {len_max} characters"))
    } else {
        None
    }
}

fn typed(kind: CustomFieldKind, value: &str) -> Option<String> {
    let (fits, why) = match kind {
        CustomFieldKind::Text => (true, ""),
        CustomFieldKind::Number => (value.parse::<f64>().is_ok_and(f64::is_finite), "is not a number"),
        CustomFieldKind::Date => (is_date(value), "is not a date as 2026-03-31"),
        CustomFieldKind::Boolean => (matches!(value, "true" | "false"), "is neither true nor false"),
    };
    (!fits).then(|| why.to_owned())
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let number = |text: &str, len: usize| {
        (text.len() == len && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<u32>().ok())
            .flatten()
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::column::Json;

    fn field(key: &str, kind: CustomFieldKind) -> CustomField {
        CustomField { key: key.to_owned(), label: key.to_owned(), kind }
    }

    fn with(value: &str) -> Details {
        let fields = BTreeMap::from([("f".to_owned(), value.to_owned())]);
        Details { first_name: "Ann".to_owned(), fields: Json(fields), ..Details::default() }
    }

    // spec: C-1
    #[test]
    fn each_field_of_a_site_takes_its_own_kind_of_value() {
        for (kind, good, bad) in [
            (CustomFieldKind::Number, "-3.5", "three"),
            (CustomFieldKind::Date, "2024-02-29", "2023-02-29"),
            (CustomFieldKind::Date, "2026-12-31", "31.12.2026"),
            (CustomFieldKind::Boolean, "true", "yes"),
        ] {
            let none = BTreeMap::new();
            assert_eq!(wrong(&with(good), &[field("f", kind)], &none), Vec::new(), "{good}");
            assert_eq!(wrong(&with(bad), &[field("f", kind)], &none)[0].field, "/fields/f", "{bad}");
            assert_eq!(wrong(&with(bad), &[field("f", kind)], &with(bad).fields), Vec::new(), "{bad}");
        }
        assert_eq!(wrong(&with("x"), &[], &with("y").fields)[0].why, "is not a field of this site");
    }

    #[test]
    fn a_record_says_something_and_within_bounds() {
        assert_eq!(wrong(&Details::default(), &[], &BTreeMap::new())[0].field, "");
        let bad = Details { email: "a@b".to_owned(), phone: "1\u{7}".to_owned(), ..Details::default() };
        let found: Vec<String> =
            wrong(&bad, &[], &BTreeMap::new()).into_iter().map(|wrong| wrong.field).collect();
        assert_eq!(found, ["/phone", "/email"]);
    }
}
