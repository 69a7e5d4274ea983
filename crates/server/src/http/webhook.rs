//! Owns webhooks at `/api/v1/webhooks` (N-2), for administrators. What was told to them stands in `delivery`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use beckon_engine::id::{SiteId, WebhookId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit::record::{Audited, Done, record};
use super::auth::Admin;
use super::bringing::{Bringing, is_so};
use super::check::Checks;
use super::error::{Answer, Problem};
use super::extract::{Body, Id, present};
use super::openapi::{ChangeRefusals, Refusals};
use super::{Api, site};
use crate::store::Tx;
use crate::store::audit::AuditKind;
use crate::store::column::{Json as JsonColumn, Text};
use crate::store::webhook::delivery::update_deliveries_given_up;
use crate::store::webhook::event::EventKind;
use crate::store::webhook::{
    WEBHOOKS_MAX, WebhookRow, delete_webhook, find_webhook, find_webhook_count, insert_webhook,
    list_webhooks, update_webhook, update_webhook_secret,
};
use crate::vault::SecretOf;

pub mod delivery;

/// What a secret is shown as begins with this, after the Standard Webhooks specification.
const SECRET_PREFIX: &str = "whsec_";
/// For so long the secret before signs too, seconds: a day.
const BEFORE_GOOD_S: u32 = 86_400;
const NAME_CHARS_MAX: usize = 100;

/// An address that is told what happens.
#[derive(Debug, Serialize, ToSchema)]
pub struct Webhook {
    /// Identity.
    pub id: WebhookId,
    /// Name in lists.
    pub name: String,
    /// Where deliveries are posted.
    pub url: String,
    /// Only what happens on this site; null for every site.
    #[schema(required)]
    pub site_id: Option<SiteId>,
    /// What it is told.
    pub events: Vec<EventKind>,
    /// It is told anything at all.
    pub enabled: bool,
    /// Why Beckon itself disabled it; empty otherwise.
    pub disabled_why: String,
    /// Of how many events it was not told, because too many deliveries waited.
    pub lost: i64,
    /// When the last of them happened, milliseconds since 1970; null when it was told of all.
    #[schema(required)]
    pub lost_at: Option<i64>,
    /// When its secret was made, milliseconds since 1970.
    pub secret_made_at: i64,
    /// Until when deliveries are signed with the secret before too; null when they are not.
    #[schema(required)]
    pub secret_before_until: Option<i64>,
    /// When it was made, milliseconds since 1970.
    pub created_at: i64,
    /// When it was last changed, milliseconds since 1970.
    pub updated_at: i64,
}

/// All webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Webhooks {
    /// By name; at most 50.
    pub items: Vec<Webhook>,
}

/// A webhook with the secret that its address needs to know. It is not shown again.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookWithSecret {
    /// The webhook.
    pub webhook: Webhook,
    /// `whsec_` and 256 bits in base64, as the libraries of the Standard Webhooks specification take it.
    pub secret: String,
}

/// A webhook to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// Name in lists, 1 to 100 characters.
    pub name: String,
    /// Where deliveries are posted: an `https:` or `http:` address in no private network, unless the operator allows it.
    pub url: String,
    /// Only what happens on this site; null for every site.
    #[serde(default)]
    pub site_id: Option<SiteId>,
    /// What it is told; at least one.
    pub events: Vec<EventKind>,
    /// It is told anything at all.
    #[serde(default = "enabled")]
    pub enabled: bool,
}

/// What to change of a webhook; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookPatch {
    /// Name in lists, 1 to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Where deliveries are posted.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub url: Option<String>,
    /// Only what happens on this site; null for every site.
    #[serde(default, deserialize_with = "present")]
    pub site_id: Option<Option<SiteId>>,
    /// What it is told; at least one.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub events: Option<Vec<EventKind>>,
    /// It is told anything at all. When it is disabled, what waits for it is given up.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub enabled: Option<bool>,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(change_secret))
        .merge(delivery::router())
}

/// All webhooks, by name. For administrators.
#[utoipa::path(
    get,
    path = "/api/v1/webhooks",
    operation_id = "list_webhooks",
    tag = "webhooks",
    responses((status = 200, description = "All of them", body = Webhooks), Refusals),
    security(("session" = []))
)]
async fn list(State(api): State<Api>, _: Admin) -> Answer<Json<Webhooks>> {
    let mut tx = api.store.read().await?;
    let now = api.clock.now().0;
    let rows = list_webhooks(&mut tx).await?;
    Ok(Json(Webhooks { items: rows.into_iter().map(|row| Webhook::new(row, now)).collect() }))
}

