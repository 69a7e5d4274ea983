//! Owns the SQL of customer records: making, finding, changing and searching them (C-1). Whose visits they are stands in `link`.

use std::collections::BTreeMap;

use beckon_engine::id::{CustomerId, SiteId};
use beckon_engine::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::{Json, Text};
use super::sql::{execute, fetch_all, fetch_one, fetch_optional};
use super::{StoreResult, Tx};

pub mod erase;
pub mod held;
pub mod link;
pub mod merge;

/// Words of a search that are looked at.
pub const WORDS_MAX: usize = 4;

/// What a record says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Details {
    /// The site's own reference.
    pub customer_ref: Option<String>,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Primary e-mail address.
    pub email: String,
    /// Telephone number.
    pub phone: String,
    /// Company.
    pub company: String,
    /// Values of the site's own fields by key.
    pub fields: Json<BTreeMap<String, String>>,
}

/// A customer record.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CustomerRow {
    /// Identity.
    pub id: Text<CustomerId>,
    /// The site.
    pub site_id: Text<SiteId>,
    /// What it says.
    #[sqlx(flatten)]
    pub details: Details,
    /// The record it went into.
    pub merged_into: Option<Text<CustomerId>>,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// A field of a site's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomField {
    /// Key: a to z, 0 to 9, `_`, at most 40 characters.
    pub key: String,
    /// Name in the console, 1 to 60 characters.
    pub label: String,
    /// Type of its value.
    #[serde(rename = "type")]
    pub kind: CustomFieldKind,
}

/// Type of a site's own field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CustomFieldKind {
    /// One line.
    Text,
    /// A number.
    Number,
    /// A date, `YYYY-MM-DD`.
    Date,
    /// Yes or no.
    Boolean,
}

/// One text for the columns of a `CustomerRow`.
macro_rules! select_customers {
    ($rest:literal) => {
        concat!(
            "SELECT id, site_id, customer_ref, first_name, last_name, email, phone, company, fields, merged_into,
                    created_at, updated_at FROM customers ",
            $rest
        )
    };
}

impl Details {
    /// The name, or the e-mail address; none when there is neither.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        let name = format!("{} {}", self.first_name, self.last_name).trim().to_owned();
        [name, self.email.clone()].into_iter().find(|text| !text.is_empty())
    }

    /// What a search looks at.
    fn search(&self) -> String {
        let mut parts = vec![&self.first_name, &self.last_name, &self.email, &self.company, &self.phone];
        parts.extend(&self.customer_ref);
        let parts: Vec<&str> =
            parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        parts.join(" ").to_lowercase()
    }

    /// What the list is ordered by: the name, or what there is.
    fn sort_name(&self) -> String {
        let name = format!("{} {}", self.last_name, self.first_name);
        let or_ref = self.customer_ref.as_deref().unwrap_or_default();
        let found =
            [name.trim(), &self.email, &self.company, or_ref].into_iter().find(|text| !text.is_empty());
        found.unwrap_or_default().to_lowercase()
    }
}

/// The order key of a record, for a cursor.
#[must_use]
pub fn sort_key(row: &CustomerRow) -> [String; 2] {
    [row.details.sort_name(), row.id.to_string()]
}

/// Adds a record.
///
/// # Errors
/// `Taken` when the site has one with this reference.
pub async fn insert_customer(
    tx: &mut Tx,
    id: CustomerId,
    site: SiteId,
    details: &Details,
    now: UnixMs,
) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO customers (id, site_id, customer_ref, first_name, last_name, email, phone, company, fields,
                                search, sort_name, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        Text(id),
        Text(site),
        details.customer_ref.as_deref(),
        details.first_name.as_str(),
        details.last_name.as_str(),
        details.email.as_str(),
        details.phone.as_str(),
        details.company.as_str(),
        &details.fields,
        details.search(),
        details.sort_name(),
        now.0,
    )?;
    Ok(())
}

/// Finds a record, also one that went into another.
///
/// # Errors
/// When the database failed.
pub async fn find_customer(tx: &mut Tx, id: CustomerId) -> StoreResult<Option<CustomerRow>> {
    fetch_optional!(tx, CustomerRow, select_customers!("WHERE id = $1"), Text(id))
}

