//! Owns the check of a sent data collection form against its fields (Q-2, P-3). Stores nothing.

use std::collections::BTreeMap;

use beckon_engine::queue::{Field, FieldKind};
use serde::Deserialize;

use super::address::clean;
use crate::store::chat::Answer;

/// What the visitor gave for one field.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Given {
    /// Of a checkbox or a consent.
    Ticked(bool),
    /// Of any other field.
    Text(String),
}

/// What is wrong, by key of the field: `required`, `invalid`, `too_long`.
pub type FieldErrors = BTreeMap<String, String>;

const LINE_LEN_MAX: usize = 200;
const LONG_TEXT_LEN_MAX: usize = 2_000;
const NAME_LEN_MAX: usize = 80;

/// Checks answers against fields; answers to fields that do not exist are dropped. Labels are those of `language`.
///
/// # Errors
/// What is wrong, by key of the field.
pub fn check(
    fields: &[Field],
    given: &BTreeMap<String, Given>,
    language: &str,
) -> Result<Vec<Answer>, FieldErrors> {
    let mut answers = Vec::new();
    let mut errors = FieldErrors::new();
    for field in fields {
        match check_field(field, given.get(&field.key)) {
            Ok(None) => {}
            Ok(Some(value)) => {
                let label = in_language(&field.label, language).unwrap_or(&field.key).to_owned();
                answers.push(Answer { key: field.key.clone(), label, value });
            }
            Err(error) => {
                errors.insert(field.key.clone(), error.to_owned());
            }
        }
    }
    if errors.is_empty() { Ok(answers) } else { Err(errors) }
}

/// The name to show for the visitor: the first answer whose key speaks of a name, else an e-mail address.
#[must_use]
pub fn visitor_name(fields: &[Field], answers: &[Answer]) -> Option<String> {
    let is_email = |key: &str| fields.iter().any(|field| field.key == key && field.kind == FieldKind::Email);
    answers
        .iter()
        .find(|answer| answer.key.contains("name"))
        .or_else(|| answers.iter().find(|answer| is_email(&answer.key)))
        .map(|answer| clean(&answer.value, NAME_LEN_MAX))
}

/// The text for `language`, or for its main language, or in English, or any.
#[must_use]
pub fn in_language<'a>(texts: &'a BTreeMap<String, String>, language: &str) -> Option<&'a str> {
    let main = language.split('-').next().unwrap_or(language);
    [language, main, "en"]
        .iter()
        .find_map(|tag| texts.get(*tag))
        .or_else(|| texts.values().next())
        .map(String::as_str)
}

fn check_field(field: &Field, given: Option<&Given>) -> Result<Option<String>, &'static str> {
    let text = match (field.kind, given) {
        (FieldKind::Checkbox | FieldKind::Consent, Some(Given::Ticked(true))) => {
            return Ok(Some("yes".to_owned()));
        }
        (FieldKind::Checkbox | FieldKind::Consent, Some(Given::Text(_))) => return Err("invalid"),
        (_, Some(Given::Text(text))) => text.trim(),
        (_, None) | (FieldKind::Checkbox | FieldKind::Consent, Some(Given::Ticked(false))) => "",
        (_, Some(Given::Ticked(_))) => return Err("invalid"),
    };
    if text.is_empty() {
        return if field.required { Err("required") } else { Ok(None) };
    }
    let len_max = if field.kind == FieldKind::LongText { LONG_TEXT_LEN_MAX } else { LINE_LEN_MAX };
    if text.chars().count() > len_max {
        return Err("too_long");
    }
    // PostgreSQL takes the character 0 in no text, and the others cannot be seen.
    if text.chars().any(|c| c.is_control() && !(field.kind == FieldKind::LongText && "\n\r\t".contains(c))) {
        return Err("invalid");
    }
    if is_valid(field, text) { Ok(Some(text.to_owned())) } else { Err("invalid") }
}

