//! Owns the SQL of single sign-on: how the installation is known to its provider, and what becomes of who comes from there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::Json;
use super::sql::{execute, fetch_optional};
use super::user::Role;
use super::{StoreResult, Tx};

const ONLY_ROW: &str = "provider";

/// How people sign in through the provider, without the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct SingleSignOn {
    /// People can sign in through the provider.
    pub enabled: bool,
    /// What stands on the button of the sign-in page.
    pub button: String,
    /// The provider's address, exactly as it calls itself.
    pub issuer: String,
    /// As what this installation is registered there.
    pub client_id: String,
    /// Scopes that are asked for beyond `openid`, `email` and `profile`.
    pub scopes: Vec<String>,
    /// Who is not known here becomes a user at the first sign-in.
    pub create_users: bool,
    /// The role of new people whom no value of the claim names; null: they are not made users.
    #[schema(required)]
    pub default_role: Option<Role>,
    /// The claim whose values decide the role at every sign-in; empty: none does. A name with dots leads into objects.
    pub role_claim: String,
    /// Which values give which role; the highest counts.
    pub role_values: RoleValues,
    /// While it is enabled, others than administrators may sign in by password too.
    pub passwords: bool,
}

/// The values of a claim that give a role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RoleValues {
    /// That make an agent.
    pub agent: Vec<String>,
    /// That make a supervisor.
    pub supervisor: Vec<String>,
    /// That make an administrator.
    pub admin: Vec<String>,
}

impl Default for SingleSignOn {
    fn default() -> Self {
        Self {
            enabled: false,
            button: "Sign in with single sign-on".to_owned(),
            issuer: String::new(),
            client_id: String::new(),
            scopes: Vec::new(),
            create_users: false,
            default_role: Some(Role::Agent),
            role_claim: String::new(),
            role_values: RoleValues::default(),
            passwords: true,
        }
    }
}

impl SingleSignOn {
    /// Whether somebody of this role may sign in by password. Administrators always may: a provider that fails locks nobody out.
    #[must_use]
    pub fn allows_password(&self, role: Role) -> bool {
        !self.enabled || self.passwords || role == Role::Admin
    }
}

/// The settings, and the sealed secret, if there is one.
///
/// # Errors
/// When the database failed.
pub async fn find_single_sign_on(tx: &mut Tx) -> StoreResult<(SingleSignOn, Option<String>)> {
    let row: Option<(Json<SingleSignOn>, Option<String>)> = fetch_optional!(
        tx,
        (Json<SingleSignOn>, Option<String>),
        "SELECT settings, client_secret FROM single_sign_on WHERE id = $1",
        ONLY_ROW,
    )?;
    Ok(row.map(|(settings, secret)| (settings.0, secret)).unwrap_or_default())
}

/// Writes the settings and the sealed secret.
///
/// # Errors
/// When the database failed.
pub async fn update_single_sign_on(
    tx: &mut Tx,
    settings: &SingleSignOn,
    secret: Option<&str>,
) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO single_sign_on (id, settings, client_secret) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, client_secret = excluded.client_secret",
        ONLY_ROW,
        Json(settings),
        secret,
    )?;
    Ok(())
}
