//! Owns the directory of customers at `/api/v1/sites/{id}/customers`: search, records, the site's own fields (C-1).

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::{CustomerId, SiteId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::audit::record::{Audited, Done, record};
use super::auth::{Admin, Agent};
use super::bringing::Bringing;
use super::check::Checks;
use super::error::{Answer, FieldError, Problem};
use super::extract::{Body, Id, Params, present};
use super::openapi::{ChangeRefusals, Refusals};
use super::page::{Page, PageParams};
use super::site;
use crate::driver::customer::check::{self, FIELDS_MAX, Wrong};
use crate::store::audit::AuditKind;
use crate::store::column::Json as JsonColumn;
use crate::store::customer::{
    CustomField, CustomerRow, Details, count_customers, find_custom_fields, find_customer, insert_customer,
    list_customers, sort_key, update_custom_fields, update_customer,
};
use crate::store::{StoreError, Tx};

mod erase;
mod export;
mod held;
mod import;
mod merge;
mod person;

const SEARCH_LEN_MAX: usize = 200;

/// A customer record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Customer {
    /// Identity.
    pub id: CustomerId,
    /// The site.
    pub site_id: SiteId,
    /// The site's own reference.
    #[schema(required)]
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
    pub fields: BTreeMap<String, String>,
    /// The record that this one went into.
    #[schema(required)]
    pub merged_into: Option<CustomerId>,
    /// When it was made, milliseconds since 1970.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// A record to make. At least one of reference, name, e-mail, telephone number and company is needed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewCustomer {
    /// The site's own reference, at most 128 characters, unique on the site.
    pub customer_ref: Option<String>,
    /// First name, at most 100 characters.
    pub first_name: String,
    /// Last name, at most 100 characters.
    pub last_name: String,
    /// Primary e-mail address.
    pub email: String,
    /// Telephone number, at most 50 characters.
    pub phone: String,
    /// Company, at most 200 characters.
    pub company: String,
    /// Values of the site's own fields by key, at most 500 characters each.
    pub fields: BTreeMap<String, String>,
}

/// What to change of a record; what is absent stays, what is named is replaced as a whole.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CustomerPatch {
    /// The site's own reference; null takes it away.
    #[serde(deserialize_with = "present")]
    pub customer_ref: Option<Option<String>>,
    /// First name.
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub last_name: Option<String>,
    /// Primary e-mail address.
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub phone: Option<String>,
    /// Company.
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub company: Option<String>,
    /// Values of the site's own fields by key.
    #[serde(deserialize_with = "present")]
    #[schema(nullable = false)]
    pub fields: Option<BTreeMap<String, String>>,
}

/// Which records to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Words that all stand in name, e-mail address, reference, company or telephone number.
    #[serde(default)]
    search: String,
    /// Most items on the page, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    after: Option<String>,
}

/// What is in the directory of a site.
#[derive(Debug, Serialize, ToSchema)]
struct CustomerDirectory {
    /// How many records.
    customers: i64,
    /// The site's own fields.
    fields: Vec<CustomField>,
}

/// The site's own fields, to replace those there are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewFields {
    /// At most 30.
    fields: Vec<CustomField>,
}

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(directory, set_fields))
        .routes(routes!(show, change))
        .merge(person::router())
        .merge(merge::router())
        .merge(export::router())
        .merge(erase::router())
        .merge(import::router())
}

/// The customers of a site, by name.
#[utoipa::path(get, path = "/api/v1/sites/{id}/customers", operation_id = "list_customers", tag = "customers",
    params(("id" = SiteId, Path), ListParams), security(("session" = [])),
    responses((status = 200, description = "One page", body = Page<Customer>), Refusals))]
async fn list(
    State(api): State<Api>,
    _: Agent,
    Id(site): Id<SiteId>,
    Params(params): Params<ListParams>,
) -> Answer<Json<Page<Customer>>> {
    if params.search.chars().count() > SEARCH_LEN_MAX || params.search.contains('\0') {
        return Err(Problem::field("?search", "has not 0 to 200 characters that can be shown"));
    }
    let page = PageParams::new(params.limit, params.after);
    let limit = page.limit()?;
    let [name, id] = page.after()?;
    let mut tx = api.store.read().await?;
    site::find(&mut tx, site).await?;
    let rows = list_customers(&mut tx, site, &params.search, (&name, &id), limit + 1).await?;
    Ok(Json(Page::cut(rows, limit, sort_key, Customer::from)))
}