fn is_valid(field: &Field, text: &str) -> bool {
    match field.kind {
        FieldKind::Text | FieldKind::LongText => true,
        FieldKind::Email => is_email(text),
        FieldKind::Phone => {
            text.chars().filter(char::is_ascii_digit).count() >= 3
                && text.chars().all(|c| c.is_ascii_digit() || " +-()/.".contains(c))
        }
        // Keyboards of many languages have a comma for decimals and no point.
        FieldKind::Number => text.replacen(',', ".", 1).parse::<f64>().is_ok_and(f64::is_finite),
        FieldKind::Select => field.choices.iter().any(|choice| choice == text),
        FieldKind::Checkbox | FieldKind::Consent => false,
    }
}

/// As HTML's e-mail input sees it, with a dot in the domain: good enough to be worth a message, no more.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    !local.is_empty()
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && !local.contains('@')
        && domain.contains('.')
        && domain
            .split('.')
            .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(key: &str, kind: FieldKind, required: bool) -> Field {
        Field {
            key: key.to_owned(),
            kind,
            label: BTreeMap::from([("en".to_owned(), key.to_owned()), ("de".to_owned(), "Feld".to_owned())]),
            help: BTreeMap::new(),
            required,
            choices: vec!["red".to_owned()],
            choice_labels: BTreeMap::new(),
            prefill: None,
        }
    }

    fn one(kind: FieldKind, required: bool, given: Option<Given>) -> Result<Vec<Answer>, FieldErrors> {
        let given = given.map(|given| ("f".to_owned(), given)).into_iter().collect();
        check(&[field("f", kind, required)], &given, "de-CH")
    }

    fn text(text: &str) -> Option<Given> {
        Some(Given::Text(text.to_owned()))
    }

    // spec: P-3
    #[test]
    fn a_required_field_must_be_filled_in() {
        for kind in [FieldKind::Text, FieldKind::Email, FieldKind::Consent, FieldKind::Checkbox] {
            assert_eq!(one(kind, true, None).expect_err("required")["f"], "required");
        }
        assert_eq!(one(FieldKind::Text, true, text("  ")).expect_err("blank")["f"], "required");
        assert_eq!(
            one(FieldKind::Consent, true, Some(Given::Ticked(false))).expect_err("no")["f"],
            "required"
        );
        assert!(one(FieldKind::Consent, true, Some(Given::Ticked(true))).is_ok());
        assert!(one(FieldKind::Text, false, None).is_ok());
    }

    // spec: Q-2
    #[test]
    fn each_type_takes_its_own_kind_of_answer() {
        for (kind, good, bad) in [
            (FieldKind::Email, "a.b@shop.example", "a@b"),
            (FieldKind::Phone, "+41 44 123 45 67", "call me"),
            (FieldKind::Number, "12.5", "NaN"),
            (FieldKind::Number, "12,5", "1,200,000"),
            (FieldKind::Select, "red", "blue"),
        ] {
            assert!(one(kind, true, text(good)).is_ok(), "{good}");
            assert_eq!(one(kind, true, text(bad)).expect_err(bad)["f"], "invalid");
        }
        let long = "x".repeat(201);
        assert_eq!(one(FieldKind::Text, true, text(&long)).expect_err("long")["f"], "too_long");
        assert!(one(FieldKind::LongText, true, text(&long)).is_ok());
        assert_eq!(one(FieldKind::Text, true, Some(Given::Ticked(true))).expect_err("type")["f"], "invalid");
    }

    #[test]
    fn answers_carry_the_label_that_the_visitor_saw() {
        let answers = one(FieldKind::Text, true, text(" Ann ")).expect("valid");
        assert_eq!(answers, vec![Answer { key: "f".into(), label: "Feld".into(), value: "Ann".into() }]);
    }

    #[test]
    fn the_visitor_is_called_by_name_or_else_by_address() {
        let fields = [field("email", FieldKind::Email, true), field("first_name", FieldKind::Text, false)];
        let answer =
            |key: &str, value: &str| Answer { key: key.into(), label: key.into(), value: value.into() };
        let both = [answer("email", "a@b.example"), answer("first_name", "Ann")];
        assert_eq!(visitor_name(&fields, &both).as_deref(), Some("Ann"));
        assert_eq!(visitor_name(&fields, &both[..1]).as_deref(), Some("a@b.example"));
        assert_eq!(visitor_name(&fields, &[]), None);
    }
}
