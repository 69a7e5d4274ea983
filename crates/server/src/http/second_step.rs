//! Owns the second step of signing in: what it asks for, and setting it up, at `/api/v1/me/second-step`. Codes from an
//! app after RFC 6238, each good once, and ten recovery codes for when the app is lost.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use beckon_engine::id::UserId;
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit::record::{Done, record};
use super::auth::{Agent, SettingUp, hash_token};
use super::error::{Answer, Problem};
use super::extract::Body;
use super::openapi::{ChangeRefusals, Refusals};
use super::session::tell_ended;
use super::user::shown;
use super::{Api, password};
use crate::store::Tx;
use crate::store::second_step::{
    SecondStepRow, delete_recovery_code, delete_second_step, find_recovery_code_count, find_second_step,
    update_recovery_codes, update_second_step_begun, update_second_step_confirmed, update_second_step_used,
};
use crate::store::workspace::find_workspace;
use crate::vault::SecretOf;

/// Recovery codes that are made at a time.
const RECOVERY_CODES: usize = 10;
const RECOVERY_CODE_CHARS: usize = 16;
/// What the app shows beside the account.
const ISSUER: &str = "Beckon";
const CODE_DIGITS: usize = 6;

/// The caller's second step.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondStep {
    /// Signing in asks for a code.
    pub on: bool,
    /// Since when, milliseconds since 1970; null while it does not.
    #[schema(required)]
    pub since: Option<i64>,
    /// Recovery codes that were not used.
    pub recovery_codes: i64,
    /// Everyone must use it in this workspace, so it cannot be turned off.
    pub required: bool,
}

/// What app and server share, to be confirmed with a code. It is not shown again.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondStepSecret {
    /// In Base32, for typing.
    pub secret: String,
    /// The same as an `otpauth` address, for a QR code.
    pub address: String,
}

/// A code from the app, or a recovery code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondStepCode {
    /// Six digits, or a recovery code; spaces and dashes do not matter.
    #[schema(format = Password)]
    pub code: String,
}

/// Codes for when the app is lost. They are not shown again.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Each is good once.
    pub codes: Vec<String>,
}

/// The routes of these resources.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(show, begin, confirm))
        .routes(routes!(turn_off))
        .routes(routes!(renew))
}

/// The caller's second step.
#[utoipa::path(get, path = "/api/v1/me/second-step", operation_id = "show_second_step", tag = "session",
    security(("session" = [])),
    responses((status = 200, description = "How it is", body = SecondStep), Refusals))]
async fn show(State(api): State<Api>, SettingUp(me): SettingUp) -> Answer<Json<SecondStep>> {
    let user = *me.user.id;
    let mut tx = api.store.read().await?;
    let since = find_second_step(&mut tx, user).await?.and_then(|step| step.confirmed_at);
    let recovery_codes = find_recovery_code_count(&mut tx, user).await?;
    let required = find_workspace(&mut tx).await?.second_step_required;
    Ok(Json(SecondStep { on: since.is_some(), since, recovery_codes, required }))
}

/// Begin to set up the second step: a secret for the app, which is good once a code has confirmed it.
#[utoipa::path(post, path = "/api/v1/me/second-step", operation_id = "begin_second_step", tag = "session",
    security(("session" = [])),
    responses((status = 201, description = "For the app", body = SecondStepSecret), ChangeRefusals))]
async fn begin(
    State(api): State<Api>,
    SettingUp(me): SettingUp,
) -> Answer<(StatusCode, Json<SecondStepSecret>)> {
    let secret = Secret::from(rand::random::<[u8; 20]>()).to_base32();
    let address = totp(&secret, &me.user.email)?.to_url().map_err(unusable)?;
    let mut tx = api.change().await?;
    let sealed = api.store.vault().seal(SecretOf::SecondStep, &secret);
    if !update_second_step_begun(&mut tx, *me.user.id, &sealed).await? {
        return Err(Problem::InUse("The second step is on already; turn it off first.".to_owned()));
    }
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(SecondStepSecret { secret, address })))
}

/// Turn the second step on with a first code from the app.
#[utoipa::path(put, path = "/api/v1/me/second-step", operation_id = "confirm_second_step", tag = "session",
    request_body = SecondStepCode, security(("session" = [])),
    responses((status = 200, description = "Recovery codes", body = RecoveryCodes), ChangeRefusals))]
async fn confirm(
    State(api): State<Api>,
    SettingUp(me): SettingUp,
    Body(given): Body<SecondStepCode>,
) -> Answer<Json<RecoveryCodes>> {
    let user = *me.user.id;
    api.throttle.count_code(user)?;
    let now = api.clock.now();
    let mut tx = api.change().await?;
    tx.lock_user(user).await?;
    let before = shown(&mut tx, me.user.clone()).await?;
    let step = find_second_step(&mut tx, user).await?.ok_or(Problem::NotFound)?;
    if step.confirmed_at.is_some() {
        return Err(Problem::InUse("The second step is on already; turn it off first.".to_owned()));
    }
    if !is_code_of_app(&api, &mut tx, user, &step, &plain(&given.code)).await? {
        return Err(Problem::WrongCode);
    }
    update_second_step_confirmed(&mut tx, user, &me.token_hash, now).await?;
    let codes = make_recovery_codes(&mut tx, user).await?;
    let after = shown(&mut tx, me.user.clone()).await?;
    record(&api, &mut tx, &me, Done::changed(&before, &after)).await?;
    tx.commit().await?;
    tell_ended(&api, user);
    Ok(Json(codes))
}

