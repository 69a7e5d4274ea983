//! Owns the settings of single sign-on at `/api/v1/single-sign-on`: what the provider is, who is let in, and a test of the
//! provider. Signing in with it stands in `sign_in`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::audit::record::{Audited, Done, record};
use super::auth::Admin;
use super::check::Checks;
use super::error::Answer;
use super::extract::{Body, present};
use super::openapi::{ChangeRefusals, Refusals};
use crate::openid::discovery::{check_issuer, look};
use crate::store::audit::AuditKind;
use crate::store::single_sign_on::{RoleValues, SingleSignOn, find_single_sign_on, update_single_sign_on};
use crate::store::user::Role;
use crate::vault::SecretOf;
use trouble::ProviderProblem;

mod arrival;
pub mod sign_in;
pub mod trouble;

const BUTTON_CHARS_MAX: usize = 60;
const CLIENT_ID_CHARS_MAX: usize = 500;
const SECRET_CHARS_MAX: usize = 2_000;
const SCOPES_MAX: usize = 10;
const CLAIM_CHARS_MAX: usize = 200;
const VALUES_MAX: usize = 50;

/// The settings as administrators see them.
#[derive(Debug, Serialize, ToSchema)]
pub struct SingleSignOnSettings {
    /// All but the secret.
    #[serde(flatten)]
    pub settings: SingleSignOn,
    /// There is a secret. It is not shown.
    pub has_secret: bool,
}

/// What to change of single sign-on; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SingleSignOnPatch {
    /// People can sign in through the provider.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub enabled: Option<bool>,
    /// What stands on the button of the sign-in page, 1 to 60 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub button: Option<String>,
    /// The provider's address, exactly as it calls itself. With another one the secret is forgotten, unless it comes along.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub issuer: Option<String>,
    /// As what this installation is registered there, at most 500 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub client_id: Option<String>,
    /// By which the provider knows it, 1 to 2000 characters. It is not shown again.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, format = Password)]
    pub client_secret: Option<String>,
    /// Scopes that are asked for beyond `openid`, `email` and `profile`, at most 10.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub scopes: Option<Vec<String>>,
    /// Who is not known here becomes a user at the first sign-in.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub create_users: Option<bool>,
    /// The role of new people whom no value of the claim names, not that of administrators; null: they are not made users.
    #[serde(default, deserialize_with = "present")]
    pub default_role: Option<Option<Role>>,
    /// The claim whose values decide the role at every sign-in; empty: none does. A name with dots leads into objects.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub role_claim: Option<String>,
    /// Which values give which role, at most 50 each; the highest counts.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub role_values: Option<RoleValues>,
    /// While it is enabled, others than administrators may sign in by password too.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub passwords: Option<bool>,
}

/// A provider to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderToTry {
    /// Its address, exactly as it calls itself.
    pub issuer: String,
}

/// What came of trying a provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriedProvider {
    /// What is wrong with it; null when it can be used.
    #[schema(required)]
    pub problem: Option<ProviderProblem>,
    /// Where people are sent to sign in; empty when something is wrong.
    pub authorization_endpoint: String,
}

/// The routes of this resource.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show, change)).routes(routes!(test)).merge(sign_in::router())
}

/// How people sign in through the provider. For administrators.
#[utoipa::path(get, path = "/api/v1/single-sign-on", operation_id = "show_single_sign_on", tag = "single sign-on",
    security(("session" = [])),
    responses((status = 200, description = "The settings", body = SingleSignOnSettings), Refusals))]
async fn show(State(api): State<Api>, _: Admin) -> Answer<Json<SingleSignOnSettings>> {
    let mut tx = api.store.read().await?;
    let (settings, secret) = find_single_sign_on(&mut tx).await?;
    Ok(Json(SingleSignOnSettings { settings, has_secret: secret.is_some() }))
}

/// Change how people sign in through the provider. For administrators.
#[utoipa::path(patch, path = "/api/v1/single-sign-on", operation_id = "change_single_sign_on", tag = "single sign-on",
    request_body = SingleSignOnPatch, security(("session" = [])),
    responses((status = 200, description = "The settings", body = SingleSignOnSettings), ChangeRefusals))]
async fn change(
    State(api): State<Api>,
    Admin(me): Admin,
    Body(patch): Body<SingleSignOnPatch>,
) -> Answer<Json<SingleSignOnSettings>> {
    let mut tx = api.change().await?;
    let (settings, sealed) = find_single_sign_on(&mut tx).await?;
    let before = SingleSignOnSettings { has_secret: sealed.is_some(), settings };
    let new_secret = patch.client_secret.clone();
    let settings = changed(before.settings.clone(), patch);
    // A secret is for the provider that gave it: whoever enters another address does not get it sent there.
    let kept = sealed.filter(|_| settings.issuer == before.settings.issuer);
    let sealed = match &new_secret {
        Some(secret) => Some(api.store.vault().seal(SecretOf::SingleSignOn, secret)),
        None => kept,
    };
    let after = SingleSignOnSettings { settings, has_secret: sealed.is_some() };
    check(&api, &before, &after, new_secret.as_deref())?;
    update_single_sign_on(&mut tx, &after.settings, sealed.as_deref()).await?;
    let unseen = if new_secret.is_some() { "client_secret" } else { "" };
    record(&api, &mut tx, &me, Done { unseen, ..Done::changed(&before, &after) }).await?;
    tx.commit().await?;
    Ok(Json(after))
}