/// Make a webhook. The answer is the only place where its secret is shown. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks",
    operation_id = "create_webhook",
    tag = "webhooks",
    request_body = NewWebhook,
    responses((status = 201, description = "The webhook and its secret", body = WebhookWithSecret), ChangeRefusals),
    security(("session" = []))
)]
async fn create(
    State(api): State<Api>,
    Admin(me): Admin,
    Body(new): Body<NewWebhook>,
) -> Answer<(StatusCode, Json<WebhookWithSecret>)> {
    let now = api.clock.now().0;
    let secret = new_secret();
    let sealed = api.store.vault().seal(SecretOf::Webhook, &secret);
    let row = row(new, WebhookId(api.clock.new_id()), sealed, now);
    check(&api, &row)?;
    let mut tx = api.change().await?;
    check_site(&mut tx, &row).await?;
    if find_webhook_count(&mut tx).await? >= WEBHOOKS_MAX {
        return Err(Problem::LimitReached(WEBHOOKS_MAX));
    }
    insert_webhook(&mut tx, &row).await?;
    let webhook = Webhook::new(row, now);
    record(&api, &mut tx, &me, Done::created(&webhook)).await?;
    tx.commit().await?;
    let made = WebhookWithSecret { webhook, secret: shown(&secret) };
    Ok((StatusCode::CREATED, Json(made)))
}

/// One webhook. For administrators.
#[utoipa::path(
    get,
    path = "/api/v1/webhooks/{id}",
    operation_id = "show_webhook",
    tag = "webhooks",
    params(("id" = WebhookId, Path)),
    responses((status = 200, description = "The webhook", body = Webhook), Refusals),
    security(("session" = []))
)]
async fn show(State(api): State<Api>, _: Admin, Id(id): Id<WebhookId>) -> Answer<Json<Webhook>> {
    let mut tx = api.store.read().await?;
    Ok(Json(Webhook::new(find(&mut tx, id).await?, api.clock.now().0)))
}

/// Change a webhook. For administrators.
#[utoipa::path(
    patch,
    path = "/api/v1/webhooks/{id}",
    operation_id = "change_webhook",
    tag = "webhooks",
    params(("id" = WebhookId, Path)),
    request_body = WebhookPatch,
    responses((status = 200, description = "The webhook", body = Webhook), ChangeRefusals),
    security(("session" = []))
)]
async fn change(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<WebhookId>,
    Body(patch): Body<WebhookPatch>,
) -> Answer<Json<Webhook>> {
    let now = api.clock.now().0;
    let mut tx = api.change().await?;
    let mut row = find(&mut tx, id).await?;
    let before = Webhook::new(row.clone(), now);
    row.name = patch.name.unwrap_or(row.name);
    row.url = patch.url.unwrap_or(row.url);
    row.site_id = patch.site_id.map_or(row.site_id, |site| site.map(Text));
    row.events = patch.events.map_or(row.events, JsonColumn);
    if let Some(enabled) = patch.enabled {
        row.enabled = enabled;
        row.disabled_why = String::new();
    }
    row.updated_at = now;
    check(&api, &row)?;
    check_site(&mut tx, &row).await?;
    update_webhook(&mut tx, &row).await?;
    if !row.enabled {
        update_deliveries_given_up(&mut tx, id).await?;
    }
    let after = Webhook::new(row, now);
    record(&api, &mut tx, &me, Done::changed(&before, &after)).await?;
    tx.commit().await?;
    Ok(Json(after))
}