/// Make a customer record.
#[utoipa::path(post, path = "/api/v1/sites/{id}/customers", operation_id = "create_customer", tag = "customers",
    params(("id" = SiteId, Path)), request_body = NewCustomer, security(("session" = [])),
    responses((status = 201, description = "The record", body = Customer), ChangeRefusals))]
async fn create(
    State(api): State<Api>,
    _: Agent,
    Id(site): Id<SiteId>,
    Body(new): Body<NewCustomer>,
) -> Answer<(StatusCode, Json<Customer>)> {
    let mut tx = api.store.write().await?;
    site::find(&mut tx, site).await?;
    let id = CustomerId(api.clock.new_id());
    let details = new.into();
    check_details(&details, &find_custom_fields(&mut tx, site).await?, &BTreeMap::new())?;
    insert_customer(&mut tx, id, site, &details, api.clock.now()).await.map_err(taken)?;
    let row = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

/// How many customers a site has, and the fields of its own.
#[utoipa::path(get, path = "/api/v1/sites/{id}/customer-fields", operation_id = "show_directory", tag = "customers",
    params(("id" = SiteId, Path)), security(("session" = [])),
    responses((status = 200, description = "What there is", body = CustomerDirectory), Refusals))]
async fn directory(
    State(api): State<Api>,
    _: Agent,
    Id(site): Id<SiteId>,
) -> Answer<Json<CustomerDirectory>> {
    let mut tx = api.store.read().await?;
    site::find(&mut tx, site).await?;
    let customers = count_customers(&mut tx, site).await?;
    Ok(Json(CustomerDirectory { customers, fields: find_custom_fields(&mut tx, site).await? }))
}

/// Replace the fields of a site's own. Values of fields that are gone stay stored and unseen. For administrators.
#[utoipa::path(put, path = "/api/v1/sites/{id}/customer-fields", operation_id = "set_customer_fields", tag = "customers",
    params(("id" = SiteId, Path)), request_body = NewFields, security(("session" = [])),
    responses((status = 200, description = "What there is", body = CustomerDirectory), ChangeRefusals))]
async fn set_fields(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(site): Id<SiteId>,
    Body(new): Body<NewFields>,
) -> Answer<Json<CustomerDirectory>> {
    check_fields(&new.fields)?;
    let mut tx = api.change().await?;
    site::find(&mut tx, site).await?;
    let before = Fields { site, fields: &find_custom_fields(&mut tx, site).await? };
    update_custom_fields(&mut tx, site, &new.fields).await?;
    record(&api, &mut tx, &me, Done::changed(&before, &Fields { site, fields: &new.fields })).await?;
    let customers = count_customers(&mut tx, site).await?;
    tx.commit().await?;
    Ok(Json(CustomerDirectory { customers, fields: new.fields }))
}

/// Makes a site's own fields what they should be.
///
/// # Errors
/// When they are not valid, or the database failed.
pub(super) async fn bring_fields(bringing: &mut Bringing<'_>, fields: &[CustomField]) -> Answer<()> {
    check_fields(fields)?;
    let site = bringing.site;
    let before = find_custom_fields(&mut bringing.tx, site).await?;
    if before == fields {
        return Ok(());
    }
    update_custom_fields(&mut bringing.tx, site, fields).await?;
    bringing.record(Some(&Fields { site, fields: &before }), Some(&Fields { site, fields })).await
}

fn check_fields(fields: &[CustomField]) -> Answer<()> {
    let mut checks = Checks::new();
    checks.count("/fields", fields.len(), 0..=FIELDS_MAX);
    let mut seen = BTreeSet::new();
    for (i, field) in fields.iter().enumerate() {
        let at = format!("/fields/{i}/key");
        if !check::is_key(&field.key) {
            checks.wrong(at, "has not 1 to 40 characters of a to z, 0 to 9 and _");
        } else if !seen.insert(&field.key) {
            checks.wrong(at, "is in the list twice");
        }
        checks.line(&format!("/fields/{i}/label"), &field.label, 1..=60);
    }
    checks.finish()
}

/// The fields as the audit log keeps them.
#[derive(Debug, Serialize)]
struct Fields<'a> {
    #[serde(skip)]
    site: SiteId,
    fields: &'a [CustomField],
}

impl Audited for Fields<'_> {
    const KIND: AuditKind = AuditKind::CustomerFields;

    fn subject(&self) -> String {
        self.site.to_string()
    }

    fn site(&self) -> Option<SiteId> {
        Some(self.site)
    }
}