/// Ask a provider what it is, and say what is wrong with it. Changes nothing. For administrators.
#[utoipa::path(post, path = "/api/v1/single-sign-on/test", operation_id = "test_single_sign_on", tag = "single sign-on",
    request_body = ProviderToTry, security(("session" = [])),
    responses((status = 200, description = "What came of it", body = TriedProvider), ChangeRefusals))]
async fn test(
    State(api): State<Api>,
    _: Admin,
    Body(asked): Body<ProviderToTry>,
) -> Answer<Json<TriedProvider>> {
    Ok(Json(match look(&api.outbound, asked.issuer.trim()).await {
        Ok(provider) => TriedProvider {
            problem: None,
            authorization_endpoint: provider.metadata.authorization_endpoint().to_string(),
        },
        Err(trouble) => {
            TriedProvider { problem: Some(trouble.into()), authorization_endpoint: String::new() }
        }
    }))
}

fn changed(settings: SingleSignOn, patch: SingleSignOnPatch) -> SingleSignOn {
    let trimmed = |text: Option<String>| text.map(|text| text.trim().to_owned());
    SingleSignOn {
        enabled: patch.enabled.unwrap_or(settings.enabled),
        button: trimmed(patch.button).unwrap_or(settings.button),
        issuer: trimmed(patch.issuer).unwrap_or(settings.issuer),
        client_id: trimmed(patch.client_id).unwrap_or(settings.client_id),
        scopes: patch.scopes.unwrap_or(settings.scopes),
        create_users: patch.create_users.unwrap_or(settings.create_users),
        default_role: patch.default_role.unwrap_or(settings.default_role),
        role_claim: trimmed(patch.role_claim).unwrap_or(settings.role_claim),
        role_values: patch.role_values.unwrap_or(settings.role_values),
        passwords: patch.passwords.unwrap_or(settings.passwords),
    }
}

fn check(
    api: &Api,
    before: &SingleSignOnSettings,
    after: &SingleSignOnSettings,
    secret: Option<&str>,
) -> Answer<()> {
    let SingleSignOnSettings { settings, has_secret } = after;
    let mut checks = Checks::new();
    checks.line("/button", &settings.button, 1..=BUTTON_CHARS_MAX);
    checks.line("/client_id", &settings.client_id, 0..=CLIENT_ID_CHARS_MAX);
    if let Some(secret) = secret {
        checks.line("/client_secret", secret, 1..=SECRET_CHARS_MAX);
    }
    if settings.issuer != before.settings.issuer && !settings.issuer.is_empty() {
        check_address(api, &mut checks, &settings.issuer);
    }
    checks.count("/scopes", settings.scopes.len(), 0..=SCOPES_MAX);
    for (i, scope) in settings.scopes.iter().enumerate() {
        let is_scope = scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
        if scope.is_empty() || scope.len() > CLAIM_CHARS_MAX || !is_scope {
            checks.wrong(format!("/scopes/{i}"), "is no scope");
        }
    }
    checks.line("/role_claim", &settings.role_claim, 0..=CLAIM_CHARS_MAX);
    let RoleValues { agent, supervisor, admin } = &settings.role_values;
    for (name, values) in [("agent", agent), ("supervisor", supervisor), ("admin", admin)] {
        checks.count(&format!("/role_values/{name}"), values.len(), 0..=VALUES_MAX);
        for (i, value) in values.iter().enumerate() {
            checks.line(&format!("/role_values/{name}/{i}"), value, 1..=CLAIM_CHARS_MAX);
        }
    }
    if settings.default_role == Some(Role::Admin) {
        checks.wrong("/default_role", "is that of administrators, which only a value of the claim gives");
    }
    if settings.create_users && settings.default_role.is_none() && settings.role_claim.is_empty() {
        checks.wrong("/default_role", "is null, and no claim decides the role instead");
    }
    let needed = [
        ("/issuer", !settings.issuer.is_empty()),
        ("/client_id", !settings.client_id.is_empty()),
        ("/client_secret", *has_secret),
    ];
    for (pointer, is_there) in needed {
        if settings.enabled && !is_there {
            checks.wrong(pointer, "is missing, without which nobody can sign in through the provider");
        }
    }
    checks.finish()
}

fn check_address(api: &Api, checks: &mut Checks, issuer: &str) {
    checks.address("/issuer", issuer);
    if let Err(trouble) = check_issuer(&api.outbound, issuer) {
        checks.wrong("/issuer", ProviderProblem::from(trouble).about_address());
    }
}

impl Audited for SingleSignOnSettings {
    const KIND: AuditKind = AuditKind::SingleSignOn;

    fn subject(&self) -> String {
        "single_sign_on".to_owned()
    }
}
