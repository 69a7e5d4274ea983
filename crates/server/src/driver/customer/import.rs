//! Owns how a row of a file becomes a customer record: which column is what, and what is wrong with it (C-1). Writes nothing.

use std::collections::BTreeMap;

use csv::StringRecord;

use super::check::{self, Wrong, wrong};
use super::csv::unguarded;
use crate::store::customer::{CustomField, Details};
use crate::store::customer_import::Column;

/// Names of columns that say what they are, in lower case without blanks, hyphens and underscores.
const NAMES: [(&str, &[&str]); 6] = [
    (
        "customer_ref",
        &["customerref", "ref", "reference", "customerid", "id", "customernumber", "kundennummer"],
    ),
    ("first_name", &["firstname", "givenname", "forename", "vorname"]),
    ("last_name", &["lastname", "surname", "familyname", "nachname", "name"]),
    ("email", &["email", "emailaddress", "mail", "primaryemail"]),
    ("phone", &["phone", "telephone", "phonenumber", "mobile", "telefon"]),
    ("company", &["company", "organisation", "organization", "firma"]),
];

/// What the columns of a file are taken for, by their names; nothing is taken twice.
#[must_use]
pub fn guess(header: &[String], fields: &[CustomField]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for name in header {
        let target = target_of(name, fields)
            .filter(|target| columns.iter().all(|column| column.target.as_deref() != Some(target.as_str())));
        columns.push(Column { name: name.clone(), target });
    }
    columns
}

/// What is wrong with what columns are taken for, by their place.
#[must_use]
pub fn wrong_columns(columns: &[Column], fields: &[CustomField]) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let Some(target) = column.target.as_deref() else { continue };
        let is_known = NAMES.iter().any(|(name, _)| *name == target)
            || target.strip_prefix("field:").is_some_and(|key| fields.iter().any(|field| field.key == key));
        if !is_known {
            found.push((at, "is nothing that a record has"));
        } else if columns[..at].iter().any(|before| before.target.as_deref() == Some(target)) {
            found.push((at, "is taken by another column"));
        }
    }
    found
}

/// The record that a row describes; cells that are empty say nothing.
///
/// # Errors
/// Why the row is not taken, as a sentence.
pub fn read_row(row: &StringRecord, columns: &[Column], fields: &[CustomField]) -> Result<Details, String> {
    if row.len() > columns.len() {
        return Err(format!("It has {} cells where the first line has {}.", row.len(), columns.len()));
    }
    let mut details = Details::default();
    for (cell, column) in row.iter().zip(columns) {
        let Some(target) = column.target.as_deref() else { continue };
        let text = unguarded(cell).to_owned();
        match target {
            "customer_ref" => details.customer_ref = check::reference(Some(text)),
            "first_name" => details.first_name = text,
            "last_name" => details.last_name = text,
            "email" => details.email = text,
            "phone" => details.phone = text,
            "company" => details.company = text,
            other => {
                let key = other.strip_prefix("field:").unwrap_or(other);
                if !text.is_empty() {
                    details.fields.0.insert(key.to_owned(), text);
                }
            }
        }
    }
    if details.customer_ref.is_none() {
        return Err("It has no customer reference.".to_owned());
    }
    let problems = wrong(&details, fields, &BTreeMap::new());
    if problems.is_empty() { Ok(details) } else { Err(sentence(&problems)) }
}

/// What a record says after a row was laid over it: what the row leaves empty stays, and so does the reference.
#[must_use]
pub fn laid_over(known: &Details, row: &Details) -> Details {
    let or = |new: &str, old: &str| if new.is_empty() { old.to_owned() } else { new.to_owned() };
    let mut fields = known.fields.clone();
    fields.0.extend(row.fields.0.clone());
    Details {
        customer_ref: known.customer_ref.clone().or_else(|| row.customer_ref.clone()),
        first_name: or(&row.first_name, &known.first_name),
        last_name: or(&row.last_name, &known.last_name),
        email: or(&row.email, &known.email),
        phone: or(&row.phone, &known.phone),
        company: or(&row.company, &known.company),
        fields,
    }
}

fn target_of(name: &str, fields: &[CustomField]) -> Option<String> {
    let plain: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let known = NAMES.iter().find(|(_, names)| names.contains(&plain.as_str()));
    known.map(|(target, _)| (*target).to_owned()).or_else(|| {
        let own = fields
            .iter()
            .find(|field| field.key == name || field.label.to_lowercase() == name.to_lowercase());
        own.map(|field| format!("field:{}", field.key))
    })
}

fn sentence(problems: &[Wrong]) -> String {
    let parts: Vec<String> = problems
        .iter()
        .map(|Wrong { field, why }| {
            let name = field.trim_start_matches('/').trim_start_matches("fields/");
            if name.is_empty() { format!("It {why}.") } else { format!("{name} {why}.") }
        })
        .collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::customer::CustomFieldKind;

    fn own() -> Vec<CustomField> {
        vec![CustomField { key: "since".into(), label: "Customer since".into(), kind: CustomFieldKind::Date }]
    }

    fn columns(header: &[&str]) -> Vec<Column> {
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        guess(&header, &own())
    }

    // spec: C-1
    #[test]
    fn columns_say_by_their_names_what_they_are() {
        let found = columns(&["Customer-Ref", "Vorname", "E-Mail", "customer since", "Shoe size", "email"]);
        let targets: Vec<_> = found.iter().map(|column| column.target.as_deref()).collect();
        let expected =
            [Some("customer_ref"), Some("first_name"), Some("email"), Some("field:since"), None, None];
        assert_eq!(targets, expected);
        assert_eq!(wrong_columns(&found, &own()), []);
        let twice =
            vec![found[0].clone(), found[0].clone(), Column { name: "x".into(), target: Some("x".into()) }];
        let places: Vec<usize> = wrong_columns(&twice, &own()).into_iter().map(|(at, _)| at).collect();
        assert_eq!(places, [1, 2]);
    }

    // spec: C-1
    #[test]
    fn a_row_that_is_not_taken_says_why() {
        let columns = columns(&["ref", "email", "Customer since"]);
        let row = |cells: &[&str]| read_row(&StringRecord::from(cells.to_vec()), &columns, &own());
        assert!(row(&["4711", "ann@shop.example", "2020-01-31"]).is_ok());
        assert!(row(&["4711"]).is_ok(), "cells that are missing are empty");
        assert_eq!(row(&["", "ann@shop.example"]).expect_err("none"), "It has no customer reference.");
        let both = row(&["4711", "nobody", "yesterday"]).expect_err("both");
        assert_eq!(both, "email is not an e-mail address. since is not a date as 2026-03-31.");
        assert!(row(&["4711", "", "", "more"]).is_err());
    }

    #[test]
    fn an_empty_cell_takes_nothing_away() {
        let known = Details { first_name: "Ann".into(), phone: "1".into(), ..Details::default() };
        let row = Details { customer_ref: Some("4711".into()), phone: "2".into(), ..Details::default() };
        let after = laid_over(&known, &row);
        assert_eq!((after.first_name.as_str(), after.phone.as_str()), ("Ann", "2"));
        assert_eq!(after.customer_ref.as_deref(), Some("4711"));
    }
}