/// One customer record.
#[utoipa::path(get, path = "/api/v1/customers/{id}", operation_id = "show_customer", tag = "customers",
    params(("id" = CustomerId, Path)), security(("session" = [])),
    responses((status = 200, description = "The record", body = Customer), Refusals))]
async fn show(State(api): State<Api>, _: Agent, Id(id): Id<CustomerId>) -> Answer<Json<Customer>> {
    let mut tx = api.store.read().await?;
    Ok(Json(find(&mut tx, id).await?.into()))
}

/// Change a customer record.
#[utoipa::path(patch, path = "/api/v1/customers/{id}", operation_id = "change_customer", tag = "customers",
    params(("id" = CustomerId, Path)), request_body = CustomerPatch, security(("session" = [])),
    responses((status = 200, description = "The record", body = Customer), ChangeRefusals))]
async fn change(
    State(api): State<Api>,
    _: Agent,
    Id(id): Id<CustomerId>,
    Body(patch): Body<CustomerPatch>,
) -> Answer<Json<Customer>> {
    let mut tx = api.store.write().await?;
    let row = find_present(&mut tx, id).await?;
    let site = *row.site_id;
    let custom = find_custom_fields(&mut tx, site).await?;
    let stored = row.details.fields.0.clone();
    let details = patched(row.details, patch, &custom);
    check_details(&details, &custom, &stored)?;
    update_customer(&mut tx, id, &details, api.clock.now()).await.map_err(taken)?;
    let row = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(row.into()))
}

/// Finds a record that must be there; one that went into another counts.
async fn find(tx: &mut Tx, id: CustomerId) -> Answer<CustomerRow> {
    find_customer(tx, id).await?.ok_or(Problem::NotFound)
}

/// Finds a record that must be in the directory.
async fn find_present(tx: &mut Tx, id: CustomerId) -> Answer<CustomerRow> {
    let row = find(tx, id).await?;
    if row.merged_into.is_some() {
        return Err(Problem::InUse("The record went into another one: change that one.".to_owned()));
    }
    Ok(row)
}

fn check_details(details: &Details, custom: &[CustomField], stored: &BTreeMap<String, String>) -> Answer<()> {
    let mut checks = Checks::new();
    for Wrong { field, why } in check::wrong(details, custom, stored) {
        checks.wrong(field, why);
    }
    checks.finish()
}

fn taken(error: StoreError) -> Problem {
    match error {
        StoreError::Taken => Problem::Taken(FieldError::new("/customer_ref", "is in use by another record")),
        StoreError::InUse | StoreError::Database(_) | StoreError::Migrate(_) | StoreError::Batch(_) => {
            error.into()
        }
    }
}

/// The record with what the patch names. Values of fields that the site has no longer stay, unless they are named.
fn patched(before: Details, patch: CustomerPatch, custom: &[CustomField]) -> Details {
    let is_gone = |key: &str| custom.iter().all(|field| field.key != key);
    let fields = match patch.fields {
        None => before.fields.0,
        Some(fields) => {
            let stays = |key: &str| is_gone(key) && !fields.contains_key(key);
            let gone: Vec<_> = before.fields.0.into_iter().filter(|(key, _)| stays(key)).collect();
            gone.into_iter().chain(check::filled(fields)).collect()
        }
    };
    Details {
        customer_ref: check::reference(patch.customer_ref.unwrap_or(before.customer_ref)),
        first_name: patch.first_name.map_or(before.first_name, check::trimmed),
        last_name: patch.last_name.map_or(before.last_name, check::trimmed),
        email: patch.email.map_or(before.email, check::trimmed),
        phone: patch.phone.map_or(before.phone, check::trimmed),
        company: patch.company.map_or(before.company, check::trimmed),
        fields: JsonColumn(fields),
    }
}

impl From<NewCustomer> for Details {
    fn from(new: NewCustomer) -> Self {
        Self {
            customer_ref: check::reference(new.customer_ref),
            first_name: check::trimmed(new.first_name),
            last_name: check::trimmed(new.last_name),
            email: check::trimmed(new.email),
            phone: check::trimmed(new.phone),
            company: check::trimmed(new.company),
            fields: JsonColumn(check::filled(new.fields)),
        }
    }
}

impl From<CustomerRow> for Customer {
    fn from(row: CustomerRow) -> Self {
        let Details { customer_ref, first_name, last_name, email, phone, company, fields } = row.details;
        Self {
            id: *row.id,
            site_id: *row.site_id,
            customer_ref,
            first_name,
            last_name,
            email,
            phone,
            company,
            fields: fields.0,
            merged_into: row.merged_into.map(|into| *into),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