/// Turn the second step off, with a code. Not where everyone must use it.
#[utoipa::path(post, path = "/api/v1/me/second-step/off", operation_id = "turn_off_second_step", tag = "session",
    request_body = SecondStepCode, security(("session" = [])),
    responses((status = 204, description = "Done"), ChangeRefusals))]
async fn turn_off(
    State(api): State<Api>,
    Agent(me): Agent,
    Body(given): Body<SecondStepCode>,
) -> Answer<StatusCode> {
    let user = *me.user.id;
    let mut tx = api.change().await?;
    if find_workspace(&mut tx).await?.second_step_required {
        return Err(Problem::InUse("Everyone must use the second step in this workspace.".to_owned()));
    }
    let before = shown(&mut tx, me.user.clone()).await?;
    pass(&api, &mut tx, user, Some(&given.code)).await?;
    delete_second_step(&mut tx, user).await?;
    let after = shown(&mut tx, me.user.clone()).await?;
    record(&api, &mut tx, &me, Done::changed(&before, &after)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make other recovery codes, with a code; those there were are dead.
#[utoipa::path(post, path = "/api/v1/me/second-step/recovery-codes", operation_id = "make_recovery_codes", tag = "session",
    request_body = SecondStepCode, security(("session" = [])),
    responses((status = 201, description = "Recovery codes", body = RecoveryCodes), ChangeRefusals))]
async fn renew(
    State(api): State<Api>,
    Agent(me): Agent,
    Body(given): Body<SecondStepCode>,
) -> Answer<(StatusCode, Json<RecoveryCodes>)> {
    let user = *me.user.id;
    let mut tx = api.change().await?;
    if !pass(&api, &mut tx, user, Some(&given.code)).await? {
        return Err(Problem::NotFound);
    }
    let codes = make_recovery_codes(&mut tx, user).await?;
    let same = shown(&mut tx, me.user.clone()).await?;
    record(&api, &mut tx, &me, Done { unseen: "recovery_codes", ..Done::changed(&same, &same) }).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(codes)))
}

/// Asks for the second step where the user has one; whether they have. What is used is used once `tx` is committed.
///
/// # Errors
/// `CodeNeeded` without a code, `WrongCode` with one that is not good or was used, `TooMany` when too many were tried.
pub(super) async fn pass(api: &Api, tx: &mut Tx, user: UserId, code: Option<&str>) -> Answer<bool> {
    let Some(step) = find_second_step(tx, user).await?.filter(|step| step.confirmed_at.is_some()) else {
        return Ok(false);
    };
    let code = plain(code.ok_or(Problem::CodeNeeded)?);
    if code.is_empty() {
        return Err(Problem::CodeNeeded);
    }
    api.throttle.count_code(user)?;
    let is_good = if code.len() == CODE_DIGITS {
        is_code_of_app(api, tx, user, &step, &code).await?
    } else {
        delete_recovery_code(tx, user, &hash_token(&code)).await?
    };
    if is_good { Ok(true) } else { Err(Problem::WrongCode) }
}

async fn is_code_of_app(
    api: &Api,
    tx: &mut Tx,
    user: UserId,
    step: &SecondStepRow,
    code: &str,
) -> Answer<bool> {
    let seconds = u64::try_from(api.clock.now().0 / 1000).unwrap_or_default();
    let secret = api.store.vault().open(SecretOf::SecondStep, &step.secret).map_err(unusable)?;
    match totp(&secret, "")?.check(code, seconds) {
        Some(used) => Ok(update_second_step_used(tx, user, i64::try_from(used).unwrap_or(i64::MAX)).await?),
        None => Ok(false),
    }
}

async fn make_recovery_codes(tx: &mut Tx, user: UserId) -> Answer<RecoveryCodes> {
    let codes: Vec<String> = (0..RECOVERY_CODES)
        .map(|_| password::generate().chars().take(RECOVERY_CODE_CHARS).collect::<String>().to_lowercase())
        .collect();
    let hashes: Vec<String> = codes.iter().map(|code| hash_token(code)).collect();
    update_recovery_codes(tx, user, &hashes).await?;
    Ok(RecoveryCodes { codes: codes.iter().map(|code| in_groups(code)).collect() })
}

fn in_groups(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// As codes are compared: what people put between the groups does not matter.
fn plain(code: &str) -> String {
    code.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect::<String>().to_lowercase()
}

fn totp(secret: &str, account: &str) -> Answer<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(unusable)?;
    let builder = Builder::new().with_secret(secret).with_issuer(Some(ISSUER));
    // A colon would end the account's name; no e-mail address that is taken has one outside of quotes.
    Ok(builder.with_account_name(account.replace(':', " ")).build_noncompliant())
}

fn unusable(error: impl std::fmt::Display) -> Problem {
    Problem::Internal(format!("a secret of the second step cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    // spec: A-4
    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1, the last six of eight digits.
        let secret = Secret::from(*b"12345678901234567890").to_base32();
        let totp = totp(&secret, "alice@example.test").unwrap();
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(totp.check(code, at), Some(at / 30));
            assert_eq!(totp.check(code, at + 30), Some(at / 30), "clocks may differ by a step");
            assert_eq!(totp.check(code, at + 60), None);
        }
        let address = totp.to_url().unwrap();
        assert!(address.starts_with("otpauth://totp/Beckon:alice%40example.test?"), "{address}");
        assert!(address.contains(&format!("secret={secret}")), "{address}");
    }

    #[test]
    fn what_stands_between_the_groups_of_a_code_does_not_matter() {
        assert_eq!(plain(" 123 456 "), "123456");
        assert_eq!(plain(&in_groups("abcdefgh23456789").to_uppercase()), "abcdefgh23456789");
    }
}