/// Remove a webhook, with the log of its deliveries. For administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/webhooks/{id}",
    operation_id = "remove_webhook",
    tag = "webhooks",
    params(("id" = WebhookId, Path)),
    responses((status = 204, description = "Done"), ChangeRefusals),
    security(("session" = []))
)]
async fn remove(State(api): State<Api>, Admin(me): Admin, Id(id): Id<WebhookId>) -> Answer<StatusCode> {
    let mut tx = api.change().await?;
    let gone = Webhook::new(find(&mut tx, id).await?, api.clock.now().0);
    delete_webhook(&mut tx, id).await?;
    record(&api, &mut tx, &me, Done::removed(&gone)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a new secret. For a day deliveries carry two signatures, by this one and by the one before. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/secret",
    operation_id = "change_webhook_secret",
    tag = "webhooks",
    params(("id" = WebhookId, Path)),
    responses((status = 201, description = "The webhook and its secret", body = WebhookWithSecret), ChangeRefusals),
    security(("session" = []))
)]
async fn change_secret(
    State(api): State<Api>,
    Admin(me): Admin,
    Id(id): Id<WebhookId>,
) -> Answer<(StatusCode, Json<WebhookWithSecret>)> {
    let now = api.clock.now();
    let secret = new_secret();
    let mut tx = api.change().await?;
    let before = Webhook::new(find(&mut tx, id).await?, now.0);
    let sealed = api.store.vault().seal(SecretOf::Webhook, &secret);
    update_webhook_secret(&mut tx, id, &sealed, now, now.plus_s(BEFORE_GOOD_S)).await?;
    let after = Webhook::new(find(&mut tx, id).await?, now.0);
    record(&api, &mut tx, &me, Done { unseen: "secret", ..Done::changed(&before, &after) }).await?;
    tx.commit().await?;
    let made = WebhookWithSecret { webhook: after, secret: shown(&secret) };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Makes a webhook what it should be, and when it was made; where it should not be, it goes. A new one has a secret that nobody
/// is shown.
///
/// # Errors
/// When it is not valid, or the database failed.
pub(super) async fn bring(
    bringing: &mut Bringing<'_>,
    id: WebhookId,
    wanted: Option<(NewWebhook, i64)>,
) -> Answer<()> {
    let now = bringing.api.clock.now().0;
    let tx = &mut bringing.tx;
    let known = find_webhook(tx, id).await?;
    let before = known.clone().map(|row| Webhook::new(row, now));
    let Some((new, created_at)) = wanted else {
        delete_webhook(tx, id).await?;
        return bringing.record(before.as_ref(), None).await;
    };
    let row = match known {
        Some(known) => changed(known, new, now),
        None => {
            let sealed = bringing.api.store.vault().seal(SecretOf::Webhook, &new_secret());
            WebhookRow { created_at, ..row(new, id, sealed, now) }
        }
    };
    check(bringing.api, &row)?;
    check_site(tx, &row).await?;
    let after = Webhook::new(row.clone(), now);
    if is_so(before.as_ref(), &after) {
        return Ok(());
    }
    if before.is_none() {
        insert_webhook(tx, &row).await?;
    } else {
        update_webhook(tx, &row).await?;
    }
    if !row.enabled {
        update_deliveries_given_up(tx, id).await?;
    }
    bringing.record(before.as_ref(), Some(&after)).await
}

fn row(new: NewWebhook, id: WebhookId, sealed: String, now: i64) -> WebhookRow {
    WebhookRow {
        id: Text(id),
        name: new.name,
        url: new.url,
        secret: sealed,
        secret_at: now,
        secret_before: None,
        secret_before_until: None,
        site_id: new.site_id.map(Text),
        events: JsonColumn(new.events),
        enabled: new.enabled,
        disabled_why: String::new(),
        lost: 0,
        lost_at: None,
        created_at: now,
        updated_at: now,
    }
}

fn changed(row: WebhookRow, new: NewWebhook, now: i64) -> WebhookRow {
    WebhookRow {
        name: new.name,
        url: new.url,
        site_id: new.site_id.map(Text),
        events: JsonColumn(new.events),
        enabled: new.enabled,
        disabled_why: if new.enabled { String::new() } else { row.disabled_why },
        updated_at: now,
        ..row
    }
}

fn check(api: &Api, row: &WebhookRow) -> Answer<()> {
    let mut checks = Checks::new();
    checks.line("/name", &row.name, 1..=NAME_CHARS_MAX);
    match api.outbound.check(&row.url) {
        Ok(_) => checks.address("/url", &row.url),
        Err(forbidden) => checks.wrong("/url", forbidden.to_string()),
    }
    let mut named = row.events.0.clone();
    named.sort_unstable();
    named.dedup();
    let offered = named.iter().all(|event| EventKind::CHOICES.contains(event));
    if named.is_empty() {
        checks.wrong("/events", "names nothing to tell");
    } else if named.len() < row.events.len() {
        checks.wrong("/events", "names something twice");
    } else if !offered {
        checks.wrong("/events", "names what only the test button sends");
    }
    checks.finish()
}

async fn check_site(tx: &mut Tx, row: &WebhookRow) -> Answer<()> {
    let Some(site) = row.site_id else { return Ok(()) };
    site::find_named(tx, *site).await
}

async fn find(tx: &mut Tx, id: WebhookId) -> Answer<WebhookRow> {
    find_webhook(tx, id).await?.ok_or(Problem::NotFound)
}

impl Audited for Webhook {
    const KIND: AuditKind = AuditKind::Webhook;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn site(&self) -> Option<SiteId> {
        self.site_id
    }
}

const fn enabled() -> bool {
    true
}

fn new_secret() -> String {
    BASE64_STANDARD.encode(rand::random::<[u8; 32]>())
}

fn shown(secret: &str) -> String {
    format!("{SECRET_PREFIX}{secret}")
}

impl Webhook {
    pub(super) fn new(row: WebhookRow, now: i64) -> Self {
        Self {
            id: row.id.0,
            name: row.name,
            url: row.url,
            site_id: row.site_id.map(|site| *site),
            events: row.events.0,
            enabled: row.enabled,
            disabled_why: row.disabled_why,
            lost: row.lost,
            lost_at: row.lost_at,
            secret_made_at: row.secret_at,
            secret_before_until: row.secret_before_until.filter(|until| now < *until),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