/// Finds the record with this reference; when it went into another, that one.
///
/// # Errors
/// When the database failed.
pub async fn find_customer_by_ref(
    tx: &mut Tx,
    site: SiteId,
    customer_ref: &str,
) -> StoreResult<Option<CustomerRow>> {
    fetch_optional!(
        tx,
        CustomerRow,
        select_customers!(
            "WHERE id = (SELECT COALESCE(r.merged_into, r.id) FROM customers r WHERE r.site_id = $1 AND r.customer_ref = $2)"
        ),
        Text(site),
        customer_ref,
    )
}

pub(in crate::store) const LIST: &str = select_customers!(
    "WHERE site_id = $1 AND merged_into IS NULL AND (sort_name, id) > ($2, $3)
               AND search LIKE $4 ESCAPE '!' AND search LIKE $5 ESCAPE '!'
               AND search LIKE $6 ESCAPE '!' AND search LIKE $7 ESCAPE '!'
             ORDER BY sort_name, id LIMIT $8"
);

/// The first `limit` records of a site by name that come after `after` and hold every word of `text`.
///
/// # Errors
/// When the database failed.
pub async fn list_customers(
    tx: &mut Tx,
    site: SiteId,
    text: &str,
    after: (&str, &str),
    limit: i64,
) -> StoreResult<Vec<CustomerRow>> {
    let mut words = text.split_whitespace().map(contains);
    let mut word = || words.next().unwrap_or_else(|| "%".to_owned());
    let (first, second, third, fourth) = (word(), word(), word(), word());
    fetch_all!(tx, CustomerRow, LIST, Text(site), after.0, after.1, first, second, third, fourth, limit,)
}

/// How many records a site has.
///
/// # Errors
/// When the database failed.
pub async fn count_customers(tx: &mut Tx, site: SiteId) -> StoreResult<i64> {
    let (count,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "SELECT COUNT(*) FROM customers WHERE site_id = $1 AND merged_into IS NULL",
        Text(site)
    )?;
    Ok(count)
}

/// Writes what a record says.
///
/// # Errors
/// `Taken` when another record of the site has this reference.
pub async fn update_customer(tx: &mut Tx, id: CustomerId, details: &Details, now: UnixMs) -> StoreResult<()> {
    execute!(
        tx,
        "UPDATE customers SET customer_ref = $2, first_name = $3, last_name = $4, email = $5, phone = $6, company = $7,
                              fields = $8, search = $9, sort_name = $10, updated_at = $11 WHERE id = $1",
        Text(id),
        details.customer_ref.as_deref(),
        details.first_name.as_str(),
        details.last_name.as_str(),
        details.email.as_str(),
        details.phone.as_str(),
        details.company.as_str(),
        &details.fields,
        details.search(),
        details.sort_name(),
        now.0,
    )?;
    Ok(())
}

/// The fields of a site's own.
///
/// # Errors
/// When the database failed.
pub async fn find_custom_fields(tx: &mut Tx, site: SiteId) -> StoreResult<Vec<CustomField>> {
    let row: Option<(Json<Vec<CustomField>>,)> = fetch_optional!(
        tx,
        (Json<Vec<CustomField>>,),
        "SELECT fields FROM customer_fields WHERE site_id = $1",
        Text(site),
    )?;
    Ok(row.map(|(fields,)| fields.0).unwrap_or_default())
}

/// Replaces the fields of a site's own; values of fields that are gone stay in the records, unseen.
///
/// # Errors
/// When the database failed.
pub async fn update_custom_fields(tx: &mut Tx, site: SiteId, fields: &[CustomField]) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO customer_fields (site_id, fields) VALUES ($1, $2)
         ON CONFLICT (site_id) DO UPDATE SET fields = excluded.fields",
        Text(site),
        Json(fields),
    )?;
    Ok(())
}

/// The pattern of a text that holds this word, which may hold `%` and `_` of its own.
fn contains(word: &str) -> String {
    let escaped = word.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}
